"""The import report as a CSV file: what became of every file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from phi3desk.library.documents import Document
from phi3desk.ui.library.document_states import advice, state_word, what_to_do

#: A cell that begins with one of these would be a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_report(path: Path, documents: Sequence[Document]) -> None:
    """Write a line for each document, UTF-8 with a byte order mark so that spreadsheets see it; raises OSError."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_titles())
        writer.writerows(_cells(document) for document in documents)


def _titles() -> list[str]:
    tr = QCoreApplication.translate
    return [
        tr("DocumentReport", "State"),
        tr("DocumentReport", "Name"),
        tr("DocumentReport", "Collection"),
        tr("DocumentReport", "Path"),
        tr("DocumentReport", "Kind"),
        tr("DocumentReport", "Pages"),
        tr("DocumentReport", "Recognised pages"),
        tr("DocumentReport", "Passages"),
        tr("DocumentReport", "Bytes"),
        tr("DocumentReport", "Changed"),
        tr("DocumentReport", "Reason"),
        tr("DocumentReport", "What to do"),
    ]


def _cells(document: Document) -> list[str | int]:
    changed = datetime.fromtimestamp(document.changed).isoformat(" ", "seconds") if document.changed > 0 else ""
    cells = (
        state_word(document.state), document.name, document.collection, document.path, document.kind, document.pages,
        document.ocr_pages, document.passages, document.size, changed, advice(document), what_to_do(document.state),
    )  # fmt: skip
    return [_inert(cell) if isinstance(cell, str) else cell for cell in cells]


def _inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    # a name that is no valid text on this system must not break the report off
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return f"'{clean}" if clean.startswith(_FORMULA) else clean
