"""How the commands print: text for people, JSON lines for programs, sentences about failures on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import msgspec

from phi3desk.errors import Sentence

#: Unicode's format characters (Cf), by first and last code: they turn the direction of text round or cannot be seen.
_FORMAT = (
    (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2),
    (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE007F),
)  # fmt: skip
# What a terminal would obey in names, in the text of a document or of a model: all control characters but tab and line
# feed, and what would make a line read as another one.
_CONTROL: dict[int, str | None] = {code: None for code in [*range(32), *range(127, 160)] if code not in (9, 10)}
_CONTROL |= {code: None for first, last in _FORMAT for code in range(first, last + 1)}
_CONTROL |= {0x2028: "\n", 0x2029: "\n"}


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
        self._write(text.translate(_CONTROL))

    def row(self, text: str) -> None:
        """Print one line for people, whatever line breaks are in it."""
        self._write(text.translate(_CONTROL).replace("\n", " "))

    def json(self, value: Any) -> None:
        """Print a value as one line of JSON."""
        self._write(msgspec.json.encode(value).decode())

    def _write(self, line: str) -> None:
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error) from error


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
    line = " ".join(str(sentence).translate(_CONTROL).split())
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
        line = text.translate(_CONTROL)[: columns - 1]
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0
