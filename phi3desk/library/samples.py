"""The sample documents and the questions that they answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from phi3desk.library.documents import Document
from phi3desk.paths import resource


def questions_for(documents: Sequence[Document]) -> list[str]:
    """Return the questions that go with the samples where these are among the documents."""
    folder = resource("samples")
    return sample_questions() if any(Path(document.path).parent == folder for document in documents) else []


def sample_questions() -> list[str]:
    """Return the questions that go with the sample documents; none where they are not installed."""
    path = resource("samples", "demo.jsonl")
    if not path.is_file():
        return []
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
