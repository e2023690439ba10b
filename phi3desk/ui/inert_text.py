"""Text of documents and models made harmless: no links that open, no pictures that load, no markup of its own."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

#: private characters between which a mark such as `[1]` travels through Markdown, where "[1]: ..." would be a link
OPEN, CLOSE = "\ue000", "\ue001"

_UNSHOWN: dict[int, str | None] = dict.fromkeys((*range(32), 127, 65532, 64976, 64977, ord(OPEN), ord(CLOSE)))
_UNSHOWN |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298)))
_UNSHOWN |= {ord("\n"): "\n", ord("\t"): "\t", 0x2028: "\n", 0x2029: "\n"}


class InertDocument(QTextDocument):
    """A document that loads nothing, whatever its text asks for."""

    def loadResource(self, _type: int, _name: QUrl | str) -> None:
        """Refuse every resource."""


def plain(text: str) -> str:
    """Return text without what a text document would take for structure: control, object and direction characters."""
    return text.translate(_UNSHOWN)
