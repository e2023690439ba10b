"""What lies on a sheet beside its cells: comments, text boxes and other shapes, diagrams, titles of charts."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from phi3desk.library.reading.blocks import Block, one_line
from phi3desk.library.reading.office.drawing_text import lines_in
from phi3desk.library.reading.office.markup import parsed, settle_alternatives

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_THREADED = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
_MOST_BYTES = 64 * 1024**2


def notes_on(archive: zipfile.ZipFile, sheet: str) -> Iterator[Block]:
    """Yield what lies on the sheet whose part has this name."""
    parts = _related(archive, sheet)
    # of a conversation Excel keeps a plain comment, too, that says how to see it
    answered = {ref for name in parts.get("threadedComment", ()) for ref, _ in _threads(archive, name)}
    for name in parts.get("threadedComment", ()):
        for ref, text in _threads(archive, name):
            yield Block(f"Comment on {ref}: {text}")
    for name in parts.get("comments", ()):
        for comment in _root(archive, name).iter(_MAIN + "comment"):
            ref = comment.get("ref", "")
            text = one_line("".join(piece.text or "" for piece in comment.iter(_MAIN + "t")))
            if text and ref not in answered:
                yield Block(f"Comment on {ref}: {text}")
    for name in parts.get("drawing", ()):
        root = _root(archive, name)
        settle_alternatives(root)
        for line in lines_in(root):
            yield Block(line)
        for diagram in _related(archive, name).get("diagramData", ()):
            for line in lines_in(_root(archive, diagram)):
                yield Block(line)
        for chart in _related(archive, name).get("chart", ()):
            for title in _root(archive, chart).iter(_CHART + "title"):
                yield Block(one_line(" ".join(lines_in(title))))


def _threads(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str]]:
    for comment in _root(archive, name).iter(_THREADED + "threadedComment"):
        text = one_line(comment.findtext(_THREADED + "text") or "")
        if text:
            yield comment.get("ref", ""), text


def _related(archive: zipfile.ZipFile, name: str) -> dict[str, list[str]]:
    """Return the parts that a part leads to, by the last word of what they are to it."""
    folder, _, last = name.rpartition("/")
    relations = f"{folder}/_rels/{last}.rels"
    found: dict[str, list[str]] = {}
    if relations in archive.NameToInfo:
        for relation in _root(archive, relations):
            target = posixpath.normpath(posixpath.join("/" + folder, relation.get("Target", ""))).lstrip("/")
            if relation.get("TargetMode") != "External" and target in archive.NameToInfo:
                found.setdefault(relation.get("Type", "").rpartition("/")[2], []).append(target)
    return found


def _root(archive: zipfile.ZipFile, name: str) -> Any:
    with archive.open(name) as part:
        return parsed(part.read(_MOST_BYTES))
