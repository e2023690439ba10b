"""Signs of symbol fonts become what they show, in Word files too."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from phi3desk.library.reading.office.symbol_fonts import UNKNOWN, shown_in, sign_of
from tests.helpers.reading import told_of


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Symbol", 0xF0B3, "≥"),
        ("Symbol", 0xF0A3, "≤"),
        ("symbol", 0xB1, "±"),
        ("Symbol", 0xF057, "Ω"),
        ("Symbol", 0xF06D, "μ"),
        ("Symbol", 0xF0D6, "√"),
        ("Symbol", 0xF0F2, "∫"),
        ("Wingdings", 0xF0FE, "☑"),
        ("Wingdings", 0xF0A8, "☐"),
        ("Wingdings 2", 0xF050, "✓"),
        ("Wingdings", 0xF01F, UNKNOWN),
        ("Company Signs", 0xF041, UNKNOWN),
        ("Arial", 0x2265, "≥"),
    ],
)
def test_sign_of_a_code(font: str, code: int, sign: str) -> None:
    assert sign_of(font, code) == sign


def test_letters_change_in_symbol_fonts_only() -> None:
    assert shown_in("Symbol", "Wm") == "Ωμ"
    assert shown_in("Arial", "Wm\uf0b3") == "Wm\uf0b3"


def test_docx_reads_signs_of_symbol_fonts(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("Levels ")
    for font, code in (("Symbol", "F0B3"), ("Wingdings", "F0FC"), ("Wingdings", "broken")):
        symbol = OxmlElement("w:sym")
        symbol.set(qn("w:font"), font)
        symbol.set(qn("w:char"), code)
        paragraph.add_run()._r.append(symbol)
    run = paragraph.add_run("W")
    run.font.name = "Symbol"
    document.save(str(tmp_path / "signs.docx"))
    assert told_of(tmp_path / "signs.docx").text == f"Levels ≥✓{UNKNOWN}Ω"
