"""What was measured of a model on this machine, kept in a JSON file that may be lost: it is measured again then."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import psutil

from phi3desk.file_lock import FileLock
from phi3desk.model.types import Measured
from phi3desk.paths import write_atomically

log = logging.getLogger(__name__)

#: entries kept, the latest ones
MOST_KEPT = 64


def machine_of(processor: str, build: str) -> str:
    """Return what figures hold for beside the model: the processor, how much of it there is, and llama.cpp's build."""
    return " / ".join((processor, f"{psutil.cpu_count(logical=False)} of {psutil.cpu_count()}", build))


class MeasuredStore:
    """The figures of models on machines; any process may read and write it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, fingerprint: str, machine: str) -> Measured | None:
        """Return what was measured of a model, by the SHA-256 of its file, on a machine; None where nothing is kept."""
        try:
            return msgspec.convert(self._read().get(_key(fingerprint, machine)), Measured)
        except msgspec.ValidationError:
            return None

    def keep(self, fingerprint: str, machine: str, measured: Measured) -> None:
        """Keep what was measured; where that cannot be written it is measured again another time."""
        try:
            with FileLock(f"{self._path}.lock"):
                kept = self._read()
                kept.pop(_key(fingerprint, machine), None)
                kept[_key(fingerprint, machine)] = asdict(measured)
                write_atomically(self._path, json.dumps(dict(list(kept.items())[-MOST_KEPT:]), indent=1))
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path.name, error.strerror)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


def _key(fingerprint: str, machine: str) -> str:
    return f"{fingerprint} / {machine}"
