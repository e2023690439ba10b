"""Icons and pictures in the colours of the scheme that is shown, also after it has changed."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


def follow_scheme(widget: QWidget, recolor: Callable[[], None]) -> None:
    """Have a method called whenever the palette of a widget changes, as it does with the colour scheme.

    `recolor` is a method of the widget, or of an object that lives as long.
    """
    _SchemeFollower(widget, recolor)


class _SchemeFollower(QObject):
    def __init__(self, widget: QWidget, recolor: Callable[[], None]) -> None:
        super().__init__(widget)
        # the widget owns this object: a strong reference back would keep both until the garbage is collected
        self._recolor = WeakMethod(recolor)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange and (recolor := self._recolor()) is not None:
            recolor()
        return False
