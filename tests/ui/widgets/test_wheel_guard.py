"""The wheel scrolls the page and changes a value only where the keyboard is."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.widgets.wheel_guard import WheelGuard


def turn_wheel(widget: QWidget) -> bool:
    """Turn the wheel over a widget by one notch; return whether the widget took it."""
    at = QPointF(5, 5)
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_wheel_guard_leaves_the_wheel_to_the_page_without_focus(qtbot: QtBot) -> None:
    page, spin, other = QWidget(), QSpinBox(), QLineEdit()
    column = QVBoxLayout(page)
    column.addWidget(spin)
    column.addWidget(other)
    WheelGuard(spin)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    assert not turn_wheel(spin)
    assert spin.value() == 0
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    assert turn_wheel(spin)
    assert spin.value() == 1
