"""The command that answers: search, write, cite."""

from __future__ import annotations

import argparse
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from phi3desk.chat.answer import finish, recorded, sources_read, unfinished
from phi3desk.chat.correcting.corrections import with_quotes
from phi3desk.chat.decision import (
    OverviewStep,
    SearchStep,
    SeriesStep,
    WriteStep,
    Writing,
    answered_without_model,
    first_step,
    step_after_overview,
    step_after_search,
    with_offer,
    with_what_was_read,
)
from phi3desk.chat.dossier.dossier import Dossier, dossier_of, drawn
from phi3desk.chat.dossier.writing import kind_of_file, write_dossier
from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.chat.inspection import telling
from phi3desk.chat.inspection.telling import Tongue
from phi3desk.chat.messages import Answer, MadeBy, Message, Opinion, Source
from phi3desk.chat.question import Question, in_collections, with_known_answers
from phi3desk.chat.reading.wait import Wait
from phi3desk.chat.sheets.asking import may_be_answered, sheet_question
from phi3desk.cli.asking.loading import Loading
from phi3desk.cli.asking.printing import REPEATED, Answered, answer_row, print_answer
from phi3desk.cli.asking.sheets import answer_from_sheets
from phi3desk.cli.documents import open_library, stopped_by_user
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import Notices, Output, ProgressLine, say_failure
from phi3desk.cli.search import (
    check_named,
    completed,
    history_of,
    questions_of,
    refuse_none_answered,
    scope_of_line,
    scope_of_options,
    tell_failed,
)
from phi3desk.cli.series import write_series
from phi3desk.cli.trace import trace_of
from phi3desk.cli.worker_link import LibraryGone
from phi3desk.comparison.questions import QuestionLine
from phi3desk.disk import check_file
from phi3desk.errors import Cancelled, Sentence, UserError
from phi3desk.library.documents import SearchResult, SearchScope, place
from phi3desk.library.library import Library
from phi3desk.model.adapters.compatibility import misfits
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, Ending, LoadedModel, ModelEntry, Role, Turn
from phi3desk.paths import Paths
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary


