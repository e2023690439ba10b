"""The command that asks every document the same: a table with answer, page and quote for each."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.chat.answer import sources_read
from phi3desk.chat.dossier.writing import kind_of_file
from phi3desk.chat.reading.wait import Wait
from phi3desk.cli.ask import check_answer, load_model, refuse_misfits, save_dossier
from phi3desk.cli.asking.loading import Loading
from phi3desk.cli.asking.sheets import answer_from_sheets, sheet_row
from phi3desk.cli.documents import open_library, stopped_by_user
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import FilesWritten, Output, ProgressLine, say_failure
from phi3desk.cli.search import scope_of_options
from phi3desk.cli.series import duration
from phi3desk.cli.worker_link import LibraryGone
from phi3desk.comparison.questions import question_lines
from phi3desk.disk import check_file
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import Document
from phi3desk.library.kinds import SHEETS
from phi3desk.library.search.scope import fitting, still_fitting
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.options import sampling
from phi3desk.model.store import ModelStore
from phi3desk.model.types import ModelEntry
from phi3desk.paths import Paths
from phi3desk.profiles.asking import made_by
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.sweep.cell import (
    CellWriting,
    cell_of,
    failed_cell,
    room_to_read,
    sampling_of,
    search_for,
    step_after_search,
)
from phi3desk.sweep.dossier import sweep_dossier
from phi3desk.sweep.export import write_table
from phi3desk.sweep.plan import (
    Answered,
    Outcome,
    Row,
    Sweep,
    SweepPlan,
    SweptDocument,
    changes,
    checked_questions,
    counts,
    swept,
)
from phi3desk.sweep.report import line_of
from phi3desk.sweep.run import known_answer, run
from phi3desk.sweep.sheet_cell import question_to_sheet, sheet_cell
from phi3desk.sweep.store import SweepStore

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

#: the name that stands for no model
NO_MODEL = "none"
#: the options that name a file of the table
_TABLES = ("csv", "xlsx", "docx")
_KEPT = "What was answered is kept: the same command with --update asks none of it again, and writes the files."
#: what is told of the outcomes at the end, in this order
_TOLD = ((Outcome.FOUND, "found"), (Outcome.TO_CHECK, "to check"), (Outcome.QUOTE, "quoted"),
         (Outcome.NOT_FOUND, "not found"), (Outcome.FAILED, "not answered"))  # fmt: skip


def run_sweep(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Ask each document each question, going on where the last run of the same stopped, and print or write the table.

    Files are written where all of it is done; one that cannot be is told before anything is asked.
    """
    questions = checked_questions(_questions(options))
    if options.dossier is not None:
        kind_of_file(Path(options.dossier))
    for named in (options.dossier, *(getattr(options, kind) for kind in _TABLES)):
        if named:
            check_file(Path(named))
    files = FilesWritten()
    profile, entry = _expert(options, paths)
    store = SweepStore(paths.sweeps)
    try:
        with (
            open_library(paths, settings) as library,
            ModelProcess(paths, settings) as model,
            stopped_by_user() as cancelled,
        ):
            scope = scope_of_options(library, options, profile.collections)
            plan = SweepPlan(
                questions,
                scope,
                options.collection or "",
                profile.id,
                profile.instructions,
                entry.name if entry is not None else "",
                quotes_only=entry is None,
                wait=Wait(options.wait or settings.get("answers.wait")),
            )
            # without --wait a sweep goes on as it began, whatever the setting is now
            wait = plan.wait if options.wait is not None and entry is not None else None
            sweep = _begin_or_go_on(store, plan, library.documents(), wait, update=options.update)
            asking = _Asking(store, sweep, library, model, entry, profile, settings, cancelled)
            finished = run(sweep, store, asking.ask, asking.on_progress, cancelled)
            asking.progress.clear()
            sweep, rows = store.sweep(sweep.id), store.rows(sweep.id)
            sheets = _sheets_of(store, sweep, rows) if options.json else {}
            if finished and options.dossier is not None:
                whole_pages = options.pictures == "pages"
                answer_of = partial(store.answer, sweep.id)
                dossier = sweep_dossier(sweep, rows, answer_of, time.time(), whole_pages=whole_pages)
                save = partial(save_dossier, dossier, library, options, asking.progress, cancelled)
                files.write(Path(options.dossier), save)
    finally:
        store.close()
    if not finished:
        raise Cancelled
    _tell(options, sweep, rows, sheets, files, output)


def _expert(options: argparse.Namespace, paths: Paths) -> tuple[Profile, ModelEntry | None]:
    """Return who is asked, and the model, None where none is to write; says so where there is none."""
    profiles = ProfileStore(paths.profiles)
    profile = profiles.named(options.profile) if options.profile else profiles.current
    entry = _model(ModelStore(paths), options.model or profile.model)
    if entry is None:
        if options.model != NO_MODEL:
            say_failure("There is no language model: the table holds the documents' own sentences. See models add.")
        return profile, None
    profile = on_model(profile, entry)
    refuse_misfits(AdapterStore(paths), profile.adapters, entry)
    return profile, entry


