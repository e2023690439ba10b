"""Finds the shared corpus of real files, which lies outside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def corpus(*parts: str) -> Path:
    """Return a file or folder of the corpus; skip the test where it is absent."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    path = Path(os.environ.get("PHI3DESK_CORPUS", beside)).joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the corpus is not here: {path}")
    return path
