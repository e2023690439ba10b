"""The answers of a comparison side by side, a row for each question, read from the file as they come into view."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from phi3desk.chat.citations import keep_known_marks
from phi3desk.comparison.grading import judge
from phi3desk.comparison.plan import KIND_NAMES, Comparison, Outcome, shown_order
from phi3desk.comparison.report import marks_of
from phi3desk.comparison.store import ComparisonStore
from phi3desk.ui.formatting import number, translate
from phi3desk.ui.theme import icon, tokens

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 112
_ROWS_HELD = 200


class ComparisonTableModel(QAbstractTableModel):
    """Questions in the first column, the answers of each variant in the others; a blind one mixes and hides them."""

    def __init__(self, store: ComparisonStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._comparison: Comparison | None = None
        self._held: OrderedDict[str, dict[str, Outcome]] = OrderedDict()

    def show(self, comparison: Comparison | None) -> None:
        """Show another comparison."""
        self.beginResetModel()
        self._comparison = comparison
        self._held.clear()
        self.endResetModel()

    def refresh(self, question: str) -> None:
        """Show a question's answers anew."""
        self._held.pop(question, None)
        comparison = self._comparison
        if comparison is not None:
            row = next((n for n, asked in enumerate(comparison.plan.questions) if asked.id == question), None)
            if row is not None:
                self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def outcome(self, index: Index) -> Outcome | None:
        """Return the answer in a cell; None in the questions' column, and where there is none yet."""
        comparison = self._comparison
        if comparison is None or not index.isValid() or index.column() == 0:
            return None
        asked = comparison.plan.questions[index.row()]
        variant = comparison.plan.variants[shown_order(comparison, asked.id)[index.column() - 1]]
        return self._outcomes(comparison, asked.id).get(variant.key)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() or self._comparison is None else len(self._comparison.plan.questions)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() or self._comparison is None else 1 + len(self._comparison.plan.variants)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        comparison = self._comparison
        wanted = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if comparison is None or not wanted or orientation != Qt.Orientation.Horizontal:
            return None
        if section == 0:
            return self.tr("Question")
        if comparison.names_hidden:
            return self.tr("Answer {number}").format(number=number(section))
        return shown_variant(comparison.plan.variants[section - 1].name)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        comparison = self._comparison
        if comparison is None or not index.isValid():
            return None
        asked = comparison.plan.questions[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        if index.column() == 0:
            reference = "; ".join(asked.expected.answers)
            if role == Qt.ItemDataRole.DisplayRole:
                return f"{asked.question}\n\n{reference}" if reference else asked.question
            return None
        outcome = self.outcome(index)
        if role == Qt.ItemDataRole.DecorationRole and outcome is not None and outcome.thumb:
            good = outcome.thumb > 0
            return icon("thumb-up" if good else "thumb-down", tokens().good if good else tokens().bad)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(comparison, index, outcome)
        return None

    def marks(self, index: Index) -> str:
        """Return in a line what was found in an answer."""
        comparison, outcome = self._comparison, self.outcome(index)
        if comparison is None or outcome is None or comparison.names_hidden:
            # what the program found, and how long it took, tells which variant it is
            return ""
        asked = comparison.plan.questions[index.row()]
        parts = marks_of(judge(asked.expected, outcome.answer), outcome, translate)
        parts.insert(0, self.tr("{seconds} s").format(seconds=number(outcome.seconds, 1)))
        return " · ".join(parts)

    def _text(self, comparison: Comparison, index: Index, outcome: Outcome | None) -> str:
        if outcome is None:
            return self.tr("Not answered yet")
        if comparison.names_hidden:
            return keep_known_marks(outcome.answer.text, ()).strip() or outcome.problem
        found = judge(comparison.plan.questions[index.row()].expected, outcome.answer)
        signs = {True: "✓", False: "✗"}
        parts = [self.tr("page {sign}").format(sign=signs[found.page])] if found.page is not None else []
        if found.contained is not None:
            parts.append(self.tr("reference {sign}").format(sign=signs[found.contained]))
        if found.refused:
            parts.append(self.tr("refused"))
        text = outcome.answer.text or outcome.problem
        return f"{' · '.join(parts)}\n{text}" if parts else text

    def _outcomes(self, comparison: Comparison, question: str) -> dict[str, Outcome]:
        if question not in self._held:
            self._held[question] = {one.variant: one for one in self._store.outcomes(comparison.id, question)}
            if len(self._held) > _ROWS_HELD:
                self._held.popitem(last=False)
        return self._held[question]


class ComparisonTable(QTableView):
    """`rated` carries the cell and 1, -1 or 0: the keys G, B and 0 judge the answer that has the keyboard."""

    rated = Signal(QModelIndex, int)
    chosen = Signal(QModelIndex)

    def __init__(self, model: ComparisonTableModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(self.tr("Answers side by side"))
        self.setToolTip(self.tr("G: good, B: not good, 0: not judged"))
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setShowGrid(True)
        self.setIconSize(QSize(16, 16))
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.horizontalHeader().setMinimumSectionSize(140)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit(current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """G, B and 0 judge; the rest goes its usual way."""
        judged = {"g": 1, "+": 1, "b": -1, "-": -1, "0": 0}.get(event.text().lower())
        if judged is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.rated.emit(self.currentIndex(), judged)
        else:
            super().keyPressEvent(event)


def shown_variant(name: str) -> str:
    """Return a variant's name in the user's language; an expert's name stays as it is."""
    return next((translate(kind) for kind in KIND_NAMES.values() if str(kind) == name), name)
