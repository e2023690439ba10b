"""Reads Excel workbooks: pages are a sheet's rows, values as the sheet shows them, formulas by their saved results."""

from __future__ import annotations

import itertools
import logging
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.errors import say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import XLSX
from phi3desk.library.reading.blocks import Block, page_of
from phi3desk.library.reading.limits import ReadContent
from phi3desk.library.reading.office.archive import check, checked_copy, has_odd_form
from phi3desk.library.reading.office.sheet_notes import notes_on
from phi3desk.library.reading.sheet_tables.cells import SheetCells
from phi3desk.library.reading.tables import repeated
from phi3desk.library.reading.text_files.delimited import pages_of_rows

if TYPE_CHECKING:
    from phi3desk.library.reading.office.sheet_cells import Missing

#: Excel's own limit of rows.
_MOST_ROWS = 1_048_576
_MOST_SHEETS = 1_000
_MOST_MERGED = 20_000
#: A merged cell is repeated over at most so many rows and columns.
_MOST_SPAN = 1_000
_MERGED_CELL = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,60}?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_CHUNK = 1024**2
#: Columns beyond have a place only where they hold something.
_NEAR_COLUMNS = 1_024
_LONGEST_NAME = 60

_log = logging.getLogger(__name__)

#: Merged ranges: first and last row, first and last column, all from 1.
_Ranges = list[tuple[int, int, int, int]]


def read_xlsx(path: Path) -> ReadContent:
    """Read a workbook row by row, so that its size does not matter; hidden sheets are left out, and said to be."""
    from openpyxl import load_workbook

    check(path)
    file: Any = checked_copy(path, "xlsx") if has_odd_form(path) else path.open("rb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            workbook: Any = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except BaseException:
            file.close()
            raise
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = len(workbook.worksheets) - len(visible)
    title = (workbook.properties.title if workbook.properties else "") or ""
    content = ReadContent(XLSX.key, iter(()), title=title, cells=SheetCells())
    if len(visible) > _MOST_SHEETS:
        content.reasons.append(say("Only the first {count} sheets were read; the file has more.", count=_MOST_SHEETS))
    if hidden:
        content.reasons.append(say("Hidden sheets were left out: {count}.", count=hidden))
    content.pages = _pages(workbook, visible[:_MOST_SHEETS], file, content)
    return content


def _pages(workbook: Any, sheets: list[Any], file: Any, content: ReadContent) -> Iterator[Page]:
    from phi3desk.library.reading.office.sheet_cells import Missing

    missing = Missing()
    try:
        with zipfile.ZipFile(file) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _tell_raised_apart(archive, sheets)
            for sheet in sheets:
                yield from pages_of_rows(_rows(archive, sheet, missing, content.cells), sheet.title)
                page = _page_of_notes(archive, sheet)
                if page is not None:
                    yield page
    finally:
        workbook.close()
        file.close()
        if missing.results:
            content.reasons.insert(
                0,
                say(
                    "Formulas without a saved result: {count}. Open the file in a spreadsheet program and save it to "
                    "have their values read.",
                    count=missing.results,
                ),
            )


def _page_of_notes(archive: zipfile.ZipFile, sheet: Any) -> Page | None:
    """Return the page of a sheet's comments and text boxes; one that is damaged does not end the workbook."""
    try:
        blocks = [block for block in notes_on(archive, sheet._worksheet_path) if block.text]
    except Exception as error:  # whatever a damaged part makes the parser raise
        _log.info("the comments of a sheet cannot be read: %s", type(error).__name__)
        return None
    name = sheet.title if len(sheet.title) <= _LONGEST_NAME else sheet.title[: _LONGEST_NAME - 1] + "…"
    return page_of([Block(sheet.title, level=1), *blocks], f"{name}, comments and text boxes") if blocks else None


def _tell_raised_apart(archive: zipfile.ZipFile, sheets: list[Any]) -> None:
    """Put texts in which something is raised or lowered in place of those that openpyxl has of them."""
    from phi3desk.library.reading.office.sheet_cells import raised_strings

    strings: list[str] = sheets[0]._shared_strings if sheets else []
    name = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), "")
    if not strings or not name or not _mentions(archive, name, b"vertAlign"):
        return
    with archive.open(name) as part:
        for place, text in raised_strings(part):
            if place < len(strings):
                strings[place] = text


def _mentions(archive: zipfile.ZipFile, name: str, word: bytes) -> bool:
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            if word in rest + chunk:
                return True
            rest = chunk[-len(word) :]
    return False


def _rows(
    archive: zipfile.ZipFile, sheet: Any, missing: Missing, taken: SheetCells | None
) -> Iterator[tuple[int, list[str]]]:
    """Yield number and texts of the rows that hold anything, and put them among the cells that are `taken`.

    What the sheet claims of its size is not believed.
    """
    from phi3desk.library.reading.office.sheet_cells import Cells

    waiting = sorted(_merged(archive, sheet), reverse=True)
    # ranges that reach over the row at hand, with the text that they repeat
    open_ranges: list[tuple[tuple[int, int, int, int], str]] = []
    far: dict[int, int] = {}
    if taken is not None:
        taken.begin(sheet.title)
    with archive.open(sheet._worksheet_path) as part:
        cells = Cells(part, sheet, missing)
        for number, texts in itertools.islice(cells.rows(), _MOST_ROWS):
            row = _row(texts, far)
            while waiting and waiting[-1][0] <= number:
                area = waiting.pop()
                if area[0] == number and area[2] <= len(row) and row[area[2] - 1]:
                    open_ranges.append((area, repeated(row[area[2] - 1], 2)[1]))
            open_ranges = [entry for entry in open_ranges if entry[0][1] >= number]
            # a row that holds nothing of its own is not made up from what is merged into it
            _fill(row, open_ranges)
            if taken is not None:
                taken.add(number, row, cells.values, frozenset(texts))
            yield number, row


def _row(texts: dict[int, str], far: dict[int, int]) -> list[str]:
    """Return a row's texts in their columns; of the columns far to the right, only those that hold any have a place."""
    places = {
        column if column <= _NEAR_COLUMNS else far.setdefault(column, _NEAR_COLUMNS + 1 + len(far)): text
        for column, text in texts.items()
    }
    row = [""] * max(places)
    for place, text in places.items():
        row[place - 1] = text
    return row


def _fill(row: list[str], areas: list[tuple[tuple[int, int, int, int], str]]) -> None:
    for (_, _, left, right), text in areas:
        row.extend([""] * (min(right, _NEAR_COLUMNS) - len(row)))
        for column in range(left - 1, min(right, _NEAR_COLUMNS)):
            row[column] = row[column] or text


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
