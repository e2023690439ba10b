"""Opens a pack and makes sure that it is what it says: names, sizes, hashes, versions, content.

Whoever made it may want harm. Nothing in it is executed, and nothing of it is written but into the staging folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from phi3desk.errors import UserError, until
from phi3desk.library.kinds import TEXT
from phi3desk.library.reading.limits import Refusal
from phi3desk.library.reading.text_files.plain import LONGEST_LINE, text_of, tidy_lines
from phi3desk.library.transfer_records import (
    DOCUMENTS,
    INDEX_FILES,
    PAGES,
    DocumentRecord,
    IndexSize,
    PageRecord,
    check_index,
    is_plain_name,
    records,
)
from phi3desk.model.gguf import inspect
from phi3desk.packs.manifest import (
    CHUNK,
    COMMENT,
    FIRST_FORMAT,
    FORMAT,
    MANIFEST,
    Manifest,
    PackedFile,
    Work,
    embedder_of,
)

MOST_FILES = 200_000
MOST_BYTES = 64 << 30
LARGEST_FILE = 32 << 30
LARGEST_MANIFEST = 64 << 20
LARGEST_DIRECTORY = 100 << 20
#: how much larger than in the pack a file may get, once it is larger than SMALL
MOST_RATIO, SMALL = 200, 10 << 20
#: what stays free on the disk
RESERVE = 200 << 20
_END, _END_64, _LOCATOR_64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"
_PLAIN = tuple(f".{suffix}" for suffix in TEXT.suffixes)
_WORD = re.compile(r"[0-9A-Za-z]+")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ValueError)


class PackRefused(UserError):
    """A pack that was not taken in, with the reason; nothing of it is left."""


class _Version(msgspec.Struct):
    """What every form of the manifest says."""

    format: int
    program: str = ""


@contextmanager
def opened_pack(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a pack whose names, sizes, versions and manifest are in order; its content is not yet read.

    Raises PackRefused with the reason.
    """
    with ExitStack() as open_files:
        try:
            file = open_files.enter_context(open(path, "rb"))
            _check_directory(file, path)
            archive = open_files.enter_context(zipfile.ZipFile(file))
            entries = _checked_entries(archive)
            manifest = _read_manifest(archive)
        except _DAMAGED as error:
            raise _damaged(path) from error
        except FileNotFoundError:
            raise PackRefused(
                "The file “{name}” is not there. Look at its folder and its name.", name=path.name
            ) from None
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise PackRefused("The pack {path} cannot be read: {problem}.", path=str(path), problem=problem) from error
        _check_listing(manifest, entries)
        yield archive, manifest


def read_manifest(path: Path) -> Manifest:
    """Return what a pack says of itself, checked but for its content; PackRefused with the reason."""
    with opened_pack(path) as (_, manifest):
        return manifest


def _damaged(path: Path) -> PackRefused:
    return PackRefused("“{name}” is damaged or no pack. Ask for it again.", name=path.name)


def _check_directory(file: BinaryIO, path: Path) -> None:
    """Look at the size of the ZIP's list of files before all of it is read into memory."""
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise PackRefused("{path} is not a file.", path=str(path))
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _damaged(path)
    listed = struct.unpack_from("<I", tail, at + 12)[0]
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR_64:
        file.seek(min(size, struct.unpack_from("<Q", tail, at - 12)[0]))
        record = file.read(56)
        if len(record) < 56 or not record.startswith(_END_64):
            raise _damaged(path)
        listed = struct.unpack_from("<Q", record, 40)[0]
    if listed > LARGEST_DIRECTORY:
        raise PackRefused("“{name}” names more files than a pack may hold.", name=path.name)
    file.seek(0)


