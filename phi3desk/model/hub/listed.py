"""What of the fetched models is on the list: that is here, and stays."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.hub.types import Wanted
from phi3desk.model.store import ModelStore


def on_list(several: Iterable[Wanted], folder: ModelFolder, models: ModelStore) -> frozenset[Wanted]:
    """Return which of several models are on the list, their files in their places; the list is read once."""
    listed = {Path(entry.path).resolve() for entry in models.list() if not entry.missing}
    return frozenset(wanted for wanted in several if folder.place(wanted).resolve() in listed)
