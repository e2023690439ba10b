"""Passages: their size, their place, their headings."""

from phi3desk.library.chunking.chunker import CHARACTERS, chunk_pages
from phi3desk.library.documents import Heading, OutlineEntry, Page

PROSE = "The bearing is greased every two thousand hours of operation with lithium grease.\r\n" * 40


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
