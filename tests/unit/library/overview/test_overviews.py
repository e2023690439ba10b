"""What the catalogue of a real library tells of its documents."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from phi3desk.chat.catalogue_answer import catalogue_answer
from phi3desk.chat.intent import intent_of
from phi3desk.chat.messages import Basis, MadeBy
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import SearchScope
from phi3desk.library.library import Library
from phi3desk.library.overview.types import MOST_PAGES, Change, Overview, Told, Within
from phi3desk.paths import open_paths, resource
from phi3desk.settings import Settings
from phi3desk.workers.requests import TellOfDocuments
from tests.helpers.cancelled_after import CancelledAfter
from tests.helpers.operations import serve
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

SAMPLES = ("pump-manual.pdf", "lockout-procedure.pdf", "tender-terms.pdf")
TERMS = (
    "# Terms of purchase {year}\n\n## Payment\n\nInvoices are paid within {days} days of receipt.\n\n"
    "## Place\n\n{place}\n"
)
PLACE = "The place of delivery is the plant in Kranj, gate two."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    root = tmp_path_factory.mktemp("overviews")
    folder = root / "in"
    folder.mkdir()
    for name in SAMPLES:
        shutil.copy(resource("samples", name), folder / name)
    for year, days in ((2023, 30), (2024, 45)):
        (folder / f"terms_{year}.md").write_text(TERMS.format(year=year, days=days, place=PLACE))
    (folder / "empty.txt").write_text(" \n")
    paths = open_paths(root / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    try:
        made.import_paths([folder], made.create_collection("All"))
        yield made
    finally:
        made.close()


def told(library: Library, text: str, *named: str, spoken_of: tuple[Path, ...] = ()) -> Overview:
    asked = intent_of(text)
    assert asked is not None, text
    return library.overview(asked, Within(SearchScope(documents=named), tuple(map(str, spoken_of))))


def names(overview: Overview) -> list[str]:
    return [document.name for document in overview.documents]


def answer(library: Library, text: str, *named: str) -> str:
    asked = intent_of(text)
    assert asked is not None
    overview = library.overview(asked, Within(SearchScope(documents=named)))
    made = catalogue_answer(asked, overview, MadeBy("phi3", profile="Expert"))
    assert (made.basis, made.made_by.model, made.made_by.profile) == (Basis.CATALOGUE, "", "Expert")
    marks = [citation.n for citation in made.citations]
    assert marks == list(range(1, len(marks) + 1)) and all(f"[{n}]" in made.text for n in marks)
    return made.text


def test_inventory_lists_every_document_with_its_pages(library):
    text = answer(library, "List the documents.")
    assert text.startswith("Documents in the library: 6, pages: ")
    assert "- pump-manual.pdf, Centrifugal pump CN 200-500 (pages: 17) [3]" in text
    assert "empty.txt" in text
    assert answer(library, "Wie viele Dokumente hast du?").startswith("Dokumente: 6. Seiten: ")


def test_inventory_on_a_topic_ranks_the_documents_with_the_page_to_see(library):
    overview = told(library, "Which documents do you have on greasing the bearings?")
    assert overview.entries[0].document.name == "pump-manual.pdf"
    assert "grease" in overview.entries[0].passage.text
    assert "terms_2023.md" not in [entry.document.name for entry in overview.entries]
    by_name = told(library, "Do you have any documents about terms of purchase?")
    assert {entry.document.name for entry in by_name.entries} >= {"terms_2023.md", "terms_2024.md"}
    assert answer(library, "Welche Dokumente gibt es zu Quarkstrudel?") == (
        "Kein Dokument der Bibliothek spricht von „Quarkstrudel“."
    )


def test_length_of_a_document_that_is_named_loosely(library):
    assert answer(library, "How many pages has the pump manual?") == "Pages in pump-manual.pdf: 17 [1]."
    assert answer(library, "Wie viele Seiten hat das Pumpenhandbuch?") == "Seiten in pump-manual.pdf: 17 [1]."
    assert told(library, "How many pages does the printer have?").told is Told.ORDINARY


def test_all_of_a_page_is_told_and_nothing_else(library):
    overview = told(library, "What is on page 3 of the pump manual?")
    assert (overview.told, names(overview)) == (Told.FOUND, ["pump-manual.pdf"])
    assert {passage.page for passage in overview.passages} == {3}
    starts = [passage.start for passage in overview.passages]
    assert starts == sorted(starts)
    assert {p.page for p in told(library, "Show me pages 3 to 4", "pump-manual.pdf").passages} == {3, 4}
    within = told(library, "Which torque is given on page 12 of the pump manual?")
    assert {passage.page for passage in within.passages} == {12}
    assert told(library, "Which torque is given on page 12?").told is Told.ORDINARY
    assert "pump-manual.pdf has no such page. Its pages: 1 to 17." in answer(
        library, "What is on page 99 of the pump manual?"
    )


def test_more_pages_than_are_read_as_they_are_stand_for_all_of_them(library):
    few = told(library, "What does the pump manual say on pages 3 to 10?")
    assert (few.pages_in_all, few.passages_in_all) == (MOST_PAGES, len(few.passages))
    many = told(library, "What does the pump manual say on pages 3 to 17?")
    read = {passage.page for passage in many.passages}
    assert many.pages_in_all > MOST_PAGES
    assert len(read) > MOST_PAGES and min(read) == 3 and max(read) == 17
    assert many.passages_in_all >= len(many.passages)


def test_what_is_asked_beside_many_pages_is_looked_for_on_all_of_them(library):
    overview = told(library, "Which torque is given on pages 1 to 17 of the pump manual?")
    pages = [passage.page for passage in overview.passages]
    assert len(set(pages)) == MOST_PAGES and 13 in pages
    assert pages == sorted(pages)
    assert overview.passages_in_all > len(overview.passages)


def test_document_that_is_not_there_or_could_be_several_is_told(library):
    assert "No document in the library is called “the crane manual”." in answer(
        library, "What is on page 3 of the crane manual?"
    )
    text = answer(library, "Summarise the terms of purchase")
    assert text.startswith("Several documents could be meant.")
    assert "terms_2023.md" in text and "terms_2024.md" in text and "tender" not in text
    assert answer(library, "Summarise this document").startswith("Which document is meant?")
    assert "empty.txt" in answer(library, "Summarise empty.txt")


def test_document_that_is_called_so_in_another_language_is_offered_by_its_kind(library):
    for text in ("Koliko strani ima priročnik za črpalko?", "Що написано на сторінці 3 посібника насоса?"):
        overview = told(library, text)
        assert (overview.told, names(overview)) == (Told.AMBIGUOUS, ["pump-manual.pdf"])
    assert told(library, "Povzemi postopek zamenjave ležajev").told is Told.ORDINARY


def test_this_document_is_the_one_named_or_the_one_spoken_of(library):
    manual = Path(told(library, "How many pages has the pump manual?").documents[0].path)
    assert names(told(library, "Summarise this document", "lockout-procedure.pdf")) == ["lockout-procedure.pdf"]
    spoken_of = told(library, "Summarise this document", spoken_of=(manual,))
    assert names(spoken_of) == ["pump-manual.pdf"]
    assert {passage.page for passage in spoken_of.passages} >= {3, 10, 16}
    assert told(library, "Summarise the steps to grease bearings", "pump-manual.pdf").told is Told.ORDINARY


def test_two_editions_are_compared_by_what_they_say(library):
    named = told(library, "Compare these two documents", "terms_2023.md", "terms_2024.md")
    called = told(library, "Compare the terms of purchase 2023 with the terms of purchase 2024")
    for overview in (named, called):
        assert names(overview) == ["terms_2023.md", "terms_2024.md"]
        changed = [each for each in overview.differences if each.change is Change.CHANGED]
        assert (("30",), ("45",)) in [each.figures for each in changed]
        assert PLACE not in [text for each in overview.differences for text in (each.first_text, each.second_text)]
    assert told(library, "Compare these two documents").told is Told.WHICH
    assert names(told(library, "Compare them", "terms_2023.md", "terms_2024.md")) == ["terms_2023.md", "terms_2024.md"]
    cited = tuple(Path(document.path) for document in named.documents)
    assert told(library, "How do the two differ?", spoken_of=cited).told is Told.ORDINARY
    assert told(library, "Compare the grease with the oil").told is Told.ORDINARY


def test_scope_restricts_what_is_told(library):
    asked = intent_of("List the documents")
    assert asked is not None
    assert library.overview(asked, Within(SearchScope((999,)))).documents_in_all == 0
    assert library.overview(asked, Within(SearchScope(folders=("in",)))).documents_in_all == 6
    with pytest.raises(UserError, match="no folder “elsewhere”"):
        library.overview(asked, Within(SearchScope(folders=("elsewhere",))))
    with pytest.raises(UserError, match=r"no document named “crane.pdf”"):
        told(library, "Summarise this document", "crane.pdf")


def test_pages_of_the_scope_are_all_that_is_read(library):
    pages = SearchScope(documents=("pump-manual.pdf",), pages=((3, 4), (10, 10)))
    for text, read in (
        ("Summarise this document", {3, 4, 10}),
        ("What is on these pages?", {3, 4, 10}),
        ("Was steht auf diesen Seiten?", {3, 4, 10}),
        ("Τι λένε αυτές οι σελίδες;", {3, 4, 10}),
        ("Ce scrie pe aceste pagini?", {3, 4, 10}),
        ("Kaj piše na teh straneh?", {3, 4, 10}),
        ("Vad står det på de här sidorna?", {3, 4, 10}),
        ("Що написано на цих сторінках?", {3, 4, 10}),
        ("What is on page 4 of the pump manual?", {4}),
    ):
        asked = intent_of(text)
        assert asked is not None, text
        assert {passage.page for passage in library.overview(asked, Within(pages)).passages} == read, text
    outside = intent_of("What is on page 12 of the pump manual?")
    assert outside is not None
    assert library.overview(outside, Within(pages)).told is Told.ORDINARY
    assert told(library, "What is on these pages?", "pump-manual.pdf").told is Told.ORDINARY


def test_comparison_can_be_stopped(library):
    asked = intent_of("What is different between terms 2023 and terms 2024?")
    assert asked is not None
    request = TellOfDocuments(asked, Within(SearchScope()))
    assert serve(library, request, CancelledAfter(1_000)).told is Told.FOUND
    with pytest.raises(Cancelled):
        serve(library, request, CancelledAfter(0))


def test_an_edited_document_is_opened_where_it_begins(tmp_path):
    kept = "# Kept\n\nThe pump is drained before the frost comes.\n"
    note = tmp_path / "in" / "note.md"
    note.parent.mkdir()
    note.write_text(f"# Old\n\nThe first edition is from Celje.\n\n{kept}")
    paths = open_paths(tmp_path / "home")
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())) as library:
        library.import_paths([note.parent], library.create_collection("All"))
        note.write_text(f"# New\n\nThe second edition is from Kranj, and larger.\n\n{kept}")
        library.sync()
        (entry,) = told(library, "List the documents.").entries
    assert (entry.passage.page, "Kranj" in entry.passage.text) == (1, True)


def test_changed_pieces_of_a_parts_list_are_told(tmp_path):
    parts = "1 Hex bolt M8 zinc 12\n2 Hex nut plain {nuts}\n3 Washer of brass 24\n4 Retaining ring 30\n5 Seal ring 31"
    note = "The parts of the pump are ordered by their number and their name from the works in Kranj. " * 20
    folder = tmp_path / "in"
    folder.mkdir()
    for name, nuts in (("old", 14), ("new", 18)):
        (folder / f"parts_{name}.md").write_text(f"# Note\n\n{note}\n\n# Parts\n\n{parts.format(nuts=nuts)}\n")
    paths = open_paths(tmp_path / "home")
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())) as library:
        library.import_paths([folder], library.create_collection("All"))
        overview = told(library, "Compare these two documents", "parts_old.md", "parts_new.md")
    assert "plain 14" in " ".join(each.first_text for each in overview.differences)
    assert "plain 18" in " ".join(each.second_text for each in overview.differences)


def test_length_that_a_document_tells_of_is_searched(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Mietvertrag.md").write_text("# Wohnung in Celje\n\nDie Mietdauer beträgt für beide Seiten zwei Jahre.\n")
    paths = open_paths(tmp_path / "home")
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())) as library:
        library.import_paths([folder], library.create_collection("All"))
        for text in ("How long is the contract period?", "Hur lång är tiden för avtalet?"):
            assert told(library, text).told is Told.ORDINARY, text
        for text in ("How long is the contract?", "How many pages does the contract of lease have?"):
            assert names(told(library, text)) == ["Mietvertrag.md"], text
