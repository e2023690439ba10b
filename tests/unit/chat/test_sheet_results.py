"""Results of questions to sheets as they are told: numbers far below one, and groups without a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from phi3desk.chat.messages import Answer
from phi3desk.chat.sheets.values import number
from phi3desk.library.library import Library
from phi3desk.library.reading.sheet_tables import cells
from tests.helpers.sheet_library import sheet_library
from tests.unit.chat.test_sheet_answers import answer, text_of

RIVETS = "".join(f"R {n};Round;{5 if n <= 30 else 9};Shelf {1 if n <= 30 else 2}\n" for n in range(1, 41))
VISITS = "".join(f"V {n};Guest {n:04};{1 if n > 1200 else 8};{n}\n" for n in range(1, 1301))
SHEETS = {
    "visits.csv": f"Visit;Guest;Hours;Distance (km)\n{VISITS}",
    "tariffs.csv": "Tariff;Zone;Fee (EUR)\n" + "".join(f"T {n};Zone {n:02};{n}\n" for n in range(1, 71)),
    "rivets.csv": f"Rivet;Head;Price (EUR);Place\n{RIVETS}",
    "parts.csv": "Part;Mass\nBolt;2 kg\nNut;1 kg\nPin;250 g\n",
    "jobs.csv": "Job;Duration\nMilling;2 h\nDrilling;90 min\nGrinding;1 h\n",
    "assays.csv": "Assay;Level\nFirst;1.2E-5\nSecond;3E-6\n",
    "sales.csv": "Sale;Customer;Region;Turnover (EUR)\nS-1;;North;50\nS-2;Alpina;North;20\nS-3;Alpina;South;10\n"
    "S-4;Novak;North;25\nS-5;;South;7\nS-6;Novak;South;\n",
    "nails.csv": "Nail;Box;Price (EUR);Colour\nIron;Left;4;\nSteel;Left;;grey\nBrass;Right;6;red\nTin;Left;5;blue\n",
    "books.csv": "Entry;Amount (EUR)\nIn;0.1\nMore;0.2\nOut;-0.3\n",
}


def write_samples(folder: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Sample", "Dose"], ["One", 1.2e-05], ["Two", 3e-06]):
        book.active.append(row)
    book.save(folder / "samples.xlsx")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with sheet_library(tmp_path_factory.mktemp("results"), SHEETS, write_samples) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the smallest mass of the parts?", "Smallest “Mass”: 0.25 kg, Pin."),
        ("What is the total mass of the parts?", "Sum of “Mass”: 3.25 kg."),
        ("What is the total duration of the jobs?", "Sum of “Duration”: 4.5 h."),
        ("What is the highest level of the assays?", "Largest “Level”: 0.000012, First."),
        ("What is the total level of the assays?", "Sum of “Level”: 0.000015."),
        ("What is the highest dose of the samples?", "Largest “Dose”: 0.000012, One."),
        ("What is the smallest dose of the samples?", "Smallest “Dose”: 0.000003, Two."),
        ("What is the total amount of the books?", "Sum of “Amount”: 0 EUR."),
    ],
)
def test_a_result_is_not_rounded_to_whole_units(library: Library, question: str, told: str):
    assert text_of(library, question).startswith(told)


@pytest.mark.parametrize(
    ("value", "code", "decimals", "written"),
    [
        (0.004, "en", 2, "0.004"),
        (-0.00123, "de", 2, "−0,0012"),
        (1.25e-10, "de", 12, "1,25e-10"),
        (-1.25e-10, "de", 12, "−1,25e-10"),
        (5.5e-17, "en", 2, "0"),
        (-5.5e-17, "en", 2, "0"),
        (0.1, "en", 20, "0.1"),
        (-1234567.5, "sv", 1, "−1\u00a0234\u00a0567,5"),
        (1e22, "en", 0, "10,000,000,000,000,000,000,000"),
    ],
)
def test_a_number_that_is_not_nothing_is_not_told_as_0(value: float, code: str, decimals: int, written: str):
    assert number(value, code, decimals) == written


@pytest.mark.parametrize(
    ("question", "groups", "left_out"),
    [
        ("Which customer has the most turnover?", ["Alpina: 30 EUR", "Novak: 25 EUR"], 2),
        ("Which customer has the most turnover in region North?", ["Novak: 25 EUR", "Alpina: 20 EUR"], 1),
    ],
)
def test_rows_without_a_customer_are_none_with_the_most(
    library: Library, question: str, groups: list[str], left_out: int
):
    lines = text_of(library, question).splitlines()
    assert [line.removeprefix("- ") for line in lines if line.startswith("- ")] == groups
    assert f"Rows without a value in “Customer”, not counted: {left_out}." in lines


def test_each_group_is_told_also_the_one_without_a_name(library: Library):
    lines = text_of(library, "What is the total turnover per customer?").splitlines()
    assert "- –: 57 EUR" in lines
    assert not any("“Customer”, not counted" in line for line in lines)


def test_the_rows_of_a_ranking_are_those_in_a_group(library: Library):
    told = answer(library, "Which customer has the most turnover?")
    assert isinstance(told, Answer) and told.sheet is not None
    assert [row.number for row in told.sheet.rows] == [3, 4, 5, 7]
    assert "Rows without a value in “Turnover”, not counted: 1." in told.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the price of the steel nail?", "“Price” (Nail = Steel): no value."),
        ("What is the colour of the iron nail?", "“Colour” (Nail = Iron): no value."),
        ("What is the price of the iron nail?", "“Price” (Nail = Iron): 4 EUR."),
    ],
)
def test_an_empty_cell_is_no_value(library: Library, question: str, told: str):
    text = text_of(library, question)
    assert text.startswith(told)
    assert "further rows" not in text


def test_an_empty_cell_among_others_has_its_line(library: Library):
    text = text_of(library, "What is the price of the nails in the left box?")
    assert text.split(". ")[0].endswith("(Box = Left): 3")
    assert text.splitlines()[-3:] == ["- Iron, 4", "- Steel, –", "- Tin, 5"]


@pytest.mark.parametrize(
    ("question", "first", "listed", "left"),
    [
        ("What is the price of the round rivets?", "“Price” (Head = Round): 40.", "- R 20, 5", 20),
        ("What is the place of the round rivets?", "“Place” (Head = Round): 40.", "- Shelf 1", 20),
    ],
)
def test_rows_that_are_not_shown_may_hold_another_value(
    library: Library, question: str, first: str, listed: str, left: int
):
    lines = text_of(library, question).splitlines()
    assert lines[0].startswith(first)
    assert listed in lines
    assert lines[-1] == f"And further rows: {left}."


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the total fee per zone?", "And further rows: 50."),
        ("What is the total distance per guest?", "And further rows: 980 or more."),
    ],
)
def test_groups_that_are_not_listed_are_counted(library: Library, question: str, told: str):
    assert text_of(library, question).splitlines()[-1] == told


def test_all_rows_with_the_largest_value_are_counted(library: Library):
    told = answer(library, "Which visit has the largest hours?")
    assert isinstance(told, Answer) and told.sheet is not None
    assert told.text.startswith("Largest “Hours”: 8, V 1; V 2; V 3; V 4; V 5.")
    assert told.sheet.rows_in_all == 1200


def test_the_last_row_that_was_calculated_with_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cells, "MOST_ROWS", 120)
    rows = "".join(f"T {n};{'Left' if n % 2 else 'Right'};1\n" for n in range(1, 131))
    with sheet_library(tmp_path, {"tariffs.csv": f"Tariff;Zone;Fee (EUR)\n{rows}"}) as library:
        text = text_of(library, "What is the total fee in the left zone?")
    assert text.startswith("Sum of “Fee” (Zone = Left): 60 EUR.")
    assert text.splitlines()[-1] == "The sheet goes on: only its rows up to 120 could be calculated with."
