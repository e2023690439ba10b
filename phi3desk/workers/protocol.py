"""What window and workers say to each other, as lines of `phi3desk.line_protocol`.

A request is a line whose data is one of the dataclasses in `requests`. Answers carry the request's id: any number of
lines with its events, then exactly one named `result` or `error`. A line with id 0 is the worker's own news.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Generic, Protocol, Self, TypeVar, get_args

from phi3desk.disk import disk_refusal
from phi3desk.errors import Cancelled, DamagedFile, Sentence, UserError, bug_report

VERSION = 2
RESULT, ERROR = "result", "error"

Result = TypeVar("Result")
Event = TypeVar("Event")
Told = TypeVar("Told", contravariant=True)


class News(StrEnum):
    """What a worker tells of itself: its greeting, that it cannot work, and what has changed."""

    HELLO = "hello"
    REFUSED = "refused"
    CHANGED = "changed"
    FOLDERS_CHANGED = "folders_changed"


@dataclass(frozen=True)
class Hello:
    """The first line of a worker: which protocol it speaks and who it is."""

    protocol: int
    worker: str
    version: str
    pid: int


class FailureKind(StrEnum):
    """Why a request failed: a sentence for the user, a bug with a report, stopped, its worker gone, a file damaged."""

    USER = "user"
    BUG = "bug"
    CANCELLED = "cancelled"
    DIED = "died"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Failure:
    """Why a request failed, in a sentence; a bug has a report that can be copied, damage the `file` it is in."""

    kind: FailureKind
    sentence: Sentence
    report: str = ""
    file: str = ""


def failure_of(error: BaseException) -> Failure:
    """Return how an exception is told to the window."""
    if isinstance(error, Cancelled):
        return Failure(FailureKind.CANCELLED, Sentence("Stopped."))
    if isinstance(error, DamagedFile):
        return Failure(FailureKind.DAMAGED, error.sentence, file=str(error.path))
    refusal = error if isinstance(error, UserError) else disk_refusal(error)
    if refusal is not None:
        return Failure(FailureKind.USER, refusal.sentence)
    if isinstance(error, MemoryError):
        return Failure(
            FailureKind.USER, Sentence("There is not enough free memory for this. Close other programs and try again.")
        )
    return Failure(FailureKind.BUG, Sentence("Something went wrong inside the program."), bug_report(error))


class Task(Protocol[Told]):
    """A request being worked on, as its handler sees it: it tells events and knows whether it was cancelled."""

    @property
    def cancelled(self) -> threading.Event:
        """Set when the request is to stop."""

    def emit(self, event: Told) -> None:
        """Tell the window how the request goes on; any thread may call it."""


class Request(Generic[Result, Event]):
    """What is asked of a worker. A request is a frozen dataclass of its arguments that derives from this class.

    `Result` is what it ends with, `Event` the dataclass, or the union of them, that is told on the way; Never where
    nothing is.
    """

    @classmethod
    @cache
    def result_type(cls) -> Any:
        """Return the type of the result, for decoding it."""
        return _type_arguments(cls)[0]

    @classmethod
    @cache
    def event_types(cls) -> dict[str, type]:
        """Return the types of the events by the names they travel under."""
        told = _type_arguments(cls)[1]
        return {kind.__name__: kind for kind in get_args(told) or (told,) if isinstance(kind, type)}

    @classmethod
    def served_by(cls, handler: Callable[[Self, Task[Event]], Result], *, even_cancelled: bool = False) -> Operation:
        """Return the operation of a worker that answers requests of this class.

        One that was cancelled while it waited is not begun, unless it is to be `even_cancelled`.
        """
        return Operation(cls, handler, even_cancelled)


@dataclass(frozen=True)
class Operation:
    """A class of requests and what answers them; made by `Request.served_by`, which checks that they match."""

    request: type[Request[Any, Any]]
    handler: Callable[[Any, Any], Any]
    even_cancelled: bool = False


def _type_arguments(request: type[Request[Any, Any]]) -> tuple[Any, ...]:
    base: Any = next(base for base in request.__orig_bases__ if get_args(base))  # type: ignore[attr-defined]
    return get_args(base)
