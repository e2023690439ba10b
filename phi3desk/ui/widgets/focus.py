"""Where the keyboard is: from pane to pane, and into what a pane or a page offers first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

_FIRST = "focus_first"


def focus_first(pane: QWidget, control: QWidget) -> None:
    """Name the control, or the pane within, that gets the keyboard when a pane is gone to.

    Not by a focus proxy: Tab would go there too and leave out what comes before it.
    """
    pane.setProperty(_FIRST, control)


def focus_into(pane: QWidget) -> None:
    """Give the keyboard to a pane: to the control that `focus_first` named, or to the first it shows."""
    named = pane.property(_FIRST)
    while isinstance(named, QWidget) and isinstance(named.property(_FIRST), QWidget):
        named = named.property(_FIRST)
    if isinstance(named, QWidget) and named.isVisible() and named.isEnabled():
        named.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return
    # not by nextInFocusChain: PySide ties each widget to the one it returned, and when one of them is deleted, it gives
    # up the items and actions of all that follow
    for widget in pane.findChildren(QWidget):
        tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if tabbed and widget.isVisible() and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return


def focus_next_pane(panes: Sequence[QWidget], focused: QWidget | None, step: int) -> None:
    """Give the keyboard to the next of the visible panes, or with a `step` of -1 to the one before."""
    visible = [pane for pane in panes if pane.isVisible()]
    at = next((i for i, pane in enumerate(visible) if focused is not None and pane.isAncestorOf(focused)), -1)
    focus_into(visible[(at + step) % len(visible) if at >= 0 else 0])
