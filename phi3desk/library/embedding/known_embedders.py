"""The embedders that can be chosen: those that come with the program, and folders of models that the user added.

`embedders.json` lists the folders, each with what was found out about its model and what its files were like then.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock

from phi3desk.errors import DamagedFile, Sentence, UserError, say
from phi3desk.library.embedding.embedder import Embedder, open_described, open_embedder
from phi3desk.library.embedding.local_model import EmbedderDescription, describe
from phi3desk.library.embedding.minilm import MiniLmEmbedder
from phi3desk.library.text import fold
from phi3desk.paths import put_aside, write_atomically

log = logging.getLogger(__name__)

_PATIENCE = 10
#: seconds for which a folder is taken to be as it was when it was last looked at
_LOOKED_AT = 10.0
#: files of a folder whose size and time are compared
_MOST_FILES = 500
_UNREADABLE = say(
    "The list of embedding models cannot be read; the file is kept as {kept}, and the models' folders are where they "
    "were. Add them again.",
    kept="",
)

_Files = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class AddedModel:
    """A model in a folder; `files` tells each file's size in bytes and time of change in nanoseconds."""

    description: EmbedderDescription
    files: _Files


@dataclass(frozen=True)
class _List:
    """What `embedders.json` holds; `default` is a name, "" for the program's own choice."""

    default: str = ""
    added: tuple[AddedModel, ...] = ()


def own_embedders(kept_in: Path) -> list[Embedder]:
    """Return the embedders that come with the program, the default one first; a model is loaded when first used.

    One whose package is missing is left out; UserError where all are.
    """
    found: dict[str, Embedder] = {}
    missing: UserError | None = None
    makers: tuple[Callable[[], Embedder], ...] = (partial(open_embedder, kept_in=kept_in), MiniLmEmbedder)
    for make in makers:
        try:
            embedder = make()
        except UserError as error:
            missing = error
        else:
            found.setdefault(embedder.fingerprint, embedder)
    if missing is not None and not found:
        raise missing
    return list(found.values())


