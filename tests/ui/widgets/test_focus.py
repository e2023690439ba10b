"""The keyboard goes into a pane, and nothing is lost by it."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.widgets.focus import focus_into


def test_focus_goes_to_the_first_control_and_survives_a_deletion(qtbot: QtBot):
    pane = QWidget()
    qtbot.addWidget(pane)
    column = QVBoxLayout(pane)
    label, off, edit = QLabel("Name"), QPushButton("Off"), QLineEdit()
    off.setEnabled(False)
    action = edit.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
    for widget in (label, off, edit):
        column.addWidget(widget)
    pane.show()
    focus_into(pane)
    assert pane.focusWidget() is edit
    label.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    action.setIcon(QIcon())
