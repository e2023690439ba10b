"""Lines above the head of a file of separated values."""

from pathlib import Path

import pytest

from phi3desk.library.documents import State
from phi3desk.library.reading.text_files.delimited import CHARACTERS
from tests.helpers.reading import told_of

ROWS = ["A-1001;seal;24;North;12,5", "A-1002;belt;130;South;3,9", "A-1003;valve;8;North;80"]
HEAD = "Part;Name;Stock;Supplier;Price"
NAMED = [
    "Part: A-1001;\tName: seal;\tStock: 24;\tSupplier: North;\tPrice: 12,5",
    "Part: A-1002;\tName: belt;\tStock: 130;\tSupplier: South;\tPrice: 3,9",
    "Part: A-1003;\tName: valve;\tStock: 8;\tSupplier: North;\tPrice: 80",
]


@pytest.mark.parametrize(
    ("above", "titles"),
    [
        (["Stock list of plant 2"], ["Stock list of plant 2"]),
        (["Stock list;May 2024"], ["Stock list, May 2024"]),
        (["Stock list;;;;", "", "Made;2024-05-01;;;"], ["Stock list", "Made, 2024-05-01"]),
        ([f"Setting {number};{number * 5}" for number in range(20)], [f"Setting {n}, {n * 5}" for n in range(20)]),
    ],
)
@pytest.mark.parametrize("separator", [";", "\t"])
def test_lines_above_the_head_are_text_and_rows_keep_their_names(
    tmp_path: Path, above: list[str], titles: list[str], separator: str
) -> None:
    lines = [line.replace(";", separator) for line in (*above, HEAD, *ROWS)]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    assert [line for line in told_of(tmp_path / "a.csv").text.splitlines() if line] == [*titles, *NAMED]


def test_a_sparse_first_row_of_figures_is_no_title(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;1;;;\n1;2;3;4;5\n2;3;4;5;6\n")
    assert told_of(tmp_path / "a.csv").text.splitlines() == ["a;\t1", "1;\t2;\t3;\t4;\t5", "2;\t3;\t4;\t5;\t6"]


@pytest.mark.parametrize("below", ["None in store.,,", "closed,closed,closed", "Type,Flow,Head\nNone in store.,,"])
def test_a_head_without_rows_that_bear_its_names_is_kept(tmp_path: Path, below: str) -> None:
    (tmp_path / "a.csv").write_text(f"Type,Flow,Head\n{below}\n", encoding="utf-8")
    lines = told_of(tmp_path / "a.csv").text.splitlines()
    assert lines == ["Type;\tFlow;\tHead", below.splitlines()[-1].split(",")[0]]


def test_a_long_cell_is_read_to_its_end(tmp_path: Path) -> None:
    body = " ".join(f"word{number}." for number in range(8_000))
    (tmp_path / "a.csv").write_text(f"Id;Title;Body\n6;Ring;short\n7;Seal;{body}\n8;Belt;short\n")
    told = told_of(tmp_path / "a.csv")
    assert (told.state, told.reason) == (State.READ, "")
    assert "\nId: 7;\tTitle: Seal\nId: 7;\tBody: word0. word1. " in told.text
    assert told.text.count("word") == 8_000
    assert told.text.endswith("word7999.\nId: 8;\tTitle: Belt;\tBody: short")
    assert told.labels == ["rows 2–3", "row 3", "row 3", "row 3", "rows 3–4"]
    assert all(len(page.text) <= 2 * CHARACTERS for page in told.pages)


def test_long_lines_above_the_head_are_read_to_their_end(tmp_path: Path) -> None:
    notes = "".join(f"Note {number} {'word ' * 3_000}end {number}.\n" for number in range(2))
    (tmp_path / "a.csv").write_text("\n".join([notes + HEAD, *ROWS]))
    told = told_of(tmp_path / "a.csv")
    assert told.text.count("word") == 6_000
    assert told.text.endswith("\n".join(NAMED))
    assert all(len(page.text) <= 2 * CHARACTERS for page in told.pages)
