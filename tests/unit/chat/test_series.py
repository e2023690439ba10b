"""Answers that are written in parts: a summary of a document, and the wording of what two documents differ in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from phi3desk.chat.document_comparison import DocumentComparison
from phi3desk.chat.messages import Basis, MadeBy
from phi3desk.chat.prompt import Completion, PromptRequest, Task
from phi3desk.chat.question import Question
from phi3desk.chat.series import Speed
from phi3desk.chat.summary import Summary
from phi3desk.library.documents import Document, Passage, State
from phi3desk.library.overview.difference import differences
from phi3desk.library.overview.types import Asked, DocumentQuestion, Overview, Told
from phi3desk.model.types import Ending, Generation, Sampling
from tests.helpers.written_series import run

MANUAL = Document(1, 1, "All", "/pump.pdf", "pump.pdf", "Pump", State.READY, None, 40, 80, 9, 0.0, 0.0)
OTHER = Document(2, 1, "All", "/pump2.pdf", "pump2.pdf", "Pump", State.READY, None, 40, 80, 9, 0.0, 0.0)
FAST, SLOW = Speed(5000.0, 500.0), Speed(40.0, 8.0)
QUESTION = Question("Summarise the pump manual", "", (), None, 5, Sampling(), MadeBy("phi3"))
SUMMARISED = DocumentQuestion(Asked.SUMMARY, "en", ("pump manual",))
COMPARED = DocumentQuestion(Asked.COMPARISON, "en", ("a", "b"))


def passage(n: int) -> Passage:
    text = (
        f"Bearing {n} is greased every {1000 + n} operating hours with lithium grease of class two. "
        f"Valve {n} is closed before the cover is opened. " + "The pump is switched off and locked beforehand. " * 6
    )
    return Passage(n, 1, "pump.pdf", "/pump.pdf", "Pump", 1 + n // 2, 0, len(text), text, (f"Chapter {n // 4}",))


def overview(count: int) -> Overview:
    passages = tuple(passage(n) for n in range(count))
    return Overview(Told.FOUND, (MANUAL,), passages=passages, passages_in_all=count)


def note(request: PromptRequest) -> str:
    first = request.sources[0]
    if request.task is Task.SUMMARY:
        return " ".join(f"{source.passage.text.split(' [')[0]} [{source.n}]" for source in request.sources[:3])
    return f"{first.passage.text.split('. ')[0]} [{first.n}]."


def summary(count: int, speed: Speed = FAST, seconds: float = 180.0, *, small: bool = False) -> Summary:
    return Summary(QUESTION, SUMMARISED, overview(count), speed=speed, seconds=seconds, small=small)


def test_short_document_is_read_whole_and_its_notes_are_summed_up():
    series = summary(32)
    requests = run(series, note)
    assert [request.task for request in requests].count(Task.SUMMARY) == 1
    read = [source.n for request in requests if request.task is Task.NOTES for source in request.sources]
    assert read == list(range(1, 33))
    answer = series.answer(Ending.STOP)
    assert (answer.basis, answer.kind, answer.ended, answer.grounded) == (Basis.DOCUMENTS, "summary", Ending.STOP, True)
    assert [citation.page for citation in answer.citations] == [1, 3, 5]
    assert answer.citations[0].quote.startswith("Bearing 0 is greased every 1000 operating hours")
    assert "Passages read" not in answer.text
    assert answer.timings.generated_tokens > 0


@pytest.mark.parametrize("reference", ["[3, 4]", "[57]", "[1]"])
@pytest.mark.parametrize("small", [True, False])
def test_references_of_a_passage_are_no_marks_of_the_notes_it_gives(reference: str, small: bool):
    text = f"The method of these tests was first described in detail by others {reference}. " + "It was repeated. " * 20
    one = replace(passage(0), text=text)
    told = Overview(Told.FOUND, (MANUAL,), passages=(one, replace(one, id=1)), passages_in_all=2)
    series = Summary(QUESTION, SUMMARISED, told, speed=FAST, seconds=180.0, small=small)
    run(series, lambda request: "I do not know.")
    answer = series.answer(Ending.STOP)
    assert "described in detail by others" in answer.text
    assert {citation.n for citation in answer.citations} == {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}


def test_long_document_is_read_in_part_within_the_time_and_the_answer_says_so():
    series = summary(400, SLOW, 180.0)
    promised = series.progress
    assert promised.seconds_left <= 180
    assert 3 <= promised.pages < 200
    pages = [source.passage.page for source in series.sources]
    assert pages[0] < 20 and pages[-1] > 180
    run(series, note)
    text = series.answer(Ending.STOP).text
    assert f"Passages read for this: {len(series.sources)} of 400" in text
    assert len(summary(400, SLOW, 600.0).sources) > 2 * len(series.sources)


def test_slower_model_than_was_promised_reads_less():
    series = summary(400, SLOW, 180.0)
    promised = len(series.sources)
    while (request := series.next()) is not None and request.task is Task.NOTES:
        written = Generation(note(request), (), Ending.STOP, 300, 0, 30.0, 30.0, 30, 2.0)
        series.take(Completion(written, tuple(source.n for source in request.sources), 0))
    answer = series.answer(Ending.STOP)
    assert 1 < len(answer.sources) < promised // 2
    assert f"Passages read for this: {len(answer.sources)} of 400" in answer.text


def test_what_did_not_fit_the_context_is_read_with_the_next_note():
    series = summary(8)
    requests = run(series, note, context=280)
    read = [source.n for request in requests if request.task is Task.NOTES for source in request.sources]
    assert set(read) == set(range(1, 9))
    assert len(requests) > 4


def test_stopped_summary_keeps_the_notes_that_are_there():
    series = summary(32)
    request = series.next()
    assert request is not None
    generation = Generation(note(request), (), Ending.STOP, 500, 0, 1.0, 1.0, 20, 50.0)
    series.take(Completion(generation, (1, 2, 3, 4), 0))
    series.next()
    answer = series.answer(Ending.CANCELLED)
    assert answer.text.startswith("- Bearing 0 is greased every 1000 operating hours")
    assert "4 of 32" in answer.text
    assert answer.ended is Ending.CANCELLED
    assert [citation.n for citation in answer.citations] == [1]


def test_small_model_takes_notes_of_one_passage_and_what_it_invents_gives_way_to_the_passage():
    series = summary(6, small=True)
    requests = run(series, lambda request: "The moon is made of 47 cheeses and everybody knows it.")
    assert [len(request.sources) for request in requests] == [1] * 6
    answer = series.answer(Ending.STOP)
    assert "moon" not in answer.text
    assert [citation.n for citation in answer.citations] == [1, 2, 3, 4, 5, 6]
    assert "- Bearing 3 is greased every 1003 operating hours with lithium grease of class two [4]." in answer.text


def test_sentence_of_a_note_is_cited_where_a_passage_says_it_even_where_the_model_marks_none():
    series = summary(4)
    run(series, lambda request: "Lithium grease of class two goes into the bearing. Der Deckel bleibt immer fest zu.")
    answer = series.answer(Ending.STOP)
    assert answer.text == "- Lithium grease of class two goes into the bearing [1].\n- Der Deckel bleibt immer fest zu."
    assert [(sentence.text, sentence.supported) for sentence in answer.sentences] == [
        ("Lithium grease of class two goes into the bearing.", True),
        ("Der Deckel bleibt immer fest zu.", False),
    ]


def test_figure_that_a_noted_sentence_ends_with_is_no_number_of_a_list():
    series = summary(4)
    written = "1. The class of the lithium grease is 2. Valve 0 is closed before the cover is opened."
    run(series, lambda request: written)
    text = series.answer(Ending.STOP).text
    assert text.startswith("- The class of the lithium grease is 2 [1].\n")


OLD = "Invoices are paid within 30 days of receipt. The plant is in Kranj. The warranty lasts for 24 months."
NEW = "Invoices are paid within 45 days of receipt. The plant is in Kranj. Insurance is up to the supplier alone."


def compared(speed: Speed = FAST, seconds: float = 180.0) -> DocumentComparison:
    one = Passage(1, 1, "a.pdf", "/a.pdf", "A", 3, 0, len(OLD), OLD, ("2 Payment",))
    other = Passage(2, 2, "b.pdf", "/b.pdf", "B", 7, 0, len(NEW), NEW, ("2 Payment",))
    found, same, _ = differences([one], [other])
    told = Overview(Told.FOUND, (MANUAL, OTHER), differences=tuple(found), differences_in_all=len(found), same=same)
    return DocumentComparison(QUESTION, COMPARED, told, speed=speed, seconds=seconds)


def test_changed_place_is_worded_by_the_model_with_both_pages_cited():
    series = compared()
    wording = "Invoices are paid within 30 days in the first, and within 45 days in the second."
    requests = run(series, lambda request: f"{wording} [2]")
    assert [request.task for request in requests] == [Task.DIFFERENCE]
    assert [source.passage.text for source in requests[0].sources] == [
        OLD.split(". ")[0] + ".",
        NEW.split(". ")[0] + ".",
    ]
    answer = series.answer(Ending.STOP)
    assert f"- 2 Payment: {wording} [1][2]" in answer.text
    assert [(c.n, c.document, c.page) for c in answer.citations][:2] == [(1, "a.pdf", 3), (2, "b.pdf", 7)]
    assert "Only in pump.pdf:" in answer.text and "The warranty lasts for 24 months." in answer.text
    assert "Only in pump2.pdf:" in answer.text and "Insurance is up to the supplier alone." in answer.text
    assert (answer.basis, answer.kind) == (Basis.DOCUMENTS, "comparison")


def test_wording_that_does_not_hold_the_figures_gives_way_to_both_texts():
    for invented in ("Invoices are paid later in the second.", "Invoices are paid within 30, 45 or 60 days.", ""):
        series = compared()
        run(series, lambda request, text=invented: text)
        text = series.answer(Ending.STOP).text
        assert "“Invoices are paid within 30 days of receipt.” [1] → “Invoices are paid within 45 days" in text


def test_without_a_model_or_time_the_places_are_quoted():
    series = compared(SLOW, 0.5)
    assert series.next() is None
    answer = series.answer(Ending.STOP)
    assert (answer.basis, answer.made_by.model) == (Basis.CATALOGUE, "")
    assert "Sentences that both have: 1. Differences: 3." in answer.text


@pytest.mark.parametrize("places", [0, 1])
def test_sentences_that_were_not_compared_are_told_and_never_that_nothing_differs(places):
    one = Passage(1, 1, "a.pdf", "/a.pdf", "A", 3, 0, len(OLD), OLD, ("2 Payment",))
    other = Passage(2, 2, "b.pdf", "/b.pdf", "B", 7, 0, len(NEW), NEW, ("2 Payment",))
    found = differences([one], [other])[0][:places]
    told = Overview(
        Told.FOUND,
        (MANUAL, OTHER),
        differences=tuple(found),
        differences_in_all=len(found),
        same=4_000,
        not_compared=12,
    )
    text = DocumentComparison(QUESTION, COMPARED, told, speed=SLOW, seconds=0.5).answer(Ending.STOP).text
    assert "Sentences that are too many to be compared, and may differ: 12." in text
    assert "say the same" not in text
