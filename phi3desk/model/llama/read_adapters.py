"""The adapters that were read for a loaded model, by llama.cpp's handles; used from the engine's thread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phi3desk.errors import UserError
from phi3desk.file_hash import sha256
from phi3desk.model.adapters.compatibility import check_adapter
from phi3desk.model.gguf import tensors_of
from phi3desk.model.gguf_header import TensorInfo
from phi3desk.model.llama.bindings import NativeFailure, load_adapter
from phi3desk.model.types import STRONGEST, WEAKEST, AdapterUse, GgufInfo


@dataclass(frozen=True)
class ReadAdapter:
    """An adapter that was read: llama.cpp's handle, the form of prompt it was trained on, and its file's SHA-256.

    The SHA-256 is empty where it was not wanted.
    """

    handle: Any
    prompt: str
    sha256: str = ""


#: adapters that are to be attached, each as it is used
Active = tuple[tuple[AdapterUse, ReadAdapter], ...]


class ReadAdapters:
    """Reads and checks adapters, once for each version of a file; their handles are freed with the model."""

    def __init__(self, model: int, info: GgufInfo) -> None:
        self._model, self._info = model, info
        self._tensors: dict[str, TensorInfo] = {}
        self._read: dict[tuple[str, int, int], ReadAdapter] = {}

    def find(self, use: AdapterUse, *, hashed: bool) -> ReadAdapter:
        """Return an adapter, with its SHA-256 where that is wanted; UserError where it cannot be used."""
        path = Path(use.path)
        try:
            state = path.stat()
        except OSError:
            raise UserError("The file of the adapter “{name}” is not there any more.", name=use.name) from None
        key = (str(path.resolve()), state.st_size, state.st_mtime_ns)
        if key in self._read:
            return self._read[key]
        self._tensors = self._tensors or tensors_of(self._info.path)
        info = check_adapter(path, self._info, self._tensors)
        try:
            digest = sha256(path) if hashed else ""
            self._read[key] = ReadAdapter(load_adapter(self._model, path), info.prompt, digest)
        except NativeFailure as failure:
            raise UserError(
                "The adapter “{name}” cannot be used: {reason}.",
                name=use.name,
                reason=str(failure) or "llama.cpp gave no reason",
            ) from None
        return self._read[key]


def strength_of(use: AdapterUse) -> float:
    """Return how strongly an adapter is used; UserError where that is out of bounds."""
    if not math.isfinite(use.strength) or not WEAKEST <= use.strength <= STRONGEST:
        raise UserError("The strength of the adapter “{name}” must be from 0 to 2.", name=use.name)
    return use.strength
