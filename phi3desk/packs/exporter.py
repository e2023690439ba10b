"""Writes a pack: streamed, first beside its place under another name, then renamed."""

from __future__ import annotations

import glob
import hashlib
import threading
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from phi3desk import __version__
from phi3desk.errors import UserError
from phi3desk.library.documents import Rules
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER
from phi3desk.library.transfer import Carried, Transfer
from phi3desk.library.transfer_records import (
    DOCUMENTS,
    PAGES,
    PASSAGES,
    VECTORS,
    DocumentRecord,
    PackedEmbedder,
    PageRecord,
    PassageRecord,
    at_most,
)
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.starter import ADAPTER, find_starter_adapter
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterEntry
from phi3desk.packs.checks import read_manifest
from phi3desk.packs.manifest import (
    CHUNK,
    COMMENT,
    EMBEDDERS_FORMAT,
    FIRST_FORMAT,
    FORMAT,
    MANIFEST,
    SUFFIX,
    Manifest,
    OnPackProgress,
    PackedAdapter,
    PackedCollection,
    PackedFile,
    PackedProfile,
    WantedModel,
    Work,
    left_behind,
)
from phi3desk.packs.outcome import ExportedPack
from phi3desk.paths import Paths
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.validation import check_profile

#: every entry carries the same time, so that the same content gives the same pack
_DATE = (2000, 1, 1, 0, 0, 0)
#: bytes that a passage with its page takes in the index, for the progress
_BYTES_A_DOCUMENT = 50_000
_UNFINISHED = ".part"


