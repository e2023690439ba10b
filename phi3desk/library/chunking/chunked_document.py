"""Splits a document that was read into passages, with their language and their entries for the word index.

Reader processes do this in parallel, for it takes longer than reading; the importing thread does it where text came
later than the rest, as from text recognition.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.library.chunking.chunker import Chunk, chunk_pages, indexed_text
from phi3desk.library.chunking.titles import shown_title, spoken_title
from phi3desk.library.documents import OutlineEntry, Page
from phi3desk.library.kinds import Unit, kind_named
from phi3desk.library.text import fold
from phi3desk.library.words.terms import index_words


@dataclass(frozen=True)
class IndexEntry:
    """A passage as the word index holds it: stems of its context and of its text, and all of it folded."""

    context: str
    body: str
    folded: str


@dataclass(frozen=True)
class ChunkedDocument:
    """What becomes of a document's text; `index` has one entry for each of the `chunks`."""

    title: str
    language: str
    chunks: list[Chunk]
    index: list[IndexEntry]


def chunk_document(
    path: str,
    title: str,
    pages: Sequence[Page],
    outline: Sequence[OutlineEntry],
) -> ChunkedDocument:
    """Make the passages of a document from its pages."""
    title = shown_title(title, Path(path).stem)
    chunks = chunks_of(path, title, pages, outline)
    index = [index_entry(made.context, made.text, made.language) for made in chunks]
    return ChunkedDocument(title, main_language(pages), chunks, index)


def chunks_of(
    path: str,
    title: str,
    pages: Sequence[Page],
    outline: Sequence[OutlineEntry],
    cancelled: threading.Event | None = None,
) -> list[Chunk]:
    """Split pages into passages, each with its document's title in its context; Cancelled once that is set."""
    spoken = spoken_title(title, Path(path).stem)
    named = kind_named(Path(path))
    # where sheets and texts repeat a line, it is no head: each says it of another matter
    printed = named is None or named.unit in (Unit.PAGE, Unit.SLIDE)
    return chunk_pages(pages, spoken, outline, cancelled, printed=printed)


def index_entry(context: str, text: str, language: str) -> IndexEntry:
    """Return what the word index holds of a passage."""
    return IndexEntry(index_words(context, language), index_words(text, language), fold(indexed_text(context, text)))


def main_language(pages: Sequence[Page]) -> str:
    """Return the language most of the letters of some pages are in."""
    letters: Counter[str] = Counter()
    for page in pages:
        letters[page.language] += len(page.text)
    return letters.most_common(1)[0][0] if letters else ""
