"""Reads a safetensors file without trusting it, and without torch.

Source of the format: huggingface/safetensors, README ("Format"): eight bytes of header length (little-endian), a JSON
object of tensors, then their data without holes. Every claim is checked against the file before it is used.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from phi3desk.errors import UserError

MAX_HEADER = 1 << 24
MAX_TENSORS = 1 << 16
MAX_NAME = 1 << 8
MAX_DIMENSIONS = 4

#: type -> numpy's type of the bytes; BF16 is the upper half of a 32-bit number
FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
#: bytes of an element of the types that are no weights
OTHERS = {"I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1,
          "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1}  # fmt: skip

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """Where a tensor lies: its type, its shape as PyTorch has it, first and last byte in the file."""

    kind: str
    shape: tuple[int, ...]
    start: int
    end: int


class _Damaged(Exception):
    """What is wrong inside the file, in words that complete "is damaged: "."""


class SafetensorsFile:
    """The tensors of one file by name; weights are read one at a time."""

    def __init__(self, path: Path, spans: dict[str, Span]) -> None:
        self.path = path
        self.spans = spans

    def half(self, name: str) -> bool:
        """Tell whether a tensor is stored as 16-bit floats of IEEE form."""
        return self.spans[name].kind == "F16"

    def read(self, name: str) -> Array:
        """Return a tensor's weights; UserError where they are of a type, or have values, that no weights have."""
        span = self.spans[name]
        if span.kind not in FLOATS:
            raise UserError(
                "“{file}” stores “{tensor}” in a form ({kind}) that cannot be used. Ask for weights in 16 or 32 bits.",
                file=self.path.name,
                tensor=name,
                kind=span.kind,
            )
        with open(self.path, "rb") as file:
            file.seek(span.start)
            raw = file.read(span.end - span.start)
        if len(raw) != span.end - span.start:
            raise UserError("“{file}” changed while it was read. Try again.", file=self.path.name)
        stored = np.frombuffer(raw, dtype=FLOATS[span.kind]).reshape(span.shape)
        with np.errstate(over="ignore", invalid="ignore"):
            wide = (stored.astype("<u4") << 16).view("<f4") if span.kind == "BF16" else stored.astype(np.float32)
        if not np.isfinite(wide).all():
            raise UserError(
                "“{file}” holds values in “{tensor}” that are no numbers: the training went wrong. Ask for "
                "an earlier state of the adapter.",
                file=self.path.name,
                tensor=name,
            )
        return wide


def open_safetensors(path: Path) -> SafetensorsFile:
    """Read and check the header; UserError with the reason where the file cannot be read or is damaged."""
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(8)
            if head == b"version ":
                raise UserError(
                    "“{name}” is only a pointer that Git left in place of the weights (Git LFS). Fetch the real file.",
                    name=path.name,
                )
            length = int.from_bytes(head, "little")
            if size < 8 or length > min(MAX_HEADER, size - 8):
                raise _Damaged("its header has an impossible length")
            return SafetensorsFile(path, _spans(file.read(length), 8 + length, size))
    except OSError as error:
        raise UserError("“{name}” cannot be read: {reason}.", name=path.name, reason=error.strerror or "") from None
    except _Damaged as error:
        raise UserError(
            "“{name}” is damaged: {reason}. Fetch the file again.", name=path.name, reason=str(error)
        ) from None


def _spans(header: bytes, data_start: int, size: int) -> dict[str, Span]:
    try:
        content = json.loads(header, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise _Damaged("its header cannot be read") from None
    if not isinstance(content, dict):
        raise _Damaged("its header cannot be read")
    content.pop("__metadata__", None)
    if len(content) > MAX_TENSORS:
        raise _Damaged("it claims more tensors than any adapter has")
    spans = {name: _span(name, entry, data_start) for name, entry in content.items()}
    expected = data_start
    for span in sorted(spans.values(), key=lambda span: (span.start, span.end)):
        if span.start != expected:
            raise _Damaged("its tensors are not where the header says")
        expected = span.end
    if expected != size:
        raise _Damaged("its length is not what its header says")
    return spans


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Damaged("two of its tensors have the same name")
    return found


def _span(name: str, entry: Any, data_start: int) -> Span:
    if not isinstance(entry, dict) or not name or len(name) > MAX_NAME:
        raise _Damaged("its header cannot be read")
    kind, shape, offsets = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(kind, str) or (kind not in FLOATS and kind not in OTHERS):
        raise _Damaged("a tensor is of an unknown type")
    if not _wholes(shape) or not _wholes(offsets) or len(offsets) != 2 or len(shape) > MAX_DIMENSIONS:
        raise _Damaged("a tensor has an impossible shape")
    width = np.dtype(FLOATS[kind]).itemsize if kind in FLOATS else OTHERS[kind]
    if offsets[1] - offsets[0] != math.prod(shape) * width:
        raise _Damaged("a tensor's shape does not fit its length")
    return Span(kind, tuple(shape), data_start + offsets[0], data_start + offsets[1])


def _wholes(values: Any) -> TypeGuard[list[int]]:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 48 for value in values)
