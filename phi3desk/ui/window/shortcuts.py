"""The keys that work everywhere in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

Keys = QKeySequence.StandardKey | str

EXPERTS = 9


def set_shortcuts(
    window: QWidget, acts: Sequence[tuple[Keys, Callable[[], object]]], choose_expert: Callable[[int], object]
) -> None:
    """Bind keys to what they do, and Ctrl+1 to Ctrl+9 to the experts by their position from 0."""
    for keys, act in acts:
        QShortcut(QKeySequence(keys), window).activated.connect(act)
    for position in range(EXPERTS):
        shortcut = QShortcut(QKeySequence(f"Ctrl+{position + 1}"), window)
        shortcut.activated.connect(lambda position=position: choose_expert(position))
