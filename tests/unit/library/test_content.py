"""The content of documents in the catalogue: what is written, and what a cancelled import leaves."""

import threading
from pathlib import Path

import pytest

from phi3desk.errors import Cancelled, say, say_both
from phi3desk.library.catalog import Catalog
from phi3desk.library.catalog_rows import kept_besides, kept_sentence, stored_sentence
from phi3desk.library.chunking.chunked_document import ChunkedDocument, index_entry
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.content import Content, NewContent
from phi3desk.library.documents import Page
from tests.helpers.cancelled_after import CancelledAfter


def _content(pages: int, word: str) -> NewContent:
    chunks = [Chunk(n, 0, len(word), f"{word} {n}", (), "", "en") for n in range(1, pages + 1)]
    index = [index_entry(chunk.context, chunk.text, chunk.language) for chunk in chunks]
    return NewContent(
        "txt", [Page(n, f"{word} {n}") for n in range(1, pages + 1)], ChunkedDocument("", "en", chunks, index)
    )


@pytest.mark.parametrize("looks", [0, 7, 17, 25])
def test_writing_a_document_can_be_cancelled_anywhere_and_leaves_the_earlier_content(tmp_path: Path, looks: int):
    catalog = Catalog(tmp_path / "catalog.db")
    content = Content(catalog)
    document = catalog.found(catalog.create_collection("Made"), "/a.txt", 1, 1.0, "x")
    content.replace(document, _content(10, "old"), False, threading.Event())

    def held() -> list[list[tuple[object, ...]]]:
        tables = ("page", "passage", "passage_words", "passage_trigrams", "document")
        return [[tuple(row) for row in catalog.connection.execute(f"SELECT * FROM {table}")] for table in tables]

    before = held()
    with pytest.raises(Cancelled):
        content.replace(document, _content(10, "new"), False, CancelledAfter(looks))
    assert held() == before
    assert not catalog.connection.in_transaction
    content.replace(document, _content(10, "new"), False, threading.Event())
    assert [page.text for page in content.pages(document)][:1] == ["new 1"]
    catalog.close()


def test_sentences_within_a_sentence_are_kept_as_they_are() -> None:
    besides = say_both(say("The file is damaged."), say("Only {pages} pages were read.", pages=3))
    reason = say_both(besides, say("It is locked."))
    stored = stored_sentence(reason, besides)
    assert (kept_sentence(stored), kept_besides(stored)) == (reason, besides)
    # as they were kept when those within one were text
    earlier = say("{first} {second}", first="The file is damaged.", second="It is locked.")
    assert kept_sentence(stored_sentence(earlier)) == earlier
    damaged = '{"template": "{first}", "values": {"first": {"template": "{gone}", "values": {"a": 1}}}}'
    assert str(kept_sentence(damaged)) == "The reason cannot be read any more."
