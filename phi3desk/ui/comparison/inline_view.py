"""A comparison in the conversation itself: the variants' answers side by side under the answer they are compared to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from phi3desk.comparison.plan import Comparison, Outcome, Variant
from phi3desk.ui.comparison.inline_answer import InlineAnswer
from phi3desk.ui.comparison.table import shown_variant
from phi3desk.ui.formatting import number
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click

#: of one answer, in pixels; in less room the answers stand one under the other
NARROWEST = 300


class InlineComparison(Card):
    """Shows one question's answers; `answers` holds them by the variant's key.

    `stop_requested`, `go_on_requested`, `close_requested` and `many_requested` (to open the page that compares many
    questions) ask for what they say.
    """

    stop_requested = Signal()
    go_on_requested = Signal()
    close_requested = Signal()
    many_requested = Signal()

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(kind="group")
        self.comparison = comparison
        self.setAccessibleName(self.tr("Comparison of this answer"))
        self.answers = {one.key: InlineAnswer(shown_variant(one.name)) for one in comparison.plan.variants}
        self.state = label("", "quiet")
        self._columns = 0
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_S)
        self.column.addLayout(self._make_head())
        self.column.addWidget(self.state)
        self.column.addLayout(self._grid)
        self._lay_out(len(self.answers))
        self.show_running(running=True)

    def _make_head(self) -> QHBoxLayout:
        self.stop = on_click(Button(self.tr("Stop"), "stop"), self.stop_requested.emit)
        self.stop.setAccessibleName(self.tr("Stop the comparison"))
        self.go_on = on_click(Button(self.tr("Go on"), "play"), self.go_on_requested.emit)
        self.go_on.setAccessibleName(self.tr("Go on with the comparison"))
        self.many = on_click(Button(self.tr("Compare many questions"), "compare", "quiet"), self.many_requested.emit)
        self.close_button = Button("", "close", "quiet", self.tr("Close the comparison"))
        on_click(self.close_button, self.close_requested.emit)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(label(self.tr("The same question, compared"), "section"), 1)
        for button in (self.stop, self.go_on, self.many, self.close_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(max(1, event.size().width() // NARROWEST))

    def _lay_out(self, fitting: int) -> None:
        """Put the answers in as many columns as fit, in rows of equal length."""
        count = len(self.answers)
        columns = next(number for number in range(min(count, fitting), 0, -1) if count % number == 0)
        if columns == self._columns:
            return
        self._columns = columns
        for at, card in enumerate(self.answers.values()):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, at // columns, at % columns)
        for column in range(count):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    @property
    def columns(self) -> int:
        """How many answers stand side by side."""
        return self._columns

    def show_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Show the answers there are; those that are shown already stay untouched."""
        for outcome in outcomes:
            card = self.answers[outcome.variant]
            if card.outcome != outcome:
                card.show_outcome(outcome)
        self._order_focus()

    def show_running(self, *, running: bool, problem: str = "") -> None:
        """Say how far the comparison has come; `problem` says why it stopped by itself."""
        done = sum(card.outcome is not None for card in self.answers.values())
        total = len(self.answers)
        if not running and self.stop.hasFocus():
            # before the button is hidden: Qt would give the focus to the next widget, and the view would go there
            self._first_control().setFocus(Qt.FocusReason.OtherFocusReason)
        self.stop.setVisible(running)
        self.go_on.setVisible(not running and done < total)
        told = self.tr("{done} of {total} answers").format(done=number(done), total=number(total))
        self.state.setText(problem or told)
        self.state.setVisible(bool(problem) or running or done < total)
        for card in self.answers.values():
            if not running:
                card.stop_waiting()
            elif card.outcome is None:
                card.show_outcome(None)
        if not running:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, problem or told))

    def variant(self, key: str) -> Variant:
        """Return a variant by its key."""
        return next(one for one in self.comparison.plan.variants if one.key == key)

    def _first_control(self) -> QWidget:
        judged = [card.good for card in self.answers.values() if card.outcome is not None]
        return judged[0] if judged else self.close_button

    def _order_focus(self) -> None:
        """Let the keyboard go through the comparison as the eye does: chips come and go while it runs."""
        before: QWidget = self.close_button
        for card in self.answers.values():
            chips = [item.widget() for at in range(card.chips.count()) if (item := card.chips.itemAt(at)) is not None]
            for widget in (card.text, *chips, card.good, card.bad, card.keep, card.take):
                if widget is not None:
                    QWidget.setTabOrder(before, widget)
                    before = widget
