"""Measurements in processes of their own, each with its own memory and threads; what they find comes back as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
_LOOK_SECONDS = 0.25


def measured(module: str, *arguments: object) -> dict[str, Any]:
    """Run `python -m tests.benchmarks.<module>` and return what it told; CalledProcessError where it failed."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8")
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def tell(**figures: Any) -> None:
    """Hand the figures of this process to the one that started it."""
    print(json.dumps(figures), flush=True)


class Memory:
    """Watches how much memory this process and those it started hold together, some times a second."""

    def __init__(self) -> None:
        self._largest = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def peak(self) -> float:
        """End the watch and return the most it has seen, in megabytes."""
        self._ended.set()
        self._thread.join()
        return self._largest / 1e6

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._ended.wait(_LOOK_SECONDS):
            held = 0
            for process in (own, *own.children(recursive=True)):
                with suppress(psutil.Error):
                    held += process.memory_info().rss
            self._largest = max(self._largest, held)
