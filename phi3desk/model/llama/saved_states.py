"""What contexts have read, kept for later: in memory within a budget, beyond it in files that only the owner can read.

A state is the bytes of a cache. It is right only for what it was made with: the model and the adapters with their
strengths, how the context was set up, the build of llama.cpp, and the tokens themselves. Whatever is not exactly so is
read again.
"""

from __future__ import annotations

import copy
import logging
import os
import shutil
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np
import numpy.typing as npt
import psutil

from phi3desk.model.llama.context import CachedTokens, Context, common_length

log = logging.getLogger(__name__)

#: tokens below which reading again is cheaper than keeping
WORTH_KEEPING = 256
#: A state takes the place of an older one of its conversation that has this share of its tokens in common with it.
_SAME_TALK = 0.9
#: bytes that stay free on the disk
_RESERVE = 1 << 30
#: seconds after which a file that belongs to nothing is no file that another process is writing just now
_ABANDONED = 3600.0
_CHUNK = 1 << 22
#: ending of a file that is being written, after the id of the process that does
_UNFINISHED = ".new"


@dataclass(frozen=True)
class Maker:
    """What made a state: SHA-256 of the model, of its adapters with their strengths, the context, llama.cpp's build."""

    model: str
    adapters: tuple[tuple[str, float], ...]
    context: tuple[int, ...]
    build: str


@dataclass(frozen=True)
class _Record:
    """What stands beside a state's file: what the state is, and how many bytes of which checksum (CRC-32) it has.

    `plain`: the file holds the bytes of `Context.state`, and not what `Context.save_file` makes of them.
    """

    maker: Maker
    conversation: int
    cached: CachedTokens
    size: int
    checksum: int
    plain: bool


@dataclass(eq=False)
class SavedState:
    """A state of a conversation, in memory (`data`) or in a file of so many bytes."""

    maker: Maker
    conversation: int
    cached: CachedTokens
    size: int
    data: npt.NDArray[np.uint8] | None = None
    file: Path | None = None
    checksum: int = 0
    plain: bool = False

    @property
    def record(self) -> Path:
        """The file that says what this state's file is."""
        assert self.file is not None
        return self.file.with_suffix(".json")


