"""The guide to how an expert is taught: five questions, a recommendation with its reasons, and where to go next."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from phi3desk.profiles.teaching import Advice, Case, Examples, Step, advise
from phi3desk.ui.formatting import translate
from phi3desk.ui.theme import SPACE_M, SPACE_S, SPACE_XL
from phi3desk.ui.widgets.basic import Button, Card, clear, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.focus import focus_first

WIDTH = 760


class _Choice(Card):
    """A question with its answers, one of which can be chosen."""

    changed = Signal()

    def __init__(self, text: str, answers: tuple[tuple[object, str], ...]) -> None:
        super().__init__(text)
        self._group = QButtonGroup(self)
        self.buttons: dict[object, QRadioButton] = {}
        self.column.addWidget(label(text))
        row = FlowLayout(SPACE_XL)
        for value, name in answers:
            button = QRadioButton(name)
            button.setAccessibleName(f"{text} {name}")
            button.clicked.connect(self.changed)
            self._group.addButton(button)
            self.buttons[value] = button
            row.addWidget(button)
        self.column.addLayout(row)

    @property
    def value(self) -> object | None:
        """The chosen answer, None before there is one."""
        return next((value for value, button in self.buttons.items() if button.isChecked()), None)


class TeachingGuide(QWidget):
    """Asks five short questions and recommends documents, an adapter, or both.

    `step_chosen` carries the Step that the user wants to take; `closed` asks to go back to the expert.
    """

    step_chosen = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("How should I teach it?"))
        yes_no = ((True, self.tr("Yes")), (False, self.tr("No")))
        counts = (
            (Examples.NONE, self.tr("None")),
            (Examples.FEW, self.tr("Under 50")),
            (Examples.SOME, self.tr("50 to 500")),
            (Examples.MANY, self.tr("More than 500")),
        )
        self.changes_often = _Choice(self.tr("Does the knowledge change often?"), yes_no)
        self.must_cite = _Choice(self.tr("Must answers name their source?"), yes_no)
        self.vocabulary = _Choice(self.tr("Is it about vocabulary and tone?"), yes_no)
        self.examples = _Choice(self.tr("How many good examples, questions with answers, are there?"), counts)
        self.automated = _Choice(self.tr("Is it an automated flow, where nobody reads each answer?"), yes_no)
        self._choices = (self.changes_often, self.must_cite, self.vocabulary, self.examples, self.automated)
        self._advice = Card(self.tr("Recommendation"))
        self.summary = label(kind="section")
        self._reasons = QVBoxLayout()
        self._reasons.setSpacing(SPACE_S)
        self._steps = FlowLayout(SPACE_S)
        self.buttons: dict[Step, Button] = {}
        self._is_new = False
        self._build()
        for choice in self._choices:
            choice.changed.connect(self._show_advice)
        self._show_advice()

    @property
    def advice(self) -> Advice | None:
        """The recommendation, None until all questions are answered."""
        changes, cite, tone, examples, automated = (choice.value for choice in self._choices)
        if not isinstance(examples, Examples) or None in (changes, cite, tone, automated):
            return None
        return advise(Case(bool(changes), bool(cite), bool(tone), examples, bool(automated)))

    def _build(self) -> None:
        held = QWidget()
        held.setMaximumWidth(WIDTH)
        column = QVBoxLayout(held)
        column.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_XL)
        column.setSpacing(SPACE_S)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("How should I teach it?"), "title"), 1)
        self._back = on_click(Button(self.tr("Back to the expert"), "arrow-left", "quiet"), self.closed.emit)
        head.addWidget(self._back)
        column.addLayout(head)
        column.addWidget(label(self.tr("Five questions, and what suits your case."), "quiet"))
        for choice in self._choices:
            column.addWidget(choice)
        self._advice.column.addWidget(self.summary)
        self._advice.column.addLayout(self._reasons)
        self._advice.column.addLayout(self._steps)
        column.addWidget(self._advice)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._on_grown())
        self.area.setWidget(held)
        self.area.viewport().setAutoFillBackground(False)
        held.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        focus_first(self, self.changes_often.buttons[True])

    def _show_advice(self) -> None:
        advice = self.advice
        clear(self._reasons)
        clear(self._steps)
        self.buttons = {}
        if advice is None:
            left = sum(choice.value is None for choice in self._choices)
            self.summary.setText(self.tr("%Ln question(s) are left.", "", left))
            return
        self.summary.setText(self.tr("Recommended: {advice}").format(advice=translate(advice.summary)))
        self._advice.setAccessibleDescription(self.summary.text())
        for reason in advice.reasons:
            self._reasons.addWidget(label(f"–  {translate(reason)}"))
        for place, step in enumerate(advice.steps):
            button = Button(self._name_of(step), "arrow-right", "" if place else "primary")
            self.buttons[step] = button
            self._steps.addWidget(on_click(button, partial(self.step_chosen.emit, step)))
        self._is_new = True
        QTimer.singleShot(0, self, self._bring_into_view)

    def _on_grown(self) -> None:
        """The advice has its height only when it is laid out, some events later."""
        if self._is_new:
            self._is_new = False
            QTimer.singleShot(0, self, self._bring_into_view)

    def _bring_into_view(self) -> None:
        """Show what can be done next, which stands below the questions."""
        for button in self.buttons.values():
            self.area.ensureWidgetVisible(button, 0, SPACE_XL)

    def _name_of(self, step: Step) -> str:
        return {
            Step.ADD_DOCUMENTS: self.tr("Add documents"),
            Step.COLLECT_EXAMPLES: self.tr("Collect examples"),
            Step.ADD_ADAPTER: self.tr("Add an adapter"),
        }[step]
