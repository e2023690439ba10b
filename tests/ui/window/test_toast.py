"""A notice offers Undo for ten seconds, can be reached by keyboard, and does not go while it is in use."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.window.toast import SECONDS, Toast


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    QVBoxLayout(made).addWidget(QPushButton("first"))
    made.resize(600, 400)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_toast_undoes_once(qtbot: QtBot, window: QWidget) -> None:
    toast, undone = Toast(window), []
    toast.offer_undo("“Seals” was deleted.", lambda: undone.append(1))
    button = toast.findChildren(QPushButton)[0]
    assert button.isVisible()

    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert undone == [1]
    assert not toast.isVisible()


def test_toast_without_an_action_has_only_a_close_button(window: QWidget) -> None:
    toast = Toast(window)
    toast.offer("Done.")

    shown = [button for button in toast.findChildren(QPushButton) if button.isVisible()]
    assert [button.accessibleName() for button in shown] == ["Close this notice"]


def test_toast_goes_after_ten_seconds_but_not_under_the_keyboard(window: QWidget) -> None:
    toast = Toast(window)
    toast.offer_undo("Deleted.", lambda: None)
    assert toast.timer.interval() == SECONDS * 1000
    button = toast.findChildren(QPushButton)[0]

    button.setFocus()
    toast.timer.timeout.emit()
    assert toast.isVisible()
    button.clearFocus()
    toast.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    toast.timer.timeout.emit()
    assert not toast.isVisible()


def test_toast_escape_closes_it(qtbot: QtBot, window: QWidget) -> None:
    toast = Toast(window)
    toast.offer_undo("Deleted.", lambda: None)
    qtbot.keyClick(toast, Qt.Key.Key_Escape)

    assert not toast.isVisible()


def test_toast_stays_within_the_window(window: QWidget) -> None:
    toast = Toast(window)
    toast.offer_undo("A notice that is long. " * 12, lambda: None)

    assert window.rect().contains(toast.geometry())


def test_two_deletions_one_after_the_other_both_come_back(qtbot: QtBot, window: QWidget) -> None:
    """By Ctrl+Z too, whatever has the keyboard, unless something was typed since."""
    edit = QPlainTextEdit()
    window.layout().addWidget(edit)
    edit.setFocus()
    edit.insertPlainText("typed before")
    toast, undone = Toast(window), []
    toast.offer_undo("First.", lambda: undone.append(1))
    toast.offer_undo("Second.", lambda: undone.append(2))
    toast.offer("Copied.")
    assert (toast.text, toast.action.isVisible()) == ("Copied.", False)
    toast.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    toast.timer.timeout.emit()
    assert (toast.text, toast.action.isVisible()) == ("Second.", True)

    window.activateWindow()
    qtbot.waitUntil(lambda: edit.hasFocus() and window.isActiveWindow())
    qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undone, toast.text, edit.toPlainText()) == ([2], "First.", "typed before")
    qtbot.keyClicks(edit, "!")
    qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == [2]
    qtbot.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    assert undone == [2, 1]
    assert not toast.isVisible()
