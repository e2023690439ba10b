"""The line protocol between the window and its workers: one JSON object a line, over stdin and stdout.

A request is `{"id", "op", "args"}`. Answers carry the request's id: any number of `event` lines, then exactly one
line whose event is `result` or `error`. A line with id 0 is the worker's own news: `hello` first of all, `changed`
whenever what the worker owns has changed, `folders_changed` when something in a bound folder has. Dataclasses travel
as JSON objects; a line's data stays JSON until the receiver, who knows what it is, turns it into its type with
`decode`, which checks every type.

Library worker:
    collections                              -> list[Collection]
    create_collection(name)                  -> Collection
    rename_collection(id, name)              -> None
    delete_collection(id), restore_collection(id) -> None
    documents(collection: id or None)        -> None; events rows: list[Document]
    import(paths, collection: id)            -> ImportSummary; events progress: ImportProgress, file: FileOutcome
    sync(collection: id or None)             -> as import: checks bound folders, goes on with what is half done
    retry(documents: ids)                    -> as import
    unlock(documents: ids, password, remember) -> as import
    pause(paused)                            -> None
    set_rules(collection, rules: Rules)      -> None
    remove_source(id), restore_source(id)    -> None
    remove_documents(documents: ids), restore_documents(documents: ids) -> None
    page(document: id, page)                 -> PageText
    boxes(document: id, page, start, end)    -> list of left, top, right, bottom in points from the upper left corner
    password(document: id)                   -> str, "" where none is known
    export_pack(profile: id, file, with_documents, with_index) -> Packed; events progress: PackProgress
    import_pack(file)                        -> Imported; events progress: PackProgress; then `sync` does what waits
    search(question, k, collections: ids or None, document: name or None) -> SearchResult
    status                                   -> LibraryStatus
Model worker:
    load(path, options: LoadOptions, adapters: list[AdapterUse]) -> LoadedModel; event progress: float 0..1
    set_adapters(adapters: list[AdapterUse]) -> LoadedModel
    answer(request: PromptRequest, sampling: Sampling) -> Written; events prefill: [done, total], text: str
    hardware                                 -> Hardware
    unload                                   -> None
Both:
    cancel(target: request id)               -> None at once; the target then ends in its own way
    shutdown                                 -> None, and the worker ends
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from phi3desk.errors import Cancelled, Sentence, UserError, bug_report

VERSION = 1
Decoded = TypeVar("Decoded")


@dataclass(frozen=True)
class Request:
    """What the window asks of a worker; `id` counts from 1 and is never used twice."""

    id: int
    op: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line a worker writes; `data` is JSON, for `decode`."""

    id: int
    event: str
    data: msgspec.Raw


@dataclass(frozen=True)
class Hello:
    """The first line of a worker: which protocol it speaks and who it is."""

    protocol: int
    worker: str
    version: str
    pid: int


@dataclass(frozen=True)
class Failure:
    """Why a request failed. `kind` is user (a sentence for the person), bug (with a report) or cancelled."""

    kind: str
    sentence: Sentence
    report: str = ""


def failure_of(error: BaseException) -> Failure:
    """Return how an exception is told to the window."""
    if isinstance(error, Cancelled):
        return Failure("cancelled", Sentence("Stopped."))
    if isinstance(error, UserError):
        return Failure("user", error.sentence)
    if isinstance(error, MemoryError):
        return Failure(
            "user", Sentence("There is not enough free memory for this. Close other programs and try again.")
        )
    return Failure("bug", Sentence("Something went wrong inside the program."), bug_report(error))


def encode(value: Any) -> bytes:
    """Return the line for a Request or a Line, with its line feed."""
    return msgspec.json.encode(value) + b"\n"


def make_line(request_id: int, event: str, data: Any = None) -> Line:
    """Return what a worker tells, for `encode`."""
    return Line(request_id, event, msgspec.Raw(msgspec.json.encode(data)))


def decode_request(line: bytes) -> Request:
    """Return the request on a line; raises msgspec.DecodeError or ValidationError for anything else."""
    return msgspec.json.decode(line, type=Request)


def decode_line(line: bytes) -> Line:
    """Return what a worker wrote; raises msgspec.DecodeError or ValidationError for anything else."""
    return msgspec.json.decode(line, type=Line)


def decode(data: msgspec.Raw, kind: type[Decoded]) -> Decoded:
    """Return a line's data as the type it stands for, mostly a dataclass or a list of them.

    Raises msgspec.DecodeError or ValidationError for anything else.
    """
    return msgspec.json.decode(data, type=kind)
