"""Makes the passages of a document that was read: cut, with their language, and in the words of the index.

Reader processes do this beside each other, for it takes longer than reading; the importing thread does it where text
came later than the rest, as from text recognition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.library.chunker import Chunk, PageLayout, chunk_pages, indexed_text
from phi3desk.library.documents import Heading
from phi3desk.library.embedding.minilm import Embedder
from phi3desk.library.language import language_of
from phi3desk.library.terms import index_words
from phi3desk.library.text import fold
from phi3desk.library.titles import shown_title, spoken_title


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
    page_languages: list[str]
    chunks: list[Chunk]
    index: list[IndexEntry]


def chunk_document(
    embedder: Embedder,
    path: str,
    title: str,
    texts: Sequence[str],
    headings: Sequence[Sequence[Heading]],
    outline: Sequence[tuple[int, int, str]],
) -> ChunkedDocument:
    """Make the passages of a document from its pages' texts; the embedder counts tokens, its model is not loaded."""
    pages = [
        PageLayout(number, text, seen, language_of(text))
        for number, (text, seen) in enumerate(zip(texts, headings, strict=True), 1)
    ]
    title = shown_title(title, Path(path).stem)
    chunks = chunks_of(embedder, path, title, pages, outline)
    index = [index_entry(made.context, made.text, made.language) for made in chunks]
    return ChunkedDocument(title, main_language(pages), [page.language for page in pages], chunks, index)


def chunks_of(
    embedder: Embedder,
    path: str,
    title: str,
    pages: Sequence[PageLayout],
    outline: Sequence[tuple[int, int, str]],
) -> list[Chunk]:
    """Cut pages into passages that speak of their document's title."""
    spoken = spoken_title(title, Path(path).stem)
    return chunk_pages(pages, spoken, outline, embedder.count_tokens, embedder.languages)


def index_entry(context: str, text: str, language: str) -> IndexEntry:
    """Return what the word index holds of a passage."""
    return IndexEntry(index_words(context, language), index_words(text, language), fold(indexed_text(context, text)))


def main_language(pages: Sequence[PageLayout]) -> str:
    """Return the language most of the letters of some pages are in."""
    letters: Counter[str] = Counter()
    for page in pages:
        letters[page.language] += len(page.text)
    return letters.most_common(1)[0][0] if letters else ""
