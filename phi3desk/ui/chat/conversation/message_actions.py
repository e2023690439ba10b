"""What can be done with one message: a small row of buttons over the conversation, and the same in its menu."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTextEdit, QToolButton, QWidget

from phi3desk.chat.messages import Basis, Message
from phi3desk.model.types import Ending, Role
from phi3desk.ui.theme import RADIUS, TARGET, follow_scheme, icon


class MessageAction(Enum):
    """What can be done with a message."""

    COPY = auto()
    EXPLAIN = auto()
    ASK_AGAIN = auto()
    VERSION_BEFORE = auto()
    VERSION_AFTER = auto()
    EDIT = auto()
    EDIT_SEARCH = auto()
    WITHOUT_DOCUMENTS = auto()
    GOOD = auto()
    NOT_GOOD = auto()
    CORRECT = auto()
    USE_OWN = auto()
    ASK_EVERY_DOCUMENT = auto()
    COMPARE = auto()
    EXPORT = auto()


#: what says of an answer whether it is good; it waits while the answer is written
JUDGING = (MessageAction.GOOD, MessageAction.NOT_GOOD, MessageAction.CORRECT)


class MessageActions(QWidget):
    """Buttons for the message that is pointed at or has the keyboard; `chosen` carries MessageAction and message id."""

    chosen = Signal(object, int)

    def __init__(self, view: QTextEdit) -> None:
        super().__init__(view.viewport())
        self._message: Message | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._buttons: dict[MessageAction, QToolButton] = {}
        for action, (symbol, label) in self._offers().items():
            button = QToolButton(self)
            button.setFixedSize(TARGET, TARGET)
            button.setIconSize(QSize(18, 18))
            button.setIcon(icon(symbol))
            button.setToolTip(label)
            button.setAccessibleName(label)
            button.clicked.connect(lambda _=False, action=action: self._on_clicked(action))
            self._row.addWidget(button)
            self._buttons[action] = button
        follow_scheme(self, self._recolor)

    def show_for(self, message: Message) -> None:
        """Offer what this message allows."""
        self._message = message
        allowed = _allowed(message)
        for action, button in self._buttons.items():
            button.setVisible(action in allowed)
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
        for action in _allowed(message):
            symbol, label = self._offers()[action]
            entry = QAction(icon(symbol), label, menu)
            entry.triggered.connect(lambda _=False, action=action: self.chosen.emit(action, message.id))
            made.append(entry)
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
        for action, (symbol, _) in self._offers().items():
            self._buttons[action].setIcon(icon(symbol))

    def _offers(self) -> dict[MessageAction, tuple[str, str]]:
        return {
            MessageAction.COPY: ("content-copy", self.tr("Copy")),
            MessageAction.EXPLAIN: ("file-search-outline", self.tr("How it was found (Ctrl+I)")),
            MessageAction.ASK_AGAIN: ("refresh", self.tr("Ask again")),
            MessageAction.VERSION_BEFORE: ("chevron-left", self.tr("Show the answer before (Alt+Left)")),
            MessageAction.VERSION_AFTER: ("chevron-right", self.tr("Show the answer after (Alt+Right)")),
            MessageAction.EDIT: ("pencil-outline", self.tr("Edit the question")),
            MessageAction.EDIT_SEARCH: ("text-search", self.tr("Change what was searched for")),
            MessageAction.WITHOUT_DOCUMENTS: ("file-remove-outline", self.tr("Answer without documents")),
            MessageAction.GOOD: ("thumb-up-outline", self.tr("Good: keep it as an example")),
            MessageAction.NOT_GOOD: ("thumb-down-outline", self.tr("Not good: say what it should have said")),
            MessageAction.CORRECT: ("pencil", self.tr("Correct it: another text, sentence or source")),
            MessageAction.USE_OWN: ("account-check-outline", self.tr("Show your answer to the similar question")),
            MessageAction.ASK_EVERY_DOCUMENT: ("table-search", self.tr("Ask every document this")),
            MessageAction.COMPARE: ("compare", self.tr("Compare with and without documents and adapter")),
            MessageAction.EXPORT: ("download-outline", self.tr("Save as a dossier (PDF, Word, Markdown)")),
        }

    def _on_clicked(self, action: MessageAction) -> None:
        if self._message is not None:
            self.chosen.emit(action, self._message.id)


def _allowed(message: Message) -> list[MessageAction]:
    """Return what can be done with a message, in the order it is offered."""
    if message.role is Role.USER:
        return [MessageAction.COPY, MessageAction.EDIT]
    actions = [MessageAction.COPY, MessageAction.ASK_AGAIN]
    if message.answer is not None and message.answer.ended is not Ending.WRITING:
        actions.insert(1, MessageAction.EXPLAIN)
    if message.version > 1:
        actions.append(MessageAction.VERSION_BEFORE)
    if message.version < message.versions:
        actions.append(MessageAction.VERSION_AFTER)
    if message.answer is not None and message.answer.searched_for:
        actions.append(MessageAction.EDIT_SEARCH)
    if message.answer is not None and message.answer.basis is Basis.NOTHING_FOUND:
        actions.append(MessageAction.WITHOUT_DOCUMENTS)
    if message.text.strip():
        actions += [MessageAction.GOOD, MessageAction.NOT_GOOD, MessageAction.CORRECT]
    if message.answer is not None and message.answer.corrected is not None and not message.answer.is_own:
        actions.append(MessageAction.USE_OWN)
    return [*actions, MessageAction.ASK_EVERY_DOCUMENT, MessageAction.COMPARE, MessageAction.EXPORT]
