"""Small real PDFs for tests, written with reportlab."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
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
    (
        "Pump manual",
        "This manual describes the centrifugal pump CP 40 and its care.",
        "Read the chapter on safety before any work on the pump.",
    ),
    (
        "Maintenance",
        "Re-grease the main bearing every 2,000 operating hours.",
        "Use 30 g of lithium complex grease for each bearing.",
        "Check the mechanical seal for leaks every week.",
    ),
)


def write_pump_manual(path: Path) -> Path:
    """Write a two-page manual whose second page tells about re-greasing, and return its path."""
    return write_pdf(path, BEARING_PAGES, title="Pump manual")


def write_objects(path: Path, objects: Sequence[bytes]) -> Path:
    """Write a PDF from its raw objects, the first of them its catalogue, and return its path."""
    whole = b"".join(b"%d 0 obj%s endobj\n" % (number, body) for number, body in enumerate(objects, 1))
    path.write_bytes(b"%PDF-1.5\n" + whole + b"trailer<</Root 1 0 R>>\n%%EOF")
    return path


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object, with further entries for its dictionary."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


#: Where a word stands on an unturned, uncropped page: left, top, right, bottom in points from the upper left corner.
Place = tuple[float, float, float, float]
_DOTS = 300 / 72


def write_scan(
    path: Path, pages: Sequence[Sequence[str]], turned: int = 0, crop: tuple[float, float, float, float] | None = None
) -> list[dict[str, Place]]:
    """Write a PDF whose pages are pictures of the given lines, as from a scanner; return where each word stands.

    `turned` is the angle the pages are shown at (/Rotate), `crop` their crop box: left, bottom, right, top.
    """
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    places = []
    for lines in pages:
        picture, places_of_page = _scanned(lines)
        places.append(places_of_page)
        canvas.drawImage(ImageReader(picture), 0, 0, *A4)
        if crop is not None:
            canvas.setCropBox(crop)
        canvas.showPage()
    canvas.save()
    if turned:
        # reportlab would swap the sides of the page as well
        writer = pypdf.PdfWriter(clone_from=path)
        for page in writer.pages:
            page.rotate(turned)
        writer.write(path)
    return places


def scanned(lines: Sequence[str]) -> Image.Image:
    """Return a page of lines as a scanner's picture, A4 at 300 dots an inch."""
    return _scanned(lines)[0]


def _scanned(lines: Sequence[str]) -> tuple[Image.Image, dict[str, Place]]:
    picture = Image.new("L", (round(A4[0] * _DOTS), round(A4[1] * _DOTS)), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(_font()), 50)
    places: dict[str, Place] = {}
    for number, line in enumerate(lines):
        left = 250.0
        for word in line.split():
            place = draw.textbbox((left, 300 + 90 * number), word, font=font)
            draw.text((left, 300 + 90 * number), word, font=font, fill=30)
            places[word] = (place[0] / _DOTS, place[1] / _DOTS, place[2] / _DOTS, place[3] / _DOTS)
            left += draw.textlength(word + " ", font=font)
    return picture, places


def _font() -> Path:
    """Return a font that has Latin and Cyrillic letters: DejaVu where it is installed, else a font of the system."""
    places = (
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/System/Library/Fonts/Supplemental/Arial.ttf",
        "C:/Windows/Fonts/arial.ttf",
    )
    return next(Path(place) for place in places if Path(place).is_file())


#: A run of text: its words, the size of its letters and how far its baseline lies above the line's, in points.
Run = tuple[str, float, float]


def write_runs(path: Path, lines: Sequence[Sequence[Run | str]], turned: bool = False) -> Path:
    """Write a page whose lines are put together from runs, text of 11 points where only words are given.

    `turned` sets the lines from bottom to top, as in the margin of a drawing. Return the path.
    """
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    if turned:
        canvas.translate(A4[0], 0)
        canvas.rotate(90)
    for number, line in enumerate(lines):
        left, baseline = 72.0, 500.0 - 24 * number
        for run in line:
            words, size, rise = (run, 11, 0) if isinstance(run, str) else run
            canvas.setFont("Helvetica", size)
            canvas.drawString(left, baseline + rise, words)
            left += canvas.stringWidth(words, "Helvetica", size)
    canvas.save()
    return path


def write_form(path: Path) -> Path:
    """Write an acceptance record: a page with a filled form, and return its path."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.drawString(72, 780, "Acceptance record of lifting gear")
    form = canvas.acroForm
    for row, label in enumerate(("Serial number:", "Inspector:", "Result:", "Remarks:")):
        canvas.drawString(72, 740 - 40 * row, label)
    form.textfield(name="f1_01", value="KR-55821-B", x=200, y=735, width=200, height=18)
    form.textfield(name="f1_02", tooltip="Name of the inspector", value="T. Ott", x=200, y=695, width=200, height=18)
    form.choice(name="f1_03", value="not passed", options=["passed", "not passed"], x=200, y=655, width=200, height=18)
    form.textfield(name="remarks", value="", x=200, y=615, width=200, height=18)
    form.checkbox(name="c1", checked=True, x=72, y=575, size=14)
    canvas.drawString(92, 578, "Tagged out of service")
    form.checkbox(name="c2", checked=False, x=272, y=575, size=14)
    canvas.drawString(292, 578, "Scrapped")
    form.listbox(name="Defects", value=["brake"], options=["hook", "brake", "rope"], x=72, y=480, width=90, height=60)
    for number, option in enumerate(("daily", "weekly")):
        form.radio(name="Inspection", value=option, selected=option == "weekly", x=300, y=520 - 20 * number, size=14)
    canvas.save()
    return path


def write_notes(path: Path, annotations: Sequence[bytes], content: bytes = b"") -> Path:
    """Write a page with annotations, given as entries of their dictionaries, and return its path.

    Font F1 draws `content`; object 5 is an appearance of 200 x 20 points that says "Checked 12 May".
    """
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    look = b"/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 4 0 R>>>>"
    notes = b"".join(b"<</Type/Annot/F 4%s>>" % entries for entries in annotations)
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 6 0 R/Annots[%s]>>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page % notes + b">>",
        font,
        stream(b"BT /F1 11 Tf 2 6 Td (Checked 12 May) Tj ET", look),
        stream(content),
    ]
    return write_objects(path, objects)


def write_portfolio(path: Path, files: Sequence[tuple[str, bytes]], pages: Sequence[Sequence[str]] = ((),)) -> Path:
    """Write a PDF with files inside it, and return its path."""
    writer = pypdf.PdfWriter(clone_from=write_pdf(path, pages))
    for name, data in files:
        writer.add_attachment(name, data)
    writer.write(path)
    return path


def write_xfa(path: Path, template: str, datasets: str, in_one: bool = False) -> Path:
    """Write a PDF with a form of Adobe LiveCycle, its packets apart or in one stream, and return its path."""
    packets = [template.encode(), datasets.encode()]
    content = stream(b"BT /F1 11 Tf 72 700 Td (Please wait...) Tj ET")
    whole = b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">%s%s</xdp:xdp>' % (packets[0], packets[1])
    parts = [whole] if in_one else packets
    form = b"6 0 R" if in_one else b"[(template) 6 0 R (datasets) 7 0 R]"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA %s>>/NeedsRendering true>>" % form,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        content,
        *(stream(part) for part in parts),
    ]
    return write_objects(path, objects)
