"""A column of limited width stands in the middle of a wider area and shrinks with a narrower one."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from phi3desk.ui.widgets.scroll_column import ScrollColumn


@pytest.mark.parametrize(("area", "width"), [(1000, 400), (300, 300)])
def test_scroll_column_is_limited_and_centred(qtbot: QtBot, area: int, width: int) -> None:
    made = ScrollColumn(400, share=10_000)
    made.setFrameShape(ScrollColumn.Shape.NoFrame)
    made.column.addWidget(QLabel("How often?"))
    qtbot.addWidget(made)
    made.resize(area, 300)
    made.show()
    qtbot.waitExposed(made)
    held = made.column.parentWidget()
    assert held.width() == pytest.approx(width, abs=1)
    assert held.x() == pytest.approx((area - width) / 2, abs=1)
