"""The page of a source: the right page, the right words marked, and a sentence where the file cannot be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Source
from phi3desk.ui.source_pane import SourcePane
from tests.ui.conftest import PARAGRAPH, SENTENCE, text_under


@pytest.fixture
def pane(qtbot: QtBot) -> SourcePane:
    made = SourcePane()
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
    pane._on_back_to_passage()
    assert pane.page == 2
    assert pane.view.highlight.sentence


def test_pane_zooms_and_fits_the_width(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    fitting = pane.view.zoom
    qtbot.keyClick(pane._area, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    pane.fit_width()
    assert pane.view.zoom == pytest.approx(fitting, rel=0.05)
    assert pane.view.page_rectangle().width() <= pane.width()


def test_pane_says_why_this_passage(pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]) -> None:
    pane.show_source(make_source(path=str(pump_pdf)))

    assert "it holds bearings" in pane._why.text()
    assert "50 %" in pane._why.text()


def test_pane_keeps_the_passage_where_the_file_is_gone(pane: SourcePane, make_source: Callable[..., Source]) -> None:
    pane.show_source(make_source(path="/nowhere/pump.pdf"))

    assert "no longer at /nowhere/pump.pdf" in pane.message
    assert PARAGRAPH in pane.message


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
    pane.show_document(str(pump_pdf), pump_pdf.name)

    assert pane.page == 1
    assert pane.view.highlight.passage == ()


def test_pane_finds_words_and_goes_from_place_to_place(
    qtbot: QtBot, pane: SourcePane, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    pane.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    pane.go_to(1)
    qtbot.keyClick(pane._area, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
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


def test_pane_says_that_words_are_not_found(qtbot: QtBot, pane: SourcePane, pump_pdf: Path) -> None:
    pane.show_document(str(pump_pdf), pump_pdf.name)
    pane.open_search()
    qtbot.keyClicks(pane.search.field, "turbine")
    qtbot.waitUntil(lambda: pane.search.told == "not found")
    assert pane.page == 1
