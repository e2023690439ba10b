"""PySide6 as it is installed is fit for this Python."""

from __future__ import annotations

from PySide6.QtCore import QObject


def test_bindings_void_calls_do_not_wear_out_none(qapp: QObject) -> None:
    """PySide6 6.12.0 on Python 3.11 loses a reference to None at each void call and aborts after some 5,000."""
    watched = QObject()
    for number in range(20_000):
        watched.setObjectName(str(number))
        watched.blockSignals(False)

    assert watched.objectName() == "19999"
