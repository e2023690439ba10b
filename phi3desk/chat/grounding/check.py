"""Whether passages support a claim: the verdict, the sentence it rests on, and what speaks against it.

A logistic regression on `Signals`, fitted on the development pairs (`tests/benchmarks/support`) and rounded; what
speaks against a claim weighs as much as the figures allow. Where an encoder was trained for it (`ClaimReader`), what it
says of claim and passage as wholes is weighed beside them. A claim of several sentences is supported where each is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from phi3desk.chat.grounding.evidence_units import Evidence, Window, evidence_of, parts_of, windows_of
from phi3desk.chat.grounding.layout import step_of, text_of_step
from phi3desk.chat.grounding.lists import items_of
from phi3desk.chat.grounding.meaning import WordVectors
from phi3desk.chat.grounding.signals import Comparison, Signals
from phi3desk.chat.grounding.statements import Statement, restates, statement_of
from phi3desk.chat.messages import Why
from phi3desk.chat.wording.tokens import language_of_words

if TYPE_CHECKING:
    import numpy as np

    from phi3desk.library.entailment.model import ClaimReader

    Matrix = np.ndarray[Any, np.dtype[np.float64]]

#: From this probability on a claim is called supported.
SUPPORTED = 0.5
#: cosines of words as e5 reads them: of unrelated ones, and of the same word in two sentences
_UNRELATED, _ALIKE = 0.42, 0.70
_BIAS = -1.1
_WEIGHTS = {
    "covered": 1.9,
    "covered_by_one": 0.3,
    "asked_covered": 0.6,
    "denied": -1.6,
    "opposite": -2.2,
    "condition": -2.6,
    "roles": -2.6,
    "swapped": -1.8,
    "misplaced": -1.6,
    "names_missing": -1.5,
    "sentences": -0.7,
    "across": 0.8,
}
_WEIGHTS_OF_FIGURES = {
    "held": 1.3,
    "missing": -3.2,
    "of_others": -3.0,
    "unit_differs": -3.6,
    "bound_differs": -2.6,
    "apart": -0.3,
}
#: How much the model's opinion weighs, and what it is of a claim that is as likely supported as not.
_OPINION, _USUAL_OPINION = 1.0, 0.5
_SURE_OF_NO = 1e-6
#: The same of a model that has an adapter for claims, beside so much of what words, figures and the encoder tell.
_CHECKED, _CHECKED_BESIDE, _CHECKED_BIAS = 0.7, 1.0, -0.4
#: Where less of a claim is covered, no sentence speaks of it, whatever their figures are.
_SPEAKS_OF_IT = 0.5
#: So much of what one sentence holds of a claim another has to hold to be asked about it.
_SPEAKS_AS_MUCH = 0.8
#: counts beyond this say no more
_MOST = 3.0


#: What an encoder that read claim and passage says weighs so much, beside so much of what the signals tell.
_READ, _TOLD, _READ_BIAS = 0.8, 0.7, 1.25
#: Where words and figures tell less than this for a claim, it has to be so sure of it; else they alone decide. Of what
#: is worded unlike its passage it takes too much for said.
_LITTLE_TOLD, _SURE_OF_YES = -0.7, 1.0
#: An item of a list is held by one sentence, so much of it; and what one sentence says the other way round.
_WHOLLY = 0.9
#: Of more passages than these it reads those that hold most of a claim; it never says a clearer no than this, which is
#: what it is taken to say of the others.
_MOST_READ, _UNREAD = 6, -3.0


@dataclass(frozen=True)
class PassageText:
    """What of a passage is read as evidence, with what its document is called and the headings it stands under."""

    text: str
    title: str = ""
    headings: tuple[str, ...] = ()

    @property
    def context(self) -> str:
        """All that it stands under."""
        return " ".join((self.title, *self.headings)).strip()

    @property
    def read_under(self) -> str:
        """What an encoder reads before it: a name that is a code, like that of a file, would only confuse it."""
        is_code = len(self.title.split()) == 1 and any(map(str.isdigit, self.title))
        return " ".join(self.headings) if is_code else self.context


@dataclass(frozen=True)
class Verdict:
    """What was found for a claim: the passage, by its place in the list, and the sentence of it that says most.

    `score` is the probability that the passage supports the claim. `why` is SUPPORTED where it does.
    """

    supported: bool
    score: float
    why: Why
    passage: int = 0
    sentence: str = ""


@dataclass(frozen=True)
class _Compared:
    """What words and figures of a passage tell about a claim: how much speaks for it, and where it says most.

    `covered` is the share of it that one sentence holds, `across` where the two are in different languages, in which
    words tell little, `turned` where it says all of it the other way round.
    """

    tie: float
    why: Why
    sentence: str
    covered: float
    across: bool
    turned: bool


class Checker:
    """Checks claims against some passages, each taken apart once.

    `vectors` add what words mean, `reader` what an encoder says that reads claim and passage together.
    """

    def __init__(
        self,
        passages: Sequence[PassageText],
        question: str,
        vectors: WordVectors | None = None,
        reader: ClaimReader | None = None,
    ) -> None:
        self._passages = passages
        self._question = question
        self._vectors = vectors
        self._reader = reader
        self._evidence = [
            evidence_of(passage.text, passage.context, language_of_words(passage.text)) for passage in passages
        ]
        self._parts = [
            [f"{passage.read_under}\n{part}".strip() for part in parts_of(evidence.units)]
            for passage, evidence in zip(passages, self._evidence, strict=True)
        ]

    def verdicts(self, claim: str) -> list[Verdict]:
        """Return a verdict on a sentence for each of the passages, in their order.

        Where none supports it as a whole, what it lists may stand in several places of one: “gloves and glasses”. Of
        “Step 1: close the valve” the number counts where a passage numbers its steps.
        """
        step = step_of(claim)
        if step is None:
            return self._verdicts(claim)
        number, said = step
        return [self._of_step(verdict, number, said) for verdict in self._verdicts(said)]

    def _of_step(self, verdict: Verdict, number: int, said: str) -> Verdict:
        """Return the verdict on what a step says, which supports it in the step of its number alone."""
        passage = self._passages[verdict.passage]
        step = text_of_step(passage.text, number) if verdict.supported else None
        if step is None:
            return verdict
        if step:
            only = Checker([replace(passage, text=step)], self._question, self._vectors, self._reader)
            (alone,) = only._verdicts(said)
            if alone.supported:
                return replace(alone, passage=verdict.passage)
        return replace(verdict, supported=False, score=1.0 - verdict.score, why=Why.FIGURE)

    def _verdicts(self, claim: str) -> list[Verdict]:
        language = language_of_words(claim, self._question)
        question = statement_of(self._question, language)
        statement = statement_of(claim, language)
        compared = self._compare(statement, question)
        odds = self._odds(claim, compared, is_asked=restates(statement, question))
        found = [_verdict(each, index, odds[index]) for index, each in enumerate(compared)]
        is_open = all(not each.supported for each in found) and any(each.why is Why.NOTHING_FOUND for each in found)
        items = items_of(claim, language, question) if is_open else ()
        return self._with_items(found, [statement_of(item, language) for item in items], question) if items else found

    def _with_items(self, found: Sequence[Verdict], items: Sequence[Statement], question: Statement) -> list[Verdict]:
        """Return verdicts on a list that nothing speaks against: a passage supports it that supports each item."""
        compared = [self._compare(item, question) for item in items]
        held = [
            each.passage
            for each in found
            if each.why is Why.NOTHING_FOUND and all(of_item[each.passage].covered >= _WHOLLY for of_item in compared)
        ]
        verdicts = list(found)
        if not held:
            return verdicts
        odds = [self._odds(item.text, each, is_asked=False) for item, each in zip(items, compared, strict=True)]
        for index in held:
            of_items = [_verdict(each[index], index, said[index]) for each, said in zip(compared, odds, strict=True)]
            if all_of(of_items).supported:
                verdicts[index] = replace(all_of(of_items), sentence=of_items[0].sentence)
        return verdicts

    def _compare(self, statement: Statement, question: Statement) -> list[_Compared]:
        """Return what words and figures of each passage tell about a claim."""
        meant = self._vectors is not None and self._vectors.read(
            [statement.text, *(evidence.text for evidence in self._evidence)]
        )
        return [
            _compared(statement, question, evidence, self._meaning(statement, evidence) if meant else None)
            for evidence in self._evidence
        ]

    def _odds(self, claim: str, compared: Sequence[_Compared], *, is_asked: bool) -> list[float]:
        """Return the log-odds that each passage supports a claim, which may be the question once more (`is_asked`)."""
        nearest = sorted(range(len(compared)), key=lambda index: -compared[index].tie)[:_MOST_READ]
        parts = [(index, part) for index in nearest for part in self._parts[index]]
        read = self._reader.read_claims([(claim, part) for _, part in parts]) if self._reader is not None else None
        if read is None:
            return [each.tie for each in compared]
        said = [_UNREAD] * len(compared)
        for (index, _), odds in zip(parts, read, strict=True):
            said[index] = max(said[index], odds)
        return [_weighed(each, odds, is_asked=is_asked) for each, odds in zip(compared, said, strict=True)]

    def verdict(self, claim: str) -> Verdict:
        """Return the verdict of the passage that supports a sentence best; ValueError where there is no passage."""
        return max(self.verdicts(claim), key=lambda verdict: verdict.score)

    def _meaning(self, claim: Statement, evidence: Evidence) -> Matrix:
        import numpy as np

        assert self._vectors is not None
        raw = self._vectors.likeness(claim.text, claim.words, evidence.text, evidence.whole.words)
        return np.clip((raw - _UNRELATED) / (_ALIKE - _UNRELATED), 0.0, 1.0)


def _weighed(compared: _Compared, read: float, *, is_asked: bool) -> float:
    """Return the log-odds of what words and figures tell and an encoder says."""
    odds = _READ_BIAS + _TOLD * compared.tie + _READ * read
    is_doubtful = compared.tie < _LITTLE_TOLD and not compared.across and read < _SURE_OF_YES
    # “Yes, it can be put out with water.”: the encoder takes too much of the question for said, and too much of what
    # differs from a sentence by a denial alone
    return min(compared.tie, odds) if is_asked or is_doubtful or compared.turned else odds


def _compared(claim: Statement, question: Statement, evidence: Evidence, meaning: Matrix | None) -> _Compared:
    comparison = Comparison(claim, question, evidence, meaning)
    read = {window: comparison.signals(window) for window in windows_of(evidence.units)}
    ties = {window: tie(signals) for window, signals in read.items()}
    # a sentence that holds nothing of the claim does not outweigh one that holds it and goes the other way
    least = _SPEAKS_AS_MUCH * max(signals.covered for signals in read.values())
    best = max((window for window in ties if read[window].covered >= least), key=lambda window: ties[window])
    # what speaks against the claim stands where most of its words do
    near = max(read.values(), key=lambda each: (each.covered + each.asked_covered, -each.sentences))
    why = near.why or Why.NOTHING_FOUND if near.covered >= _SPEAKS_OF_IT else Why.NOTHING_FOUND
    # of sentences that are read together the one that holds most of the claim by itself is cited
    cited = max(best.units, key=lambda unit: ties[Window((unit,))])
    signals = read[best]
    return _Compared(
        ties[best], why, evidence.units[cited].text, signals.covered_by_one, bool(signals.across), _is_turned(signals)
    )


def _verdict(compared: _Compared, passage: int, odds: float) -> Verdict:
    score = 1.0 / (1.0 + math.exp(-odds))
    supported = score >= SUPPORTED
    return Verdict(supported, score, Why.SUPPORTED if supported else compared.why, passage, compared.sentence)


def with_opinion(verdict: Verdict, yes: float) -> Verdict:
    """Return a verdict with what the loaded model thinks of the claim: how likely it says yes (`chat.judging`)."""
    return _with_odds(verdict, _odds_of(verdict.score) + _OPINION * (_odds_of(yes) - _USUAL_OPINION))


def with_checker(verdict: Verdict, yes: float) -> Verdict:
    """Return the same with what a model says that has an adapter for it: that tells more than all the rest."""
    return _with_odds(verdict, _CHECKED_BIAS + _CHECKED_BESIDE * _odds_of(verdict.score) + _CHECKED * _odds_of(yes))


def _odds_of(likely: float) -> float:
    return math.log(max(likely, _SURE_OF_NO) / max(1.0 - likely, _SURE_OF_NO))


def _with_odds(verdict: Verdict, odds: float) -> Verdict:
    score = 1.0 / (1.0 + math.exp(-odds))
    supported = score >= SUPPORTED
    why = Why.SUPPORTED if supported else verdict.why or Why.NOTHING_FOUND
    return replace(verdict, supported=supported, score=score, why=why)


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on several sentences together, which is that of the one with the least support."""
    return min(verdicts, key=lambda verdict: verdict.score)


def _is_turned(signals: Signals) -> bool:
    """Return whether a sentence says all of a claim the other way round."""
    return bool(signals.denied or signals.opposite) and signals.covered_by_one >= _WHOLLY


def tie(signals: Signals) -> float:
    """Return how much speaks for a claim, less what speaks against it; above 0 it is more likely supported than not."""
    words = sum(weight * min(_MOST, float(getattr(signals, name))) for name, weight in _WEIGHTS.items())
    # figures only tell that a sentence speaks of the same, not which way it goes
    given = replace(signals.figures, held=0) if _is_turned(signals) else signals.figures
    figures = sum(weight * min(_MOST, float(getattr(given, name))) for name, weight in _WEIGHTS_OF_FIGURES.items())
    return _BIAS + words + figures
