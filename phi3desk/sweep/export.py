"""A sweep as a file: which kinds there are, and how one is written in a single step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from phi3desk.paths import write_bytes_atomically
from phi3desk.sweep.plan import Row, Sweep
from phi3desk.sweep.report import Line, Words, line_of

#: what a sweep is written as
KINDS = ("xlsx", "docx", "csv")


def write_table(path: Path, kind: str, sweep: Sweep, rows: Sequence[Row], words: Words = str) -> None:
    """Write a sweep into a file of one of KINDS; raises OSError where it cannot be written. `words` translates."""
    write_bytes_atomically(path, content_of(kind, sweep, rows, words))


def content_of(kind: str, sweep: Sweep, rows: Sequence[Row], words: Words = str) -> bytes:
    """Return a sweep as the bytes of a file of one of KINDS; what writes that kind is loaded only here."""
    lines: list[Line] = [line_of(sweep.plan, row, words) for row in rows]
    if kind == "xlsx":
        from phi3desk.sweep.export_xlsx import xlsx_content

        return xlsx_content(sweep, lines, words)
    if kind == "docx":
        from phi3desk.sweep.export_docx import docx_content

        return docx_content(sweep, lines, words)
    from phi3desk.sweep.export_csv import csv_content

    return csv_content(lines, words)
