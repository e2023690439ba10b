"""Words of a question that passages in another language hold by other words, with the real embedder."""

from __future__ import annotations

from pathlib import Path

import pytest

from phi3desk.library.documents import SearchScope
from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.embedder import Embedder, open_embedder
from phi3desk.library.search.alignment import alignments
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.pdf import write_pdf
from tests.helpers.readers_in_process import LibraryInProcess

SHEET = (
    "Appearance: clear liquid. Odour: of solvents. Colour: none. Vapour pressure 20 hPa at 20 °C. Density 0.81 g/cm³.",
    "Flash point: 23 °C. Auto-ignition temperature: 240 °C. Explosion limits: 0.6 to 7 % by volume.",
    "Storage class 3. Keep only in the original container in a cool, well ventilated place away from acids.",
    "Wear gloves of nitrile rubber, 0.4 mm thick. Breakthrough time above 480 minutes. Wear safety goggles.",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    if e5_small.made_folder(None) is None:
        pytest.skip("multilingual-e5-small was not made here")
    return open_embedder(kept_in=e5_small.INSTALLED)


@pytest.mark.parametrize(
    ("question", "words", "page"),
    [
        ("Bei welcher Temperatur entzündet sich der Verdünner von selbst?", ["entzundet", "selbst"], 1),
        ("In welche Lagerklasse fällt das Produkt?", ["lagerklasse"], 2),
        ("Welche Handschuhe soll ich tragen?", ["handschuhe"], 3),
        ("Які рукавички захищають від розчинника?", ["рукавички"], 3),
    ],
)
def test_a_passage_holds_a_word_of_the_question_by_another_word(
    embedder: Embedder, question: str, words: list[str], page: int
) -> None:
    found = alignments(embedder, question, words, SHEET)
    assert max(range(4), key=found.__getitem__) == page
    assert sum(found) == pytest.approx(0, abs=1e-4)
    assert alignments(embedder, question, ["verschollen"], SHEET) == [0.0] * 4


def test_words_that_only_mean_the_same_decide_between_pages(tmp_path: Path, embedder: Embedder) -> None:
    filler = "The manufacturer revised this page of the sheet in spring and sent it to all who buy the product."
    for name in ("thinner.pdf", "cleaner.pdf"):
        write_pdf(tmp_path / "sheets" / name, [[filler, *text.split(". "), filler] for text in SHEET])
    paths = open_paths(tmp_path / "home")
    library = LibraryInProcess(paths, Settings(paths.settings), embedder=embedder)
    library.import_paths([tmp_path / "sheets"], library.create_collection("Sheets"))
    try:
        for question, page in (
            ("In welche Lagerklasse fällt der Verdünner?", 3),
            ("Bei welcher Temperatur entzündet sich der Verdünner von selbst?", 2),
        ):
            result = library.search(question, 10, SearchScope())
            assert result.language == "de" and result.found[0].passage.page == page
            scores = [found.score for found in result.found]
            assert scores == sorted(scores, reverse=True)
    finally:
        library.close()
