"""The marks in a text that stand for one source, while another one is chosen in its place and the text is changed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QTextCursor, QTextDocument


@dataclass
class _Place:
    """Where a mark stands, with what was typed beside it; `gap` is the space that was taken out with it, if it was."""

    cursor: QTextCursor
    gap: str | None = None


class SourceMarks:
    """The marks of a source in a document: no other sentence's marks, nor any that are typed, change with them."""

    def __init__(self, document: QTextDocument, n: int) -> None:
        """`n` is the source's number, 0 for none."""
        self._document = document
        #: the numbers that the marks were given, the last one first
        self._given = [n] if n else []
        self._places: list[_Place] = []
        found = document.find(_mark(n), 0) if n else QTextCursor()
        while not found.isNull():
            # once a mark is written anew, also by Undo, the cursor is around it again: only its anchor moves
            cursor = QTextCursor(document)
            cursor.setPosition(found.selectionEnd())
            cursor.setPosition(found.selectionStart(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setKeepPositionOnInsert(True)
            self._places.append(_Place(cursor))
            found = document.find(_mark(n), found)

    def choose(self, n: int) -> None:
        """Let the marks stand for another source, 0 for none; what is typed stays, and the field's Undo too."""
        edit = QTextCursor(self._document)
        edit.beginEditBlock()
        for place in self._places:
            self._change(place, n, edit)
        edit.endEditBlock()
        if n:
            self._given = [n, *self._given]

    def _change(self, place: _Place, n: int, edit: QTextCursor) -> None:
        found = self._found(place)
        if found is not None and n:
            _select(edit, *found)
            if edit.selectedText() != _mark(n):
                edit.insertText(_mark(n))
        elif found is not None:
            start, end = found
            # a mark that follows needs the space still
            is_last = self._document.characterAt(end) != "["
            place.gap = " " if is_last and self._document.characterAt(start - 1) == " " else ""
            _select(edit, start - len(place.gap), end)
            edit.removeSelectedText()
        elif n and place.gap is not None and not self._document.isEmpty():
            end = place.cursor.selectionEnd()
            _select(edit, max(0, end - len(_mark(n))), end)
            # two places are one where all between them was deleted
            if edit.selectedText() != _mark(n):
                edit.setPosition(end)
                edit.insertText(f"{place.gap}{_mark(n)}")

    def _found(self, place: _Place) -> tuple[int, int] | None:
        """Return where a mark begins and ends; None where it was taken out or deleted."""
        for n in self._given:
            found = self._document.find(_mark(n), place.cursor.selectionStart())
            if not found.isNull() and found.selectionEnd() <= place.cursor.selectionEnd():
                return found.selectionStart(), found.selectionEnd()
        return None


def _mark(n: int) -> str:
    return f"[{n}]"


def _select(cursor: QTextCursor, start: int, end: int) -> None:
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
