"""Running heads and feet: lines that stand on most printed pages of a document, at their upper or lower edge.

They belong to the document rather than to the passage they happen to stand beside: the product's name in the head of
every page of a safety sheet says which document it is, not where the answer stands. Where such a line stands for the
first time it stays part of the text, so that nothing is lost. For the same reason a line that tells another figure is
another line: only the page's own number may differ, and a date beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.library.documents import INSIDE, Page
from phi3desk.library.text import Span, fold, line_spans, reflow

#: lines looked at from each edge of a page: so many at most, and of a short page this share, but two at least
_EDGE_LINES, _EDGE_SHARE, _FEWEST_EDGE_LINES = 8, 0.25, 2
#: a lone number further from the edge than this is no page number
_NUMBER_LINES = 3
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
_FIGURES = re.compile(r"\d+")
#: words of a head that name nothing: with what they stand beside, they are left out of the document's name
_PAGE_NUMBER = re.compile(
    r"\b(?:page|seite|stran|sida|pagina|pag|p|str|σελιδα|σελ|сторінка|стор)\.?:?\s*\d+(?:\s*(?:/|\w+)\s*\d+)?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")
#: The following are looked for in folded lines. What stands between a page's number and the number of all pages:
_OF = r"\s*(?:/|\b(?:of|von|od|av|din|de|iz|z|απο|з|із)\b)\s*"
#: a page number that a whole word calls so, whatever it is
_CALLED_PAGE = re.compile(
    rf"\b(?:page|seite|stran|strana|sida|pagina|σελιδα|сторінка)[.:]?\s*(?P<own>\d{{1,4}})(?:{_OF}\d+)?(?!\w)",
)
_WORD = re.compile(r"\w")
_SIGNS = r"[\s\[\]()|•·~/–—-]*"
#: what may be the page's own number, the first of these that fits; it is where it counts up from page to page
_BARE_NUMBER = re.compile(rf"{_SIGNS}(?:\d{{1,3}}\s?[–-]\s?)?(?P<own>\d{{1,4}})(?P<all>{_OF}\d{{1,4}})?{_SIGNS}")
#: a figure with its unit and no words is a value, though it may stand on most pages
_VALUE = re.compile(r"\W*\d[\d\s.,:/–-]*\S{0,6}")
_OWN_NUMBERS = (
    re.compile(r"\b(?:(?:p|pp|s|pg|pag|str|sid|bl|σ|σελ|с|стор)\.|sheet|blatt):?\s*(?P<own>\d{1,4})(?!\w)"),
    re.compile(rf"(?<![\w.,])(?P<own>\d{{1,4}}){_OF}\d{{1,4}}$"),
    # not behind a word: machines, days, invoices are numbered so
    re.compile(r"(?:(?<=[|•·/–—-]\s)(?:[a-z]-)?|(?<=\d\s))(?P<own>\d{1,4})$"),
    re.compile(rf"^(?P<own>\d{{1,4}})(?:{_OF}\d{{1,4}})?(?=\s)"),
)


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


@dataclass(frozen=True)
class _Line:
    """A line of a page with its place; lines of the same key say the same. It has none where it cannot be running."""

    span: Span
    keys: tuple[str, ...]


def running_lines(pages: Sequence[Page]) -> RunningLines:
    """Find the running heads and feet of a document."""
    # files inside a document have pages of their own
    lines = {page.number: [] if page.label.startswith(INSIDE) else _lines(page) for page in pages}
    with_text = sum(bool(on_page) for on_page in lines.values())
    if with_text < _FEWEST_PAGES:
        return RunningLines({})
    times: Counter[str] = Counter()
    midst: Counter[str] = Counter()
    for on_page in lines.values():
        edge = _edge(len(on_page))
        times.update({key for line in {*on_page[:edge], *on_page[-edge:]} for key in line.keys})
        midst.update({key for line in on_page[edge:-edge] for key in line.keys})
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
        found = [(key, line.span) for line in lines[page.number] for key in line.keys if key in running]
        first += [reflow(page.text, [], *span) for key, span in found if key not in seen]
        spans[page.number] = tuple(dict.fromkeys(span for key, span in found if key in seen))
        seen.update(key for key, _ in found)
    return RunningLines(spans, _name_of(first))


def _edge(lines: int) -> int:
    """Return how many lines of a page of so many belong to each of its edges."""
    return max(_FEWEST_EDGE_LINES, min(_EDGE_LINES, int(_EDGE_SHARE * lines)))


def _lines(page: Page) -> list[_Line]:
    """Return the lines of a page."""
    folded = [(fold(" ".join(page.text[start:end].split())), (start, end)) for start, end in line_spans(page.text)]
    folded = [(line, span) for line, span in folded if line]
    last = len(folded) - 1
    return [
        _Line(span, _keys(line, page.number, min(at, last - at) < _NUMBER_LINES))
        for at, (line, span) in enumerate(folded)
    ]


def _keys(line: str, page: int, at_edge: bool) -> tuple[str, ...]:
    """Return what a folded line says, and what it says but for the page's own number, if it has one.

    That number stands there as its distance from the page's place, which stays the same where it counts up.
    """
    bare = _BARE_NUMBER.fullmatch(line)
    if bare is not None:
        return (_but_for(bare, page),) if at_edge or bare["all"] else ()
    called = _CALLED_PAGE.search(line)
    if called is not None and not (_WORD.search(line[: called.start()]) and _WORD.search(line[called.end() :])):
        # where every page is the first one of a letter, its date is what tells it from the others
        return _CALLED_PAGE.sub("#", line), _DATE.sub("#", _but_for(called, page))
    same = () if _VALUE.fullmatch(line) and not _DATE.fullmatch(line) else (line,)
    own = next((found for pattern in _OWN_NUMBERS if (found := pattern.search(line)) is not None), None)
    return same if own is None else (*same, _but_for(own, page))


def _but_for(own: re.Match[str], page: int) -> str:
    line, (start, end) = own.string, own.span("own")
    return f"{line[:start]}#{int(own['own']) - page:+d}{line[end:]}"


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
