"""The word index at a size where common terms are no longer read: against SQLite's own answers."""

from collections.abc import Iterator

import pytest

from phi3desk.library.catalog import Catalog
from phi3desk.library.search.word_index import Scope, WordIndex

ROWS = 8000


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    made = Catalog(tmp_path_factory.mktemp("postings") / "catalog.db")
    collection = made.create_collection("Made")
    with made.writing() as connection:
        for document in (1, 2):
            connection.execute(
                "INSERT INTO document (id, collection_id, path, name, language, state, passages, size, changed, "
                "imported) VALUES (?, ?, ?, '', 'en', 'ready', ?, 0, 0, 0)",
                (document, collection, str(document), ROWS // 2),
            )
        for i in range(1, ROWS + 1):
            connection.execute(
                'INSERT INTO passage (id, document_id, page, start, "end", text, headings, context, language, digest) '
                "VALUES (?, ?, 1, 0, 1, '', '[]', '', 'en', '')",
                (i, 1 + i % 2),
            )
            rare = f"rare{i // 20}" + (f" rare{i // 20}" if i % 20 == 7 else "")
            body = f"common pump {'half' if i % 2 else ''} {rare} word{i}"
            connection.execute("INSERT INTO passage_words (rowid, context, body) VALUES (?, 'title', ?)", (i, body))
            connection.execute("INSERT INTO passage_trigrams (rowid, body) VALUES (?, ?)", (i, body))
    yield made
    made.close()


def test_the_rare_terms_choose_and_the_common_ones_are_estimated(catalog: Catalog) -> None:
    index = WordIndex(catalog)
    extent = index.extent(Scope())
    assert (extent.passages, extent.languages, extent.within) == (ROWS, {"en": 1.0}, None)
    terms = ["common", "pump", "half", "rare5", "word110", "nowhere"]
    best, statistics = index.look(index.words, terms, extent, 10)
    assert best[0] == 110 and best[1] == 107
    assert set(best) <= set(range(100, 120))
    assert (statistics.rows, statistics.counts["rare5"], statistics.counts["nowhere"]) == (ROWS, 20, 0)
    assert statistics.counts["common"] == ROWS
    assert 0.4 * ROWS < statistics.counts["half"] < 0.6 * ROWS


def test_a_scope_leaves_nothing_out_though_only_common_terms_are_asked(catalog: Catalog) -> None:
    index = WordIndex(catalog)
    extent = index.extent(Scope(documents=(2,)))
    best, _ = index.look(index.words, ["common", "half"], extent, 50)
    assert len(best) == 50 and all(i % 2 == 1 for i in best)
    best, _ = index.look(index.trigrams, ["rar", "pum", "110"], extent, 5)
    assert all(i % 2 == 1 for i in best)


def test_what_is_kept_is_forgotten_when_passages_come(catalog: Catalog) -> None:
    index = WordIndex(catalog)
    before = index.look(index.words, ["fresh"], index.extent(Scope()), 5)[0]
    with catalog.writing() as connection:
        connection.execute("INSERT INTO passage_words (rowid, context, body) VALUES (?, '', 'fresh')", (ROWS + 1,))
    assert (before, index.look(index.words, ["fresh"], index.extent(Scope()), 5)[0]) == ([], [ROWS + 1])


def test_what_is_kept_is_forgotten_when_an_edit_leaves_the_counts_as_they_were(catalog: Catalog) -> None:
    index = WordIndex(catalog)
    extent = index.extent(Scope())

    def found(words: list[str], parts: list[str]) -> list[list[int]]:
        asked = [(index.words, word) for word in words] + [(index.trigrams, part) for part in parts]
        return [index.look(postings, [term], extent, 5)[0] for postings, term in asked]

    edited = ROWS + 2
    for body in ("relief at 42bar", "relief at 43bar"):
        with catalog.writing() as connection:
            for table in ("passage_words", "passage_trigrams"):
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (edited,))
            connection.execute("INSERT INTO passage_words (rowid, context, body) VALUES (?, '', ?)", (edited, body))
            connection.execute("INSERT INTO passage_trigrams (rowid, body) VALUES (?, ?)", (edited, body))
        there = [[edited], []] if "42" in body else [[], [edited]]
        assert found(["42bar", "43bar"], ["42b", "43b"]) == there * 2
