"""The models and adapters the user has: which files, which one is in use."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from phi3desk.errors import DamagedFile, UserError, say
from phi3desk.file_hash import sha256
from phi3desk.file_lock import FileLock
from phi3desk.model.gguf import inspect
from phi3desk.model.names import is_nameless, spoken_name
from phi3desk.model.starter import find_small_starter, find_starters
from phi3desk.model.types import LONGEST_MODEL_NAME, AdapterEntry, ModelEntry, model_name
from phi3desk.paths import Paths, copies_of, put_aside, write_atomically

log = logging.getLogger(__name__)

#: seconds to wait for another process that changes the list
PATIENCE = 10

ModelEntries = list[ModelEntry]
AdapterEntries = list[AdapterEntry]
_FORBIDDEN = set('/\\:*?"<>|') | {chr(code) for code in range(32)}


_UNREADABLE = say(
    "The list of models cannot be read; the file is kept as {kept}, and the models' own files are where they were. To "
    "put back a copy: the Settings page, or phi3desk restore.",
    kept="",
)
_GONE = say(
    "The list of models is not there any more; the models' own files are where they were. To put back a copy: the "
    "Settings page, or phi3desk restore."
)


class ModelStore:
    """The list of models in `models.json`; the GGUF files stay where they are. Any process may use it."""

    def __init__(self, paths: Paths) -> None:
        self._path = paths.models
        self._lock = FileLock(f"{paths.models}.lock", timeout=PATIENCE)
        #: that the list could not be read, to be told once; the models' own files are untouched
        self.problem: UserError | None = None

    def list(self) -> ModelEntries:
        """Return every model, the starters first while they are installed; one of them is in use, if there is any."""
        content = self._read()
        entries = self._entries(content)
        chosen = content.get("in_use", "")
        if all(entry.name != chosen for entry in entries):
            chosen = entries[0].name if entries else ""
        return [
            replace(
                entry, in_use=entry.name == chosen, fingerprint=_known_fingerprint(content, Path(entry.path).resolve())
            )
            for entry in entries
        ]

    def in_use(self) -> ModelEntry | None:
        """Return the model in use, or None where there is none."""
        return next((entry for entry in self.list() if entry.in_use), None)

    def find(self, name: str) -> ModelEntry:
        """Return a model by its name; raises UserError for an unknown one."""
        for entry in self.list():
            if entry.name == name:
                return entry
        raise UserError("There is no model called “{name}”.", name=name)

    def add(self, file: str | Path, name: str = "", suggested: str = "") -> ModelEntry:
        """Check a GGUF and list it; raises UserError where it is not a usable model or the name is taken.

        A file that is listed already keeps its entry. `suggested` is what a model without a `name` is called in place
        of its file.
        """
        file = Path(file).expanduser()
        # a link is kept as one: in a cache it has the name, and the other parts of a split model beside it
        path, real = file.parent.resolve() / file.name, file.resolve()
        info = inspect(path, "model")
        known = self.list()
        for entry in known:
            if Path(entry.path).resolve() == real and name in ("", entry.name):
                return entry
        taken = {entry.name for entry in known}
        chosen = checked_name(name) if name else free_name(suggested or model_name(path), taken)
        if any(entry.name == chosen for entry in known):
            raise UserError("There is already a model called “{name}”. Choose another name.", name=chosen)
        title = spoken_name(info.name) if not (name or suggested) and is_nameless(path.stem) else ""
        return self._insert(ModelEntry(chosen, str(path), info.size, title=title))

    def restore(self, entry: ModelEntry) -> ModelEntry:
        """Put a removed entry back, in use again if it was; its file may be gone."""
        if any(known.name == entry.name for known in self.list()):
            raise UserError("There is already a model called “{name}”. Choose another name.", name=entry.name)
        return self._insert(entry)

    def use(self, name: str) -> ModelEntry:
        """Make a model the one in use."""
        entry = self.find(name)
        if entry.missing:
            raise UserError("The file of the model “{name}” is not there any more: {path}.", name=name, path=entry.path)
        with self._changing() as content:
            content["in_use"] = entry.name
        return replace(entry, in_use=True)

    def remove(self, name: str) -> ModelEntry:
        """Take a model off the list and return its entry for `restore`; its file stays."""
        entry = self.find(name)
        if entry.starter:
            raise UserError("The starter model came with the program and stays in the list.")
        with self._changing() as content:
            content["models"] = [item for item in content["models"] if item["name"] != entry.name]
            if content.get("in_use") == entry.name:
                content["in_use"] = ""
        return entry

    def fingerprint(self, file: str | Path, cancelled: threading.Event | None = None) -> str:
        """Return a file's SHA-256, read once for each size and time of change; seconds for a file of gigabytes.

        Cancelled once that is set while it is read.
        """
        path = Path(file).resolve()
        state = path.stat()
        known = _known_fingerprint(self._read(), path)
        if known:
            return known
        digest = sha256(path, cancelled)
        with self._changing() as content:
            content["hashes"][str(path)] = {"size": state.st_size, "mtime": state.st_mtime_ns, "sha256": digest}
        return digest

    def _entries(self, content: dict[str, Any]) -> ModelEntries:
        entries = []
        taken, small = {item["name"] for item in content["models"]}, find_small_starter()
        for starter in find_starters():
            # one that comes later leaves a name to whoever has it
            name = free_name(model_name(starter), taken)
            size, is_small = starter.stat().st_size, starter == small
            entries.append(ModelEntry(name, str(starter), size, starter=True, stand_in=is_small))
        for item in content["models"]:
            path = Path(item["path"])
            title = str(item.get("title") or "")
            entries.append(
                ModelEntry(item["name"], item["path"], item["size"], missing=not is_there(path), title=title)
            )
        # two files of one model, stored differently, are told apart by their whole names
        called = Counter(entry.called for entry in entries)
        return [replace(entry, title=entry.name if called[entry.called] > 1 else entry.called) for entry in entries]

    def _insert(self, entry: ModelEntry) -> ModelEntry:
        with self._changing() as content:
            listed = {"name": entry.name, "path": entry.path, "size": entry.size}
            content["models"].append(listed | ({"title": entry.title} if entry.title else {}))
            if entry.in_use:
                content["in_use"] = entry.name
        return ModelEntry(
            entry.name,
            entry.path,
            entry.size,
            in_use=entry.in_use,
            missing=not is_there(Path(entry.path)),
            title=entry.title,
        )

    def _read(self) -> dict[str, Any]:
        content = self._read_json()
        models = content.get("models")
        hashes = content.get("hashes")
        content["models"] = [item for item in models if _is_entry(item)] if isinstance(models, list) else []
        if isinstance(models, list) and len(content["models"]) < len(models):
            self.problem = UserError("A model of the list cannot be read and is left out. Add its file again.")
        content["hashes"] = hashes if isinstance(hashes, dict) else {}
        return content

    def _read_json(self) -> dict[str, Any]:
        if not self._path.exists():
            if copies_of(self._path):
                self.problem = self.problem or DamagedFile(self._path, _GONE)
            return {}
        try:
            content = json.loads(self._path.read_bytes())
            if not isinstance(content, dict) or not isinstance(content.get("models", []), list):
                raise ValueError
        except (OSError, ValueError, RecursionError):
            log.warning("%s cannot be read; it is set aside", self._path.name)
            self.problem = DamagedFile(self._path, _UNREADABLE, kept=str(put_aside(self._path)))
            return {}
        return content

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """Give the list's content for a change that no other process can come between, and keep it."""
        with self._lock:
            content = self._read()
            yield content
            write_atomically(self._path, json.dumps(content, indent=1, sort_keys=True))