def run_ask(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Answer one question, or each question of a file; a line that fails answers with an error."""
    if options.dossier is not None:
        # before any time is spent on answers
        kind_of_file(Path(options.dossier))
        check_file(Path(options.dossier))
    profiles = ProfileStore(paths.profiles)
    profile = profiles.named(options.profile) if options.profile else profiles.current
    lines = questions_of(options)
    needs_model = any(not answered_without_model(line.question) for line in lines)
    at_once = needs_model and not any(may_be_answered(sheet_question(line.question)) for line in lines)
    models, name = ModelStore(paths), options.model or profile.model
    entry = choose_model(models, name) if at_once or name else models.in_use()
    profile = profile if entry is None else on_model(profile, entry)
    if options.adapters is not None:
        profile = dataclasses.replace(profile, adapters=adapter_uses(AdapterStore(paths), profile, options.adapters))
    if entry is not None:
        refuse_misfits(AdapterStore(paths), profile.adapters, entry)
    with (
        open_library(paths, settings) as library,
        ModelProcess(paths, settings) as model,
        stopped_by_user() as cancelled,
    ):
        asking = _Asking(options, output, library, model, cancelled)

        def load() -> None:
            asking.load(entry or choose_model(models, name), profile.adapters)

        named, maker = scope_of_options(library, options), made_by(profile, entry)

        def question_of_it(line: QuestionLine) -> Question:
            return question_of_line(line, profile, settings, maker, scope_of_line(library, line, named))

        asked = asking.questions(lines, question_of_it, paths.examples)
        if not all(isinstance(each, UserError) or each.is_answered for each in asked):
            check_named(library, named, lines)
            if at_once:
                load()
        seconds = 60.0 * settings.get("answers.summary_minutes")
        try:
            asking.ask_each(lines, asked, maker, load if entry or needs_model else None, seconds)
        except Exception:
            # what was answered before is written all the same
            with _told_only():
                asking.write_dossier()
            raise
        asking.write_dossier()
        if cancelled.is_set():
            raise Cancelled
        refuse_none_answered(lines, asking.failed)


@contextmanager
def _told_only() -> Iterator[None]:
    """Tell an error and go on: another one is what the command ends with."""
    try:
        yield
    except UserError as error:
        say_failure(error.sentence)


class _Asking:
    """The questions of a command on their way: one of a file that fails is told, and those after it are asked."""

    def __init__(
        self,
        options: argparse.Namespace,
        output: Output,
        library: AnyLibrary,
        model: ModelProcess,
        cancelled: threading.Event,
    ) -> None:
        self._options, self._output = options, output
        self._library, self._model, self._cancelled = library, model, cancelled
        self._progress, self._notices = ProgressLine(), Notices()
        self._loading = Loading()
        #: the process that the model was loaded in, 0 before that
        self._loaded_in = 0
        self._told: list[Message] = []
        #: the lines that were told to be wrong or without an answer
        self.failed = 0

    def load(self, entry: ModelEntry, adapters: Sequence[AdapterUse]) -> None:
        """Load the model that writes."""
        try:
            self._loading.try_once(lambda: load_model(self._model, entry, adapters, self._progress, self._cancelled))
        finally:
            self._loaded_in = self._model.process_id

    def questions(
        self, lines: Sequence[QuestionLine], question_of_it: Callable[[QuestionLine], Question], examples: Path
    ) -> list[Question | UserError]:
        """Return the question of each line, or what is wrong with a line of a file."""
        made = [self._or_error(question_of_it, line) for line in lines]
        right = [each for each in made if isinstance(each, Question)]
        if self._options.wait is not None:
            right = [dataclasses.replace(question, wait=Wait(self._options.wait)) for question in right]
        known = iter(right if self._options.ask_model else with_known_answers(right, examples))
        return [next(known) if isinstance(each, Question) else each for each in made]

    def _or_error(self, question_of_it: Callable[[QuestionLine], Question], line: QuestionLine) -> Question | UserError:
        try:
            return question_of_it(line)
        except UserError as error:
            if self._ends_all(error):
                raise
            return error

    def ask_each(
        self,
        lines: Sequence[QuestionLine],
        asked: Sequence[Question | UserError],
        maker: MadeBy,
        load: Callable[[], None] | None,
        seconds: float,
    ) -> None:
        """Answer the questions in turn until the user stops that; UserError where none after it could be answered."""
        for line, question in zip(lines, asked, strict=True):
            try:
                if isinstance(question, UserError):
                    raise question
                answered = answer_question(
                    self._model, self._library, question, self._progress, self._cancelled, load, seconds
                )
            except Cancelled:
                # what was answered before is written all the same
                return
            except UserError as error:
                if self._ends_all(error):
                    raise
                self._tell_failed(line, error, maker)
                continue
            self._notices.tell(answered.notice)
            # what is there of an answer in parts is kept
            if not self._cancelled.is_set() or answered.answer.text:
                _tell(line.id, answered, self._options, self._output, self._notices)
                self._told += _messages(line.question, answered.answer, self._model.model)
            if self._cancelled.is_set():
                return

    def _ends_all(self, error: UserError) -> bool:
        """Return whether an error is about more than a line of a file: the library or the model is gone."""
        is_lost = isinstance(error, LibraryGone) or self._loaded_in != self._model.process_id
        return self._options.questions is None or is_lost or error is self._loading.failure

    def _tell_failed(self, line: QuestionLine, error: UserError, maker: MadeBy) -> None:
        self._progress.clear()
        nothing = Answered(unfinished("", (), maker, Ending.FAILED), ())
        tell_failed(self._options, line, error, answer_row(line.id, nothing), self._output)
        self._told.append(_question_message(line.question))
        self.failed += 1

    def write_dossier(self) -> None:
        """Write what was answered into the dossier that is wanted; says so where there is no answer to write."""
        options, told = self._options, self._told
        if options.dossier is None:
            return
        if all(message.answer is None for message in told):
            say_failure("The dossier was not written: there is no answer for it.")
            return
        title = Path(options.questions).stem if options.questions else told[0].text
        dossier = dossier_of(title, told, time.time(), whole_pages=options.pictures == "pages")
        save_dossier(dossier, self._library, options, self._progress, self._cancelled)


def _tell(question_id: str, answered: Answered, options: argparse.Namespace, output: Output, notices: Notices) -> None:
    if options.json or options.questions:
        output.json(answer_row(question_id, answered) | trace_of(answered.trace, options))
        notices.tell(REPEATED if answered.answer.ended is Ending.REPEATED else None)
    else:
        print_answer(answered, output)
        if options.explain:
            output.text()
            output.text(telling.text(dataclasses.replace(answered.answer, trace=answered.trace), Tongue()))


def _messages(question: str, answer: Answer, model: LoadedModel | None) -> tuple[Message, Message]:
    """Return a question and its answer as messages; the file of a model is known by its hash once it is loaded."""
    maker = answer.made_by
    if maker.model and not maker.model_sha256 and model is not None:
        answer = dataclasses.replace(answer, made_by=dataclasses.replace(maker, model_sha256=model.sha256))
    return _question_message(question), Message(2, 0, Role.ASSISTANT, answer.text, time.time(), answer)


def _question_message(question: str) -> Message:
    return Message(1, 0, Role.USER, question, time.time())


def save_dossier(
    dossier: Dossier,
    library: AnyLibrary,
    options: argparse.Namespace,
    progress: ProgressLine,
    cancelled: threading.Event,
) -> None:
    """Write a dossier with its pictures; without them where the user stopped the command."""
    if options.pictures != "none" and not cancelled.is_set():
        with suppress(Cancelled):
            dossier = drawn(
                dossier,
                lambda wish: library.page_picture(wish, cancelled),
                lambda number, count: progress.show(f"Drawing page {number} of {count}"),
            )
    progress.clear()
    write_dossier(dossier, Path(options.dossier))
    progress.tell(f"Written: {options.dossier}")


def question_of_line(
    line: QuestionLine, profile: Profile, settings: Settings, maker: MadeBy, named: SearchScope
) -> Question:
    """Return a line's question as an expert is asked it, with what its "history" says was said before it.

    `named` is what it is restricted to; without collections there, it is searched in those of the expert, but what it
    names of documents and folders wherever that is.
    """
    turns: list[Turn] = []
    for asked, answered in history_of(line):
        if answered:
            turns += [Turn(Role.USER, asked), Turn(Role.ASSISTANT, answered)]
    scope = in_collections(named, profile.collections)
    question = question_of(profile, line.question, settings, maker, scope=scope, history=tuple(turns))
    whole = completed(line)
    search_text = "" if whole == line.question else whole
    return dataclasses.replace(question, search_text=search_text, named_collections=named.collections or ())


def answer_question(
    model: ModelProcess,
    library: AnyLibrary,
    question: Question,
    progress: ProgressLine,
    cancelled: threading.Event,
    load: Callable[[], None] | None = None,
    seconds: float = 180.0,
) -> Answered:
    """Answer a question: look into the catalogue or search, then write or refuse; the answer says in which mode.

    `load` loads the model where that has not been done, None where there is none or it is loaded. An answer that is
    written in parts takes so many `seconds` at most, as far as that can be told.
    """
    notices: list[Sentence] = []
    result, step = _looked_up(model, library, question, progress, cancelled, load, seconds, notices.append)
    not_searched = ((), notices[0] if notices else None, None)
    looked_up = (result.found, result.notice, result.trace) if result is not None else not_searched
    if load is not None and model.model is None and not isinstance(step, Answer):
        load()
    answer = step if isinstance(step, Answer) else _written(model, library, step, question, progress, cancelled)
    answer = with_offer(question, with_quotes(answer, library.search, library.documents))
    return Answered(recorded(answer, question.mode, question.standing_alone), *looked_up)


def _written(
    model: ModelProcess,
    library: AnyLibrary,
    step: WriteStep | SeriesStep,
    question: Question,
    progress: ProgressLine,
    cancelled: threading.Event,
) -> Answer:
    """Return the answer that a step has the model write, or that needs no model where there is none."""
    if isinstance(step, SeriesStep):
        if model.model is None and not step.needs_model:
            return step.series.answer(Ending.STOP)
        return write_series(
            model,
            step.series,
            lambda part: check_answer(library, part.text, part.sources, part.question),
            progress,
            cancelled,
        )
    passages = len(step.sources)
    for source in step.sources:
        progress.tell(_where(source))
    pieces: list[str] = []

    def on_text(piece: str) -> None:
        pieces.append(piece)
        progress.show("Writing the answer")

    def on_prefill(done: int, total: int) -> None:
        reading = f"Reading {passages} passages, {100 * done // total} %"
        progress.show("Checking the answer" if pieces else reading)

    written = model.write(step.request, step.sampling, on_prefill, on_text, cancelled)
    progress.clear()
    asked = question.standing_alone
    read = sources_read(written, step.sources)
    grounded = check_answer(library, written.generation.text, read, asked, written.opinions)
    maker, seconds = question.made_by, step.search_seconds
    sources = step.sources or step.nearest
    answer = finish(written, asked, sources, maker, seconds, step.kind, grounded, step.request.fit)
    return with_what_was_read(answer, step, written)


def _looked_up(
    model: ModelProcess,
    library: AnyLibrary,
    question: Question,
    progress: ProgressLine,
    cancelled: threading.Event,
    load: Callable[[], None] | None,
    seconds: float,
    tell: Callable[[Sentence], None],
) -> tuple[SearchResult | None, WriteStep | SeriesStep | Answer]:
    """Return what a search found, where there was one, and what comes after looking into the library.

    `tell` is told why a sheet's answer is without a model.
    """
    writing = Writing(model.model, model.speed, seconds)
    first = first_step(question)
    step: SearchStep | WriteStep | SeriesStep | Answer
    if isinstance(first, OverviewStep):
        overview = library.overview(first.asked, first.within)
        step = step_after_overview(question, first.asked, overview, writing)
    else:
        step = first
    if not isinstance(step, SearchStep):
        return None, step
    # the rows that fit are an answer, too, where there is no model that could write a query
    to_query = load if question.made_by.model else None
    told = answer_from_sheets(model, library, question, progress, cancelled, to_query, tell)
    if told is not None:
        return None, told
    result = library.search(step.text, step.passages, step.scope, sentences=step.sentences)
    return result, step_after_search(question, result)


def check_answer(
    library: AnyLibrary, text: str, sources: tuple[Source, ...], question: str, opinions: tuple[Opinion, ...] = ()
) -> Grounded:
    """Tie an answer's sentences to the sources that support them, here or where the library is open."""
    if not isinstance(library, Library):
        return library.check_answer(text, sources, question, opinions)
    return ground(text, sources, question, library.word_reader, library.claim_reader, opinions=opinions)


def _where(source: Source) -> str:
    """Return a source in a line, as it is told before the model has read it."""
    passage = source.passage
    return f"[{source.n}] {passage.document}, {place(passage.kind, passage.page, passage.label)}"


def choose_model(models: ModelStore, name: str) -> ModelEntry:
    """Return the model of that name, or the one in use; UserError where there is none."""
    entry = models.find(name) if name else models.in_use()
    if entry is None:
        raise UserError("There is no language model yet. Add one: phi3desk models add FILE.gguf")
    return entry


def adapter_uses(store: AdapterStore, profile: Profile, given: Sequence[tuple[str, float]]) -> tuple[AdapterUse, ...]:
    """Return a profile's adapters with those given added, changed, or with strength 0 taken away."""
    uses = {use.name: use for use in profile.adapters}
    for name, strength in given:
        uses[name] = AdapterUse(name, store.find(name).path, strength)
    return tuple(use for use in uses.values() if use.strength > 0)


def refuse_misfits(store: AdapterStore, uses: Sequence[AdapterUse], entry: ModelEntry) -> None:
    """Raise UserError for an adapter that is not for the model, or may be a sibling's, before anything is loaded."""
    one = min(misfits(uses, store.list(), entry), key=lambda one: one.doubtful, default=None)
    if one is None:
        return
    if not one.doubtful:
        raise UserError.of(one.reason)
    raise UserError(
        '{doubt} If it is meant for that model all the same: phi3desk adapters add "{file}" --base "{model}".',
        doubt=str(one.reason),
        file=one.file,
        model=one.model,
    )


def load_model(
    model: ModelProcess,
    entry: ModelEntry,
    adapters: Sequence[AdapterUse],
    progress: ProgressLine,
    cancelled: threading.Event,
) -> None:
    """Load a model with adapters in its process, telling how far it is; Cancelled where the user stops that."""
    try:
        model.load(entry, adapters, lambda fraction: progress.show(f"Loading {entry.name}, {fraction:.0%}"), cancelled)
    finally:
        progress.clear()
    for notice in model.model.notices if model.model is not None else ():
        say_failure(notice)
