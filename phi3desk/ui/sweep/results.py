"""The table of a sweep with its filters, and the row that is chosen in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from phi3desk.sweep.plan import Cell, Changes, Outcome, Row, SweepPlan, SweptDocument
from phi3desk.ui.sweep.outcomes import OutcomeChips
from phi3desk.ui.sweep.table import DOCUMENT, QUESTION, SweepTable, SweepTableModel
from phi3desk.ui.theme import SPACE_S, follow_scheme, icon
from phi3desk.ui.widgets.basic import label
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.shortcuts import bind

DETAIL_HEIGHT = 96
#: milliseconds without a key after which the table is filtered
TYPING_MS = 120


class SweepResults(QWidget):
    """`opened` carries the Row whose page is to be shown."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.model = SweepTableModel(self)
        self.table = SweepTable(self.model)
        self.chips = OutcomeChips()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter by document, answer or quote"))
        self.filter.setAccessibleName(self.tr("Filter answers"))
        self.filter.setClearButtonEnabled(True)
        # not for every key: a long table is gone through for each
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._apply_filter)
        self._filter_icon = self.filter.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.question = Choice()
        self.question.setAccessibleName(self.tr("Show the answers to"))
        self.question.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.question.setMinimumContentsLength(18)
        self.detail = QPlainTextEdit()
        self.detail.setReadOnly(True)
        self.detail.setFixedHeight(DETAIL_HEIGHT)
        self.detail.setTabChangesFocus(True)
        self.detail.setAccessibleName(self.tr("The chosen answer with its quote"))
        self.nothing = label(self.tr("No answer fits the filter."), "quiet")
        self.nothing.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.filter, 1)
        row.addWidget(self.question)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        for part in (self.chips, self.nothing):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        column.addWidget(self.detail)
        self._connect()

    def _connect(self) -> None:
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self.filter.returnPressed.connect(self._apply_filter)
        self.chips.chosen.connect(lambda _: self._apply_filter())
        self.question.currentIndexChanged.connect(lambda _: self._apply_filter())
        self.table.opened.connect(self._on_opened)
        self.table.chosen.connect(self._show_detail)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.setAccessibleName(self.tr("Answers of all documents"))
        bind(self, QKeySequence.StandardKey.Find, self.filter.setFocus, self.tr("Filter answers"))
        follow_scheme(self, self._recolor)

    def begin(self, plan: SweepPlan) -> None:
        """Show a sweep whose rows will come, all of them, without filters."""
        several = len(plan.questions) > 1
        self.question.blockSignals(True)
        self.question.clear()
        self.question.addItems([self.tr("All questions"), *plan.questions])
        self.question.blockSignals(False)
        self.question.setVisible(several)
        self.table.setColumnHidden(QUESTION, not several)
        self.filter.clear()
        self.chips.choose("")
        self.model.begin(plan)
        self._apply_filter()
        self.detail.clear()

    def append(self, rows: Sequence[Row]) -> None:
        """Show more rows of the sweep."""
        self.model.append(rows)
        self._show_counts()
        self._choose_first()

    def finish(self) -> None:
        """Take it that there are no more rows to come."""
        self.model.finish()
        self._show_counts()
        self._choose_first()

    def break_off(self) -> None:
        """Take it that the rows to come will not, until `begin`."""
        self.model.break_off()
        self._show_counts()
        self._choose_first()

    def take_up(self, documents: Sequence[SweptDocument]) -> None:
        """Show the rows of documents that were taken up anew."""
        self._change_many(partial(self.model.take_up, documents))

    def follow(self, changes: Changes) -> None:
        """Show documents at their place of now, and which are gone."""
        self._change_many(partial(self.model.follow, changes))

    def open_again(self, outcome: Outcome) -> None:
        """Show that what ended so waits to be asked again."""
        self._change_many(partial(self.model.open_again, outcome))

    def _change_many(self, change: Callable[[], None]) -> None:
        """Change rows of the table at once; the chosen one stays chosen."""
        chosen = self.model.row_at(self.table.currentIndex())
        change()
        self._show_counts()
        if chosen is not None and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index_of(chosen))
        self._show_detail(self.table.currentIndex())

    def take(self, cell: Cell) -> None:
        """Show a cell that was answered."""
        self.model.take(cell)
        self._show_counts()
        current = self.table.currentIndex()
        row = self.model.row_at(current)
        if row is not None and row.cell is cell:
            self._show_detail(current)

    def _choose_first(self) -> None:
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, DOCUMENT))

    def _apply_filter(self) -> None:
        self._typing.stop()
        self.model.set_filter(self.filter.text(), self.chips.key, self.question.currentIndex() - 1)
        self._show_counts()

    def _show_counts(self) -> None:
        counts = self.model.counts()
        self.chips.show_counts(counts)
        # rows that are to be sorted are shown with the last
        self.nothing.setVisible(not self.model.is_coming and bool(counts) and self.model.rowCount() == 0)

    def _recolor(self) -> None:
        self._filter_icon.setIcon(icon("magnify"))
        self.model.recolor()

    def _on_opened(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None:
            self.opened.emit(row)

    def _show_detail(self, index: QModelIndex) -> None:
        if not index.isValid():
            self.detail.clear()
            return
        line = self.model.line(index.row())
        answer = line.answer if line.answer not in (line.quote, line.support) else ""
        quote = f"{line.page}: “{line.quote}”" if line.quote else ""
        parts = [f"{line.document} · {line.support}", answer, quote, line.remark]
        self.detail.setPlainText("\n".join(part for part in parts if part))

    def _show_menu(self, position: QPoint) -> None:
        index = self.table.indexAt(position)
        if not index.isValid():
            return
        menu = QMenu(self.table)
        menu.addAction(icon("file-search-outline"), self.tr("Show the page\tEnter")).triggered.connect(
            lambda _=False: self._on_opened(index)
        )
        menu.addAction(icon("content-copy"), self.tr("Copy\tCtrl+C")).triggered.connect(
            lambda _=False: self.table.copy()
        )
        menu.popup(self.table.viewport().mapToGlobal(position))
        menu.aboutToHide.connect(menu.deleteLater)