def is_there(path: Path) -> bool:
    """Return whether a path of the list is that of a file; one that no system allows is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _known_fingerprint(content: dict[str, Any], path: Path) -> str:
    """Return the SHA-256 that the list has of a file as it is now, empty where it has none."""
    known = content["hashes"].get(str(path))
    if not isinstance(known, dict):
        return ""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return ""
    unchanged = (known.get("size"), known.get("mtime")) == (state.st_size, state.st_mtime_ns)
    return str(known.get("sha256", "")) if unchanged else ""


def _is_entry(item: object) -> bool:
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(key), str) and item[key] for key in ("name", "path"))
        and isinstance(item.get("size"), int)
        and _is_path(item["path"])
    )


def _is_path(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def checked_name(name: str) -> str:
    """Return a name without spaces around it; UserError where it cannot be the name of a model or an adapter."""
    name = name.strip()
    if not name or name.startswith(".") or len(name) > LONGEST_MODEL_NAME or _FORBIDDEN & set(name):
        raise UserError("“{name}” cannot be a name; use letters, digits, spaces, dots and dashes.", name=name)
    return name


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, or the name with the first number that makes it unique."""
    cleaned = "".join("-" if letter in _FORBIDDEN else letter for letter in name).strip(" .")[:90] or "model"
    folded = {other.casefold() for other in taken}
    number, free = 2, cleaned
    while free.casefold() in folded:
        free, number = f"{cleaned} {number}", number + 1
    return free
