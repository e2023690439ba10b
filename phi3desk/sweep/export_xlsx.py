"""A sweep as a workbook: columns that wrap, a head that stays, links to each file and page, and no formulas."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from phi3desk.csv_safe import safe_cell
from phi3desk.sweep.plan import Sweep
from phi3desk.sweep.report import HEADINGS, Line, Words

_WIDTHS = (36, 30, 60, 14, 60, 14, 30, 40)
_DOCUMENT, _PAGE = 1, 3
#: characters that Excel holds in a cell, and in the address of a link; links that it opens in a sheet
_LONGEST_CELL, _LONGEST_LINK, _MOST_LINKS = 32_000, 2_000, 60_000
_LINK_COLOR, _HEAD_COLOR = "FF2459D3", "FFF6F6F3"
_SIGNS = {code: None for code in range(32) if code not in (9, 10)}


def xlsx_content(sweep: Sweep, lines: Sequence[Line], words: Words = str) -> bytes:
    """Return the table as a workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Sweep"
    book.properties.creator = ""
    book.properties.title = plain(sweep.plan.title)
    for column, (heading, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True), 1):
        cell = sheet.cell(1, column)
        _write(cell, words(heading))
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=_HEAD_COLOR)
        sheet.column_dimensions[get_column_letter(column)].width = width
    wrapped, links = Alignment(wrap_text=True, vertical="top"), 0
    linked = Font(color=_LINK_COLOR, underline="single")
    for row, line in enumerate(lines, 2):
        for column, text in enumerate(line.cells):
            cell = sheet.cell(row, column + 1)
            _write(cell, text)
            cell.alignment = wrapped
            link = {_DOCUMENT: line.file_link, _PAGE: line.page_link}.get(column, "")
            if link and text and len(link) <= _LONGEST_LINK and links < _MOST_LINKS:
                cell.hyperlink = Hyperlink(ref=cell.coordinate, target=link)
                cell.font = linked
                links += 1
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(HEADINGS))}{max(2, len(lines) + 1)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def plain(text: str) -> str:
    """Return a text as a cell may hold it: no formula, no control characters, not longer than a cell."""
    return safe_cell(text.translate(_SIGNS))[:_LONGEST_CELL]


def _write(cell: Any, text: str) -> None:
    """Write a text that stays one, also where somebody edits the cell."""
    cell.value = plain(text)
    cell.data_type = "s"
    cell.quotePrefix = True
