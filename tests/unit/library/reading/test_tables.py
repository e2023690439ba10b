"""Tables: where their head is, and that the chunker keeps rows whole, with their names."""

from pathlib import Path

import pytest

from phi3desk.library.chunking.chunker import chunk_pages
from phi3desk.library.documents import Page
from phi3desk.library.reading.blocks import one_line
from phi3desk.library.reading.tables import is_figure, lines_of
from tests.helpers.office import write_xlsx
from tests.helpers.reading import told_of


def lines(*rows: str, marked: int = 0) -> list[str]:
    return [block.text.replace("\u2060", "") for block in lines_of([row.split("|") for row in rows], marked)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (("Type|Flow|Head", "CP 40|20|30"), ["Type: CP 40;\tFlow: 20;\tHead: 30"]),
        (("Price list||", "||", "Type|Flow|Head", "CP 40|20|30"), ["Price list", "Type: CP 40;\tFlow: 20;\tHead: 30"]),
        (("|Flow|Flow", "Type|min|max", "CP 40|1|2"), ["Type: CP 40;\tFlow min: 1;\tFlow max: 2"]),
        (("Type|Q|H", "|m³/h|m", "CP 40|20|30"), ["Type: CP 40;\tQ m³/h: 20;\tH m: 30"]),
        (("Type|Flow|Head", "Large|Large|Large", "CP 90|90|9"), ["Large", "Type: CP 90;\tFlow: 90;\tHead: 9"]),
        (("1|2|3", "4|5|6"), ["1;\t2;\t3", "4;\t5;\t6"]),
        (("Flow|20 m³/h", "Material|steel"), ["Flow:\t20 m³/h", "Material:\tsteel"]),
        (("Name|Pump A", "Flow|20 m³/h", "Case|cast iron"), ["Name:\tPump A", "Flow:\t20 m³/h", "Case:\tcast iron"]),
        (("Part|Supplier", "Bearing|SKF", "Seal|ABC"), ["Part: Bearing;\tSupplier: SKF", "Part: Seal;\tSupplier: ABC"]),
        (("Type|Flow", "CP 40|20 m³/h", "CP 50|2,5 l"), ["Type: CP 40;\tFlow: 20 m³/h", "Type: CP 50;\tFlow: 2,5 l"]),
        (("one", "two"), ["one", "two"]),
        (("Type|Flow|Head",), ["Type;\tFlow;\tHead"]),
        (("Type|Flow", "CP|1", "Type|Flow", "CQ|2"), ["Type: CP;\tFlow: 1", "Type: CQ;\tFlow: 2"]),
        (("Jan|Feb", "5|5", "6|6"), ["Jan: 5;\tFeb: 5", "Jan: 6;\tFeb: 6"]),
    ],
)
def test_the_head_of_a_table_is_found(rows, found):
    assert lines(*rows) == found


@pytest.mark.parametrize("rows", [("|", "Type|Flow"), ("Type|Flow", "|")])
def test_an_empty_row_that_is_marked_as_head_is_none(rows):
    assert lines(*rows, "CP 40|20", "CP 50|30", marked=2) == ["Type: CP 40;\tFlow: 20", "Type: CP 50;\tFlow: 30"]


def test_a_wide_row_goes_on_with_its_name():
    names = "|".join(["Type", *(f"Measured value number {n}" for n in range(60))])
    values = "|".join(["CP 40", *(str(n * 1.5) for n in range(60))])
    found = lines(names, values)
    assert len(found) > 3
    assert all(line.startswith("Type: CP 40;\t") and len(line) < 420 for line in found)
    assert "Measured value number 59: 88.5" in found[-1]


@pytest.mark.parametrize(
    "text", ["20", "−5,5 °C", "20 m³/h", "2024-05-01", "3x400 V", "± 0.5 mm", "1 000,5 kW", "15 %"]
)
def test_figures_are_known(text):
    assert is_figure(text)


def test_a_head_without_rows_that_bear_its_names_is_kept():
    rows = (["Type", "Flow"], ["", "l/s"], ["None in store."])
    assert [block.text for block in lines_of(rows, 2)] == ["Type;\tFlow", "l/s", "None in store."]
    assert [block.text for block in lines_of(rows[:2], 2)] == ["Type;\tFlow", "l/s"]


def test_a_head_is_told_once_however_late_a_row_bears_its_names():
    merged = ["Large|Large|Large"] * 60
    assert lines("Type|Flow|Head", *merged, "CP 90|90|9") == ["Large"] * 60 + ["Type: CP 90;\tFlow: 90;\tHead: 9"]
    assert lines("Type|Flow|Head", *merged) == ["Type;\tFlow;\tHead"] + ["Large"] * 60
    assert lines("Type|Flow|Head", merged[0], "Type|Flow|Head") == ["Type;\tFlow;\tHead", "Large"]


@pytest.mark.parametrize("text", ["CP 40", "M12", "IP 55", "Flow m³/h", "steel", "min", ""])
def test_names_are_no_figures(text):
    assert not is_figure(text)


def test_a_long_cell_is_kept_to_its_end():
    body = "Grease it. " * 20_000
    found = lines("Id|Title|Body", f"7|Seal|{body}The end.", "8|Belt|short")
    assert found == ["Id: 7;\tTitle: Seal", f"Id: 7;\tBody: {body}The end.", "Id: 8;\tTitle: Belt;\tBody: short"]


@pytest.mark.parametrize("space", ["", " ", "\n\x00 ", "\t" * 7])
def test_a_very_long_text_is_put_in_one_line_like_a_short_one(space):
    words = [f"word{number}" for number in range(300_000)]
    assert one_line(f" {space}".join(words)) == " ".join(words)
    assert one_line(space + "x" * 2_500_000 + space) == "x" * 2_500_000


def test_the_chunker_keeps_rows_whole(tmp_path: Path):
    told = told_of(write_xlsx(tmp_path / "prices.xlsx"))
    pages = [Page(page.number, page.text, headings=page.headings, language="en") for page in told.pages]
    chunks = chunk_pages(pages, "Price list", [])
    rows = [line.replace("\t", " ") for page in told.pages for line in page.text.splitlines() if "Price:" in line]
    assert len(rows) == 120
    kept = [line for chunk in chunks for line in chunk.text.splitlines() if "Price:" in line]
    assert kept == rows
    assert all(chunk.headings == ("Prices",) for chunk in chunks)


@pytest.mark.parametrize("language", ["en", "el"])
def test_the_chunker_keeps_a_row_with_sentences_whole(language):
    rows = ["Τύπος|Αντλία|Οδηγία"] + [
        f"CP {n}|Φυγόκεντρη αντλία; τύπος {n}|Do not run it dry. Grease it weekly! Call service." for n in range(40)
    ]
    text = "\n".join(block.text for block in lines_of(row.split("|") for row in rows))
    chunks = chunk_pages([Page(1, text, language=language)], "", [])
    kept = [line for chunk in chunks for line in chunk.text.splitlines()]
    assert len(chunks) > 3
    assert len(kept) == 40
    assert all(line.startswith("Τύπος: CP ") and line.endswith("Call service.") for line in kept)
