"""From what a person asks for to a model in the list: which hub, which file, and the entry at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from phi3desk.model.hub.download import download, unreachable
from phi3desk.model.hub.hub import Hub, Interrupted
from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.hub.listing import repository_name
from phi3desk.model.hub.types import DownloadProgress, Repository, Wanted
from phi3desk.model.store import ModelStore
from phi3desk.model.types import ModelEntry
from phi3desk.paths import Paths
from phi3desk.settings import Settings


def fetch(
    paths: Paths, wanted: Wanted, on_progress: Callable[[DownloadProgress], None], cancelled: threading.Event
) -> ModelEntry:
    """Fetch a model, or go on with it, and put it on the list; raises UserError and Cancelled."""
    folder = ModelFolder(paths)
    path = download(wanted, hub_of(paths), folder, on_progress, cancelled)
    entry = ModelStore(paths).add(path)
    folder.forget(path)
    return entry


def list_repository(paths: Paths, text: str) -> Repository:
    """Return what a repository holds that a person typed or pasted; raises UserError."""
    hub = hub_of(paths)
    name = repository_name(text, hub.host)
    try:
        return hub.repository(name)
    except Interrupted:
        raise unreachable(hub) from None


def hub_of(paths: Paths) -> Hub:
    """Return the hub that the settings name; raises UserError where its address cannot be used."""
    return Hub(Settings(paths.settings).get("downloads.address"))
