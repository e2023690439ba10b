"""Reads the header of a GGUF file: metadata and the list of tensors, never the weights.

Source of the format: ggml's docs/gguf.md and gguf.cpp (versions 2 and 3, little-endian). Every count, length and
offset is checked against the file before it is used, because the same file is then given to native code.
"""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from phi3desk.errors import UserError

MAGIC = b"GGUF"
MAX_HEADER = 1 << 29
MAX_KEY = 1 << 16
MAX_STRING = 1 << 26
MAX_METADATA = 1 << 16
MAX_TENSORS = 1 << 17
MAX_ARRAY = 1 << 26
MAX_TENSOR_NAME = 63
MAX_DIMENSIONS = 4
MAX_ELEMENTS = 1 << 62
CHUNK = 1 << 20
#: arrays up to this length are kept (per-block counts); longer ones (tokens, scores, merges) are skipped
KEPT_ARRAY = 4096

TOKENS = "tokenizer.ggml.tokens"
STRING, ARRAY = 8, 9
SCALARS: dict[int, struct.Struct] = {
    0: struct.Struct("<B"), 1: struct.Struct("<b"), 2: struct.Struct("<H"), 3: struct.Struct("<h"),
    4: struct.Struct("<I"), 5: struct.Struct("<i"), 6: struct.Struct("<f"), 7: struct.Struct("<?"),
    10: struct.Struct("<Q"), 11: struct.Struct("<q"), 12: struct.Struct("<d"),
}  # fmt: skip

#: ggml type -> (name, elements of a block, bytes of a block); ggml.h of llama.cpp as in llama-cpp-python 0.3.36
TENSOR_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip

Scalar = str | int | float | bool


#: names of the pieces of a file that was cut up: model.gguf.part1of2, model.gguf.001, model.gguf-split-a, model.gguf.aa
_PIECE = re.compile(
    r"\.gguf[.\-_]?(?:part|split|piece)?[.\-_]?(?:\d{1,5}|[a-d]|a[a-z])(?:[.\-_]?of[.\-_]?(?P<count>\d{1,5}))?$", re.I
)


@dataclass(frozen=True)
class ArrayValue:
    """A metadata array; `items` is None where it was long and therefore skipped."""

    item_type: int
    length: int
    items: tuple[Scalar, ...] | None = None


@dataclass(frozen=True)
class TensorInfo:
    """One tensor as the header lists it; `shape` in ggml's order (fastest first), `nbytes` of its data."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int
    nbytes: int

    @property
    def elements(self) -> int:
        """Number of weights."""
        count = 1
        for dimension in self.shape:
            count *= dimension
        return count


@dataclass(frozen=True)
class Header:
    """The header of one GGUF file; `size` of the whole file in bytes."""

    path: Path
    size: int
    version: int
    metadata: dict[str, Scalar | ArrayValue]
    types: dict[str, int]
    tensors: tuple[TensorInfo, ...]
    #: first byte of tensor data
    data_start: int = 0
    #: the tokens' texts
    vocabulary: Sequence[bytes] = field(default=(), repr=False)

    def text(self, key: str) -> str:
        """Return a text value, empty where it is absent or of another type."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def whole(self, key: str) -> int:
        """Return a whole number, 0 where it is absent or of another type."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0


class _Damaged(Exception):
    """What is wrong inside the file, in words that complete "is damaged: "."""


class _Window:
    """The bytes read so far from the beginning of a file, with a position; reads on only as far as is needed."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self.data = bytearray()
        self.position = 0

    def need(self, count: int) -> int:
        """Make `count` bytes from the position on available and step over them; return where they begin."""
        start = self.position
        self.reach(start + count)
        self.position = start + count
        return start

    def reach(self, end: int) -> int:
        """Make the bytes before `end` available; return how many there are now."""
        if end > self.size:
            raise _Damaged("it ends too early, so part of it is missing")
        if end > MAX_HEADER:
            raise _Damaged("its header is larger than any model's")
        while len(self.data) < end:
            more = self._file.read(max(CHUNK, end - len(self.data)))
            if not more:
                raise _Damaged("it ends too early, so part of it is missing")
            self.data += more
        return len(self.data)

    def scalar(self, layout: struct.Struct) -> int | float | bool:
        start = self.need(layout.size)
        value: int | float | bool = layout.unpack_from(self.data, start)[0]
        return value

    def whole(self, kind: int) -> int:
        return int(self.scalar(SCALARS[kind]))

    def raw(self, longest: int) -> bytes:
        length = self.whole(10)
        if length > longest:
            raise _Damaged("a text in its header has an impossible length")
        start = self.need(length)
        return bytes(self.data[start : start + length])

    def text(self, longest: int) -> str:
        return self.raw(longest).decode("utf-8", "replace")


