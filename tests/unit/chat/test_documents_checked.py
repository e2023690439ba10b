"""What is written of whole documents is checked against them, sentence by sentence: real samples, read by a library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from phi3desk.chat.document_comparison import DocumentComparison
from phi3desk.chat.messages import Answer, MadeBy, Source, Why
from phi3desk.chat.prompt import PromptRequest, Task
from phi3desk.chat.question import Question
from phi3desk.chat.series import Speed
from phi3desk.chat.summary import Summary
from phi3desk.chat.wording.doubt import support, with_notes
from phi3desk.library.documents import EVERYWHERE
from phi3desk.library.library import Library
from phi3desk.library.overview.difference import differences
from phi3desk.library.overview.types import Asked, DocumentQuestion, Overview, Told, Within
from phi3desk.model.types import Ending, Sampling
from phi3desk.paths import open_paths, resource
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder
from tests.helpers.written_series import run

FAST = Speed(5000.0, 500.0)
GREASE = "Re-grease the bearings every 2,000 operating hours with 30 g of lithium complex grease for each bearing."
SOLIDS = "Solids may not exceed 5 mm in diameter or 20 g in a litre."
LEAK = "A new seal may leak up to ten drops in a minute for the first hour."
WARRANTY = "Aldermoor Pumps warrants the pump for 24 months from commissioning, but for no longer than 30 months"
FACTS = (GREASE, SOLIDS, LEAK, WARRANTY)
BOUND = "Tenders bind the bidder for 120 days from the closing date."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    paths = open_paths(tmp_path_factory.mktemp("checked") / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    try:
        files = [resource("samples", f"{name}.pdf") for name in ("pump-manual", "tender-terms")]
        made.import_paths(files, made.create_collection("Samples"))
        yield made
    finally:
        made.close()


def read(library: Library, name: str) -> Overview:
    return library.overview(DocumentQuestion(Asked.SUMMARY, "en", (name,)), Within(EVERYWHERE))


def question(text: str) -> Question:
    return Question(text, "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3"))


def noted(request: PromptRequest) -> str:
    """Return the facts in the passages of a part, without marks."""
    texts = [" ".join(source.passage.text.split()) for source in request.sources]
    return " ".join(f"{fact.rstrip('.')}." for fact in FACTS if any(fact in t for t in texts))


def holding(sources: tuple[Source, ...], fact: str) -> int:
    return next(source.n for source in sources if fact in " ".join(source.passage.text.split()))


def summarised(library: Library, *, small: bool = False, wrong: str = "") -> tuple[Answer, dict[str, int]]:
    """Return a summary of the pump manual in which only the first sentence is marked as it should be."""
    asked = DocumentQuestion(Asked.SUMMARY, "en", ("pump manual",))
    overview = read(library, "pump manual")
    series = Summary(question("Summarise the pump manual"), asked, overview, speed=FAST, seconds=600.0, small=small)
    numbers = {fact: holding(series.sources, fact) for fact in FACTS}

    def write(request: PromptRequest) -> str:
        if request.task is Task.NOTES:
            return wrong or noted(request) or "This part of the manual is about the pump set."
        return (
            f"Re-grease the bearings every 2,000 operating hours with 30 g of grease [{numbers[GREASE]}]. "
            f"Solids may not exceed 5 mm in diameter [{numbers[GREASE]}]. "
            "A new seal may leak up to ten drops in a minute for the first hour. "
            f"The pump is warranted for 36 months from commissioning [{numbers[WARRANTY]}]."
        )

    run(series, write)
    return series.answer(Ending.STOP), numbers


def test_marks_of_a_summary_are_kept_moved_added_and_dropped(library):
    answer, n = summarised(library)
    written, read_in_part = answer.text.split("\n\n")
    assert written == (
        f"Re-grease the bearings every 2,000 operating hours with 30 g of grease [{n[GREASE]}]. "
        f"Solids may not exceed 5 mm in diameter [{n[SOLIDS]}]. "
        f"A new seal may leak up to ten drops in a minute for the first hour [{n[LEAK]}]. "
        "The pump is warranted for 36 months from commissioning."
    )
    assert [(each.supported, each.why) for each in answer.sentences] == [
        *[(True, Why.SUPPORTED)] * 3,
        (False, Why.FIGURE),
    ]
    assert [citation.n for citation in answer.citations] == [n[GREASE], n[SOLIDS], n[LEAK]]
    assert answer.citations[1].quote == SOLIDS
    assert read_in_part.startswith("Passages read for this:")


def test_unsupported_sentence_of_a_summary_is_told_as_such(library):
    answer, _ = summarised(library)
    assert str(support(answer)) == "3 of 4 sentences found in the sources"
    told = with_notes(answer.text, answer)
    assert "for 36 months from commissioning. (another figure than in the sources)\n" in told
    assert told.count("(") == 1


def test_small_model_that_changes_a_figure_gives_way_to_the_passage(library):
    invented = "The bearings are re-greased every 730 operating hours with 77 g of lithium complex grease."
    answer, n = summarised(library, small=True, wrong=invented)
    assert "77 g" not in answer.text
    assert all(sentence.supported for sentence in answer.sentences)
    assert f"[{n[GREASE]}]" in answer.text


def compared(library: Library, wording: str) -> Answer:
    """Return the comparison of the tender terms with a copy in which tenders bind for 90 days, in a model's words."""
    first = read(library, "tender terms")
    copy = [replace(p, text=p.text.replace("120 days", "90 days"), document="terms-2.pdf") for p in first.passages]
    found, same, _ = differences(first.passages, copy)
    document = first.documents[0]
    told = Overview(
        Told.FOUND,
        (document, replace(document, name="terms-2.pdf")),
        differences=tuple(found),
        differences_in_all=len(found),
        same=same,
    )
    asked = DocumentQuestion(Asked.COMPARISON, "en", ("tender terms", "terms 2"))
    series = DocumentComparison(question("Compare the terms"), asked, told, speed=FAST, seconds=600.0)
    run(series, lambda request: wording if "bind the bidder" in request.sources[0].passage.text else "")
    return series.answer(Ending.STOP)


def test_wording_that_both_documents_support_is_kept_with_its_check(library):
    wording = "Tenders bind the bidder for 120 days in the first document, and for 90 days in the second."
    answer = compared(library, wording)
    (sentence,) = answer.sentences
    first, second = sentence.citations
    assert f"{wording} [{first}][{second}]" in answer.text
    assert (sentence.text, sentence.supported) == (wording, True)
    cited = {citation.n: citation for citation in answer.citations}
    assert (cited[first].document, cited[second].document) == ("tender-terms.pdf", "terms-2.pdf")
    assert "120 days" in cited[first].quote and "90 days" in cited[second].quote


@pytest.mark.parametrize(
    "wording",
    [
        "Tenders bind the bidder for 120 weeks in the first document, and for 90 weeks in the second.",
        "Tenders never bind the bidder for 120 days in the first document, and never for 90 days in the second.",
    ],
)
def test_wording_that_has_the_figures_and_is_wrong_gives_way_to_both_texts(library, wording):
    answer = compared(library, wording)
    assert wording not in answer.text
    assert answer.sentences == ()
    assert BOUND in answer.text and BOUND.replace("120", "90") in answer.text
