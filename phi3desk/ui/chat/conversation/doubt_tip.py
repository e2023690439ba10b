"""The tool tip of a sentence that the sources do not hold, for who comes to it by keyboard or by a click."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QTextEdit, QToolTip

from phi3desk.chat.messages import Message
from phi3desk.ui.answers.doubts import checked_texts
from phi3desk.ui.widgets.tooltip import plain_tooltip


def explain_doubt(view: QTextEdit, message: Message, nth: int, at: QPoint) -> None:
    """Say at a place of a view's viewport, and to who listens, why the nth sentence of an answer is not supported."""
    checked = checked_texts(message.answer)
    tip = checked[nth].tip if nth < len(checked) else ""
    if tip:
        QToolTip.showText(view.viewport().mapToGlobal(at), plain_tooltip(tip), view.viewport())
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(view, tip))
