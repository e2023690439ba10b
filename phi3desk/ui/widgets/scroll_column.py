"""A scrolled column of limited width."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget


class ScrollColumn(QScrollArea):
    """Scrolls a column, `column`, that is at most `width` pixels wide and stands in the middle of a wider area.

    Of an area that is not wider the column takes `share` parts, against one for the space on either side.
    """

    def __init__(self, width: int, parent: QWidget | None = None, *, share: int = 100) -> None:
        super().__init__(parent)
        held = QWidget()
        held.setMaximumWidth(width)
        self.column = QVBoxLayout(held)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(held, share)
        row.addStretch(1)
        self.setWidgetResizable(True)
        self.setWidget(middle)
        self.viewport().setAutoFillBackground(False)
        middle.setAutoFillBackground(False)
