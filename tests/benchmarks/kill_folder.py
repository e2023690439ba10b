"""The small folder whose imports are killed, and what changes in it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from tests.benchmarks.material import Writer, make_old
from tests.helpers.pdf import write_pdf

_FILES = 7
_PAGES = 2
_NOTE = "Check the mechanical seal of pump P-301A for leaks every week.\n\nRe-grease the bearing with 30 g of grease.\n"


def write_folder(folder: Path) -> None:
    """Write manuals, notes, a scan, the same file twice, an empty and a damaged one."""
    (folder / "old").mkdir(parents=True)
    writer = Writer(seed=5)
    for number in range(_FILES):
        writer.write(folder / f"manual-{number}.pdf", _PAGES, paragraphs=2, name=f"AP-OM-{number}")
    shutil.copyfile(folder / "manual-1.pdf", folder / "old" / "manual-1-copy.pdf")
    (folder / "damaged.pdf").write_bytes((folder / "manual-2.pdf").read_bytes()[:900])
    (folder / "notes.md").write_text(f"# Weekly round\n\n{_NOTE}", encoding="utf-8")
    (folder / "notes.txt").write_text(_NOTE, encoding="utf-8")
    (folder / "empty.txt").touch()
    _write_scan(folder / "scan.pdf")
    make_old(folder)


def apply_changes(folder: Path) -> None:
    """Edit a file, rename one, move one, delete one and an original with a duplicate, add one."""
    write_pdf(folder / "manual-0.pdf", [["Shaft seal", "The seal is changed every 8,000 hours."], ["Spare parts"]])
    _make_newer(folder / "manual-0.pdf")
    (folder / "manual-3.pdf").rename(folder / "manual-three.pdf")
    (folder / "manual-4.pdf").rename(folder / "old" / "manual-4.pdf")
    (folder / "manual-5.pdf").unlink()
    (folder / "manual-1.pdf").unlink()
    write_pdf(folder / "added.pdf", [["Lubricants", "Use grease of consistency class 2."]])
    _make_newer(folder / "added.pdf")


def _make_newer(path: Path) -> None:
    half_an_hour_ago = time.time() - 1800
    os.utime(path, (half_an_hour_ago, half_an_hour_ago))


def _write_scan(path: Path) -> None:
    """Write a page that is a picture of two lines of text."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    picture = Image.new("L", (1240, 400), 255)
    font = ImageFont.load_default(size=48)
    ImageDraw.Draw(picture).text((80, 80), "Lock the main valve before\nyou open the casing.", font=font, fill=0)
    canvas = Canvas(str(path), pagesize=(595, 192), invariant=1)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 192)
    canvas.showPage()
    canvas.save()
