"""The way a question is answered is seen beside it, and is another one for the next question after one choice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.ui.chat.composer import Composer
from phi3desk.ui.chat.mode_button import ModeButton
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from tests.ui.chat.test_follow_up import last_job


@pytest.fixture
def window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    made = MainWindow(services)
    monkeypatch.setattr(made.conversation_controller, "_reason_not_to_ask", lambda _: "")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    app.close(made, services)


def test_button_shows_the_experts_mode_until_another_is_chosen(qtbot: QtBot) -> None:
    button = ModeButton()
    qtbot.addWidget(button)
    button.set_expert(AnswerMode.DOCUMENTS_FIRST)
    assert (button.mode, button.chosen_mode) == (AnswerMode.DOCUMENTS_FIRST, None)
    assert "Documents first" in button.text()
    with qtbot.waitSignal(button.chosen):
        button.actions_by_mode[AnswerMode.MODEL_ALONE].trigger()
    assert (button.mode, button.chosen_mode) == (AnswerMode.MODEL_ALONE, AnswerMode.MODEL_ALONE)
    assert "Model alone" in button.text()
    assert "Model alone" in button.accessibleName()
    assert "for the next question" in button.toolTip()
    button.actions_by_mode[AnswerMode.DOCUMENTS_FIRST].trigger()
    assert button.chosen_mode is None


def test_choice_holds_for_one_question(qtbot: QtBot) -> None:
    composer = Composer()
    qtbot.addWidget(composer)
    composer.mode_button.choose(AnswerMode.MODEL_ALONE)
    composer.clear()
    assert composer.mode_button.chosen_mode is None


def test_without_room_the_disc_stands_alone(qtbot: QtBot) -> None:
    composer = Composer()
    qtbot.addWidget(composer)
    composer.resize(700, 60)
    composer.show()
    long = composer.mode_button.text()
    composer.resize(400, 60)
    assert composer.mode_button.text() == long[:1]
    assert "Only documents" in composer.mode_button.accessibleName()


def test_question_is_asked_in_the_chosen_mode_and_the_expert_stays_as_it_is(window: MainWindow) -> None:
    composer, expert = window.chat.composer, window.conversation_controller._expert
    mode = expert.current.answer_mode
    composer.mode_button.choose(AnswerMode.MODEL_ALONE)
    assert not composer.name_button.isVisible()
    composer.set_text("Draft a letter.")
    composer.sent.emit("Draft a letter.")
    assert last_job(window).question.mode is AnswerMode.MODEL_ALONE
    assert last_job(window).unfinished.mode is AnswerMode.MODEL_ALONE
    assert composer.mode_button.mode is mode is expert.current.answer_mode
    assert composer.name_button.isVisible()
