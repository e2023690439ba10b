"""The pack: one file that carries a profile with its adapters, its documents and their finished index.

A pack (`.phi3pack`) is a ZIP. `manifest.json` says what else is in it, with size and SHA-256; whatever it does not name
makes the pack invalid. Its own SHA-256 stands in the ZIP's comment, against damage: a pack is not signed.

    manifest.json
    adapters/1.gguf
    documents/1/<path>               the files of the first collection
    index/1/documents.jsonl, pages.jsonl, passages.jsonl, vectors.f32
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.errors import Cancelled
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER
from phi3desk.library.transfer_records import PackedEmbedder
from phi3desk.model.types import LONGEST_MODEL_NAME, STRONGEST, WEAKEST
from phi3desk.profiles.profile import (
    LONGEST_FIRST_QUESTION,
    LONGEST_INSTRUCTIONS,
    LONGEST_NAME,
    MOST_FIRST_QUESTIONS,
    SamplingChoice,
)

SUFFIX = ".phi3pack"
MANIFEST = "manifest.json"
#: the newest form of a pack that this program writes and reads; the first one names one embedder for all collections,
#: that of the embedders one for each, the newest one also tells what was not read of a document
FORMAT, EMBEDDERS_FORMAT, FIRST_FORMAT = 3, 2, 1
COMMENT = b"phi3pack manifest sha256 "
CHUNK = 1 << 20
_STALE_SECONDS = 3600.0

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=1 << 44)]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class PackedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the pack; size in bytes."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    bytes: Bytes
    sha256: Sha256


class WantedModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model a profile wants, which is never part of a pack; the hash is "" where it was not known."""

    name: Name
    sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""


class PackedAdapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An adapter of the profile; `file` is its path in the pack."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_MODEL_NAME)]
    file: Annotated[str, msgspec.Meta(pattern=r"^adapters/[1-9][0-9]{0,3}\.gguf$")]
    strength: Annotated[float, msgspec.Meta(ge=WEAKEST, le=STRONGEST)] = 1.0


class PackedCollection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A collection; `folder` is its number in the pack's `documents/` and `index/`.

    `embedder` made the vectors of its index; in packs of the first form, the manifest names it.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    folder: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    documents: bool
    index: bool
    ocr: bool = True
    ocr_languages: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=40)], ...], msgspec.Meta(max_length=100)] = ()
    embedder: PackedEmbedder | None = None


class PackedProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A profile without what only its own installation knows."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    instructions: Annotated[str, msgspec.Meta(max_length=LONGEST_INSTRUCTIONS)] = ""
    color: Annotated[str, msgspec.Meta(pattern=r"^#[0-9A-Fa-f]{6}$")] = "#2459D3"
    icon: Annotated[str, msgspec.Meta(max_length=60)] = ""
    answer_mode: AnswerMode = AnswerMode.DOCUMENTS_ONLY
    sampling: SamplingChoice = SamplingChoice()
    first_questions: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=LONGEST_FIRST_QUESTION)], ...],
        msgspec.Meta(max_length=MOST_FIRST_QUESTIONS),
    ] = ()
    model: WantedModel | None = None


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pack holds; `embedder` and `dimensions` are of the first form, see `embedder_of`."""

    format: int
    program: Name
    profile: PackedProfile
    embedder: Annotated[str, msgspec.Meta(max_length=200)] = ""
    dimensions: Annotated[int, msgspec.Meta(ge=1, le=65536)] = 1
    adapters: Annotated[tuple[PackedAdapter, ...], msgspec.Meta(max_length=100)] = ()
    collections: Annotated[tuple[PackedCollection, ...], msgspec.Meta(max_length=1000)] = ()
    files: Annotated[tuple[PackedFile, ...], msgspec.Meta(max_length=200_000)] = ()


def embedder_of(manifest: Manifest, collection: PackedCollection) -> PackedEmbedder | None:
    """Return what made the vectors of a collection's index; None where the pack does not say it.

    The first form calls an embedder by its name, and any but FIRST_EMBEDDER with its fingerprint in brackets.
    """
    if collection.embedder is not None or not manifest.embedder:
        return collection.embedder
    if manifest.embedder == FIRST_EMBEDDER[0]:
        return PackedEmbedder(*FIRST_EMBEDDER, manifest.dimensions)
    name, _, fingerprint = manifest.embedder.removesuffix(")").rpartition(" (")
    return PackedEmbedder(name, fingerprint, manifest.dimensions) if name and fingerprint else None


@dataclass(frozen=True)
class PackProgress:
    """How far the writing or reading of a pack is: 0 to 1, and which file it is at."""

    share: float
    current: str


OnPackProgress = Callable[[PackProgress], None]


class Work:
    """Counts the bytes of a pack's work, tells progress, and stops it: `step` raises Cancelled when it is asked to."""

    def __init__(self, total: int, on_progress: OnPackProgress | None, cancelled: threading.Event | None) -> None:
        self.total = max(1, total)
        self.current = ""
        self._on_progress = on_progress
        self.cancelled = cancelled or threading.Event()
        self._done = 0
        self._told = -1

    def step(self, count: int = 0) -> None:
        """Count some bytes."""
        if self.cancelled.is_set():
            raise Cancelled
        self._done += count
        percent = min(100, 100 * self._done // self.total)
        if self._on_progress is not None and (percent != self._told or not count):
            self._told = percent
            self._on_progress(PackProgress(percent / 100, self.current))


def left_behind(folder: Path, pattern: str) -> list[Path]:
    """Return what a process that was killed has left behind: unfinished, named by `pattern`, and older than an hour."""
    now = time.time()
    return [path for path in folder.glob(pattern) if now - path.stat().st_mtime > _STALE_SECONDS]
