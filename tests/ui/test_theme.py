"""The colours can be read, and the style sheet is one that Qt takes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from phi3desk.ui.colors import DARK, LIGHT, Tokens, contrast, mixed
from phi3desk.ui.style_sheet import style_sheet
from phi3desk.ui.theme import apply_scheme, tokens

SCHEMES = pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])


@SCHEMES
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
@pytest.mark.parametrize("text", ["text", "quiet", "accent", "good", "attention", "bad"])
def test_tokens_text_can_be_read(scheme: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(scheme, text), getattr(scheme, ground)) >= 4.5


@SCHEMES
def test_tokens_text_can_be_read_on_the_mixed_grounds(scheme: Tokens) -> None:
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5
    assert contrast(scheme.text, mixed(scheme.accent, scheme.window, 0.14)) >= 4.5
    assert contrast(scheme.text, mixed(scheme.attention, scheme.window, 0.12)) >= 4.5
    assert contrast(scheme.quiet, mixed(scheme.text, scheme.window, 0.07)) >= 4.5


@SCHEMES
def test_tokens_highlighted_text_of_a_page_can_be_read(scheme: Tokens) -> None:
    assert contrast("#000000", mixed(scheme.highlight, "#FFFFFF", scheme.highlight_alpha)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0, abs=0.01)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("choice", "expected"), [("light", LIGHT), ("dark", DARK)])
def test_apply_scheme_sets_the_palette(qapp: QApplication, choice: str, expected: Tokens) -> None:
    apply_scheme(qapp, choice)

    assert tokens() is expected
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == expected.window


@SCHEMES
def test_style_sheet_leaves_nothing_open(scheme: Tokens) -> None:
    sheet = style_sheet(scheme)

    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
