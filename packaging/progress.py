"""What the installer says while it works, and the commands that it runs meanwhile with their output in a log."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

#: Ninja's count of steps, and make's share, at the head of a line
_STEP = re.compile(r"\s*\[\s*(\d+)/(\d+)\]")
_SHARE = re.compile(r"\s*\[\s*(\d+)%\]")
#: before this share the time so far tells too little of the time that is left: the largest files come first
_ENOUGH_TO_TELL = 0.2


def say(text: str) -> None:
    """Tell the user how it goes on."""
    print(f"phi3desk: {text}", flush=True)


def fail(text: str) -> int:
    """Tell what stands in the way; returns the exit code."""
    print(f"phi3desk: {text}", file=sys.stderr, flush=True)
    return 1


def steps_of(line: str) -> tuple[int, int] | None:
    """Return the step and the number of steps that a line of a build begins with; None where it tells none.

    Ninja writes [7/83], make [ 8%]; pip indents what a build prints.
    """
    for pattern, whole in ((_STEP, 0), (_SHARE, 100)):
        found = pattern.match(line)
        if found:
            done, steps = int(found[1]), whole or int(found[2])
            return (done, steps) if 0 < done <= steps else None
    return None


def minutes_and_seconds(seconds: float) -> str:
    """Return a time such as 4:05."""
    return "{}:{:02d}".format(*divmod(int(seconds), 60))


class BuildProgress:
    """How far a compilation is, from what it prints; read by one thread and written by another."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since = now()
        self._steps: tuple[int, int] | None = None

    def read(self, line: str) -> None:
        """Take a line that the build printed."""
        steps = steps_of(line)
        if steps:
            if self._steps is None:
                self._since = self._now()
            self._steps = steps

    def __str__(self) -> str:
        """Return such as "42 % (35 of 83 steps), about 3 minutes left"."""
        if self._steps is None:
            return "preparing"
        done, steps = self._steps
        share = done / steps
        told = f"{int(share * 100)} %" + (f" ({done} of {steps} steps)" if steps != 100 else "")
        if share < _ENOUGH_TO_TELL or done == steps:
            return told
        left = (self._now() - self._since) * (1 - share) / share
        if left < 90:
            return f"{told}, about {max(10, round(left, -1)):.0f} seconds left"
        return f"{told}, about {round(left / 60)} minutes left"


class Clock:
    """Shows every half minute what is being done and for how long, so that nobody thinks it stands still."""

    def __init__(self, beside: Callable[[], str] = str, every_s: float = 30) -> None:
        self.doing = "Working"
        self._beside = beside
        self._every_s = every_s
        self._since = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Clock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def tell(self, doing: str) -> None:
        """Begin another piece of work, and say so."""
        self.doing, self._since = doing, time.monotonic()
        say(doing)

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            beside = self._beside()
            time_so_far = minutes_and_seconds(time.monotonic() - self._since)
            say(f"{self.doing} … {time_so_far} min" + (f"; {beside}" if beside else ""))


@dataclass(frozen=True)
class Log:
    """The file that everything goes to which the commands print."""

    path: Path
    names: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Empty the file."""
        self.path.write_text("", encoding="utf-8")

    def run(
        self,
        command: Sequence[str],
        on_line: Callable[[str], object] = str,
        environment: Mapping[str, str] | None = None,
        limit_s: float | None = None,
        name: str = "",
    ) -> int:
        """Run a command, hand on each line that it prints, and return its exit code.

        One that takes longer than `limit_s` is ended. `name` goes before each line where it runs beside others.
        """
        if name:
            self.names.add(name)
        with open(self.path, "a", encoding="utf-8") as file:
            started = subprocess.Popen(
                command,
                cwd=self.path.parent,
                env=environment,
                text=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            with started as process:
                timer = threading.Timer(limit_s, process.kill) if limit_s else None
                if timer:
                    timer.start()
                try:
                    self._copy(process.stdout, file, on_line, name)
                except BaseException:
                    process.kill()
                    raise
                finally:
                    if timer:
                        timer.cancel()
        return process.returncode

    def tail(self, name: str = "", count: int = 15) -> str:
        """Return the last lines of the commands that ran under a name, or of those without one."""
        lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        others = tuple(self.names - {name})
        return "\n".join([line for line in lines if line.startswith(name) and not line.startswith(others)][-count:])

    @staticmethod
    def _copy(lines: IO[str] | None, file: IO[str], on_line: Callable[[str], object], name: str) -> None:
        for line in lines or ():
            file.write(name + line)
            file.flush()
            on_line(line)
