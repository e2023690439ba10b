"""Small real Office files, sheets, web pages and e-mails for tests, and some that are built to do harm."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import openpyxl
from docx import Document
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Inches

PUMPS = (
    ("Type", "Flow m³/h", "Head m", "Efficiency"),
    ("CP 40", "20", "30", "71 %"),
    ("CP 50", "25", "32.5", "74 %"),
)


def write_docx(path: Path) -> Path:
    """Write a manual with two chapters, a list and a table."""
    document = Document()
    document.core_properties.title = "Pump manual CP"
    document.add_heading("Maintenance", 1)
    document.add_heading("Lubrication", 2)
    document.add_paragraph("Re-grease the main bearing every 2,000 operating hours.")
    document.add_paragraph("Use 30 g of lithium complex grease.", style="List Bullet")
    document.add_heading("Technical data", 1)
    table = document.add_table(len(PUMPS), len(PUMPS[0]))
    for row, values in zip(table.rows, PUMPS, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("Figures hold for water of 20 °C.")
    document.save(str(path))
    return path


def write_pptx(path: Path) -> Path:
    """Write two slides: a title with bullets and notes, and a table beside a group."""
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.shapes.title.text = "Spare parts"
    first.placeholders[1].text = "Seal kit 4711\nBearing 6204"
    first.notes_slide.notes_text_frame.text = "Prices hold until May."
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Data"
    table = second.shapes.add_table(3, 4, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for line, values in enumerate(PUMPS):
        for column, value in enumerate(values):
            table.cell(line, column).text = value
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(5), Inches(3), Inches(1)).text_frame.text = "Water of 20 °C"
    presentation.save(str(path))
    return path


def write_xlsx(path: Path, rows: int = 120) -> Path:
    """Write a price list with a title, a head, formatted figures and merged names, and a hidden sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Prices"
    sheet["A1"] = "Price list 2024"
    sheet.merge_cells("A1:D1")
    for column, name in enumerate(("Type", "Price", "Discount", "Valid from"), 1):
        sheet.cell(2, column, name).font = Font(bold=True)
    for number in range(rows):
        at = number + 3
        sheet.cell(at, 1, f"CP {number + 10}")
        sheet.cell(at, 2, 1000 + number + 0.5).number_format = '#,##0.00 "€"'
        sheet.cell(at, 3, 0.25).number_format = "0%"
        sheet.cell(at, 4, datetime.datetime(2024, 5, 1 + number % 28)).number_format = "DD.MM.YYYY"
    sheet.cell(3, 1, "CP 10 and 11")
    sheet.merge_cells("A3:A4")
    secret = workbook.create_sheet("Secret")
    secret["A1"] = "hidden margin"
    secret.sheet_state = "hidden"
    workbook.save(path)
    return path


def write_mail(path: Path) -> Path:
    """Write an e-mail in two forms, with an attachment."""
    mail = EmailMessage()
    mail["From"] = "Ana Črnič <ana@example.com>"
    mail["To"] = "Ivan Ковальчук <ivan@example.com>"
    mail["Date"] = "Wed, 01 May 2024 10:00:00 +0200"
    mail["Subject"] = "Ležaj črpalke CP 40"
    mail.set_content("Ležaj mažite vsakih 2000 ur.\n\nLep pozdrav\nAna")
    mail.add_alternative("<p>Ležaj <b>mažite</b></p><script>alert(1)</script>", subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="ponudba.pdf")
    path.write_bytes(mail.as_bytes())
    return path


def repacked(
    source: Path,
    target: Path,
    change: Callable[[str, bytes], bytes],
    more: Sequence[str] = (),
    names: Callable[[str], str] = str,
) -> Path:
    """Write a container anew with `change(name, content)` for each part, and empty parts of further names.

    `names` returns what a part is called in it, while the others go on referring to it as before.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(names(name), change(name, old.read(name)))
        for name in more:
            new.writestr(name, b"")
    return target


def replaced(part: str, old: bytes, by: bytes) -> Callable[[str, bytes], bytes]:
    """Return a change for `repacked` that replaces bytes in one part, once."""

    def change(name: str, content: bytes) -> bytes:
        if name == part:
            assert old in content
            return content.replace(old, by, 1)
        return content

    return change


def in_strict_form(name: str, content: bytes) -> bytes:
    """Change a part for `repacked` to the strict form of Office's XML."""
    for family in (b"wordprocessingml", b"spreadsheetml", b"presentationml", b"officeDocument", b"drawingml"):
        ordinary = b"http://schemas.openxmlformats.org/" + family + b"/2006/"
        content = content.replace(ordinary, b"http://purl.oclc.org/ooxml/" + family + b"/")
    return content
