"""Where the window and its panes were when it was closed."""

from __future__ import annotations

import base64
import binascii

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from phi3desk.settings import Settings

GEOMETRY, PANES = "window.geometry", "window.panes"
FIRST_SIZE = (1280, 800)


def restore(window: QMainWindow, splitter: QSplitter, settings: Settings, first: list[int]) -> None:
    """Put window and panes where they were; `first` are the widths of the panes before there is such a memory."""
    window.resize(*FIRST_SIZE)
    geometry = settings.remembered(GEOMETRY)
    if isinstance(geometry, str):
        try:
            window.restoreGeometry(QByteArray(base64.b64decode(geometry)))
        except binascii.Error:
            settings.remember(GEOMETRY, None)
    sizes = settings.remembered(PANES)
    known = isinstance(sizes, list) and len(sizes) == len(first) and all(isinstance(size, int) for size in sizes)
    splitter.setSizes(sizes if known else first)


def keep(window: QMainWindow, splitter: QSplitter, settings: Settings) -> None:
    """Remember where window and panes are."""
    settings.remember(GEOMETRY, base64.b64encode(window.saveGeometry().data()).decode())
    settings.remember(PANES, splitter.sizes())
