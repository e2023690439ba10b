"""The answers of a sweep, a row for each question and document; what a row says is made when it comes into view."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from phi3desk.sweep.plan import Cell, Changes, Outcome, Row, SweepPlan, SweptDocument
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
    ANSWER: lambda row: _last_if_empty(row.cell.text if row.cell is not None else ""),
    PAGE: lambda row: row.cell.page if row.cell else 0,
    QUOTE: lambda row: _last_if_empty(row.cell.quote if row.cell is not None else ""),
    SUPPORT: lambda row: ORDER.index(key_of(row)),
}


class SweepTableModel(QAbstractTableModel):
    """Rows that pass the filters, in the order of a column; they come in parts.

    What a row says is made when it comes into view. A row that is answered stays where it is until the next sort or
    filter, so that what is being read does not move.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan = SweepPlan(("",))
        self._all: list[Row] = []
        #: what the filter looks for words in, for each of them
        self._searched: list[str] = []
        #: the names of their documents as they are sorted
        self._names: list[str] = []
        self._at: dict[tuple[int, str], int] = {}
        self._counts: Counter[str] = Counter()
        #: those that are shown, and where each is shown, -1 where it is not
        self._shown: list[int] = []
        self._row_of: list[int] = []
        self._lines: dict[int, Line] = {}
        self._is_coming, self._is_whole = False, True
        #: what was answered before its row came
        self._early: dict[tuple[int, str], Cell] = {}
        self._words: list[str] = []
        self._key, self._question = "", -1
        self._column, self._order = -1, Qt.SortOrder.AscendingOrder

    def begin(self, plan: SweepPlan) -> None:
        """Show no rows: those of another sweep will come."""
        self.beginResetModel()
        self._plan, self._is_coming, self._is_whole = plan, True, False
        for kept in (self._all, self._searched, self._names, self._shown, self._row_of):
            kept.clear()
        for known in (self._at, self._lines, self._early, self._counts):
            known.clear()
        self.endResetModel()

    def append(self, rows: Sequence[Row]) -> None:
        """Take more rows behind those there are; where they are sorted by a column they are shown with the last."""
        first = len(self._all)
        for at, row in enumerate(rows, first):
            asked = row.question, row.document.path
            cell = self._early.pop(asked, None)
            self._all.append(row if cell is None else replace(row, cell=cell))
            self._searched.append(_searched(self._all[at]))
            self._names.append(natural(row.document.name))
            self._at[asked] = at
            self._counts[key_of(self._all[at])] += 1
        self._row_of += [-1] * len(rows)
        if self._column >= 0:
            return
        fitting = [at for at in range(first, len(self._all)) if self._fits(at)]
        if fitting:
            place = len(self._shown)
            self.beginInsertRows(QModelIndex(), place, place + len(fitting) - 1)
            self._shown += fitting
            for shown, at in enumerate(fitting, place):
                self._row_of[at] = shown
            self.endInsertRows()

    def finish(self) -> None:
        """Take it that there are no more rows to come."""
        self._is_whole = True
        self.break_off()

    def break_off(self) -> None:
        """Take it that the rows to come will not: those that are here are all that is shown until `begin`."""
        self._is_coming = False
        self._early.clear()
        if self._column >= 0:
            self._arrange()

    @property
    def is_coming(self) -> bool:
        """Whether more rows will come."""
        return self._is_coming

    @property
    def is_whole(self) -> bool:
        """Whether all rows of the sweep have come."""
        return self._is_whole

    def take(self, cell: Cell) -> None:
        """Take a cell that was answered; its row changes where it stands."""
        at = self._at.get((cell.question, cell.path))
        if at is not None:
            self._change({at: replace(self._all[at], cell=cell)})
        elif self._is_coming:
            self._early[cell.question, cell.path] = cell

    def take_up(self, documents: Sequence[SweptDocument]) -> None:
        """Have documents asked again from their present state, and new ones, too: their rows come behind the others."""
        new: list[Row] = []
        changed: dict[int, Row] = {}
        for question in range(len(self._plan.questions)):
            for document in documents:
                at = self._at.get((question, document.path))
                if at is None:
                    new.append(Row(question, document))
                else:
                    changed[at] = Row(question, document)
        self._change(changed)
        self.append(new)
        if self._column >= 0:
            self._arrange()

    def follow(self, changes: Changes) -> None:
        """Have documents at their place of now, and say which are gone; what was answered from them stays."""
        changed: dict[int, Row] = {}
        kept = [*changes.kept, *((each.path, each) for each in changes.gone)]
        for question in range(len(self._plan.questions)):
            for path, document in kept:
                at = self._at.pop((question, path), None)
                if at is not None:
                    self._at[question, document.path] = at
                    self._names[at] = natural(document.name)
                    changed[at] = _followed(self._all[at], document)
        self._change(changed)

    def open_again(self, outcome: Outcome) -> None:
        """Have what ended so wait to be asked again."""
        ended = ((at, row) for at, row in enumerate(self._all) if row.outcome is outcome)
        self._change({at: Row(row.question, row.document) for at, row in ended})

    def set_filter(self, words: str, key: str, question: int) -> None:
        """Show rows that hold all the words, of one outcome ("" for all) and one question (-1 for all)."""
        wanted = words.casefold().split(), key, question
        if wanted != (self._words, self._key, self._question):
            self._words, self._key, self._question = wanted
            self._arrange()

    def rows(self) -> list[Row]:
        """Return all rows, filtered out or not: question by question, the documents of each by path."""
        # what was taken up since stands behind the others here
        return sorted(self._all, key=lambda row: (row.question, row.document.path))

    def counts(self) -> Counter[str]:
        """Return how many rows ended in which way, filtered out or not."""
        return +self._counts

    def row_at(self, index: Index) -> Row | None:
        """Return the row of an index, None for an invalid one."""
        return self._all[self._shown[index.row()]] if index.isValid() else None

    def index_of(self, row: Row) -> QModelIndex:
        """Return the index of what is asked in a row now, an invalid one where it is not shown."""
        at = self._at.get((row.question, row.document.path))
        shown = self._row_of[at] if at is not None else -1
        return self.index(shown, DOCUMENT) if shown >= 0 else QModelIndex()

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
        if not self._is_coming or column < 0:
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
            faint = column in (QUOTE, PAGE) or row.document.gone
            faint = faint or row.outcome in (None, Outcome.NOT_FOUND, Outcome.FAILED)
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

    # which rows there are

    def _change(self, rows: Mapping[int, Row]) -> None:
        """Put other rows in the place of some. What is shown stays where it is, what fits the filters now is added."""
        for at, row in rows.items():
            self._counts[key_of(self._all[at])] -= 1
            self._counts[key_of(row)] += 1
            self._all[at], self._searched[at] = row, _searched(row)
            self._lines.pop(at, None)
        shown = [self._row_of[at] for at in rows if self._row_of[at] >= 0]
        if shown:
            self.dataChanged.emit(self.index(min(shown), 0), self.index(max(shown), SUPPORT))
        if self._is_coming and self._column >= 0:
            return
        fitting = [at for at in rows if self._row_of[at] < 0 and self._fits(at)]
        if len(fitting) == 1:
            self._insert(fitting[0])
        elif fitting:
            self._insert_all(fitting)

    def _insert(self, at: int) -> None:
        """Show a row that passes the filters now, in its place."""
        place = next((row for row, other in enumerate(self._shown) if self._is_before(at, other)), len(self._shown))
        self.beginInsertRows(QModelIndex(), place, place)
        self._shown.insert(place, at)
        for row in range(place, len(self._shown)):
            self._row_of[self._shown[row]] = row
        self.endInsertRows()

    def _insert_all(self, rows: Iterable[int]) -> None:
        """Show rows that pass the filters now, each in its place, at once: one by one takes seconds for thousands."""
        waiting = deque(self._in_order(rows))
        shown: list[int] = []
        for other in self._shown:
            while waiting and self._is_before(waiting[0], other):
                shown.append(waiting.popleft())
            shown.append(other)
        self._show([*shown, *waiting])

    def _is_before(self, one: int, other: int) -> bool:
        if self._column < 0:
            return one < other
        mine, theirs = self._sorted_by(one), self._sorted_by(other)
        falls = self._order == Qt.SortOrder.DescendingOrder
        return (theirs < mine if falls else mine < theirs) or (mine == theirs and one < other)

    def _fits(self, at: int) -> bool:
        row = self._all[at]
        if self._question not in (-1, row.question) or (self._key and self._key != key_of(row)):
            return False
        searched = self._searched[at]
        return all(word in searched for word in self._words)

    def _sorted_by(self, at: int) -> Any:
        """Return what a row is sorted by in the column that is chosen."""
        return self._names[at] if self._column == DOCUMENT else _KEYS[self._column](self._all[at])

    def _in_order(self, rows: Iterable[int]) -> list[int]:
        """Return rows in the order of the column that is chosen."""
        ordered = sorted(rows)
        if self._column >= 0:
            keys = {at: self._sorted_by(at) for at in ordered}
            ordered.sort(key=keys.__getitem__, reverse=self._order == Qt.SortOrder.DescendingOrder)
        return ordered

    def _arrange(self) -> None:
        """Show what passes the filters, in order."""
        filtered = self._words or self._key or self._question >= 0
        rows = range(len(self._all))
        self._show(self._in_order(filter(self._fits, rows) if filtered else rows))

    def _show(self, rows: list[int]) -> None:
        """Show these rows and no others."""
        self.beginResetModel()
        self._shown = rows
        self._row_of = [-1] * len(self._all)
        for row, at in enumerate(rows):
            self._row_of[at] = row
        self.endResetModel()


def _followed(row: Row, document: SweptDocument) -> Row:
    """Return a row for its document as it is now; that nothing came of what is gone is no record of it."""
    cell = row.cell
    if cell is None or (document.gone and cell.outcome is Outcome.FAILED):
        return Row(row.question, document)
    return Row(row.question, document, replace(cell, path=document.path))


def _last_if_empty(text: str) -> str:
    """Return a text as it is sorted, where there is none behind all others."""
    return f" {text.casefold()}" if text else "\U0010ffff"


def _searched(row: Row) -> str:
    """Return what the filter looks for words in."""
    cell = row.cell
    text = f"{row.document.name}\n{cell.text}\n{cell.quote}" if cell is not None else row.document.name
    return text.casefold()


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
