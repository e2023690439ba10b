"""Passages: their size, their place, their headings."""

import pytest

from phi3desk.library.chunking.chunked_document import chunks_of
from phi3desk.library.chunking.chunker import CHARACTERS, chunk_pages
from phi3desk.library.chunking.outline_places import outline_place
from phi3desk.library.documents import Heading, OutlineEntry, Page

PROSE = "The bearing is greased every two thousand hours of operation with lithium grease.\r\n" * 40
HALF = PROSE[: len(PROSE) // 4]
MATTERS = ("oil", "water", "steam", "grease", "air", "sand", "paint", "acid")


def told_by_page(pages: list[str], path: str = "made.pdf") -> list[str]:
    """Return what the passages of each page say."""
    read = [Page(n, text, language="en") for n, text in enumerate(pages, 1)]
    chunks = chunks_of(path, "", read, [])
    return [" ".join(chunk.text for chunk in chunks if chunk.page == page.number) for page in read]


def test_cut_stays_within_its_size_and_the_page() -> None:
    pages = [Page(1, PROSE, language="en"), Page(2, PROSE, language="en")]
    chunks = chunk_pages(pages, "Pump manual", [])
    assert {chunk.page for chunk in chunks} == {1, 2}
    for chunk in chunks:
        assert CHARACTERS * 0.25 <= chunk.end - chunk.start <= CHARACTERS * 1.175
        assert PROSE[chunk.start : chunk.end].strip().endswith(".")
        assert "".join(chunk.text.split()) == "".join(PROSE[chunk.start : chunk.end].split())


def test_cut_gives_the_heading_path_of_outline_and_page() -> None:
    text = "Lubrication\r\n" + PROSE
    chunks = chunk_pages(
        [Page(1, text, headings=[Heading(0, 11, 16.0)], language="en"), Page(2, PROSE, language="en")],
        "Pump manual",
        [OutlineEntry(1, 0, "Maintenance")],
    )
    assert chunks[0].headings == ("Maintenance", "Lubrication")
    assert chunks[-1].headings == ("Maintenance", "Lubrication")
    assert chunks[-1].indexed.startswith("Pump manual › Maintenance › Lubrication\n")


@pytest.mark.parametrize(
    ("title", "body", "begins"),
    [
        # what the title says stands in running text before its line
        ("Safety", "All of the safety devices are checked, for safety\r\nis first.\r\n", "Safety\r\n"),
        ("Use", "The house is reused. Use the crane.\r\nUse of chains is forbidden. In\r\nuse it.\r\n", "Use\r\n"),
        ("Use", "Chains are for this\r\nUse\r\nand no other.\r\n", "Use\r\n"),
        ("Safety", "It is a matter of safety.\r\n", "4.2 Safety\r\n"),
        ("Safety", "It is a matter of safety.\r\n", "Chapter 4: Safety\r\n"),
        ("Safety", "It is a matter of safety.\r\n", "Safety: "),
        ("4.2 Safety", "See 4.2 safety for more.\r\n", "4.2\r\nSafety\r\n"),
        ("Care in cold rooms", "The care in cold rooms differs.\r\n", "Care in\r\ncold rooms\r\n"),
        (
            "Technical data of the pumps",
            "See the technical data of the pumps.\r\n",
            "Technical data of the pumps CN 300 ",
        ),
        ("Scope", "The scope is given.\r\n", "Scope\r\na) Pumps.\r\n"),
        ("Main ratings", "The main ratings follow.\r\n–8–\r\n", "MAIN RATINGS¹\r\n"),
        ("Main loop", "The main loop is drawn.\r\n", "Main loop In this loop "),
        ("Erase", "Figure 12. Erase\r\nWe erase it.\r\n", "Erase\r\n"),
        ("Usage", "The usage of it.\r\n", "Usage 1. Load it.\r\n"),
        # what its line says before the title
        ("Монтаж", "Далі йде монтаж.\r\n", "Додаток Б. Монтаж\r\n"),
        ("Монтаж", "Далі йде монтаж.\r\n", "ДОДАТОК Ґ. МОНТАЖ\r\n"),
        ("Монтаж", "Далі йде монтаж.\r\n", "Є. Монтаж\r\n"),
        ("Τοποθέτηση", "Δείτε την τοποθέτηση.\r\n", "Παράρτημα Β. Τοποθέτηση\r\n"),
        ("Τοποθέτηση", "Δείτε την τοποθέτηση.\r\n", "ΠΑΡΑΡΤΗΜΑ ΣΤ΄ – ΤΟΠΟΘΕΤΗΣΗ\r\n"),
        ("Montaža", "Sledi montaža.\r\n", "Priloga Č. Montaža\r\n"),
        ("Montaža", "Sledi montaža.\r\n", "Č) Montaža\r\n"),
        ("Scope", "The scope is given.\r\n", "B.2 Scope\r\n"),
        ("Scope", "The scope is given.\r\n", "Annex A.1.2 Scope\r\n"),
        ("Scope", "The scope is given.\r\n", "A-1 Scope\r\n"),
        ("Scope", "The scope is given.\r\n", "Annex b: Scope\r\n"),
        ("Scope", "The scope is given.\r\n", "3a Scope\r\n"),
        # words of one letter are no numbers
        ("насос", "Він стоїть\r\nу насос. Далі.\r\n", "2. насос\r\n"),
        ("Насос", "Стоїть він\r\nу Насос. Далі.\r\n", "2. Насос\r\n"),
        ("Насос", "Стоїть.\r\nУ Насос. Далі.\r\n", "2. Насос\r\n"),
        ("Maribor", "Pelje\r\nv Maribor. Nato.\r\n", "Maribor\r\n"),
        ("Pumpen", "Den är en\r\ndel i Pumpen. Sedan.\r\n", "Bilaga Å. Pumpen\r\n"),
    ],
)
def test_outline_title_stands_on_a_line_of_its_own_and_parts_no_sentence(title: str, body: str, begins: str) -> None:
    before = body + HALF
    chunks = chunk_pages([Page(1, before + begins + HALF, language="en")], "Pump manual", [OutlineEntry(1, 0, title)])
    assert next(chunk.start for chunk in chunks if chunk.headings == (title,)) == len(before)
    assert chunks[0].headings == ()


def test_outline_title_is_found_in_the_heading_that_holds_it() -> None:
    text = HALF + "Notes for your safety\r\n" + HALF
    seen = [Heading(len(HALF), len(HALF) + 21, 16.0)]
    chunks = chunk_pages([Page(1, text, headings=seen, language="en")], "", [OutlineEntry(1, 0, "Safety")])
    assert next(chunk.start for chunk in chunks if chunk.headings == ("Safety",)) == len(HALF)


@pytest.mark.parametrize("word", ["use ", "reuse.", "Use" + " " * 20])
def test_outline_title_is_found_behind_a_long_line_that_is_full_of_it(word: str) -> None:
    before = word * 60_000 + "\r\n"
    assert outline_place(Page(1, before + "4.2 Use\r\nOf it.", language="en"), "Use") == (len(before), len(before) + 7)


def test_outline_title_stands_in_a_long_line_where_its_heading_does() -> None:
    text = "All of the words before it. " * 9 + "Use of chains. " + "And all of those behind it. " * 9
    start = text.index("Use")
    seen = [Heading(start, start + 14, 16.0)]
    assert outline_place(Page(1, text, headings=seen, language="en"), "Use") == (start, start + 14)


def test_outline_title_that_is_no_line_of_its_page_holds_for_all_of_it() -> None:
    text = "The crane is put to use again. " + PROSE
    chunks = chunk_pages([Page(1, text, language="en")], "", [OutlineEntry(1, 0, "Use")])
    assert all(chunk.headings == ("Use",) for chunk in chunks)
    assert chunks[0].text.startswith("The crane is put to use again. The bearing")


def test_cut_splits_one_endless_sentence() -> None:
    text = "value 12 " * 900
    chunks = chunk_pages([Page(1, text, language="en")], "", [])
    assert max(chunk.end - chunk.start for chunk in chunks) <= CHARACTERS * 1.175
    assert chunks[0].start == 0
    assert chunks[-1].end == len(text.rstrip())


def test_cut_makes_passages_of_scripts_without_spaces_half_as_long() -> None:
    text = "轴承每运行两千小时用锂基润滑脂润滑一次，润滑前应清洁油嘴。" * 60
    chunks = chunk_pages([Page(1, text, language="zh")], "", [])
    assert all(chunk.end - chunk.start <= CHARACTERS * 0.6 for chunk in chunks)


def test_cut_repeats_the_head_of_a_divided_table() -> None:
    rows = "".join(f"{n} 10.{n} 20.{n} 30.{n} 40.{n}\r\n" for n in range(120))
    text = "Torque in Nm by thread and class\r\n" + rows
    chunks = chunk_pages([Page(1, text, language="en")], "", [])
    assert len(chunks) > 2
    assert "Torque in Nm by thread and class" in chunks[2].indexed
    assert chunks[2].headings[-1] == "Torque in Nm by thread and class"


def test_cut_carries_the_head_of_a_table_to_the_next_page() -> None:
    head = "Type Flow Head Power\r\n"
    pages = [
        Page(
            1,
            "The duty points.\r\n" + head + "".join(f"CP {n} 10.{n} 20.{n} 1.{n}\r\n" for n in range(9)),
            language="en",
        ),
        Page(2, "".join(f"CP {n} 10.{n} 20.{n} 1.{n}\r\n" for n in range(9, 20)), language="en"),
        Page(3, "A page of text follows the table. It is long enough to be read.", language="en"),
    ]
    chunks = chunk_pages(pages, "", [])
    assert [chunk.headings for chunk in chunks if chunk.page == 2] == [("Type Flow Head Power",)]
    assert [chunk.headings for chunk in chunks if chunk.page == 3] == [()]


def test_cut_takes_no_cell_of_a_broken_row_for_the_head_of_its_table() -> None:
    rows = "".join(f"CP {n} 10.{n} 20.{n} 1.{n}\r\n" + (f"{n} min\r\n" if n % 40 == 8 else "") for n in range(1, 120))
    pages = [Page(1, "The duty points.\r\nType Flow Head Power Time\r\n" + rows, language="en")]
    chunks = chunk_pages(pages, "", [])
    heads = {heading for chunk in chunks for heading in chunk.headings}
    assert heads == {"Type Flow Head Power Time"}


def test_running_heads_belong_to_the_document_and_not_to_the_passages_beside_them() -> None:
    properties = ("Flash point : 61 °C", "Density : 0.87 g/cm3", "No data available.", "Gloves of nitrile rubber")
    pages = [
        Page(
            n,
            f"Safety data sheet\r\nLimonex Citrus Cleaner 500 ml\r\nPrinted 0{n}.05.2024  Page {n}/4\r\n"
            f"{n}. SECTION OF THE SHEET\r\n{line}\r\nNo data available.\r\n"
            + "It is stored in a dry place.\r\n" * 12
            + "No data available.\r\n"
            + "It is kept away from children.\r\n" * 12,
            language="en",
        )
        for n, line in enumerate(properties, 1)
    ]
    chunks = chunk_pages(pages, "", [])
    assert all("Limonex Citrus Cleaner 500 ml" in chunk.context for chunk in chunks)
    assert [chunk.page for chunk in chunks if "Limonex" in chunk.text] == [1]
    assert [chunk.page for chunk in chunks if "Printed" in chunk.text] == [1]
    assert all(chunk.text.count("No data available.") >= 2 for chunk in chunks)
    for chunk in chunks:
        assert chunk.text.split() == pages[chunk.page - 1].text[chunk.start : chunk.end].split()


def test_a_head_that_stands_between_two_columns_parts_passages() -> None:
    sides = (("oil", "water"), ("grease", "steam"), ("diesel", "air"), ("paint", "sand"))
    pages = [
        Page(n, f"Nothing but {left} here.\r\nLimonex, page {n}\r\nNothing but {right} there.\r\n", language="en")
        for n, (left, right) in enumerate(sides, 1)
    ]
    chunks = chunk_pages(pages, "", [])
    assert [chunk.text for chunk in chunks if chunk.page == 3] == ["Nothing but diesel here.", "Nothing but air there."]


@pytest.mark.parametrize(
    ("head", "lines", "foot"),
    [
        ("Payslip of the month", "Base pay: {0}00.00\r\nTax: {0}1.50\r\nPaid out: {0}48.50", "Paid on 0{0}.01.2024"),
        ("Pump CN {0}00", "Flow: {0} m³/h\r\nHead at {0}0 m³/h: 3{0} m\r\nDay {0}\r\n{0}5 kW", "Order number 10{0}"),
        ("Invoice", "Total: 1,2{0}0.00", "IBAN SI56 0000 0000 0000 00{0}"),
        ("Рахунок", "Усього: 1 2{0}0,00 грн\r\n12{0}", "Дата 0{0}.05.2024 Сторінка 1 з 1"),
        ("Postopek", "{0}. dan\r\nPovprečje: {0}0 %", "Wiener Str. {0}"),
    ],
)
def test_figures_that_differ_from_page_to_page_stay_in_the_passages(head: str, lines: str, foot: str) -> None:
    # a page's own number would count up as these do not
    figures = (4, 7, 2, 9, 5, 8, 3, 1)
    text = f"{head}\r\n{{1}}\r\n{lines}\r\n{foot}\r\n"
    pages = [text.format(figure, matter) for figure, matter in zip(figures, MATTERS, strict=True)]
    for page, told in zip(pages, told_by_page(pages), strict=True):
        assert [line for line in page.splitlines() if any(c.isdigit() for c in line) and line not in told] == []


def test_references_to_other_pages_stay_in_the_passages() -> None:
    pages = [f"It pumps {matter}.\r\nSee page {2 * n} for torque\r\n" for n, matter in enumerate(MATTERS, 3)]
    for n, told in enumerate(told_by_page(pages), 3):
        assert f"See page {2 * n} for torque" in told


def test_names_that_count_up_stay_in_the_passages() -> None:
    names = "Day {0}\r\nPump CP-{0}\r\nInvoice 100{0}\r\nIt pumps {1}.\r\n"
    pages = [names.format(n, matter) for n, matter in enumerate(MATTERS, 1)]
    for n, told in enumerate(told_by_page(pages), 1):
        assert all(name in told for name in (f"Day {n}", f"Pump CP-{n}", f"Invoice 100{n}"))


@pytest.mark.parametrize("name", ["budget.xlsx", "budget.csv", "budget.md", "budget.docx"])
def test_lines_that_sheets_and_texts_repeat_stay_in_the_passages(name: str) -> None:
    rows = "Category: Rent;\tAmount: 1200\nPressure: 6 bar"
    pages = [f"Plant of {matter}\n{rows}\nCategory: Power;\tAmount: {80 + n}" for n, matter in enumerate(MATTERS, 1)]
    for n, told in enumerate(told_by_page(pages, name), 1):
        assert all(part in told for part in ("Amount: 1200", "6 bar", f"Amount: {80 + n}")), n


@pytest.mark.parametrize(
    "line",
    [
        "Page {n} of 12",
        "Seite {n}/12",
        "Stran {n} od 12",
        "Σελίδα {n} από 12",
        "Сторінка {n} з 12",
        "Pagina {n} din 12",
        "Sida {n} av 12",
        "(Fortsetzung auf Seite {n})",
        "Printed 03.05.2024, p. {n}",
        "{n}",
        "- {n} -",
        "[ {n} ]",
        "{n} / 12",
        "{n} of 12",
        "5-{n}",
        "{n} | Manual",
        "{n} www.pumps.example",
        "Manual | {n}",
        "Toolkit | G-{n}",
        "Rev. 2 {n}",
        "Cleaner 500 ml {n}/12",
    ],
)
def test_a_foot_is_known_by_all_but_the_number_of_its_page(line: str) -> None:
    # the first page is the sixth of its book
    body = "".join(f"Sentence {row} tells more of {{0}}.\r\n" for row in range(20))
    pages = [body.format(matter) + line.format(n=n) + "\r\n" for n, matter in enumerate(MATTERS, 6)]
    told = told_by_page(pages)
    assert told[0].endswith(line.format(n=6))
    assert all(page.endswith(f"tells more of {matter}.") for page, matter in zip(told[1:], MATTERS[1:], strict=True))


def test_a_page_number_is_told_from_a_number_on_the_page() -> None:
    pages = [
        f"Bearing and housing {name}\r\n" + "It is greased.\r\n" * 6 + f"{n}\r\n" + "It is oiled.\r\n" * 6 + f"{n}\r\n"
        for n, name in enumerate("abcdef", 1)
    ]
    for n, told in enumerate(told_by_page(pages)[1:], 2):
        assert told.split().count(str(n)) == 1
