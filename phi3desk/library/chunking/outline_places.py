"""Where the titles of a document's outline stand on their pages."""

from __future__ import annotations

import re

from phi3desk.library.documents import Page
from phi3desk.library.text import Span, is_bullet, occurrences

_PARTS = (
    "chapter|section|part|appendix|annex|kapitel|abschnitt|teil|anhang|avsnitt|del|bilaga|poglavje|priloga|capitolul"
    "|secțiunea|partea|anexa|κεφ[άα]λαιο|εν[όο]τητα|μ[έε]ρος|παρ[άα]ρτημα|розділ|частина|додаток"
)
_CAPITAL = "[A-ZÀ-ÖØ-ÞĂĆČĐŠŽȘȚΑ-ΩЀ-ЯҐ]"
#: “4.2”, “B.2”, “A-1”, “3a”
_NUMBER = rf"(?:{_CAPITAL}[.-]?)?\d+(?:\.\d+)*[^\W\d_]?|[A-Z]|[IVXLC]+"
#: what may stand before a title in its line: its number, “Chapter 3:”, “Annex B.”, a mark. Many a letter is a word of
#: running text (у, в, i, ή), so that one counts by what stands beside it.
_BEFORE = re.compile(
    rf"\W*(?:(?:(?i:{_PARTS})\s+(?:{_NUMBER}|{_CAPITAL}{{1,3}}|[^\W\d_](?=[.:)]))|{_NUMBER}|{_CAPITAL}(?=[.)]))\b\W*)?"
)
#: stops and the mark of a footnote
_NOTHING_BEHIND = re.compile(r"[\s.:*†‡⁰¹²³⁴-⁹]*\d?\s*")
#: a heading that the text follows in its line
_MARK_BEHIND = re.compile(r"[*†‡⁰¹²³⁴-⁹]*\s*[.:|·…(–—]|\t|\s{3,}|\s+\d{1,2}[.)]\s")
_GOES_ON = re.compile(r"(?:[,(]|[^\W\d_][-–])$")
_END_OF_LINE = re.compile(r"[\r\n]")
#: letters of a title that is hardly the beginning of a sentence
_LONG = 20
#: letters that are read on either side of a title: a page may be one long line that says it often
_BEFORE_IT, _BEHIND_IT = 80, 200


def outline_place(page: Page, title: str) -> Span:
    """Return where an entry of the outline stands on its page, (0, 0) where no line is it.

    A title is looked for as a line, or lines, of its own and in the headings that are seen as such: a short one, such
    as “Use”, stands in running text too, and a heading put there would part a sentence.
    """
    ranked = [
        (rank, (start, end))
        for span in occurrences(page.text, title)
        for rank, start, end in _candidates(page, title, span)
    ]
    return min(ranked, default=(0, (0, 0)))[1]


def _candidates(page: Page, title: str, span: Span) -> list[tuple[int, int, int]]:
    """Return how well a place of a title's letters is its heading, and where that stands; the lowest rank is best."""
    text = page.text
    start, end = span
    nearest = max(0, start - _BEFORE_IT)
    line = max(text.rfind("\n", nearest, start), text.rfind("\r", nearest, start)) + 1
    in_reach = line > 0 or nearest == 0
    stop = _END_OF_LINE.search(text, end, end + _BEHIND_IT)
    behind = text[end : stop.start() if stop is not None else end + _BEHIND_IT]
    seen = next(((at, to) for at, to, _ in page.headings if at < end and start < to), None)
    begins = (
        in_reach
        and _BEFORE.fullmatch(text[line:start]) is not None
        and not (title[:1].isupper() and text[start].islower())
    )
    if begins and _NOTHING_BEHIND.fullmatch(behind) and (seen or not _in_running_text(text, line, end)):
        return [(0 if seen else 1, line, end)]
    if seen is not None and _is_whole(text, start, end):
        return [(2, min(line, seen[0]) if in_reach else seen[0], max(end, seen[1]))]
    if begins and (_MARK_BEHIND.match(behind) or (_is_whole(text, start, end) and _is_no_beginning(title, behind))):
        return [(3, line, end)]
    return []


def _in_running_text(text: str, start: int, end: int) -> bool:
    """Return whether the sentence of the line before goes on in a line, or the line's own in the one behind it."""
    behind = text[end : end + _BEHIND_IT].lstrip(" \t.:*\r\n")
    return _GOES_ON.search(text[max(0, start - 9) : start].rstrip()) is not None or (
        behind[:1].islower() and not is_bullet(behind)
    )


def _is_no_beginning(title: str, behind: str) -> bool:
    """Return whether no sentence is likely to begin with a title: it is long, or a capital follows its words."""
    return sum(c.isalnum() for c in title) >= _LONG or (len(title.split()) > 1 and behind.lstrip()[:1].isupper())


def _is_whole(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
