"""The line protocol that processes speak: one JSON object a line, over a child's stdin and stdout.

A line is `{"id", "name", "data"}`. Data that is a dataclass goes by the name of its class; it stays JSON until the
receiver, who knows the class, turns it back with `decode`, which checks every type.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

import msgspec

Decoded = TypeVar("Decoded")


@dataclass(frozen=True)
class Line:
    """One line; `id` is the request's that it belongs to, `data` is JSON, for `decode`."""

    id: int
    name: str
    data: msgspec.Raw


def encode(request_id: int, value: Any, name: str = "") -> bytes:
    """Return the line, with its line feed, for a value: a dataclass, or anything that JSON can hold with a name."""
    data = msgspec.Raw(msgspec.json.encode(value))
    return msgspec.json.encode(Line(request_id, name or type(value).__name__, data)) + b"\n"


def decode_line(line: bytes) -> Line:
    """Return the line that was written; raises msgspec.DecodeError or ValidationError for anything else."""
    return msgspec.json.decode(line, type=Line)


def decode(data: msgspec.Raw, kind: type[Decoded]) -> Decoded:
    """Return a line's data as the type it stands for, mostly a dataclass or a list of them.

    Raises msgspec.DecodeError or ValidationError for anything else.
    """
    return msgspec.json.decode(data, type=kind)


def take_standard_output() -> BinaryIO:
    """Return the real stdout, for lines, and point file descriptor 1 at stderr: native libraries print to it."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return output
