"""Takes a pack into an installation: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import threading
import time
import uuid
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.library.documents import Rules
from phi3desk.library.transfer import Incoming, Transfer, rules_of_pack
from phi3desk.library.transfer_records import DOCUMENTS, DocumentRecord, IndexSize, plain_name, records
from phi3desk.model.adding import Prepared
from phi3desk.model.bases import Choice
from phi3desk.model.gguf import inspect
from phi3desk.model.models import AdapterEntry, AdapterUse
from phi3desk.model.store import AdapterStore, ModelStore
from phi3desk.paths import Paths
from phi3desk.profiles.pack import Manifest, OnPackProgress, PackedCollection, PackedProfile, Work
from phi3desk.profiles.pack_checking import check_content, extract, opened_pack
from phi3desk.profiles.profile import ICONS, Profile
from phi3desk.profiles.store import ProfileStore
from phi3desk.profiles.validity import check_profile

_STAGING = ".incoming-"
_STALE_SECONDS = 3600.0


@dataclass(frozen=True)
class Imported:
    """What a pack became.

    `model_missing` is the model the profile wants and that is not here, "" where there is none. `embeds` tells that
    passages wait for new vectors, `reads` that there are files without an index; either is done by the next `sync`.
    """

    profile: Profile
    collections: tuple[int, ...]
    adapters: tuple[str, ...]
    adapters_reused: tuple[str, ...]
    documents: int
    passages: int
    model_missing: str = ""
    embeds: bool = False
    reads: bool = False


def import_pack(
    paths: Paths,
    transfer: Transfer | None,
    pack: Path,
    *,
    on_progress: OnPackProgress | None = None,
    cancelled: threading.Event | None = None,
) -> Imported:
    """Take in a pack: its profile, its adapters, its documents and their index; nothing is embedded.

    `transfer` is the library's; None will do for a pack without collections. Everything is checked first; where
    anything is wrong, nothing is left behind. Raises UserError with the reason, Cancelled. Runs where the library is
    open.
    """
    packs = paths.home / "packs"
    staging = packs / f"{_STAGING}{uuid.uuid4().hex}"
    with opened_pack(pack) as (archive, manifest):
        if manifest.collections and transfer is None:
            raise UserError("The pack holds documents; the library must be open to take it in.")
        profile = _profile_of(manifest.profile)
        made = not packs.exists()
        try:
            staging.mkdir(parents=True, mode=0o700)
            _sweep(packs)
            work = Work(sum(file.bytes for file in manifest.files), on_progress, cancelled)
            extract(archive, manifest, staging, work)
            size = check_content(manifest, staging)
            work.step()
            return _Arrival(paths, transfer, manifest, staging, size, work).take_in(profile)
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise UserError("The pack cannot be taken in: {problem}.", problem=problem) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            if made and packs.is_dir() and not any(packs.iterdir()):
                packs.rmdir()


class _Arrival:
    """One pack that was checked, on its way in."""

    def __init__(
        self, paths: Paths, transfer: Transfer | None, manifest: Manifest, staging: Path, size: IndexSize, work: Work
    ) -> None:
        self._paths = paths
        self._transfer = transfer
        self._manifest = manifest
        self._staging = staging
        self._size = size
        self._work = work
        self._store = ProfileStore(paths.profiles)

    def take_in(self, profile: Profile) -> Imported:
        """Move and write everything; what was done is undone where a step fails."""
        with ExitStack() as undo:
            uses, reused = self._adapters(undo)
            place = self._free_place()
            self._move_documents(place, undo)
            with self._transfer.putting_in() if self._transfer is not None else nullcontext():
                collections = self._collections(place)
                profile = self._store.add(replace(profile, adapters=uses, collections=collections))
                undo.callback(self._store.delete, profile.id)
            undo.pop_all()
        embeds = bool(self._size.vectors) and not self._vectors_fit()
        reads = any(each.documents and not each.index for each in self._manifest.collections)
        return Imported(
            profile,
            collections,
            tuple(use.name for use in uses if use.name not in reused),
            tuple(reused),
            self._size.documents,
            self._size.passages,
            self._missing_model(),
            embeds,
            reads,
        )

    def _adapters(self, undo: ExitStack) -> tuple[tuple[AdapterUse, ...], list[str]]:
        store = _PackedAdapters(self._paths)
        uses: dict[str, AdapterUse] = {}
        reused = []
        for packed in self._manifest.adapters:
            entry, is_new = store.take(self._staging / packed.file, packed.name)
            if is_new:
                undo.callback(store.forget, entry)
            elif entry.name not in uses:
                reused.append(entry.name)
            uses.setdefault(entry.name, AdapterUse(entry.name, entry.path, packed.strength))
        return tuple(uses.values()), reused

    def _free_place(self) -> Path:
        name = plain_name(self._manifest.profile.name).lstrip(".") or "pack"
        place, number = self._paths.home / "packs" / name, 2
        while place.exists():
            place, number = place.with_name(f"{name} {number}"), number + 1
        return place

    def _move_documents(self, place: Path, undo: ExitStack) -> None:
        documents = self._staging / "documents"
        if not documents.is_dir():
            return
        for collection in self._manifest.collections:
            if collection.index and collection.documents:
                # a file that is as old as it was is not read again
                index = self._staging / "index" / str(collection.folder) / DOCUMENTS
                for record in records(index, DocumentRecord):
                    if record.has_file:
                        file = documents.joinpath(str(collection.folder), *record.file.split("/"))
                        os.utime(file, (record.changed, record.changed))
        place.mkdir(mode=0o700)
        undo.callback(shutil.rmtree, place, ignore_errors=True)
        documents.rename(place / "documents")

    def _collections(self, place: Path) -> tuple[int, ...]:
        if self._transfer is None:
            return ()
        made = []
        for packed in self._manifest.collections:
            self._work.current = packed.name
            incoming = Incoming(
                name=packed.name,
                rules=_rules(packed),
                index=self._staging / "index" / str(packed.folder) if packed.index else None,
                files=place / "documents" / str(packed.folder) if packed.documents else None,
                without_files=place / "without file" / str(packed.folder),
                vectors_fit=self._vectors_fit(),
            )
            made.append(self._transfer.put_in(incoming, self._work.step))
        return tuple(made)

    def _vectors_fit(self) -> bool:
        """Whether the vectors are those of the embedder here."""
        if self._transfer is None:
            return False
        there = (self._manifest.embedder, self._manifest.dimensions)
        return there == (self._transfer.embedder, self._transfer.dimensions)

    def _missing_model(self) -> str:
        wanted = self._manifest.profile.model
        if wanted is None or any(entry.name == wanted.name for entry in ModelStore(self._paths).list()):
            return ""
        return wanted.name


class _PackedAdapters(AdapterStore):
    """The installation's adapters, as a pack adds to them: whatever models are here, for they may come later."""

    def take(self, file: Path, name: str) -> tuple[AdapterEntry, bool]:
        """Move a checked file in under a free name; the same content is kept once. Tells whether it is new."""
        known = {entry.name for entry in self.list()}
        plain = plain_name(name).lstrip(".") or "adapter"
        entry = self._take_in(Prepared(plain, file, inspect(file, "adapter"), Choice(None)), "", ())
        return entry, entry.name not in known

    def forget(self, entry: AdapterEntry) -> None:
        """Undo `take`."""
        Path(entry.path).unlink(missing_ok=True)
        self._record(entry.name).unlink(missing_ok=True)


def _profile_of(packed: PackedProfile) -> Profile:
    profile = Profile(
        id="",
        name=packed.name,
        instructions=packed.instructions,
        color=packed.color,
        model=packed.model.name if packed.model is not None else "",
        first_questions=packed.first_questions,
        icon=packed.icon if packed.icon in ICONS else "",
        answer_mode=packed.answer_mode,
        sampling=packed.sampling,
    )
    check_profile(profile)
    return profile


def _rules(packed: PackedCollection) -> Rules:
    return rules_of_pack(Rules(ocr=packed.ocr, ocr_languages=packed.ocr_languages))


def _sweep(packs: Path) -> None:
    """Delete what an import that was killed has left behind."""
    for folder in packs.glob(f"{_STAGING}*"):
        if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
