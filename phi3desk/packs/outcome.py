"""What became of a pack that was written or taken in."""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.profiles.profile import Profile


@dataclass(frozen=True)
class ExportedPack:
    """A pack that was written; `left_out` names documents whose file was gone or has changed, bytes is its size.

    `embedders` names the models that made its vectors and that are not part of the program, nor of a pack, `unread` the
    documents that are not in it because they were not read yet, or cannot be read.
    """

    path: str
    bytes: int
    documents: int
    files: int
    passages: int
    adapters: int
    left_out: tuple[str, ...] = ()
    embedders: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportedPack:
    """What a pack became.

    `documents` counts files without an index, too; `folder` is where the files are, "" where there are none.
    `model_missing` is the model the profile wants and that is not here, "" where there is none. `embeds` tells that
    passages wait for new vectors, for `embedder`, which made those of the pack, is not here, `reads` that there are
    files without an index; either is done by the next `sync`.
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
    folder: str = ""
    embedder: str = ""
