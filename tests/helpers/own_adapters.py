"""The adapters a test has added, without the one that comes with the program."""

from __future__ import annotations

from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.types import AdapterEntry
from phi3desk.paths import Paths


def own_adapters(paths: Paths) -> list[AdapterEntry]:
    """Return what is in an installation's own folder."""
    return [entry for entry in AdapterStore(paths).list() if not entry.starter]
