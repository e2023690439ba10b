"""Running heads and feet: lines that stand on most pages of a document, at their upper or lower edge.

They belong to the document rather than to the passage they happen to stand beside: the product's name in the head of
every page of a safety sheet says which document it is, not where the answer stands. Where such a line stands for the
first time it stays part of the text, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.library.documents import Page
from phi3desk.library.text import Span, fold, line_spans, reflow

#: lines looked at from each edge of a page
_EDGE_LINES = 8
_FEWEST_PAGES = 3
#: pages of all those with text that a line has to stand on
_SHARE = 0.5
#: a line that stands in the midst of pages so often, beside those that it stands at the edge of, is none
_IN_MIDST = 0.3
_NAME_CHARACTERS = 170
_PART_CHARACTERS, _SHORTEST_PART = 48, 4
_FEWEST_BESIDE_DATES = 3
#: parts of a name, one a running line
PARTS = " | "
#: a head says the same on each page but for its figures: page numbers, dates
_FIGURES = re.compile(r"\d+")
#: words of a head that name nothing: with what they stand beside, they are left out of the document's name
_PAGE_NUMBER = re.compile(
    r"\b(?:page|seite|stran|sida|pagina|pag|p|str|σελιδα|σελ|сторінка|стор)\.?:?\s*\d+(?:\s*(?:/|\w+)\s*\d+)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class RunningLines:
    """Where running lines stand, by page number, and the words of theirs that may name the document."""

    spans: dict[int, tuple[Span, ...]]
    name: str = ""

    def without(self, page: Page) -> str:
        """Return a page's text with spaces in place of its running lines; as it is where nothing else stands there."""
        text = page.text
        for start, end in self.spans.get(page.number, ()):
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
        return text if any(c.isalnum() for c in text) else page.text


def running_lines(pages: Sequence[Page]) -> RunningLines:
    """Find the running heads and feet of a document."""
    lines = {page.number: _keyed(page.text) for page in pages}
    with_text = sum(bool(keyed) for keyed in lines.values())
    if with_text < _FEWEST_PAGES:
        return RunningLines({})
    times = Counter(key for keyed in lines.values() for key in {key for key, _ in _edges(keyed)})
    midst = Counter(key for keyed in lines.values() for key in {key for key, _ in keyed[_EDGE_LINES:-_EDGE_LINES]})
    # what is said in the midst of pages too, such as "No data available", is text
    running = {
        key
        for key, count in times.items()
        if count >= max(_FEWEST_PAGES, _SHARE * with_text) and midst[key] < _IN_MIDST * count
    }
    seen: set[str] = set()
    spans: dict[int, tuple[Span, ...]] = {}
    first: list[str] = []
    for page in pages:
        found = [(key, span) for key, span in lines[page.number] if key in running]
        first += [reflow(page.text, [], *span) for key, span in found if key not in seen]
        spans[page.number] = tuple(span for key, span in found if key in seen)
        seen.update(key for key, _ in found)
    return RunningLines(spans, _name_of(first))


def _edges(keyed: Sequence[tuple[str, Span]]) -> Sequence[tuple[str, Span]]:
    """Return the lines at the edges of a page."""
    return keyed if len(keyed) <= 2 * _EDGE_LINES else [*keyed[:_EDGE_LINES], *keyed[-_EDGE_LINES:]]


def _keyed(text: str) -> list[tuple[str, Span]]:
    """Return the lines of a page with their places, each behind what it says but for its figures."""
    keyed = [
        (_FIGURES.sub("0", fold(" ".join(text[start:end].split()))), (start, end)) for start, end in line_spans(text)
    ]
    return [(key, span) for key, span in keyed if key]


def _name_of(lines: Sequence[str]) -> str:
    """Return the words of running lines that may name the document, each line once; those with dates come last."""
    parts: dict[str, str] = {}
    for line in sorted(lines, key=lambda line: (_DATE.search(line) is not None, bool(_FIGURES.search(line)))):
        bare = " ".join(_DATE.sub(" ", _PAGE_NUMBER.sub(" ", line)).split()).strip(" -–—|:/,;()[]")
        # a label whose date is gone says nothing
        fewest = _FEWEST_BESIDE_DATES if _DATE.search(line) else 1
        if len(_WORDS.findall(bare)) >= fewest and len(bare) >= _SHORTEST_PART:
            parts.setdefault(fold(bare), bare[:_PART_CHARACTERS].strip())
    return PARTS.join(parts.values())[:_NAME_CHARACTERS]
