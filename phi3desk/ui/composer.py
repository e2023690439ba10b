"""The field a question is written in, with the button that sends it and stops the answer."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QWidget

from phi3desk.ui.theme import RADIUS, SPACE_S, TARGET, icon, reading_font, tokens

MOST_LINES = 8
LONGEST_QUESTION = 20_000


class QuestionEdit(QPlainTextEdit):
    """Plain text that grows with its lines up to eight; Enter sends, Shift+Enter breaks the line, Escape stops."""

    send_requested = Signal()
    stop_requested = Signal()
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
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.send_requested.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.stop_requested.emit()
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


class Composer(QWidget):
    """A rounded card with the question and one button: send, or stop while an answer is written.

    `sent` carries the question; its text stays in the field until `clear` is called.
    """

    sent = Signal(str)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QuestionEdit(self)
        self.edit.setAccessibleName(self.tr("Question"))
        self.button = QToolButton(self)
        self.button.setFixedSize(36, 36)
        self.button.setIconSize(QSize(20, 20))
        self._answering = False
        row = QHBoxLayout(self)
        row.setContentsMargins(16, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_S)
        row.addWidget(self.edit, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        self.setMinimumHeight(TARGET + 2 * SPACE_S)
        self.setFocusProxy(self.edit)
        self.edit.send_requested.connect(self._on_send)
        self.edit.stop_requested.connect(self._on_stop)
        self.edit.textChanged.connect(self._show_button)
        self.edit.focus_changed.connect(self.update)
        self.button.clicked.connect(self._on_button)
        self._show_button()

    @property
    def text(self) -> str:
        """The question as it stands, without white space around it."""
        return self.edit.toPlainText().strip()

    def set_text(self, text: str) -> None:
        """Put a text into the field and the cursor behind it."""
        self.edit.setPlainText(text)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self.edit.setFocus()

    def clear(self) -> None:
        """Empty the field."""
        self.edit.clear()

    def set_placeholder(self, text: str) -> None:
        """Say whom the question goes to."""
        self.edit.setPlaceholderText(text)

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

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "button"):
            self._show_button()
