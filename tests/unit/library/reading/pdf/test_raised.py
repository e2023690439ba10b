"""Raised and lowered digits of a PDF stay apart from the figures they stand beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from phi3desk.library.text import locate, sentences
from tests.helpers.pdf import Run, write_runs
from tests.helpers.reading import told_of


def up(words: str) -> Run:
    return (words, 6, 4.0)


def down(words: str) -> Run:
    return (words, 6, -2.0)


LINES: dict[str, Sequence[Run | str]] = {
    "No more than 5 x 10^4 cells are allowed.": ["No more than 5 x 10", up("4"), " cells are allowed."],
    "Leakage of 10^-9 mol each hour": ["Leakage of 10", up("-9"), " mol each hour"],
    "The gap is 2.5^3 mm wide": ["The gap is 2.5", up("3"), " mm wide"],
    "The gap is 2. ³": ["The gap is 2.", up("3")],
    "A flow of 12 m³/h at most": ["A flow of 12 m", up("3"), "/h at most"],
    "A pipe of 1 3/8 inch": ["A pipe of 1", up("3"), "/", ("8", 6, -1.0), " inch"],
    "A bolt of 5/16 inch": ["A bolt of ", up("5"), "/", ("16", 6, -1.0), " inch"],
    "Grease the bearing¹² every week": ["Grease the bearing", up("12"), " every week"],
    "CO2 and H2O with 3_2 of it": ["CO", down("2"), " and H", down("2"), "O with 3", down("2"), " of it"],
    "The 21st of May, 104 parts": ["The 21", up("st"), " of May, 104 parts"],
    "Ends in 10^6": ["Ends in 10", up("6")],
}


@pytest.mark.parametrize("turned", [False, True])
def test_raised_and_lowered_digits_stay_apart_from_figures(tmp_path: Path, turned: bool):
    """PDFium's own text of the first line is "5 x 104", and it breaks lines behind raised digits.

    It tears lines apart that run upwards and hold lowered digits.
    """
    lines = {text: runs for text, runs in LINES.items() if not (turned and "CO2" in text)}
    told = told_of(write_runs(tmp_path / "limits.pdf", list(lines.values()), turned))

    assert told.text.splitlines() == list(lines)


def test_digits_that_are_not_raised_stay_as_they_are(tmp_path: Path):
    lines: list[Sequence[Run | str]] = [
        [("1", 36, 0), ("2 mm of play are allowed", 11, 14)],
        ["Diameter 4.58", (" +0.25", 6, 4.0)],
        ["Price 19", (" 99", 11, 0)],
        ["Part No. ", ("1500", 9, 0), ("2000", 11, 0)],
        [("SMALL 12 CAPS", 8, 0), ("34", 11, 0)],
    ]
    told = told_of(write_runs(tmp_path / "plain.pdf", lines))

    assert not set("^_⁰¹²³⁴⁵⁶⁷⁸⁹") & set(told.text)


def test_a_sentence_ends_before_the_mark_of_its_footnote(tmp_path: Path):
    lines: list[Sequence[Run | str]] = [["Stop the pump.", up("1"), " Drain it then."]]
    told = told_of(write_runs(tmp_path / "marks.pdf", lines))

    assert sentences(told.text) == ["Stop the pump.¹", "Drain it then."]
    plain = told.text.replace("¹", "1")
    assert locate(plain, sentences(told.text)[0]) == (0, plain.index("1") + 1)
