"""The door by which commands of the same user reach a worker that the window runs.

A socket of the system (a named pipe on Windows) carries lines of the protocol, one in each message. Where it is, and
the key that whoever comes in must have (HMAC, as `multiprocessing.connection` asks for it), stand in a file of the
data folder, which its owner alone can read. Messages are bytes and never pickled.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from queue import SimpleQueue

import msgspec

from phi3desk.paths import write_atomically
from phi3desk.workers.worker import Outlet

log = logging.getLogger(__name__)

#: no request is longer, whoever sends it
_LONGEST = 16 * 1024**2
_PAUSE_SECONDS = 0.2
#: a worker that takes longer to let somebody in is stopped or hangs
_KNOCK_SECONDS = 20.0
#: bytes that may wait for a guest who has taken nothing for so many seconds, as a command does that was stopped
_MOST_WAITING = 4 * 1024**2
_PATIENCE_SECONDS = 20.0
#: what the other side can end the talk about the key with; an AssertionError where it says something else altogether
_NOT_LET_IN = (OSError, EOFError, AuthenticationError, ValueError, AssertionError)


@dataclass(frozen=True)
class _Address:
    """What the file of a door holds."""

    address: str
    key: str


class Door:
    """Lets clients in, each served in a thread of its own by `serve`, until `close`."""

    def __init__(self, file: Path, serve: Callable[[Iterable[bytes], Outlet], None]) -> None:
        """Open the door and tell in `file` where it is; raises OSError where the system has none."""
        self._file = file
        self._serve = serve
        self._closed = threading.Event()
        key = secrets.token_bytes(32)
        self._key = key
        self._listener = Listener()
        self._address = _Address(str(self._listener.address), key.hex())
        try:
            write_atomically(file, msgspec.json.encode(self._address).decode())
        except OSError:
            self._listener.close()
            raise
        threading.Thread(target=self._let_in, name="door", daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more; who is in stays until the worker ends."""
        self._closed.set()
        with suppress(OSError):
            if _read(self._file) == self._address:
                self._file.unlink()
        with suppress(OSError):
            self._listener.close()

    def _let_in(self) -> None:
        while not self._closed.is_set():
            try:
                connection = self._listener.accept()
            except (OSError, EOFError):
                if not self._closed.wait(_PAUSE_SECONDS):
                    log.warning("nobody could come to the door", exc_info=True)
                continue
            # asked for the key there: who does not answer keeps nobody else waiting
            threading.Thread(target=self._talk, args=(connection,), name="guest", daemon=True).start()

    def _talk(self, connection: Connection) -> None:
        with connection:
            try:
                deliver_challenge(connection, self._key)
                answer_challenge(connection, self._key)
            except _NOT_LET_IN:
                log.warning("somebody was not let in", exc_info=True)
                return
            with closing(_Messages(connection)) as messages:
                self._serve(_messages(connection), Outlet(messages))


class _Messages:
    """A connection as a stream to write to, which keeps nobody waiting: a thread of its own sends what is written.

    A guest who takes nothing while more and more waits is let go: the connection ends for both.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._taken = 0.0
        self._ended = False
        self._thread = threading.Thread(target=self._send, name="guest-lines", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Have a line sent; raises BrokenPipeError where the guest is gone or let go."""
        with self._lock:
            now = time.monotonic()
            if not self._waiting:
                self._taken = now
            if self._waiting > _MOST_WAITING and now - self._taken > _PATIENCE_SECONDS:
                self._end()
            if self._ended:
                raise BrokenPipeError
            self._waiting += len(line)
        self._queue.put(line)

    def flush(self) -> None:
        """Do nothing: a message is on its way as soon as the guest takes it."""

    def close(self) -> None:
        """End the connection; what was not sent yet is not sent any more."""
        with self._lock:
            self._end()
        self._queue.put(None)
        self._thread.join()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            _break_off(self._connection)

    def _send(self) -> None:
        while (line := self._queue.get()) is not None:
            try:
                self._connection.send_bytes(line)
            except OSError:
                with self._lock:
                    self._end()
                return
            with self._lock:
                self._waiting -= len(line)
                self._taken = time.monotonic()


def _break_off(connection: Connection) -> None:
    """End a connection for both sides, and with it what other threads wait for on it."""
    if os.name == "nt":
        connection.close()
        return
    # closing alone would leave them waiting
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


def _messages(connection: Connection) -> Iterator[bytes]:
    with suppress(OSError, EOFError):
        while True:
            yield connection.recv_bytes(_LONGEST)


def knock(file: Path) -> Connection | None:
    """Return a connection to the worker whose door the file tells of; None where nobody opens."""
    door = _read(file)
    if door is None:
        return None
    opened: list[Connection] = []

    def come_in() -> None:
        with suppress(*_NOT_LET_IN):
            opened.append(Client(door.address, authkey=bytes.fromhex(door.key)))

    coming = threading.Thread(target=come_in, name="knock", daemon=True)
    coming.start()
    coming.join(_KNOCK_SECONDS)
    return opened[0] if opened else None


def _read(file: Path) -> _Address | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Address)
    except (OSError, msgspec.MsgspecError):
        return None
