"""Takes a pack into an installation: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.library.documents import Rules
from phi3desk.library.transfer import Incoming, Transfer, rules_of_pack
from phi3desk.library.transfer_records import DOCUMENTS, DocumentRecord, IndexSize, plain_name, records
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse
from phi3desk.packs.checks import check_content, extract, opened_pack
from phi3desk.packs.manifest import (
    Manifest,
    OnPackProgress,
    PackedCollection,
    PackedFile,
    PackedProfile,
    Work,
    embedder_of,
    left_behind,
)
from phi3desk.packs.outcome import ImportedPack
from phi3desk.paths import Paths
from phi3desk.profiles.profile import ICONS, Profile
from phi3desk.profiles.store import ProfileStore
from phi3desk.profiles.validation import check_profile

_STAGING = ".incoming-"
#: of the progress: what putting a byte of an index into the library costs against unpacking it, and what of that is
#: done from one step to the next
_INDEX_WEIGHT, _INDEX_PART = 20, 25 << 20


def import_pack(
    paths: Paths,
    transfer: Transfer | None,
    pack: Path,
    *,
    on_progress: OnPackProgress | None = None,
    cancelled: threading.Event | None = None,
) -> ImportedPack:
    """Take in a pack: its profile, its adapters, its documents and their index; nothing is embedded.

    `transfer` is the library's; None will do for a pack without collections. Everything is checked first; where
    anything is wrong, nothing is left behind. Raises UserError with the reason, Cancelled. Runs where the library is
    open.
    """
    packs = paths.packs
    staging = packs / f"{_STAGING}{uuid.uuid4().hex}"
    with opened_pack(pack) as (archive, manifest):
        if manifest.collections and transfer is None:
            raise UserError("The pack holds documents; the library must be open to take it in.")
        profile = _profile_of(manifest.profile)
        made = not packs.exists()
        try:
            staging.mkdir(parents=True, mode=0o700)
            _sweep(packs)
            weights = (file.bytes + _INDEX_WEIGHT * _index_bytes(file) for file in manifest.files)
            work = Work(sum(weights), on_progress, cancelled)
            extract(archive, manifest, staging, work)
            size = check_content(manifest, staging, work.cancelled)
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

    def take_in(self, profile: Profile) -> ImportedPack:
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
        foreign = self._foreign()
        unread = self._unread()
        return ImportedPack(
            profile,
            collections,
            tuple(use.name for use in uses if use.name not in reused),
            tuple(reused),
            self._size.documents + unread,
            self._size.passages,
            self._missing_model(),
            bool(foreign),
            unread > 0,
            str(place) if place.exists() else "",
            ", ".join(sorted(foreign)),
        )

    def _adapters(self, undo: ExitStack) -> tuple[tuple[AdapterUse, ...], list[str]]:
        store = AdapterStore(self._paths)
        uses: dict[str, AdapterUse] = {}
        reused = []
        for packed in self._manifest.adapters:
            name = plain_name(packed.name).lstrip(".") or "adapter"
            entry, is_new = store.take(self._staging / packed.file, name)
            if is_new:
                undo.callback(store.forget, entry)
            elif entry.name not in uses:
                reused.append(entry.name)
            uses.setdefault(entry.name, AdapterUse(entry.name, entry.path, packed.strength))
        return tuple(uses.values()), reused

    def _free_place(self) -> Path:
        name = plain_name(self._manifest.profile.name).lstrip(".") or "pack"
        place, number = self._paths.packs / name, 2
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
                embedder=embedder_of(self._manifest, packed) if packed.index else None,
            )
            made.append(self._put_in(incoming, packed))
        return tuple(made)

    def _put_in(self, incoming: Incoming, packed: PackedCollection) -> int:
        assert self._transfer is not None
        place = f"index/{packed.folder}/"
        files = (file for file in self._manifest.files if file.path.startswith(place))
        left = _INDEX_WEIGHT * sum(_index_bytes(file) for file in files)

        def step() -> None:
            nonlocal left
            done = min(left, _INDEX_PART)
            left -= done
            self._work.step(done)

        made = self._transfer.put_in(incoming, step)
        self._work.step(left)
        return made

    def _unread(self) -> int:
        """Return how many files came without an index."""
        places = tuple(f"documents/{each.folder}/" for each in self._manifest.collections if not each.index)
        return sum(file.path.startswith(places) for file in self._manifest.files)

    def _foreign(self) -> set[str]:
        """Return the names of the embedders that made vectors of the pack and are not here."""
        if self._transfer is None or not self._size.vectors:
            return set()
        made_by = [embedder_of(self._manifest, each) for each in self._manifest.collections if each.index]
        return {each.name for each in made_by if each is not None and not self._transfer.takes(each)}

    def _missing_model(self) -> str:
        wanted = self._manifest.profile.model
        if wanted is None or any(entry.name == wanted.name for entry in ModelStore(self._paths).list()):
            return ""
        return wanted.name


def _index_bytes(file: PackedFile) -> int:
    return file.bytes if file.path.startswith("index/") else 0


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
    for folder in left_behind(packs, f"{_STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)
