"""Text in the drawings of Office: shapes of slides and of sheets, diagrams, titles of charts (DrawingML)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phi3desk.library.reading.blocks import Line, tidy
from phi3desk.library.reading.office.markup import FORMULAS, add_formula

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
#: PowerPoint wraps a formula in an element of its own.
_WRAPPED = "{http://schemas.microsoft.com/office/drawing/2010/main}m"


def line_of(paragraph: Any) -> str:
    """Return a paragraph's text, in which what is raised or lowered stays apart from what it stands beside."""
    line = Line()
    for child in paragraph:
        if child.tag == A + "br":
            line.add("\n")
        elif child.tag in (A + "r", A + "fld"):
            properties = child.find(A + "rPr")
            baseline = properties.get("baseline", "0") if properties is not None else "0"
            script = 0 if baseline.strip("-0%") == "" else -1 if baseline.startswith("-") else 1
            text = child.find(A + "t")
            line.add(_broken(text.text or "") if text is not None else "", script)
        elif child.tag == _WRAPPED or child.tag in FORMULAS:
            add_formula(line, child)
    return line.text()


def lines_in(root: Any) -> Iterator[str]:
    """Yield the paragraphs below an element that hold text."""
    for paragraph in root.iter(A + "p"):
        if text := tidy(line_of(paragraph)):
            yield text


def _broken(text: str) -> str:
    """Return a text with PowerPoint's own line breaks as such."""
    return text.replace("\v", "\n")
