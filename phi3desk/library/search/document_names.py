"""What documents are called in all of their passages: title, file name and running heads, as the index holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from phi3desk.library.catalog import Catalog
from phi3desk.library.chunking.chunker import HEADINGS_BEHIND
from phi3desk.library.database import batches, placeholders
from phi3desk.library.search.word_index import Indexed, WordIndex
from phi3desk.library.words.terms import trigrams_of

#: A word of the question is in a name, too, where the name holds so many of its trigrams: inflected, or in a compound.
_ALIKE = 0.7
_SHORTEST_ALIKE = 6


@dataclass(frozen=True)
class DocumentName:
    """The stems that stand in the context of every passage of a document, and the folded name they come from."""

    stems: frozenset[str] = frozenset()
    folded: str = ""

    def holds(self, word: str, stems: Collection[str]) -> bool:
        """Return whether a folded word, or one that is inflected otherwise, is part of the name."""
        if not self.stems.isdisjoint(stems):
            return True
        trigrams = trigrams_of(word) if len(word) >= _SHORTEST_ALIKE else []
        return bool(trigrams) and sum(each in self.folded for each in trigrams) >= _ALIKE * len(trigrams)


def names_of(catalog: Catalog, index: WordIndex, candidates: Sequence[Indexed]) -> dict[int, DocumentName]:
    """Return the names of the documents of some passages, by document."""
    of: dict[int, list[Indexed]] = {}
    for each in (*candidates, *index.indexed(_ends(catalog, {each.document_id for each in candidates}))):
        of.setdefault(each.document_id, []).append(each)
    return {document: _name(passages) for document, passages in of.items()}


def _ends(catalog: Catalog, document_ids: Iterable[int]) -> list[int]:
    """Return the first and the last passage of each document."""
    found: list[int] = []
    for part in batches(sorted(document_ids)):
        rows = catalog.connection.execute(
            f"SELECT min(id), max(id) FROM passage WHERE document_id IN ({placeholders(part)}) GROUP BY document_id",
            part,
        )
        found += [passage_id for row in rows for passage_id in row]
    return list(dict.fromkeys(found))


def _name(passages: Sequence[Indexed]) -> DocumentName:
    if not all(each.context for each in passages):
        return DocumentName()
    stems = frozenset.intersection(*(frozenset(each.context.split()) for each in passages))
    heads = {head_of(each).split(HEADINGS_BEHIND)[0] for each in passages}
    return DocumentName(stems, heads.pop() if len(heads) == 1 else "")


def head_of(passage: Indexed) -> str:
    """Return the folded context of a passage."""
    return passage.folded.partition("\n")[0] if passage.context else ""


def without_name(passage: Indexed, names: Mapping[int, DocumentName]) -> str:
    """Return the folded text of a passage without its document's name."""
    name = names[passage.document_id].folded if passage.document_id in names else ""
    return passage.folded.removeprefix(name) if name else passage.folded
