"""A lock between processes, for what reads much oftener than it writes: only the first change loads the library."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock


class FileLock:
    """Held as a context, more than once by the same thread too; filelock.Timeout after so many seconds, never at -1."""

    def __init__(self, path: str | Path, timeout: float = -1) -> None:
        self._path, self._timeout = path, timeout

    @cached_property
    def _lock(self) -> BaseFileLock:
        # takes a fifth of a second: it brings asyncio along
        from filelock import FileLock as Lock

        return Lock(self._path, timeout=self._timeout)

    @property
    def depth(self) -> int:
        """How many contexts hold it now."""
        return self._lock.lock_counter if "_lock" in self.__dict__ else 0

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
