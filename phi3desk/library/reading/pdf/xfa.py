"""What a form of Adobe LiveCycle (XFA) holds, which no page of its PDF shows: its words, and what was filled in.

The packets of the form are XML (XML Forms Architecture 3.3): `template` has the fields, with their captions, and the
words around them, `datasets` what was filled in.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

from phi3desk.library.reading.blocks import one_line
from phi3desk.library.words.terms import words_of

_MOST_PACKETS = 50
_LARGEST_BYTES = 16 * 1024**2
_MOST_LINES = 10_000
_DEEPEST = 100
_UNSEEN = frozenset(("hidden", "invisible", "inactive"))


def read_xfa(document: Any, known: str) -> str:
    """Return the words of the form and its filled fields, a paragraph for each, but what `known` says already."""
    packets = list(_packets(document))
    if not packets:
        return ""
    form = _FormText(_values(packets))
    for root in packets:
        for template in _named(root, "template"):
            form.walk(template, 0, seen=True)
    said = f" {' '.join(words_of(known))} "
    lines = dict.fromkeys((*form.lines, *form.rest()))
    return "\n\n".join(line for line, value in lines if f" {' '.join(words_of(value))} " not in said)


class _FormText:
    """Puts captions and values together, in the order of the form."""

    def __init__(self, values: list[tuple[str, str]]) -> None:
        self._values = values
        self._waiting: dict[str, deque[int]] = defaultdict(deque)
        for at, (name, _) in enumerate(values):
            self._waiting[name].append(at)
        self._captions: dict[str, str] = {}
        #: each with the part of it that is not a label
        self.lines: list[tuple[str, str]] = []

    def walk(self, element: Any, depth: int, *, seen: bool) -> None:
        """Take the words and fields of a part of the form."""
        if depth > _DEEPEST or len(self.lines) > _MOST_LINES:
            return
        for child in element:
            kind = _local(child)
            shown = seen and child.get("presence", "visible") not in _UNSEEN
            if kind == "draw":
                text = _text_of(child, "value")
                if shown and text:
                    self.lines.append((text, text))
            elif kind == "field":
                self._field(child)
            elif kind == "exclGroup":
                self._choice(child)
            elif kind in ("subform", "subformSet", "area", "pageSet", "pageArea", "contentArea"):
                self.walk(child, depth + 1, seen=shown)

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield the values that no field of the form took, such as those of further rows."""
        left = sorted(at for waiting in self._waiting.values() for at in waiting)
        for name, value in (self._values[at] for at in left[:_MOST_LINES]):
            yield f"{self._captions.get(name, name)}: {value}", value

    def _field(self, element: Any) -> None:
        name = element.get("name", "")
        caption = _text_of(element, "caption").rstrip(" :") or name
        self._captions.setdefault(name, caption)
        value = self._take(name)
        is_tick = next(_named(element, "checkButton"), None) is not None
        if value and is_tick:
            state = "ticked" if value in _on_values(element) else "not ticked"
            self.lines.append((f"{caption}: {state}", f"{caption} {state}"))
        elif value:
            self.lines.append((f"{caption}: {value}", value))

    def _choice(self, element: Any) -> None:
        name, value = element.get("name", ""), self._take(element.get("name", ""))
        for option in element:
            if value and _local(option) == "field" and value in _on_values(option):
                value = _text_of(option, "caption") or value
        if value:
            self.lines.append((f"{_text_of(element, 'caption') or name}: {value}", value))

    def _take(self, name: str) -> str:
        waiting = self._waiting.get(name)
        return self._values[waiting.popleft()][1] if waiting else ""


def _packets(document: Any) -> Iterator[Any]:
    """Yield the parsed packets that hold the form and its data, or all of the form in one."""
    from lxml import etree
    from pypdfium2 import raw

    for index in range(min(raw.FPDF_GetXFAPacketCount(document.raw), _MOST_PACKETS)):
        name = _bytes_of(raw.FPDF_GetXFAPacketName, document, index).rstrip(b"\x00").strip()
        if name not in (b"template", b"datasets", b""):
            continue
        size = ctypes.c_ulong()
        if not raw.FPDF_GetXFAPacketContent(document.raw, index, None, 0, size) or size.value > _LARGEST_BYTES:
            continue
        buffer = (ctypes.c_char * max(1, size.value))()
        raw.FPDF_GetXFAPacketContent(document.raw, index, buffer, size.value, size)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
        )
        try:
            root = etree.fromstring(buffer.raw[: size.value], parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            yield root


def _bytes_of(function: Any, document: Any, index: int) -> bytes:
    size = function(document.raw, index, None, 0)
    buffer = (ctypes.c_char * max(1, size))()
    function(document.raw, index, buffer, size)
    return bytes(buffer.raw)


def _values(packets: list[Any]) -> list[tuple[str, str]]:
    """Return the names and texts of the fields that hold something, in their order."""
    found: list[tuple[str, str]] = []
    for root in packets:
        for datasets in _named(root, "datasets"):
            for data in (child for child in datasets if _local(child) == "data"):
                for element in data.iter("{*}*", "*"):
                    value = one_line(element.text or "") if len(element) == 0 else ""
                    if value and len(found) < _MOST_LINES:
                        found.append((_local(element), value))
    return found


def _named(element: Any, name: str) -> Iterator[Any]:
    """Yield the elements of a name in any namespace, the element itself among them."""
    return iter(element.iter(f"{{*}}{name}"))


def _text_of(element: Any, name: str) -> str:
    """Return the text of an element's own part of a name, such as its caption; XHTML in it comes without its marks."""
    parts = (child for child in element if _local(child) == name)
    return one_line(" ".join(" ".join(part.itertext()) for part in parts))


def _on_values(element: Any) -> list[str]:
    """Return what stands in the data where a tick box is ticked: the first of its items, or 1."""
    items = next((child for child in element if _local(child) == "items"), None)
    first = one_line("".join(items[0].itertext())) if items is not None and len(items) else ""
    return [first] if first else ["1"]


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
