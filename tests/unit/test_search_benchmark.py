"""The benchmark of the search counts pages as its figures say, and asks every set in the library that answers it."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.finding import in_library, tables
from tests.benchmarks.finding.measuring import Measuring
from tests.benchmarks.finding.pipelines import Answer, Documents, Imported, Kept, Watched
from tests.benchmarks.finding.program import Program
from tests.benchmarks.finding.questions import Asked, Place, chosen_sets, split_of
from tests.benchmarks.finding.scoring import scores_of
from tests.helpers.commands import run_command


def test_pages_count_once_and_documents_by_their_first_passages():
    asked = [Asked(str(number), "en", "?", frozenset({Place("a.pdf", 3), Place("a.pdf", 4)})) for number in range(4)]
    other = [Place("b.pdf", page) for page in range(1, 12)]
    scores = scores_of(
        asked,
        {
            "0": [Place("a.pdf", 4), Place("a.pdf", 3)],
            # the same page three times is one page: the evidence is on the second
            "1": [Place("b.pdf", 1)] * 3 + [Place("a.pdf", 3)],
            # its document is among the first five passages, its page is not among the first ten pages
            "2": [Place("a.pdf", 1), *other, Place("a.pdf", 3)],
        },
    )
    assert (scores.questions, scores.unanswered) == (4, 1)
    assert (scores.page_1, scores.page_5, scores.page_10) == (0.25, 0.5, 0.5)
    assert scores.document_5 == 0.75
    assert scores.mrr == pytest.approx((1 + 1 / 2) / 4)


class Sorted:
    """A pipeline that finds the first page of every document of a library, in the order of their names."""

    name = "sorted"
    completes_questions = False

    def __init__(self) -> None:
        self.files: dict[str, list[Path]] = {}
        self.filled: set[Place] = set()

    def build(self, documents: Documents) -> Imported:
        self.files[documents.library] = documents.files
        return Imported(len(documents.files), 0, 1.0, 1.0, "none", 0.0, {})

    def ask(self, library: str, asked: Sequence[Asked]) -> dict[str, Answer]:
        found = tuple(Place(file.name, 1) for file in sorted(self.files[library]))
        return {each.id: Answer(found, relevant=None) for each in asked}

    def watch(self, library: str, asked: Sequence[Asked]) -> Watched:
        return Watched((0.01,) * len(asked), tuple("nothing" not in each.text for each in asked))

    def fill(self, library: str, passages: int, evidence: Iterable[Place]) -> int:
        self.filled = set(evidence)
        return passages


def test_sets_are_asked_alone_and_together_though_their_files_have_the_same_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PHI3DESK_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setattr("tests.benchmarks.finding.questions.OWN", tmp_path / "own")
    for name, files in (("first", ("a", "b")), ("second", ("a",))):
        folder = tmp_path / "corpus" / "questions" / name
        (folder / "pdf").mkdir(parents=True)
        for file in files:
            (folder / "pdf" / f"{file}.pdf").write_bytes(b"")
        row = {"id": name, "lang": "en", "question": "?", "document": f"{files[-1]}.pdf", "pages": [1]}
        lines = [row, {**row, "id": "not counted", "answerable": False, "pages": []}]
        (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "own").mkdir()
    foreign = {"id": "f", "lang": "en", "question": "nothing?", "for": ["first"]}
    (tmp_path / "own" / "foreign.jsonl").write_text(json.dumps(foreign))
    chosen = chosen_sets()
    assert [each.name for each in chosen.sets] == ["first", "second", "foreign, first"]
    assert [sentence.split(":")[0] for sentence in chosen.missing] == ["industry", "across", "conversations"]
    pipeline = Sorted()
    measuring = Measuring(pipeline, chosen.sets)
    measuring.measure_small()
    measuring.measure_large(50, tmp_path)
    first, second = measuring.report.rows
    assert [(row.questions, row.scores and row.scores.page_1) for row in (first, second)] == [(1, 0.0), (1, 1.0)]
    # in one library: b.pdf after two files called a.pdf, of which each is still told from the other
    assert [row.large and row.large.mrr for row in (first, second)] == [0.5, pytest.approx(1 / 3)]
    assert pipeline.filled == {Place("first b.pdf", 1), Place("second a.pdf", 1)}
    assert vars(measuring.report.relevance["en"]) == {"foreign": 1, "refused": 1, "answerable": 2, "lost": 0}
    shown = list(tables.all_tables([measuring.report]))
    assert "| second (1) | sorted | 1.000 | 1.000 | 1.000 | 10 / 10 | .000 | 1.000 | .333 | 10 / 10 |" in shown
    assert "| en | sorted | 1 | 100.0 % | 2 | 0.0 % |" in shown
    halves = {half: len(chosen_sets(["first", "second"], half).sets) for half in ("tune", "check")}
    assert halves == {half: sum(split_of({"id": name}) == half for name in ("first", "second")) for half in halves}


def test_library_whose_import_or_filling_did_not_end_is_made_anew(tmp_path: Path):
    kept, imported = Kept(tmp_path), Imported(1, 1, 1.0, 1.0, "none", 0.0, {"ready": 1})
    place = kept.begin(Documents("one", ()))
    place.mkdir()
    assert kept.imported("one") is None
    kept.keep_import("one", imported)
    with kept.filling("one") as filled:
        filled["passages"] = 10
    with kept.filling("one") as filled:
        assert filled == {"passages": 10}
    assert kept.imported("one") == imported
    kept.begin(Documents("two", (), begins_as="one"))
    assert kept.place("two").is_dir()
    kept.keep_import("two", imported)
    with pytest.raises(OSError, match="no room"), kept.filling("two") as filled:
        assert not filled
        raise OSError("no room")
    assert (kept.imported("one"), kept.imported("two")) == (imported, None)


class ProgramInThisProcess(Program):
    """The program without processes of its own: each would cost seconds."""

    def _command(self, *arguments: object) -> list[dict[str, Any]]:
        _, home, *words = arguments
        ended = run_command(Path(str(home)), *words)
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def _in_library(self, step: str, *arguments: object) -> dict[str, Any]:
        return in_library.STEPS[step](*arguments)


def test_program_is_asked_before_and_after_its_library_is_filled(tmp_path: Path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for subject in ("pump", "valve", "compressor"):
        told = f"The seal of the {subject} is replaced every year by the maintenance team of the plant."
        (folder / f"{subject}.md").write_text(f"{told} Each {subject} has a plate with its number and its maker on it.")
    program = ProgramInThisProcess("own", tmp_path, tmp_path / "homes", completes_questions=True)
    imported = program.build(Documents("one", (folder,)))
    assert (imported.pages, imported.passages, imported.states) == (3, 3, {"ready": 3})
    assert imported.embedder_seconds > 0
    evidence = Place("pump.md", 1)
    asked = [Asked("1", "en", "When is the seal of the pump replaced?", frozenset({evidence}))]
    assert program.ask("one", asked)["1"].found[0] == evidence
    held = program.fill("one", 60, [evidence])
    assert 60 <= held < 80
    assert program.ask("one", asked)["1"].found[0] == evidence
    watched = program.watch("one", asked)
    assert (len(watched.seconds), watched.relevant) == (1, (True,))
    with closing(sqlite3.connect(program.home("one") / "catalog.db")) as catalog:
        made = [text for (text,) in catalog.execute("SELECT text FROM passage ORDER BY id")][3:]
    assert len(made) == held - 3
    assert any("valve" in text and "compressor" in text for text in made)
    assert not any("pump" in text for text in made)
