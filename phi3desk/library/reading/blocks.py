"""Headings, paragraphs, list items and rows, and the pages they make.

The text of a page is written so that the chunker finds its sense again: blocks are set apart by an empty line, rows of
a table stand line by line with a tab between their cells, list items begin with a bullet or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from phi3desk.library.documents import Heading, Page
from phi3desk.library.text import is_bullet

#: A part longer than this many characters is divided.
PART_CHARACTERS = 6_000
#: Headings down to this level begin a new part.
_PART_LEVEL = 2
_LABEL_CHARACTERS = 120
#: Heights in points, as letters of headings of level 1 to 6 would have: the chunker tells levels by them.
_HEIGHTS = (26.0, 22.0, 19.0, 17.0, 15.0, 13.0)
_LONGEST_HEADING = 300
_SPACES = re.compile(r"[ \t\xa0\u2000-\u200a\u202f\u205f\u3000]+")
#: Control characters but line breaks and tabs; zero-width space and byte order mark.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_SPACE = re.compile(r"\s")
#: The words of so many characters are taken apart at once: they need many times the memory of the text.
_AT_ONCE = 1_000_000


_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_EXPONENT = re.compile(r"[+\-−–]?\d+")
_ORDINAL = frozenset(("st", "nd", "rd", "th", "o", "a", "er", "re", "e", "me"))
_OPERATORS = re.compile(r"[\s+\-−±·*/×÷=]")
_FRACTION_BARS = frozenset("/⁄∕")


@dataclass(frozen=True)
class Block:
    """A heading (`level` from 1), a list item, a row of a table or a paragraph."""

    text: str
    level: int = 0
    item: bool = False
    row: bool = False


@dataclass
class PageDraft:
    """A page that is being put together from blocks."""

    size: int = 0
    headings: list[Heading] = field(default_factory=list)
    body: bool = False
    _pieces: list[str] = field(default_factory=list)
    _last: Block | None = None

    def add(self, block: Block) -> None:
        """Put a block at the end of the page."""
        last = self._last
        if last is not None:
            close = (last.row and block.row and "\t" in last.text + block.text) or (
                last.item and block.item and is_bullet(block.text)
            )
            self._put("\n" if close else "\n\n")
        start = self.size
        self._put(block.text)
        if block.level:
            self.headings.append(Heading(start, self.size, _HEIGHTS[min(block.level, len(_HEIGHTS)) - 1]))
        else:
            self.body = True
        self._last = block

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self.size += len(text)

    def page(self, label: str = "") -> Page:
        """Return the page as read; its number is given by whoever yields it."""
        return Page(0, "".join(self._pieces), headings=self.headings, label=label)


def one_line(text: str) -> str:
    """Return a text in one line, without control characters."""
    pieces = []
    start = 0
    while len(text) - start > _AT_ONCE and (space := _SPACE.search(text, start + _AT_ONCE)):
        pieces.append(_words(text[start : space.start()]))
        start = space.end()
    return " ".join(filter(None, (*pieces, _words(text[start:] if start else text))))


def _words(text: str) -> str:
    return " ".join((text if text.isprintable() else _UNWANTED.sub(" ", text)).split())


def tidy(text: str) -> str:
    """Return a text with its line breaks, without control characters, spaces in a row and white space at line ends."""
    lines = (_SPACES.sub(" ", line).strip() for line in _UNWANTED.sub("", text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def heading(text: str, level: int) -> Block:
    """Return a heading, or the paragraph it is where it is too long for one."""
    line = one_line(text)
    return Block(line, level) if len(line) <= _LONGEST_HEADING else Block(line)


def page_of(blocks: Iterable[Block], label: str = "") -> Page:
    """Put blocks together to one page."""
    page = PageDraft()
    for block in blocks:
        if block.text:
            page.add(block)
    return page.page(label)


def parts_of(blocks: Iterable[Block]) -> Iterator[Page]:
    """Split a text without printed pages into parts: at headings of level 1 and 2, and where a part grows long.

    A part is called by the headings it stands under, as in "Maintenance › Lubrication"; where there are none, by its
    place among the parts. The second section of a long part adds "(2)".
    """
    page = PageDraft()
    path: list[tuple[int, str]] = []
    sections = number = 0
    for block in split_long_paragraphs(blocks):
        new_part = 0 < block.level <= _PART_LEVEL and page.body
        too_long = page.body and page.size + len(block.text) > PART_CHARACTERS
        if new_part or too_long:
            number += 1
            yield page.page(_label(path, number, sections))
            page = PageDraft()
            sections = sections + 1 if not new_part else 0
        if 0 < block.level <= _PART_LEVEL:
            sections = 0
            path = [*(entry for entry in path if entry[0] < block.level), (block.level, block.text)]
        page.add(block)
    if page.size:
        yield page.page(_label(path, number + 1, sections))


def _label(path: list[tuple[int, str]], number: int, sections: int) -> str:
    titles = [title for _, title in path]
    if not titles:
        return f"part {number}"
    name = " › ".join(titles)
    if len(name) > _LABEL_CHARACTERS:
        name = titles[-1] if len(titles[-1]) <= _LABEL_CHARACTERS else titles[-1][: _LABEL_CHARACTERS - 1] + "…"
    return f"{name} ({sections + 1})" if sections else name


def split_long_paragraphs(blocks: Iterable[Block]) -> Iterator[Block]:
    """Split paragraphs that are longer than a part between words, leave out empty ones."""
    for block in blocks:
        text, start = block.text, 0
        while len(text) - start > PART_CHARACTERS:
            end, half = start + PART_CHARACTERS, start + PART_CHARACTERS // 2
            at = max(text.rfind(". ", start, end) + 1, text.rfind("\n", start, end))
            at = at if at > half else text.rfind(" ", start, end)
            at = at if at > half else end
            yield Block(text[start:at].strip(), item=block.item, row=block.row)
            start = at
            while start < len(text) and text[start].isspace():
                start += 1
        if start:
            text = text[start:]
        if text:
            yield Block(text, block.level, block.item, block.row)


@dataclass
class Line:
    """Puts the runs of a line together, raised and lowered ones and fractions so that no figure becomes another one.

    10 and a raised 4 are 10^4, m and a raised 2 are m², H, a lowered 2 and O are H2O, 3 over 8 is 3/8, as is a raised
    3 before a bar and a lowered 8.
    """

    _pieces: list[str] = field(default_factory=list)
    #: what is raised (1) or lowered (-1) and not written yet: it may go on in the next run
    _script: int = 0
    _waiting: str = ""
    #: the piece that was raised last, and what it was before it was written: it may be the upper part of a fraction
    _raised_at: tuple[int, str] = (-1, "")
    _ends_in_fraction: bool = False

    def add(self, text: str, script: int = 0) -> None:
        """Write a run; `script` is 1 for one that is raised, -1 for one that is lowered."""
        if script != self._script:
            self._end_script()
        if script:
            self._script = script
            self._waiting += text
        elif text:
            # 3/8 and 5 are not 3/85
            self._pieces.append(f" {text}" if self._ends_in_fraction and text[0].isdigit() else text)
            self._ends_in_fraction = False

    def add_fraction(self, above: str, below: str) -> None:
        """Write a fraction; one behind a whole number is set apart from it."""
        self._end_script()
        gap = " " if self._last.isdigit() else ""
        self._pieces.append(f"{gap}{_operand(above)}/{_operand(below)}")
        self._ends_in_fraction = True

    def end_line(self) -> None:
        """Go on in a new line, unless one has just begun."""
        self._end_script()
        if self._last not in ("", "\n"):
            self.add("\n")

    def text(self) -> str:
        """Return the line."""
        self._end_script()
        return "".join(self._pieces)

    @property
    def _last(self) -> str:
        return self._pieces[-1][-1:] if self._pieces else ""

    def _end_script(self) -> None:
        text, script = self._waiting, self._script
        self._waiting, self._script = "", 0
        if not text or (script < 0 and self._is_below_bar(text)):
            return
        if script > 0:
            self._raised_at = (len(self._pieces), text.strip())
        self._pieces.append(_raised(self._last, text) if script > 0 else _lowered(self._last, text))
        self._ends_in_fraction = False

    def _is_below_bar(self, text: str) -> bool:
        """Write a lowered figure behind a raised one and a bar as the fraction they are, if they are one."""
        at, above = self._raised_at
        if at != len(self._pieces) - 2 or self._pieces[-1].strip() not in _FRACTION_BARS:
            return False
        if not (above.isdecimal() and text.strip().isdecimal()):
            return False
        del self._pieces[at:]
        gap = " " if self._last.isalnum() else ""
        self._pieces.append(f"{gap}{above}/{text.strip()}")
        self._ends_in_fraction = True
        return True


def _raised(last: str, text: str) -> str:
    """Return raised text as it stands behind a letter, digit or bracket."""
    bare = text.strip()
    if not bare or bare.casefold() in _ORDINAL or not (last.isalnum() or last in ")]}"):
        return text
    if _EXPONENT.fullmatch(bare):
        return f"^{bare}" if not last.isalpha() else bare.replace("–", "−").translate(_RAISED)
    if len(bare) == 1 and bare.isalpha():
        return f"^{bare}"
    return f"^({bare})" if any(letter.isalnum() for letter in bare) and _OPERATORS.search(bare) else text


def _lowered(last: str, text: str) -> str:
    """Return lowered text as it stands behind a letter or digit: only a figure behind a figure is set apart."""
    bare = text.strip()
    return f"_{bare}" if last.isdigit() and bare[:1].isdigit() else text


def _operand(text: str) -> str:
    bare = text.strip()
    return f"({bare})" if _OPERATORS.search(bare) else bare
