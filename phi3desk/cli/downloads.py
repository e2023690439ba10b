"""The commands that get models: what can be had, downloading it, and what other programs hold."""

from __future__ import annotations

import argparse
import threading
from typing import Any

from phi3desk.cli.output import ProgressLine
from phi3desk.errors import UserError
from phi3desk.model.found_models import find_models
from phi3desk.model.hub.catalogue import CatalogueEntry, catalogue, find_entry
from phi3desk.model.hub.fetch import fetch, list_repository
from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.hub.listing import choose, wanted_of
from phi3desk.model.hub.types import DownloadPhase, DownloadProgress, RemoteModel, Unfinished, Wanted
from phi3desk.model.types import ModelEntry
from phi3desk.paths import Paths

GIGABYTE = 1_000_000_000
PHASE_WORDS = {
    DownloadPhase.ASKING: "connecting",
    DownloadPhase.RECEIVING: "downloading",
    DownloadPhase.WAITING: "no connection, waiting",
    DownloadPhase.CHECKING: "checking",
}


NONE_FOUND = "No other program on this computer has a model that can be used here."

Rows = tuple[list[dict[str, Any]], list[str]]


def available_models(options: argparse.Namespace, paths: Paths) -> Rows:
    """Return the catalogue, or what a repository holds, as JSON and as lines; only the latter goes online."""
    if options.repository:
        models = list_repository(paths, options.repository).models
        return [remote_row(model) for model in models], [remote_line(model) for model in models]
    begun = {one.wanted: one for one in ModelFolder(paths).unfinished()}
    entries = catalogue()
    return [entry_row(entry) for entry in entries], [entry_line(entry, begun.get(entry.wanted)) for entry in entries]


def found_models() -> Rows:
    """Return the models that other programs on this computer hold, as JSON and as lines."""
    found = find_models()
    rows = [{"program": one.program, "name": one.name, "path": one.path, "size": one.size} for one in found]
    lines = [f"  {one.program}: {one.name}  {one.size / GIGABYTE:.2f} GB  {one.path}" for one in found]
    return rows, [*lines, "To use one of them: phi3desk models add FILE"] if found else [NONE_FOUND]


def download_model(options: argparse.Namespace, paths: Paths) -> ModelEntry:
    """Fetch the model that the options name; Ctrl+C stops it, and the same command goes on with it."""
    wanted = _wanted(options, paths)
    shown = ProgressLine()
    try:
        return fetch(paths, wanted, lambda progress: shown.show(progress_line(progress)), threading.Event())
    finally:
        shown.clear()


def _wanted(options: argparse.Namespace, paths: Paths) -> Wanted:
    """Return what is meant: a name of the catalogue, or a repository and one of its files."""
    if "/" not in options.name:
        return find_entry(options.name).wanted
    repository = list_repository(paths, options.name)
    if options.file:
        return wanted_of(repository, choose(repository, options.file))
    if len(repository.models) == 1:
        return wanted_of(repository, repository.models[0])
    raise UserError(
        "“{repository}” holds {count} models. Choose one with --file; `phi3desk models available {repository}` lists "
        "them.",
        repository=repository.name,
        count=len(repository.models),
    )


def entry_row(entry: CatalogueEntry) -> dict[str, Any]:
    """Return the JSON of a catalogue entry; its size is rounded."""
    return {
        "name": entry.key,
        "title": entry.title,
        "repository": entry.repository,
        "file": entry.file,
        "licence": entry.licence,
        "about_bytes": entry.about_bytes,
    }


def entry_line(entry: CatalogueEntry, begun: Unfinished | None) -> str:
    """Return a catalogue entry as a line for people."""
    size = f"about {entry.about_bytes / GIGABYTE:.1f} GB"
    note = f"  (begun: {100 * begun.received // begun.total} % are here)" if begun is not None else ""
    return f"  {entry.key}  {entry.title}, {size}, {entry.licence}, from {entry.repository}{note}"


def remote_row(model: RemoteModel) -> dict[str, Any]:
    """Return the JSON of a model in a repository."""
    return {"file": model.name, "size": model.size, "parts": len(model.files)}


def remote_line(model: RemoteModel) -> str:
    """Return a model in a repository as a line for people."""
    parts = f", in {len(model.files)} parts" if len(model.files) > 1 else ""
    return f"  {model.name}  {model.size / GIGABYTE:.2f} GB{parts}"


def progress_line(progress: DownloadProgress) -> str:
    """Return how far a download is, for people."""
    percent = 100 * progress.received // progress.total if progress.total else 0
    far = f"{progress.received / GIGABYTE:.2f} of {progress.total / GIGABYTE:.2f} GB" if progress.total else ""
    speed = f"{progress.bytes_per_second / 1e6:.1f} MB/s" if progress.bytes_per_second else ""
    left = f"{progress.seconds_left / 60:.0f} min left" if progress.seconds_left is not None else ""
    parts = (PHASE_WORDS[progress.phase], f"{percent} %" if progress.total else "", far, speed, left)
    return ", ".join(part for part in parts if part)
