"""What a comparison found: the answers side by side, the figures, the chart."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from phi3desk.comparison.figures import MEASURE_NAMES, Figures, figures
from phi3desk.comparison.plan import Comparison
from phi3desk.comparison.store import ComparisonStore
from phi3desk.ui.comparison.chart import ComparisonChart, share_words
from phi3desk.ui.comparison.table import ComparisonTable, ComparisonTableModel, shown_variant
from phi3desk.ui.formatting import number, place_of, translate
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S
from phi3desk.ui.widgets.basic import Button, label, on_click


class ComparisonResults(QTabWidget):
    """Answers with thumbs, and figures; `reveal_requested` asks to show the names of a blind comparison."""

    reveal_requested = Signal()

    def __init__(self, store: ComparisonStore) -> None:
        super().__init__()
        self._store = store
        self._comparison: Comparison | None = None
        self.model = ComparisonTableModel(store, self)
        self.table = ComparisonTable(self.model)
        self.figures_table = QTableWidget()
        self.chart = ComparisonChart()
        self.words = label("")
        self.hidden = label("", "section")
        self.setDocumentMode(True)
        self.addTab(self._make_answers(), self.tr("Answers"))
        self.addTab(self._make_figures(), self.tr("Figures"))
        self.table.rated.connect(self._rate)
        self.table.chosen.connect(self._show_answer)
        self.currentChanged.connect(lambda _: self.show_figures())

    def _make_answers(self) -> QWidget:
        below = QWidget()
        self.answer = QPlainTextEdit()
        self.answer.setReadOnly(True)
        self.answer.setAccessibleName(self.tr("The chosen answer with its sources"))
        self.marks = label("", "quiet")
        self._good = on_click(Button(self.tr("Good (G)"), "thumb-up-outline", "chip"), lambda: self._rate_current(1))
        self._bad = on_click(
            Button(self.tr("Not good (B)"), "thumb-down-outline", "chip"), lambda: self._rate_current(-1)
        )
        for button in (self._good, self._bad):
            button.setCheckable(True)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.marks, 1)
        row.addWidget(self._good)
        row.addWidget(self._bad)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(self.answer, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(below)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([420, 180])
        return splitter

    def _make_figures(self) -> QWidget:
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, SPACE_L, SPACE_M, SPACE_L)
        column.setSpacing(SPACE_L)
        self.figures_table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.figures_table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.figures_table.setAccessibleName(self.tr("Figures of each variant"))
        self.figures_table.setTabKeyNavigation(False)
        self.figures_table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.figures_table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.figures_table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.figures_table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.figures_table.verticalHeader().setDefaultSectionSize(34)
        self._reveal = on_click(Button(self.tr("Reveal the names"), "eye-outline"), self.reveal_requested.emit)
        self._explained = label(
            self.tr("In brackets: where the figure would likely lie with many more questions."), "quiet"
        )
        column.addWidget(self.hidden)
        column.addWidget(self._reveal, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.figures_table, self._explained, self.chart, self.words):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(held)
        held.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def show_comparison(self, comparison: Comparison) -> None:
        """Show a comparison as far as it has come."""
        at = self.table.currentIndex()
        row, column = at.row(), at.column()
        same = self._comparison is not None and self._comparison.id == comparison.id
        self._comparison = comparison
        self.model.show(comparison)
        self.table.setCurrentIndex(self.model.index(row, column) if same and row >= 0 else self.model.index(0, 1))
        self.show_figures()

    def refresh(self, question: str) -> None:
        """Show a question's answers anew; the figures follow where they are in view."""
        self.model.refresh(question)
        self._show_answer(self.table.currentIndex())
        self.show_figures()

    def show_figures(self) -> None:
        """Count anew where the figures are in view."""
        comparison = self._comparison
        if comparison is None or self.currentIndex() != 1:
            return
        hidden = comparison.names_hidden
        for part in (self.figures_table, self._explained, self.words):
            part.setVisible(not hidden)
        self._reveal.setVisible(hidden)
        self.hidden.setVisible(hidden)
        self.hidden.setText(self.tr("The figures show when the names are revealed. Judge the answers first."))
        made = None if hidden else figures(comparison, self._store.outcomes(comparison.id))
        self.chart.show_figures(made)
        if made is not None:
            self._fill(made)

    def _fill(self, made: Figures) -> None:
        rows = [
            (translate(MEASURE_NAMES[measure]), [share_words(one.shares[measure]) for one in made.variants])
            for measure in made.measures
        ]
        seconds = [
            self.tr("{mean} s ({low}–{high})").format(
                mean=number(one.seconds.value, 1), low=number(one.seconds.low, 1), high=number(one.seconds.high, 1)
            )
            if one.seconds.of
            else "–"
            for one in made.variants
        ]
        rows.append((self.tr("Seconds for an answer"), seconds))
        if any(one.problems for one in made.variants):
            rows.append((self.tr("Could not be answered"), [number(one.problems) for one in made.variants]))
        table = self.figures_table
        table.setColumnCount(len(made.variants))
        table.setRowCount(len(rows))
        table.setHorizontalHeaderLabels([shown_variant(one.variant.name) for one in made.variants])
        table.setVerticalHeaderLabels([name for name, _ in rows])
        for at, (_, cells) in enumerate(rows):
            for column, cell in enumerate(cells):
                table.setItem(at, column, QTableWidgetItem(cell))
        table.setFixedHeight(table.horizontalHeader().sizeHint().height() + 34 * len(rows) + 4)
        paragraphs = [
            "\n".join(
                [
                    translate(MEASURE_NAMES[measure]),
                    *(f"· {translate(one.says)}" for one in made.pairs if one.measure == measure),
                ]
            )
            for measure in made.measures
            if any(one.measure == measure for one in made.pairs)
        ]
        if made.seconds:
            paragraphs.append("\n".join([self.tr("Seconds"), *(f"· {translate(one.says)}" for one in made.seconds)]))
        self.words.setText("\n\n".join(paragraphs))

    def _show_answer(self, index: QModelIndex) -> None:
        outcome = self.model.outcome(index)
        for button, thumb in ((self._good, 1), (self._bad, -1)):
            button.setEnabled(outcome is not None)
            button.setChecked(outcome is not None and outcome.thumb == thumb)
        self.marks.setText(self.model.marks(index))
        hidden = self._comparison is not None and self._comparison.names_hidden
        if outcome is None or hidden:
            # the cell leaves out marks and sources where they would tell which variant had documents
            self.answer.setPlainText(str(self.model.data(index) or ""))
            return
        lines = [outcome.answer.text or outcome.problem, ""]
        lines += dict.fromkeys(f"[{c.n}] {c.document}, {place_of(c)}: {c.quote}" for c in outcome.answer.citations)
        self.answer.setPlainText("\n".join(lines).strip())

    def _rate_current(self, thumb: int) -> None:
        outcome = self.model.outcome(self.table.currentIndex())
        self._rate(self.table.currentIndex(), 0 if outcome is not None and outcome.thumb == thumb else thumb)

    def _rate(self, index: QModelIndex, thumb: int) -> None:
        outcome, comparison = self.model.outcome(index), self._comparison
        if outcome is None or comparison is None:
            return
        self._store.rate(comparison.id, outcome.question, outcome.variant, thumb)
        self.refresh(outcome.question)
