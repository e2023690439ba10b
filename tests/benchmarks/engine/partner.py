"""A process that measures one thing when it is told to, so that what is compared can be measured in turn.

python -P partner.py SCRIPT does the STEPS of a script that come on stdin, and prints their figures. It imports nothing
of this program, so that a script can run beside the code of another checkout.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
Steps = Mapping[str, Callable[..., Figures]]

#: seconds for a process to end by itself
_GRACE_SECONDS = 20


class Partner:
    """The other end of a process that does steps, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, step: str, **given: Any) -> Figures:
        """Have a step done and return its figures; RuntimeError where the process ended over it."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps([step, given]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended over “{step}”")
        figures: Figures = json.loads(line)
        return figures


@contextmanager
def partner(script: Path, checkout: Path, environment: Mapping[str, str]) -> Iterator[Partner]:
    """Run a script's process until the block is left."""
    with subprocess.Popen(
        [sys.executable, "-P", __file__, str(script)],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield Partner(process)
        finally:
            if process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.close()
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def serve(steps: Steps) -> None:
    """Do the steps that come on stdin, until it is closed; what libraries print goes to stderr."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        step, given = json.loads(line)
        print(json.dumps(steps[step](**given)), file=output, flush=True)


if __name__ == "__main__":
    serve(runpy.run_path(sys.argv[1])["STEPS"])
