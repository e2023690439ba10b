"""Writes a LoRA adapter as GGUF (version 3, little-endian), the form llama.cpp loads.

Source of the format: ggml's docs/gguf.md; keys and names as llama.cpp's convert_lora_to_gguf.py writes them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from phi3desk.model.gguf_header import MAGIC

ALIGNMENT = 32
VERSION = 3
_F32, _F16 = 0, 1

Metadata = Mapping[str, str | int | float]
Values = npt.NDArray[np.float32] | npt.NDArray[np.float16]


@dataclass(frozen=True)
class PlannedTensor:
    """A tensor to write: `shape` in numpy's order, 16 or 32 bits a value, and what makes the values when it is due."""

    name: str
    shape: tuple[int, int]
    half: bool
    make: Callable[[], Values]

    @property
    def nbytes(self) -> int:
        """Bytes of its values."""
        return self.shape[0] * self.shape[1] * (2 if self.half else 4)


def write_gguf(path: Path, metadata: Metadata, tensors: Sequence[PlannedTensor]) -> None:
    """Write the file, one tensor in memory at a time; the same input gives the same bytes. Raises OSError."""
    with open(path, "wb") as file:
        file.write(MAGIC + struct.pack("<IQQ", VERSION, len(tensors), len(metadata)))
        for key, value in metadata.items():
            file.write(_text(key) + _value(value))
        offset = 0
        for tensor in tensors:
            kind = _F16 if tensor.half else _F32
            file.write(_text(tensor.name) + struct.pack("<IQQIQ", 2, *reversed(tensor.shape), kind, offset))
            offset += tensor.nbytes + -tensor.nbytes % ALIGNMENT
        _pad(file)
        for tensor in tensors:
            values = tensor.make()
            if values.shape != tensor.shape:
                raise ValueError(f"{tensor.name} has shape {values.shape}, not {tensor.shape}")
            file.write(np.ascontiguousarray(values, dtype="<f2" if tensor.half else "<f4").tobytes())
            _pad(file)


def _pad(file: BinaryIO) -> None:
    file.write(b"\0" * (-file.tell() % ALIGNMENT))


def _text(text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return struct.pack("<Q", len(raw)) + raw


def _value(value: str | int | float) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    return struct.pack("<II", 4, value)
