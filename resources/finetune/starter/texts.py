"""Texts with questions: real ones in a folder of documents, and the articles that were written for this."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from phi3desk.chat.evidence import content_words
from phi3desk.library.chunking.chunker import chunk_pages
from phi3desk.library.documents import Page
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.protocol import ReadRequest
from phi3desk.library.text import fold


@dataclass(frozen=True)
class Text:
    """A passage as the program cuts it, and where it stands."""

    document: str
    page: int
    text: str


@dataclass(frozen=True)
class Asked:
    """A question with its reference answers (none where it has no answer) and the page it is about."""

    question: str
    references: tuple[str, ...]
    document: str
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Texts:
    """Passages and questions of some documents."""

    passages: tuple[Text, ...]
    asked: tuple[Asked, ...]

    def only(self, documents: Sequence[str]) -> Texts:
        """Return what belongs to documents that one of the patterns names."""
        return Texts(
            tuple(passage for passage in self.passages if _named(passage.document, documents)),
            tuple(asked for asked in self.asked if _named(asked.document, documents)),
        )

    def without(self, documents: Sequence[str]) -> Texts:
        """Return what belongs to the other documents."""
        return Texts(
            tuple(passage for passage in self.passages if not _named(passage.document, documents)),
            tuple(asked for asked in self.asked if not _named(asked.document, documents)),
        )

    def joined(self, other: Texts) -> Texts:
        """Return these passages and questions and those of another."""
        return Texts(self.passages + other.passages, self.asked + other.asked)


def read_articles(path: Path) -> Texts:
    """Read articles of a file, one a line: their passages, what is asked and told there, and what is asked in vain."""
    passages, asked = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        title = article["title"]
        for n, entry in enumerate(article["passages"], 1):
            passages.append(Text(title, n, entry["text"]))
            asked += [Asked(question, (answer,), title, (n,)) for question, answer in entry["asked"]]
            asked += [Asked(question, (), title, (n,)) for question in entry["not_told"]]
    return Texts(tuple(passages), tuple(asked))


def read_texts(folder: Path) -> Texts:
    """Read `questions.jsonl` of a folder and the passages of the documents in `pdf/` that they are about."""
    asked = []
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        references = tuple(entry["answers"]) if entry["answerable"] else ()
        asked.append(Asked(entry["question"], references, entry["document"], tuple(entry["pages"])))
    passages: list[Text] = []
    for document in sorted({question.document for question in asked}):
        path = next(place for place in (folder / "pdf" / document, folder / document) if place.exists())
        pages = [event for event in read_document(ReadRequest(str(path))) if isinstance(event, Page)]
        chunks = chunk_pages(pages, path.stem, ())
        passages += [Text(document, draft.page, draft.text) for draft in chunks]
    return Texts(tuple(passages), tuple(asked))


def nearest(question: str, passages: tuple[Text, ...]) -> list[Text]:
    """Sort passages by the question's words they hold, rare ones above all."""
    frequency = _frequency(passages)
    asked = content_words(question)
    scores = [sum(1 / frequency[word] for word in asked & _held(passage.text)) for passage in passages]
    order = sorted(range(len(passages)), key=lambda index: -scores[index])
    return [passages[index] for index in order]


@cache
def _frequency(passages: tuple[Text, ...]) -> Counter[str]:
    return Counter(word for passage in passages for word in _held(passage.text))


@cache
def _held(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def holds(text: str, answer: str) -> bool:
    """Tell whether an answer stands in a text as a whole word or words; case, marks and white space do not count."""
    found = re.search(rf"(?<!\w){re.escape(_plain(answer))}(?!\w)", _plain(text))
    return found is not None


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _named(document: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(document, pattern) for pattern in patterns)
