"""Requests to a worker as commands make them: one at a time, from one thread, stopped by an event."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec

from phi3desk import line_protocol
from phi3desk.errors import Cancelled, UserError
from phi3desk.workers.protocol import ERROR, RESULT, VERSION, Failure, FailureKind, Hello, News, Request
from phi3desk.workers.requests import Cancel

_POLL_SECONDS = 0.1

Result = TypeVar("Result")
Event = TypeVar("Event")


class WorkerGone(Exception):
    """The worker ended, or its connection broke, before it had answered."""


class LibraryGone(UserError):
    """The window whose library a command shares answers no more: whatever else the command asks of it fails, too."""


class Channel(Protocol):
    """What carries lines to a worker and back."""

    def send(self, line: bytes) -> None:
        """Send a line; a worker that is gone is no error here, it is told by `receive`."""

    def receive(self, seconds: float) -> bytes | None:
        """Return the next line, None where none came within so many seconds; raises WorkerGone at the end."""


class WorkerLink:
    """Asks a worker over a channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._last_id = 0

    def ask(
        self,
        request: Request[Result, Event],
        on_event: Callable[[Event], None] = lambda _: None,
        cancelled: threading.Event | None = None,
    ) -> Result:
        """Return what the worker answers, telling its events; setting `cancelled` asks it to stop.

        Raises UserError with its reason, Cancelled where it was stopped, WorkerGone where it ended, and RuntimeError
        with the report of a bug.
        """
        request_id, told_to_stop = self._send(request), False
        while True:
            if cancelled is not None and cancelled.is_set() and not told_to_stop:
                self._send(Cancel(request_id))
                told_to_stop = True
            raw = self._channel.receive(_POLL_SECONDS)
            if raw is None:
                continue
            line = line_protocol.decode_line(raw)
            if line.id != request_id:
                _check_news(line)
            elif line.name == RESULT:
                result: Result = line_protocol.decode(line.data, type(request).result_type())
                return result
            elif line.name == ERROR:
                raise _raised(line_protocol.decode(line.data, Failure))
            else:
                on_event(line_protocol.decode(line.data, type(request).event_types()[line.name]))

    def _send(self, request: Request[Any, Any]) -> int:
        self._last_id += 1
        self._channel.send(line_protocol.encode(self._last_id, request))
        return self._last_id


def _check_news(line: line_protocol.Line) -> None:
    """Raise UserError where the worker greets as one of another version, or says that it cannot work."""
    if line.name == News.REFUSED:
        raise _raised(line_protocol.decode(line.data, Failure))
    if line.name != News.HELLO:
        return
    try:
        is_ours = line_protocol.decode(line.data, Hello).protocol == VERSION
    except msgspec.MsgspecError:
        is_ours = False
    if not is_ours:
        raise UserError("Parts of phi3desk are of different versions. Install it again.")


def _raised(failure: Failure) -> Exception:
    """Return a worker's failure as the exception it was there."""
    if failure.kind is FailureKind.CANCELLED:
        return Cancelled()
    if failure.kind is FailureKind.BUG:
        return RuntimeError(f"a worker failed: {failure.report or failure.sentence}")
    return UserError.of(failure.sentence)
