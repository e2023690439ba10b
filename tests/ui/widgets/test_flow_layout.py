"""Items in rows take the height that they need now, whatever was asked before."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.widgets.flow_layout import FlowLayout

WIDTH = 200


@pytest.fixture
def labels(qtbot: QtBot) -> Iterator[list[QLabel]]:
    """Give three labels that share a row, in a layout within the layout of a window."""
    window = QWidget()
    qtbot.addWidget(window)
    flow = FlowLayout()
    made = [QLabel("oil"), QLabel("pump"), QLabel("seal")]
    for label in made:
        flow.addWidget(label)
    around = QVBoxLayout(window)
    around.addLayout(flow)
    window.show()
    assert rows(made) == 1
    yield made


def rows(labels: list[QLabel]) -> int:
    """Return how many rows the layout says it needs."""
    window = labels[0].parentWidget()
    around = window.layout()
    margins = around.contentsMargins()
    around.activate()
    needed = around.heightForWidth(WIDTH + margins.left() + margins.right()) - margins.top() - margins.bottom()
    flow = around.itemAt(0).layout()
    row = labels[0].sizeHint().height()
    return round((needed + flow.spacing()) / (row + flow.spacing()))


def test_flow_layout_makes_room_for_a_longer_text(labels: list[QLabel]) -> None:
    labels[1].setText("a text that takes the whole width of a row")
    assert rows(labels) == 3
    labels[1].setText("pump")
    assert rows(labels) == 1


def test_flow_layout_closes_up_where_an_item_is_hidden_or_taken_out(labels: list[QLabel]) -> None:
    labels[1].setText("a text that takes the whole width of a row")
    assert rows(labels) == 3
    labels[1].hide()
    assert rows(labels) == 1
    labels[1].show()
    assert rows(labels) == 3
    flow = labels[0].parentWidget().layout().itemAt(0).layout()
    flow.removeWidget(labels[1])
    assert rows(labels) == 1


def test_flow_layout_counts_an_item_that_is_added(qtbot: QtBot, labels: list[QLabel]) -> None:
    flow = labels[0].parentWidget().layout().itemAt(0).layout()
    flow.addWidget(QLabel("one more text that takes the whole width of a row"))
    # Qt shows it as soon as it comes to it
    qtbot.waitUntil(lambda: rows(labels) == 2)
