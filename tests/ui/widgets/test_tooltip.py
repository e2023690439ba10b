"""Names of files and documents stand in tool tips as they are."""

import pytest

from phi3desk.ui.widgets.elided_label import ElidedLabel
from phi3desk.ui.widgets.tooltip import plain_tooltip


@pytest.mark.parametrize("name", ['<img src="file:///a.png">', "line one\n<b>bold</b> & more", "<a href='x'>y</a>.pdf"])
def test_name_that_looks_like_markup_is_shown_and_not_obeyed(name: str, qtbot):
    shown = ElidedLabel()
    qtbot.addWidget(shown)
    shown.show_text(name)
    assert shown.toolTip() == plain_tooltip(name)
    assert shown.toolTip().startswith("<qt>")
    for tag in ("<img", "<b>", "<a "):
        assert tag not in shown.toolTip()


@pytest.mark.parametrize("name", ["pump.pdf", "a < b & c", "two\nlines"])
def test_other_names_are_left_as_they_are(name: str):
    assert plain_tooltip(name) == name
