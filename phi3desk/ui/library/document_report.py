"""The import report as a CSV file: what became of every file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from phi3desk.csv_safe import safe_cell
from phi3desk.library.documents import Document
from phi3desk.ui.library.document_states import advice, state_word, what_to_do


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
        state_word(document.state),
        document.name,
        document.collection,
        document.path,
        document.kind,
        document.pages,
        document.ocr_pages,
        document.passages,
        document.size,
        changed,
        advice(document),
        what_to_do(document),
    )
    return [safe_cell(cell) if isinstance(cell, str) else cell for cell in cells]
