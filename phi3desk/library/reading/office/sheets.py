"""Reads Excel workbooks: pages are a sheet's rows, values as the sheet shows them, formulas by their saved results."""

from __future__ import annotations

import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from phi3desk.errors import say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import XLSX
from phi3desk.library.reading.limits import ReadContent
from phi3desk.library.reading.office.archive import check
from phi3desk.library.reading.office.values import shown
from phi3desk.library.reading.tables import LONGEST_CELL, MOST_COLUMNS, repeated
from phi3desk.library.reading.text_files.delimited import pages_of_rows

#: Excel's own limit of rows.
_MOST_ROWS = 1_048_576
_MOST_SHEETS = 1_000
_MOST_MERGED = 20_000
#: A merged cell is repeated over at most so many rows and columns.
_MOST_SPAN = 1_000
_MERGED_CELL = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,60}?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_CHUNK = 1024**2

#: Merged ranges: first and last row, first and last column, all from 1.
_Ranges = list[tuple[int, int, int, int]]


def read_xlsx(path: Path) -> ReadContent:
    """Read a workbook row by row, so that its size does not matter; hidden sheets are left out, and said to be."""
    from openpyxl import load_workbook

    check(path)
    file = path.open("rb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            workbook: Any = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except BaseException:
            file.close()
            raise
    sheets = workbook.worksheets
    seen = [sheet for sheet in sheets if sheet.sheet_state == "visible"][:_MOST_SHEETS]
    title = (workbook.properties.title if workbook.properties else "") or ""
    content = ReadContent(XLSX.key, _pages(workbook, seen, file), title=title)
    if len(seen) < len(sheets):
        content.reasons.append(say("Hidden sheets were left out: {count}.", count=len(sheets) - len(seen)))
    return content


def _pages(workbook: Any, sheets: list[Any], file: Any) -> Iterator[Page]:
    try:
        with zipfile.ZipFile(file) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for sheet in sheets:
                yield from pages_of_rows(_rows(sheet, _merged(archive, sheet)), sheet.title)
    finally:
        workbook.close()
        file.close()


def _rows(sheet: Any, merged: _Ranges) -> Iterator[tuple[int, list[str]]]:
    """Yield number and texts of the rows that hold anything; what the sheet claims of its size is not believed."""
    sheet.reset_dimensions()
    waiting = sorted(merged, reverse=True)
    # ranges that reach over the row at hand, with the text that they repeat
    open_ranges: list[tuple[tuple[int, int, int, int], str]] = []
    for number, cells in enumerate(itertools.islice(sheet.iter_rows(), _MOST_ROWS), 1):
        row = [_text(cell) for cell in cells[:MOST_COLUMNS]] if cells else []
        if waiting or open_ranges:
            while waiting and waiting[-1][0] <= number:
                area = waiting.pop()
                if area[0] == number and area[2] <= len(row) and row[area[2] - 1]:
                    open_ranges.append((area, repeated(row[area[2] - 1], 2)[1]))
            open_ranges = [entry for entry in open_ranges if entry[0][1] >= number]
            # a row that holds nothing of its own is not made up from what is merged into it
            if any(row):
                _fill(row, open_ranges)
        if any(row):
            yield number, row


def _fill(row: list[str], areas: list[tuple[tuple[int, int, int, int], str]]) -> None:
    for (_, _, left, right), text in areas:
        row.extend([""] * (min(right, MOST_COLUMNS) - len(row)))
        for column in range(left - 1, min(right, MOST_COLUMNS)):
            row[column] = row[column] or text


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or value == "":
        return ""
    return value[:LONGEST_CELL] if isinstance(value, str) else shown(value, cell.number_format)


def _merged(archive: zipfile.ZipFile, sheet: Any) -> _Ranges:
    """Return the merged ranges of a sheet, which stand behind its rows: its XML is looked through for them."""
    from openpyxl.utils.cell import range_boundaries

    ranges: _Ranges = []
    rest = b""
    with archive.open(sheet._worksheet_path) as part:
        while chunk := part.read(_CHUNK):
            text = rest + chunk
            found = list(_MERGED_CELL.finditer(text))
            for match in found:
                bounds: Any = range_boundaries(match.group(1).decode("ascii"))
                left, top, right, bottom = bounds
                ranges.append((top, min(bottom, top + _MOST_SPAN), left, min(right, left + _MOST_SPAN)))
            if len(ranges) > _MOST_MERGED:
                return ranges[:_MOST_MERGED]
            rest = text[max(found[-1].end() if found else 0, len(text) - 120) :]
    return ranges
