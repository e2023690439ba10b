"""Which of the fetched models are here: those on the list, whose files stay."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.hub.types import Wanted
from phi3desk.model.store import ModelStore
from phi3desk.model.types import ModelEntry


def on_list(several: Iterable[Wanted], folder: ModelFolder, models: ModelStore) -> frozenset[Wanted]:
    """Return which of several models are on the list, their files in their places; the list is read once."""
    listed = _files(entry for entry in models.list() if not entry.missing)
    return frozenset(wanted for wanted in several if folder.place(wanted).resolve() in listed)


def discard(wanted: Wanted, folder: ModelFolder, models: ModelStore) -> None:
    """Delete what came by an unfinished download, and no file of a model on the list; UserError while it runs."""
    folder.discard(wanted, listed=folder.place(wanted).resolve() in _files(models.list()))


def _files(entries: Iterable[ModelEntry]) -> set[Path]:
    return {Path(entry.path).resolve() for entry in entries}
