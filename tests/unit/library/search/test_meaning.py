"""What is nearest by meaning where a search is restricted: what lies outside takes no places."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from phi3desk.library.catalog import Catalog
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.serving import Serving
from phi3desk.library.search.meaning import Meanings
from phi3desk.library.search.scope import Scope
from phi3desk.library.search.word_index import WordIndex
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTION = "How often is the main bearing greased?"
ASKED_FOR = 10


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A library of many documents that are nearer to the question than two others."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(2 * ASKED_FOR):
        (folder / f"near {number}.md").write_text(f"How often the main bearing is greased: {number} times a year.")
    for name in ("filter", "seal"):
        (folder / f"{name}.md").write_text(f"The {name} is changed every 500 hours, or sooner where it leaks.")
    made = open_paths(tmp_path / "home")
    with closing(LibraryInProcess(made, Settings(made.settings), embedder=WordEmbedder(*FIRST_EMBEDDER))) as library:
        library.import_paths([folder], library.create_collection("Documents"))
    return made


@pytest.fixture(params=["kept vectors", "store"])
def opened(paths: Paths, request: pytest.FixtureRequest) -> Iterator[tuple[Catalog, LibraryVectors]]:
    with closing(Catalog(paths.catalog)) as catalog, closing(LibraryVectors(catalog, paths.vectors)) as vectors:
        if request.param == "store":
            assert vectors.count(1) == len(catalog.documents())
        yield catalog, vectors


def nearest(catalog: Catalog, vectors: LibraryVectors, scope: Scope) -> list[str]:
    """Return the documents of the passages that are near to the question, by name."""
    serving = Serving(WordEmbedder(*FIRST_EMBEDDER), 1, (1,))
    meaning = Meanings(catalog, vectors, lambda _: [serving]).ask(
        QUESTION, "en", scope, WordIndex(catalog).extent(scope), ASKED_FOR
    )
    return sorted(passage.document for passage in catalog.passages(list(meaning.nearest)).values())


def test_removed_documents_do_not_crowd_out_the_others(opened: tuple[Catalog, LibraryVectors]):
    catalog, vectors = opened
    near = {document.id: document.name for document in catalog.documents() if document.name.startswith("near")}
    back = list(near)[:ASKED_FOR]
    assert "seal.md" not in nearest(catalog, vectors, Scope())
    catalog.remove_documents(list(near), removed=True)
    assert nearest(catalog, vectors, Scope()) == ["filter.md", "seal.md"]
    catalog.remove_documents(back, removed=False)
    assert nearest(catalog, vectors, Scope()) == sorted(near[i] for i in back)