def _tell(
    options: argparse.Namespace,
    sweep: Sweep,
    rows: list[Row],
    sheets: Mapping[tuple[int, str], dict[str, Any]],
    files: FilesWritten,
    output: Output,
) -> None:
    """Write the files that are wanted of a finished sweep, and print it, whatever became of them."""
    for kind in _TABLES:
        if getattr(options, kind):
            path = Path(getattr(options, kind))
            files.write(path, partial(write_table, path, kind, sweep, rows))
    if options.json:
        output.json(sweep_row(sweep, rows, sheets))
    else:
        print_table(sweep, rows, output)
    files.finish(_KEPT)


def _questions(options: argparse.Namespace) -> Iterable[str]:
    """Return the questions of a command; a file that is no JSONL has one to a line."""
    if options.questions is None:
        return (options.question,)
    file = Path(options.questions)
    if file.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return tuple(line.question for line in question_lines(file))
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("The file of questions {path} cannot be read.", path=str(file)) from error


def _model(models: ModelStore, name: str) -> ModelEntry | None:
    """Return the model of that name, or the one in use; None where there is none, or none is wanted."""
    if name == NO_MODEL:
        return None
    return models.find(name) if name else models.in_use()


def _begin_or_go_on(
    store: SweepStore, plan: SweepPlan, documents: Sequence[Document], wait: Wait | None, *, update: bool
) -> Sweep:
    """Return the last sweep of the same where it was broken off or is to be brought up to date, a new one otherwise.

    With a `wait` only one that reads so long is the same. What is new among the documents is taken up, what is gone is
    asked no more, and what could not be answered is asked again. UserError where a new one has nothing to ask.
    """
    last = store.last_of(plan, wait)
    if last is None or (last.is_complete and not update):
        there = swept(fitting(documents, plan.scope))
        if not there:
            raise UserError("There are no documents to ask. Add some: phi3desk import PATH")
        return store.begin(plan, there)
    known = store.documents(last.id)
    there = swept(still_fitting(documents, plan.scope, {(each.id, each.imported) for each in known}))
    store.bring_up_to_date(last.id, changes(known, there))
    store.forget_cells(last.id, Outcome.FAILED)
    return store.sweep(last.id)


class _Asking:
    """Asks one document after the other in this process; the model is loaded when the first is to be read."""

    def __init__(
        self,
        store: SweepStore,
        sweep: Sweep,
        library: AnyLibrary,
        model: ModelProcess,
        entry: ModelEntry | None,
        profile: Profile,
        settings: Settings,
        cancelled: threading.Event,
    ) -> None:
        self._store, self._sweep, self._library, self._model = store, sweep, library, model
        self._entry, self._profile, self._cancelled = entry, profile, cancelled
        self._sampling = sampling_of(profile.sampling.over(sampling(settings)))
        self._made_by = made_by(profile, entry)
        self._began = 0.0
        self._loading = Loading()
        self.progress = ProgressLine()

    def on_progress(self, done: int, total: int, document: SweptDocument, seconds_left: float | None) -> None:
        """Tell how far the sweep is."""
        left = "" if seconds_left is None else f", about {duration(seconds_left)} left"
        self.progress.show(f"{done} of {total} answers{left}: {document.name}")

    def ask(self, question: int, document: SweptDocument) -> Answered | None:
        """Answer a question from a document; None where the user stopped it, Cancelled while a model is loaded."""
        self._began = time.perf_counter()
        try:
            by_sheet = self._by_sheet(question, document)
        except Cancelled:
            return None
        if by_sheet is not None:
            return by_sheet
        step = search_for(self._sweep.plan, question, document)
        try:
            result = self._library.search(step.text, step.passages, step.scope)
        except LibraryGone:
            raise
        except UserError as error:
            return failed_cell(question, document, error.sentence, self._seconds)
        room = self._room_to_read if self._entry is not None else None
        wanted = step_after_search(self._sweep.plan, question, document, result, room)
        if isinstance(wanted, CellWriting):
            return known_answer(self._store, self._sweep.id, wanted) or self._written(wanted)
        return wanted

    def _by_sheet(self, question: int, document: SweptDocument) -> Answered | None:
        """Return what a sheet answers by a query, None where the document is to be read."""
        asked = question_to_sheet(self._sweep.plan, question, document, self._made_by)
        if asked is None:
            return None
        load = self._load if self._entry is not None else None
        try:
            told = answer_from_sheets(self._model, self._library, asked, self.progress, self._cancelled, load)
        except UserError:
            # the document can still be read, or tells what is wrong
            return None
        return None if told is None else sheet_cell(question, document, told, self._seconds)

    @property
    def _seconds(self) -> float:
        """How long the document that is asked has taken so far."""
        return time.perf_counter() - self._began

    def _room_to_read(self) -> int:
        # how fast the model is on this machine is known once it is loaded
        self._load()
        return room_to_read(self._sweep.plan, self._model.model, self._model.speed)

    def _load(self) -> None:
        if self._entry is None or self._model.model is not None:
            return
        began = time.perf_counter()
        entry, adapters = self._entry, self._profile.adapters
        self._loading.try_once(lambda: load_model(self._model, entry, adapters, ProgressLine(), self._cancelled))
        # loading is no part of what a document takes
        self._began += time.perf_counter() - began
        # the file's hash is known from now on
        self._made_by = made_by(self._profile, self._model.model)

    def _written(self, wanted: CellWriting) -> Answered | None:
        try:
            written = self._model.write(
                wanted.request, self._sampling, lambda *_: None, lambda _: None, self._cancelled
            )
        except Cancelled:
            return None
        except UserError as error:
            if not self._model.process_id:
                raise
            return failed_cell(wanted.question, wanted.document, error.sentence, self._seconds)
        if self._cancelled.is_set():
            return None
        read = sources_read(written, wanted.sources)
        question = wanted.request.question
        grounded = check_answer(self._library, written.generation.text, read, question, written.opinions)
        return cell_of(wanted, written, self._made_by, self._seconds, grounded)


