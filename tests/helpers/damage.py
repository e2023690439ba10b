"""Damages a file as disks, crashes and curious hands do."""

from __future__ import annotations

import random
from pathlib import Path

WAYS = ("flip", "cut", "zero", "delete", "fill")


def damage(file: Path, way: str, chance: random.Random) -> None:
    """Flip some bytes of a file, cut it, zero a part of it, delete it, or fill it with ones."""
    content = bytearray(file.read_bytes())
    if way == "delete":
        file.unlink()
        return
    if way == "cut":
        content = content[: chance.choice((0, chance.randint(0, len(content))))]
    elif way == "zero":
        at = chance.choice((0, chance.randint(0, len(content))))
        end = chance.choice((len(content), chance.randint(at, len(content))))
        content[at:end] = bytes(end - at)
    elif way == "fill":
        content = bytearray(b"\xff" * len(content))
    elif content:
        for _ in range(chance.choice((1, 8, 64, 512))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)
