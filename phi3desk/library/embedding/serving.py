"""Which embedder answers for which collections, and what the user is told of the collections' embedders."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from phi3desk.errors import Sentence, say
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import CollectionEmbedder, EmbedderInfo
from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.embedder_changes import EmbedderChanges, RecordedEmbedder
from phi3desk.library.embedding.known_embedders import KnownEmbedders
from phi3desk.library.embedding.queue import EmbeddingQueue


@dataclass(frozen=True)
class Serving:
    """An embedder, with its number in the catalogue, and the collections whose vectors it made that are searched."""

    embedder: Embedder
    embedder_id: int
    collections: tuple[int, ...]


class CollectionEmbedders:
    """The embedders of a library's collections; any thread may use it."""

    def __init__(self, catalog: Catalog, known: KnownEmbedders) -> None:
        self._catalog = catalog
        self._known = known
        self._queue = EmbeddingQueue(catalog)
        self._changes = EmbedderChanges(catalog)
        self._changes.use_for_new(self._changes.record(known.default))

    def serving(self, collection_ids: Sequence[int] | None = None) -> list[Serving]:
        """Return the embedders whose vectors serve collections (None: all), each with those of them that have any.

        An embedder that is not on this machine is left out: its collections are searched by words.
        """
        ids = self._catalog.collection_ids() if collection_ids is None else collection_ids
        own, usable = self._queue.embedders(), self.usable()
        of: dict[int, list[int]] = {}
        for collection_id in ids:
            if collection_id in own and own[collection_id].serving in usable and self._queue.has_vectors(collection_id):
                of.setdefault(own[collection_id].serving, []).append(collection_id)
        return [Serving(usable[embedder_id], embedder_id, tuple(several)) for embedder_id, several in of.items()]

    def usable(self) -> dict[int, Embedder]:
        """Return the embedders that the catalogue knows and that can be used now, by their number."""
        here = {each.fingerprint: each for each in self._known.usable()}
        recorded = self._changes.recorded().values()
        return {each.id: here[each.fingerprint] for each in recorded if each.fingerprint in here}

    def like(self, fingerprint: str) -> Embedder | None:
        """Return the usable embedder whose vectors can be compared with those of a fingerprint; None without one."""
        return self._known.by_fingerprint(fingerprint)

    def comes_with_program(self, fingerprint: str) -> bool:
        """Return whether an embedder is on every machine that has this version of the program."""
        return self._known.comes_with_program(fingerprint)

    def choose(self, name: str, collection_ids: Sequence[int]) -> None:
        """Have collections get the vectors of an embedder; UserError where there is none of that name."""
        embedder_id = self._changes.record(self._known.find(name))
        for collection_id in collection_ids:
            self._changes.choose(collection_id, embedder_id)

    def use_for_new(self, name: str) -> None:
        """Have collections that are made from now on get an embedder; UserError where there is none of that name."""
        self._known.use_for_new(name)
        self._changes.use_for_new(self._changes.record(self._known.default))

    def of_collections(self) -> dict[int, CollectionEmbedder]:
        """Return what is to be told of each collection's embedder."""
        recorded, usable, renewals = self._changes.recorded(), self.usable(), self._changes.renewals()
        told = {}
        for collection_id, own in self._queue.embedders().items():
            serving, wanted = recorded[own.serving], recorded[own.wanted]
            renewal = renewals.get(collection_id)
            told[collection_id] = CollectionEmbedder(
                serving.name,
                wanted.name if own.wanted != own.serving else "",
                renewal.passages if renewal is not None else 0,
                renewal.done if renewal is not None else 0,
                tuple(sorted(serving.languages)),
                self._problem_of(wanted, usable) or self._problem_of(serving, usable),
            )
        return told

    def _problem_of(self, embedder: RecordedEmbedder, usable: dict[int, Embedder]) -> Sentence | None:
        if embedder.id in usable:
            return None
        return self._known.problem_of(embedder.fingerprint) or say(
            "The embedding model “{name}” is not on this computer. Add its folder or choose another one; until then "
            "the documents are searched by words.",
            name=embedder.name,
        )

    def infos(self) -> list[EmbedderInfo]:
        """Return every embedder that can be chosen, with those that cannot be used now."""
        recorded = {each.fingerprint: each for each in self._changes.recorded().values()}
        default = self._known.default
        infos = [
            EmbedderInfo(
                each.name,
                each.dimensions,
                tuple(sorted(each.languages)),
                each.megabytes,
                default=each is default,
                seconds=recorded[each.fingerprint].seconds if each.fingerprint in recorded else 0.0,
            )
            for each in self._known.usable()
        ]
        by_name = {info.name: at for at, info in enumerate(infos)}
        for added in self._known.added():
            made = added.description
            if made.name in by_name:
                at = by_name[made.name]
                infos[at] = _in_folder(infos[at], str(made.folder), None)
            else:
                info = EmbedderInfo(made.name, made.dimensions, tuple(sorted(made.languages)), made.megabytes)
                infos.append(_in_folder(info, str(made.folder), self._known.problem_of(made.fingerprint)))
        return infos

    def measure(self, name: str, collection_id: int | None = None) -> float:
        """Return how many seconds an embedder takes for a passage on this machine; measured where it was never used.

        Loads its model then: some seconds. UserError where there is none of that name, or it cannot be loaded.
        """
        embedder = self._known.find(name)
        embedder_id = self._changes.record(embedder)
        known = self._changes.recorded()[embedder_id].seconds
        if known:
            return known
        texts = self._queue.some_texts(embedder.batch, collection_id)
        if not texts:
            return 0.0
        seconds = seconds_of(embedder, [embedder.passage_prefix + text for text in texts])
        self._changes.measured(embedder_id, seconds)
        return seconds


def seconds_of(embedder: Embedder, texts: Sequence[str]) -> float:
    """Return how many seconds an embedder takes for a text, once its model is loaded."""
    embedder.load()
    started = time.monotonic()
    embedder.embed(texts)
    return (time.monotonic() - started) / len(texts)


def _in_folder(info: EmbedderInfo, folder: str, problem: Sentence | None) -> EmbedderInfo:
    return replace(info, folder=folder, problem=problem)
