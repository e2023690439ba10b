"""What a document is called: its own title where it has a meaningful one, else its file name."""

from __future__ import annotations

import re

from phi3desk.library.text import fold

_WRITTEN_BY_PROGRAMS = re.compile(
    r"^(microsoft (word|powerpoint|excel) *-|untitled|unbenannt|document\d*$|dokument\d*$|slide 1|presentation|print$|"
    r"\(?anonymous|no title|none$|unknown|title$|\d+$|.*\.(docx?|xlsx?|pptx?|indd|qxd|pdf"
    r"|rtf|odt|tex|dvi|fm|p65|html?)$)",
    re.IGNORECASE,
)
_LOOKS_MADE_UP = re.compile(r"^[0-9a-f]{16,}$|^[0-9a-f-]{30,}$|^\W*\d+\W*$", re.IGNORECASE)


def shown_title(title: str, stem: str) -> str:
    """Return the document's own title, or "" where it only names a program, a file or nothing."""
    title = title.strip()
    if len(title) < 4 or _WRITTEN_BY_PROGRAMS.match(title) or sum(c.isalpha() for c in title) < 4:
        return ""
    return "" if fold(title) == fold(stem) else title


def spoken_title(title: str, stem: str) -> str:
    """Return what passages begin with when they are indexed: the title, and the file name where it adds to it."""
    name = "" if _LOOKS_MADE_UP.match(stem) else re.sub(r"[_\s]+", " ", stem).strip()
    if not name or fold(name) in fold(title):
        return title
    return name if not title or fold(title) in fold(name) else f"{title} ({name})"
