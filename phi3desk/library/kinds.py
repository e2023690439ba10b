"""The kinds of documents that can be read, each declared once. Nothing heavy is loaded with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path


class Unit(Enum):
    """What a document is divided into; all but pages and slides have a label that names them."""

    PAGE = auto()
    SLIDE = auto()
    ROWS = auto()
    PART = auto()


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: its key in the catalogue, its name for the user, the suffixes of its files.

    `reader` names the function that reads it, see `reading.kinds`. `office` tells that its files are Office's
    containers.
    """

    key: str
    name: str
    suffixes: tuple[str, ...]
    reader: str
    unit: Unit
    office: bool = False


PDF = DocumentKind("pdf", "PDF", ("pdf",), "pdf", Unit.PAGE)
DOCX = DocumentKind("docx", "DOCX", ("docx", "docm", "dotx", "dotm"), "word", Unit.PART, office=True)
PPTX = DocumentKind("pptx", "PPTX", ("pptx", "pptm", "ppsx", "ppsm", "potx", "potm"), "slides", Unit.SLIDE, office=True)
XLSX = DocumentKind("xlsx", "XLSX", ("xlsx", "xlsm", "xltx", "xltm"), "sheets", Unit.ROWS, office=True)
CSV = DocumentKind("csv", "CSV", ("csv", "tsv"), "delimited", Unit.ROWS)
HTML = DocumentKind("html", "HTML", ("html", "htm", "xhtml"), "web", Unit.PART)
MARKDOWN = DocumentKind("md", "Markdown", ("md", "markdown"), "markdown", Unit.PART)
TEXT = DocumentKind("txt", "text", ("txt", "text", "log"), "text", Unit.PART)
MAIL = DocumentKind("eml", "e-mail (EML)", ("eml",), "mail", Unit.PART)

KINDS = (PDF, DOCX, PPTX, XLSX, CSV, HTML, MARKDOWN, TEXT, MAIL)
#: those that are kept as tables, too
SHEETS = tuple(kind.key for kind in KINDS if kind.unit is Unit.ROWS)
_BY_KEY = {kind.key: kind for kind in KINDS}
_BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}


def kind_of(key: str) -> DocumentKind | None:
    """Return the kind that the catalogue keeps under a key, None where there is none, as before a file was read."""
    return _BY_KEY.get(key)


def has_pages(key: str) -> bool:
    """Return whether a kind has printed pages, which can be shown as they are; others are shown as text."""
    known = _BY_KEY.get(key)
    return known is not None and known.unit is Unit.PAGE


def kind_named(path: Path) -> DocumentKind | None:
    """Return the kind that a file's name promises, None where its suffix is none that can be read."""
    return _BY_SUFFIX.get(suffix_of(path))


def suffix_of(path: Path) -> str:
    """Return the end of a file's name in small letters, without its dot."""
    return path.suffix.lower().removeprefix(".")
