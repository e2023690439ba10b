"""The cells of a sheet, read one row after the other without those that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from phi3desk.library.reading.blocks import Line
from phi3desk.library.reading.office.values import known_value, shown
from phi3desk.library.sheets.types import Value

_S = f"{{{SHEET_MAIN_NS}}}"
#: Excel's own limit: a text is there once, and a cell for each place where it is shown.
_LONGEST_CELL = 32_767
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass
class Missing:
    """What of a workbook has no text: formulas whose results were not saved."""

    results: int = 0


class Cells(WorkSheetParser):  # type: ignore[misc]
    """Reads a sheet's XML; formulas by their saved results, of which those that are missing are counted."""

    def __init__(self, source: Any, sheet: Any, missing: Missing) -> None:
        book = sheet.parent
        super().__init__(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        self._book = book
        self._missing = missing
        #: what lies behind the texts of the row that was given last, by column: numbers, and dates as 2024-05-31
        self.values: dict[int, Value] = {}

    def rows(self) -> Iterator[tuple[int, dict[int, str]]]:
        """Yield number and texts by column (from 1) of each row that holds any."""
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                number, cells = self.parse_row(element)
                self.row_dimensions.clear()
                element.clear()
                texts = {cell["column"]: text for cell in cells if (text := self._text(cell))}
                self.values = {
                    cell["column"]: value for cell in cells if (value := known_value(cell["value"])) is not None
                }
                if texts:
                    yield number, texts
            elif element.tag == _S + "sheetData":
                return

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return a cell as openpyxl describes it."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None:
            if element.find(FORMULA_TAG) is not None and (element.get("t") != "str" or element.find(VALUE_TAG) is None):
                self._missing.results += 1
        elif element.get("t") == "inlineStr":
            cell["value"] = rich_text(element.find(INLINE_STRING))
        return cell

    def _text(self, cell: dict[str, Any]) -> str:
        value = cell["value"]
        if value is None or value == "":
            return ""
        if isinstance(value, str):
            value = _ESCAPED.sub(_character, value[:_LONGEST_CELL])
        return shown(value, self._number_format(cell["style_id"]))

    def _number_format(self, style: int) -> str:
        styles = self._book._cell_styles
        key = styles[style].numFmtId if style < len(styles) else 0
        if key < BUILTIN_FORMATS_MAX_SIZE:
            return str(BUILTIN_FORMATS.get(key, "General"))
        own = self._book._number_formats
        return str(own[key - BUILTIN_FORMATS_MAX_SIZE]) if key - BUILTIN_FORMATS_MAX_SIZE < len(own) else "General"


def rich_text(element: Any) -> str:
    """Return a text in which some letters may be raised or lowered (ECMA-376, part 1, 18.4.8); no pronunciation."""
    line = Line()
    for child in element:
        if child.tag == _S + "t":
            line.add(child.text or "")
        elif child.tag == _S + "r":
            align = child.find(f"{_S}rPr/{_S}vertAlign")
            script = {"superscript": 1, "subscript": -1}.get(align.get("val", ""), 0) if align is not None else 0
            line.add(child.findtext(_S + "t") or "", script)
    return line.text()


def raised_strings(source: Any) -> Iterator[tuple[int, str]]:
    """Yield place and text of the shared texts in which something is raised or lowered."""
    place = 0
    for _, element in iterparse(source):
        if element.tag == _S + "si":
            if element.find(f"{_S}r/{_S}rPr/{_S}vertAlign") is not None:
                yield place, rich_text(element)
            element.clear()
            place += 1


def _character(match: re.Match[str]) -> str:
    return chr(int(match.group(1), 16)) if not 0xD800 <= int(match.group(1), 16) < 0xE000 else "\ufffd"
