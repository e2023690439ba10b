"""The sample documents and the questions that they answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from phi3desk.library.documents import Collection
from phi3desk.paths import resource


def questions_for(collections: Sequence[Collection]) -> list[str]:
    """Return the questions that go with the samples where a collection holds these, whatever else it holds."""
    folder = resource("samples").resolve()
    followed = (Path(source.path) for collection in collections for source in collection.sources)
    return sample_questions() if any(folder in (path, path.parent) for path in followed) else []


def sample_questions() -> list[str]:
    """Return the questions that go with the sample documents; none where they are not installed."""
    path = resource("samples", "demo.jsonl")
    if not path.is_file():
        return []
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
