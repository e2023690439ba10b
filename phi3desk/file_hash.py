"""What a file is known by, whatever its name: the SHA-256 of its content."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from phi3desk.errors import until

_CHUNK = 1 << 22


def sha256(path: Path, cancelled: threading.Event | None = None) -> str:
    """Return a file's SHA-256 in hexadecimal: seconds for one of gigabytes; Cancelled once that is set."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in until(cancelled or threading.Event(), iter(lambda: file.read(_CHUNK), b"")):
            digest.update(chunk)
    return digest.hexdigest()
