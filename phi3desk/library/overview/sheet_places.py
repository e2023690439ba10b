"""Where rows of a sheet stand in the document as it is shown: on which page, in which passage, in which lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from phi3desk.library.catalog import Catalog
from phi3desk.library.sheets.told import CitedRows
from phi3desk.library.sheets.types import TableRow

_ROWS = re.compile(r"(?:^|, )rows? (\d+)(?:–(\d+))?$")
_LONGEST_SHEET = 60
#: a citation quotes so many rows at most
_MOST_QUOTED = 12
#: word joiners keep rows whole in the chunker
_JOINER = "\u2060"


def cited_rows(catalog: Catalog, document_id: int, sheet: str, rows: Sequence[TableRow], most: int) -> list[CitedRows]:
    """Return where rows stand that are given in the order of the sheet, those one below the other together."""
    found: list[CitedRows] = []
    for number, text, some in _by_page(catalog, document_id, sheet, rows):
        lines = _lines(text, some)
        for run in _runs([row for row in some if row.number in lines]):
            if len(found) >= most:
                return found
            start, end = lines[run[0].number][0], lines[run[min(len(run), _MOST_QUOTED) - 1].number][1]
            passage = catalog.connection.execute(
                'SELECT id FROM passage WHERE document_id = ? AND page = ? AND "end" > ? ORDER BY start LIMIT 1',
                (document_id, number, start),
            ).fetchone()
            if passage is None:
                continue
            quote = text[start:end].replace(_JOINER, "")
            kept = catalog.passages([int(passage["id"])])
            found += [CitedRows(run[0].number, run[-1].number, each, quote) for each in kept.values()]
    return found


def _by_page(
    catalog: Catalog, document_id: int, sheet: str, rows: Sequence[TableRow]
) -> Iterator[tuple[int, str, list[TableRow]]]:
    """Yield number and text of each page that holds some of the rows, and these."""
    pages = catalog.connection.execute(
        "SELECT number, label FROM page WHERE document_id = ? ORDER BY number", (document_id,)
    ).fetchall()
    name = sheet if len(sheet) <= _LONGEST_SHEET else sheet[: _LONGEST_SHEET - 1] + "…"
    left = list(rows)
    for page in pages:
        match = _ROWS.search(page["label"])
        if match is None or page["label"][: match.start()] != name:
            continue
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        here = [row for row in left if first <= row.number <= last]
        if here:
            text = catalog.connection.execute(
                "SELECT text FROM page WHERE document_id = ? AND number = ?", (document_id, page["number"])
            ).fetchone()["text"]
            yield int(page["number"]), str(text), here
            left = [row for row in left if row.number > last]


def _runs(rows: Sequence[TableRow]) -> Iterator[list[TableRow]]:
    for _, run in itertools.groupby(enumerate(rows), key=lambda each: each[1].number - each[0]):
        yield [row for _, row in run]


def _lines(text: str, rows: Sequence[TableRow]) -> dict[int, tuple[int, int]]:
    """Return where each row's line stands in a page's text: the next one that holds all of its cells.

    A long row has several lines: the first is told that holds as many of the cells as any does.
    """
    spans = [match.span() for match in re.finditer(r"[^\n]+", text)]
    plain = [text[start:end].replace(_JOINER, "").split(";\t") for start, end in spans]
    found: dict[int, tuple[int, int]] = {}
    after = 0
    for row in rows:
        cells = [cell for cell in row.shown if cell]
        best, most = -1, 0
        for at in range(after, len(spans)):
            held = sum(1 for cell in cells if any(part == cell or part.endswith(f": {cell}") for part in plain[at]))
            if held > most:
                best, most = at, held
            if held == len(cells):
                break
        if best >= 0 and most * 2 >= len(cells):
            found[row.number] = spans[best]
            after = best + 1
    return found
