"""What is measured on: the real folder of industry PDFs where there is one, else PDFs written for the run.

Nothing of it is kept in the repository. Written text is made of the sample documents' sentences with other numbers, so
that words and repetitions are those of technical manuals while no two passages are the same.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from phi3desk.paths import resource
from tests.helpers.corpus import corpus

PAGES_OF_A_DOCUMENT = 25
FILES_OF_A_FOLDER = 50
_FONT, _SIZE, _LEADING, _MARGIN = "Helvetica", 10, 14, 70
_LONGEST_SENTENCE = 250


@dataclass(frozen=True)
class Material:
    """A folder of PDFs; `pages` is how many they have together, `real` whether people wrote them."""

    folder: Path
    pages: int
    real: bool

    @property
    def name(self) -> str:
        """Return how the table names it."""
        return f"{self.pages:,} {'real' if self.real else 'written'} pages"


def pages_of(folder: Path, pages: int) -> Material:
    """Put PDFs of about so many pages into a new folder: real ones where they are here, else written ones."""
    folder.mkdir(parents=True)
    try:
        return _copy_real(corpus("industry"), folder, pages)
    except pytest.skip.Exception:
        return write_pages(folder, pages)


def _copy_real(source: Path, folder: Path, pages: int) -> Material:
    files = sorted(source.rglob("*.pdf"))
    # some of every kind come first, so that a small run is like a large one
    random.Random(1).shuffle(files)
    taken = 0
    for file in files:
        with pypdfium2.PdfDocument(file) as document:
            count = len(document)
        if taken + count <= pages:
            shutil.copyfile(file, folder / f"{file.parent.name}-{file.name}")
            taken += count
    make_old(folder)
    return Material(folder, taken, real=True)


def write_pages(folder: Path, pages: int) -> Material:
    """Write manuals of so many pages together."""
    writer = Writer(seed=2)
    folder.mkdir(parents=True, exist_ok=True)
    for number, first in enumerate(range(0, pages, PAGES_OF_A_DOCUMENT), 1):
        count = min(PAGES_OF_A_DOCUMENT, pages - first)
        writer.write(folder / f"manual-{number:03}.pdf", count, paragraphs=6, name=f"AP-OM-{2000 + number}")
    make_old(folder)
    return Material(folder, pages, real=False)


def write_files(folder: Path, files: int) -> Material:
    """Write so many notes of one short page each, in a folder with subfolders."""
    writer = Writer(seed=3)
    for number in range(files):
        place = folder / f"unit-{number // FILES_OF_A_FOLDER:02}"
        place.mkdir(parents=True, exist_ok=True)
        writer.write(place / f"note-{number:04}.pdf", 1, paragraphs=1, name=f"CW-N-{number:04}")
    make_old(folder)
    return Material(folder, files, real=False)


def make_old(folder: Path) -> None:
    """Set the time of every file back by an hour: one that was just written is rightly looked at twice."""
    hour_ago = time.time() - 3600
    for file in folder.rglob("*.pdf"):
        os.utime(file, (hour_ago, hour_ago))


class Writer:
    """Writes PDFs whose sentences come from the sample documents; the same seed gives the same text."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sentences, self._headings = _vocabulary()

    def write(self, path: Path, pages: int, paragraphs: int, name: str) -> None:
        canvas = Canvas(str(path), pagesize=A4, invariant=1)
        canvas.setTitle(f"{name} {self._random.choice(self._headings)}")
        for number in range(1, pages + 1):
            self._page(canvas, f"Castlemere Works · {name}", f"{number} of {pages}", paragraphs)
        canvas.save()

    def _page(self, canvas: Canvas, header: str, footer: str, paragraphs: int) -> None:
        canvas.setFont(_FONT, 8)
        canvas.drawString(_MARGIN, A4[1] - 40, header)
        canvas.drawString(_MARGIN, 30, footer)
        y = A4[1] - 70.0
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(_MARGIN, y, self._random.choice(self._headings))
        canvas.setFont(_FONT, _SIZE)
        for _ in range(paragraphs):
            y -= 10
            text = " ".join(self._sentence() for _ in range(5))
            for line in simpleSplit(text, _FONT, _SIZE, A4[0] - 2 * _MARGIN):
                y -= _LEADING
                if y > 50:
                    canvas.drawString(_MARGIN, y, line)
        canvas.showPage()

    def _sentence(self) -> str:
        return re.sub(r"\d+", self._another, self._random.choice(self._sentences))

    def _another(self, number: re.Match[str]) -> str:
        digits = len(number.group())
        return str(self._random.randrange(10 ** (digits - 1) if digits > 1 else 1, 10**digits))


def _vocabulary() -> tuple[Sequence[str], Sequence[str]]:
    """Return the sentences and the headings of the sample documents."""
    sentences, headings = [], []
    for source in sorted(resource("samples", "source").glob("*.md")):
        for line in source.read_text(encoding="utf-8").split("---", 2)[2].splitlines():
            plain = re.sub(r"\*\*|^\W+|^\w+:\s", "", line).encode("cp1252", "ignore").decode("cp1252")
            if line.startswith("#"):
                headings.append(plain)
            elif not line.startswith("|"):
                sentences += [part for part in re.split(r"(?<=[.!?])\s+", plain) if 30 < len(part) < _LONGEST_SENTENCE]
    return sentences, headings
