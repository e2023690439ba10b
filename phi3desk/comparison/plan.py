"""A set of questions answered in several ways, so that the user can see whether documents and adapters help."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.follow_up import complete
from phi3desk.chat.history import exchanges_in
from phi3desk.chat.messages import Answer, MadeBy, Mention
from phi3desk.chat.question import Question, scope_of
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.errors import UserError, say
from phi3desk.model.types import Turn
from phi3desk.profiles.asking import question_of
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings

ALONE, DOCUMENTS, ADAPTER, BOTH = "alone", "documents", "adapter", "both"
KINDS = (ALONE, DOCUMENTS, ADAPTER, BOTH)
KIND_NAMES = {
    ALONE: say("Model alone"),
    DOCUMENTS: say("With documents"),
    ADAPTER: say("With adapter"),
    BOTH: say("With documents and adapter"),
}
PROFILE = "profile:"


@dataclass(frozen=True)
class Variant:
    """One way to answer: `key` is alone, documents, adapter, both or profile:ID, and `profile` what answers."""

    key: str
    name: str
    profile: Profile


@dataclass(frozen=True)
class Plan:
    """What is to be compared. `model` is what answers where a profile names none; `collections` None is the profile's.

    With `blind` the answers stand without their variant's name, in an order drawn by `seed`, until they are revealed.
    A question out of a conversation comes with the turns before it, and with what it `named` to be restricted to.
    """

    title: str
    questions: tuple[ComparedQuestion, ...]
    variants: tuple[Variant, ...]
    model: str = ""
    collections: tuple[int, ...] | None = None
    blind: bool = False
    seed: int = 0
    history: tuple[Turn, ...] = ()
    named: tuple[Mention, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same for a plan that asks the same questions in the same ways: such a run can go on."""
        asked: list[object] = [self.questions, self.variants, self.model, self.collections]
        if self.history or self.named:
            asked += [self.history, self.named]
        return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()

    def question_for(self, asked: ComparedQuestion, variant: Variant, settings: Settings, made_by: MadeBy) -> Question:
        """Return a question of the comparison as one of its variants is asked it."""
        chosen = self.collections if self.collections is not None else variant.profile.collections
        completed = complete(asked.question, exchanges_in(self.history))
        question = question_of(
            variant.profile,
            asked.question,
            settings,
            made_by,
            scope=scope_of(self.named, chosen or None),
            history=self.history,
        )
        return dataclasses.replace(question, search_text=completed.text if completed.changed else "")


@dataclass(frozen=True)
class Comparison:
    """A plan as it is kept; times are seconds since 1970."""

    id: int
    plan: Plan
    created: float
    revealed: bool
    answered: int = 0

    @property
    def total(self) -> int:
        """How many answers there are in all."""
        return len(self.plan.questions) * len(self.plan.variants)

    @property
    def names_hidden(self) -> bool:
        """Whether the user must not yet see which variant wrote an answer."""
        return self.plan.blind and not self.revealed


@dataclass(frozen=True)
class Outcome:
    """One answer of a comparison; `thumb` is 1 good, -1 not good, 0 not judged. `problem` says why there is none."""

    question: str
    variant: str
    answer: Answer
    seconds: float
    thumb: int = 0
    problem: str = ""


class Keeper(Protocol):
    """Where answers are kept."""

    def done(self, comparison_id: int) -> set[tuple[str, str]]:
        """Return question and variant of each answer there is."""

    def keep(self, comparison_id: int, outcome: Outcome) -> None:
        """Keep an answer."""


def variants_of(wanted: Sequence[str], base: Profile, profiles: Sequence[Profile]) -> tuple[Variant, ...]:
    """Return the ways to answer that are named: alone, documents, adapter, both (of `base`), or profile:NAME.

    Raises UserError for a name that is none, for fewer than two, and for adapter or both where `base` has no adapter.
    """
    made: dict[str, Variant] = {}
    for name in wanted:
        variant = _variant(name.strip(), base, profiles)
        made[variant.key] = variant
    if len(made) < 2:
        raise UserError("A comparison needs two variants or more, such as alone,documents.")
    return tuple(made.values())


