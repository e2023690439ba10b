"""What is painted in the conversation beside its text: bubbles, cards, and the ring of the keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from phi3desk.ui.chat.conversation.message_writer import BUBBLE, REFUSAL
from phi3desk.ui.colors import mixed
from phi3desk.ui.theme import RADIUS, tokens


def paint_parts(painter: QPainter, parts: Iterable[tuple[int, QRectF]]) -> None:
    """Paint the bubble and the cards of a message, under its text."""
    shown = tokens()
    for part, place in parts:
        if part == BUBBLE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mixed(shown.accent, shown.window, 0.12)))
            painter.drawRoundedRect(place, RADIUS + 6, RADIUS + 6)
        elif part == REFUSAL:
            painter.setPen(QPen(QColor(mixed(shown.attention, shown.window, 0.35)), 1))
            painter.setBrush(QColor(mixed(shown.attention, shown.window, 0.12)))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        else:
            painter.setPen(QPen(QColor(shown.line), 1))
            painter.setBrush(QColor(shown.surface))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def paint_ring(painter: QPainter, areas: Iterable[QRectF]) -> None:
    """Paint the ring around what has the keyboard, in one area for each of its lines."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens().accent), 2))
    for area in areas:
        painter.drawRoundedRect(area, 4, 4)
