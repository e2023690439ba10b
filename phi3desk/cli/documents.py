"""The commands of the library: import, sync, documents; and how a command opens the library."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.cli.output import Output, ProgressLine, say_failure
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import (
    Document,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    Phase,
    State,
)
from phi3desk.library.importing.import_run import OnFile, OnProgress
from phi3desk.library.library import DEFAULT_COLLECTION, Library, LibraryInUse
from phi3desk.library.on_disk import is_there
from phi3desk.paths import Paths
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.shared_library import SharedLibrary

    AnyLibrary = Library | SharedLibrary


def run_import(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Bind files and folders to a collection and read them; ends well whatever the files are like."""
    missing = [path for path in options.paths if not is_there(path)]
    if missing:
        raise UserError("There is no file or folder {path}.", path=missing[0])
    with open_library(paths, settings) as library, told_import(options, output) as told:
        collection = library.collection_id(options.collection or DEFAULT_COLLECTION, create=True)
        end_import(options, output, library.import_paths([Path(path) for path in options.paths], collection, *told))


def run_sync(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Look what has changed in the folders that collections are bound to, and read it."""
    with open_library(paths, settings) as library, told_import(options, output) as told:
        collection = library.collection_id(options.collection) if options.collection else None
        end_import(options, output, library.sync(collection, *told))


@contextmanager
def told_import(options: argparse.Namespace, output: Output) -> Iterator[tuple[OnProgress, OnFile, threading.Event]]:
    """Give an import what it tells its progress and its files to, and how it is stopped by the user."""
    progress_line = ProgressLine()

    def on_progress(progress: ImportProgress) -> None:
        progress_line.show(progress_text(progress))

    def on_file(outcome: FileOutcome) -> None:
        progress_line.clear()
        if options.json:
            output.json(outcome_row(outcome))
        elif outcome.state != State.READY:
            output.row(f"{outcome.state}: {outcome.path}: {outcome.reason}")

    with stopped_by_user() as cancelled:
        try:
            yield on_progress, on_file, cancelled
        finally:
            progress_line.clear()


def end_import(options: argparse.Namespace, output: Output, summary: ImportSummary) -> None:
    """Print how an import ended; Cancelled where the user stopped it."""
    if summary.notice is not None:
        say_failure(summary.notice)
    if summary.cancelled:
        raise Cancelled
    if options.json:
        changed = {"changed": summary.changed} if summary.changed else {}
        output.json({"summary": summary.states, "seconds": round(summary.seconds, 3), **changed})
    elif summary.changed and not summary.states:
        output.text(f"{', '.join(summary.changed)}: searched with the new model now, after {summary.seconds:.1f} s")
    else:
        counts = ", ".join(f"{count} {state}" for state, count in sorted(summary.states.items()))
        output.text(f"{counts or 'nothing new'} in {summary.seconds:.1f} s")


def run_documents(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """List the documents."""
    with open_library(paths, settings) as library:
        collection = library.collection_id(options.collection) if options.collection else None
        documents = library.documents(collection)
    if options.json:
        output.json([document_row(document) for document in documents])
        return
    for document in documents:
        why = f"  {document.reason}" if document.reason else ""
        output.row(f"{document.state:<12}{document.pages:>6} p {document.passages:>7}  {document.path}{why}")


@contextmanager
def open_library(paths: Paths, settings: Settings) -> Iterator[AnyLibrary]:
    """Open the library for one command and close it; where a window has it open, that window's worker is asked."""
    library: AnyLibrary | None
    try:
        library = Library(paths, settings)
    except LibraryInUse:
        library = _shared_library(paths)
        if library is None:
            raise
    if isinstance(library, Library):
        for problem in dict.fromkeys(str(each.embedder.problem or "") for each in library.collections()):
            if problem:
                say_failure(problem)
    try:
        yield library
    finally:
        notice = library.vectors.take_notice() if isinstance(library, Library) else None
        library.close()
        if notice is not None:
            say_failure(notice)


def _shared_library(paths: Paths) -> SharedLibrary | None:
    """Return the library of an open window, None where none answers."""
    # what talks to workers is loaded by those commands alone that need it
    from phi3desk.cli.shared_library import SharedLibrary
    from phi3desk.workers.door import knock

    connection = knock(paths.library_door)
    return None if connection is None else SharedLibrary(connection)


@contextmanager
def stopped_by_user() -> Iterator[threading.Event]:
    """Turn Ctrl+C into an event, so that work stops at a place where nothing is lost; a second one stops at once."""
    cancelled = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(_signal: int, _frame: object) -> None:
        cancelled.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield cancelled
    finally:
        signal.signal(signal.SIGINT, before)


def collection_ids(library: AnyLibrary, name: str | None) -> tuple[int, ...] | None:
    """Return the ids to search in; None, for all, where no collection is named."""
    return None if name is None else (library.collection_id(name),)


def progress_text(progress: ImportProgress) -> str:
    """Return an import's progress as one line."""
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    if progress.renewing:
        return (
            f"{progress.embedded} of {progress.passages} passages embedded again, {100 * progress.share:.1f} %{left}: "
            f"{progress.current}"
        )
    if progress.phase is Phase.RESTORING:
        return f"restoring the search by meaning, {100 * progress.share:.1f} %"
    return (
        f"{progress.files_done} of {progress.files} files, {progress.pages} pages, "
        f"{progress.embedded} of {progress.passages} passages embedded, {100 * progress.share:.1f} %{left}: "
        f"{progress.current}"
    )


def outcome_row(outcome: FileOutcome) -> dict[str, Any]:
    """Return the JSON of a finished file."""
    return {
        "path": outcome.path,
        "state": outcome.state,
        "pages": outcome.pages,
        "passages": outcome.passages,
        "reason": str(outcome.reason) if outcome.reason else None,
    }


def document_row(document: Document) -> dict[str, Any]:
    """Return the JSON of a document."""
    return {
        "path": document.path,
        "state": document.state,
        "pages": document.pages,
        "passages": document.passages,
        "reason": str(document.reason) if document.reason else None,
        "collection": document.collection,
    }
