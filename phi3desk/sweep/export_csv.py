"""A sweep as CSV, as spreadsheets open it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from phi3desk.csv_safe import safe_cell
from phi3desk.errors import say
from phi3desk.sweep.report import HEADINGS, Line, Words

LINK = say("Link")


def csv_content(lines: Sequence[Line], words: Words = str) -> bytes:
    """Return the table in UTF-8 with the mark that Excel knows it by; no cell can be a formula."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([*map(words, HEADINGS), words(LINK)])
    for line in lines:
        writer.writerow([safe_cell(cell) for cell in (*line.cells, line.page_link or line.file_link)])
    return b"\xef\xbb\xbf" + made.getvalue().encode("utf-8", "replace")
