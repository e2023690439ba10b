"""Under an answer that was calculated from a sheet: the rows it rests on, where they stand, and its query in a fold."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from phi3desk.chat.messages import Answer, SheetRecord
from phi3desk.ui.answers.markup import mark_format
from phi3desk.ui.chat.conversation.message_links import query_address, source_address
from phi3desk.ui.formatting import number, place_of
from phi3desk.ui.inert_text import plain
from phi3desk.ui.theme import list_px, tokens
from phi3desk.ui.widgets.tooltip import plain_tooltip

MOST_ROWS = 10
MOST_COLUMNS = 7
_LONGEST_CELL = 36
_FOLDED, _UNFOLDED = "▸", "▾"


class SheetRows(QObject):
    """Writes what an answer from a sheet rests on behind its text."""

    def write(self, cursor: QTextCursor, message_id: int, answer: Answer, *, unfolded: bool) -> None:
        """Write rows, places and query at the cursor; `unfolded` shows the query, otherwise a link to it."""
        sheet = answer.sheet
        if sheet is None:
            return
        if sheet.rows:
            self._write_table(cursor, message_id, sheet)
        left = sheet.rows_in_all - min(len(sheet.rows), MOST_ROWS)
        if left > 0:
            _begin(cursor, top=4)
            cursor.insertText(self.tr("and %Ln more row(s)", "", left), _quiet())
        columns = len(sheet.head) - MOST_COLUMNS
        if sheet.rows and columns > 0:
            _begin(cursor, top=4)
            told = self.tr("Columns of the sheet that are not shown: {count}").format(count=number(columns))
            cursor.insertText(told, _quiet())
        if answer.citations:
            self._write_places(cursor, message_id, answer)
        if sheet.words:
            self._write_query(cursor, message_id, sheet, unfolded=unfolded)

    def _write_table(self, cursor: QTextCursor, message_id: int, sheet: SheetRecord) -> None:
        rows, width = sheet.rows[:MOST_ROWS], min(len(sheet.head), MOST_COLUMNS)
        look = QTextTableFormat()
        look.setBorder(1)
        look.setBorderCollapse(True)
        look.setBorderBrush(QBrush(QColor(tokens().line)))
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setCellPadding(5)
        look.setCellSpacing(0)
        look.setTopMargin(10)
        look.setBottomMargin(4)
        look.setHeaderRowCount(1)
        look.setWidth(QTextLength())
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        table = cursor.insertTable(len(rows) + 1, width, look)
        head = _quiet()
        head.setFontWeight(QFont.Weight.DemiBold)
        for at, name in enumerate(sheet.head[:width]):
            table.cellAt(0, at).firstCursorPosition().insertText(plain(_short(name)), head)
        for line, row in enumerate(rows, 1):
            place = table.cellAt(line, 0).firstCursorPosition()
            link = _quiet()
            if row.citation:
                link = mark_format(source_address(message_id, row.citation, row.citation - 1), tokens())
                link.setProperty(QTextFormat.Property.FontPixelSize, list_px())
                link.setToolTip(plain_tooltip(self.tr("Show this row in the sheet")))
            place.insertText(number(row.number), link)
            for at, cell in enumerate(row.cells[: width - 1], 1):
                table.cellAt(line, at).firstCursorPosition().insertText(plain(_short(cell)), _plain_text())
        cursor.setPosition(table.lastPosition() + 1)

    def _write_places(self, cursor: QTextCursor, message_id: int, answer: Answer) -> None:
        _begin(cursor, top=8)
        title = self.tr("Rows")
        cursor.insertText(f"{title}:  ", _quiet())
        for index, citation in enumerate(answer.citations):
            if index:
                cursor.insertText("   ·   ", _quiet())
            look = mark_format(source_address(message_id, citation.n, index), tokens())
            look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
            look.setFontWeight(QFont.Weight.Normal)
            where = plain(place_of(citation)).replace(" ", "\u00a0")
            cursor.insertText(f"[{citation.n}]\u00a0{plain(citation.document)}, {where}", look)

    def _write_query(self, cursor: QTextCursor, message_id: int, sheet: SheetRecord, *, unfolded: bool) -> None:
        _begin(cursor, top=8)
        look = mark_format(query_address(message_id), tokens())
        look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
        told = self.tr("Hide the query") if unfolded else self.tr("Show the query")
        cursor.insertText(f"{_UNFOLDED if unfolded else _FOLDED}\u00a0{told}", look)
        if not unfolded:
            return
        _begin(cursor, top=4, side=14)
        cursor.insertText(plain(sheet.words), _plain_text())
        if sheet.by_model:
            _begin(cursor, top=2, side=14)
            cursor.insertText(
                self.tr("The model wrote this query; it was checked and can only read the sheet."), _quiet()
            )
        _begin(cursor, top=4, side=14)
        code = _quiet()
        code.setFontFamilies([QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()])
        cursor.insertText(plain(" ".join(sheet.sql.split())), code)


def _begin(cursor: QTextCursor, top: int, side: int = 0) -> None:
    look = QTextBlockFormat()
    look.setTopMargin(top)
    look.setLeftMargin(side)
    cursor.insertBlock(look, QTextCharFormat())


def _quiet() -> QTextCharFormat:
    look = _plain_text()
    look.setForeground(QBrush(QColor(tokens().quiet)))
    return look


def _plain_text() -> QTextCharFormat:
    look = QTextCharFormat()
    look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
    return look


def _short(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - 1] + "…"
