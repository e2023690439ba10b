"""What every pipeline that is compared can do, and what it tells."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.finding.questions import Asked, Place

#: Passages that are asked for.
FOUND = 10


@dataclass(frozen=True)
class Documents:
    """What one library is made of; it may begin as a copy of another one, which holds a part of the documents."""

    library: str
    paths: tuple[Path, ...]
    begins_as: str = ""

    @property
    def files(self) -> list[Path]:
        """Return the PDFs."""
        return [file for path in self.paths for file in (sorted(path.rglob("*.pdf")) if path.is_dir() else [path])]


@dataclass(frozen=True)
class Imported:
    """An import; seconds and megabytes (at the most) are of everything it started.

    `embedder_seconds` is how long the embedder alone takes for the passages that were embedded.
    """

    pages: int
    passages: int
    seconds: float
    megabytes: float
    embedder: str
    embedder_seconds: float
    states: Mapping[str, int]


@dataclass(frozen=True)
class Answer:
    """What was found for one question: the page of each passage, best first.

    `asked` is the question as it was searched, `relevant` whether anything relevant was found; None where that is not
    told.
    """

    found: tuple[Place, ...]
    asked: str | None = None
    relevant: bool | None = None


@dataclass(frozen=True)
class Watched:
    """The seconds of each question, in their order, and whether anything relevant was found for it; () if not told."""

    seconds: tuple[float, ...]
    relevant: tuple[bool, ...] = ()


class Pipeline(Protocol):
    """Something that imports documents and finds pages in them, in processes of its own.

    Every method raises CalledProcessError where one of them fails. `completes_questions` tells whether it understands
    what came before a question.
    """

    name: str
    completes_questions: bool

    def build(self, documents: Documents) -> Imported:
        """Make a library; where an earlier run made it, only what it told then is returned."""

    def ask(self, library: str, asked: Sequence[Asked]) -> dict[str, Answer]:
        """Return what is found for each question, by its id."""

    def watch(self, library: str, asked: Sequence[Asked]) -> Watched:
        """Ask questions one after the other in one process, with the embedder loaded, and look at the clock."""

    def fill(self, library: str, passages: int, evidence: Iterable[Place]) -> int:
        """Fill a library with made passages, none of them of pages with evidence; return how many it holds then."""


class Kept:
    """The libraries of one pipeline, each a folder with what is remembered of it beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, library: str) -> Path:
        """Return the folder of a library."""
        return self._folder / library

    def places(self) -> list[Path]:
        """Return the folders of all libraries whose import has ended."""
        return sorted(file.with_suffix("") for file in self._folder.glob("*.json"))

    def begin(self, documents: Documents) -> Path:
        """Return the folder of a library that is to be made, where whatever was there is gone."""
        place = self.place(documents.library)
        shutil.rmtree(place, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        if documents.begins_as and self.imported(documents.begins_as):
            shutil.copytree(self.place(documents.begins_as), place)
        return place

    def imported(self, library: str) -> Imported | None:
        """Return what is remembered of a finished import; None where there was none."""
        told = self._read(library)
        return Imported(**told["imported"]) if "imported" in told else None

    def keep_import(self, library: str, imported: Imported) -> Imported:
        """Remember a finished import, and return it."""
        self._write(library, {"imported": asdict(imported)})
        return imported

    @contextmanager
    def filling(self, library: str) -> Iterator[dict[str, Any]]:
        """Give what is remembered of a filled library; empty where it is to be filled, and what is told then is kept.

        A library whose filling fails is made anew.
        """
        told = self._read(library)
        filled: dict[str, Any] = told.get("filled", {})
        if not filled:
            self._file(library).unlink(missing_ok=True)
        yield filled
        self._write(library, {**told, "filled": filled})

    def _file(self, library: str) -> Path:
        return self._folder / f"{library}.json"

    def _read(self, library: str) -> dict[str, Any]:
        file = self._file(library)
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def _write(self, library: str, told: Mapping[str, Any]) -> None:
        self._file(library).write_text(json.dumps(told), encoding="utf-8")


@contextmanager
def question_file(asked: Iterable[Asked]) -> Iterator[Path]:
    """Give a file of questions as the command line takes it: nothing that tells the answer is in it."""
    rows = [
        {"id": each.id, "question": each.text} | ({"history": list(each.history)} if each.history else {})
        for each in asked
    ]
    with _file("questions.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)) as file:
        yield file


@contextmanager
def json_file(value: Any) -> Iterator[Path]:
    """Give a file that holds a value as JSON."""
    with _file("given.json", json.dumps(value)) as file:
        yield file


@contextmanager
def _file(name: str, text: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as folder:
        file = Path(folder, name)
        file.write_text(text, encoding="utf-8")
        yield file
