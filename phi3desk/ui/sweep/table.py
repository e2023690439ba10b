"""The answers of a sweep, a row for each question and document; what a row says is made when it comes into view."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from phi3desk.csv_safe import safe_cell
from phi3desk.sweep.plan import Cell, Outcome, Row, SweepPlan
from phi3desk.sweep.report import HEADINGS, Line, line_of
from phi3desk.ui.formatting import translate
from phi3desk.ui.library.document_table import natural
from phi3desk.ui.sweep.outcomes import LOOKS, ORDER, key_of
from phi3desk.ui.theme import icon, tokens

Index = QModelIndex | QPersistentModelIndex
QUESTION, DOCUMENT, ANSWER, PAGE, QUOTE, SUPPORT = range(6)
ROW_HEIGHT = 64
#: of the width of the table, in pixels: columns with their share of it, and how narrow and wide they become
WIDTHS = ((QUESTION, 0.16, 84, 190), (DOCUMENT, 0.18, 96, 200), (PAGE, 0.08, 56, 84))
SUPPORT_WIDTH, ICON_WIDTH = 120, 40
#: below these widths quotes have no column, and outcomes no word, in the table
NARROW, TIGHT = 640, 460

_KEYS: dict[int, Callable[[Row], Any]] = {
    QUESTION: lambda row: row.question,
    DOCUMENT: lambda row: natural(row.document.name),
    ANSWER: lambda row: (row.outcome in (None, Outcome.NOT_FOUND), (row.cell.text if row.cell else "").casefold()),
    PAGE: lambda row: row.cell.page if row.cell else 0,
    QUOTE: lambda row: (not (row.cell and row.cell.quote), (row.cell.quote if row.cell else "").casefold()),
    SUPPORT: lambda row: ORDER.index(key_of(row)),
}


class SweepTableModel(QAbstractTableModel):
    """Rows that pass the filters, in the order of a column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan = SweepPlan(("",))
        self._all: list[Row] = []
        self._shown: list[int] = []
        self._place: dict[tuple[int, str], int] = {}
        self._lines: dict[int, Line] = {}
        self._words: list[str] = []
        self._key, self._question = "", -1
        self._column, self._order = -1, Qt.SortOrder.AscendingOrder

    def show(self, plan: SweepPlan, rows: Sequence[Row]) -> None:
        """Show the rows of a sweep."""
        self._plan, self._all = plan, list(rows)
        self._place = {(row.question, row.document.path): at for at, row in enumerate(self._all)}
        self._arrange()

    def take(self, cell: Cell) -> None:
        """Take a cell that was answered; its row changes where it stands."""
        at = self._place.get((cell.question, cell.path))
        if at is None:
            return
        self._all[at] = replace(self._all[at], cell=cell)
        self._lines.pop(at, None)
        if at in self._shown:
            row = self._shown.index(at)
            self.dataChanged.emit(self.index(row, 0), self.index(row, SUPPORT))
        elif self._fits(self._all[at]):
            self._arrange()

    def set_filter(self, words: str, key: str, question: int) -> None:
        """Show rows that hold all the words, of one outcome ("" for all) and one question (-1 for all)."""
        self._words, self._key, self._question = words.casefold().split(), key, question
        self._arrange()

    @property
    def rows(self) -> list[Row]:
        """All rows, filtered out or not."""
        return self._all

    def counts(self) -> Counter[str]:
        """Return how many rows ended in which way, filtered out or not."""
        return Counter(key_of(row) for row in self._all)

    def row_at(self, index: Index) -> Row | None:
        """Return the row of an index, None for an invalid one."""
        return self._all[self._shown[index.row()]] if index.isValid() else None

    def line(self, row: int) -> Line:
        """Return what a row says."""
        at = self._shown[row]
        if at not in self._lines:
            self._lines[at] = line_of(self._plan, self._all[at], translate)
        return self._lines[at]

    def recolor(self) -> None:
        """Draw the outcomes in the colours of the scheme that is shown now."""
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, SUPPORT))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else SUPPORT + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return translate(HEADINGS[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = column, order
        self._arrange()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index)
        if row is None:
            return None
        column, roles = index.column(), Qt.ItemDataRole
        if role in (roles.DisplayRole, roles.AccessibleTextRole):
            return self._text(index.row(), row, column)
        if role == roles.DecorationRole and column == SUPPORT:
            name, color = LOOKS[key_of(row)]
            return icon(name, getattr(tokens(), color))
        if role == roles.ForegroundRole:
            faint = column in (QUOTE, PAGE) or row.outcome in (None, Outcome.NOT_FOUND, Outcome.FAILED)
            return QBrush(QColor(tokens().quiet)) if faint and column != SUPPORT else None
        if role == roles.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == roles.ToolTipRole and column == DOCUMENT:
            return self.line(index.row()).folder
        return None

    def _text(self, at: int, row: Row, column: int) -> str:
        line = self.line(at)
        if column == ANSWER:
            return line.answer or line.remark
        return line.cells[column]

    def _fits(self, row: Row) -> bool:
        if self._question not in (-1, row.question) or self._key not in ("", key_of(row)):
            return False
        if not self._words:
            return True
        cell = row.cell
        text = f"{row.document.name}\n{cell.text}\n{cell.quote}" if cell is not None else row.document.name
        folded = text.casefold()
        return all(word in folded for word in self._words)

    def _arrange(self) -> None:
        self.beginResetModel()
        self._lines.clear()
        self._shown = [at for at, row in enumerate(self._all) if self._fits(row)]
        if self._column >= 0:
            key = _KEYS[self._column]
            self._shown.sort(key=lambda at: key(self._all[at]), reverse=self._order == Qt.SortOrder.DescendingOrder)
        self.endResetModel()


class SweepTable(QTableView):
    """`opened` asks to see the page of a row: a click, Enter. Ctrl+C copies the selected rows as a table."""

    opened = Signal(QModelIndex)
    chosen = Signal(QModelIndex)

    def __init__(self, model: SweepTableModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setAccessibleName(self.tr("Answers of each document"))
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setShowGrid(False)
        self.setIconSize(QSize(16, 16))
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(56)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column in (ANSWER, QUOTE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        # a header asks of every row whether its column is selected; this one has nothing to ask
        header.setSelectionModel(QItemSelectionModel(model, self))
        self.setSortingEnabled(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.clicked.connect(self.opened)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give the answers the room: where there is little, quotes step aside, for the chosen one is told below."""
        width, header = self.viewport().width(), self.horizontalHeader()
        narrow = width < NARROW
        for column, share, least, most in WIDTHS:
            header.resizeSection(column, max(least, min(most, round(width * share))))
        header.resizeSection(SUPPORT, ICON_WIDTH if width < TIGHT else SUPPORT_WIDTH)
        self.setColumnHidden(QUOTE, narrow)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit(current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the page, Ctrl+C copies; the rest goes its usual way."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put the selected rows into the clipboard, as spreadsheets take them; no cell can be a formula."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        made = io.StringIO()
        writer = csv.writer(made, delimiter="\t", lineterminator="\n")
        for row in rows:
            writer.writerow([safe_cell(cell) for cell in self._model.line(row).cells[: SUPPORT + 1]])
        if rows:
            QGuiApplication.clipboard().setText(made.getvalue())
