"""Cells of a CSV file that no spreadsheet calculates."""

from __future__ import annotations

from phi3desk.foreign_text import printable

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV injection): such a cell gets an apostrophe.

    What UTF-8 cannot write, such as the name of a file that is no valid text on this system, becomes question marks,
    and what a terminal would obey is left out.
    """
    valid = text.encode("utf-8", "replace").decode("utf-8")
    written = "\r".join(printable(line) for line in valid.split("\r"))
    return f"'{written}" if written.lstrip(" ").startswith(_FORMULA_STARTS) else written