class KnownEmbedders:
    """The embedders of one installation; any thread and process may use it.

    Models are loaded when they are first used. `kept_in` is the folder for what is made of them for this machine, `own`
    are the embedders that come with the program, the default first.
    """

    def __init__(self, file: Path, kept_in: Path, own: Sequence[Embedder] | None = None) -> None:
        self._file = file
        self._kept_in = kept_in
        self._lock = FileLock(f"{file}.lock", timeout=_PATIENCE)
        self._own = list(own) if own is not None else own_embedders(kept_in)
        self._opened: dict[str, Embedder] = {each.fingerprint: each for each in self._own}
        self._guard = threading.RLock()
        self._looked: dict[str, tuple[float, Sentence | None]] = {}
        self._idle_seconds: float | None = None
        #: that the list could not be read, to be told once
        self.problem: UserError | None = None

    def usable(self) -> list[Embedder]:
        """Return the embedders that can be used now, those that come with the program first."""
        added = [each.description for each in self._read().added if self._problem_of(each) is None]
        return self._own + [self._open(each) for each in added]

    def by_fingerprint(self, fingerprint: str) -> Embedder | None:
        """Return the usable embedder whose vectors can be compared with those of a fingerprint; None without one."""
        return next((each for each in self.usable() if each.fingerprint == fingerprint), None)

    def comes_with_program(self, fingerprint: str) -> bool:
        """Return whether an embedder is on every machine that has this version of the program."""
        return any(each.fingerprint == fingerprint for each in self._own)

    def find(self, name: str) -> Embedder:
        """Return a usable embedder by its name (case does not matter); UserError where there is none."""
        wanted = fold(name.strip())
        for each in self.usable():
            if fold(each.name) == wanted:
                return each
        for added in self.added():
            problem = self._problem_of(added)
            if fold(added.description.name) == wanted and problem is not None:
                raise UserError.of(problem)
        raise UserError(
            "There is no embedding model called “{name}”. phi3desk embedders list names those there are.", name=name
        )

    @property
    def default(self) -> Embedder:
        """The embedder that new collections get."""
        chosen = self._read().default
        return next((each for each in self.usable() if each.name == chosen), self._own[0])

    def use_for_new(self, name: str) -> None:
        """Have new collections get an embedder; UserError where there is none of that name."""
        embedder = self.find(name)
        with self._changing() as change:
            is_own_choice = embedder is self._own[0]
            change(replace(self._read(), default="" if is_own_choice else embedder.name))

    def added(self) -> tuple[AddedModel, ...]:
        """Return the models that the user added, whether they can be used now or not."""
        return self._read().added

    def problem_of(self, fingerprint: str) -> Sentence | None:
        """Return why an embedder cannot be used that the user added; None where it can, or was never added."""
        for added in self.added():
            if added.description.fingerprint == fingerprint:
                return self._problem_of(added)
        return None

    def add(self, folder: str | Path) -> Embedder:
        """Look at the model in a folder and list it; its files stay where they are. Takes seconds for gigabytes.

        A model that is known keeps its name; it is found in the new folder from then on. Raises UserError where the
        folder holds no model that can be used.
        """
        place = Path(folder).expanduser().resolve()
        files = _files_in(place)
        description = describe(place)
        own = next((each for each in self._own if each.fingerprint == description.fingerprint), None)
        if own is not None:
            return own
        with self._changing() as change:
            content = self._read()
            known = [each for each in content.added if each.description.fingerprint == description.fingerprint]
            taken = {each.name for each in self._own} | {each.description.name for each in content.added}
            name = known[0].description.name if known else _free_name(description.name, taken)
            added = AddedModel(replace(description, name=name), files)
            kept = tuple(added if each in known else each for each in content.added)
            change(replace(content, added=kept if known else (*kept, added)))
        with self._guard:
            self._looked.pop(description.fingerprint, None)
            self._opened.pop(description.fingerprint, None)
        return self._open(added.description)

    def loaded(self) -> bool:
        """Return whether the model of any embedder is in memory."""
        return any(each.loaded for each in list(self._opened.values()))

    def release_when_idle(self, seconds: float | None) -> None:
        """Unload each model once it was not used for so long; None keeps them."""
        with self._guard:
            self._idle_seconds = seconds
            for each in self._opened.values():
                each.release_when_idle(seconds)

    def _open(self, description: EmbedderDescription) -> Embedder:
        with self._guard:
            opened = self._opened.get(description.fingerprint)
            if opened is None:
                opened = self._opened[description.fingerprint] = open_described(description, self._kept_in)
                opened.release_when_idle(self._idle_seconds)
            return opened

    def _problem_of(self, added: AddedModel) -> Sentence | None:
        """Return why a model cannot be used now; its files are read again where their size or time differ."""
        fingerprint = added.description.fingerprint
        with self._guard:
            looked = self._looked.get(fingerprint)
            if looked is not None and time.monotonic() - looked[0] < _LOOKED_AT:
                return looked[1]
            problem = self._look_at(added)
            self._looked[fingerprint] = (time.monotonic(), problem)
            return problem

    def _look_at(self, added: AddedModel) -> Sentence | None:
        name, folder = added.description.name, Path(added.description.folder)
        files = _files_in(folder)
        if not files:
            return say(
                "The folder {folder} of the embedding model “{name}” cannot be found. Documents that it was chosen for "
                "are searched by words until it is back.",
                folder=str(folder),
                name=name,
            )
        if files == added.files:
            return None
        try:
            is_same = describe(folder).fingerprint == added.description.fingerprint
        except UserError:
            is_same = False
        if is_same:
            with self._changing() as change:
                content = self._read()
                listed = tuple(replace(each, files=files) if each == added else each for each in content.added)
                change(replace(content, added=listed))
            return None
        return say(
            "The embedding model in {folder} is not the one any more that was added as “{name}”. Documents that it was "
            "chosen for are searched by words until its files are back, or another model is chosen.",
            folder=str(folder),
            name=name,
        )

    def _read(self) -> _List:
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return _List()
        except OSError as error:
            self.problem = self.problem or UserError("{path} cannot be read.", path=str(error.filename))
            return _List()
        try:
            return msgspec.convert(json.loads(content), _List, dec_hook=lambda kind, value: kind(value))
        except (msgspec.ValidationError, ValueError, RecursionError):
            log.warning("%s cannot be read; it is set aside", self._file.name)
            self.problem = DamagedFile(self._file, _UNREADABLE, kept=str(put_aside(self._file)))
            return _List()

    @contextmanager
    def _changing(self) -> Iterator[Callable[[_List], None]]:
        """Give what keeps a changed list, which no other process can come between."""
        with self._lock:
            yield lambda content: write_atomically(
                self._file, json.dumps(_plain(content), indent=1, sort_keys=True, ensure_ascii=False)
            )


def _plain(content: _List) -> Any:
    return msgspec.to_builtins(content, enc_hook=str)


def _files_in(folder: Path) -> _Files:
    """Return the size and time of each file of a model's folder; none where it cannot be looked at."""
    found: _Files = {}
    try:
        for path in sorted(folder.rglob("*"))[:_MOST_FILES]:
            if path.is_file():
                status = path.stat()
                found[path.relative_to(folder).as_posix()] = (status.st_size, status.st_mtime_ns)
    except OSError:
        return {}
    return found


def _free_name(name: str, taken: set[str]) -> str:
    folded = {fold(other) for other in taken}
    free, number = name, 2
    while fold(free) in folded:
        free, number = f"{name} {number}", number + 1
    return free
