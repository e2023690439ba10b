"""What follows the colour scheme is coloured anew when it changes, and goes with its widget."""

import gc
import weakref

from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.colors import DARK, LIGHT
from phi3desk.ui.theme import apply_scheme, follow_scheme, tokens
from phi3desk.ui.widgets.basic import Button


def color_of(button: Button) -> str:
    """Return the colour in the middle of a button's icon."""
    return button.icon().pixmap(18).toImage().pixelColor(9, 9).name().upper()


class Swatch(QLabel):
    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        follow_scheme(self, self.recolor)

    def recolor(self) -> None:
        self.setText(tokens().accent)


def test_followers_are_coloured_anew_with_the_scheme(qapp: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    swatch, button = Swatch(window), Button("", "square", tip="Stop")
    button.setParent(window)
    window.show()
    assert color_of(button) == LIGHT.text
    apply_scheme(qapp, "dark")
    assert swatch.text() == DARK.accent
    assert color_of(button) == DARK.text


def test_follower_does_not_keep_its_widget(qapp: QApplication) -> None:
    swatch = Swatch(None)
    gone = weakref.ref(swatch)
    gc.disable()
    try:
        del swatch
        assert gone() is None
    finally:
        gc.enable()
