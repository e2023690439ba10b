"""This program in any checkout of it, driven by its command line as a user would."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.finding.pipelines import (
    FOUND,
    Answer,
    Documents,
    Imported,
    Kept,
    Watched,
    json_file,
    question_file,
)
from tests.benchmarks.finding.questions import Asked, Place
from tests.benchmarks.processes import ROOT, Memory

_IN_LIBRARY = Path(__file__).with_name("in_library.py")


class Program:
    """The program whose files lie in `checkout`; `homes` is where its libraries are kept."""

    def __init__(self, name: str, checkout: Path, homes: Path, *, completes_questions: bool) -> None:
        self.name = name
        self.completes_questions = completes_questions
        self._checkout = checkout
        self._kept = Kept(homes)

    def home(self, library: str) -> Path:
        """Return the data folder of a library."""
        return self._kept.place(library)

    def build(self, documents: Documents) -> Imported:
        """Make a library by the command `import`; no text is recognised from pictures."""
        earlier = self._kept.imported(documents.library)
        if earlier is not None:
            return earlier
        home = self._kept.begin(documents)
        self._in_library("prepare", home)
        memory, own = Memory(), psutil.Process().memory_info().rss / 1e6
        began = time.perf_counter()
        lines = self._command("--home", home, "import", "--json", *documents.paths)
        seconds = time.perf_counter() - began
        megabytes = memory.peak() - own
        alone = self._in_library("embedder", home)
        outcomes = [line for line in lines if "path" in line]
        imported = Imported(
            pages=sum(outcome["pages"] for outcome in outcomes),
            passages=sum(outcome["passages"] for outcome in outcomes),
            seconds=seconds,
            megabytes=megabytes,
            embedder=alone["name"],
            embedder_seconds=alone["seconds"],
            states=next(line["summary"] for line in lines if "summary" in line),
        )
        return self._kept.keep_import(documents.library, imported)

    def ask(self, library: str, asked: Sequence[Asked]) -> dict[str, Answer]:
        """Ask by the command `search`."""
        with question_file(asked) as file:
            lines = self._command("--home", self.home(library), "search", "--questions", file, "-k", FOUND, "--json")
        return {
            line["id"]: Answer(
                tuple(Place(Path(passage["document"]).name, passage["page"]) for passage in line["passages"]),
                line.get("asked"),
                line.get("relevant"),
            )
            for line in lines
        }

    def watch(self, library: str, asked: Sequence[Asked]) -> Watched:
        """Time questions within the library's process, as the window's worker asks them."""
        with question_file(asked) as file:
            told = self._in_library("ask", self.home(library), file)
        return Watched(tuple(told["seconds"]), tuple(told["relevant"]))

    def fill(self, library: str, passages: int, evidence: Iterable[Place]) -> int:
        """Write made passages beside the real ones."""
        with self._kept.filling(library) as filled, json_file(sorted(evidence)) as file:
            if not filled:
                filled.update(self._in_library("fill", self.home(library), file, passages))
        return int(filled["passages"])

    def _command(self, *arguments: object) -> list[dict[str, Any]]:
        """Run a command of the program and return the lines of JSON that it printed."""
        return [json.loads(line) for line in self._run("-m", "phi3desk", *arguments).splitlines()]

    def _in_library(self, step: str, *arguments: object) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._run("-P", _IN_LIBRARY, step, *arguments).splitlines()[-1])
        return told

    def _run(self, *arguments: object) -> str:
        places = [str(self._checkout), *filter(None, [os.environ.get("PYTHONPATH")])]
        ended = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=self._checkout,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
            stdout=subprocess.PIPE,
            check=True,
            encoding="utf-8",
        )
        return ended.stdout


def check_out(revision: str, folder: Path) -> bool:
    """Put the files of a commit of this clone into a folder; tell whether the clone has that commit."""
    command = ["git", "-C", str(ROOT), "archive", "--format=tar", revision]
    try:
        packed = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return True
