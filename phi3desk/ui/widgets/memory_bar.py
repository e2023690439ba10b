"""A bar of what takes up memory, against what there is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from phi3desk.ui.colors import mixed
from phi3desk.ui.theme import tokens
from phi3desk.ui.widgets.tooltip import plain_tooltip


@dataclass(frozen=True)
class MemoryPart:
    """A part of a memory bar: what it is, its bytes, and its colour (accent or attention)."""

    text: str
    size: int
    color: str = "accent"


class MemoryBar(QWidget):
    """Memory that something needs against what there is; what does not fit is hatched and said in words.

    `total` and the parts are bytes. The text beneath carries the same figures, so nothing is told by colour alone.
    """

    HEIGHT = 10

    def __init__(self, text: str, parts: tuple[MemoryPart, ...], used: int, total: int) -> None:
        """`used` is what other programs hold already; it is drawn in the line's colour at the left."""
        super().__init__()
        self._parts, self._used, self._total = parts, used, total
        self.setFixedHeight(self.HEIGHT)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self.setToolTip(plain_tooltip("\n".join(part.text for part in parts)))

    @property
    def fits(self) -> bool:
        """Whether all parts have room beside what is used already."""
        return self._used + sum(part.size for part in self._parts) <= self._total

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(shape, self.HEIGHT / 2, self.HEIGHT / 2)
        painter.setClipPath(outline)
        shown = tokens()
        painter.fillRect(shape, QColor(mixed(shown.text, shown.surface, 0.07)))
        whole = max(self._total, self._used + sum(part.size for part in self._parts), 1)
        x = shape.width() * self._used / whole
        painter.fillRect(QRectF(0, 0, x, shape.height()), QColor(mixed(shown.text, shown.surface, 0.24)))
        for index, part in enumerate(self._parts):
            width = shape.width() * part.size / whole
            color = QColor(mixed(getattr(shown, part.color), shown.surface, 1.0 if index == 0 else 0.55))
            painter.fillRect(QRectF(x, 0, width, shape.height()), color)
            x += width
        if not self.fits:
            edge = shape.width() * self._total / whole
            painter.fillRect(QRectF(edge, 0, shape.width() - edge, shape.height()), QColor(shown.bad))
            pattern = QColor(shown.surface)
            painter.fillRect(QRectF(edge - 1, 0, 2, shape.height()), pattern)
