"""The guide to how an expert is taught, answered by mouse and keyboard."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk.profiles.teaching import Examples, Step
from phi3desk.ui.experts.teaching_guide import TeachingGuide


def guide(qtbot: QtBot) -> TeachingGuide:
    made = TeachingGuide()
    qtbot.addWidget(made)
    made.resize(760, 700)
    made.show()
    return made


def test_guide_counts_the_questions_that_are_left(qtbot: QtBot):
    made = guide(qtbot)
    assert made.summary.text() == "5 questions are left."
    assert made.advice is None
    for choice in (made.changes_often, made.must_cite, made.vocabulary, made.automated):
        choice.buttons[False].click()
    assert made.summary.text() == "One question is left."


def test_guide_recommends_and_opens_what_comes_next(qtbot: QtBot):
    made = guide(qtbot)
    for choice in (made.changes_often, made.must_cite, made.automated):
        choice.buttons[False].click()
    made.vocabulary.buttons[True].click()
    made.examples.buttons[Examples.FEW].click()
    assert made.summary.text() == "Recommended: An adapter, once there are enough examples."
    assert list(made.buttons) == [Step.COLLECT_EXAMPLES]
    with qtbot.waitSignal(made.step_chosen) as wanted:
        made.buttons[Step.COLLECT_EXAMPLES].click()
    assert wanted.args == [Step.COLLECT_EXAMPLES]
    made.changes_often.buttons[True].click()
    assert list(made.buttons) == [Step.ADD_DOCUMENTS, Step.COLLECT_EXAMPLES]


def test_guide_brings_what_comes_next_into_view(qtbot: QtBot):
    made = guide(qtbot)
    made.resize(760, 420)
    for choice in (made.changes_often, made.must_cite, made.vocabulary, made.automated):
        choice.buttons[True].click()
    made.examples.buttons[Examples.MANY].click()
    seen = made.area.viewport()

    def in_view() -> bool:
        last = list(made.buttons.values())[-1]
        return seen.rect().contains(last.mapTo(seen, last.rect().center()))

    qtbot.waitUntil(in_view)


def test_guide_is_answered_by_keyboard(qtbot: QtBot):
    made = guide(qtbot)
    for choice in (made.changes_often, made.must_cite, made.vocabulary, made.automated):
        choice.buttons[False].setFocus()
        qtbot.keyClick(choice.buttons[False], Qt.Key.Key_Space)
    made.examples.buttons[Examples.SOME].setFocus()
    qtbot.keyClick(made.examples.buttons[Examples.SOME], Qt.Key.Key_Space)
    assert made.advice is not None and made.advice.adapter


def test_guide_radio_buttons_say_what_they_answer(qtbot: QtBot):
    made = guide(qtbot)
    assert made.must_cite.buttons[True].accessibleName() == "Must answers name their source? Yes"
