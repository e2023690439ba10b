"""Passages: their size, their place, their headings."""

from phi3desk.library.chunker import CHARACTERS, TOKENS, chunk_pages
from phi3desk.library.documents import Heading, OutlineEntry, Page
from phi3desk.library.embedding.embedder import open_embedder

ENGLISH = frozenset({"en"})
PROSE = "The bearing is greased every two thousand hours of operation with lithium grease.\r\n" * 40


def test_cut_stays_within_the_embedders_window_and_the_page() -> None:
    count = open_embedder().count_tokens
    pages = [Page(1, PROSE, language="en"), Page(2, PROSE, language="en")]
    chunks = chunk_pages(pages, "Pump manual", [], count, ENGLISH)
    assert {chunk.page for chunk in chunks} == {1, 2}
    assert all(size <= 254 for size in count([chunk.indexed for chunk in chunks]))
    for chunk in chunks:
        assert PROSE[chunk.start : chunk.end].strip().endswith(".")
        assert "".join(chunk.text.split()) == "".join(PROSE[chunk.start : chunk.end].split())


def test_cut_gives_the_heading_path_of_outline_and_page() -> None:
    text = "Lubrication\r\n" + PROSE
    chunks = chunk_pages(
        [Page(1, text, headings=[Heading(0, 11, 16.0)], language="en"), Page(2, PROSE, language="en")],
        "Pump manual",
        [OutlineEntry(1, 0, "Maintenance")],
        open_embedder().count_tokens,
        ENGLISH,
    )
    assert chunks[0].headings == ("Maintenance", "Lubrication")
    assert chunks[-1].headings == ("Maintenance", "Lubrication")
    assert chunks[-1].indexed.startswith("Pump manual › Maintenance › Lubrication\n")


def test_cut_splits_one_endless_sentence() -> None:
    text = "value 12 " * 900
    chunks = chunk_pages([Page(1, text, language="en")], "", [], open_embedder().count_tokens, ENGLISH)
    assert max(open_embedder().count_tokens([chunk.text for chunk in chunks])) <= TOKENS + 35
    assert chunks[0].start == 0
    assert chunks[-1].end == len(text.rstrip())


def test_cut_measures_unknown_languages_in_characters() -> None:
    text = "Підшипник змащують кожні дві тисячі годин роботи літієвим мастилом за інструкцією.\r\n" * 40
    chunks = chunk_pages([Page(1, text, language="uk")], "", [], open_embedder().count_tokens, ENGLISH)
    assert all(CHARACTERS * 0.6 < chunk.end - chunk.start <= CHARACTERS * 1.25 for chunk in chunks)


def test_cut_repeats_the_head_of_a_divided_table() -> None:
    rows = "".join(f"{n} 10.{n} 20.{n} 30.{n} 40.{n}\r\n" for n in range(120))
    text = "Torque in Nm by thread and class\r\n" + rows
    chunks = chunk_pages([Page(1, text, language="en")], "", [], open_embedder().count_tokens, ENGLISH)
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
    chunks = chunk_pages(pages, "", [], open_embedder().count_tokens, ENGLISH)
    assert [chunk.headings for chunk in chunks if chunk.page == 2] == [("Type Flow Head Power",)]
    assert [chunk.headings for chunk in chunks if chunk.page == 3] == [()]


def test_cut_takes_no_cell_of_a_broken_row_for_the_head_of_its_table() -> None:
    rows = "".join(f"CP {n} 10.{n} 20.{n} 1.{n}\r\n" + (f"{n} min\r\n" if n % 40 == 8 else "") for n in range(1, 120))
    pages = [Page(1, "The duty points.\r\nType Flow Head Power Time\r\n" + rows, language="en")]
    chunks = chunk_pages(pages, "", [], open_embedder().count_tokens, ENGLISH)
    heads = {heading for chunk in chunks for heading in chunk.headings}
    assert heads == {"Type Flow Head Power Time"}