def _sheets_of(store: SweepStore, sweep: Sweep, rows: list[Row]) -> dict[tuple[int, str], dict[str, Any]]:
    """Return the JSON of the rows and the query of what sheets answered, by question and path."""
    found = {}
    for row in rows:
        if row.cell is not None and row.cell.kind in SHEETS:
            answer = store.answer(sweep.id, row.question, row.cell.path)
            found[row.question, row.cell.path] = sheet_row(answer.sheet if answer is not None else None)
    return found


def sweep_row(sweep: Sweep, rows: list[Row], sheets: Mapping[tuple[int, str], dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON of a sweep with its table; `sheets` is what sheets answered more, by question and path."""
    counted, unread, gone = counts(rows)
    return {
        "sweep": sweep.id,
        "questions": list(sweep.plan.questions),
        "documents": sweep.documents,
        "model": sweep.plan.model or None,
        "wait": None if sweep.plan.quotes_only else sweep.plan.wait,
        "counts": {outcome.value: counted[outcome] for outcome in Outcome},
        "unread": unread,
        "gone": gone,
        "rows": [_row(sweep.plan, row) | sheets.get((row.question, row.document.path), {}) for row in rows],
    }


def _row(plan: SweepPlan, row: Row) -> dict[str, Any]:
    line, cell = line_of(plan, row), row.cell
    return {
        "question": plan.questions[row.question],
        "document": row.document.name,
        "path": row.document.path,
        "answer": line.answer or None,
        "page": cell.page or None if cell is not None else None,
        "place": line.page or None,
        "quote": line.quote or None,
        "outcome": cell.outcome.value if cell is not None else "gone" if row.document.gone else "unread",
        "gone": row.document.gone,
        "found": cell is not None and cell.outcome in (Outcome.FOUND, Outcome.TO_CHECK, Outcome.QUOTE),
        "supported": cell is not None and cell.outcome in (Outcome.FOUND, Outcome.QUOTE),
        "problem": line.remark or None,
        "seconds": round(cell.seconds, 3) if cell is not None else None,
        "link": line.page_link or line.file_link or None,
    }


def print_table(sweep: Sweep, rows: list[Row], output: Output) -> None:
    """Print a sweep for people: question by question, each document with its answer, and how they ended."""
    asked = -1
    for row in rows:
        if row.question != asked:
            asked = row.question
            output.text(f"{sweep.plan.questions[asked]}\n" if asked == 0 else f"\n{sweep.plan.questions[asked]}\n")
        line = line_of(sweep.plan, row)
        where = f"{line.document}, {line.page}" if line.page else line.document
        output.row(f"{where}: {line.answer or line.remark}")
        if row.outcome in (Outcome.FOUND, Outcome.TO_CHECK) and line.quote:
            output.row(f"    “{line.quote}”")
        if row.outcome in (Outcome.TO_CHECK, Outcome.QUOTE):
            output.row(f"    {line.support}")
        if row.document.gone and line.answer:
            output.row(f"    {line.remark}")
    output.text()
    counted, unread, gone = counts(rows)
    told = [f"{counted[outcome]} {word}" for outcome, word in _TOLD if counted[outcome]]
    told += [f"{count} {word}" for count, word in ((unread, "could not be read"), (gone, "no longer there")) if count]
    output.text(", ".join(told) + ".")
