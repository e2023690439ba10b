"""Rows of a table as lines that keep their sense alone: the row's name, and the column's name before each value.

`Type: CP 40;	Flow: 20 m³/h;	Head: 30 m`. A tab parts the cells, by which the chunker knows a row.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from phi3desk.library.reading.blocks import Block, one_line

Row = Sequence[str]

#: Rows in which a table's head is looked for.
LOOKED_AT = 40
#: Columns beyond are left out: this is Excel's own limit.
MOST_COLUMNS = 16_384
#: No figure is longer, whatever signs it is made of.
_LONGEST_FIGURE = 300
#: A row longer than this goes on in a line that begins with the row's name again: a passage holds about 500
#: characters of figures.
_LINE_CHARACTERS = 340
_NAME_CHARACTERS = 80
_HEAD_ROWS = 3
_LONGEST_REPEATED = 200
_FIGURE = re.compile(r"[<>≤≥≈~±+−–-]?\s*[$€£]?\s*\d[\d.,'’\s/:×x*±–-]*\s*[^\W\d_]?[^\s\d]{0,7}(?:\s?[^\s\d]{1,4})?")
#: Where the chunker would see the end of a sentence inside a row.
_STOP = re.compile(r"([.!?…;。][\"'”“»’)\]]*)(?=\s)")
#: Word joiner: keeps a row whole in the chunker, is not seen and not searched.
_JOINED = "\u2060"
_ENDS = frozenset(".!?…;。\"'”“»’)]")


@dataclass
class Head:
    """What stands above the rows of a table: lines that are its title, and the names of its columns."""

    titles: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    #: How many rows title and names take.
    rows: int = 0
    #: The rows are pairs of a name and a value.
    pairs: bool = False


def is_figure(text: str) -> bool:
    """Return whether a cell holds a number, perhaps with a unit, or a date."""
    return len(text) <= _LONGEST_FIGURE and bool(_FIGURE.fullmatch(text.strip()))


def find_head(rows: Sequence[Row], marked: int = 0) -> Head:
    """Find title and column names in the first rows of a table; `marked` rows are known to be its head.

    The head is the first row that names most of the columns in words and not in figures; rows above it with one cell
    are the title. A second row belongs to it where it names what the first one leaves open, or holds units. A table of
    two columns has a head only where it is marked or the values below are of one sort, else its rows are pairs.
    """
    head = Head()
    first = _skip_titles(rows, head)
    first = first if marked else _skip_notes(rows, first, head)
    if first >= len(rows):
        return head
    top, below = rows[first], [row for row in rows[first + 1 :] if _filled(row)]
    width = max((_filled(row) for row in rows[first:]), default=0)
    if width <= 1:
        return head
    if marked > first:
        last = min(marked, first + _HEAD_ROWS, len(rows))
    elif width == 2 and not _names_pairs(top, below):
        head.pairs = all(_filled(row) <= 2 for row in rows)
        return head
    elif not _names_columns(top, below, width):
        return head
    else:
        last = first + 1
        if last < len(rows) - 1 and _goes_on(top, rows[last], rows[last + 1]):
            last += 1
    head.names = joined_names(rows[first:last])
    head.rows = last
    return head


def lines_of(rows: Iterable[Row], marked: int = 0) -> Iterator[Block]:
    """Return a table as blocks: its title, then a row each. `rows` are taken one by one, as they are needed.

    The first `marked` rows are known to be its head; those of them that are empty name nothing.
    """
    clean = (clean_row(row) for row in rows)
    named = [row for row in itertools.islice(clean, marked) if _filled(row)]
    filled = itertools.chain(named, (row for row in clean if _filled(row)))
    start = list(itertools.islice(filled, LOOKED_AT))
    head = find_head(start, len(named))
    for title in head.titles:
        yield Block(title)
    if head.names:
        start += _up_to_named(start[head.rows :], filled, head)
    if head.names and not any(bears_names(row, head) for row in start[head.rows :]):
        # a head without a row that its names stand in must not vanish
        for row in start[len(head.titles) : head.rows]:
            yield from row_blocks(row, Head())
    for row in itertools.chain(start[head.rows :], filled):
        yield from row_blocks(row, head)


def clean_row(row: Row) -> list[str]:
    """Return the cells of a row, each in one line."""
    return [one_line(cell) for cell in row[:MOST_COLUMNS]]


def repeated(text: str, times: int) -> list[str]:
    """Return the text of a merged cell for each cell it covers; a long one is no name and stands once."""
    return [text] * times if len(text) <= _LONGEST_REPEATED else [text] + [""] * (times - 1)


def bears_names(row: Row, head: Head) -> bool:
    """Return whether a row's line tells the names of its columns."""
    cells = _cells(row)
    return not (_is_one_text(cells) or _repeats_head(cells, head))


def row_blocks(row: Row, head: Head) -> Iterator[Block]:
    """Return a row as one line, or as several that each begin with the row's name where it is long."""
    cells = _cells(row)
    if not cells or _repeats_head(cells, head):
        return
    if _is_one_text(cells):
        name = _name(head, cells[0][0]) if cells[0][0] or len(head.names) <= 1 else ""
        yield Block(f"{name}: {cells[0][1]}" if name else cells[0][1], row=True)
        return
    if head.pairs and len(cells) == 2 and len(cells[0][1]) <= 2 * _NAME_CHARACTERS:
        yield Block(f"{_joined_up(cells[0][1].rstrip(': '))}:\t{_joined_up(cells[1][1])}", row=True)
        return
    yield from _lines([_named(head, index, cell) for index, cell in cells])


