"""Keys that do something, each with the words in which the list of shortcuts tells of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

Keys = QKeySequence.StandardKey | str

_TOLD = "told_keys"
_EVERYWHERE = (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut)
#: more keys than these for the same thing are told as a range
MOST_KEYS = 2


def bind(
    owner: QWidget,
    keys: Keys,
    act: Callable[[], object],
    what: str,
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> QShortcut:
    """Have keys do something while the owner has the keyboard; `what` says what, for the list of shortcuts."""
    made = QShortcut(QKeySequence(keys), owner)
    made.setContext(context)
    made.setWhatsThis(what)
    made.activated.connect(act)
    return made


def tell_keys(owner: QWidget, told: Sequence[tuple[str, str]]) -> None:
    """Name keys that a widget takes by itself, and what each does, for the list of shortcuts."""
    owner.setProperty(_TOLD, list(told))


def told_shortcuts(window: QWidget, everywhere: str) -> dict[str, dict[str, str]]:
    """Return what can be done by which keys in a window, by the part of it where they work.

    `everywhere` is the heading of the keys that work wherever the keyboard is.
    """
    found: dict[str, dict[str, list[str]]] = {everywhere: {}}
    for shortcut in window.findChildren(QShortcut):
        owner = shortcut.parent()
        if shortcut.whatsThis() and isinstance(owner, QWidget):
            part = everywhere if shortcut.context() in _EVERYWHERE else owner.accessibleName()
            keys = shortcut.key().toString(QKeySequence.SequenceFormat.NativeText)
            found.setdefault(part, {}).setdefault(shortcut.whatsThis(), []).append(keys)
    for widget in window.findChildren(QWidget):
        for keys, what in widget.property(_TOLD) or ():
            found.setdefault(widget.accessibleName(), {}).setdefault(what, []).append(keys)
    return {part: {what: _joined(keys) for what, keys in acts.items()} for part, acts in found.items()}


def _joined(keys: list[str]) -> str:
    known = list(dict.fromkeys(keys))
    return f"{known[0]} … {known[-1]}" if len(known) > MOST_KEYS else ", ".join(known)