class SavedStates:
    """The states of one data folder; used from one thread.

    `memory` and `disk` are budgets in bytes; without room on the disk what does not fit into memory is read again.
    """

    def __init__(self, folder: Path, memory: int, disk: int) -> None:
        self._folder = folder
        self._memory = memory
        self._disk = disk
        #: the oldest first
        self._states: list[SavedState] = []
        if disk > 0:
            self._find_files()
            self._trim()
        else:
            shutil.rmtree(folder, ignore_errors=True)

    def __iter__(self) -> Iterator[SavedState]:
        return iter(self._states)

    def find(self, maker: Maker, prompt: Sequence[int], more_than: int) -> SavedState | None:
        """Return the state that spares most of reading a prompt, None where none spares `more_than` so many tokens.

        It counts as used: what is kept before it is restored takes the place of others.
        """
        fitting = [(state.cached.reusable(prompt), state) for state in self._states if state.maker == maker]
        spared, best = max(fitting, key=lambda pair: pair[0], default=(0, None))
        if best is None or spared <= more_than:
            return None
        self._states.remove(best)
        self._states.append(best)
        return best

    def restore(self, state: SavedState, context: Context) -> bool:
        """Put a state into a context; False where it had to make room, or is damaged and forgotten now."""
        if state not in self._states:
            return False
        if state.data is not None:
            # the context has it from now on
            self._states.remove(state)
            return context.restore(state.data, state.cached)
        if _load(state, context):
            with suppress(OSError):
                os.utime(state.record)
            return True
        log.warning("a saved state cannot be used and is read again")
        self._drop(state)
        return False

    def keep(self, context: Context, maker: Maker, conversation: int) -> None:
        """Keep what a context has read and written in a conversation."""
        cached = context.cached
        if len(cached.tokens) < WORTH_KEEPING:
            return
        for known in [state for state in self._states if (state.maker, state.conversation) == (maker, conversation)]:
            shared = common_length(known.cached.tokens, cached.tokens)
            if shared == len(cached.tokens):
                self._states.remove(known)
                self._states.append(known)
                return
            if shared >= _SAME_TALK * len(known.cached.tokens):
                self._drop(known)
        state = SavedState(maker, conversation, copy.deepcopy(cached), context.state_size)
        if state.size <= self._memory:
            state.data = context.state()
            if state.data is None:
                return
        elif not self._save(state, context):
            return
        self._states.append(state)
        self._trim()

    def flush(self) -> None:
        """Write what is in memory into files, the last used first, as far as there is room for it."""
        room, now = self._disk, time.time()
        for age, state in enumerate(reversed(self._states)):
            room -= state.size
            if room < 0 or (state.data is not None and not self._write(state)):
                break
            # the next run knows by it which was used last
            with suppress(OSError):
                os.utime(state.record, (now - age, now - age))
        self._states = [state for state in self._states if state.data is None]
        self._trim()

    def forget(self, conversation: int) -> None:
        """Remove what is kept of a conversation."""
        for state in [state for state in self._states if state.conversation == conversation]:
            self._drop(state)

    def forget_others(self, conversations: Collection[int]) -> None:
        """Remove what is kept of other conversations than these."""
        for state in [state for state in self._states if state.conversation not in conversations]:
            self._drop(state)

    def keep_only(self, models: Collection[str], adapters: Collection[str]) -> None:
        """Remove what was made with other models and adapters than these; they are named by their SHA-256."""
        for state in list(self._states):
            used = {adapter for adapter, _ in state.maker.adapters}
            if state.maker.model not in models or not used <= set(adapters):
                self._drop(state)

    def _drop(self, state: SavedState) -> None:
        self._states.remove(state)
        _remove(state)

    def _trim(self) -> None:
        """Move the oldest states out of memory, and remove the oldest files, until both budgets hold."""
        in_memory = [state for state in self._states if state.data is not None]
        while sum(state.size for state in in_memory) > self._memory:
            oldest = in_memory.pop(0)
            if not self._write(oldest):
                self._states.remove(oldest)
        in_files = [state for state in self._states if state.file is not None]
        while sum(state.size for state in in_files) > self._disk:
            self._drop(in_files.pop(0))

    def _write(self, state: SavedState) -> bool:
        """Move a state from memory into a file."""
        data = state.data
        assert data is not None

        def write(file: Path) -> bool:
            data.tofile(file)
            return True

        state.plain = True
        return self._make_file(state, write)

    def _save(self, state: SavedState, context: Context) -> bool:
        """Write a context's state into a file."""
        return self._make_file(state, context.save_file)

    def _make_file(self, state: SavedState, write: Callable[[Path], bool]) -> bool:
        """Have a state's file written whole, and then what it is beside it; False where there is no room."""
        if state.size > self._disk:
            return False
        file = self._folder / f"{uuid4().hex}.state"
        new = file.with_name(f"{file.stem}.{os.getpid()}{_UNFINISHED}")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if shutil.disk_usage(self._folder).free - state.size < _RESERVE:
                return False
            new.touch(mode=0o600)
            if not write(new):
                new.unlink(missing_ok=True)
                return False
            size, checksum = _checksum(new)
            record = _Record(state.maker, state.conversation, state.cached, size, checksum, state.plain)
            new.replace(file)
            beside = file.with_suffix(".json")
            beside.touch(mode=0o600)
            beside.write_bytes(msgspec.json.encode(record))
        except OSError as error:
            log.warning("a state could not be saved: %s", error.strerror)
            for part in (new, file, file.with_suffix(".json")):
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            return False
        state.data, state.file, state.size, state.checksum = None, file, size, checksum
        return True

    def _find_files(self) -> None:
        """Take up the files of earlier runs, and remove what belongs to none of them."""
        _remove_unfinished(self._folder)
        found: list[tuple[float, SavedState]] = []
        for path in self._folder.glob("*.*"):
            changed = _changed(path)
            record = _read_record(path) if path.suffix == ".json" else None
            file = path.with_suffix(".state")
            if record is not None and file.exists():
                state = SavedState(record.maker, record.conversation, record.cached, record.size)
                state.file, state.checksum, state.plain = file, record.checksum, record.plain
                found.append((changed, state))
            elif time.time() - changed > _ABANDONED and not (file.exists() and _read_record(file.with_suffix(".json"))):
                with suppress(OSError):
                    path.unlink()
        self._states = [state for _, state in sorted(found, key=lambda pair: pair[0])]


def forget_files(folder: Path, is_forgotten: Callable[[int], bool]) -> None:
    """Remove the files of the conversations to be forgotten while no model is loaded."""
    _remove_unfinished(folder)
    for path in folder.glob("*.json"):
        record = _read_record(path)
        if record is not None and is_forgotten(record.conversation):
            for part in (path, path.with_suffix(".state")):
                with suppress(OSError):
                    part.unlink(missing_ok=True)


def _remove_unfinished(folder: Path) -> None:
    """Remove what processes that were ended while they wrote a state have left of it, whosever conversation it is."""
    for path in folder.glob(f"*.*{_UNFINISHED}"):
        process = path.name.split(".")[1]
        # this process writes none just now
        if process.isdecimal() and (int(process) == os.getpid() or not psutil.pid_exists(int(process))):
            with suppress(OSError):
                path.unlink()


def _load(state: SavedState, context: Context) -> bool:
    """Put the state of a file into a context; False where the file is not what was written."""
    assert state.file is not None
    try:
        if _checksum(state.file) != (state.size, state.checksum):
            return False
        if state.plain:
            return context.restore(np.fromfile(state.file, np.uint8), state.cached)
    except OSError:
        return False
    return context.load_file(state.file, state.cached)


def _read_record(path: Path) -> _Record | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Record)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _checksum(file: Path) -> tuple[int, int]:
    """Return a file's size and CRC-32; nothing for one that cannot be read."""
    size = checksum = 0
    try:
        with file.open("rb") as read:
            while chunk := read.read(_CHUNK):
                size, checksum = size + len(chunk), zlib.crc32(chunk, checksum)
    except OSError:
        return 0, 0
    return size, checksum


def _remove(state: SavedState) -> None:
    if state.file is not None:
        for part in (state.record, state.file):
            with suppress(OSError):
                part.unlink(missing_ok=True)
