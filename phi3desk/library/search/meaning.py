"""How far passages stand out from all others by what they mean, seen from a question.

Cosines of one embedder lie between 0.7 and 0.9 and those of another between 0 and 0.6, and of one embedder they differ
from language to language. So a passage's standing is told: how many standard deviations its cosine lies above the mean
cosine that the question has with a sample of the passages searched. Standings of different embedders, questions and
languages can be compared and added.
"""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.serving import Serving
from phi3desk.library.search.all_kinds import ALL_KINDS
from phi3desk.library.search.postings import inside
from phi3desk.library.search.scope import Scope
from phi3desk.library.search.word_index import Extent

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, np.dtype[np.float32]]
    Matrix = np.ndarray[Any, np.dtype[np.float32]]

log = logging.getLogger(__name__)

#: Passages that the mean and the deviation are taken from.
_SAMPLE = 500
#: In a library of fewer passages, texts about all kinds of things are added to them.
_FEW = 100
#: Deviations below this share of the range of cosines would tell noise.
_LEAST_DEVIATION = 0.01
#: remembered in the catalogue, with the embedder's fingerprint: the vectors of texts about all kinds of things
_REMEMBERED = "all kinds {}"
_HALF = "<f2"
#: The most documents that the store of vectors is restricted to.
_DOCUMENTS_ASKED_FOR = 500
#: Of a scope that the store of vectors does not know, so many are picked from; and where too few of them belong to it.
_PICKED_FROM = (1000, 8000)


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation of some cosines."""

    mean: float
    deviation: float

    def deviations(self, cosine: float) -> float:
        """Return how many deviations a cosine lies above the mean."""
        return (cosine - self.mean) / self.deviation


@dataclass(frozen=True)
class Standing:
    """How far a passage stands out, in deviations: among the passages searched, and among texts of all kinds."""

    among_passages: float = 0.0
    among_all: float = 0.0


#: That of a passage without a vector.
NOWHERE = Standing()


@dataclass(frozen=True)
class Look:
    """A question as one embedder sees it: its vector, and its cosines with the passages and with texts of all kinds."""

    serving: Serving
    vector: Vector
    passages: Spread
    all_kinds: Spread

    def standing(self, cosine: float) -> Standing:
        """Return how far a cosine stands out."""
        return Standing(self.passages.deviations(cosine), self.all_kinds.deviations(cosine))


@dataclass(frozen=True)
class Meaning:
    """What the embedders say to a question: their looks at it, and the nearest passages, by id, with their cosines."""

    looks: tuple[Look, ...] = ()
    nearest: Mapping[int, float] = field(default_factory=dict)

    @property
    def embedders(self) -> tuple[str, ...]:
        """The names of the embedders that had a vote."""
        return tuple(dict.fromkeys(look.serving.embedder.name for look in self.looks))


class Meanings:
    """Asks the embedders that serve the collections of a library; any thread may use it."""

    def __init__(
        self, catalog: Catalog, vectors: LibraryVectors, serving: Callable[[Sequence[int] | None], list[Serving]]
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._serving = serving
        self._kinds: dict[str, Matrix] = {}

    def serving(self, scope: Scope) -> list[Serving]:
        """Return the embedders that answer for a scope."""
        return self._serving(scope.collections)

    def look(self, question: str, language: str, scope: Scope) -> tuple[Look, ...]:
        """Return a question as each embedder sees it that knows its language; none where there is no such embedder."""
        looks = []
        for serving in self._serving(scope.collections):
            embedder = serving.embedder
            if language and language not in embedder.languages:
                continue
            try:
                vector = embedder.embed_question(embedder.question_prefix + question)
            except UserError:
                # its model cannot be loaded: the words find what they can
                log.warning("%s cannot be used", embedder.name, exc_info=True)
                continue
            looks.append(self._look(serving, vector))
        return tuple(looks)

    def ask(self, question: str, language: str, scope: Scope, extent: Extent, count: int) -> Meaning:
        """Return what the embedders say to a question, with `count` of the nearest passages in each collection."""
        looks = self.look(question, language, scope)
        nearest: dict[int, float] = {}
        for look in looks:
            for i in look.serving.collections:
                nearest.update(self._nearest(look, i, scope, extent, count))
        return Meaning(looks, nearest)

    def _nearest(self, look: Look, collection_id: int, scope: Scope, extent: Extent, count: int) -> dict[int, float]:
        """Return the nearest passages of a collection that belong to an extent, with their cosines.

        What the vectors cannot be restricted to is picked out of more of them. The store does not know either which
        documents were removed: their passages would take the places of others.
        """
        import numpy as np

        documents = None if len(scope.documents or ()) > _DOCUMENTS_ASKED_FOR else scope.documents
        is_restricted = documents == scope.documents and not scope.pages
        near: dict[int, float] = {}
        for wanted in (count, *_PICKED_FROM) if is_restricted else _PICKED_FROM:
            found = self._vectors.nearest(collection_id, look.vector, wanted, documents, look.serving.embedder_id)
            cosines = dict(found)
            near = {int(i): cosines[i] for i in inside(np.array(list(cosines), dtype=np.int64), extent.within)}
            if len(near) >= min(count, extent.passages) or len(found) < wanted:
                break
        return dict(islice(near.items(), count)) if is_restricted else near

    def standings(self, looks: Iterable[Look], passage_ids: Sequence[int]) -> dict[int, Standing]:
        """Return how far passages stand out; those that have no vector of the embedders are left out."""
        found: dict[int, Standing] = {}
        for look in looks:
            cosines = self._vectors.cosines(passage_ids, look.vector, look.serving.embedder_id)
            found.update({i: look.standing(cosine) for i, cosine in cosines.items() if i not in found})
        return found

    def _look(self, serving: Serving, vector: Vector) -> Look:
        import numpy as np

        all_kinds = self._all_kinds(serving.embedder) @ vector
        sample = self._vectors.sample(serving.collections, serving.embedder_id, _SAMPLE)
        # where no vector is kept yet, the sample is empty and has no dimensions
        passages = sample @ vector if len(sample) else all_kinds
        if len(sample) < _FEW:
            passages = np.concatenate([passages, all_kinds])
        return Look(serving, vector, _spread(passages), _spread(all_kinds))

    def _all_kinds(self, embedder: Embedder) -> Matrix:
        """Return the vectors of texts about all kinds of things; the catalogue keeps them, for making takes a while."""
        import numpy as np

        known = self._kinds.get(embedder.fingerprint)
        if known is None:
            key, texts = _REMEMBERED.format(embedder.fingerprint), len(ALL_KINDS)
            kept = b""
            with suppress(ValueError):
                kept = b64decode(self._catalog.remembered(key) or "")
            if len(kept) == texts * embedder.dimensions * 2:
                known = np.frombuffer(kept, dtype=_HALF).reshape(texts, -1).astype(np.float32)
            else:
                known = embedder.embed([embedder.passage_prefix + text for text in ALL_KINDS])
                self._catalog.remember(key, b64encode(known.astype(_HALF).tobytes()).decode())
            self._kinds[embedder.fingerprint] = known
        return known


def _spread(cosines: Vector) -> Spread:
    return Spread(float(cosines.mean()), max(_LEAST_DEVIATION, float(cosines.std())))
