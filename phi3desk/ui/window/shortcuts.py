"""The keys that work everywhere in the window, and the list of all there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from phi3desk.ui.widgets.basic import label
from phi3desk.ui.widgets.scroll_column import ScrollColumn
from phi3desk.ui.widgets.shortcuts import Keys, bind

EXPERTS = 9


def set_shortcuts(window: QWidget, acts: Sequence[tuple[Keys, Callable[[], object], str]]) -> None:
    """Bind keys to what they do, wherever the keyboard is in a window, and to the words that tell of it."""
    for keys, act, what in acts:
        bind(window, keys, act, what, Qt.ShortcutContext.WindowShortcut)


def expert_keys(choose: Callable[[int], object], what: str) -> list[tuple[Keys, Callable[[], object], str]]:
    """Return Ctrl+1 to Ctrl+9, which choose the experts by their position from 0."""

    def chooses(position: int) -> Callable[[], object]:
        return lambda: choose(position)

    return [(f"Ctrl+{position + 1}", chooses(position), what) for position in range(EXPERTS)]


class ShortcutsDialog(QDialog):
    """Tells what can be done by which keys, by the part of the window where they work."""

    def __init__(self, told: dict[str, dict[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, min(640, parent.height() - SPACE_XL))
        area = ScrollColumn(720)
        area.setAccessibleName(self.windowTitle())
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_XL)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(1, 1)
        for part, acts in told.items():
            heading = label(part, "section")
            heading.setContentsMargins(0, SPACE_M, 0, 0)
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
            for what, keys in acts.items():
                row = grid.rowCount()
                grid.addWidget(label(keys, "strong", wraps=False), row, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(label(what), row, 1)
        area.column.addLayout(grid)
        area.column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(area, 1)
        column.addWidget(buttons)