def export_pack(
    paths: Paths,
    transfer: Transfer | None,
    profile: Profile,
    target: Path,
    *,
    with_documents: bool = False,
    with_index: bool = False,
    on_progress: OnPackProgress | None = None,
    cancelled: threading.Event | None = None,
) -> ExportedPack:
    """Write a profile with its adapters into a pack, with its documents' files and their index where they are wanted.

    `transfer` is the library's, None where neither is wanted. Raises UserError with the reason, Cancelled; then there
    is no new file, and an older one of that name stays. Runs where the library is open.
    """
    check_profile(profile)
    if target.suffix.casefold() != SUFFIX:
        target = target.with_name(target.name + SUFFIX)
    if not target.parent.is_dir():
        raise UserError("There is no folder {path}.", path=str(target.parent))
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_UNFINISHED}")
    try:
        _sweep(target)
        writing = _Writing(paths, profile, temporary, Work(1, on_progress, cancelled))
        with writing.archive:
            packed = writing.write(transfer, with_documents, with_index)
        size = temporary.stat().st_size
        # what is larger than may be taken in is told to who saves it, not to those who get it
        read_manifest(temporary)
        temporary.replace(target)
        return ExportedPack(str(target), size, *packed)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise UserError("The pack {path} cannot be written: {problem}.", path=str(target), problem=problem) from error
    finally:
        temporary.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Delete what a process that was killed while it wrote this pack has left behind."""
    # one that another process deletes, or that may not be deleted, is no reason not to write
    with suppress(OSError):
        for unfinished in left_behind(target.parent, f".{glob.escape(target.name)}.*{_UNFINISHED}"):
            unfinished.unlink()


class _Writing:
    """One pack on its way."""

    def __init__(self, paths: Paths, profile: Profile, temporary: Path, work: Work) -> None:
        self._paths = paths
        self._profile = profile
        self._work = work
        self._files: list[PackedFile] = []
        self._left_out: list[str] = []
        self._unread: list[str] = []
        self._embedders: set[str] = set()
        self._has_reasons = False
        self._documents = self._document_files = self._passages = 0
        self.archive = zipfile.ZipFile(temporary, "x", allowZip64=True)

    def write(
        self, transfer: Transfer | None, with_documents: bool, with_index: bool
    ) -> tuple[int, int, int, int, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        adapters = self._adapter_entries()
        collections: list[PackedCollection] = []
        packed: tuple[PackedAdapter, ...]
        if transfer is None or not (with_documents or with_index):
            self._work.total = sum(entry.size for entry, _ in adapters) or 1
            packed = self._write_adapters(adapters)
        else:
            with transfer.unchanging():
                chosen = transfer.collections(self._profile.collections or None)
                documents_of = {each[0]: transfer.documents(each[0]) for each in chosen}
                self._work.total = _expected(adapters, documents_of, with_documents, with_index)
                packed = self._write_adapters(adapters)
                for folder, (collection_id, name, rules) in enumerate(chosen, 1):
                    documents = documents_of[collection_id]
                    taken = documents if with_documents else [each for each in documents if each.has_content]
                    self._unread += transfer.unread(collection_id, taken)
                    present = self._write_files(folder, documents) if with_documents else set()
                    if with_index:
                        self._write_index(folder, transfer, collection_id, documents, present)
                    embedder = transfer.embedder(collection_id) if with_index else None
                    if embedder is not None and transfer.is_added(embedder):
                        self._embedders.add(embedder.name)
                    collections.append(_packed_collection(name, folder, rules, bool(present), embedder))
        self._write_manifest(packed, collections)
        counts = (self._documents, self._document_files, self._passages, len(packed))
        return *counts, tuple(self._left_out), tuple(sorted(self._embedders)), tuple(self._unread)

    def _adapter_entries(self) -> list[tuple[AdapterEntry, float]]:
        store = AdapterStore(self._paths)
        # where the starter is gone its adapter is, too; it holds for no other model, and comes with each starter
        gone = {ADAPTER} if find_starter_adapter() is None else set()
        return [(store.find(use.name), use.strength) for use in self._profile.adapters if use.name not in gone]

    def _write_adapters(self, adapters: list[tuple[AdapterEntry, float]]) -> tuple[PackedAdapter, ...]:
        packed = []
        for number, (entry, strength) in enumerate(adapters, 1):
            file = f"adapters/{number}.gguf"
            digest = self._write_file(file, Path(entry.path))
            if digest != entry.sha256:
                raise UserError("The file of the adapter “{name}” is damaged; add it again.", name=entry.name)
            packed.append(PackedAdapter(entry.name, file, strength))
        return tuple(packed)

    def _write_files(self, folder: int, documents: list[Carried]) -> set[int]:
        """Write the files of documents, and return which of them are in the pack by it."""
        present = set()
        for document in documents:
            if not document.is_at_its_place:
                self._left_out.append(Path(document.path).name)
                continue
            digest = self._write_file(f"documents/{folder}/{document.file}", Path(document.path))
            if digest != document.sha256:
                raise UserError(
                    "“{name}” has changed since it was read. Check its folder in the library, then save the pack "
                    "again.",
                    name=Path(document.path).name,
                )
            present.add(document.id)
        self._document_files += len(present)
        return present

    def _write_index(
        self, folder: int, transfer: Transfer, collection_id: int, documents: list[Carried], present: set[int]
    ) -> None:
        readable = [document for document in documents if document.has_content]
        has_vector: set[int] = set()
        place = f"index/{folder}"
        parts = transfer.vector_parts(collection_id, readable, has_vector)
        self._write_parts(f"{place}/{VECTORS}", parts, zipfile.ZIP_STORED)
        passages = self._counted(transfer.passage_lines(readable, has_vector))
        self._write_parts(f"{place}/{DOCUMENTS}", at_most(transfer.document_lines(readable, present), DocumentRecord))
        self._write_parts(f"{place}/{PAGES}", at_most(transfer.page_lines(readable), PageRecord))
        self._write_parts(f"{place}/{PASSAGES}", at_most(passages, PassageRecord))
        self._documents += len(readable)
        self._has_reasons |= any(document.reason is not None for document in readable)

    def _counted(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._passages += 1
            yield line

    def _write_file(self, name: str, source: Path) -> str:
        """Write a file as it is and return its SHA-256; adapters and documents are mostly packed already."""
        with open(source, "rb") as file:
            return self._write_parts(name, iter(lambda: file.read(CHUNK), b""), zipfile.ZIP_STORED)

    def _write_parts(self, name: str, parts: Iterable[bytes], method: int = zipfile.ZIP_DEFLATED) -> str:
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type = method
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        self._work.current = name.rpartition("/")[2]
        with self.archive.open(info, "w", force_zip64=True) as entry:
            for part in parts:
                entry.write(part)
                digest.update(part)
                size += len(part)
                self._work.step(len(part))
        self._files.append(PackedFile(name, size, digest.hexdigest()))
        return digest.hexdigest()

    def _write_manifest(self, adapters: tuple[PackedAdapter, ...], collections: list[PackedCollection]) -> None:
        form, embedder, packed = _form(collections, self._has_reasons)
        manifest = Manifest(
            form,
            __version__,
            _packed_profile(self._paths, self._profile, self._work.cancelled),
            embedder.name if embedder is not None else "",
            embedder.dimensions if embedder is not None else 1,
            adapters,
            packed,
            tuple(self._files),
        )
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._write_parts(MANIFEST, [content])
        self.archive.comment = COMMENT + hashlib.sha256(content).hexdigest().encode()


def _expected(
    adapters: list[tuple[AdapterEntry, float]],
    documents_of: dict[int, list[Carried]],
    with_files: bool,
    with_index: bool,
) -> int:
    """Return about how many bytes will be written."""
    documents = [document for several in documents_of.values() for document in several]
    files = sum(document.size for document in documents) if with_files else 0
    index = _BYTES_A_DOCUMENT * len(documents) if with_index else 0
    return sum(entry.size for entry, _ in adapters) + files + index or 1


def _packed_collection(
    name: str, folder: int, rules: Rules, documents: bool, embedder: PackedEmbedder | None
) -> PackedCollection:
    """Return a collection as the manifest names it; it has an index where an embedder is given."""
    return PackedCollection(
        name[:120], folder, documents, embedder is not None, rules.ocr, rules.ocr_languages, embedder
    )


def _form(
    collections: list[PackedCollection], has_reasons: bool
) -> tuple[int, PackedEmbedder | None, tuple[PackedCollection, ...]]:
    """Return the oldest form that can say what the pack says, so that an earlier version can read the pack, too.

    With it the embedder that the manifest itself names there, and the collections as they are named then.
    """
    if has_reasons:
        return FORMAT, None, tuple(collections)
    made_by = {each.embedder for each in collections if each.embedder is not None}
    if any((each.name, each.fingerprint) != FIRST_EMBEDDER or each.passage_prefix for each in made_by):
        return EMBEDDERS_FORMAT, None, tuple(collections)
    of_first = tuple(msgspec.structs.replace(each, embedder=None) for each in collections)
    return FIRST_FORMAT, next(iter(made_by), None), of_first


def _packed_profile(paths: Paths, profile: Profile, cancelled: threading.Event) -> PackedProfile:
    wanted = None
    if profile.model:
        models = ModelStore(paths)
        try:
            wanted = WantedModel(profile.model, models.fingerprint(models.find(profile.model).path, cancelled))
        except (UserError, OSError):
            wanted = WantedModel(profile.model)
    return PackedProfile(
        name=profile.name.strip(),
        instructions=profile.instructions,
        color=profile.color,
        icon=profile.icon,
        answer_mode=profile.answer_mode,
        sampling=profile.sampling,
        first_questions=profile.first_questions,
        model=wanted,
    )
