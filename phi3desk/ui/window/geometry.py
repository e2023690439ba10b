"""Where the window and its panes were when it was closed, and how large it is at first: no larger than its screen."""

from __future__ import annotations

import base64
import binascii

from PySide6.QtCore import QByteArray, QRect, QSize
from PySide6.QtWidgets import QMainWindow, QSplitter

from phi3desk.settings import Settings

GEOMETRY, PANES = "window.geometry", "window.panes"
FIRST_SIZE, LEAST_SIZE = QSize(1280, 800), QSize(960, 600)
#: what a title bar and the edges take before the window is shown and tells how much they do
FRAME = QSize(16, 40)


def restore(window: QMainWindow, splitter: QSplitter, settings: Settings, first: list[int]) -> list[int]:
    """Put window and panes where they were and return the panes' widths; `first` are those before there is a memory."""
    room = window.screen().availableGeometry().size() - FRAME
    window.setMinimumSize(LEAST_SIZE.width(), min(LEAST_SIZE.height(), room.height()))
    window.resize(FIRST_SIZE.boundedTo(room).expandedTo(window.minimumSize()))
    geometry = settings.remembered(GEOMETRY)
    if isinstance(geometry, str):
        try:
            window.restoreGeometry(QByteArray(base64.b64decode(geometry)))
        except binascii.Error:
            settings.remember(GEOMETRY, None)
    sizes = settings.remembered(PANES)
    known = isinstance(sizes, list) and len(sizes) == len(first) and all(isinstance(size, int) for size in sizes)
    widths = list(sizes) if known else first
    splitter.setSizes(widths)
    return widths


def fit_on_screen(window: QMainWindow) -> None:
    """Bring a window that is shown, with its frame, onto its screen; one that fills the screen stays as it is."""
    if window.isMaximized() or window.isFullScreen():
        return
    shown, frame = window.geometry(), window.frameGeometry()
    wanted = on_screen(frame, window.screen().availableGeometry(), window.minimumSize() + frame.size() - shown.size())
    if wanted != frame:
        window.resize(wanted.size() - (frame.size() - shown.size()))
        window.move(wanted.topLeft())


def on_screen(frame: QRect, room: QRect, least: QSize) -> QRect:
    """Return a window's frame moved and made smaller, not below `least`, so that it lies in the room of a screen."""
    size = frame.size().boundedTo(room.size()).expandedTo(least)
    left = max(room.left(), min(frame.left(), room.left() + room.width() - size.width()))
    top = max(room.top(), min(frame.top(), room.top() + room.height() - size.height()))
    return QRect(left, top, size.width(), size.height())


def keep(window: QMainWindow, widths: list[int], settings: Settings) -> None:
    """Remember where the window is, and the widths of its panes."""
    settings.remember(GEOMETRY, base64.b64encode(window.saveGeometry().data()).decode())
    settings.remember(PANES, widths)
