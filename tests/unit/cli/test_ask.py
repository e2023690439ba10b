"""How an answer is printed for a reader at a terminal."""

import argparse
import io

import pytest

from phi3desk.chat.answer import nearest_of, recorded, sources_of
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.grounding.grounded import ground
from phi3desk.chat.messages import Answer, Basis, MadeBy, Timings
from phi3desk.cli.ask import question_of_line
from phi3desk.cli.asking.printing import Answered, answer_row, print_answer
from phi3desk.cli.output import Output
from phi3desk.cli.search import scope_of_options
from phi3desk.comparison.questions import QuestionLine
from phi3desk.library.documents import SearchScope
from phi3desk.model.types import Ending
from phi3desk.paths import open_paths
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings
from tests.helpers.office import write_pptx, write_xlsx
from tests.helpers.packs import opened
from tests.helpers.pdf import write_pump_manual

WRITERS = {"parts.pptx": write_pptx, "prices.xlsx": write_xlsx, "pump.pdf": write_pump_manual}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("printed")
    (root / "in").mkdir()
    for name, write in WRITERS.items():
        write(root / "in" / name)
    with opened(open_paths(root / "home")) as library:
        library.import_paths([root / "in"], library.create_collection("All"))
        yield library


@pytest.mark.parametrize(
    ("question", "document", "text", "where"),
    [
        ("Which seal kit is needed?", "parts.pptx", "The seal kit is 4711 [1].", "slide 1"),
        ("What does CP 42 cost?", "prices.xlsx", "CP 42 costs 1,032.50 € [1].", "Prices, rows "),
        ("How often is the main bearing greased?", "pump.pdf", "The main bearing is greased [1].", "p. "),
    ],
)
def test_printed_source_names_its_place(library, question, document, text, where):
    result = library.search(question, 3, SearchScope(documents=(document,)))
    sources = sources_of(result)
    checked = ground(text, sources, question)
    answer = Answer(checked.text, checked.citations, sources, Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
    printed = io.StringIO()
    print_answer(Answered(answer, result.found), Output(printed))
    assert f"[1] {document}, {where}" in printed.getvalue()


def test_a_line_is_asked_after_what_was_said_before_it(tmp_path):
    before = {"question": "How much grease does the bearing get?", "answer": "30 g."}
    first = QuestionLine(1, "1", "How much grease does the bearing get?", {})
    then = QuestionLine(2, "2", "And how often?", {"history": [before]})
    settings = Settings(tmp_path / "settings.json")
    asked = [
        question_of_line(line, Profile("1", "General"), settings, MadeBy(), SearchScope()) for line in (first, then)
    ]
    assert (asked[0].search_text, asked[0].history) == ("", ())
    assert asked[1].text == "And how often?"
    assert asked[1].search_text == "How much grease does the bearing get? And how often?"
    assert [turn.text for turn in asked[1].history] == [before["question"], before["answer"]]


def test_a_line_names_collections_of_its_own_or_is_searched_in_those_of_the_expert(tmp_path):
    settings, expert = Settings(tmp_path / "settings.json"), Profile("1", "General", collections=(7,))
    line = QuestionLine(1, "1", "How often?", {})
    for named, searched in (((3,), (3,)), ((), (7,))):
        asked = question_of_line(line, expert, settings, MadeBy(), SearchScope(named or None, pages=((2, 3),)))
        assert (asked.named_collections, asked.scope) == (named, SearchScope(searched, pages=((2, 3),)))
    anywhere = question_of_line(line, Profile("1", "General"), settings, MadeBy(), SearchScope())
    assert (anywhere.named_collections, anywhere.scope) == ((), SearchScope())


@pytest.mark.parametrize("named", [{"documents": ("pump.pdf",)}, {"folders": ("in",)}])
@pytest.mark.parametrize("collections", [None, (3,)])
def test_a_document_or_folder_is_asked_wherever_it_is(library, tmp_path, named, collections):
    settings, expert = Settings(tmp_path / "settings.json"), Profile("1", "General", collections=(7,))
    scope = SearchScope(collections, **named)
    asked = question_of_line(QuestionLine(1, "1", "How often?", {}), expert, settings, MadeBy(), scope)
    assert asked.scope == scope
    options = argparse.Namespace(**{"documents": (), "folders": (), "pages": (), "collection": None, **named})
    assert scope_of_options(library, options, expert.collections) == SearchScope(None, **named)
    options.documents = options.folders = ()
    assert scope_of_options(library, options, expert.collections) == SearchScope((7,))


def test_printed_answer_says_that_it_was_stopped_for_repeating_itself():
    for ended, told in ((Ending.REPEATED, True), (Ending.STOP, False)):
        printed = io.StringIO()
        answer = Answer("Oil, oil, oil,", (), (), Basis.MODEL, ended, MadeBy(), Timings())
        print_answer(Answered(answer, ()), Output(printed))
        assert ("repeated itself without end and was stopped" in printed.getvalue()) is told


def test_refusal_is_told_with_the_nearest_passages(library):
    result = library.search("Who won the cup in 1974?", 3, SearchScope(documents=("pump.pdf",)))
    answer = Answer("Nothing.", (), nearest_of(result), Basis.NOTHING_FOUND, Ending.STOP, MadeBy(), Timings())
    answered = Answered(recorded(answer, AnswerMode.DOCUMENTS_ONLY), result.found)
    printed = io.StringIO()
    print_answer(answered, Output(printed))
    assert "Nearest: pump.pdf, p. " in printed.getvalue()
    assert "Only documents. No document speaks of this." in printed.getvalue()
    row = answer_row("q1", answered)
    assert (row["refused"], row["mode"]) == (True, "documents_only")
