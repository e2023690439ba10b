"""What a finished index is on its way from one library to another: its files, their records, how they are checked.

Documents, pages and passages are JSON, one record a line; vectors are float32, little-endian, one row for each passage
that has one, in the order of the passages.
"""

from __future__ import annotations

import re
import string
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec

from phi3desk.errors import Sentence, UserError, until
from phi3desk.library.documents import Box, Heading
from phi3desk.library.text import block_ends, is_unseen, reflow

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.floating[Any]]

DOCUMENTS, PAGES, PASSAGES, VECTORS = "documents.jsonl", "pages.jsonl", "passages.jsonl", "vectors.f32"
INDEX_FILES = (DOCUMENTS, PAGES, PASSAGES, VECTORS)
#: seconds since 1970 that a file's date is held to
LATEST = 1e11
#: bytes of one line: a page with the places of all its recognised words
_LONGEST_LINE = 64_000_000
_ROWS = 4096
#: characters of a sentence about a document, in which names may be listed, and how many values it may be filled with
_LONGEST_SENTENCE, _MOST_FIELDS = 20_000, 20
#: pages whose text is kept while passages are compared with it
_PAGES_AT_HAND = 64
_JOINS = re.compile(r"\s+|(?<=[^\W\d_])[-‐]|…|(?:[.·_]\s*){5,}")
#: a vector has the length 1, but for rounding
_LENGTH_TOLERANCE = 1e-3

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]
Short = Annotated[str, msgspec.Meta(max_length=1000)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{0,8}$")]


class PackedEmbedder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What made the vectors of an index, of `dimensions` numbers each; the prefixes stood before what was embedded."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    fingerprint: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    dimensions: Annotated[int, msgspec.Meta(ge=1, le=65536)]
    question_prefix: Short = ""
    passage_prefix: Short = ""


class DocumentRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document; `file` is its path within the collection, `size` in bytes, `changed` in seconds since 1970.

    `reason` tells what of it was not read, `besides` is as in the catalogue; either is there where it says something.
    """

    file: Short
    has_file: bool
    title: Annotated[str, msgspec.Meta(max_length=4000)]
    language: Language
    state: Literal["ready", "words", "duplicate"]
    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{0,16}$")]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    size: Count
    changed: Annotated[float, msgspec.Meta(ge=0, le=LATEST)]
    outline: list[tuple[Count, Count, str]] = []
    reason: Sentence | msgspec.UnsetType = msgspec.UNSET
    besides: Sentence | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        for told in (self.reason, self.besides):
            if told is not msgspec.UNSET and not can_travel(told):
                raise ValueError("a sentence that cannot be shown")


class PageRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page; `document` counts the documents from 0, `scan` as in the catalogue."""

    document: Count
    number: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    label: Short
    language: Language
    text: str
    headings: list[Heading]
    scan: Annotated[int, msgspec.Meta(ge=0, le=3)]
    boxes: list[Box]


class PassageRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passage; `embedded` as in the catalogue: 0 waits, 1 has a vector, 2 is found by its words only."""

    document: Count
    page: Annotated[int, msgspec.Meta(ge=1)]
    start: Count
    end: Count
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=200_000)]
    headings: list[str]
    context: Annotated[str, msgspec.Meta(max_length=20_000)]
    language: Language
    embedded: Annotated[int, msgspec.Meta(ge=0, le=2)]


Record = TypeVar("Record", DocumentRecord, PageRecord, PassageRecord)

#: records of each kind that one index may hold: a small pack can swell to more than there is memory for
MOST_RECORDS: dict[type[msgspec.Struct], int] = {
    DocumentRecord: 200_000,
    PageRecord: 5_000_000,
    PassageRecord: 10_000_000,
}


@dataclass(frozen=True)
class IndexSize:
    """How much an index holds."""

    documents: int
    pages: int
    passages: int
    vectors: int


class IndexRefused(UserError):
    """An index whose parts do not fit together; nothing of it was imported."""


def can_travel(told: Sentence) -> bool:
    """Return whether a sentence may be shown, whoever made it: it is short, and its values stand in it as they are.

    Packs hold no sentences within one.
    """
    if any(isinstance(value, Sentence) for value in told.values.values()):
        return False
    if len(told.template) + sum(len(str(value)) for value in told.values.values()) > _LONGEST_SENTENCE:
        return False
    try:
        fields = [each for each in string.Formatter().parse(told.template) if each[1] is not None]
    except ValueError:
        return False
    # a width could make of a few signs more than there is memory for
    values_only = all(str(name).isidentifier() and not form and not turned for _, name, form, turned in fields)
    return values_only and len(fields) <= _MOST_FIELDS and told.values.keys() >= {name for _, name, _, _ in fields}


def line_of(record: Record, name: str) -> bytes:
    """Return a record as a line; UserError, with the name of its document, where `records` would not read it again."""
    try:
        line = msgspec.json.encode(record) + b"\n"
        _read(line, msgspec.json.Decoder(type(record)))
    except (ValueError, RecursionError) as error:
        raise UserError(
            "What was read of “{name}” does not fit into a pack, so the pack was not saved: {problem}.",
            name=name,
            problem=str(error)[:200],
        ) from error
    return line


def at_most(lines: Iterable[bytes], kind: type[Record]) -> Iterator[bytes]:
    """Yield the lines of one file of an index; UserError where they are more than `records` would read again."""
    for number, line in enumerate(lines, start=1):
        if number > MOST_RECORDS[kind]:
            raise UserError("A collection holds more than fits into a pack. Spread its documents over more packs.")
        yield line


def _read(line: bytes, decoder: msgspec.json.Decoder[Record]) -> Record:
    if len(line) > _LONGEST_LINE:
        raise ValueError(f"{len(line)} bytes")
    return decoder.decode(line)


def records(path: Path, kind: type[Record]) -> Iterator[Record]:
    """Read records one by one; IndexRefused names the line that is none."""
    return (record for _, record in _placed_records(path, kind))


def _placed_records(path: Path, kind: type[Record]) -> Iterator[tuple[int, Record]]:
    """Read records one by one, each with the byte that its line begins at."""
    decoder = msgspec.json.Decoder(kind)
    with open(path, "rb") as file:
        number = at = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            if number > MOST_RECORDS[kind]:
                raise IndexRefused(
                    "{file} in the pack is longer than it may be, so the pack was refused.", file=path.name
                )
            try:
                record = _read(line, decoder)
            except (ValueError, RecursionError) as error:
                raise IndexRefused(
                    "Line {number} of {file} in the pack cannot be read, so the pack was refused.",
                    number=number,
                    file=path.name,
                ) from error
            yield at, record
            at += len(line)


def check_index(folder: Path, dimensions: int, cancelled: threading.Event) -> IndexSize:
    """Read a whole index and make sure that its parts fit together; IndexRefused where they do not.

    Raises Cancelled once that is set.
    """
    read = until(cancelled, records(folder / DOCUMENTS, DocumentRecord))
    # without what is not compared, which may be long
    untold: dict[str, Any] = {"outline": [], "reason": msgspec.UNSET, "besides": msgspec.UNSET}
    documents = [msgspec.structs.replace(document, **untold) for document in read]
    files = [document.file.casefold() for document in documents]
    if len(set(files)) < len(files):
        raise IndexRefused("The pack names a document twice, so it was refused.")
    places = _check_pages(folder, documents, cancelled)
    passages, vectors = _check_passages(folder, documents, places, cancelled)
    _check_vectors(folder / VECTORS, vectors, dimensions, cancelled)
    return IndexSize(len(documents), sum(map(len, places)), passages, vectors)


_Places = list["array[int]"]


def _check_pages(folder: Path, documents: list[DocumentRecord], cancelled: threading.Event) -> _Places:
    """Return where in its file each page's line begins, for each document; pages count from 1 without a gap."""
    places: _Places = [array("Q") for _ in documents]
    for at, page in until(cancelled, _placed_records(folder / PAGES, PageRecord)):
        if page.document >= len(documents) or page.number != len(places[page.document]) + 1:
            raise IndexRefused("The pages in the pack do not fit its documents, so it was refused.")
        places[page.document].append(at)
    return places


def _check_passages(
    folder: Path, documents: list[DocumentRecord], places: _Places, cancelled: threading.Event
) -> tuple[int, int]:
    """Return how many passages there are, and how many should have a vector; each says what its page says."""
    held: Counter[int] = Counter()
    vectors = 0
    pages = _PageTexts(folder / PAGES, places)
    for passage in until(cancelled, records(folder / PASSAGES, PassageRecord)):
        if not pages.hold(passage):
            raise IndexRefused("The passages in the pack do not fit its pages, so it was refused.")
        held[passage.document] += 1
        vectors += passage.embedded == 1
    originals = {document.sha256 for document in documents if document.state != "duplicate"}
    for number, document in enumerate(documents):
        is_copy = document.state == "duplicate"
        if is_copy == bool(held[number]) or (is_copy and document.sha256 not in originals):
            raise IndexRefused("The passages in the pack do not fit its documents, so it was refused.")
    return sum(held.values()), vectors


class _PageTexts:
    """The texts of an index's pages, the last ones read: passages come page by page."""

    def __init__(self, path: Path, places: _Places) -> None:
        self._path = path
        self._places = places
        self._read = lru_cache(_PAGES_AT_HAND)(self._read_page)

    def hold(self, passage: PassageRecord) -> bool:
        """Return whether a passage lies on its page and says what stands there."""
        if passage.document >= len(self._places) or passage.page > len(self._places[passage.document]):
            return False
        text, breaks = self._read(self._places[passage.document][passage.page - 1])
        if not 0 <= passage.start <= passage.end <= len(text):
            return False
        shown = reflow(text, breaks, passage.start, passage.end)
        return passage.text == shown or (
            passage.text.replace("\n", " ").isprintable() and _signs(passage.text) == _signs(shown)
        )

    def _read_page(self, at: int) -> tuple[str, list[int]]:
        with open(self._path, "rb") as file:
            file.seek(at)
            text = msgspec.json.decode(file.readline(), type=PageRecord).text
        return text, block_ends(text)


def _signs(text: str) -> str:
    """Return what a text says, whatever version of the program joined its lines, parted words and leaders of dots."""
    return _JOINS.sub("", text)


def _check_vectors(path: Path, count: int, dimensions: int, cancelled: threading.Event) -> None:
    import numpy as np

    if path.stat().st_size != count * dimensions * 4:
        raise IndexRefused("The vectors in the pack are not as many as its passages, so it was refused.")
    for rows in until(cancelled, vector_rows(path, dimensions)):
        # numbers near the largest overflow when squared, which is no length of 1 either
        with np.errstate(all="ignore"):
            lengths = np.linalg.norm(rows, axis=1)
        if not np.isfinite(rows).all() or not (np.abs(lengths - 1.0) <= _LENGTH_TOLERANCE).all():
            raise IndexRefused("The vectors in the pack are damaged, so it was refused.")


def vector_rows(path: Path, dimensions: int, count: int = _ROWS) -> Iterator[Vectors]:
    """Read vectors in parts, each of shape (up to `count`, dimensions)."""
    import numpy as np

    with open(path, "rb") as file:
        while block := file.read(count * dimensions * 4):
            yield np.frombuffer(block, dtype="<f4").reshape(-1, dimensions)


def is_plain_name(name: str) -> bool:
    """Return whether a relative path with forward slashes names one file below its folder on every system."""
    parts = name.split("/")
    return len(parts) <= 8 and all(_is_plain_part(part) for part in parts) and len(name.encode()) <= 240


_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\ud800-\udfff]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def _is_plain_part(part: str) -> bool:
    return (
        bool(part)
        and part == part.strip(" ")
        and not part.endswith(".")
        and part not in (".", "..")
        and not _FORBIDDEN.search(part)
        and not any(map(is_unseen, part))
        and not _DEVICE.fullmatch(part)
    )


def plain_name(name: str) -> str:
    """Return the nearest plain name of one file or folder; see `is_plain_name`."""
    visible = "".join("-" if is_unseen(letter) else letter for letter in name.replace("/", "-"))
    cleaned = _FORBIDDEN.sub("-", visible).strip(" ").rstrip(". ")
    if _DEVICE.fullmatch(cleaned):
        cleaned = f"_{cleaned}"
    stem, dot, suffix = cleaned.rpartition(".")
    if not stem or len(suffix) > 10:
        stem, dot, suffix = cleaned, "", ""
    while len(f"{stem}{dot}{suffix}".encode()) > 100:
        stem = stem[:-1].rstrip(". ")
    return f"{stem}{dot}{suffix}" or "file"
