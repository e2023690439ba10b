"""The parts of a Word document beside its text: notes, comments, running heads, and files put into it as a whole."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from phi3desk.library.reading.blocks import Block, one_line, page_of
from phi3desk.library.reading.office.markup import parsed, settle_alternatives
from phi3desk.library.reading.office.word_runs import Runs, W
from phi3desk.library.reading.text_files.charset import decode
from phi3desk.library.reading.text_files.web import blocks_of_html, declared_charset

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
EMBEDDED = _RELATION + "aFChunk"
_NOTES = {_RELATION + "footnotes": "footnote", _RELATION + "endnotes": "endnote", _RELATION + "comments": "comment"}
_RUNNING = {_RELATION + "header": "Header", _RELATION + "footer": "Footer"}
_WORD = re.compile(r"[^\W\d_]{2,}")
#: a document's number, a revision, a date: letters or signs and figures in one word
_CODE = re.compile(r"[^\W\d_]+[./-]?\d|\d[./-]\d")
#: as many words make a running head worth reading: "Page 3 of 10" has fewer
_WORDS = 3
_HTML = frozenset(("html", "htm", "xhtml", "xht"))


def part_of_kind(document: Any, kind: str) -> Any | None:
    """Return the root of the document's part of a kind, as "numbering", None where it has none."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype == _RELATION + kind:
            return parsed(relation.target_part.blob)
    return None


def notes_of(document: Any, styles: Mapping[str, int]) -> dict[tuple[str, str], str]:
    """Return footnotes, endnotes and comments by kind and number; comments are named as such, with who wrote them."""
    notes: dict[tuple[str, str], str] = {}
    for relation in document.part.rels.values():
        kind = _NOTES.get(relation.reltype)
        if kind is None or relation.is_external:
            continue
        root = parsed(relation.target_part.blob)
        settle_alternatives(root)
        for note in root.iter(W + kind):
            if note.get(W + "type") not in (None, "normal"):
                continue
            text = one_line(" ".join(_paragraphs(note, styles)))
            if text and kind == "comment":
                author = one_line(note.get(W + "author") or "")
                text = f"Comment ({author}): {text}" if author else f"Comment: {text}"
            notes[(kind, note.get(W + "id", ""))] = text
    return notes


def running_heads(document: Any, styles: Mapping[str, int]) -> Iterator[Block]:
    """Yield what the heads and feet of the pages say, each text once; page numbers alone say nothing."""
    told: set[str] = set()
    for relation in document.part.rels.values():
        name = _RUNNING.get(relation.reltype)
        if name is None or relation.is_external:
            continue
        root = parsed(relation.target_part.blob)
        settle_alternatives(root)
        text = one_line(" ".join(_paragraphs(root, styles)))
        if text not in told and (len(_WORD.findall(text)) >= _WORDS or _CODE.search(text)):
            told.add(text)
            yield Block(f"{name}: {text}")


def _paragraphs(parent: Any, styles: Mapping[str, int]) -> Iterator[str]:
    for paragraph in parent.iter(W + "p"):
        yield Runs.of(paragraph, styles).text


def text_of_embedded(name: str, data: bytes) -> str | None:
    """Return what an embedded web page, web archive or text says; None for a kind that is not read here."""
    suffix = PurePosixPath(name).suffix.lower().removeprefix(".")
    head = data[:4096].lstrip().lower()
    if suffix in ("mht", "mhtml") or head.startswith(b"mime-version:"):
        return _text_of_archive(data)
    if suffix in _HTML or head.removeprefix(b"\xef\xbb\xbf").startswith((b"<!doctype html", b"<html")):
        return _text_of_page(data)
    return decode(data) if suffix in ("txt", "text") else None


def _text_of_page(data: bytes, declared: str = "") -> str:
    return page_of(blocks_of_html(decode(data, declared or declared_charset(data)))).text


def _text_of_archive(data: bytes) -> str | None:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        body = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(body, bytes):
            return _text_of_page(body, part.get_content_charset() or "")
    return None
