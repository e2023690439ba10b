"""The inspector tells in words how an answer was found, shows each passage by keyboard, and opens its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Answer, Message, Reading, ReadPassage, Source, Spent
from phi3desk.errors import say
from phi3desk.library.documents import Candidate, Place, Trace
from phi3desk.ui.answers.inspector import Inspector
from phi3desk.ui.theme import apply_scheme

HOSTILE = '<img src="file:///etc/passwd">'


@pytest.fixture
def answer(make_answer: Callable[..., Message], make_source: Callable[..., Source]) -> Answer:
    message = make_answer("Every 2,000 hours [1].", sources=2)
    made = message.answer
    assert made is not None
    other = make_source(9, f"{HOSTILE} is no relation.", f"/x/{HOSTILE}.pdf")
    candidates = (
        Candidate(made.sources[0].passage, 2.0, True, {"words": Place(1, 0.8)}, {"words": 2.0}, ("words",), "en"),
        Candidate(
            made.sources[1].passage, 1.0, True, {"meaning": Place(1, 2.0)}, {"standing": 1.0}, ("meaning",), "en"
        ),
        Candidate(other.passage, 0.2, False, {"words": Place(2, 0.1)}, {"words": 0.2}, (), "en"),
    )
    trace = Trace("How often?", "en", {"en": 1.0}, 40, 12, candidates, {}, {"words": 0.02}, ("e5",))
    spent = Spent(30, 240, 1, (ReadPassage(1, 240, 6.2), ReadPassage(2, left_out=say("Said already in [1]"))))
    return replace(made, citations=made.citations[:1], trace=trace, spent=spent, reading=Reading("[1] a"))


@pytest.fixture
def inspector(qtbot: QtBot, answer: Answer) -> Inspector:
    made = Inspector(answer)
    qtbot.addWidget(made)
    made.resize(700, made.layout().totalHeightForWidth(700))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_inspector_tells_what_was_searched_and_read(inspector: Inspector) -> None:
    assert inspector.summary.text() == (
        "Searched 40 passages by words and by meaning in 0.02 s as: “How often?”. 1 of them were read: 240 tokens in "
        "6.2 s. The first source was found by its words."
    )


def test_inspector_shows_a_row_for_each_passage_that_screen_readers_read(inspector: Inspector) -> None:
    names = [row.accessibleName() for row in inspector.rows]

    assert names[0].startswith("pump manual.pdf, p. 2. Read and cited as [1]  ·  240 tokens in 6.2 s. Words: 1")
    assert "Not read. Said already in [1]" in names[1]
    assert "Not read. It has no relation to the question. Words: 2, Meaning: –" in names[2]


def test_inspector_opens_a_page_by_keyboard(qtbot: QtBot, inspector: Inspector, answer: Answer) -> None:
    inspector.rows[0].setFocus()
    with qtbot.waitSignal(inspector.source_requested) as asked:
        qtbot.keyClick(inspector.rows[0], Qt.Key.Key_Space)
    assert asked.args == [answer.sources[0], ""]
    with qtbot.waitSignal(inspector.source_requested) as asked:
        inspector.rows[2].click()
    assert asked.args[0].passage.document == f"{HOSTILE}.pdf".rsplit("/", 1)[-1]
    with qtbot.waitSignal(inspector.close_requested):
        qtbot.keyClick(inspector.rows[0], Qt.Key.Key_Escape)


def test_inspector_shows_figures_only_where_that_is_wished(qtbot: QtBot, inspector: Inspector) -> None:
    before = inspector.rows[0].heightForWidth(600)
    assert not inspector.steps.isVisible()
    inspector.figures.click()

    assert inspector.steps.isVisible()
    assert inspector.rows[0].heightForWidth(600) > before
    assert inspector.rows[0].text_shown.figures == "Score 2.00 = words 2.00"


def test_inspector_is_copied_as_text(qtbot: QtBot, inspector: Inspector) -> None:
    with qtbot.waitSignal(inspector.copied):
        inspector.copy_button.click()

    told = QGuiApplication.clipboard().text()
    assert told.startswith("Searched 40 passages")
    assert "Score 2.00 = words 2.00" in told


def test_inspector_takes_names_and_passages_as_text(inspector: Inspector) -> None:
    assert "&lt;img" in inspector.rows[2].toolTip()
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in inspector.findChildren(QLabel) if label.text()
    )


@pytest.mark.parametrize("width", range(420, 720, 30))
def test_inspector_gives_each_row_the_height_it_needs(qtbot: QtBot, answer: Answer, width: int) -> None:
    made = Inspector(answer)
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    qtbot.waitExposed(made)
    made.resize(width, made.layout().totalHeightForWidth(width))
    qtbot.waitUntil(lambda: made.rows[0].width() > width - 60)

    assert [row.height() for row in made.rows] == [row.heightForWidth(row.width()) for row in made.rows]


def test_inspector_says_that_nothing_was_kept(qtbot: QtBot, answer: Answer) -> None:
    made = Inspector(replace(answer, trace=None))
    qtbot.addWidget(made)

    assert made.summary.text() == "How this was found was not kept with the answer. Ask again to see it."
    assert made.steps.text() == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_inspector_rows_fit_where_there_is_little_room(
    qtbot: QtBot, qapp: QApplication, answer: Answer, scheme: str
) -> None:
    apply_scheme(qapp, scheme)
    long = replace(answer.sources[0].passage, document="Wartungsanleitungsverzeichnis" * 4 + ".pdf", id=77)
    assert answer.trace is not None
    wide = replace(answer.trace.candidates[0], passage=long)
    made = Inspector(replace(answer, trace=replace(answer.trace, candidates=(wide,))))
    qtbot.addWidget(made)
    made.resize(280, 900)
    made.show()
    qtbot.waitExposed(made)
    assert made.width() == 280
    assert made.rows[0].heightForWidth(240) > made.rows[0].heightForWidth(800)
    assert not made.rows[0].grab().toImage().isNull()
    apply_scheme(qapp, "light")