def read_header(path: Path) -> Header:
    """Read and check the header of one GGUF file.

    Raises UserError with the reason where the file cannot be read, is not a GGUF, or is damaged.
    """
    name = path.name
    try:
        state = path.stat()
        if path.is_dir():
            raise UserError("“{name}” is a folder; choose a GGUF file.", name=name)
        if stat.S_ISFIFO(state.st_mode):
            # opening it would wait for whoever writes into it
            raise UserError("“{name}” cannot be read: {reason}.", name=name, reason="it is a pipe")
        with open(path, "rb") as file:
            return _read(path, file, state.st_size)
    except FileNotFoundError:
        raise UserError("The file “{name}” is not there. Look at its folder and its name.", name=name) from None
    except OSError as error:
        raise UserError("“{name}” cannot be read: {reason}.", name=name, reason=error.strerror or "unknown") from None
    except _Damaged as error:
        if piece := _PIECE.search(path.name):
            raise _one_of_pieces(path.name, piece) from None
        raise UserError("“{name}” is damaged: {reason}. Fetch the file again.", name=name, reason=str(error)) from None


def _read(path: Path, file: BinaryIO, size: int) -> Header:
    head = file.read(512)
    if head[:4] != MAGIC:
        piece = _PIECE.search(path.name)
        raise _one_of_pieces(path.name, piece) if piece else _foreign(path.name, head, size)
    file.seek(0)
    window = _Window(file, size)
    window.need(4)
    version = window.whole(4)
    _check_version(path.name, version)
    tensor_count, metadata_count = window.whole(10), window.whole(10)
    if metadata_count > MAX_METADATA or tensor_count > MAX_TENSORS:
        raise _Damaged("it claims more entries than any model has")
    vocabulary: list[bytes] = []
    metadata, types = _read_metadata(window, metadata_count, vocabulary)
    alignment = _alignment(metadata, types)
    tensors = tuple(_read_tensor(window) for _ in range(tensor_count))
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise _Damaged("two of its tensors have the same name")
    data_start = -(-window.position // alignment) * alignment
    _check_data(tensors, alignment, data_start, size)
    return Header(path, size, version, metadata, types, tensors, data_start, vocabulary)


def _one_of_pieces(name: str, piece: re.Match[str]) -> UserError:
    """Say that a file is a piece of one that was cut up, as by `split`, and has to be joined again."""
    if piece["count"]:
        return UserError(
            "“{name}” is one of {count} pieces of a single file. Join them in their order into one file first, and "
            "choose that.",
            name=name,
            count=int(piece["count"]),
        )
    return UserError(
        "“{name}” is one of several pieces of a single file. Join them in their order into one file first, and choose "
        "that.",
        name=name,
    )


def _check_version(name: str, version: int) -> None:
    if version in (2, 3):
        return
    if version & 0xFFFF == 0:
        raise UserError("“{name}” was made for big-endian processors and cannot be used on this machine.", name=name)
    if version < 2:
        raise UserError(
            "“{name}” is in an old form of GGUF (version {version}) that is no longer supported.",
            name=name,
            version=version,
        )
    raise UserError(
        "“{name}” is in a newer form of GGUF (version {version}) than this program knows.", name=name, version=version
    )


def _read_metadata(
    window: _Window, count: int, vocabulary: list[bytes]
) -> tuple[dict[str, Scalar | ArrayValue], dict[str, int]]:
    metadata: dict[str, Scalar | ArrayValue] = {}
    types: dict[str, int] = {}
    for _ in range(count):
        key = window.text(MAX_KEY)
        if not key or key in metadata:
            raise _Damaged("its header has an empty or a repeated entry")
        kind = window.whole(4)
        types[key] = kind
        kept = vocabulary if key == TOKENS else None
        metadata[key] = _read_array(window, kept) if kind == ARRAY else _read_value(window, kind)
    return metadata, types


def _read_value(window: _Window, kind: int) -> Scalar:
    if kind == STRING:
        return window.text(MAX_STRING)
    if kind not in SCALARS:
        raise _Damaged("its header holds a value of an unknown type")
    if kind == 7:
        flag = window.whole(0)
        if flag > 1:
            raise _Damaged("its header holds a value of an unknown type")
        return flag == 1
    return window.scalar(SCALARS[kind])


def _read_array(window: _Window, kept: list[bytes] | None) -> ArrayValue:
    kind, length = window.whole(4), window.whole(10)
    if length > MAX_ARRAY:
        raise _Damaged("a list in its header has an impossible length")
    if kind == STRING:
        _read_strings(window, length, kept)
        return ArrayValue(kind, length)
    if kind not in SCALARS:
        raise _Damaged("its header holds a value of an unknown type")
    layout = SCALARS[kind]
    start = window.need(layout.size * length)
    if length > KEPT_ARRAY:
        return ArrayValue(kind, length)
    items = tuple(layout.unpack_from(window.data, start + layout.size * i)[0] for i in range(length))
    return ArrayValue(kind, length, items)


def _read_strings(window: _Window, count: int, kept: list[bytes] | None) -> None:
    """Step over a list of texts, adding them to `kept` if it is given."""
    if count * 8 > window.size - window.position:
        raise _Damaged("it ends too early, so part of it is missing")
    length_of = SCALARS[10].unpack_from
    data, position, known = window.data, window.position, len(window.data)
    # a vocabulary has a hundred thousand texts: what is known already is looked at without a call for each
    for _ in range(count):
        start = position + 8
        if start > known:
            known = window.reach(start)
        length = length_of(data, position)[0]
        if length > MAX_STRING:
            raise _Damaged("a text in its header has an impossible length")
        position = start + length
        if position > known:
            known = window.reach(position)
        if kept is not None:
            kept.append(bytes(data[start:position]))
    window.position = position


def _alignment(metadata: dict[str, Scalar | ArrayValue], types: dict[str, int]) -> int:
    alignment = metadata.get("general.alignment", 32)
    whole = types.get("general.alignment", 4) == 4 and isinstance(alignment, int)
    if not whole or not isinstance(alignment, int) or not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
        raise _Damaged("its alignment is not a power of two")
    return alignment


def _read_tensor(window: _Window) -> TensorInfo:
    name = window.text(MAX_TENSOR_NAME)
    dimensions = window.whole(4)
    if dimensions > MAX_DIMENSIONS:
        raise _Damaged("a tensor has an impossible shape")
    shape = tuple(window.whole(10) for _ in range(dimensions)) or (1,)
    elements = 1
    for dimension in shape:
        elements *= dimension
        if not 0 < dimension < MAX_ELEMENTS or elements >= MAX_ELEMENTS:
            raise _Damaged("a tensor has an impossible shape")
    kind = window.whole(4)
    if kind not in TENSOR_TYPES:
        raise _Damaged(f"a tensor is of a type ({kind}) that this program does not know")
    _, block, block_bytes = TENSOR_TYPES[kind]
    if shape[0] % block:
        raise _Damaged("a tensor's shape does not fit its type")
    return TensorInfo(name, shape, kind, window.whole(10), elements // block * block_bytes)


def _check_data(tensors: tuple[TensorInfo, ...], alignment: int, data_start: int, size: int) -> None:
    """Check that tensor data lie one behind the other, as llama.cpp demands, and within the file."""
    expected = 0
    for tensor in tensors:
        if tensor.offset != expected:
            raise _Damaged("its tensors are not where the header says")
        end = data_start + tensor.offset + tensor.nbytes
        if end > size:
            missing = max(1, round((end - size) / 1e6))
            raise _Damaged(f"it is cut off ({missing} MB or more of the model are missing)")
        expected = -(-(tensor.offset + tensor.nbytes) // alignment) * alignment


def _foreign(name: str, head: bytes, size: int) -> UserError:
    """Say what a file that is not a GGUF is, where that can be seen from its first bytes."""
    if size == 0:
        return UserError("“{name}” is empty.", name=name)
    if head[:4] == MAGIC[::-1]:
        return UserError("“{name}” was made for big-endian processors and cannot be used on this machine.", name=name)
    kind = _recognise(head)
    if kind == "git-lfs":
        return UserError(
            "“{name}” is only a pointer that Git left in place of the model (Git LFS). Fetch the real file.", name=name
        )
    if kind:
        return UserError("“{name}” is not a GGUF model but {kind}.", name=name, kind=kind)
    return UserError("“{name}” is not a GGUF file.", name=name)


def _recognise(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"version https://git-lfs"):
        return "git-lfs"
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP archive or PyTorch weights"
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        return "PyTorch weights in Python's pickle form"
    if len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 32:
        return "weights in safetensors form"
    if head[:4] in (b"lmgg", b"tjgg", b"fmgg", b"algg"):
        return "a model in the old GGML form"
    if text.startswith(b"%pdf"):
        return "a PDF document"
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "a web page (the download gave a page instead of the file)"
    if text.startswith((b"{", b"[")):
        return "a JSON text"
    if head.startswith((b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"Rar!")):
        return "a compressed archive; unpack it first"
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model"
    return ""
