"""Tells whether the files of a vector store are those that were left when it was last closed."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec

_BLOCK = 1 << 20


class SealedFile(msgspec.Struct, frozen=True):
    """A file as it was: size in bytes, time of change in nanoseconds, CRC-32 of its content."""

    size: int
    changed: int
    checksum: int


class Seal(msgspec.Struct, frozen=True):
    """A vector store as it was when it was closed; `complete` where it held every vector it should."""

    complete: bool
    files: dict[str, SealedFile]

    def fits(self, folder: Path) -> bool:
        """Return whether the files of a folder are still the same; reads all of them, about 1 s a gigabyte."""
        found = files_of(folder)
        try:
            return found.keys() == self.files.keys() and all(
                path.stat().st_size == self.files[name].size and _checksum(path) == self.files[name].checksum
                for name, path in found.items()
            )
        except OSError:
            return False


def seal(folder: Path, complete: bool, earlier: Seal | None) -> Seal:
    """Return the seal of a closed store; files that have not changed since an `earlier` one are not read."""
    known = earlier.files if earlier is not None else {}
    sealed = {}
    for name, path in files_of(folder).items():
        status = path.stat()
        before = known.get(name)
        if before is not None and (before.size, before.changed) == (status.st_size, status.st_mtime_ns):
            sealed[name] = before
        else:
            sealed[name] = SealedFile(status.st_size, status.st_mtime_ns, _checksum(path))
    return Seal(complete, sealed)


def read_seal(kept: str) -> Seal | None:
    """Return the seal that was kept as JSON; None where there is none."""
    try:
        return msgspec.json.decode(kept, type=Seal) if kept else None
    except msgspec.DecodeError:
        return None


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files of a store by their path within its folder."""
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def _checksum(path: Path) -> int:
    checksum = 0
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum
