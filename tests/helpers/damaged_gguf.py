"""Makes damaged, foreign and hostile GGUF files of a sound one: cut, flipped, with impossible numbers, out of order."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

WHOLE, FLOAT, TEXT, ARRAY = 4, 6, 8, 9
MOST = (1 << 64) - 1
Damaged = tuple[str, bytes]

#: numbers of a model's header, each with values that no model has or that do not fit the others
_NUMBERS: dict[str, tuple[int, ...]] = {
    "block_count": (0, 1, 3, 511, 10_000, (1 << 32) - 1),
    "embedding_length": (0, 1, 63, 128, 1 << 30, (1 << 32) - 1),
    "feed_forward_length": (0, 1, 127, (1 << 32) - 1),
    "attention.head_count": (0, 1, 3, 65, (1 << 32) - 1),
    "attention.head_count_kv": (0, 1, 3, 64, (1 << 32) - 1),
    "context_length": (0, 1, 64, (1 << 32) - 1),
    "rope.dimension_count": (0, 1, 15, 64, (1 << 32) - 1),
    "rope.scaling.original_context_length": (0, 1, (1 << 32) - 1),
}
_FRACTIONS = {
    "attention.layer_norm_rms_epsilon": (0.0, -1.0, float("nan"), float("inf"), 3e38),
    "rope.freq_base": (0.0, -1.0, float("nan"), float("inf"), 1e-38),
}
_TOKENS = ("bos_token_id", "eos_token_id", "unknown_token_id", "padding_token_id")


def damaged_of(sound: bytes, tensors_at: int, data_at: int, seed: int = 0) -> Iterator[Damaged]:
    """Yield names and contents; `tensors_at` and `data_at` are where its list of tensors and its data begin."""
    chance = random.Random(seed)
    yield from _cut(sound, tensors_at, data_at)
    yield from _flipped(sound, tensors_at, data_at, chance)
    yield from _impossible_numbers(sound)
    yield from _hostile_headers()
    yield from _hostile_tensors(sound, tensors_at)
    yield from _foreign(chance)


def _cut(sound: bytes, tensors_at: int, data_at: int) -> Iterator[Damaged]:
    places = [*range(0, 32, 4), 33, 40]
    places += [24 + (tensors_at - 24) * part // 16 for part in range(1, 16)]
    places += [tensors_at + (data_at - tensors_at) * part // 8 for part in range(9)]
    places += [data_at + (len(sound) - data_at) * part // 8 for part in range(1, 8)] + [len(sound) - 1]
    for place in places:
        yield f"cut at {place}", sound[:place]


def _flipped(sound: bytes, tensors_at: int, data_at: int, chance: random.Random) -> Iterator[Damaged]:
    regions = (("head", 0, 24, 24), ("metadata", 24, tensors_at, 60), ("tensors", tensors_at, data_at, 50))
    for name, start, end, count in (*regions, ("data", data_at, len(sound), 16)):
        for number in range(count):
            content = bytearray(sound)
            for _ in range(1 if number % 2 else 4):
                content[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
            yield f"flipped in {name} {number}", bytes(content)


def _impossible_numbers(sound: bytes) -> Iterator[Damaged]:
    for key, numbers in _NUMBERS.items():
        for number in numbers:
            yield f"{key} {number}", _with(sound, f"phi3.{key}", struct.pack("<II", WHOLE, number))
    for key, fractions in _FRACTIONS.items():
        for fraction in fractions:
            yield f"{key} {fraction}", _with(sound, f"phi3.{key}", struct.pack("<If", FLOAT, fraction))
    for key in _TOKENS:
        for number in (5_000, (1 << 32) - 1):
            yield f"{key} {number}", _with(sound, f"tokenizer.ggml.{key}", struct.pack("<II", WHOLE, number))
    for kind in (0, 1, 7, 10, 13, 255):
        yield f"context_length of type {kind}", _with(sound, "phi3.context_length", struct.pack("<I", kind))


def _with(sound: bytes, key: str, value: bytes) -> bytes:
    """Return the file with another type and value behind a key."""
    at = sound.index(struct.pack("<Q", len(key)) + key.encode()) + 8 + len(key)
    return sound[:at] + value + sound[at + len(value) :]


def _head(tensors: int, entries: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors & MOST, entries & MOST)


def _text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _entry(key: str, kind: int, value: bytes) -> bytes:
    return _text(key.encode()) + struct.pack("<I", kind) + value


def _hostile_headers() -> Iterator[Damaged]:
    name = _entry("general.architecture", TEXT, _text(b"phi3"))
    for count in (1 << 20, 1 << 32, 1 << 60, 1 << 63, MOST):
        yield f"{count} tensors", _head(count, 1) + name
        yield f"{count} entries", _head(1, count) + name
        yield f"a text of {count}", _head(1, 2) + name + _entry("general.name", TEXT, struct.pack("<Q", count))
        yield f"a key of {count}", _head(1, 2) + name + struct.pack("<Q", count)
        for kind in (0, FLOAT, TEXT, 12):
            listed = _entry("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", kind, count))
            yield f"a list of {count} of type {kind}", _head(1, 2) + name + listed + bytes(64)
    for depth in (1, 2, 5_000):
        nested = struct.pack("<IQ", ARRAY, 1) * depth + struct.pack("<IQI", WHOLE, 1, 1)
        yield f"lists {depth} deep", _head(1, 2) + name + _entry("phi3.a", ARRAY, nested)
    yield "a key twice", _head(1, 2) + name + name
    yield "a key that is empty", _head(1, 2) + name + _entry("", WHOLE, bytes(4))
    for version in (0, 1, 4, 1 << 31):
        yield f"version {version}", _head(1, 1, version) + name + bytes(64)
    for alignment in (0, 1, 3, 1 << 31):
        entry = _entry("general.alignment", WHOLE, struct.pack("<I", alignment))
        yield f"alignment {alignment}", _head(0, 2) + name + entry + bytes(64)
    yield "alignment of type text", _head(0, 2) + name + _entry("general.alignment", TEXT, _text(b"32")) + bytes(64)
    for architecture in (b"", b"phi97", b"bert", b"clip", b"t5", b"mamba", b"\xff\xfe", b"a" * 4000):
        yield (
            f"architecture {architecture[:8]!r}",
            (
                _head(1, 1)
                + _entry("general.architecture", TEXT, _text(architecture))
                + _tensor(b"token_embd.weight", (32, 4), 0, 0)
                + bytes(1024)
            ),
        )


def _tensor(name: bytes, shape: tuple[int, ...], kind: int, offset: int) -> bytes:
    dimensions = b"".join(struct.pack("<Q", size & MOST) for size in shape)
    return _text(name) + struct.pack("<I", len(shape)) + dimensions + struct.pack("<IQ", kind, offset & MOST)


def _hostile_tensors(sound: bytes, tensors_at: int) -> Iterator[Damaged]:
    """Yield the file with another first tensor: impossible shapes, types, places and names."""
    first = _tensor(b"token_embd.weight", (64, 0), 0, 0)
    width = len(first)
    for shape in ((64, 0), (0, 64), (-1, 64), (64, -1), (1 << 32, 1 << 32), (1 << 62, 4), (63, 1), (64, 1 << 40)):
        yield (
            f"shape {shape}",
            sound[:tensors_at] + _tensor(b"token_embd.weight", shape, 0, 0) + sound[tensors_at + width :],
        )
    for kind in (2, 4, 12, 31, 43, 200, (1 << 32) - 1):
        content = bytearray(sound)
        content[tensors_at + width - 12 : tensors_at + width - 8] = struct.pack("<I", kind)
        yield f"type {kind}", bytes(content)
    for offset in (1, 32, 1 << 40, -32, 1 << 63):
        content = bytearray(sound)
        content[tensors_at + width - 8 : tensors_at + width] = struct.pack("<Q", offset & MOST)
        yield f"offset {offset}", bytes(content)
    for dimensions in (0, 1, 5, 255, (1 << 32) - 1):
        content = bytearray(sound)
        content[tensors_at + 25 : tensors_at + 29] = struct.pack("<I", dimensions)
        yield f"{dimensions} dimensions", bytes(content)
    for old, new in (
        (b"blk.1.ffn_down.weight", b"blk.0.ffn_down.weight"),
        (b"blk.1.ffn_down.weight", b"blk.9.ffn_down.weight"),
        (b"output_norm.weight", b"output_norn.weight"),
        (b"token_embd.weight", b"token_embd.weighs"),
        (b"token_embd.weight", bytes(17)),
    ):
        yield f"{new!r} for {old!r}", sound[:tensors_at] + sound[tensors_at:].replace(old, new, 1)


def _foreign(chance: random.Random) -> Iterator[Damaged]:
    heads = (
        b"%PDF-1.7", b"PK\x03\x04", b"\x89PNG\r\n", b"SQLite format 3\0", b"<!doctype html>", b"\x7fELF", b"MZ",
        b"version https://git-lfs.github.com/spec/v1\n", b"\x80\x04", b"lmgg", b"FUGG", b"ggla", b"\x1f\x8b", b"{}",
        b"GIF89a", b"GGUF",
    )  # fmt: skip
    for head in heads:
        yield f"foreign {head[:8]!r}", head + chance.randbytes(3000)
    yield "zeros", bytes(4096)
    yield "ones", b"\xff" * 4096
    yield "the mark alone", b"GGUF"