def _cells(row: Row) -> list[tuple[int, str]]:
    return [(index, cell) for index, cell in enumerate(row) if cell]


def _repeats_head(cells: Sequence[tuple[int, str]], head: Head) -> bool:
    """Return whether a row is the head once more, as at the top of a printed page."""
    return all(cell == _name(head, index) for index, cell in cells)


def _is_one_text(cells: Sequence[tuple[int, str]]) -> bool:
    """Return whether a row is one text, perhaps over several columns; the same figure in several is a value of each."""
    return len(cells) == 1 or (len({cell for _, cell in cells}) == 1 and not is_figure(cells[0][1]))


def _up_to_named(rows: Sequence[Row], more: Iterator[list[str]], head: Head) -> list[list[str]]:
    """Take as many more rows as it needs to know whether one bears the names of the columns."""
    taken: list[list[str]] = []
    is_known = any(bears_names(row, head) for row in rows)
    while not is_known and (row := next(more, None)) is not None:
        taken.append(row)
        is_known = bears_names(row, head)
    return taken


def _lines(parts: list[str]) -> Iterator[Block]:
    """Join cells to lines of moderate length, each after the first beginning with the row's first cell."""
    label = parts[0] if len(parts[0]) <= _NAME_CHARACTERS * 2 else ""
    line = parts[0]
    alone = True
    for part in parts[1:]:
        if len(line) + len(part) > _LINE_CHARACTERS and not (alone and line == label):
            yield Block(line, row=True)
            line, alone = (f"{label};\t{part}" if label else part), False
        else:
            line, alone = f"{line};\t{part}", False
    yield Block(line, row=True)


def _named(head: Head, index: int, cell: str) -> str:
    name = _name(head, index)
    text = _joined_up(cell)
    return f"{_joined_up(name)}: {text}" if name else text


def _joined_up(cell: str) -> str:
    """Keep a cell's sentences together where it is short enough to stay in one passage; long ones are prose."""
    if " " not in cell and cell[-1:] not in _ENDS:
        return cell
    return _STOP.sub(rf"\1{_JOINED}", cell + " ").rstrip(" ") if len(cell) <= _LINE_CHARACTERS else cell


def _name(head: Head, index: int) -> str:
    return head.names[index] if index < len(head.names) else ""


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell)


def _skip_titles(rows: Sequence[Row], head: Head) -> int:
    """Take the rows above a wider table that hold one cell, or one over all columns, as its titles.

    Return the first row after them.
    """
    width = max((_filled(row) for row in rows), default=0)
    edge = min((next(i for i, cell in enumerate(row) if cell) for row in rows if _filled(row)), default=0)
    for index, row in enumerate(rows):
        texts = {cell for cell in row if cell}
        if len(texts) != 1 or width < 2 or not row[edge]:
            return index
        head.titles.append(next(iter(texts)))
        head.rows = index + 1
    head.titles, head.rows = [], 0
    return 0


def _skip_notes(rows: Sequence[Row], first: int, head: Head) -> int:
    """Take rows that fill less than half of the columns, above one that names nearly all of them, as titles, too.

    Return the first row after them.
    """
    width = max((_filled(row) for row in rows[first:]), default=0)
    at = next((index for index in range(first, len(rows)) if _filled(rows[index]) * 2 >= width), first)
    top, below = rows[at], [row for row in rows[at + 1 :] if _filled(row) * 2 >= width]
    if at == first or width < 4 or _filled(top) * 10 < width * 8 or not _names_columns(top, below, width):
        return first
    head.titles.extend(", ".join(cell for cell in row if cell) for row in rows[first:at])
    head.rows = at
    return at


def _names_columns(top: Row, below: Sequence[Row], width: int) -> bool:
    filled = [cell for cell in top if cell]
    words = sum(1 for cell in filled if not is_figure(cell) and len(cell) <= _NAME_CHARACTERS)
    return bool(below) and len(filled) * 2 >= width and words * 10 >= len(filled) * 7


def _names_pairs(top: Row, below: Sequence[Row]) -> bool:
    """Return whether the first row of a table of two columns is its head."""
    filled = [cell for cell in top if cell]
    if len(filled) < 2 or not below or any(is_figure(cell) or len(cell) > 60 for cell in filled):
        return False
    if any(row[0].endswith(":") for row in (top, *below) if row and row[0]):
        return False
    values = [cells[-1] for row in below if len(cells := [cell for cell in row if cell]) == 2 and cells != filled]
    figures = sum(1 for value in values if is_figure(value))
    return bool(values) and figures in (0, len(values))


def _goes_on(top: Row, second: Row, third: Row) -> bool:
    """Return whether the second row belongs to the head: it fills gaps of the first or holds units, figures follow."""
    cells = [cell for cell in second if cell]
    if not cells or any(is_figure(cell) for cell in cells) or not any(is_figure(cell) for cell in third if cell):
        return False
    named = [cell for cell in top if cell]
    gaps = len(set(named)) < len(named) or any(not cell for cell in top[: len(second)])
    units = (not second[0] or second[0] == top[0]) and all(len(cell) <= 10 for cell in cells[1:])
    return gaps or units


def joined_names(rows: Sequence[Row]) -> list[str]:
    """Return one name for each column from the rows of a head."""
    width = max(len(row) for row in rows)
    names = []
    for index in range(width):
        parts: list[str] = []
        for row in rows:
            cell = row[index].rstrip(":") if index < len(row) else ""
            if cell and cell not in parts:
                parts.append(cell)
        names.append(" ".join(parts)[:_NAME_CHARACTERS])
    return names
