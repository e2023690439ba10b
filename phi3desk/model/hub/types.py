"""What is passed around when a model is fetched from a hub; imports no HTTP library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class RemoteFile:
    """A file as the hub describes it: its path in the repository, its bytes, and its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class RemoteModel:
    """A GGUF of a repository; one that is split is all its parts, in their order."""

    files: tuple[RemoteFile, ...]

    @property
    def name(self) -> str:
        """The path of the file that stands for the model: its only one, or its first part."""
        return self.files[0].name

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Repository:
    """What a repository holds at one commit; `licence` is "" where it names none."""

    name: str
    commit: str
    licence: str
    models: tuple[RemoteModel, ...]


@dataclass(frozen=True)
class Wanted:
    """Which model is wanted: `owner/name` of a repository, and the path of a GGUF in it."""

    repository: str
    file: str


class DownloadPhase(StrEnum):
    """What a download is doing: asking the hub, receiving, waiting to ask again, checking what has come."""

    ASKING = "asking"
    RECEIVING = "receiving"
    WAITING = "waiting"
    CHECKING = "checking"


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is, in bytes; `seconds_left` is None while it cannot be told."""

    phase: DownloadPhase
    received: int
    total: int
    seconds_left: float | None = None
    bytes_per_second: float = 0.0


@dataclass(frozen=True)
class Unfinished:
    """A download that was begun and can go on, and how many bytes of it are there."""

    wanted: Wanted
    received: int
    total: int
