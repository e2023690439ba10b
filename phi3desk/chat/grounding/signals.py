"""What tells whether sentences of a passage support a claim: shared words and figures, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from phi3desk.chat.grounding.evidence_units import Evidence, Window
from phi3desk.chat.grounding.figure_signals import FigureSignals, SaidOf, figure_signals, share_a_bound, standings_of
from phi3desk.chat.grounding.opposite_words import EXCEPTING
from phi3desk.chat.grounding.opposites import (
    asks_what_not,
    is_condition,
    is_polar,
    is_role,
    is_verb,
    turned,
    what_lacks,
)
from phi3desk.chat.grounding.statements import Statement, Word, likeness, words_within
from phi3desk.chat.grounding.swaps import fits_swapped
from phi3desk.chat.messages import Why
from phi3desk.chat.wording.tokens import key_of
from phi3desk.library.text import is_row

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float64]]

_EXCEPTING = frozenset(map(key_of, EXCEPTING))
#: A word that the question holds, too, says little about its answer.
_ASKED = 0.25
_CODE = 1.5
_LIGHT = 0.2
_IN_CONTEXT = 0.8
#: words are taken for the same from here on
SAME = 0.6
#: share of a clause's words that a window must hold to say anything about them
_HELD = 0.5
_NEARLY_ALL = 0.9
#: a word of the passage is that of the claim
_SURE = 0.7
#: words with a meaning of a claim that is a short reply to the question, and how often a denial of it counts
_LONGEST_REPLY, _DECIDES = 3, 3
#: words that end a phrase with a denial: “not suitable”
_DENIED_LAST = 2
#: words of a claim that have a place in a sentence, and the share of them that has to
_FEWEST_PLACED, _MOSTLY = 3, 0.75


@dataclass(frozen=True)
class Signals:
    """What a window tells about a claim; shares are 0 to 1, the others count.

    `covered` is the share of the claim's words that the window holds, `covered_by_one` that of its best sentence,
    `asked_covered` that of the words that the question holds, too. `denied` counts clauses that go the other way,
    `opposite`, `condition` and `roles` pairs of which claim and window hold different sides, `misplaced` words that are
    said of something else there; `across` is 1 where they are in different languages.
    """

    covered: float = 0.0
    covered_by_one: float = 0.0
    asked_covered: float = 0.0
    figures: FigureSignals = field(default_factory=FigureSignals)
    denied: int = 0
    opposite: int = 0
    condition: int = 0
    roles: int = 0
    swapped: int = 0
    misplaced: int = 0
    names_missing: int = 0
    sentences: int = 1
    across: int = 0

    @property
    def why(self) -> Why:
        """What speaks against the claim most, SUPPORTED where nothing does."""
        if self.figures.unit_differs:
            return Why.UNIT
        if self.figures.missing or self.figures.of_others or self.figures.apart:
            return Why.FIGURE
        if self.denied or self.opposite:
            return Why.NEGATION
        if self.figures.bound_differs or self.condition:
            return Why.CONDITION
        return Why.NAME if self.names_missing or self.roles or self.swapped or self.misplaced else Why.SUPPORTED


@dataclass(frozen=True)
class _Held:
    """How well a clause, or a phrase in one that goes the other way, holds each of some words of the claim."""

    denied: bool
    held: list[float]
    is_phrase: bool


class Comparison:
    """A claim beside a passage: what does not depend on the window is computed once.

    `meaning` is the likeness of each of the claim's words to each of the passage's by what they mean (0 to 1, shape
    (claim words, passage words)), None where that is not known.
    """

    def __init__(
        self, claim: Statement, question: Statement, evidence: Evidence, meaning: Matrix | None = None
    ) -> None:
        self._claim, self._question, self._evidence = claim, question, evidence
        asked = [max((likeness(word, other) for other in question.words), default=0.0) for word in claim.words]
        passage = evidence.whole.words
        self._letters = [[likeness(word, other) for other in passage] for word in claim.words]
        self._alike = [
            row
            if meaning is None or _is_label(word)
            else [max(pair) for pair in zip(row, map(float, meaning[i]), strict=True)]
            for i, (word, row) in enumerate(zip(claim.words, self._letters, strict=True))
        ]
        self._contexts = [
            [max((likeness(word, other) for other in context.words), default=0.0) for word in claim.words]
            for context in evidence.contexts
        ]
        self._asked = [share >= SAME for share in asked]
        self._weights = [
            (_CODE if word.code else _LIGHT if word.light else 1.0) * (_ASKED + (1 - _ASKED) * (1.0 - share))
            for word, share in zip(claim.words, asked, strict=True)
        ]
        self._unit_words = [words_within(passage, unit.span) for unit in evidence.units]
        is_denial = any(clause.stance.denied for clause in question.clauses)
        is_short = sum(not word.light for word in claim.words) <= _LONGEST_REPLY
        self._is_reply = (bool(question.words) or is_denial) and is_short
        # “why not”, “how without”: which way a reply goes is not told by its few words; that to “what must not” denies
        self._asks_not = self._is_reply and is_denial and asks_what_not(question.keys, question.language)
        self._is_open = self._is_reply and is_denial and not self._asks_not
        self._denies = self._asks_not and not any(is_verb(key, claim.language) for key in claim.keys)
        self._standings = standings_of(claim, evidence, self._said_of())

    def _said_of(self) -> SaidOf:
        """Return what the claim's figures are said of: its own words, and for “20 g” what was asked about."""
        own = tuple(zip(self._claim.words, self._alike, strict=True))
        if not self._is_reply:
            return SaidOf(own, (), self._claim.figures)
        passage = self._evidence.whole.words
        asked = tuple((word, [likeness(word, other) for other in passage]) for word in self._question.words)
        return SaidOf(own, asked, (*self._claim.figures, *self._question.figures))

    def signals(self, window: Window) -> Signals:
        """Return what a window tells."""
        inside = [index for unit in window.units for index in self._unit_words[unit]]
        found = self._found(window.units)
        of_units = {unit: self._share(self._found((unit,))) for unit in window.units}
        asked = [share for share, is_asked in zip(found, self._asked, strict=True) if is_asked]
        denied, opposite = self._denials(window, inside)
        main = self._evidence.statements[max(window.units, key=lambda unit: self._held(self._unit_words[unit]))]
        pair = self._claim.stance.contradicts(main.stance, bounds_agree=share_a_bound(self._claim, main))
        return Signals(
            covered=self._share(found),
            covered_by_one=max(of_units.values()),
            asked_covered=sum(asked) / len(asked) if asked else self._share(found),
            figures=figure_signals(self._claim, self._question, self._evidence, window, self._standings, of_units),
            denied=denied,
            opposite=opposite + bool(pair and not is_condition(pair) and not is_role(pair)),
            condition=int(is_condition(pair)),
            roles=int(is_role(pair)),
            swapped=int(self._swapped(window)),
            misplaced=self._misplaced(window),
            names_missing=self._names_missing(window, inside),
            sentences=len(window.units),
            across=int(bool(self._claim.language) and self._claim.language != self._evidence.whole.language),
        )

    def _found(self, units: Sequence[int]) -> list[float]:
        """Return how well some sentences, or what they stand under, hold each word of the claim."""
        inside = [index for unit in units for index in self._unit_words[unit]]
        return [
            max(max((row[index] for index in inside), default=0.0), _IN_CONTEXT * self._in_context(units, at))
            for at, row in enumerate(self._alike)
        ]

    def _in_context(self, units: Sequence[int], at: int) -> float:
        return max(self._contexts[unit][at] for unit in units)

    def _share(self, found: Sequence[float]) -> float:
        whole = sum(self._weights)
        held = sum(share * weight for share, weight in zip(found, self._weights, strict=True))
        return held / whole if whole else 1.0

    def _held(self, indexes: Sequence[int]) -> float:
        """Return how many of the claim's words some words of the passage hold."""
        return sum(max((row[index] for index in indexes), default=0.0) for row in self._alike)

    def _denials(self, window: Window, inside: Sequence[int]) -> tuple[int, int]:
        """Count the claim's clauses that the window denies, and those whose words it holds turned round."""
        denied = opposite = 0
        for clause in self._claim.clauses:
            words = words_within(self._claim.words, clause.span)
            phrased = [at for phrase in clause.phrases for at in words_within(self._claim.words, phrase)]
            # what it says of a purpose or an exception counts where the window speaks of that
            own = clause.stance.denied != any(self._alike[at][index] >= SAME for at in phrased for index in inside)
            own = own or self._denies
            if self._asks_not:
                # “must” and “used” are those of the question, and stand with what else it is answered with, too
                words = [at for at in words if not self._claim.words[at].light] or words
            said = self._denied_where_held(window, words) if words else None
            if self._asks_not and own and not said and self._is_under_denial(window):
                continue
            turns = sum(self._turned(at, inside) for at in words)
            if said is not None and not self._is_open:
                # a word that is turned round turns its clause
                goes_other_way = (own != said) != (turns % 2 == 1)
                denied += goes_other_way * (_DECIDES if self._decides(window) else 1)
            elif turns:
                opposite += 1
        return denied, opposite

    def _is_under_denial(self, window: Window) -> bool:
        """Return whether what stands in a window may be an item of what a heading or a line before denies."""
        for unit in window.units:
            above = self._evidence.contexts[unit]
            if any(is_polar(key, above.language) for key in above.keys):
                return True
            for at in range(unit - 1, -1, -1):
                if self._evidence.units[at].text.rstrip().endswith((".", "!", "?")):
                    break
                if any(clause.stance.denied for clause in self._evidence.statements[at].clauses):
                    return True
        return False

    def _decides(self, window: Window) -> bool:
        """Return whether a denial alone decides: a reply of few words holds no others that could weigh against it.

        Not where a thing is denied but for something: “never without safety glasses”.
        """
        keys = (key for unit in window.units for key in self._evidence.statements[unit].keys)
        return self._is_reply and _EXCEPTING.isdisjoint(keys)

    def _turned(self, at: int, inside: Sequence[int]) -> bool:
        """Return whether the window holds a word of the claim only with a prefix that makes it the opposite."""
        passage = self._evidence.whole.words
        word = self._claim.words[at]
        found = any(turned(word.key, passage[index].key, word.language, passage[index].language) for index in inside)
        return found and max((self._letters[at][index] for index in inside), default=0.0) < 1.0

    def _denied_where_held(self, window: Window, words: Sequence[int]) -> bool | None:
        """Return whether the clauses of the window that hold some words are denied, None where none holds half of them.

        Those are the fewest clauses side by side that hold nearly all that any of them hold.
        """
        clauses = _held_once(self._held_clauses(window, words))
        most = _held_by(clauses, 0, len(clauses))
        if most < _HELD * len(words):
            return None
        for length in range(1, len(clauses) + 1):
            runs = [(_held_by(clauses, at, at + length), at) for at in range(len(clauses) - length + 1)]
            best, at = max(runs, key=lambda run: (run[0], -run[1]))
            if best >= _NEARLY_ALL * most:
                run = clauses[at : at + length]
                denied = any(clause.denied for clause in run if not clause.is_phrase)
                return denied != any(clause.denied and max(clause.held) >= SAME for clause in run if clause.is_phrase)
        return None

    def _held_clauses(self, window: Window, words: Sequence[int]) -> list[_Held]:
        """Return how each clause but those of rows holds some words, and each phrase that turns round what it holds.

        Where the claim tells of harm, only the denial of harm counts.
        """
        passage = self._evidence.whole.words
        parts: list[_Held] = []
        for unit in window.units:
            if self._evidence.units[unit].is_row and not self._is_phrase(unit, words):
                # “whole blood, not spun 4 hours not allowed”: a cell denies nothing of another
                continue
            start = self._evidence.units[unit].span[0]
            for clause in self._evidence.statements[unit].clauses:
                indexes, *phrases = (
                    words_within(passage, (start + span[0], start + span[1])) for span in (clause.span, *clause.phrases)
                )
                apart = {index for phrase in phrases for index in phrase}
                counts = clause.stance.harming or not self._claim.stance.harming
                for number, part in enumerate(([index for index in indexes if index not in apart], *phrases)):
                    held = [max((self._alike[at][index] for index in part), default=0.0) for at in words]
                    is_phrase = number > 0
                    # “harmless”: what is missing tells of harm where it is the harm
                    lacks = is_phrase and any(what_lacks(passage[i].key, passage[i].language) for i in part)
                    denied = lacks or (counts and (is_phrase or clause.stance.denied))
                    parts.append(_Held(denied, held, is_phrase))
        return parts

    def _is_phrase(self, unit: int, words: Sequence[int]) -> bool:
        """Return whether what may be a row is rather a phrase that goes one way: “not suitable below 6 years”.

        A denial that begins or ends it is one of all of it. Without one it says which way a claim goes that holds no
        other words.
        """
        statement = self._evidence.statements[unit]
        if is_row(statement.text):
            return False
        denials = [at for at, key in enumerate(statement.keys) if is_polar(key, statement.language)]
        if denials:
            is_last = len(denials) == 1 and denials[0] >= len(statement.keys) - _DENIED_LAST
            return denials[0] == 0 or is_last
        inside = self._unit_words[unit]
        return all(
            self._claim.words[at].light or max((self._alike[at][i] for i in inside), default=0.0) >= SAME
            for at in words
        )

    def _swapped(self, window: Window) -> bool:
        """Return whether two words of the claim stand in each other's place in a sentence of the window."""
        own = [word.key for word in self._claim.words if not word.light]
        return any(fits_swapped(self._claim.keys, self._evidence.statements[unit].keys, own) for unit in window.units)

    def _misplaced(self, window: Window) -> int:
        """Count the claim's words that a sentence says of something else: all others stand in one clause, without them.

        “The ward manager trains the cleaners; the hygienist inspects.” does not say that the hygienist trains them.
        """
        strong = [at for at, word in enumerate(self._claim.words) if not word.light]
        if len(self._claim.clauses) > 1 or len(strong) < _FEWEST_PLACED:
            return 0
        return max(self._misplaced_in(unit, strong) for unit in window.units)

    def _misplaced_in(self, unit: int, strong: Sequence[int]) -> int:
        start, passage = self._evidence.units[unit].span[0], self._evidence.whole.words
        clauses = [
            words_within(passage, (start + clause.span[0], start + clause.span[1]))
            for clause in self._evidence.statements[unit].clauses
        ]
        places = [
            {number for number, words in enumerate(clauses) if any(self._alike[at][index] >= _SURE for index in words)}
            for at in strong
        ]
        held = [at for at, where in enumerate(places) if where]
        if len(held) < max(_FEWEST_PLACED, _MOSTLY * len(strong)):
            return 0
        count = 0
        for at in held:
            others = set.intersection(*(places[other] for other in held if other != at))
            count += bool(others) and not others & places[at] and any(self._has_other(clauses[n]) for n in others)
        return count

    def _has_other(self, words: Sequence[int]) -> bool:
        """Return whether a clause has a word with a meaning that the claim has not."""
        passage = self._evidence.whole.words
        return any(not passage[index].light and all(row[index] < _SURE for row in self._alike) for index in words)

    def _names_missing(self, window: Window, inside: Sequence[int]) -> int:
        """Count the claim's names and codes that neither question nor window nor context hold."""
        return sum(
            (word.name or word.code)
            and not self._asked[at]
            and max((self._letters[at][index] for index in inside), default=0.0) < SAME
            and self._in_context(window.units, at) < SAME
            for at, word in enumerate(self._claim.words)
        )


def _is_label(word: Word) -> bool:
    """Return whether a word is another where one sign is: pump A is not pump B, though an embedder reads them alike."""
    return word.code or len(word.key) == 1


def _held_once(clauses: Sequence[_Held]) -> list[_Held]:
    """Return what clauses hold but for words that a phrase holds better: an embedder reads all of a sentence alike."""
    phrased = [clause.held for clause in clauses if clause.is_phrase]
    if not phrased:
        return list(clauses)
    best = [max(held) * _NEARLY_ALL for held in zip(*phrased, strict=True)]
    return [
        clause
        if clause.is_phrase
        else replace(clause, held=[own if own >= least else 0.0 for own, least in zip(clause.held, best, strict=True)])
        for clause in clauses
    ]


def _held_by(clauses: Sequence[_Held], start: int, end: int) -> float:
    """Return how many of the words some clauses hold together."""
    return sum(map(max, zip(*(clause.held for clause in clauses[start:end]), strict=True))) if start < end else 0.0
