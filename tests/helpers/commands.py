"""Commands run in the test's own process, with what they print: a process for each costs seconds of imports."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

from phi3desk.__main__ import main


def run_command(home: Path, *words: object) -> CompletedProcess[str]:
    """Run one command on a home; what it and native libraries print is caught where a shell would catch it."""
    arguments = ["--home", str(home), *map(str, words)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with _as_standard(out.fileno(), err.fileno()), _without_traces():
            try:
                code = main(arguments)
            except SystemExit as exit:
                code = exit.code if isinstance(exit.code, int) else 1
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read().decode())
    return CompletedProcess(arguments, code, *printed)


@contextmanager
def _as_standard(out: int, err: int) -> Iterator[None]:
    """Make two files the standard output and error of the process, for Python and beneath it."""
    kept_streams = sys.stdout, sys.stderr
    for stream in kept_streams:
        stream.flush()
    kept = os.dup(1), os.dup(2)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(open(number, "wb", closefd=False), encoding="utf-8", write_through=True)  # noqa: SIM115
        for number in (1, 2)
    )
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = kept_streams
        for number, original in zip((1, 2), kept, strict=True):
            os.dup2(original, number)
            os.close(original)


@contextmanager
def _without_traces() -> Iterator[None]:
    """Undo what a command changes of its process: the umask and the handlers of the log."""
    umask = os.umask(0o077)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers
    root.handlers = []
    try:
        yield
    finally:
        os.umask(umask)
        for handler in root.handlers:
            handler.close()
        root.setLevel(level)
        root.handlers = handlers
