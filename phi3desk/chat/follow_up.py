"""A question that leans on what was said before it, completed so that it can be searched by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Completed:
    """A question as it is searched.

    `leans` tells that it cannot be understood without what came before, `changed` that something was added to it:
    a question may lean, and nothing be found to add.
    """

    text: str
    changed: bool
    leans: bool


def complete(question: str, history: Sequence[tuple[str, str]]) -> Completed:
    """Return a question with what it takes from earlier questions and their answers, oldest first, written out."""
    return Completed(question, changed=False, leans=False)
