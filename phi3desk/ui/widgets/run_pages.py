"""How pages look that ask for something long and show it as a table that fills: a comparison, a sweep."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from phi3desk.ui.widgets.basic import COLUMN_WIDTH, label
from phi3desk.ui.widgets.scroll_column import ScrollColumn


def form_area(title: str, what: str, form: QWidget) -> QWidget:
    """Return a form under its title and a sentence that says what it is for."""
    area = ScrollColumn(COLUMN_WIDTH)
    column = area.column
    column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_XL)
    column.setSpacing(SPACE_M)
    column.addWidget(label(title, "title"))
    column.addWidget(label(what, "quiet"))
    column.addWidget(form)
    return area


def table_area(back: QWidget, buttons: Sequence[QWidget], heads: Sequence[QWidget], table: QWidget) -> QWidget:
    """Return a table under the way back, what can be done with it, and what is told of it."""
    made = QWidget()
    row = QHBoxLayout()
    row.setSpacing(SPACE_S)
    row.addWidget(back)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    column = QVBoxLayout(made)
    column.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_L)
    column.setSpacing(SPACE_S)
    column.addLayout(row)
    for head in heads:
        column.addWidget(head)
    column.addWidget(table, 1)
    return made
