"""Sheets that answer a question of a sweep by a query, with the rows it rests on; real sheets, read as in a library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from phi3desk.chat.decision import SheetStep, Writing, sheet_step, step_after_query, step_after_sheets
from phi3desk.chat.messages import Answer, MadeBy
from phi3desk.library.library import Library
from phi3desk.model.types import LoadedModel
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from phi3desk.sweep.cell import source_of
from phi3desk.sweep.plan import Answered, Outcome, Row, SweepPlan, SweptDocument, swept
from phi3desk.sweep.report import line_of
from phi3desk.sweep.sheet_cell import question_to_sheet, sheet_cell
from tests.benchmarks.sheets.material import write_sheets
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

MODEL = LoadedModel("m", "/m.gguf", "llama", 4096, 4096, 0, 28, 1_000, 1_500_000_000, True, "CPU")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    place = tmp_path_factory.mktemp("swept-sheets")
    folder = place / "sheets"
    folder.mkdir()
    write_sheets(folder)
    (folder / "note.txt").write_text("The largest flow of the pumps in hall B is 60 m³/h.", encoding="utf-8")
    paths = open_paths(place / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    made.import_paths([folder], made.create_collection("Sheets"))
    yield made
    made.close()


def document(library: Library, name: str) -> SweptDocument:
    return next(each for each in swept(library.documents()) if each.name == name)


def asked_of(
    library: Library, text: str, name: str, model: LoadedModel | None = None, written: str = ""
) -> Answered | None:
    """Return the cell of a sheet for a question; `written` is the query that a model writes where it is asked."""
    plan, of = SweepPlan((text,)), document(library, name)
    question = question_to_sheet(plan, 0, of, MadeBy())
    assert question is not None
    step = sheet_step(question)
    while isinstance(step, SheetStep):
        told = library.ask_sheets(step.asked, step.scope, step.written[-1] if step.written else None)
        following = step_after_sheets(question, step, told, Writing(model))
        if isinstance(following, Answer):
            return sheet_cell(0, of, following, 0.5)
        step = step_after_query(following, written) if hasattr(following, "request") else None
    return None


def test_a_largest_value_is_found_by_a_query_with_its_row(library: Library):
    text = "What is the largest flow of the pumps in hall B?"
    made = asked_of(library, text, "pumps.xlsx")
    assert made is not None
    assert made.cell.outcome is Outcome.FOUND
    assert made.cell.text == "Largest “Flow” (Hall = B): 60 m³/h, CP 80."
    assert "CP 80" in made.cell.quote and "CP 40" not in made.cell.quote
    assert made.cell.label == "Pumps, row 7"
    assert made.answer is not None and made.answer.sheet is not None
    assert [row.number for row in made.answer.sheet.rows] == [7]
    line = line_of(SweepPlan((text,)), Row(0, document(library, "pumps.xlsx"), made.cell))
    assert (line.page, line.support) == ("Pumps, row 7", "Found")
    assert source_of(made.answer, made.cell) == made.answer.sources[0]


def test_a_sum_tells_of_all_its_rows(library: Library):
    made = asked_of(library, "Wie groß ist die Gesamtmenge in Graz?", "lager.csv")
    assert made is not None
    said = "Summe von „Menge“ (Lagerort = Graz): 2.290,5 kg."
    assert made.cell.text == f"{said} Summenzeilen der Tabelle, nicht mitgerechnet: 1."
    assert made.cell.label == "rows 5–6, row 11"
    assert "Schraube M8" in made.cell.quote


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("pumps.xlsx", "How many pumps were installed after 1 January 2020?", ": 3."),
        ("times.csv", "Ποια είναι η τιμή για το μέλι θυμαρίσιο;", "12,50"),
        ("angajati.csv", "Cine are cel mai mare salariu?", "8.300 lei, Maria Voicu."),
    ],
)
def test_counts_lookups_and_maxima_are_answered(library: Library, name: str, text: str, told: str):
    made = asked_of(library, text, name)
    assert made is not None
    assert told in made.cell.text
    assert "[" not in made.cell.text
    assert made.cell.outcome is Outcome.FOUND


def test_what_is_listed_stands_on_one_line(library: Library):
    made = asked_of(library, "Care angajați au fost angajați înainte de 1 ianuarie 2015?", "angajati.csv")
    assert made is not None
    assert "\n" not in made.cell.text and "- " not in made.cell.text
    assert made.cell.label == "row 4, row 8"


def test_a_sheet_that_holds_nothing_of_it_is_read_like_any_document(library: Library):
    text = "What is the largest flow of the pumps in hall B?"
    assert asked_of(library, text, "angajati.csv") is None
    assert asked_of(library, "Who has to sign the offer?", "pumps.xlsx") is None


def test_only_sheets_are_asked_by_a_query(library: Library):
    plan = SweepPlan(("What is the largest flow of the pumps in hall B?",))
    assert question_to_sheet(plan, 0, document(library, "note.txt"), MadeBy()) is None
    question = question_to_sheet(plan, 0, document(library, "pumps.xlsx"), MadeBy())
    assert question is not None
    assert question.scope.documents == (document(library, "pumps.xlsx").path,)


def test_a_query_of_the_model_is_to_be_checked(library: Library):
    # “not” is beyond the rules
    text = "Which pumps are not in hall A?"
    assert asked_of(library, text, "pumps.xlsx") is None
    made = asked_of(library, text, "pumps.xlsx", MODEL, "SELECT pump FROM table_1 WHERE hall != 'A'")
    assert made is not None
    assert made.cell.outcome is Outcome.TO_CHECK
    assert "CP 80" in made.cell.text and "CP 40" not in made.cell.text
    assert asked_of(library, text, "pumps.xlsx", MODEL, "SELECT nothing FROM nowhere") is None