def offered(base: Profile, *, has_documents: bool, only_with_passages: bool = False) -> tuple[str, ...]:
    """Return which of alone, documents, adapter and both a profile can be compared in; without documents where it
    searches none.

    With `only_with_passages` its adapters have no part in answers without passages: the adapter without documents
    would be the model alone.
    """
    has_documents = has_documents and base.answer_mode.searches
    needs = {ALONE: True, DOCUMENTS: has_documents, ADAPTER: bool(base.adapters) and not only_with_passages}
    needs[BOTH] = needs[DOCUMENTS] and bool(base.adapters)
    return tuple(kind for kind in KINDS if needs[kind])


def _variant(name: str, base: Profile, profiles: Sequence[Profile]) -> Variant:
    if name.startswith(PROFILE):
        wanted = name.removeprefix(PROFILE).strip()
        for profile in profiles:
            if profile.name.casefold() == wanted.casefold() or profile.id == wanted:
                return Variant(PROFILE + profile.id, profile.name, profile)
        raise UserError(
            "There is no expert named “{name}”. There are: {names}.",
            name=wanted,
            names=", ".join(profile.name for profile in profiles),
        )
    if name not in KINDS:
        raise UserError(
            "“{name}” is no variant. Variants are alone, documents, adapter, both and profile:NAME.", name=name
        )
    if name in (ADAPTER, BOTH) and not base.adapters:
        raise UserError(
            "The expert “{name}” has no adapter to compare. Give it one on the Experts page, or compare "
            "alone,documents.",
            name=base.name,
        )
    mode = AnswerMode.MODEL_ALONE
    if name in (DOCUMENTS, BOTH):
        mode = base.answer_mode if base.answer_mode.searches else AnswerMode.DOCUMENTS_ONLY
    adapters = base.adapters if name in (ADAPTER, BOTH) else ()
    return Variant(name, str(KIND_NAMES[name]), dataclasses.replace(base, adapters=adapters, answer_mode=mode))


def work_left(plan: Plan, done: Collection[tuple[str, str]]) -> list[tuple[ComparedQuestion, Variant]]:
    """Return what is still to be answered, ordered so that models and adapters are changed as seldom as possible.

    Variants with the same model and adapters are answered together, question by question.
    """
    groups: dict[object, list[Variant]] = {}
    for variant in plan.variants:
        groups.setdefault((variant.profile.model or plan.model, variant.profile.adapters), []).append(variant)
    by_model = sorted(groups, key=lambda key: [k[0] for k in groups].index(key[0]))  # type: ignore[index]
    return [
        (asked, variant)
        for key in by_model
        for asked in plan.questions
        for variant in groups[key]
        if (asked.id, variant.key) not in done
    ]


def run(
    comparison: Comparison,
    keeper: Keeper,
    answer: Callable[[ComparedQuestion, Variant], Outcome | None],
    on_progress: Callable[[int, int, Variant], None],
    cancelled: threading.Event,
) -> bool:
    """Answer what is not answered yet, keeping each answer at once; returns whether all of it is done.

    `answer` returns None for an answer that was broken off: it is asked again when the run goes on.
    """
    done = keeper.done(comparison.id)
    left = work_left(comparison.plan, done)
    for number, (asked, variant) in enumerate(left, len(done)):
        if cancelled.is_set():
            return False
        on_progress(number, comparison.total, variant)
        outcome = answer(asked, variant)
        if outcome is None or cancelled.is_set():
            return False
        keeper.keep(comparison.id, outcome)
    return True


def shown_order(comparison: Comparison, question_id: str) -> tuple[int, ...]:
    """Return in which order the variants' answers to a question stand, as indices of the plan's variants."""
    order = list(range(len(comparison.plan.variants)))
    if comparison.names_hidden:
        random.Random(f"{comparison.plan.seed}:{question_id}").shuffle(order)  # noqa: S311 - an order, no secret
    return tuple(order)
