"""The field for the question: its keys, its growth, its one button."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from phi3desk.ui.composer import Composer


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.resize(600, 60)
    made.set_reading_size(15)
    made.show()
    qtbot.waitExposed(made)
    made.edit.setFocus()
    return made


def test_composer_enter_sends_and_keeps_the_text(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, " How often? ")

    with qtbot.waitSignal(composer.sent) as sent:
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent.args == ["How often?"]
    assert composer.text == "How often?"


def test_composer_shift_enter_breaks_the_line(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, "one")
    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.edit, "two")

    assert composer.text == "one\ntwo"


def test_composer_sends_nothing_that_is_empty(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, "   ")
    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
        qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)


def test_composer_while_answering_stops_and_does_not_send(qtbot: QtBot, composer: Composer) -> None:
    composer.set_text("next")
    composer.set_answering(True)

    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)
    assert composer.button.accessibleName() == "Stop the answer"


def test_composer_escape_does_nothing_without_an_answer(qtbot: QtBot, composer: Composer) -> None:
    composer.set_text("kept")
    with qtbot.assertNotEmitted(composer.stop_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    assert composer.text == "kept"


def test_composer_grows_to_eight_lines(composer: Composer) -> None:
    heights = []
    for lines in (1, 3, 8, 9, 30):
        composer.set_text("\n".join("x" * lines))
        heights.append(composer.edit.height())

    assert heights[0] < heights[1] < heights[2] == heights[3] == heights[4]
    assert heights[2] == pytest.approx(8 * heights[0], abs=20)


def test_composer_button_is_a_target_of_size(composer: Composer) -> None:
    assert min(composer.button.width(), composer.button.height()) >= 32


def test_composer_takes_no_files_or_formats(composer: Composer) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold")
    data.setUrls([QUrl.fromLocalFile("/x.pdf")])
    composer.edit.insertFromMimeData(data)

    assert composer.text == "bold"
    assert not composer.edit.acceptDrops()
