"""An answer from a sheet in the conversation: its rows lead to the sheet, its query is shown on demand."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextCursor, QTextTable
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import (
    Answer,
    Basis,
    Citation,
    MadeBy,
    Message,
    SheetRecord,
    SheetRow,
    Source,
    Timings,
)
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending, Role
from phi3desk.ui.chat.conversation.message_links import query_address, source_address
from phi3desk.ui.chat.conversation.view import ConversationView

QUOTES = ("Site: Kranj;\tCost: 10\nSite: Kranj;\tCost: 20", "Site: Kranj;\tCost: 5")
SOURCES = tuple(
    Source(n, Passage(n, 7, "costs.csv", "/costs.csv", "Costs", 1, 0, 99, quote, kind="csv", label="rows 2–40"))
    for n, quote in enumerate(QUOTES, 1)
)
CITATIONS = tuple(
    Citation(source.n, "costs.csv", "/costs.csv", 1, source.passage.text, kind="csv", label=label)
    for source, label in zip(SOURCES, ("rows 2–3", "row 9"), strict=True)
)
SHEET = SheetRecord(
    "costs.csv",
    "",
    "Sum of “Cost” (Site = Kranj)",
    'SELECT SUM("cost") FROM table_1 WHERE "site" = \'Kranj\'',
    head=("Row", "Site", "<b>Cost</b>"),
    rows=(SheetRow(2, ("Kranj", "10"), 1), SheetRow(3, ("Kranj", "20"), 1), SheetRow(9, ("Kranj", "5"), 2)),
    rows_in_all=217,
)
ANSWER = Answer(
    "Sum of “Cost” (Site = Kranj): 35 EUR. [1][2]",
    CITATIONS,
    SOURCES,
    Basis.DOCUMENTS,
    Ending.STOP,
    MadeBy(),
    Timings(),
    kind="sheet",
    sheet=SHEET,
)


def shown(qtbot: QtBot, answer: Answer) -> ConversationView:
    view = ConversationView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show_messages([Message(1, 1, Role.USER, "Sum?", 0.0), Message(2, 1, Role.ASSISTANT, answer.text, 0.0, answer)])
    return view


def table_of(view: ConversationView) -> QTextTable:
    cursor = QTextCursor(view.document())
    while not cursor.atEnd():
        if cursor.currentTable() is not None:
            return cursor.currentTable()
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    raise AssertionError("there is no table")


def cell(table: QTextTable, row: int, column: int) -> str:
    cursor = table.cellAt(row, column).firstCursorPosition()
    cursor.setPosition(table.cellAt(row, column).lastPosition(), QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def test_rows_stand_under_the_sentence_as_the_sheet_shows_them(qtbot: QtBot):
    view = shown(qtbot, ANSWER)
    table = table_of(view)
    assert [cell(table, 0, at) for at in range(3)] == ["Row", "Site", "<b>Cost</b>"]
    assert [cell(table, row, 0) for row in (1, 2, 3)] == ["2", "3", "9"]
    text = view.toPlainText()
    assert "and 214 more" in text
    assert "costs.csv,\xa0rows\xa02–3" in text.replace(" ", "\xa0")


def test_columns_that_are_not_shown_are_told(qtbot: QtBot):
    assert "not shown" not in shown(qtbot, ANSWER).toPlainText()
    head = ("Row", *(f"Column {at}" for at in range(1, 9)))
    wide = replace(SHEET, head=head, rows=(SheetRow(2, tuple("abcdefgh"), 1),))
    text = shown(qtbot, replace(ANSWER, sheet=wide)).toPlainText()
    assert "Column 6" in text and "Column 7" not in text
    assert "Columns of the sheet that are not shown: 2" in text


def test_a_row_leads_to_its_place_in_the_sheet(qtbot: QtBot):
    view = shown(qtbot, ANSWER)
    table = table_of(view)
    cursor = table.cellAt(3, 0).firstCursorPosition()
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    address = cursor.charFormat().anchorHref()
    assert address == source_address(2, 2, 1)
    with qtbot.waitSignal(view.source_requested) as asked:
        view.anchorClicked.emit(QUrl(address))
    assert asked.args == [SOURCES[1], QUOTES[1]]


def test_the_query_is_folded_until_it_is_asked_for(qtbot: QtBot):
    view = shown(qtbot, ANSWER)
    assert "SELECT" not in view.toPlainText()
    view.anchorClicked.emit(QUrl(query_address(2)))
    assert "SELECT SUM" in view.toPlainText()
    assert "Sum of “Cost” (Site = Kranj)\n" in view.toPlainText()
    view.anchorClicked.emit(QUrl(query_address(2)))
    assert "SELECT" not in view.toPlainText()


def test_who_made_the_query_is_said(qtbot: QtBot):
    assert "Calculated from the sheet, without a model" in shown(qtbot, ANSWER).toPlainText()
    by_model = replace(ANSWER, sheet=replace(SHEET, by_model=True))
    view = shown(qtbot, by_model)
    assert "by a query of the model" in view.toPlainText()
    rows_only = replace(ANSWER, sheet=replace(SHEET, words=""))
    text = shown(qtbot, rows_only).toPlainText()
    assert "Rows of the sheet that fit" in text
    assert "Show the query" not in text
