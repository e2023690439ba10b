"""How an answer came about is told in plain sentences, from what was kept with it and from nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phi3desk.chat.inspection.account import NO_ROOM, Fate, read_passages, seen
from phi3desk.chat.inspection.telling import Tongue, fate, of_search, ranks, summary, text
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, Reading, ReadPassage, Source, Spent, Timings
from phi3desk.errors import say
from phi3desk.library.documents import Candidate, Passage, Place, Trace
from phi3desk.model.types import Ending

TONGUE = Tongue()


def passage(id: int) -> Passage:
    return Passage(id, 1, "pump.pdf", "/pump.pdf", "Pump", id, 0, 9, f"Passage {id}.")


def candidate(id: int, *, relevant: bool = True, tied_by: tuple[str, ...] = ("words",)) -> Candidate:
    places = {"words": Place(id, 1 / id), "meaning": Place(1, 2.5)}
    parts = {"words": 1.0, "standing": 0.5}
    return Candidate(passage(id), 1.5, relevant, places, parts, tied_by if relevant else (), "en")


TRACE = Trace(
    "How often is it greased?", "en", {"en": 1.0}, 2310, 60,
    (
        candidate(1, tied_by=("words", "meaning")), candidate(2), candidate(3), candidate(4),
        candidate(5, relevant=False),
    ),
    {"words": 60}, {"words": 0.03, "meaning": 0.05}, ("e5",),
)  # fmt: skip
ASKED = "Passages:\n[1] Pump\nPassage 1.\n[2] Pump\nPassage 2.\n\nQuestion: How often is it greased?"


def answer(**changes: object) -> Answer:
    sources = tuple(Source(n, passage(n)) for n in (1, 2, 3))
    cited = (Citation(1, "pump.pdf", "/pump.pdf", 1, "Passage 1."),)
    timings = Timings(0.08, 1400, 31.2)
    made = Answer("Often [1].", cited, sources, Basis.DOCUMENTS, Ending.STOP, MadeBy(), timings, trace=TRACE)
    return replace(made, **{"reading": Reading(ASKED), **changes})  # type: ignore[arg-type]


def test_each_candidate_is_told_what_became_of_it() -> None:
    told = {one.candidate.passage.id: one.fate for one in seen(answer())}

    assert told == {1: Fate.CITED, 2: Fate.READ, 3: Fate.LEFT_OUT, 4: Fate.NOT_TAKEN, 5: Fate.UNRELATED}


def test_what_was_spent_on_reading_is_told_of_each_passage() -> None:
    spent = Spent(30, 340, 2, (
        ReadPassage(1, 240, 6.2), ReadPassage(2, 100, 2.5), ReadPassage(3, left_out=say("Said already in [2]")),
    ))  # fmt: skip
    lines = [fate(one, TONGUE) for one in seen(answer(spent=spent))]

    assert lines == [
        "Read and cited as [1]  ·  240 tokens in 6.2 s",
        "Read as [2], not cited  ·  100 tokens in 2.5 s",
        "Not read. Said already in [2]",
        "Not read. Others fit the question better.",
        "Not read. It has no relation to the question.",
    ]
    assert "2 of them were read: 340 tokens in 8.7 s." in summary(answer(spent=spent), TONGUE)


def test_an_answer_that_kept_no_figures_tells_of_its_whole_prompt() -> None:
    assert read_passages(answer())[3].left_out == NO_ROOM
    assert summary(answer(), TONGUE) == [
        "Searched 2,310 passages by words and by meaning in 0.08 s as: “How often is it greased?”.",
        "2 of them were read, in a prompt of 1,400 tokens that took 31.2 s.",
        "The first source was found by its words and by its meaning.",
    ]


def test_a_search_across_languages_says_so() -> None:
    across = replace(TRACE, language="de", embedders=())
    told = summary(answer(trace=across), Tongue(language={"de": "German", "en": "English"}.__getitem__))

    assert told[0].startswith("Searched 2,310 passages by words only")
    assert "The question is in German, the first source in English." in told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"basis": Basis.CATALOGUE}, "This was told from the list of your documents."),
        ({"basis": Basis.MODEL, "sources": ()}, "Nothing was searched"),
        ({"kind": "pages"}, "The question named what to read"),
        ({}, "How this was found was not kept with the answer. Ask again to see it."),
    ],
)
def test_an_answer_without_a_trace_says_so(changes: dict[str, object], told: str) -> None:
    assert summary(answer(trace=None, **changes), TONGUE)[0].startswith(told)


def test_a_refusal_tells_of_its_nearest_passages() -> None:
    refused = answer(refused=True, citations=(), spent=None)
    refused = replace(refused, reading=None)

    assert [one.fate for one in seen(refused)][:3] == [Fate.NEAREST] * 3
    assert "No passage was read." in summary(refused, TONGUE)


def test_passages_that_only_sentences_tie_to_the_question_are_told_so() -> None:
    untied = replace(TRACE, candidates=tuple(candidate(n, relevant=False) for n in range(1, 6)))

    assert summary(answer(trace=untied), TONGUE)[-1].endswith("single sentences come close to it.")
    unread = answer(trace=untied, sources=(), citations=(), reading=None)
    assert summary(unread, TONGUE)[-1] == "None of the passages has to do with the question."


def test_sources_that_were_not_searched_for_are_told_too() -> None:
    page = Source(4, passage(9))
    made = answer(sources=(page,), citations=(), reading=Reading("[4] Pump\nPassage 9."))

    assert next((one.candidate.passage.id, one.fate) for one in seen(made)) == (9, Fate.READ)


def test_text_tells_all_of_it() -> None:
    told = text(answer(), TONGUE)

    assert told.startswith("Searched 2,310 passages")
    assert "pump.pdf, p. 1\n    Read and cited as [1]\n    Words: place 1, Meaning: place 1\n" in told
    assert "    Score 1.50 = words 1.00 + meaning 0.50" in told
    assert told.endswith("Time of the search: meaning 0.050 s, words 0.030 s")
    assert ranks(seen(answer())[3], TONGUE) == "Words: place 4, Meaning: place 1"


def test_a_search_is_told_without_an_answer() -> None:
    told = of_search(TRACE, TONGUE)

    assert told.startswith("Searched 2,310 passages")
    assert "pump.pdf, p. 1\n    Has to do with the question.\n    Words: place 1" in told
    assert "pump.pdf, p. 5\n    It has no relation to the question." in told
