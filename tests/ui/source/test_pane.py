"""The page of a source: the right page or text, the right words marked, and a sentence where it cannot be shown."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Source
from phi3desk.library.documents import PageText, State
from phi3desk.ui.source.page_area import united
from phi3desk.ui.source.pane import SourcePane
from tests.helpers.pdf import write_form, write_notes, write_runs
from tests.helpers.reading import told_of
from tests.ui.conftest import PARAGRAPH, SENTENCE, text_under
from tests.ui.recorded_worker import RecordedWorker, document, recorded_library


@pytest.fixture
def worker() -> RecordedWorker:
    return RecordedWorker()


@pytest.fixture
def pane(qtbot: QtBot, worker: RecordedWorker) -> SourcePane:
    made = SourcePane(recorded_library(worker))
    qtbot.addWidget(made)
    made.resize(420, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_pane_shows_the_page_and_marks_passage_and_sentence(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)

    assert pane.page == 2
    highlight = pane.view.highlight
    letters = text_under(pump_pdf, 1, highlight.sentence).replace(" ", "").replace("\r\n", "")
    assert SENTENCE.replace(" ", "").rstrip(".") in letters
    assert len(letters) <= len(SENTENCE.replace(" ", "")) + 4
    assert len(highlight.passage) >= len(highlight.sentence) > 0
    assert PARAGRAPH.split()[0] in text_under(pump_pdf, 1, highlight.passage[:1])


def test_pane_paints_the_highlight_where_the_words_are(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)

    area = pane.view.on_widget(pane.view.highlight.sentence[0])
    painted = pane.view.grab().toImage()
    marked = painted.pixelColor(round(area.left()) + 2, round(area.bottom()) - 1)
    beside = painted.pixelColor(round(pane.view.page_rectangle().right()) - 8, round(area.top()) + 1)
    assert beside.name() == "#ffffff"
    assert marked.blue() < 200 < marked.red()


def test_pane_turns_pages_and_comes_back(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    pane.go_to(3)
    assert pane.page == 3
    assert pane.view.highlight.passage == ()
    pane.go_to(99)
    assert pane.page == 3
    pane.passage_button.click()
    assert pane.page == 2
    assert pane.view.highlight.sentence


def test_pane_opens_a_cited_page_so_that_the_sentence_can_be_read_in_the_middle(
    qtbot: QtBot, pane: SourcePane, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    """The passage stands in the right one of two columns, in letters of 8 points."""
    from reportlab.pdfgen.canvas import Canvas

    file = tmp_path / "columns.pdf"
    canvas = Canvas(str(file), pagesize=(600, 840))
    canvas.setFont("Helvetica", 8)
    for row in range(60):
        canvas.drawString(40, 800 - 12 * row, "Other words fill the left column of it.")
    lines = [PARAGRAPH[start : start + 48] for start in range(0, len(PARAGRAPH), 48)]
    for row, line in enumerate(lines):
        canvas.drawString(330, 400 - 12 * row, line)
    canvas.save()
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(make_source(path=str(file), page=1), SENTENCE)

    def assert_readable(reading_size: int) -> None:
        room = pane.area.viewport()
        sentence = united(pane.view.highlight.sentence)
        middle = pane.view.mapTo(room, pane.view.on_widget(sentence).center().toPoint())
        assert (middle - room.rect().center()).manhattanLength() <= 4
        assert reading_size <= 8 * pane.view.zoom <= 1.5 * reading_size

    assert_readable(14)
    pane.set_reading_size(16)
    assert_readable(16)
    pane.set_reading_size(14)
    pane.resize(380, 700)
    qtbot.waitUntil(lambda: assert_readable(14))


def test_pane_zooms_and_fits_the_width(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    readable = pane.view.zoom
    pane.go_to(3)
    assert pane.view.zoom == readable
    qtbot.keyClick(pane.area, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert pane.view.zoom == pytest.approx(1.2 * readable)
    pane.fit_width()
    page = pane.view.page_rectangle()
    assert pane.area.width() - 40 <= page.width() <= pane.area.width() - 24
    pane.show_document(replace(document(1), path=str(pump_pdf)))
    assert pane.view.page_rectangle() == page


@pytest.mark.parametrize(
    "meaning, said",
    [
        (None, ""),
        (-0.7, ""),
        (0.97, ""),  # a cosine that a stored message holds
        (1.9, ""),
        (2.0, "; its meaning is close to the question's"),
        (4.0, "; its meaning is very close to the question's"),
    ],
)
def test_pane_says_why_this_passage(
    pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source], meaning: float | None, said: str
) -> None:
    pane.show_source(replace(make_source(path=str(pump_pdf)), meaning=meaning))

    assert pane.why.text() == f"Maintenance\nWhy this passage: it holds bearings{said}."


def test_pane_keeps_the_passage_where_the_file_is_gone(pane: SourcePane, make_source: Callable[..., Source]) -> None:
    pane.show_source(make_source(path="/nowhere/pump.pdf"))

    assert "no longer at /nowhere/pump.pdf" in pane.message
    assert PARAGRAPH in pane.message


def test_pane_shows_the_kept_text_of_a_pdf_that_is_not_there(
    pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source], worker: RecordedWorker
) -> None:
    path = "/nowhere/pump.pdf"
    for number in (1, 2, 3):
        text = f"Chapter {number}\r\n{PARAGRAPH if number == 2 else ''}"
        worker.pages[1, number] = PageText(1, "pdf", number, 3, "", text)
    source = make_source(path=path)
    source = replace(source, passage=replace(source.passage, kind="pdf"))
    pane.show_source(source, SENTENCE)

    assert (pane.message, pane.page, pane.text.isVisible()) == ("", 2, True)
    assert (pane.text.passage, pane.text.sentence) == (PARAGRAPH.rstrip("."), SENTENCE.rstrip("."))
    pane.go_to(3)
    assert (pane.page, pane.text.toPlainText().strip(), pane.text.passage) == (3, "Chapter 3", "")
    pane.passage_button.click()
    assert pane.text.sentence == SENTENCE.rstrip(".")
    pane.show_document(replace(document(1), path=path))
    assert (pane.message, pane.page, pane.text.toPlainText().strip()) == ("", 1, "Chapter 1")
    pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    assert (pane.message, pane.page, pane.text.isVisible()) == ("", 2, False)
    assert pane.view.highlight.sentence


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ENOTCONN])
@pytest.mark.parametrize("failing_from", [0, 1, 2, 3])
def test_pane_shows_what_is_kept_of_a_pdf_whose_share_fails_at_any_time(
    code: int,
    failing_from: int,
    pane: SourcePane,
    pump_pdf: Path,
    make_source: Callable[..., Source],
    worker: RecordedWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker.pages[1, 2] = PageText(1, "pdf", 2, 3, "", PARAGRAPH)
    source = make_source(path=str(pump_pdf))
    source = replace(source, passage=replace(source.passage, kind="pdf"))
    answers = iter(range(1000))
    stat = os.stat

    def stat_of_share(path: Any, *rest: Any, **named: Any) -> os.stat_result:
        if os.fspath(path) == str(pump_pdf) and next(answers) >= failing_from:
            raise OSError(code, os.strerror(code), str(path))
        return stat(path, *rest, **named)

    with monkeypatch.context() as failing:
        failing.setattr(os, "stat", stat_of_share)
        pane.show_source(source, SENTENCE)
        assert PARAGRAPH in (pane.message or pane.text.toPlainText()) or pane.view.highlight.sentence
        opened: list[object] = []
        failing.setattr(QDesktopServices, "openUrl", opened.append)
        pane._on_elsewhere()
    assert opened == []


@pytest.mark.parametrize(("state", "pages"), [(State.READY, 0), (State.NEEDS_OCR, 3)])
def test_pane_says_where_a_pdf_was_that_no_text_is_kept_of(
    pane: SourcePane, worker: RecordedWorker, state: State, pages: int
) -> None:
    worker.pages[1, 1] = PageText(1, "pdf", 1, pages, "", "")
    passages = 5 if state is State.READY else 0
    pane.show_document(replace(document(1, state), path="/nowhere/pump.pdf", passages=passages))

    assert "no longer at /nowhere/pump.pdf" in pane.message


def test_pane_says_that_a_file_is_no_pdf(pane: SourcePane, tmp_path: Path, make_source: Callable[..., Source]) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(b"not a pdf")
    pane.show_source(make_source(path=str(file)))

    assert "cannot be read as a PDF" in pane.message


def test_pane_reads_a_file_again_that_was_replaced(
    pane: SourcePane, tmp_path: Path, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    file = tmp_path / "later.pdf"
    file.write_bytes(b"not a pdf")
    pane.show_source(make_source(path=str(file)))
    file.write_bytes(pump_pdf.read_bytes())
    pane.show_source(make_source(path=str(file)))

    assert pane.message == ""


def test_pane_opens_a_document_at_its_first_page(pane: SourcePane, pump_pdf: Path) -> None:
    pane.show_document(replace(document(1), path=str(pump_pdf)))

    assert pane.page == 1
    assert pane.view.highlight.passage == ()


def test_pane_finds_words_and_goes_from_place_to_place(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    pane.go_to(1)
    qtbot.keyClick(pane.area, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert pane.search.field.hasFocus()
    qtbot.keyClicks(pane.search.field, "chapter")
    qtbot.waitUntil(lambda: pane.search.told == "1 of 3")
    assert text_under(pump_pdf, 0, pane.view.highlight.current) == "Chapter"

    qtbot.keyClick(pane.search.field, Qt.Key.Key_Return)
    assert (pane.page, pane.search.told) == (2, "2 of 3")
    assert pane.view.highlight.sentence
    qtbot.keyClick(pane.search.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(pane.search.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert (pane.page, pane.search.told) == (3, "3 of 3")

    qtbot.keyClick(pane.search.field, Qt.Key.Key_Escape)
    assert not pane.search.isVisible()
    assert pane.view.highlight.current == ()


def test_pane_searches_from_the_page_in_view_and_forgets_the_words_of_another_document(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, tmp_path: Path
) -> None:
    other = shutil.copy(pump_pdf, tmp_path / "other.pdf")
    pane.show_document(replace(document(1), path=str(pump_pdf)))
    pane.go_to(3)
    pane.open_search()
    qtbot.keyClicks(pane.search.field, "chapter")
    qtbot.waitUntil(lambda: pane.search.told == "3 of 3")
    assert pane.page == 3
    pane.go_to(2)
    qtbot.keyClick(pane.search.field, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: pane.search.told == "2 of 3")
    assert text_under(pump_pdf, 1, pane.view.highlight.current) == "Chapte"
    pane.search.field.setText("turbine")
    qtbot.waitUntil(lambda: pane.search.told == "not found")
    assert pane.page == 2

    pane.show_document(replace(document(2), path=str(other)))
    assert not pane.search.isVisible()
    pane.open_search()
    assert (pane.search.field.text(), pane.search.told) == ("", "")


def test_pane_keeps_the_middle_of_the_view_when_it_zooms(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)

    def middle() -> tuple[float, float]:
        room = pane.area.viewport()
        point = pane.view.mapFrom(room, room.rect().center())
        page = pane.view.page_rectangle()
        return (point.x() - page.left()) / pane.view.zoom, (point.y() - page.top()) / pane.view.zoom

    pane.zoom_by(2.5)
    pane.area.verticalScrollBar().setValue(300)
    before = middle()
    for step in (1.2, 1.2, 1 / 1.2):
        pane.zoom_by(step)
        assert middle() == pytest.approx(before, abs=1.5)


SHEET = "\n".join(f"Item: Seal {row}; Price: {row}.50 EUR" for row in range(2, 42))
ROWS = "Item: Seal 10; Price: 10.50 EUR\nItem: Seal 11; Price: 11.50 EUR"
LABEL = "Prices, rows 2-41"


def test_pane_goes_back_to_the_only_place_after_the_page_was_turned_or_moved(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path
) -> None:
    pane.show_document(replace(document(1), path=str(pump_pdf)))
    pane.resize(420, 260)
    pane.open_search()
    qtbot.keyClicks(pane.search.field, "lithium")
    qtbot.waitUntil(lambda: pane.search.told == "1 of 1" and pane.page == 2)
    pane.go_to(3)
    qtbot.keyClick(pane.search.field, Qt.Key.Key_Return)
    assert pane.page == 2
    assert text_under(pump_pdf, 1, pane.view.highlight.current) == "lithium"
    bar = pane.area.verticalScrollBar()
    qtbot.keyClick(pane.search.field, Qt.Key.Key_Return)
    shown = bar.value()
    bar.setValue(bar.maximum())
    assert bar.value() != shown
    qtbot.keyClick(pane.search.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.value() == shown


@pytest.fixture
def sheet(make_source: Callable[..., Source], worker: RecordedWorker) -> Source:
    """Return a source in the first of two parts of a sheet."""
    for number, label in enumerate((LABEL, "Prices, rows 42-60"), 1):
        worker.pages[1, number] = PageText(1, "xlsx", number, 2, label, SHEET.replace("Seal", f"\u2009{number} Seal"))
    worker.pages[1, 1] = PageText(1, "xlsx", 1, 2, LABEL, f"\U0001f527 Prices\r\n{SHEET}")
    source = make_source(path="/plant/prices.xlsx", page=1)
    start = worker.pages[1, 1].text.index(ROWS)
    passage = replace(source.passage, kind="xlsx", label=LABEL, text=ROWS, start=start, end=start + len(ROWS))
    return replace(source, passage=replace(passage, also=("copy of prices.xlsx",)))


def test_pane_shows_a_page_without_print_as_text_with_passage_and_sentence(pane: SourcePane, sheet: Source) -> None:
    pane.show_source(sheet, "Item: Seal 11; Price: 11.50 EUR")

    assert pane.text.isVisible()
    assert pane.place == LABEL
    assert (pane.text.passage, pane.text.sentence) == (ROWS, "Item: Seal 11; Price: 11.50 EUR")
    marked = [selection.cursor.selectedText() for selection in pane.text.extraSelections()]
    assert marked == [ROWS.replace("\n", "\u2029"), "Item: Seal 11; Price: 11.50 EUR"]
    assert "Also as copy of prices.xlsx." in pane.why.text()
    pane.go_to(2)
    assert (pane.page, pane.place, pane.text.passage) == (2, "Prices, rows 42-60", "")
    pane.passage_button.click()
    assert pane.text.passage == ROWS


def test_pane_finds_words_on_a_page_of_text(qtbot: QtBot, pane: SourcePane, sheet: Source) -> None:
    pane.show_source(sheet)
    qtbot.keyClick(pane.text, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(pane.text_search.field, "seal 3")
    qtbot.waitUntil(lambda: pane.text_search.told == "1 of 11")
    qtbot.keyClick(pane.text_search.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert pane.text_search.told == "11 of 11"
    marked = [selection.cursor.selectedText() for selection in pane.text.extraSelections()]
    assert marked == [ROWS.replace("\n", "\u2029"), *["Seal 3"] * 12]
    qtbot.keyClick(pane.text_search.field, Qt.Key.Key_Escape)
    assert len(pane.text.extraSelections()) == 1


def test_pane_keeps_the_passage_where_the_text_is_gone(pane: SourcePane, sheet: Source, worker: RecordedWorker) -> None:
    worker.pages.clear()
    pane.show_source(sheet)

    assert pane.message.startswith("The document is no longer in the library.")
    assert ROWS in pane.message


def test_pane_says_that_there_is_no_text_of_a_document(pane: SourcePane, worker: RecordedWorker) -> None:
    worker.pages[7, 1] = PageText(7, "", 1, 0, "", "")
    pane.show_document(document(7, State.DUPLICATE, "copy.md"))

    assert pane.message.startswith("No text of this document is kept here.")


def test_pane_marks_recognised_words_on_the_picture_of_a_page(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source], worker: RecordedWorker
) -> None:
    """The first page of the PDF holds other text than the passage, as a scan would hold none."""
    at = PARAGRAPH.index(SENTENCE)
    worker.pages[1, 1] = PageText(1, "pdf", 1, 3, "", PARAGRAPH)
    worker.words[1, 0, 10] = [(72, 100, 110, 112), (114, 100, 180, 112)]
    worker.words[1, at, at + 20] = [(72, 120, 300, 132)]
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(make_source(path=str(pump_pdf), page=1), SENTENCE)

    assert [area.getRect() for area in pane.view.highlight.passage] == [(72, 100, 108, 12), (72, 120, 228, 12)]
    assert [area.getRect() for area in pane.view.highlight.sentence] == [(72, 120, 228, 12)]
    pane.go_to(2)
    pane.go_to(3)
    assert pane.view.highlight.passage == ()


def test_pane_marks_what_is_filled_into_a_form_beside_the_words_of_the_page(
    qtbot: QtBot, pane: SourcePane, tmp_path: Path, make_source: Callable[..., Source], worker: RecordedWorker
) -> None:
    path = write_form(tmp_path / "record.pdf")
    page = told_of(path).pages[0]
    for start, end, *area in page.boxes:
        worker.words[1, start, end] = [(area[0], area[1], area[2], area[3])]
    worker.pages[1, 1] = PageText(1, "pdf", 1, 1, "", page.text)
    source = make_source(text=page.text, path=str(path), page=1)
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(source, "Serial number: KR-55821-B")

    marked = pane.view.highlight
    assert [area.toRect().getRect() for area in marked.sentence] == [(200, 89, 200, 18)]
    assert text_under(path, 0, marked.passage[:1]) == "Acceptance record of lifting gear"
    assert marked.sentence[0] in marked.passage
    # QtPdf draws no fields, so the value is told in words
    assert pane.why.text().endswith("not always drawn here: Serial number: KR-55821-B")


def test_pane_draws_the_notes_of_a_page(qtbot: QtBot, pane: SourcePane, tmp_path: Path) -> None:
    path = write_notes(tmp_path / "note.pdf", [b"/Subtype/Stamp/Rect[60 500 260 520]/AP<</N 5 0 R>>"])
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_document(replace(document(1), path=str(path)))

    image = pane.view.image
    rows = range(round(image.height() * 0.37), round(image.height() * 0.42))
    assert any(image.pixelColor(x, y).lightness() < 128 for y in rows for x in range(image.width()))


def test_pane_marks_a_sentence_with_raised_digits(
    qtbot: QtBot, pane: SourcePane, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    up = ("4", 6, 4.0)
    sentences = ["Leakage is low. ", "At most 10", up, " cells per m", up, "/h. ", "Drain it."]
    path = write_runs(tmp_path / "limits.pdf", [["Limits 10", up], sentences])
    text = told_of(path).text
    assert "At most 10^4 cells per m⁴/h." in text
    with qtbot.waitSignal(pane.view.page_shown):
        pane.show_source(make_source(text=text, path=str(path), page=1), "At most 10^4 cells per m⁴/h.")

    assert len(pane.view.highlight.sentence) == 1
    assert "".join(text_under(path, 0, pane.view.highlight.sentence).split()) == "Atmost104cellsperm4/h"


def test_pane_opens_a_locked_pdf_with_the_password_the_library_knows(
    pane: SourcePane, tmp_path: Path, pump_pdf: Path, make_source: Callable[..., Source], worker: RecordedWorker
) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=pump_pdf)
    writer.encrypt("s3cret", algorithm="AES-256")
    locked = tmp_path / "locked.pdf"
    writer.write(locked)
    pane.show_source(make_source(path=str(locked)), SENTENCE)
    assert "locked with a password" in pane.message

    worker.passwords[1] = "s3cret"
    pane.show_source(make_source(path=str(locked)), SENTENCE)
    assert pane.message == ""
    assert pane.view.highlight.sentence
