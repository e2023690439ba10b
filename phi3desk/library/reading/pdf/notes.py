"""Notes, text boxes, stamps and marks that were put on the pages of a PDF, each named as what it is."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from phi3desk.library.reading.blocks import one_line
from phi3desk.library.reading.pdf.annotations import Annotation, Entry, Rectangle
from phi3desk.library.reading.pdf.own_text import OwnText
from phi3desk.library.words.terms import words_of

_LONGEST_QUOTE = 300
_MOST_PIECES = 50
_TEXT_BOX = "Text box"
_NOTE = "Note"


def read_notes(annotations: Sequence[Annotation], own: OwnText, text: str) -> tuple[list[Entry], list[Annotation]]:
    """Return what the annotations of a page say, and those whose words are only drawn.

    `text` is the page's own text: a mark whose contents repeat the words it marks adds nothing.
    """
    from pypdfium2 import raw

    boxes = {
        raw.FPDF_ANNOT_FREETEXT: _TEXT_BOX,
        raw.FPDF_ANNOT_STAMP: "Stamp",
        raw.FPDF_ANNOT_WATERMARK: "Watermark",
    }
    marks = (raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_SQUIGGLY)
    drawings = (
        raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE,
        raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_POLYLINE, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_INK,
        raw.FPDF_ANNOT_FILEATTACHMENT, raw.FPDF_ANNOT_POPUP,
    )  # fmt: skip
    known = " ".join(words_of(text))
    entries: list[Entry] = []
    drawn: list[Annotation] = []
    told: set[str] = set()
    for one in annotations:
        contents = _paragraph(one.contents)
        if one.kind in boxes:
            if contents:
                entries.append(Entry(f"{boxes[one.kind]}: {contents}", one.place))
            else:
                drawn.append(one)
        elif one.kind == raw.FPDF_ANNOT_STRIKEOUT:
            entries += _entry(_struck_out(quote, contents), one) if (quote := _marked(one, own)) else ()
        elif one.kind in marks and contents and not _repeats(contents, known):
            quote = _marked(one, own)
            entries += _entry(f"{_NOTE} on “{quote}”: {contents}" if quote else f"{_NOTE}: {contents}", one)
        elif one.kind in drawings and contents and contents not in told and not one.string("StateModel"):
            entries += _entry(f"{_NOTE}: {contents}", one)
        told.add(contents)
    return entries, drawn


def name_drawn(one: Annotation, text: str) -> Entry:
    """Return the entry of an annotation whose words are only drawn."""
    from pypdfium2 import raw

    label = "Stamp" if one.kind == raw.FPDF_ANNOT_STAMP else _TEXT_BOX
    return Entry(f"{label}: {text}", one.place)


def _entry(text: str, one: Annotation) -> list[Entry]:
    return [Entry(text, one.place)]


def _struck_out(quote: str, contents: str) -> str:
    return f"Struck out: “{quote}”: {contents}" if contents else f"Struck out: “{quote}”"


def _repeats(contents: str, known: str) -> bool:
    return f" {' '.join(words_of(contents))} " in f" {known} "


def _marked(one: Annotation, own: OwnText) -> str:
    """Return the words of the page that a mark lies on."""
    from pypdfium2 import raw

    quads = raw.FS_QUADPOINTSF()
    pieces = []
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(one.handle), _MOST_PIECES)):
        if raw.FPDFAnnot_GetAttachmentPoints(one.handle, index, ctypes.byref(quads)):
            across = (quads.x1, quads.x2, quads.x3, quads.x4)
            up = (quads.y1, quads.y2, quads.y3, quads.y4)
            place = Rectangle(min(across), min(up), max(across), max(up))
            pieces.append(own.within(place))
    return " ".join(filter(None, pieces))[:_LONGEST_QUOTE]


def _paragraph(contents: str) -> str:
    return " / ".join(filter(None, (one_line(line) for line in contents.splitlines())))
