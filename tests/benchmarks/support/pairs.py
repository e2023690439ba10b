"""The pairs of a passage and a claim: where they lie, what they say, and the passages of those that name a document.

`pairs.jsonl` holds one pair a line. A third of the claims follow from their passage (`true`), a third are contradicted
by it in exactly one thing (`contradicted`, `changed` names the thing), a third are not there (`absent`). Text of other
people's documents is no part of the project: such a pair names the page and how its passage begins and ends, and is
left out where that document is not here. All pairs of a passage are in one half.

`fresh.jsonl` holds pairs by another author, on passages of their own, for which nothing is ever tuned (`--file`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from phi3desk.library.chunking.running_lines import RunningLines, running_lines
from phi3desk.library.documents import Page
from phi3desk.library.text import block_ends, locate, reflow
from phi3desk.paths import resource
from tests.helpers.corpus import corpus
from tests.helpers.reading import told_of

FILE = Path(__file__).with_name("pairs.jsonl")
TRUE, CONTRADICTED, ABSENT = KINDS = ("true", "contradicted", "absent")
CHANGES = ("figure", "unit", "negation", "condition", "name")
#: The halves: a check is tuned on the first, the second tells whether what was found holds.
SPLITS = ("tune", "check")
SAMPLES, INDUSTRY = "samples", "industry"


@dataclass(frozen=True)
class Pair:
    """A claim beside the passage it is checked against; `across` is a claim in another language than the passage."""

    id: str
    language: str
    kind: str
    changed: str
    question: str
    claim: str
    passage: str
    split: str
    across: bool

    def asked(self) -> dict[str, str]:
        """Return what a check may know of it."""
        return {"id": self.id, "passage": self.passage, "question": self.question, "claim": self.claim}


@dataclass(frozen=True)
class Pairs:
    """The pairs whose passages are here, and a sentence for each document that is not."""

    pairs: tuple[Pair, ...]
    missing: tuple[str, ...] = ()


def rows(file: Path = FILE) -> list[dict[str, Any]]:
    """Return the lines of a file of pairs as they stand there."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def pairs_of(lines: Iterable[Mapping[str, Any]]) -> Pairs:
    """Return the pairs of some lines with their passages; ValueError where a passage is not on its page."""
    found: list[Pair] = []
    missing: dict[str, int] = {}
    for row in lines:
        source = row.get("source")
        passage = row["passage"] if source is None else passage_of(source)
        if passage is None:
            name = f"{source['set']}: {source['document']}"
            missing[name] = missing.get(name, 0) + 1
            continue
        own = (str(row[name]) for name in ("id", "lang", "kind", "changed", "question", "claim"))
        found.append(Pair(*own, passage, str(row["split"]), bool(row["across"])))
    return Pairs(tuple(found), tuple(f"{name} is not here, pairs left out: {count}" for name, count in missing.items()))


def passage_of(source: Mapping[str, Any]) -> str | None:
    """Return a passage as the program reads and cuts it, None where its document is not here."""
    file = document_of(source["set"], source["document"])
    if file is None:
        return None
    pages, running = _read(file)
    # as the chunker cuts it: without running heads, lines of a paragraph joined
    text = running.without(pages[source["page"] - 1])
    begins = locate(text, source["begins"])
    ends = begins and locate(text, source["ends"], begins[0])
    if not begins or not ends or ends[1] <= begins[0]:
        raise ValueError(f"{source['document']}, page {source['page']}: no passage from {source['begins']!r} on")
    return reflow(text, block_ends(text), begins[0], _with_mark(text, ends[1]))


def document_of(name: str, document: str) -> Path | None:
    """Return the file of a document of a set, None where it is not here."""
    if name == SAMPLES:
        return resource("samples", document)
    try:
        return corpus(INDUSTRY, document) if name == INDUSTRY else corpus("questions", name, "pdf", document)
    except pytest.skip.Exception:
        return None


@cache
def _read(file: Path) -> tuple[list[Page], RunningLines]:
    pages = told_of(file).pages
    return pages, running_lines(pages)


def _with_mark(text: str, end: int) -> int:
    """Return an end behind the marks that close a sentence: only letters and digits are located."""
    while end < len(text) and not text[end].isalnum() and not text[end].isspace():
        end += 1
    return end
