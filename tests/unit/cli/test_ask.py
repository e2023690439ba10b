"""How an answer is printed for a reader at a terminal."""

import argparse
import io
import json
from functools import partial

import pytest

from phi3desk.chat.answer import nearest_of, recorded, sources_of
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.grounding.grounded import ground
from phi3desk.chat.messages import Answer, Basis, MadeBy, Timings
from phi3desk.cli import ask
from phi3desk.cli.ask import question_of_line
from phi3desk.cli.asking.printing import Answered, answer_row, print_answer
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import Output
from phi3desk.cli.search import scope_of_options
from phi3desk.cli.worker_link import LibraryGone
from phi3desk.comparison.questions import QuestionLine
from phi3desk.errors import UserError
from phi3desk.library.documents import SearchScope
from phi3desk.model.store import ModelStore
from phi3desk.model.types import Ending, ModelEntry
from phi3desk.paths import open_paths
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings
from tests.helpers.commands import run_command
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


LISTED = "List the documents."


@pytest.fixture(scope="module")
def phi3desk(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that runs one command on a home with one document."""
    root = tmp_path_factory.mktemp("asked")
    write_pump_manual(root / "in" / "pump.pdf")
    run = partial(run_command, root / "home")
    assert run("import", root / "in").returncode == 0
    return run


def questions_file(folder, *lines):
    file = folder / "questions.jsonl"
    file.write_text("\n".join(json.dumps({"question": LISTED, **line}) for line in lines), encoding="utf-8")
    return file


def test_a_line_that_fails_answers_with_an_error_and_the_others_are_asked(phi3desk, tmp_path):
    wrong = [
        ({"scope": {"folders": ["valves"]}}, "no folder “valves”"),
        ({"scope": {"collections": ["Valves"]}}, "no collection named “Valves”"),
        ({"scope": ["fan"]}, "“scope” has to say"),
        ({"history": "before"}, "“history” has to be a list"),
    ]
    file = questions_file(tmp_path, {}, *(line for line, _ in wrong), {"question": "How many pages has pump.pdf?"})
    done = phi3desk("ask", "--questions", file, "--dossier", tmp_path / "a.md", "--pictures", "none")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    for number, (row, (_, problem)) in enumerate(zip(rows[1:5], wrong, strict=True), 2):
        assert row["error"].startswith(f"Line {number} of {file}: ")
        assert problem in row["error"]
        assert row["error"] in done.stderr
        assert set(row) == {*rows[0], "error"}
        assert (row["answer"], row["citations"], row["grounded"]) == ("", [], False)
    assert all("pump.pdf" in row["answer"] and "error" not in row for row in (rows[0], rows[5]))
    written = (tmp_path / "a.md").read_text("utf-8")
    assert written.count("This question was not answered.") == 4
    assert "How many pages has pump" in written


def test_a_wrong_option_ends_the_command_once_before_a_model_is_loaded(phi3desk, tmp_path, monkeypatch):
    monkeypatch.setattr(ask, "load_model", lambda *_: fail(AssertionError()))
    monkeypatch.setattr(ModelStore, "in_use", lambda _: ModelEntry("m", str(tmp_path / "m.gguf"), 1))
    file = questions_file(tmp_path, {"question": "How often is the main bearing greased?"}, {})
    for option, told in (("--document", "no document named “typo”"), ("--folder", "no folder “typo”")):
        done = phi3desk("ask", "--questions", file, option, "typo")
        assert (done.returncode, done.stdout, done.stderr.count(told)) == (1, "", 1)


def test_a_file_without_a_line_that_can_be_answered_ends_in_failure_and_without_a_dossier(phi3desk, tmp_path):
    file = questions_file(tmp_path, {"history": "before"}, {"scope": {"folders": ["valves"]}})
    done = phi3desk("ask", "--questions", file, "--dossier", tmp_path / "a.md")
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    assert "The dossier was not written" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("None of the questions could be answered.")
    assert not (tmp_path / "a.md").exists()


def test_one_question_that_fails_ends_the_command(phi3desk, tmp_path):
    done = phi3desk("ask", LISTED, "--folder", "nowhere", "--json", "--dossier", tmp_path / "a.md")
    assert (done.returncode, done.stdout, (tmp_path / "a.md").exists()) == (1, "", False)
    assert "no folder “nowhere”" in done.stderr
    assert "Line" not in done.stderr


class Model(ModelProcess):
    """A model process that is started by loading and can end."""

    pid = 0

    @property
    def process_id(self):
        return self.pid

    def load(self, *_):
        self.pid = 77


def ends(model, load):
    load()
    model.pid = 0
    raise UserError("The model ended.")


def does_not_load(model, load):
    model.load = lambda *_: fail(UserError("The model cannot be read."))
    load()


def library_ends(model, load):
    raise LibraryGone("The window was closed.")


def fail(error):
    raise error


@pytest.mark.parametrize("happen", [ends, does_not_load, library_ends])
def test_what_ends_every_question_ends_the_command_and_keeps_the_answers_before(
    phi3desk, tmp_path, monkeypatch, happen
):
    def answer(model, library, question, progress, cancelled, load, seconds):
        if question.text == LISTED:
            return answer_question(model, library, question, progress, cancelled, load, seconds)
        return happen(model, load)

    answer_question = ask.answer_question
    monkeypatch.setattr(ask, "answer_question", answer)
    monkeypatch.setattr(ask, "ModelProcess", Model)
    monkeypatch.setattr(ModelStore, "in_use", lambda _: ModelEntry("m", str(tmp_path / "m.gguf"), 1))
    file = questions_file(tmp_path, {}, {"question": "How many pages has pump.pdf?"}, {})
    done = phi3desk("ask", "--questions", file, "--dossier", tmp_path / "a.md", "--pictures", "none")
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["1"]
    assert "pump" in (tmp_path / "a.md").read_text("utf-8")


def test_a_model_that_cannot_be_loaded_is_tried_once_and_what_needs_none_is_answered(phi3desk, tmp_path, monkeypatch):
    tried = []

    def load(*_):
        tried.append(1)
        raise UserError("The model cannot be read.")

    def answer(model, library, question, progress, cancelled, load, seconds):
        # as a sheet with rows that fit
        with pytest.raises(UserError) as error:
            load()
        rows = Answer("Two rows.", (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
        return Answered(rows, (), error.value.sentence)

    monkeypatch.setattr(ask, "answer_question", answer)
    monkeypatch.setattr(ask, "ModelProcess", Model)
    monkeypatch.setattr(Model, "load", load)
    monkeypatch.setattr(ModelStore, "in_use", lambda _: ModelEntry("m", str(tmp_path / "m.gguf"), 1))
    done = phi3desk("ask", "--questions", questions_file(tmp_path, {}, {"history": "before"}, {}))
    assert done.returncode == 0
    assert ["error" in json.loads(line) for line in done.stdout.splitlines()] == [False, True, False]
    assert (len(tried), done.stderr.count("The model cannot be read.")) == (1, 1)


def test_a_question_that_the_model_fails_at_does_not_end_the_command(phi3desk, tmp_path, monkeypatch):
    def answer(model, library, question, progress, cancelled, load, seconds):
        load()
        raise UserError("The question is too long.")

    monkeypatch.setattr(ask, "answer_question", answer)
    monkeypatch.setattr(ask, "ModelProcess", Model)
    monkeypatch.setattr(ModelStore, "in_use", lambda _: ModelEntry("m", str(tmp_path / "m.gguf"), 1))
    file = questions_file(tmp_path, {}, {})
    done = phi3desk("ask", "--questions", file, "--dossier", tmp_path / "a.md")
    assert done.returncode == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["error"] for row in rows] == [f"Line {n} of {file}: The question is too long." for n in (1, 2)]
    assert not (tmp_path / "a.md").exists()


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


def test_refusal_of_the_search_is_told_with_the_nearest_sentences(library):
    question = "How often is the bearing greased?"
    result = library.search(question, 3, SearchScope(), sentences=True)
    answer = Answer("Nothing.", (), nearest_of(result), Basis.NOTHING_FOUND, Ending.STOP, MadeBy(), Timings())
    assert recorded(answer, AnswerMode.DOCUMENTS_ONLY, question).nearest


def test_refusal_of_the_model_is_told_with_the_nearest_sentences(library):
    result = library.search("How often is the bearing greased?", 3, SearchScope(), sentences=True)
    sources = sources_of(result, untied=True)
    answer = Answer("The documents do not tell.", (), sources, Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
    answered = Answered(recorded(answer, AnswerMode.DOCUMENTS_ONLY, "How often is the bearing greased?"), result.found)
    printed = io.StringIO()
    print_answer(answered, Output(printed))
    nearest = answer_row("q1", answered)["nearest"]
    assert nearest
    for one in nearest:
        assert f"Nearest: {one['document']}, p. {one['page']}: " in printed.getvalue()
        assert any(one["quote"] in found.passage.text for found in result.found)
