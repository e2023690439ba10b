"""The text of a paragraph of Word as it is shown, and what hangs on it: text boxes, charts, notes, comments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phi3desk.library.reading.blocks import Line
from phi3desk.library.reading.limits import Refusal
from phi3desk.library.reading.office.graphics import GRAPHICS
from phi3desk.library.reading.office.markup import FORMULAS, add_formula
from phi3desk.library.reading.office.symbol_fonts import UNKNOWN, shown_in, sign_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Deleted text, the old place of moved text, fields' codes, and what describes other elements.
NOT_SHOWN = frozenset(
    W + name for name in ("del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "sectPr")
)
#: What is read after the paragraph that it hangs on.
HANGING = GRAPHICS | {W + name for name in ("txbxContent", "footnoteReference", "endnoteReference", "commentReference")}
DEEPEST = 150
_SIGNS = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_SHOWN = frozenset((*_SIGNS, *FORMULAS, *HANGING, W + "t", W + "sym"))
#: half points; text that is moved by less stands in its line all the same
_MOVED_FROM = 3
_TICKED, _NOT_TICKED = "☒", "☐"


@dataclass
class Runs:
    """A paragraph's text, its line breaks and tabs in it, and the elements that hang on it."""

    #: character styles that raise (1) or lower (-1) what is written in them
    _styles: Mapping[str, int]
    text: str = ""
    hanging: list[Any] = field(default_factory=list)
    #: fields that are open, each with whether their code goes on: that is not shown
    _fields: list[bool] = field(default_factory=list)
    #: how signs are read: beside each of them they would break its words
    _readings: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, paragraph: Any, styles: Mapping[str, int]) -> Runs:
        """Read a paragraph; raise Refusal where it is nested too deeply."""
        runs = cls(styles)
        runs.text = runs._read(paragraph, 0)
        if runs._readings:
            runs.text = f"{runs.text.rstrip()} ({' '.join(runs._readings)})"
        return runs

    def _read(self, element: Any, depth: int) -> str:
        if depth > DEEPEST:
            raise Refusal("The document is nested too deeply to be read.")
        line = Line()
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in NOT_SHOWN:
                continue
            if tag == W + "rt":
                self._readings += [reading] if (reading := self._read(child, depth + 1).strip()) else []
            elif tag == W + "fldChar":
                line.add(self._step(child))
            elif tag == W + "r":
                if not _is_on(child.find(f"{W}rPr/{W}vanish")):
                    line.add(self._read(child, depth + 1), self._script(child))
            elif tag not in _SHOWN:
                line.add(self._read(child, depth + 1))
            elif not any(self._fields):
                self._show(line, element, child, depth + 1)
        return line.text()

    def _show(self, line: Line, run: Any, child: Any, depth: int) -> None:
        tag = child.tag
        if tag == W + "t":
            line.add(shown_in(_font(run), child.text or ""))
        elif tag in _SIGNS:
            line.add(_SIGNS[tag])
        elif tag == W + "sym":
            line.add(_symbol(child))
        elif tag in FORMULAS:
            add_formula(line, child, depth)
        else:
            self.hanging.append(child)

    def _script(self, run: Any) -> int:
        """Return 1 for a run that is raised, -1 for one that is lowered, else 0."""
        properties = run.find(W + "rPr")
        if properties is None:
            return 0
        own = script_of(properties)
        style = properties.find(W + "rStyle")
        return own if own is not None else self._styles.get(style.get(W + "val", ""), 0) if style is not None else 0

    def _step(self, mark: Any) -> str:
        """Take note of a mark that begins, divides or ends a field; return what the field shows by itself."""
        kind = mark.get(W + "fldCharType")
        if kind == "begin":
            self._fields.append(True)
            return _form_field(mark.find(W + "ffData"))
        if self._fields and kind == "separate":
            self._fields[-1] = False
        elif self._fields and kind == "end":
            self._fields.pop()
        return ""


def script_of(properties: Any) -> int | None:
    """Return 1 where properties of a run raise it, -1 where they lower it, 0 where they do neither, None unsaid."""
    align = properties.find(W + "vertAlign")
    if align is not None:
        return {"superscript": 1, "subscript": -1}.get(align.get(W + "val", ""), 0)
    moved = properties.find(W + "position")
    value = moved.get(W + "val", "") if moved is not None else ""
    if not re.fullmatch(r"-?\d{1,4}", value, re.ASCII):
        return None
    return 0 if abs(int(value)) < _MOVED_FROM else 1 if int(value) > 0 else -1


def is_vanished(paragraph: Any, name: str) -> bool:
    """Return whether a paragraph's own mark is deleted (`del`) or hidden (`vanish`)."""
    return _is_on(paragraph.find(f"{W}pPr/{W}rPr/{W}{name}"))


def _is_on(element: Any | None) -> bool:
    return element is not None and element.get(W + "val", "1") not in ("0", "false", "off")


def _form_field(data: Any | None) -> str:
    """Return what a box to be ticked or a list to choose from shows."""
    if data is None:
        return ""
    box = data.find(W + "checkBox")
    if box is not None:
        state = box.find(W + "checked")
        return _TICKED if _is_on(state if state is not None else box.find(W + "default")) and len(box) else _NOT_TICKED
    choice = data.find(W + "ddList")
    if choice is not None:
        entries = [entry.get(W + "val", "") for entry in choice.findall(W + "listEntry")]
        chosen = choice.find(W + "result")
        at = chosen.get(W + "val", "0") if chosen is not None else "0"
        return entries[int(at)] if at.isdecimal() and len(at) < 5 and int(at) < len(entries) else ""
    return ""


def _font(run: Any) -> str:
    fonts = run.find(f"{W}rPr/{W}rFonts")
    return (fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or "") if fonts is not None else ""


def _symbol(element: Any) -> str:
    """Return what a symbol shows that Word keeps as a font and a code."""
    try:
        return sign_of(element.get(W + "font") or "", int(element.get(W + "char") or "", 16))
    except (ValueError, OverflowError):
        return UNKNOWN
