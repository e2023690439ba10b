"""Text recognition (OCR): PDFium draws a page, the system's Tesseract reads it. Nothing leaves the machine.

Pictures go to Tesseract and text comes back through pipes; no file is written. Runs in a reader process, but for the
questions about Tesseract itself.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phi3desk.errors import Sentence, say
from phi3desk.library.documents import Box, Page

#: Tesseract is trained on letters as they are at this resolution; finer pictures take longer and gain nothing.
_DOTS_PER_INCH = 300
_MOST_PIXELS = 40_000_000
#: Tesseract refuses longer sides than 32,767 dots.
_LONGEST_SIDE = 30_000
#: A page that can only be drawn coarser than this holds no letters that could be read.
_FEWEST_DOTS_PER_INCH = 36
#: A page longer than this (points, twice A3) is taken for a scan whose dots were counted as points.
_LARGE_PAGE = 2400
#: Percent of confidence below which a word of a few letters is taken for a speck of dirt.
_DOUBTFUL = 25.0
#: Mean percent of confidence below which all that was recognised on a page is taken for noise.
_NOISE = 50.0
_LIST_SECONDS = 20.0
#: Of the languages of phi3desk's users, Tesseract's names; each one more costs time on every page.
_USERS_LANGUAGES = ("eng", "deu", "slv", "ell", "ukr", "ron", "swe")
_MOST_LANGUAGES = 4
_LANGUAGE = re.compile(r"\w+(?:/\w+)?")


def find_tesseract() -> Path | None:
    """Return where Tesseract's program is, or None where the system has none."""
    found = shutil.which("tesseract")
    # a relative path would be one in the current folder, where Windows looks first
    if found and Path(found).is_absolute():
        return Path(found)
    places: list[Path] = []
    if sys.platform == "win32":
        roots = [os.environ.get(name) for name in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")]
        for root in filter(None, roots):
            places += [Path(root, "Tesseract-OCR", "tesseract.exe"), Path(root, "Programs/Tesseract-OCR/tesseract.exe")]
    elif sys.platform == "darwin":
        places = [
            Path("/opt/homebrew/bin/tesseract"),
            Path("/usr/local/bin/tesseract"),
            Path("/opt/local/bin/tesseract"),
        ]
    return next((place for place in places if place.is_file()), None)


def installed_languages() -> tuple[str, ...] | None:
    """Return the languages that Tesseract can read here, by its own names; None where there is no Tesseract.

    Starts Tesseract, which takes a tenth of a second: ask once and keep the answer.
    """
    program = find_tesseract()
    if program is None:
        return None
    try:
        made = subprocess.run(
            [str(program), "--list-langs"],
            executable=str(program),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    names = (line.strip() for line in made.stdout.decode("utf-8", "replace").splitlines()[1:])
    return tuple(sorted(name for name in names if _LANGUAGE.fullmatch(name) and name not in ("osd", "equ")))


def default_languages(installed: Sequence[str]) -> tuple[str, ...]:
    """Return the languages to read in where nobody chose: those of phi3desk's users, else all; at most four."""
    usual = [name for name in _USERS_LANGUAGES if name in installed]
    return tuple((usual or list(installed))[:_MOST_LANGUAGES])


def how_to_get() -> Sentence:
    """Say that pages are pictures, and what to install so that they can be read."""
    if sys.platform == "win32":
        return say(
            "The pages hold no text that can be read, as from a scanner. Install Tesseract (winget install "
            "UB-Mannheim.TesseractOCR), start phi3desk again, and they will be read."
        )
    if sys.platform == "darwin":
        return say(
            "The pages hold no text that can be read, as from a scanner. Install Tesseract (brew install tesseract "
            "tesseract-lang), start phi3desk again, and they will be read."
        )
    return say(
        "The pages hold no text that can be read, as from a scanner. Install Tesseract (the package tesseract-ocr and "
        "one for each language, such as tesseract-ocr-ukr), start phi3desk again, and they will be read."
    )


class RecognitionError(Exception):
    """Tesseract gave up on a page."""


@dataclass(frozen=True)
class _Word:
    """A recognised word: where in the order of blocks, paragraphs and lines, its dots from the upper left corner."""

    paragraph: tuple[int, int]
    line: int
    left: int
    top: int
    width: int
    height: int
    confidence: float
    text: str


def read_page(
    page: Any, number: int, program: Path, languages: Sequence[str], seconds: float = 0.0, own: Sequence[Box] = ()
) -> Page:
    """Read a PDFium page from its picture; `pictures` stays true where nothing was recognised.

    Words that stand where the page has words of its `own` are left out. Raises RecognitionError where Tesseract fails
    or takes longer than `seconds` (0: as long as it takes).
    """
    width, height = page.get_size()
    scale = _scale(page, width, height)
    if scale == 0:
        return Page(number, "", pictures=True)
    picture, across, down = _drawn(page, scale)
    table = _tesseract(program, picture, languages, round(scale * 72), seconds)
    words = [word for word in _words(table) if not _is_speck(word)]
    words = _beside(words, own, width / across, height / down)
    text, boxes = _put_together(words, width / across, height / down)
    if not text or _is_noise(text, words):
        return Page(number, "", pictures=True)
    return Page(number, text, boxes=boxes)


def _scale(page: Any, width: float, height: float) -> float:
    """Return how many dots to draw for a point; 0 where the page cannot be drawn so that it could be read."""
    if not (1 <= width < math.inf and 1 <= height < math.inf):
        return 0
    scale = _DOTS_PER_INCH / 72
    if max(width, height) > _LARGE_PAGE:
        scale = min(scale, _own_scale(page) or scale)
    scale = min(scale, math.sqrt(_MOST_PIXELS / (width * height)), _LONGEST_SIDE / max(width, height))
    return scale if scale * 72 >= _FEWEST_DOTS_PER_INCH else 0


def _own_scale(page: Any) -> float:
    """Return the dots for a point of the page's finest picture, 0 where it has none."""
    from pypdfium2 import PdfiumError, raw

    finest = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        try:
            left, bottom, right, top = item.get_bounds()
            across, down = item.get_px_size()
        except PdfiumError:
            continue
        if right > left and top > bottom:
            finest = max(finest, math.sqrt(across * down / ((right - left) * (top - bottom))))
    return finest


def _drawn(page: Any, scale: float) -> tuple[bytes, int, int]:
    """Return the page as it is shown, turned and cropped, as a grey PGM picture, and its size in dots."""
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        dots = memoryview(bitmap.buffer).cast("B")
        across, down, stride = bitmap.width, bitmap.height, bitmap.stride
        rows = (dots[row * stride : row * stride + across] for row in range(down))
        return b"".join([b"P5 %d %d 255\n" % (across, down), *rows]), across, down
    finally:
        bitmap.close()


def _tesseract(program: Path, picture: bytes, languages: Sequence[str], dots_per_inch: int, seconds: float) -> str:
    names = [name for name in languages if _LANGUAGE.fullmatch(name)] or ["eng"]
    # segmentation 1 turns scans that lie on their side or head, at a quarter of a page's time; 3 does not
    command = [str(program), "stdin", "stdout", "-l", "+".join(names), "--dpi", str(dots_per_inch), "--psm", "1", "tsv"]
    process = subprocess.Popen(
        command,
        executable=str(program),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # pages are read side by side by several readers already
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    try:
        output, _ = process.communicate(picture, timeout=seconds or None)
    except subprocess.TimeoutExpired as error:
        raise RecognitionError("too slow") from error
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0:
        raise RecognitionError(f"ended with {process.returncode}")
    return output.decode("utf-8", "replace")


def _words(table: str) -> Iterator[_Word]:
    """Take the words out of Tesseract's table.

    Its columns are level, page, block, paragraph, line, word, left, top, width, height, confidence, text; level 5 is
    a word (https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html, TSV).
    """
    for row in table.splitlines():
        cells = row.split("\t", 11)
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            block, paragraph, line, _, left, top, width, height = (int(cell) for cell in cells[2:10])
            yield _Word((block, paragraph), line, left, top, width, height, float(cells[10]), cells[11].strip())


def _is_speck(word: _Word) -> bool:
    """Return whether a word is dirt: doubtful, and not several letters or digits."""
    letters = sum(sign.isalnum() for sign in word.text)
    return word.confidence < _DOUBTFUL and (letters < 4 or letters * 2 < len(word.text))


def _beside(words: Sequence[_Word], own: Sequence[Box], across: float, down: float) -> list[_Word]:
    """Return the words whose middle stands on none of the page's own."""

    def stands_on(word: _Word, box: Box) -> bool:
        x, y = (word.left + word.width / 2) * across, (word.top + word.height / 2) * down
        return box.left - 1 <= x <= box.right + 1 and box.top - 1 <= y <= box.bottom + 1

    return [word for word in words if not any(stands_on(word, box) for box in own)]


def _is_noise(text: str, words: Sequence[_Word]) -> bool:
    """Return whether what was recognised is the grain of a picture rather than writing."""
    signs = [sign for sign in text if not sign.isspace()]
    letters = sum(sign.isalnum() for sign in signs)
    if letters < 2 or letters * 5 < len(signs) * 2:
        return True
    weight = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) < _NOISE * weight


def _put_together(words: Sequence[_Word], across: float, down: float) -> tuple[str, list[Box]]:
    """Return the words as text, paragraphs separated by an empty line, and where each stands.

    `across` and `down` are the points of one dot.
    """
    pieces: list[str] = []
    boxes: list[Box] = []
    at = 0
    before: _Word | None = None
    for word in words:
        if before is not None:
            gap = "\n\n" if word.paragraph != before.paragraph else "\n" if word.line != before.line else " "
            pieces.append(gap)
            at += len(gap)
        pieces.append(word.text)
        left, top = word.left * across, word.top * down
        right, bottom = (word.left + word.width) * across, (word.top + word.height) * down
        boxes.append(Box(at, at + len(word.text), round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)))
        at += len(word.text)
        before = word
    return "".join(pieces), boxes
