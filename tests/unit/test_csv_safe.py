"""No cell of a CSV file is a formula to a spreadsheet."""

import pytest

from phi3desk.csv_safe import safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠A1",
        "|calc",
        "%0A",
        "  =1",
        " \t1",
    ],
)
def test_cell_that_would_be_calculated_begins_with_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "pump.pdf", "5 - 3", "a=b", "'=1", "12 %", "  indented", "ﬁlter", "größer"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_cell_that_is_no_valid_text_can_be_written():
    assert safe_cell("=\udcff.pdf") == "'=?.pdf"
