"""The field a question is written in, with the button that sends it and stops the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextOption,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from phi3desk.chat.messages import Mention
from phi3desk.ui.answers.context_gauge import ContextGauge
from phi3desk.ui.chat.mentions import MentionCompleter
from phi3desk.ui.chat.mode_button import ModeButton
from phi3desk.ui.chat.nameable import text_of
from phi3desk.ui.theme import RADIUS, SPACE_S, SPACE_XS, TARGET, follow_scheme, icon, reading_font, tokens
from phi3desk.ui.widgets.basic import Button, clear
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.replaced_text import replace_text
from phi3desk.ui.widgets.shortcuts import tell_keys

MOST_LINES = 8
LONGEST_QUESTION = 20_000
CHIP_WIDTH = 260
#: width of the composer below which the mode is shown without its words
_ROOM_FOR_MODE = 520


class QuestionEdit(QPlainTextEdit):
    """Plain text that grows with its lines up to eight; Enter sends, Shift+Enter breaks the line, Escape stops.

    Ctrl+Shift+Enter asks to put the question to every document.
    """

    send_requested = Signal()
    sweep_requested = Signal()
    stop_requested = Signal()
    back_requested = Signal()
    focus_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(False)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self.fit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends unless Shift is held or an input method is composing."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        held, keys = event.modifiers(), Qt.KeyboardModifier
        if enter and held & keys.ShiftModifier and held & keys.ControlModifier:
            self.sweep_requested.emit()
        elif enter and not held & keys.ShiftModifier:
            self.send_requested.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.stop_requested.emit()
        elif (
            event.key() == Qt.Key.Key_Backspace and self.textCursor().atStart() and not self.textCursor().hasSelection()
        ):
            self.back_requested.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste plain text only."""
        if source.hasText():
            self.insertPlainText(source.text()[:LONGEST_QUESTION])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def fit(self) -> None:
        """Be as high as the lines are, eight at most."""
        line = ceil(QFontMetricsF(self.font()).lineSpacing())
        lines = max(1, round(self.document().size().height()))
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > MOST_LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(min(lines, MOST_LINES) * line + 2)
        if lines <= MOST_LINES:
            self.verticalScrollBar().setValue(0)


@dataclass(frozen=True)
class _Replaced:
    """A text that took the place of another: the steps that could be undone in the field before and after that.

    `named` is what was named with the text that is not in the field: the one before, after an undo the one that took
    its place.
    """

    before: int
    after: int
    named: tuple[Mention, ...]


