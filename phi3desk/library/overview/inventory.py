"""Which documents there are, or speak of something, best first, each with the passage that it is opened at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from phi3desk.library.documents import Document, Passage, SearchResult, State
from phi3desk.library.overview.document_names import meant
from phi3desk.library.overview.types import Entry

#: documents that an inventory names; of more it tells how many there are
MOST_ENTRIES = 40
#: how many passages are looked at for the documents that speak of something
PASSAGES_LOOKED_AT = 120
#: a document whose best passage fits less than this share of the best one's is no document on the matter
_NEAR_THE_BEST = 0.5


def shown(documents: Sequence[Document]) -> list[Document]:
    """Return the documents as a user counts them: without those that hold what another one holds, too."""
    return [document for document in documents if document.state is not State.DUPLICATE]


def on_topic(
    topic: str, documents: Sequence[Document], found: SearchResult, first: Mapping[int, Passage]
) -> list[Entry]:
    """Return the documents that are called by a topic, then those whose passages speak of it, best first.

    `first` are the first passages of documents by the documents' ids.
    """
    known = {document.id: document for document in documents}
    best: dict[int, Passage] = {}
    least = _NEAR_THE_BEST * max((each.score for each in found.found if each.relevant), default=0.0)
    for each in found.found:
        if each.relevant and each.score >= least and each.passage.document_id in known:
            best.setdefault(each.passage.document_id, each.passage)
    named = [document for document in meant(topic, documents, certain=True) if document.id in known]
    ranked = [*(document.id for document in named), *best]
    return [Entry(known[i], best.get(i) or opening(known[i], first.get(i))) for i in dict.fromkeys(ranked)]


def opening(document: Document, passage: Passage | None) -> Passage:
    """Return the passage that a document is opened at: its first one, or its first page where it has no text."""
    if passage is not None:
        return passage
    return Passage(
        0, document.id, document.name, document.path, document.title, 1, 0, 0, document.title, kind=document.kind
    )
