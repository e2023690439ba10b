"""Questions answered by the program, as `phi3desk ask` answers them, at a wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from phi3desk.chat.messages import Answer
from phi3desk.chat.reading.wait import Wait
from phi3desk.cli.ask import answer_question
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import ProgressLine
from phi3desk.comparison.grading import Expected, holds, judge
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.library.documents import Rules, SearchScope
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.model.store import ModelStore
from phi3desk.model.types import ModelEntry
from phi3desk.paths import open_paths
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from tests.benchmarks.answering.answered import Answered
from tests.benchmarks.answering.sets import AnswerSet


class Program:
    """The program with one library and one model; made by `opened`."""

    def __init__(
        self, library: Library, model: ModelProcess, entry: ModelEntry, profile: Profile, settings: Settings
    ) -> None:
        self._library = library
        self._model = model
        self._entry = entry
        self._profile = profile
        self._settings = settings

    def ask(self, one: ComparedQuestion, wait: Wait) -> Answered:
        """Answer a question alone, and judge the answer."""
        maker = made_by(self._profile, self._entry)
        question = question_of(self._profile, one.question, self._settings, maker, scope=SearchScope())
        began = time.perf_counter()
        told = answer_question(
            self._model, self._library, replace(question, wait=wait), ProgressLine(), threading.Event()
        )
        seconds = time.perf_counter() - began
        answer = told.answer
        judged = judge(one.expected, answer)
        return Answered(
            one.id,
            answer.text,
            one.expected.answerable,
            judged.contained,
            judged.contained and judged.page if one.expected.answerable else None,
            _cited(one.expected, answer),
            answer.refused,
            answer.timings.prompt_tokens,
            answer.timings.first_token_s,
            seconds,
        )


@contextmanager
def opened(folder: Path, each: AnswerSet, model: Path) -> Iterator[Program]:
    """Open the library of a set, made where it is not there, and load a model."""
    paths = open_paths(folder / each.library)
    settings = Settings(paths.settings)
    models = ModelStore(paths)
    entry = next((one for one in models.list() if Path(one.path) == model), None) or models.add(model)
    profile = on_model(ProfileStore(paths.profiles).current, entry)
    with closing(Library(paths, settings)) as library, ModelProcess(paths, settings) as process:
        collection = library.collection_id(DEFAULT_COLLECTION, create=True)
        library.set_rules(collection, Rules(ocr=False))
        library.import_paths(list(each.documents), collection)
        library.load_embedder()
        process.load(entry, profile.adapters)
        yield Program(library, process, entry, profile, settings)


def _cited(expected: Expected, answer: Answer) -> bool | None:
    """Return whether a sentence cited of a page that answers holds the answer; None where no such page was found.

    An answer that was refused cites nothing, and counts as one that does not.
    """
    if not expected.answerable or not expected.answers:
        return None
    pages = set(expected.pages)
    found = {(one.passage.document, one.passage.page) for one in answer.sources}
    if not any((expected.document, page) in found for page in pages):
        return None
    quotes = [each.quote for each in answer.citations if each.document == expected.document and each.page in pages]
    return any(holds(quote, one) for quote in quotes for one in expected.answers)
