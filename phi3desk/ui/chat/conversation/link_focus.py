"""Which link of the conversation has the keyboard: from one to the next, and the ring around it."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QTextCursor, QTextFragment
from PySide6.QtWidgets import QTextEdit

from phi3desk.ui.answers.markup import fragments

#: how far the ring stands off the letters
AROUND = 2


class LinkFocus:
    """At most one link of a view at a time; it stays the same while text is written before and after it."""

    def __init__(self, view: QTextEdit) -> None:
        self._view = view
        self._link: QTextCursor | None = None

    @property
    def target(self) -> str:
        """Where the link leads; empty where none has the keyboard."""
        return self._link.charFormat().anchorHref() if self._link is not None else ""

    @property
    def position(self) -> int:
        """Where the link begins in the text; -1 where none has the keyboard."""
        return self._link.selectionStart() if self._link is not None else -1

    def enter(self, start: int, *, forward: bool) -> bool:
        """Give the keyboard to the first link from a position on, or to the last of all; False where there is none."""
        links = self._links()
        after = [link for link in links if link.selectionStart() >= start]
        return self._go_to((after or links)[0] if forward else links[-1]) if links else False

    def step(self, *, forward: bool) -> bool:
        """Go to the next link or the one before; False, and none has the keyboard, behind the last and the first."""
        links = self._links()
        at = next((n for n, link in enumerate(links) if link.selectionStart() == self.position), -1)
        wanted = at + (1 if forward else -1)
        if at < 0 or not 0 <= wanted < len(links):
            self.leave()
            return False
        return self._go_to(links[wanted])

    def leave(self) -> None:
        """Take the keyboard from the link."""
        self._link = None
        self._view.viewport().update()

    def rings(self) -> list[QRectF]:
        """Return the areas of the link in the view's viewport, one for each of its lines."""
        if self._link is None or not self._link.hasSelection():
            return []
        first, last = QTextCursor(self._link), QTextCursor(self._link)
        first.setPosition(self._link.selectionStart())
        last.setPosition(self._link.selectionEnd())
        areas: list[QRectF] = []
        while first.position() < last.position():
            end = QTextCursor(first)
            end.movePosition(QTextCursor.MoveOperation.EndOfLine)
            if end.position() > last.position() or end.position() <= first.position():
                end = last
            start, stop = self._view.cursorRect(first), self._view.cursorRect(end)
            area = QRectF(start.left(), start.top(), stop.left() - start.left(), start.height())
            areas.append(area.adjusted(-AROUND, -1, AROUND, 1))
            first.setPosition(end.position())
            if first.position() < last.position():
                first.movePosition(QTextCursor.MoveOperation.NextCharacter)
        return areas

    def _go_to(self, link: QTextCursor) -> bool:
        self._link = link
        self._view.viewport().update()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, link.selectedText()))
        return True

    def _links(self) -> list[QTextCursor]:
        made = []
        for href, run in groupby(fragments(self._view.document()), lambda run: run.charFormat().anchorHref()):
            if href:
                made.append(self._selected(list(run)))
        return made

    def _selected(self, run: list[QTextFragment]) -> QTextCursor:
        cursor = QTextCursor(self._view.document())
        cursor.setPosition(run[0].position())
        cursor.setPosition(run[-1].position() + run[-1].length(), QTextCursor.MoveMode.KeepAnchor)
        return cursor
