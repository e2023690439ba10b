"""What a run is given: the programs that are compared, the models, and a folder for all that is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from phi3desk.chat.messages import Source
from phi3desk.library.documents import Passage
from phi3desk.model.gguf import inspect
from phi3desk.model.llama.hardware import cores
from phi3desk.model.types import GgufInfo, LoadOptions
from phi3desk.paths import open_paths, resource
from phi3desk.settings import Settings
from tests.benchmarks.engine.partner import Partner, partner
from tests.benchmarks.engine.program import ModelWorker, Program, listed
from tests.benchmarks.phi3_shape import Phi3Shape, write_model
from tests.benchmarks.processes import ROOT

_BARE = Path(__file__).with_name("bare.py")
#: a window of tokens that every model here has been trained for and that holds all that is asked
CONTEXT = 4096
#: characters of the shortest and the longest paragraph that is taken for a passage
SHORTEST, LONGEST = 200, 900


@dataclass(frozen=True)
class Bench:
    """A run. `programs` are this program and, where another commit is measured too, the program as it was there.

    `model` writes the answers; `shape` has Phi-3-mini's shape, None where it is still to be written.
    """

    folder: Path
    programs: tuple[Program, ...]
    model: Path
    shape: Path | None = None

    @property
    def info(self) -> GgufInfo:
        """What the model says of itself."""
        return inspect(self.model, "model")

    @property
    def options(self) -> LoadOptions:
        """How every model is loaded, so that all of them compute with as many cores."""
        return LoadOptions(context=min(CONTEXT, self.info.context_train), threads=cores())

    def home(self, name: str, program: Program, model: Path | None = None) -> Path:
        """Return a data folder of a program with a model in use and loaded as `options` say, made where it is not."""
        home = self.folder / f"{name}-{program.name or 'here'}"
        listed(home, model or self.model)
        settings = Settings(open_paths(home).settings)
        settings.set("model.context", self.options.context)
        settings.set("model.threads", self.options.threads)
        return home

    @contextmanager
    def loaded(self, name: str, program: Program) -> Iterator[ModelWorker]:
        """Run a model worker on a data folder of its own, with the model loaded."""
        home = self.home(name, program)
        with program.worker(home) as worker:
            worker.load(listed(home, self.model), self.options)
            yield worker

    def bare(self) -> AbstractContextManager[Partner]:
        """Run llama.cpp without the program."""
        return partner(_BARE, ROOT, os.environ)

    def phi3_shape(self) -> Path:
        """Return the model of Phi-3-mini's shape."""
        path = self.shape or self.folder / "phi-3-mini-shape.gguf"
        return path if path.exists() else write_model(path, Phi3Shape())


def paragraphs() -> list[str]:
    """Return the paragraphs of the sample documents, as long as passages are."""
    found = []
    for file in sorted(resource("samples", "source").glob("*.md")):
        body = file.read_text(encoding="utf-8").split("---", 2)[2]
        texts = (text.strip() for text in body.split("\n\n"))
        found += [text for text in texts if SHORTEST < len(text) < LONGEST and _is_prose(text)]
    return found


def sources(characters: int, skipped: int = 0) -> tuple[Source, ...]:
    """Return passages of about so many characters together, after so many other paragraphs."""
    taken: list[str] = []
    for text in islice(paragraphs(), skipped, None):
        if taken and sum(map(len, taken)) + len(text) > characters:
            break
        taken.append(text)
    passages = (
        Passage(n, 1, "manual.pdf", "/manual.pdf", "Operating manual", n, 0, len(text), text)
        for n, text in enumerate(taken, skipped + 1)
    )
    return tuple(Source(n, passage) for n, passage in enumerate(passages, 1))


def _is_prose(text: str) -> bool:
    return text[0].isalpha() and not text.startswith("Table:")


def note(text: str) -> None:
    """Tell what the table cannot."""
    print(text, file=sys.stderr, flush=True)
