"""A yes-or-no question about a text, put before the loaded model: how likely it says yes.

Nothing is written: the scores of the two words after the prompt tell. Prompts of matters with the same text begin
alike, so that the model reads the text once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from phi3desk.foreign_text import quoted
from phi3desk.model.types import LoadedModel, Role, Turn

YES_OR_NO = (("yes", "Yes", "YES"), ("no", "No", "NO"))
#: tokens of the context that stay free behind a prompt
_ROOM = 8
#: share of a text that stays where it was too long
_SHORTER = 0.8

_TASK = "You check texts with care. Answer with one word: yes or no."
_HOLDS_ANSWER = "Does the text say what the answer to the question is? Answer yes or no."
_HOLDS_CLAIM = "Does the text say that this claim is true? Answer yes or no."
#: what comes before the text where an adapter was trained on it: all of it is read once for several claims
_TRAINED_TASK = "You check claims with care. Does the text say that the claim is true? Answer yes or no."


@dataclass(frozen=True)
class Matter:
    """What is judged: whether a text supports a claim, or, where that is "", holds the answer to a question."""

    evidence: str
    question: str = ""
    claim: str = ""


class Judge(Protocol):
    """What judging needs of a loaded model."""

    @property
    def loaded(self) -> LoadedModel:
        """What is loaded."""

    def count_turns(self, turns: Sequence[Turn]) -> int:
        """Return the tokens of a prompt."""

    def check(
        self,
        prompts: Sequence[Sequence[Turn]],
        words: Sequence[Sequence[str]],
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None] = ...,
    ) -> tuple[tuple[float, ...], ...]:
        """Return how likely each of the words is to come next, read with the adapter for claims where there is one.

        What was read of a conversation before stays as it is. `on_prefill` is as in `Judge.judge`.
        """

    def judge(
        self,
        prompts: Sequence[Sequence[Turn]],
        words: Sequence[Sequence[str]],
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None] = ...,
        *,
        conversation: int = 0,
    ) -> tuple[tuple[float, ...], ...]:
        """Return how likely each of the words, each in several spellings, is to come next after each prompt.

        `on_prefill` gets how many tokens of a prompt are read, and in all. The prompts go on from what was read in a
        `conversation`, by its id, 0 where they do not.
        """


def judge(
    model: Judge,
    matters: Sequence[Matter],
    cancelled: threading.Event,
    on_prefill: Callable[[int, int], None] = lambda *_: None,
) -> tuple[float, ...]:
    """Return how likely each matter is answered by yes, 0 to 1; runs where the model is. Raises Cancelled.

    Claims are judged with the adapter for them, where the model has one. `on_prefill` is as in `Judge.judge`.
    """
    is_trained = model.loaded.has_checker and all(matter.claim for matter in matters)
    asked, made = (model.check, trained_prompt_of) if is_trained else (model.judge, prompt_of)
    prompts = [_fitting(model, matter, made) for matter in matters]
    return tuple(share_of(yes, no) for yes, no in asked(prompts, YES_OR_NO, cancelled, on_prefill))


def prompt_of(matter: Matter) -> tuple[Turn, ...]:
    """Return the turns that put a matter before a model: the text first, for others share it."""
    asked = _HOLDS_CLAIM if matter.claim.strip() else _HOLDS_ANSWER
    return Turn(Role.SYSTEM, _TASK), Turn(Role.USER, f"{_told(matter)}{asked}")


def trained_prompt_of(matter: Matter) -> tuple[Turn, ...]:
    """Return the turns that put a claim before a model that has an adapter for this (`packaging/reading`)."""
    return Turn(Role.SYSTEM, _TRAINED_TASK), Turn(Role.USER, _told(matter).rstrip("\n"))


def _told(matter: Matter) -> str:
    """Return the text of a matter, its question and its claim, as far as there are any, each in lines of its own."""
    question = f"Question: {matter.question.strip()}\n" if matter.question.strip() else ""
    claim = f"Claim: {quoted(matter.claim).strip()}\n" if matter.claim.strip() else ""
    return f"Text:\n{quoted(matter.evidence).strip()}\n\n{question}{claim}"


def _fitting(model: Judge, matter: Matter, made: Callable[[Matter], tuple[Turn, ...]]) -> tuple[Turn, ...]:
    """Return the prompt of a matter with as much of its text, from the beginning, as the model can read."""
    while True:
        turns = made(matter)
        if model.count_turns(turns) + _ROOM <= model.loaded.context or not matter.evidence:
            return turns
        matter = replace(matter, evidence=matter.evidence[: int(_SHORTER * len(matter.evidence))])


def share_of(yes: float, no: float) -> float:
    """Return how likely yes is where one of the two is said."""
    return yes / (yes + no) if yes + no > 0 else 0.5
