"""Work that would hold up the window, done on a thread of the pool; its end is told in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from shiboken6 import isValid

from phi3desk.workers.protocol import Failure, failure_of


class _Ending(QObject):
    """Carries the end of the work over to the thread of the one who asked."""

    ended = Signal(object, object)


class _Work(QRunnable):
    def __init__(self, work: Callable[[], Any], ending: _Ending) -> None:
        super().__init__()
        self._work = work
        self._ending = ending

    def run(self) -> None:
        try:
            result, failure = self._work(), None
        except Exception as error:
            result, failure = None, failure_of(error)
        self._ending.ended.emit(result, failure)


#: the endings of what is under way. They have no parent: one that went with it while the thread emits ends the process
_UNDER_WAY: set[_Ending] = set()


def in_background(
    parent: QObject,
    work: Callable[[], Any],
    on_result: Callable[[Any], None],
    on_failure: Callable[[Failure], None],
) -> None:
    """Run `work` on a thread of the pool, then exactly one of the callbacks in this thread, while `parent` lives."""
    ending = _Ending()
    _UNDER_WAY.add(ending)

    def on_ended(result: Any, failure: Failure | None) -> None:
        _UNDER_WAY.discard(ending)
        ending.deleteLater()
        if not isValid(parent):
            return
        if failure is None:
            on_result(result)
        else:
            on_failure(failure)

    ending.ended.connect(on_ended)
    QThreadPool.globalInstance().start(_Work(work, ending))
