"""What can be done with one message: a small row of buttons over the conversation, and the same in its menu."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTextEdit, QToolButton, QWidget

from phi3desk.chat.messages import Basis, Message
from phi3desk.model.types import Role
from phi3desk.ui.theme import RADIUS, TARGET, icon
from phi3desk.ui.widgets.scheme_icons import follow_scheme


class MessageActions(QWidget):
    """Buttons for the message that is pointed at or has the keyboard; every signal carries the message's id."""

    copy_requested = Signal(int)
    again_requested = Signal(int)
    edit_requested = Signal(int)
    without_documents_requested = Signal(int)
    export_requested = Signal(int)
    good_requested = Signal(int)
    not_good_requested = Signal(int)
    compare_requested = Signal(int)

    def __init__(self, view: QTextEdit) -> None:
        super().__init__(view.viewport())
        self._message: Message | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._buttons: dict[str, QToolButton] = {}
        for name, (symbol, label) in self._offers().items():
            button = QToolButton(self)
            button.setFixedSize(TARGET, TARGET)
            button.setIconSize(QSize(18, 18))
            button.setIcon(icon(symbol))
            button.setToolTip(label)
            button.setAccessibleName(label)
            button.clicked.connect(lambda _=False, name=name: self._on_clicked(name))
            self._row.addWidget(button)
            self._buttons[name] = button
        follow_scheme(self, self._recolor)

    def show_for(self, message: Message) -> None:
        """Offer what this message allows."""
        self._message = message
        wanted = self._names(message)
        for name, button in self._buttons.items():
            button.setVisible(name in wanted)
        self.adjustSize()
        self.show()

    def buttons(self) -> list[QToolButton]:
        """Return all buttons, those too that the message does not allow."""
        return list(self._buttons.values())

    def has_focus(self) -> bool:
        """Whether one of the buttons has the keyboard."""
        return any(button.hasFocus() for button in self._buttons.values())

    def menu_actions(self, message: Message, menu: QMenu) -> list[QAction]:
        """Return the same actions for a menu."""
        made = []
        for name in self._names(message):
            symbol, label = self._offers()[name]
            action = QAction(icon(symbol), label, menu)
            action.triggered.connect(lambda _=False, name=name: self._emit(name, message.id))
            made.append(action)
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cover the line they stand over, and no other: what is told of an answer may be as wide as the column."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().brush(QPalette.ColorRole.Window))
        painter.drawRoundedRect(self.rect().adjusted(0, 5, 0, -5), RADIUS, RADIUS)

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def _recolor(self) -> None:
        for name, (symbol, _) in self._offers().items():
            self._buttons[name].setIcon(icon(symbol))

    def _offers(self) -> dict[str, tuple[str, str]]:
        return {
            "copy": ("content-copy", self.tr("Copy")),
            "again": ("refresh", self.tr("Ask again")),
            "edit": ("pencil-outline", self.tr("Edit the question")),
            "without": ("file-remove-outline", self.tr("Answer without documents")),
            "good": ("thumb-up-outline", self.tr("Good: keep it as an example")),
            "not_good": ("thumb-down-outline", self.tr("Not good: say what it should have said")),
            "compare": ("compare", self.tr("Compare with and without documents and adapter")),
            "export": ("download-outline", self.tr("Save as Markdown")),
        }

    def _names(self, message: Message) -> list[str]:
        if message.role is Role.USER:
            return ["copy", "edit"]
        nothing = message.answer is not None and message.answer.basis is Basis.NOTHING_FOUND
        judged = ["good", "not_good"] if message.text.strip() else []
        return ["copy", "again", *(["without"] if nothing else []), *judged, "compare", "export"]

    def _on_clicked(self, name: str) -> None:
        if self._message is not None:
            self._emit(name, self._message.id)

    def _emit(self, name: str, message_id: int) -> None:
        signals = {
            "copy": self.copy_requested,
            "again": self.again_requested,
            "edit": self.edit_requested,
            "without": self.without_documents_requested,
            "export": self.export_requested,
            "good": self.good_requested,
            "not_good": self.not_good_requested,
            "compare": self.compare_requested,
        }
        signals[name].emit(message_id)
