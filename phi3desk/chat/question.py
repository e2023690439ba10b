"""A question as it is answered: its words, where it is searched and how it is written."""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import MadeBy
from phi3desk.model.types import Sampling, Turn


@dataclass(frozen=True)
class Question:
    """All that decides an answer. `collections` None searches every collection, an empty tuple searches none."""

    text: str
    instructions: str
    history: tuple[Turn, ...]
    collections: tuple[int, ...] | None
    passages: int
    sampling: Sampling
    made_by: MadeBy
    document: str | None = None
    mode: AnswerMode = AnswerMode.DOCUMENTS_ONLY
