"""Passages: their size, their place, their headings."""

from phi3desk.library.chunker import CHARACTERS, TOKENS, PageLayout, cut
from phi3desk.library.embedding.minilm import Embedder

ENGLISH = frozenset({"en"})
PROSE = "The bearing is greased every two thousand hours of operation with lithium grease.\r\n" * 40


def test_cut_stays_within_the_embedders_window_and_the_page() -> None:
    count = Embedder().count_tokens
    pages = [PageLayout(1, PROSE, (), "en"), PageLayout(2, PROSE, (), "en")]
    drafts = cut(pages, "Pump manual", [], count, ENGLISH)
    assert {draft.page for draft in drafts} == {1, 2}
    assert all(size <= 254 for size in count([draft.indexed for draft in drafts]))
    for draft in drafts:
        assert PROSE[draft.start : draft.end].strip().endswith(".")
        assert "".join(draft.text.split()) == "".join(PROSE[draft.start : draft.end].split())


def test_cut_gives_the_heading_path_of_outline_and_page() -> None:
    text = "Lubrication\r\n" + PROSE
    drafts = cut(
        [PageLayout(1, text, [(0, 11, 16.0)], "en"), PageLayout(2, PROSE, (), "en")],
        "Pump manual",
        [(1, 0, "Maintenance")],
        Embedder().count_tokens,
        ENGLISH,
    )
    assert drafts[0].headings == ("Maintenance", "Lubrication")
    assert drafts[-1].headings == ("Maintenance", "Lubrication")
    assert drafts[-1].indexed.startswith("Pump manual › Maintenance › Lubrication\n")


def test_cut_splits_one_endless_sentence() -> None:
    text = "value 12 " * 900
    drafts = cut([PageLayout(1, text, (), "en")], "", [], Embedder().count_tokens, ENGLISH)
    assert max(Embedder().count_tokens([draft.text for draft in drafts])) <= TOKENS + 35
    assert drafts[0].start == 0
    assert drafts[-1].end == len(text.rstrip())


def test_cut_measures_unknown_languages_in_characters() -> None:
    text = "Підшипник змащують кожні дві тисячі годин роботи літієвим мастилом за інструкцією.\r\n" * 40
    drafts = cut([PageLayout(1, text, (), "uk")], "", [], Embedder().count_tokens, ENGLISH)
    assert all(CHARACTERS * 0.6 < draft.end - draft.start <= CHARACTERS * 1.25 for draft in drafts)


def test_cut_repeats_the_head_of_a_divided_table() -> None:
    rows = "".join(f"{n} 10.{n} 20.{n} 30.{n} 40.{n}\r\n" for n in range(120))
    text = "Torque in Nm by thread and class\r\n" + rows
    drafts = cut([PageLayout(1, text, (), "en")], "", [], Embedder().count_tokens, ENGLISH)
    assert len(drafts) > 2
    assert "Torque in Nm by thread and class" in drafts[2].indexed
    assert drafts[2].headings[-1] == "Torque in Nm by thread and class"


def test_cut_carries_the_head_of_a_table_to_the_next_page() -> None:
    head = "Type Flow Head Power\r\n"
    pages = [
        PageLayout(
            1, "The duty points.\r\n" + head + "".join(f"CP {n} 10.{n} 20.{n} 1.{n}\r\n" for n in range(9)), (), "en"
        ),
        PageLayout(2, "".join(f"CP {n} 10.{n} 20.{n} 1.{n}\r\n" for n in range(9, 20)), (), "en"),
        PageLayout(3, "A page of text follows the table. It is long enough to be read.", (), "en"),
    ]
    drafts = cut(pages, "", [], Embedder().count_tokens, ENGLISH)
    assert [draft.headings for draft in drafts if draft.page == 2] == [("Type Flow Head Power",)]
    assert [draft.headings for draft in drafts if draft.page == 3] == [()]
