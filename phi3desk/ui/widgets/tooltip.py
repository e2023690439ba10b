"""Tool tips of text from outside: names of files, documents and packs are data, whatever they look like."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt

from phi3desk.library.text import seen


def plain_tooltip(text: str) -> str:
    """Return a tool tip that shows a text as it is; Qt would take one that begins with a tag for markup.

    Without it a document called "<img src=...>" would have a picture loaded.
    """
    text = "\n".join(seen(line) for line in text.splitlines())
    if not any(Qt.mightBeRichText(line) for line in text.splitlines()):
        return text
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"
