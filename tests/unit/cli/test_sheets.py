"""Questions to sheets as `ask` and `sweep` ask them: which of them the model is loaded for, and when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from phi3desk.chat.messages import Answer, MadeBy
from phi3desk.chat.question import Question
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.cli.ask import answer_question
from phi3desk.cli.asking.sheets import answer_from_sheets
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import ProgressLine
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import EVERYWHERE
from phi3desk.library.library import Library
from phi3desk.model.types import LoadedModel, Sampling
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.benchmarks.sheets.material import write_sheets
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

#: the rules find the rows of 2023 and make no query of it
OPEN = "Wie viele Artikel sind im Jahr 2023 eingegangen?"
FOUND = "Was ist die größte Menge in Graz?"
LOADED = LoadedModel("m", "", "", 4096, 4096, 0, 0, 0, 0, True, "")


class Writer:
    """A model process that loads at once and writes one query."""

    def __init__(self) -> None:
        self.model: LoadedModel | None = None
        self.speed = None
        self.loads = 0

    def load(self) -> None:
        self.loads += 1
        self.model = LOADED

    def write_query(self, request: QueryRequest, cancelled: threading.Event) -> str:
        assert "menge_kg" in request.schema
        return "SELECT COUNT(*) FROM table_1 WHERE eingang < '2024-01-01'"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    place = tmp_path_factory.mktemp("sheets")
    (place / "sheets").mkdir()
    write_sheets(place / "sheets")
    paths = open_paths(place / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    made.import_paths([place / "sheets"], made.create_collection("Sheets"))
    yield made
    made.close()


def asked(text: str, model: str = "m") -> Question:
    return Question(text, "", (), EVERYWHERE, 5, Sampling(), MadeBy(model=model, profile="Keeper", profile_id="k"))


def answer(library: Library, writer: Writer, text: str, load: Callable[[], None] | None) -> Answer:
    process = cast(ModelProcess, writer)
    told = answer_from_sheets(process, library, asked(text), ProgressLine(), threading.Event(), load)
    assert told is not None and told.sheet is not None
    return told


def test_the_model_is_loaded_to_write_a_query_also_where_rows_fit(library: Library):
    writer = Writer()
    told = answer(library, writer, OPEN, writer.load)
    assert told.text.startswith("Anzahl der Zeilen (Eingang < 01.01.2024): 2.")
    assert (told.sheet is not None and told.sheet.by_model, writer.loads) == (True, 1)
    again = answer(library, writer, OPEN, writer.load)
    assert (again.text, writer.loads) == (told.text, 1)


def test_no_model_is_loaded_where_the_rules_make_the_query_or_there_is_none(library: Library):
    writer = Writer()
    told = answer(library, writer, FOUND, writer.load)
    assert told.sheet is not None and told.sheet.words and not told.sheet.by_model
    rows = answer(library, writer, OPEN, None)
    assert rows.sheet is not None and not rows.sheet.words and rows.sheet.rows
    assert writer.loads == 0


def test_ask_gives_the_rows_where_there_is_no_model_to_load(library: Library):
    writer = Writer()

    def load() -> None:
        raise AssertionError

    process, question = cast(ModelProcess, writer), asked(OPEN, model="")
    told = answer_question(process, library, question, ProgressLine(), threading.Event(), load).answer
    assert told.sheet is not None and not told.sheet.words and told.sheet.rows


def test_rows_are_the_answer_where_the_model_cannot_be_loaded(library: Library):
    writer = Writer()

    def load() -> None:
        raise UserError("The model cannot be read.")

    process = cast(ModelProcess, writer)
    answered = answer_question(process, library, asked(OPEN), ProgressLine(), threading.Event(), load)
    sheet = answered.answer.sheet
    assert sheet is not None and not sheet.words and sheet.rows
    assert str(answered.notice) == "The model cannot be read."
    with pytest.raises(UserError, match="cannot be read"):
        answer(library, writer, OPEN, load)


def test_stopping_the_load_of_the_model_stops_the_question(library: Library):
    def load() -> None:
        raise Cancelled

    process = cast(ModelProcess, Writer())
    with pytest.raises(Cancelled):
        answer_question(process, library, asked(OPEN), ProgressLine(), threading.Event(), load)