def _checked_entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name."""
    entries: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    if len(archive.infolist()) > MOST_FILES + 1:
        raise PackRefused("The pack names more files than a pack may hold.")
    for info in archive.infolist():
        name = info.filename
        shown = ascii(info.orig_filename)[1:-1][:100]
        if info.orig_filename != name or not is_plain_name(name):
            raise PackRefused("The pack holds a file named “{name}”, which is not allowed.", name=shown)
        if name.casefold() in folded:
            raise PackRefused("The pack holds two files named “{name}”.", name=shown)
        mode = info.external_attr >> 16
        if info.is_dir() or (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
            raise PackRefused("“{name}” in the pack is a link or a folder, which is not allowed.", name=shown)
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise PackRefused("“{name}” in the pack is stored in a way that is not allowed.", name=shown)
        largest = LARGEST_MANIFEST if name == MANIFEST else LARGEST_FILE
        swells = info.file_size > SMALL and info.file_size > MOST_RATIO * max(1, info.compress_size)
        if info.file_size > largest or swells:
            raise PackRefused("“{name}” in the pack is larger than a pack may hold.", name=shown)
        folded.add(name.casefold())
        entries[name] = info
    whole = sum(info.file_size for info in entries.values())
    if whole > SMALL and whole > MOST_RATIO * max(1, sum(info.compress_size for info in entries.values())):
        raise PackRefused("What is in the pack is larger than a pack may hold.")
    if whole > MOST_BYTES:
        raise PackRefused("The pack is larger than {most} GB, the most that is taken in.", most=MOST_BYTES >> 30)
    return entries


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise PackRefused("The file is not a pack of phi3desk: it has no manifest.")
    with archive.open(MANIFEST) as file:
        content = file.read(LARGEST_MANIFEST + 1)
    try:
        version = msgspec.json.decode(content, type=_Version)
        if version.format > FORMAT:
            raise PackRefused(
                "The pack was made by a newer version of phi3desk ({program}). Install that version to take it in.",
                program=version.program[:40],
            )
        if archive.comment != COMMENT + hashlib.sha256(content).hexdigest().encode():
            raise PackRefused("The pack was changed after it was made, so it was refused.")
        if version.format < FIRST_FORMAT:
            raise PackRefused("The pack is of a form that this version of phi3desk does not know.")
        return msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise PackRefused("The pack's manifest cannot be read: {problem}.", problem=str(error)[:200]) from error


def _check_listing(manifest: Manifest, entries: dict[str, zipfile.ZipInfo]) -> None:
    """Make sure that the pack holds exactly what its manifest names, and in the right places."""
    listed = {file.path: file for file in manifest.files}
    present = set(entries) - {MANIFEST}
    if len(listed) < len(manifest.files) or MANIFEST in listed:
        raise PackRefused("The pack's manifest names a file twice.")
    for name in sorted(present - set(listed))[:1]:
        raise PackRefused("The pack holds a file that its manifest does not name: “{name}”.", name=name)
    for name in sorted(set(listed) - present)[:1]:
        raise PackRefused("The pack lacks a file that its manifest names: “{name}”.", name=ascii(name)[1:-1][:100])
    for file in manifest.files:
        if entries[file.path].file_size != file.bytes:
            raise PackRefused("“{name}” in the pack has another size than its manifest says.", name=file.path)
    _check_places(manifest, set(listed))


def _check_places(manifest: Manifest, listed: set[str]) -> None:
    folders = [collection.folder for collection in manifest.collections]
    adapters = [adapter.file for adapter in manifest.adapters]
    if len(set(folders)) < len(folders) or len(set(adapters)) < len(adapters):
        raise PackRefused("The pack's manifest names something twice.")
    indexes = {
        f"index/{collection.folder}/{name}"
        for collection in manifest.collections
        if collection.index
        for name in INDEX_FILES
    }
    wanted = indexes | set(adapters)
    documents = tuple(f"documents/{each.folder}/" for each in manifest.collections if each.documents)
    misplaced = {name for name in listed - wanted if not name.startswith(documents or ("\0",))}
    for name in sorted(misplaced | (wanted - listed))[:1]:
        raise PackRefused("The pack's manifest does not fit what is in the pack: “{name}”.", name=name)


def extract(archive: zipfile.ZipFile, manifest: Manifest, staging: Path, work: Work) -> None:
    """Unpack everything into an empty folder, checked by size and hash; PackRefused where they differ."""
    total = sum(file.bytes for file in manifest.files)
    if total + RESERVE > shutil.disk_usage(staging).free:
        raise PackRefused("There is not enough room for the pack: it needs {megabytes} MB.", megabytes=total >> 20)
    for file in manifest.files:
        target = staging.joinpath(*file.path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        work.current = target.name
        try:
            with archive.open(file.path) as source, open(target, "xb") as copy:
                _copy(source, copy, file, work)
        except _DAMAGED as error:
            raise PackRefused("“{name}” in the pack is damaged. Ask for the pack again.", name=file.path) from error


def _copy(source: Any, copy: BinaryIO, file: PackedFile, work: Work) -> None:
    digest, size = hashlib.sha256(), 0
    while block := source.read(CHUNK):
        size += len(block)
        if size > file.bytes:
            break
        digest.update(block)
        copy.write(block)
        work.step(len(block))
    if size != file.bytes or digest.hexdigest() != file.sha256:
        raise PackRefused(
            "“{name}” in the pack is not what the manifest says: it was changed or damaged.", name=file.path
        )


def check_content(manifest: Manifest, staging: Path, cancelled: threading.Event) -> IndexSize:
    """Make sure that the unpacked files are sound and fit together; return how much their indexes hold.

    Raises PackRefused, and Cancelled once that is set: a hundred thousand passages take twenty seconds.
    """
    for adapter in manifest.adapters:
        try:
            inspect(staging / adapter.file, "adapter")
        except UserError as error:
            raise PackRefused(
                "The adapter “{name}” in the pack cannot be used. {reason}", name=adapter.name, reason=error.sentence
            ) from error
    size = IndexSize(0, 0, 0, 0)
    files = {file.path: file for file in manifest.files}
    for collection in manifest.collections:
        if collection.index:
            folder = staging / "index" / str(collection.folder)
            embedder = embedder_of(manifest, collection)
            if embedder is None:
                raise PackRefused("The pack does not say what made its vectors, so it was refused.")
            counted = check_index(folder, embedder.dimensions, cancelled)
            size = IndexSize(*(a + b for a, b in zip(_counts(size), _counts(counted), strict=True)))
            place = f"documents/{collection.folder}/"
            _check_documents(folder, place, files)
            _check_own_words(folder, staging / place, cancelled)
    return size


def _check_own_words(folder: Path, files: Path, cancelled: threading.Event) -> None:
    """Make sure that the pages of plain text files say nothing that the files do not; other kinds take a reader.

    Words of ASCII are compared, which are the same whatever charset a version of the program takes a file to be in.
    """
    named = enumerate(records(folder / DOCUMENTS, DocumentRecord))
    plain = {number: each for number, each in named if each.has_file and each.file.lower().endswith(_PLAIN)}
    if not plain:
        return
    number = -1
    known: frozenset[str] | None = None
    for page in until(cancelled, records(folder / PAGES, PageRecord)):
        if page.document not in plain:
            continue
        if page.document != number:
            number = page.document
            known = _words_of(files.joinpath(*plain[number].file.split("/")))
        if known is not None and not known.issuperset(_WORD.findall(page.text)):
            raise PackRefused(
                "The pages of “{name}” in the pack do not fit its file, so it was refused.", name=plain[number].file
            )


def _words_of(file: Path) -> frozenset[str] | None:
    """Return the words of a text file as they are read; None where lines are so long that words are parted."""
    try:
        lines = text_of(file)[0].splitlines()
    except Refusal:
        return frozenset()
    if any(len(line) >= LONGEST_LINE for line in lines):
        return None
    return frozenset(_WORD.findall(tidy_lines(lines)))


def _counts(size: IndexSize) -> tuple[int, int, int, int]:
    return size.documents, size.pages, size.passages, size.vectors


def _check_documents(folder: Path, place: str, files: dict[str, PackedFile]) -> None:
    """Make sure that each document of an index names its own file, and has plain words for a name."""
    for record in records(folder / DOCUMENTS, DocumentRecord):
        if not is_plain_name(record.file):
            raise PackRefused(
                "The pack holds a document named “{name}”, which is not allowed.", name=ascii(record.file)[1:-1][:100]
            )
        file = files.get(place + record.file)
        if record.has_file != (file is not None) or (file is not None and file.sha256 != record.sha256):
            raise PackRefused("The documents in the pack do not fit their index, so it was refused.")
