"""What the window's tests share: a dressed application, records of answers, a small PDF with known sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, Message, Source, Timings
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending, Role
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from phi3desk.ui.colors import LIGHT
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from phi3desk.ui.style_sheet import style_sheet
from phi3desk.ui.theme import apply_scheme
from phi3desk.ui.translations import install_translations

SENTENCE = "The bearings are re-greased every 2,000 operating hours."
PARAGRAPH = f"Switch the pump off first. {SENTENCE} Use thirty grams of lithium grease for each bearing."
#: milliseconds until what is waited for counts as not coming; a shared machine stands still for seconds
PATIENCE = 30_000


def text_under(path: Path, page: int, areas: tuple[QRectF, ...]) -> str:
    """Return the words of a page under some areas, read anew from the file."""
    document = QPdfDocument()
    document.load(str(path))
    words = []
    for area in areas:
        half = QPointF(area.width() / 2, 0)
        words.append(document.getSelection(page, area.center() - half, area.center() + half).text())
    return "".join(words)


@pytest.fixture(autouse=True, scope="session")
def translated(qapp: QApplication) -> None:
    install_translations(qapp)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Dress the application where a test before has not: each time costs a second for every window that still lives."""
    if qapp.styleSheet() != style_sheet(LIGHT):
        apply_scheme(qapp, "light")


@pytest.fixture(autouse=True)
def patient(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every wait that names no time of its own wait long enough for a machine under load."""
    for name in ("waitUntil", "waitSignal", "waitSignals"):
        monkeypatch.setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))


@pytest.fixture
def services(home: Paths) -> Iterator[Services]:
    """Return what the window is given, on a home of its own and without the workers' processes."""
    made = app.make_services(home, Settings(home.settings))
    yield made
    for store in (made.conversations, made.examples, made.comparisons, made.sweeps):
        store.close()


@pytest.fixture
def notices(services: Services) -> Notices:
    return services.notices


@pytest.fixture
def pump_pdf(tmp_path: Path) -> Path:
    """Return a PDF of three pages; the second holds PARAGRAPH, broken into lines."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "pump manual.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number in (1, 2, 3):
        canvas.setFont("Helvetica", 12)
        canvas.drawString(72, 770, f"Chapter {number}")
        if number == 2:
            lines = [PARAGRAPH[start : start + 40] for start in range(0, len(PARAGRAPH), 40)]
            for row, line in enumerate(lines):
                canvas.drawString(72, 700 - 16 * row, line)
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture
def make_source() -> Callable[..., Source]:
    def make(n: int = 1, text: str = PARAGRAPH, path: str = "/nowhere/pump manual.pdf", page: int = 2) -> Source:
        name = Path(path).name
        return Source(
            n, Passage(n, 1, name, path, name, page, 0, len(text), text, ("Maintenance",)), ("bearings",), 0.5
        )

    return make


@pytest.fixture
def make_answer(make_source: Callable[..., Source]) -> Callable[..., Message]:
    """Return a function that makes a finished answer of message `id` with as many sources as wanted."""

    def make(
        text: str, sources: int = 1, id: int = 2, ended: Ending = Ending.STOP, basis: Basis | None = None
    ) -> Message:
        found = tuple(make_source(n) for n in range(1, sources + 1))
        citations = tuple(Citation(s.n, s.passage.document, s.passage.path, s.passage.page, SENTENCE) for s in found)
        kind = basis or (Basis.DOCUMENTS if found else Basis.MODEL)
        made_by = MadeBy("Phi-3", "/m.gguf", "", "Pump expert", "p")
        answer = Answer(text, citations, found, kind, ended, made_by, Timings(0.5, 300, 0.4, 0.5, 17, 6.8))
        return Message(id, 1, Role.ASSISTANT, text, 0.0, answer)

    return make
