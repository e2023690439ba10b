"""Whether knowledge belongs in documents, in an adapter, or in both, decided from what the case asks.

Passages that are searched give an answer facts from outside that change and can be named; a fine-tuned adapter (LoRA,
QLoRA) gives it stable knowledge, vocabulary and tone, and needs good examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from phi3desk.errors import Sentence, say


class Examples(Enum):
    """How many good examples there are, questions with the answers an expert would give."""

    NONE = "none"
    FEW = "under 50"
    SOME = "50 to 500"
    MANY = "more than 500"


class Step(Enum):
    """What to do next."""

    ADD_DOCUMENTS = "add documents"
    COLLECT_EXAMPLES = "collect examples"
    ADD_ADAPTER = "add an adapter"


@dataclass(frozen=True)
class Case:
    """What the five questions of the guide were answered with."""

    changes_often: bool
    must_cite: bool
    vocabulary_and_tone: bool
    examples: Examples
    automated: bool


@dataclass(frozen=True)
class Advice:
    """What to teach with, and why; `steps` are in the order in which to take them."""

    documents: bool
    adapter: bool
    summary: Sentence
    reasons: tuple[Sentence, ...]
    steps: tuple[Step, ...]


def advise(case: Case) -> Advice:
    """Recommend documents, an adapter, or both; with too few examples an adapter waits until they are collected."""
    enough = case.examples in (Examples.SOME, Examples.MANY)
    outside = case.changes_often or case.must_cite
    stable = not outside
    learned = case.vocabulary_and_tone or case.automated or (stable and enough)
    documents = outside or case.automated or not learned
    steps = [Step.ADD_DOCUMENTS] if documents else []
    if learned:
        steps.append(Step.ADD_ADAPTER if enough else Step.COLLECT_EXAMPLES)
    return Advice(documents, learned, _summary(documents, learned, enough), _reasons(case, enough), tuple(steps))


def _summary(documents: bool, adapter: bool, enough: bool) -> Sentence:
    if documents and adapter:
        if enough:
            return say("Both: documents for the facts, an adapter for the manner.")
        return say("Both: documents now, and an adapter once there are enough examples.")
    if documents:
        return say("Documents.")
    return say("An adapter.") if enough else say("An adapter, once there are enough examples.")


def _reasons(case: Case, enough: bool) -> tuple[Sentence, ...]:
    return (*_reasons_of_facts(case, enough), *_reasons_of_style(case), *_reasons_of_examples(case, enough))


def _reasons_of_facts(case: Case, enough: bool) -> list[Sentence]:
    reasons = []
    if case.changes_often:
        reasons.append(
            say(
                "What changes belongs in documents: replace a file, and the next answer knows it. "
                "An adapter would have to be trained anew."
            )
        )
    if case.must_cite:
        reasons.append(
            say(
                "Only documents can be named as the source: an answer from them carries document, page and sentence. "
                "What an adapter has learned has no page."
            )
        )
    if not case.changes_often and not case.must_cite and enough:
        reasons.append(
            say(
                "Knowledge that stays as it is and need not be looked up can be learned, so that no passages "
                "have to be read before each answer."
            )
        )
    if not (case.changes_often or case.must_cite or case.vocabulary_and_tone or case.automated or enough):
        reasons.append(
            say(
                "An adapter could learn knowledge that stays as it is, but it learns from examples only. "
                "Documents work at once and need none."
            )
        )
    return reasons


def _reasons_of_style(case: Case) -> list[Sentence]:
    reasons = []
    if case.vocabulary_and_tone:
        reasons.append(
            say(
                "Vocabulary and tone are learned from examples: an adapter (LoRA, or QLoRA on a small graphics card) "
                "changes how the model writes, which passages hardly do."
            )
        )
    if case.automated:
        reasons.append(
            say(
                "Where nobody reads each answer, use both: the adapter keeps the form the same every time, "
                "the documents keep the facts checkable."
            )
        )
    return reasons


def _reasons_of_examples(case: Case, enough: bool) -> list[Sentence]:
    learned = case.vocabulary_and_tone or case.automated
    if learned and not enough:
        have = (
            say(
                "There are no examples yet. An adapter needs at least 50 good ones; until then say in the instructions "
                "which words and which tone are wanted."
            )
            if case.examples is Examples.NONE
            else say(
                "Under 50 examples teach an adapter little more than to repeat them. Collect at least 50 "
                "good ones first; keep good and corrected answers from your conversations."
            )
        )
        return [have]
    if enough and not (learned or not (case.changes_often or case.must_cite)):
        return [say("Your examples are still of use: put the questions to the comparison, and see whether it helps.")]
    if case.examples is Examples.SOME:
        return [
            say("50 to 500 examples are enough for manner and form. Compare before and after, and add where it fails.")
        ]
    if case.examples is Examples.MANY:
        return [say("More than 500 examples are a good basis; set some apart to measure with.")]
    return []
