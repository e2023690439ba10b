"""The message that the pointer or the keyboard is at: its buttons stand beside it."""

from __future__ import annotations

from PySide6.QtWidgets import QTextEdit

from phi3desk.model.types import Role
from phi3desk.ui.chat.conversation.message_actions import MessageActions
from phi3desk.ui.chat.conversation.message_writer import Entry, MessageWriter
from phi3desk.ui.theme import SPACE_L, SPACE_XL


class PointedMessage:
    """At most one message of a view; `entry` is None while it is none."""

    def __init__(self, view: QTextEdit, writer: MessageWriter) -> None:
        self._view, self._writer = view, writer
        self.actions = MessageActions(view)
        self.actions.hide()
        self.entry: Entry | None = None

    def point_at(self, entry: Entry) -> None:
        """Offer what can be done with a message."""
        self.entry = entry
        self.actions.show_for(entry.message)
        self.place()

    def leave(self) -> None:
        """Take the buttons away."""
        self.entry = None
        self.actions.hide()

    def place(self) -> None:
        """Put the buttons where the message lies in the view now: beside a question, under the words of an answer."""
        if self.entry is None:
            return
        layout = self._view.document().documentLayout()
        rectangle = layout.frameBoundingRect(self.entry.frame)
        top = self._view.verticalScrollBar().value()
        left_edge, width = self._writer.column
        size = self.actions.sizeHint()
        if self.entry.message.role is Role.USER:
            parts = list(self._writer.parts(self.entry))
            left = parts[0][1].left() if parts else rectangle.right()
            x, y = round(left) - size.width() - 4, rectangle.top() - top + SPACE_L - 2
            if x < 0:
                x, y = left_edge + width - size.width(), rectangle.bottom() - top
        else:
            # in the room that the writer left under the last line
            block = self.entry.frame.lastCursorPosition().block()
            x = left_edge + width - size.width()
            y = layout.blockBoundingRect(block).bottom() - top
        self.actions.setGeometry(max(0, x), round(y), size.width(), size.height())
        self.actions.raise_()

    def bring_into_view(self) -> None:
        """Scroll the view until the end of the message is seen, where not all of it is."""
        if self.entry is None:
            return
        rectangle = self._view.document().documentLayout().frameBoundingRect(self.entry.frame)
        bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
        if rectangle.top() < bar.value() or rectangle.bottom() > bar.value() + height:
            bar.setValue(round(rectangle.bottom() - height + SPACE_XL))
