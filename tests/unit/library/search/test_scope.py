"""What a question is restricted to, in a real catalogue with folders, collections, pages and a duplicate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.errors import UserError
from phi3desk.library.documents import SearchScope
from phi3desk.library.search.page_ranges import page_ranges_text, read_page_ranges
from phi3desk.library.search.scope import still_fitting
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.pdf import write_pdf
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

FILES = {
    "pumps/small/feed-pump_A.pdf": 6,
    "pumps/large/Boiler pump.pdf": 3,
    "tanks/pump seals.pdf": 2,
    "seals old/gland.pdf": 2,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plant").resolve()
    for name, pages in FILES.items():
        text = [[f"Sheet {page} of {name}: grease the bearing every {page} weeks."] for page in range(1, pages + 1)]
        write_pdf(root / name, text)
    copy = root / "tanks" / "sub" / "copy of A.pdf"
    copy.parent.mkdir()
    copy.write_bytes((root / "pumps/small/feed-pump_A.pdf").read_bytes())
    return root


@pytest.fixture(scope="module")
def library(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibraryInProcess]:
    paths = open_paths(tmp_path_factory.mktemp("home"))
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    made.import_paths([folder], made.create_collection("Plant"))
    made.import_paths([folder / "seals old"], made.create_collection("Old"))
    yield made
    made.close()


def found(library: LibraryInProcess, **wanted: object) -> set[tuple[str, int]]:
    """Return document and page of what is found, and make sure that it is all that was searched."""
    result = library.search("How often is the bearing greased?", 50, SearchScope(**wanted))  # type: ignore[arg-type]
    assert len(result.found) == result.searched
    assert all(each.meaning is not None for each in result.found)
    return {(each.passage.document, each.passage.page) for each in result.found}


def names(library: LibraryInProcess, **wanted: object) -> set[str]:
    return {document for document, _ in found(library, **wanted)}


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (("PUMPS",), {"feed-pump_A.pdf", "Boiler pump.pdf"}),
        (("pumps/small/",), {"feed-pump_A.pdf"}),
        # the copy in it stands for the file whose content it has
        (("Tanks",), {"pump seals.pdf", "feed-pump_A.pdf"}),
        (("large", "seals old"), {"Boiler pump.pdf", "gland.pdf"}),
        (("{root}/pumps/large",), {"Boiler pump.pdf"}),
        (("{root}",), {"feed-pump_A.pdf", "Boiler pump.pdf", "pump seals.pdf", "gland.pdf"}),
    ],
)
def test_folders_are_known_by_name_and_by_path(library, folder, folders, expected):
    assert names(library, folders=tuple(each.format(root=folder) for each in folders)) == expected


def test_several_documents_are_searched_and_pages_of_them(library):
    both = ("feed pump a", "gland.pdf")
    assert names(library, documents=both) == {"feed-pump_A.pdf", "gland.pdf"}
    assert found(library, documents=both, pages=((2, 3), (6, 9))) == {
        ("feed-pump_A.pdf", 2), ("feed-pump_A.pdf", 3), ("feed-pump_A.pdf", 6), ("gland.pdf", 2)
    }  # fmt: skip
    assert found(library, pages=((5, 5),)) == {("feed-pump_A.pdf", 5)}


def test_all_restrictions_hold_together(library):
    plant, old = (library.collection_id(name) for name in ("Plant", "Old"))
    assert names(library, documents=("pump",), folders=("tanks",)) == {"pump seals.pdf"}
    assert found(library, collections=(old,), pages=((2, 2),)) == {("gland.pdf", 2)}
    assert found(library, collections=(plant,), folders=("pumps",), documents=("pump",), pages=((3, 3),)) == {
        ("feed-pump_A.pdf", 3), ("Boiler pump.pdf", 3)
    }  # fmt: skip
    assert library.search("bearing", 5, SearchScope(())).searched == 0


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"documents": ("gland.pdf", "valve.pdf")}, "no document named “valve.pdf” in the library"),
        ({"documents": ("gland.pdf",), "folders": ("pumps",)}, "no document named “gland.pdf” where"),
        ({"folders": ("pumps", "pum")}, "no folder “pum”"),
        ({"folders": ("/",)}, "no folder “/”"),
        ({"folders": ("/nowhere/pumps",)}, "no folder “/nowhere/pumps”"),
        ({"documents": ("gland",), "pages": ((3, 4), (9, 9))}, "no text to search at p. 3-4, 9"),
        ({"pages": ((0, 4),)}, "“0-4” does not name pages"),
        ({"pages": tuple((n, n) for n in range(1, 999, 2))}, "200 ranges of pages are the most"),
    ],
)
def test_what_fits_nothing_is_named(library, wanted, told):
    with pytest.raises(UserError, match=told):
        library.search("bearing", 5, SearchScope(**wanted))


def test_what_was_chosen_earlier_fits_as_far_as_it_is_there(library):
    documents = library.documents()
    gland = next(each for each in documents if each.name == "gland.pdf")

    def still(*followed: tuple[int, float], **wanted: object) -> set[str]:
        return {each.name for each in still_fitting(documents, SearchScope(**wanted), followed)}

    assert still(documents=("gland.pdf", "valve.pdf")) == {"gland.pdf"}
    assert still(folders=("large", "small", "nowhere")) == {"feed-pump_A.pdf", "Boiler pump.pdf"}
    assert still(documents=("valve.pdf",)) == still(folders=("/nowhere",)) == still(collections=(999,)) == set()
    # by its number only where it was chosen by its path, and where it is in the folders
    read = (gland.id, gland.imported)
    assert still(read, documents=("/was/here/valve.pdf",)) == {"gland.pdf"}
    assert still(read, documents=("valve.pdf",)) == set()
    # the number of another document, in a catalogue of another day
    assert still((gland.id, gland.imported - 9), documents=("/was/here/valve.pdf",)) == set()
    assert still(read, documents=("/was/here/valve.pdf",), folders=("pumps",)) == set()


def test_pages_are_read_as_people_write_them():
    assert read_page_ranges(" 8, 3-5,4 – 6; 10") == ((3, 6), (8, 8), (10, 10))
    assert read_page_ranges(page_ranges_text(((3, 6), (8, 8)))) == ((3, 6), (8, 8))
    for wrong in ("", "5-3", "0", "3-", "a", "3,,5", "1234567", "٣"):
        with pytest.raises(UserError, match="does not name pages"):
            read_page_ranges(wrong)
