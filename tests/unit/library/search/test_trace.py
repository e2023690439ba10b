"""The way of a search is told as it was: what each ranker found, what was added up, and why a passage is no source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from phi3desk.library.documents import MOST_TRACED, Ranker, Trace
from phi3desk.library.search.features import Features
from phi3desk.library.search.weights import Weights, parts
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTION = "How often is the main bearing of the feed pump greased?"
TEXTS = {
    "feed pump.txt": "The main bearing is greased every 2,000 operating hours.",
    "valve.txt": "The valve of the cooling circuit is tested once a year.",
    "canteen.txt": "The canteen serves soup on Mondays and fish on Fridays.",
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LibraryInProcess]:
    paths = open_paths(tmp_path / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    for n in range(MOST_TRACED + 10):
        (folder / f"log {n}.txt").write_text(f"Log {n}: bearing {n} was looked at, " + "nothing was noted. " * n)
    made.import_paths([folder], made.create_collection("All"))
    yield made
    made.close()


def trace_of(library: LibraryInProcess, question: str = QUESTION, k: int = 3) -> Trace:
    trace = library.search(question, k).trace
    assert trace is not None
    return trace


def test_trace_holds_the_finds_in_their_order_and_more(library: LibraryInProcess) -> None:
    result = library.search(QUESTION, 3)
    trace = result.trace
    assert trace is not None

    assert len(trace.candidates) == MOST_TRACED
    assert [c.passage.id for c in trace.candidates[:3]] == [found.passage.id for found in result.found]
    assert [c.relevant for c in trace.candidates[:3]] == [found.relevant for found in result.found]
    assert trace.asked == QUESTION
    assert trace.searched == len(TEXTS) + MOST_TRACED + 10
    assert trace.compared >= len(trace.candidates)
    assert trace.language == "en"
    assert len(trace_of(library, k=20).candidates) == 20


def test_trace_tells_what_each_ranker_found(library: LibraryInProcess) -> None:
    best = trace_of(library).candidates[0]

    assert best.passage.document == "feed pump.txt"
    assert {name: place.rank for name, place in best.places.items()} == {
        Ranker.WORDS: 1, Ranker.TRIGRAMS: 1, Ranker.MEANING: 1, Ranker.NAME: 1,
    }  # fmt: skip
    assert best.relevant
    assert Ranker.WORDS in best.tied_by
    words = [c.places[Ranker.WORDS] for c in trace_of(library).candidates if Ranker.WORDS in c.places]
    assert sorted(words, key=lambda place: place.rank) == sorted(words, key=lambda place: (-place.score, place.rank))


def test_trace_tells_that_a_passage_has_nothing_of_the_question(library: LibraryInProcess) -> None:
    trace = trace_of(library, "When does the canteen serve fish?", k=40)
    valve = next(c for c in trace.candidates if c.passage.document == "valve.txt")

    assert not valve.relevant
    assert valve.tied_by == ()
    assert Ranker.NAME not in valve.places


def test_trace_adds_up_to_the_scores(library: LibraryInProcess) -> None:
    result = library.search(QUESTION, 5)
    assert result.trace is not None

    for found, candidate in zip(result.found, result.trace.candidates, strict=False):
        assert sum(candidate.parts.values()) == pytest.approx(found.score, abs=1e-3)
        assert candidate.score == pytest.approx(found.score, abs=1e-3)


def test_trace_tells_its_seconds_and_stays_small(library: LibraryInProcess) -> None:
    result = library.search(QUESTION, 5)
    assert result.trace is not None

    assert {"words", "trigrams", "meaning"} <= set(result.trace.seconds)
    assert sum(result.trace.seconds.values()) <= result.seconds + 0.01
    assert all(len(candidate.passage.text) <= 240 for candidate in result.trace.candidates)
    encoded = msgspec.json.encode(result.trace)
    assert len(encoded) < 1000 * len(result.trace.candidates)
    assert msgspec.json.decode(encoded, type=Trace) == result.trace


def test_parts_name_every_feature_that_has_a_weight() -> None:
    features = Features(1, 1, 1, 1, 1, 1, 1, 1, 1, (), "en", 1, 1, 1, 1, 1)
    brought = parts(features, Weights(), share_of_meaning=0.5)

    assert set(brought) == set(Weights.__dataclass_fields__)
    assert brought["standing"] == 0.5 * Weights().standing
    assert brought["standing_within"] == Weights().standing_within