class Composer(QWidget):
    """A rounded card with the question and one button: send, or stop while an answer is written.

    `sent` carries the question; it stays in the field until `clear` is called. What is named with `@` stands over the
    question as chips and restricts this question only; `named_changed` tells that it is something else.
    `sweep_requested` carries the question that is to be put to every document; it stays in the field, too.
    `left` tells that a text that was put into the field is not in it any more: the field is empty, or Ctrl+Z brought
    back what was there before.
    """

    sent = Signal(str)
    sweep_requested = Signal(str)
    named_changed = Signal()
    stop_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QuestionEdit(self)
        self.edit.setAccessibleName(self.tr("Question"))
        tell_keys(
            self.edit,
            [
                (self.tr("Enter"), self.tr("Send the question")),
                (self.tr("Shift+Enter"), self.tr("Begin a new line")),
                (self.tr("Ctrl+Shift+Enter"), self.tr("Ask every document this")),
                (self.tr("Esc"), self.tr("Stop the answer")),
                ("@", self.tr("Ask some documents or pages only")),
            ],
        )
        self.button = QToolButton(self)
        self.button.setFixedSize(36, 36)
        self.button.setIconSize(QSize(20, 20))
        self._answering = False
        #: of what was put into the field what can be undone, and what can be redone; what is next is last
        self._replaced: list[_Replaced] = []
        self._undone: list[_Replaced] = []
        self._named: tuple[Mention, ...] = ()
        self.name_button = QToolButton(self)
        self.name_button.setFixedSize(36, 36)
        self.name_button.setIconSize(QSize(20, 20))
        self.name_button.setToolTip(self.tr("Ask some documents or pages only (@)"))
        self.name_button.setAccessibleName(self.tr("Name a collection, a folder, a document or pages"))
        self.gauge = ContextGauge(self)
        self.mode_button = ModeButton(self)
        self.mode_button.menu().addSeparator()
        self.sweep_action = self.mode_button.menu().addAction(self.tr("Ask every document this\tCtrl+Shift+Enter"))
        self.sweep_action.triggered.connect(lambda _=False: self._on_sweep())
        self.chips = QWidget()
        self._chip_row = FlowLayout(SPACE_XS)
        self.chips.setLayout(self._chip_row)
        self.chips.hide()
        self.mentions = MentionCompleter(self.edit, self)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(self.edit, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(SPACE_XS)
        row.addWidget(self.mode_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.gauge, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.name_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(self.chips)
        column.addLayout(row)
        self.setMinimumHeight(TARGET + 2 * SPACE_S)
        self.setFocusProxy(self.edit)
        self.edit.send_requested.connect(self._on_send)
        self.edit.sweep_requested.connect(self._on_sweep)
        self.edit.stop_requested.connect(self._on_stop)
        self.edit.textChanged.connect(self._show_button)
        self.edit.textChanged.connect(self._on_text_changed)
        # what is typed after an undo leaves nothing to redo
        self.edit.document().undoCommandAdded.connect(self._undone.clear)
        self.edit.focus_changed.connect(self.update)
        self.edit.back_requested.connect(lambda: self.set_named(self._named[:-1]))
        self.button.clicked.connect(self._on_button)
        self.name_button.clicked.connect(self.mentions.begin)
        self.mentions.chosen.connect(self._on_named)
        self._show_button()
        follow_scheme(self, self._show_button)

    def _on_text_changed(self) -> None:
        came_back = self._bring_named_back()
        if came_back or not self.text:
            self.left.emit()

    def _bring_named_back(self) -> bool:
        """Name again what was named with the text that Ctrl+Z brought back; return whether it brought one back."""
        steps, named = self.edit.document().availableUndoSteps(), self._named
        undone = bool(self._replaced) and self._replaced[-1].before >= steps
        while self._replaced and self._replaced[-1].before >= steps:
            last = self._replaced.pop()
            self._undone.append(replace(last, named=named))
            named = last.named
        if not undone:
            self._name_redone(steps)
            return False
        self.set_named(named)
        return True

    def _name_redone(self, steps: int) -> None:
        """Name again what was named with the text that a redo brought back."""
        if not self.edit.document().isRedoAvailable() and self._undone and steps < self._undone[-1].after:
            # what was typed went on from the last step
            self._undone.clear()
        named = self._named
        while self._undone and self._undone[-1].after <= steps:
            last = self._undone.pop()
            self._replaced.append(replace(last, named=named))
            named = last.named
        self.set_named(named)

    @property
    def text(self) -> str:
        """The question as it stands, without white space around it."""
        return self.edit.toPlainText().strip()

    def set_text(self, text: str, named: tuple[Mention, ...] | None = None) -> None:
        """Put a text into the field and the cursor behind it; what was typed before comes back with Ctrl+Z.

        So does what was named before; `named` takes its place, None leaves it.
        """
        before = self.edit.document().availableUndoSteps()
        replace_text(self.edit, text)
        self._replaced.append(_Replaced(before, self.edit.document().availableUndoSteps(), self._named))
        if named is not None:
            self.set_named(named)
        self.edit.setFocus()

    def clear(self) -> None:
        """Empty the field and take back what was named, and the mode that was chosen for this question."""
        self._replaced.clear()
        self._undone.clear()
        self.edit.clear()
        self.set_named(())
        self.mode_button.choose(None)

    @property
    def named(self) -> tuple[Mention, ...]:
        """What this question is restricted to."""
        return self._named

    def set_named(self, mentions: tuple[Mention, ...]) -> None:
        """Restrict this question to collections, folders, documents and pages."""
        if mentions == self._named:
            return
        self._named = mentions
        clear(self._chip_row)
        for mention in mentions:
            self._chip_row.addWidget(self._chip(mention))
        self.chips.setVisible(bool(mentions))
        self.named_changed.emit()

    def _chip(self, mention: Mention) -> Button:
        name = text_of(mention)
        remove = self.tr("Do not restrict the question to “{name}”").format(name=name)
        chip = Button("", "close", "chip", remove)
        chip.setMaximumWidth(CHIP_WIDTH)
        chip.setMinimumWidth(0)
        text = chip.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, CHIP_WIDTH - 64)
        chip.setText(text.replace("&", "&&"))
        chip.clicked.connect(lambda _=False: self._on_chip_removed(mention))
        return chip

    def _on_named(self, mentions: tuple[Mention, ...]) -> None:
        """Restrict the question to something more."""
        self.set_named((*(known for known in self._named if known not in mentions), *mentions))

    def _on_chip_removed(self, mention: Mention) -> None:
        self.set_named(tuple(known for known in self._named if known != mention))
        self.edit.setFocus()

    def set_placeholder(self, text: str) -> None:
        """Say whom the question goes to."""
        self.edit.setPlaceholderText(text)
        # Qt paints a placeholder anew only where it comes or goes
        self.edit.viewport().update()

    def set_searches(self, searches: bool) -> None:
        """Let documents be named, or not where the expert searches none."""
        self.name_button.setVisible(searches)
        self.mentions.set_offered(searches)
        if not searches:
            self.set_named(())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.mode_button.set_short(self.width() < _ROOM_FOR_MODE)

    def set_reading_size(self, pixels: int) -> None:
        """Write in the size in which answers are read."""
        self.edit.setFont(reading_font(pixels))
        self.edit.fit()

    def set_answering(self, answering: bool) -> None:
        """Make the button stop or send."""
        self._answering = answering
        self._show_button()

    def _on_send(self) -> None:
        if self.text and not self._answering:
            self.sent.emit(self.text)

    def _on_sweep(self) -> None:
        self.sweep_requested.emit(self.text)

    def _on_stop(self) -> None:
        if self._answering:
            self.stop_requested.emit()

    def _on_button(self) -> None:
        if self._answering:
            self.stop_requested.emit()
        else:
            self._on_send()

    def _show_button(self) -> None:
        shown = tokens()
        usable = self._answering or bool(self.text)
        name = self.tr("Stop the answer") if self._answering else self.tr("Send the question")
        color = shown.on_accent if usable else shown.quiet
        self.name_button.setIcon(icon("at"))
        self.sweep_action.setIcon(icon("table-search"))
        self.button.setIcon(icon("stop" if self._answering else "arrow-up", color))
        self.button.setAccessibleName(name)
        self.button.setToolTip(f"{name} (Esc)" if self._answering else f"{name} (Enter)")
        self.button.setProperty("kind", "send" if usable else "")
        self.button.style().unpolish(self.button)
        self.button.style().polish(self.button)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card, with the focus ring while the question has the focus."""
        focused = self.edit.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if focused else 1
        painter.setPen(QPen(self.palette().highlight() if focused else self.palette().mid(), width))
        painter.setBrush(self.palette().base())
        inset = width / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(inset, inset, -inset, -inset), RADIUS + 4, RADIUS + 4)
        painter.end()
