"""A label of one line that ends in an ellipsis where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from phi3desk.ui.widgets.tooltip import plain_tooltip


class ElidedLabel(QLabel):
    """Plain text; the whole of it is its tool tip. With `keeps_line` it is one line high without a text too."""

    def __init__(self, kind: str = "", parent: QWidget | None = None, *, keeps_line: bool = False) -> None:
        super().__init__(parent)
        self._keeps_line = keeps_line
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if kind:
            self.setProperty("kind", kind)

    def show_text(self, text: str) -> None:
        """Show a text, and all of it as the tool tip."""
        self.setText(text)
        self.setToolTip(plain_tooltip(text))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), max(hint.height(), self.fontMetrics().lineSpacing())) if self._keeps_line else hint

    def minimumSizeHint(self) -> QSize:
        height = super().minimumSizeHint().height()
        return QSize(40, max(height, self.fontMetrics().lineSpacing()) if self._keeps_line else height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()
