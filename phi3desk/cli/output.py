"""What the commands give out: text for people, JSON lines for programs, files, sentences about failures on stderr."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import msgspec

from phi3desk.disk import unwritten
from phi3desk.errors import Sentence, UserError
from phi3desk.foreign_text import printable, unprinted

_UNPRINTED = re.compile(f"[{re.escape(unprinted())}]")


class OutputError(Exception):
    """What the command prints cannot be written; `reason` is the system's."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.reason = error.strerror or str(error)


class Output:
    """The real stdout; whatever native libraries print goes to stderr in the meantime."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def text(self, text: str = "") -> None:
        """Print text for people, without the control characters a terminal would obey."""
        self._write(printable(text))

    def row(self, text: str) -> None:
        """Print one line for people, whatever line breaks are in it."""
        self._write(printable(text).replace("\n", " "))

    def json(self, value: Any) -> None:
        """Print a value as one line of JSON, in which what a terminal would obey or turn round is escaped."""
        self._write(_UNPRINTED.sub(_escaped, msgspec.json.encode(value).decode()))

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error) from error


def _escaped(found: re.Match[str]) -> str:
    """Return a character as JSON escapes it: one above U+FFFF as its two halves."""
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


@contextmanager
def standard_output() -> Iterator[Output]:
    """Hold the real stdout for the command's own output."""
    sys.stdout.flush()
    try:
        own = os.dup(1)
    except OSError as error:
        raise OutputError(error) from error
    os.dup2(2, 1)
    try:
        yield Output(open(own, "w", encoding="utf-8", errors="replace", newline="\n", closefd=False))  # noqa: SIM115
    finally:
        os.dup2(own, 1)
        os.close(own)


def say_failure(sentence: Sentence | str) -> None:
    """Print why a command failed, or what went wrong without stopping it, as one line on stderr."""
    line = " ".join(printable(str(sentence)).split())
    sys.stderr.buffer.write(f"phi3desk: {line}\n".encode("utf-8", "replace"))
    sys.stderr.flush()


class Notices:
    """Says what did not stop a command, each notice once however many questions it is about."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, notice: Sentence | None) -> None:
        """Say a notice on stderr unless it was said before."""
        if notice is not None and str(notice) not in self._told:
            self._told.add(str(notice))
            say_failure(notice)


class ProgressLine:
    """One line on stderr that is written over; silent where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._width = 0

    def show(self, text: str) -> None:
        """Replace the line."""
        if not self._shown:
            return
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
        line = printable(text)[: columns - 1]
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def tell(self, text: str) -> None:
        """Write a line that stays, where stderr is a terminal."""
        if self._shown:
            self.clear()
            sys.stderr.write(" ".join(printable(text).split()) + "\n")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


class FilesWritten:
    """Writes files each for itself, so that one that cannot be written keeps back neither the others nor the output."""

    def __init__(self) -> None:
        self._failed: list[UserError] = []

    def write(self, path: Path, write: Callable[[], None]) -> None:
        """Have a file written; why that failed is told by `finish`."""
        try:
            write()
        except OSError as error:
            self._failed.append(unwritten(path, error))
        except UserError as error:
            self._failed.append(error)

    def finish(self, hint: str = "") -> None:
        """Raise UserError where a file could not be written, after saying the other failures and the hint."""
        if not self._failed:
            return
        for error in self._failed[:-1]:
            say_failure(error.sentence)
        if hint:
            say_failure(hint)
        raise self._failed[-1]
