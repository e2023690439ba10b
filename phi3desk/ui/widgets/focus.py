"""Where the keyboard is: from pane to pane, and into what a pane or a page offers first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def focus_into(pane: QWidget) -> None:
    """Give the keyboard to a pane: to the control it names itself (its focus proxy), or to the first it shows."""
    named = pane.focusProxy()
    while named is not None and named.focusProxy() is not None:
        named = named.focusProxy()
    if named is not None and named.isVisible() and named.isEnabled():
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
