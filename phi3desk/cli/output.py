"""How the commands print: text for people, JSON lines for programs, sentences about failures on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import msgspec

from phi3desk.errors import Sentence

# What a terminal would obey in the text of a document or of a model: all control characters but tab and line feed.
_CONTROL = {code: None for code in [*range(32), *range(127, 160)] if code not in (9, 10)}


class Output:
    """The real stdout; whatever native libraries print goes to stderr in the meantime."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def text(self, text: str = "") -> None:
        """Print a line for a person, without the control characters a terminal would obey."""
        self._stream.write(text.translate(_CONTROL) + "\n")
        self._stream.flush()

    def json(self, value: Any) -> None:
        """Print a value as one line of JSON."""
        self._stream.write(msgspec.json.encode(value).decode() + "\n")
        self._stream.flush()


@contextmanager
def standard_output() -> Iterator[Output]:
    """Hold the real stdout for the command's own output."""
    sys.stdout.flush()
    try:
        own = os.dup(1)
    except OSError:
        yield Output(sys.stdout)
        return
    os.dup2(2, 1)
    try:
        with open(own, "w", encoding="utf-8", newline="\n", closefd=False) as stream:
            yield Output(stream)
    finally:
        os.dup2(own, 1)
        os.close(own)


def say_failure(sentence: Sentence | str) -> None:
    """Print why a command failed, as one line on stderr."""
    line = " ".join(str(sentence).translate(_CONTROL).split())
    sys.stderr.write(f"phi3desk: {line}\n")


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
