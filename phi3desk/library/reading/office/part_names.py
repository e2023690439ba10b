"""How the parts of a container are called, and how they refer to each other: some programs write the one otherwise.

Names differ in capital letters, or have backslashes; Office takes them for the same, the readers' libraries do not.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from phi3desk.library.reading.office.markup import parsed

TYPES = "[Content_Types].xml"
#: parts that the libraries look for by name
_FIXED = {
    name.lower(): name
    for name in (
        TYPES,
        "_rels/.rels",
        "docProps/core.xml",
        "docProps/app.xml",
        "docProps/custom.xml",
        "word/document.xml",
        "ppt/presentation.xml",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/theme/theme1.xml",
    )
}
_RELATIONS = "_rels/"


def plain_name(name: str) -> str:
    """Return a part's name with slashes between its folders and none before it."""
    return name.replace("\\", "/").lstrip("/")


class PartNames:
    """The names of a container's parts."""

    def __init__(self, names: Iterable[str]) -> None:
        self._proper: dict[str, str] = {}
        plain = [plain_name(name) for name in names]
        for name in plain:
            key = name.lower()
            self._proper.setdefault(key, _FIXED.get(key, name))
        for name in plain:
            # the relations of a part are looked for beside it, under its own name
            folder, _, last = name.lower().rpartition(_RELATIONS)
            of = self._proper.get(folder + last.removesuffix(".rels"))
            if of is not None and last.endswith(".rels"):
                at, slash, own = of.rpartition("/")
                self._proper[name.lower()] = f"{at}{slash}{_RELATIONS}{own}.rels"

    def proper(self, name: str) -> str:
        """Return the name under which a part is found."""
        plain = plain_name(name)
        return self._proper.get(plain.lower(), plain)

    def corrected_types(self, data: bytes) -> bytes:
        """Return the list of the parts' types with the parts' names; one that is damaged as it is."""
        root = _root(data)
        if root is None:
            return data
        changed = False
        for element in root:
            name = element.get("PartName")
            if name and (proper := "/" + self.proper(name)) != name:
                element.set("PartName", proper)
                changed = True
        return _written(root) if changed else data

    def corrected_relations(self, name: str, data: bytes) -> bytes:
        """Return the relations of a part with the names of the parts that they lead to, and without loose ends.

        Some programs leave relations to parts that are not there, and the libraries stumble over them. A list that is
        damaged is returned as it is: it may be one that nothing is read by.
        """
        root = _root(data)
        if root is None:
            return data
        base = posixpath.dirname(posixpath.dirname(name))
        changed = False
        for relation in list(root):
            target = relation.get("Target", "")
            if relation.get("TargetMode") == "External":
                continue
            slashed, _, place = target.replace("\\", "/").partition("#")
            at = posixpath.normpath(posixpath.join("/" + base, slashed)).lstrip("/")
            proper = self._proper.get(at.lower()) or self._proper.get(unquote(at).lower())
            if proper is None:
                root.remove(relation)
                changed = True
            elif proper != at or "\\" in target:
                relation.set("Target", "/" + proper + (f"#{place}" if place else ""))
                changed = True
        return _written(root) if changed else data


def _root(data: bytes) -> Any | None:
    from lxml import etree

    try:
        return parsed(data)
    except etree.XMLSyntaxError:
        return None


def _written(root: object) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, encoding="UTF-8", standalone=True))
