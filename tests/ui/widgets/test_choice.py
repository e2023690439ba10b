"""A drop-down list shows its entries whole."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.widgets.choice import Choice


def test_choice_shows_long_entries_and_all_of_them_on_the_screen(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    choice = Choice(window)
    choice.setFixedWidth(90)
    for number in range(20):
        choice.addItem(f"{number}: a model with a name that is longer than its button is wide")
    window.show()
    room = window.screen().availableGeometry()
    window.move(room.bottomRight() - QPoint(100, 60))
    choice.showPopup()

    view = choice.view()
    longest = max(choice.fontMetrics().horizontalAdvance(choice.itemText(n)) for n in range(choice.count()))
    assert view.viewport().width() >= longest
    assert view.visualRect(choice.model().index(0, 0)).top() >= 0
    assert view.visualRect(choice.model().index(19, 0)).bottom() <= view.viewport().height()
    assert room.contains(view.window().geometry())
    choice.hidePopup()
