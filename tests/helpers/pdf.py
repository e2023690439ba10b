"""Small real PDFs for tests, written with reportlab."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


def write_pdf(path: Path, pages: Sequence[Sequence[str]], title: str = "") -> Path:
    """Write a PDF with the given lines on each page, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    if title:
        canvas.setTitle(title)
    for lines in pages:
        canvas.setFont("Helvetica", 11)
        for number, line in enumerate(lines):
            canvas.drawString(72, 770 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return path


BEARING_PAGES = (
    ("Pump manual", "This manual describes the centrifugal pump CP 40 and its care.",
     "Read the chapter on safety before any work on the pump."),
    ("Maintenance", "Re-grease the main bearing every 2,000 operating hours.",
     "Use 30 g of lithium complex grease for each bearing.", "Check the mechanical seal for leaks every week."),
)  # fmt: skip


def write_pump_manual(path: Path) -> Path:
    """Write a two-page manual whose second page tells about re-greasing, and return its path."""
    return write_pdf(path, BEARING_PAGES, title="Pump manual")
