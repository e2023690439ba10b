"""Reads CSV and TSV files: pages are ranges of rows, every row with the names of its columns."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from phi3desk.errors import say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import CSV
from phi3desk.library.reading.blocks import Block, PageDraft, split_long_paragraphs
from phi3desk.library.reading.limits import ReadContent
from phi3desk.library.reading.sheet_tables.cells import SheetCells
from phi3desk.library.reading.tables import LOOKED_AT, Head, bears_names, clean_row, find_head, row_blocks
from phi3desk.library.reading.text_files.plain import text_of

#: A page of a sheet ends after so many rows or characters; a row goes on on the next one only after twice as many.
ROWS = 50
CHARACTERS = 12_000
_SEPARATORS = ";\t,|"
_FIELD_LINES = 200


def read_csv(path: Path) -> ReadContent:
    """Read a file of separated values, whatever separates them."""
    text, reasons = text_of(path)
    cells = SheetCells()

    def unclosed(row: int) -> None:
        cells.stop()
        reasons.append(
            say(
                "A quotation mark in row {row} is not closed within {lines} lines: each line from there on was read as "
                "a row of its own, and only the rows before can be calculated with.",
                row=row,
                lines=_FIELD_LINES,
            )
        )

    separator, rows = rows_of(text, unclosed)
    cells.decimal = "," if separator == ";" else "."
    return ReadContent(CSV.key, pages_of_rows(_taken(rows, cells), ""), reasons=reasons, cells=cells)


def rows_of(text: str, unclosed: Callable[[int], None] = lambda _: None) -> tuple[str, Iterator[list[str]]]:
    """Return what separates the cells of a text, and its rows; a cell may be as long as the text.

    `unclosed` is told the number of a row in which a quotation mark seems to be never closed, before that is given.
    """
    csv.field_size_limit(2**31 - 1)
    separator, text = _separator(text)
    return separator, _rows(text, separator, unclosed)


def _taken(rows: Iterable[list[str]], cells: SheetCells) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers, and put them among the cells."""
    for number, row in enumerate(rows, 1):
        cells.add(number, row)
        yield number, row


def pages_of_rows(rows: Iterable[tuple[int, list[str]]], sheet: str) -> Iterator[Page]:
    """Put numbered rows (from 1, empty ones may be missing) on pages that are called by sheet and rows.

    The sheet's name opens its first page as a heading.
    """
    filled = ((number, cells) for number, row in rows if any(cells := clean_row(row)))
    start = list(itertools.islice(filled, LOOKED_AT))
    if not start:
        return
    head = find_head([row for _, row in start])
    # a head without a row that its names stand in must not vanish; further rows are not asked, for all of a long sheet
    # would be held in memory until one of them answers
    is_told = any(bears_names(row, head) for _, row in start[head.rows :])
    begin = head.rows if is_told else len(head.titles)
    page = PageDraft()
    titles = [*([Block(sheet, level=1)] if sheet else []), *(Block(title) for title in head.titles)]
    for block in split_long_paragraphs(titles):
        if _is_full(page, block):
            yield page.page(_label(sheet, start[0][0], start[0][0]))
            page = PageDraft()
        page.add(block)
    first = last = start[min(begin, len(start) - 1)][0]
    count = 0
    for at, (number, row) in enumerate(itertools.chain(start[begin:], filled), begin):
        if count >= ROWS or (count and page.size > CHARACTERS):
            yield page.page(_label(sheet, first, last))
            page, first, count = PageDraft(), number, 0
        for block in split_long_paragraphs(row_blocks(row, head if at >= head.rows else Head())):
            if _is_full(page, block):
                yield page.page(_label(sheet, first, number))
                page, first, count = PageDraft(), number, 0
            page.add(block)
        last, count = number, count + 1
    yield page.page(_label(sheet, first, last))


def _is_full(page: PageDraft, block: Block) -> bool:
    return page.size + len("\n\n") + len(block.text) > 2 * CHARACTERS


def _label(sheet: str, first: int, last: int) -> str:
    name = sheet if len(sheet) <= 60 else sheet[:59] + "…"
    rows = f"rows {first}–{last}" if last > first else f"row {first}"
    return f"{name}, {rows}" if name else rows


def _separator(text: str) -> tuple[str, str]:
    """Return what separates the cells, and the text without Excel's own line that says so."""
    if text[:5].lower().startswith("sep=") and len(text) > 5 and text[5] in "\r\n":
        return text[4], text[5:].lstrip("\r\n")
    lines = [line for line in text[:50_000].splitlines()[:40] if line.strip()]
    if len(text) > 50_000 and len(lines) > 1:
        lines.pop()
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        counts = [len(row) - 1 for row in csv.reader(lines, delimiter=separator) if row]
        if not counts or not any(counts):
            continue
        usual = max(set(counts), key=counts.count)
        # the one that parts most lines into the same number of cells, then into more cells
        score = (counts.count(usual) / len(counts) if usual else 0.0) + min(usual, 20) / 100
        if score > most:
            best, most = separator, score
    return best, text


def _rows(text: str, separator: str, unclosed: Callable[[int], None]) -> Iterator[list[str]]:
    quoted = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    for number, row in enumerate(quoted, 1):
        if quoted.line_num - before > _FIELD_LINES:
            # a quotation mark that is never closed would take the rest of the file into one cell
            unclosed(number)
            rest = itertools.islice(io.StringIO(text, newline=""), before, None)
            yield from csv.reader(rest, delimiter=separator, quoting=csv.QUOTE_NONE)
            return
        before = quoted.line_num
        yield row
