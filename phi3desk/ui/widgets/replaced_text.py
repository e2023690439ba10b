"""Another text in a field, so that Ctrl+Z brings back what was typed before."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit


def replace_text(edit: QPlainTextEdit, text: str) -> None:
    """Put a text in place of all that is in a field, with the cursor behind it."""
    cursor = edit.textCursor()
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.insertText(text)
    edit.setTextCursor(cursor)
