"""The page that stands where a conversation will be."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk.ui.chat.start_page import StartPage


def test_question_that_is_pressed_while_the_library_tells_its_figures_is_asked(qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show_questions(["How often is it greased?", "Who may open it?"])
    page.show()
    asked: list[str] = []
    page.question_chosen.connect(asked.append)
    button = page.offered[1]
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    page.show_questions(["How often is it greased?", "Who may open it?"])
    qtbot.mouseRelease(page.offered[1], Qt.MouseButton.LeftButton)
    assert asked == ["Who may open it?"]
    page.show_questions(["Which oil does it take?"])
    assert (page.questions(), len(page.offered)) == (["Which oil does it take?"], 1)
