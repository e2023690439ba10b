"""Guesses how an answer goes on from what stands in its prompt, for answers that copy from passages.

Several guessed tokens are read at once, in less time than one after the other, and those that the model would have
chosen itself are kept (prompt lookup decoding, after A. Saxena 2023; verified as in Leviathan et al. 2023). How many
are guessed follows from how often guesses came true and from what reading several tokens costs here, both learned while
answers are written: where it does not pay nothing is guessed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from statistics import median

#: Tokens that must agree with an earlier place, the longer first. Two alone are of use: an answer's first words of a
#: quotation.
GRAMS = (3, 2)
#: how many tokens are guessed at once
LENGTHS = (1, 2, 3, 5, 7, 11, 15)
MOST_DRAFTED = LENGTHS[-1]
#: how much faster it must promise to be: less is lost in what the estimate does not know
WORTHWHILE = 1.1
#: what reading one more token at once is taken to cost, in times of reading one alone, where nothing was measured
_COST_OF_MORE = 0.25
#: tokens written one by one, the latest, that their time is the median of
_LATEST = 9
_ENOUGH = 3
#: agreement in tokens from which on a guess is of the next class, and what share of guesses is first taken to come true
_CLASSES = (3, 5, 9)
_FIRST_SHARES = (0.4, 0.6, 0.8, 0.9)
_FIRST_WEIGHT = 4.0
#: what the guesses of earlier answers count in the next one
_REMEMBERED = 0.5


class Pace:
    """What reading several tokens at once costs on this machine, and how often guesses come true; of one model."""

    def __init__(self) -> None:
        self._single: deque[float] = deque(maxlen=_LATEST)
        self._slice = (0, 0.0)
        self._learned: dict[int, float] = {}
        self._tried = [0.0] * len(_FIRST_SHARES)
        self._true = [0.0] * len(_FIRST_SHARES)

    def begin(self) -> None:
        """Begin another answer: what earlier ones taught counts less."""
        self._tried = [count * _REMEMBERED for count in self._tried]
        self._true = [count * _REMEMBERED for count in self._true]
        straight = sorted(self._straight().items())
        self._learned = {
            count: cost * _REMEMBERED + _interpolated(straight, count) * (1 - _REMEMBERED)
            for count, cost in self._learned.items()
        }

    @property
    def is_known(self) -> bool:
        """Whether it is known how long a token takes alone."""
        return len(self._single) >= _ENOUGH

    def took(self, tokens: int, seconds: float) -> None:
        """Learn from tokens that were read at once while an answer was written."""
        if tokens == 1:
            self._single.append(seconds)
        elif self.is_known:
            cost = seconds / max(median(self._single), 1e-9)
            self._learned[tokens] = (self._learned.get(tokens, cost) + cost) / 2

    def took_to_read(self, tokens: int, size: int, seconds: float) -> None:
        """Learn from tokens of a prompt that were read in slices of a size; few of them tell nothing of a whole one."""
        if tokens >= size // 2:
            self._slice = size, seconds * size / tokens

    def cost(self, tokens: int) -> float:
        """Return what reading so many tokens at once takes, in times of one alone."""
        known = sorted((self._straight() | self._learned).items())
        return max(1.0, _interpolated(known, tokens))

    def _straight(self) -> dict[int, float]:
        """Return the costs between which others lie in a straight line: one token's and a slice's."""
        size, seconds = self._slice
        if size <= 1 or not self.is_known:
            return {1: 1.0, 2: 1.0 + _COST_OF_MORE}
        return {1: 1.0, size: max(1.0, seconds / max(median(self._single), 1e-9))}

    def guessed(self, agreed: int, true: bool) -> None:
        """Learn whether the token came that an agreement of so many tokens foretold."""
        at = _class_of(agreed)
        self._tried[at] += 1
        self._true[at] += true

    def length(self, agreed: int) -> int:
        """Return how many tokens are best guessed after an agreement of so many; 0 where guessing loses."""
        if not self.is_known:
            return 0
        at = _class_of(agreed)
        share = (self._true[at] + _FIRST_SHARES[at] * _FIRST_WEIGHT) / (self._tried[at] + _FIRST_WEIGHT)
        # what comes of a draft: its tokens as far as they are true, and the one after them
        gains = {count: _expected(share, count) / self.cost(count + 1) for count in LENGTHS}
        best = max(gains, key=gains.__getitem__)
        return best if gains[best] >= WORTHWHILE else 0


class Drafter:
    """The text of one prompt and its answer so far, and where in it the answer seems to be copying from.

    `barred` are tokens that no answer holds, at which a guess ends.
    """

    def __init__(self, tokens: Sequence[int], barred: Collection[int], pace: Pace) -> None:
        self._tokens: list[int] = []
        self._barred = barred
        self._pace = pace
        self._places: tuple[dict[tuple[int, ...], int], ...] = tuple({} for _ in GRAMS)
        #: the place of the token that is expected next, 0 for none, and how many before it agree
        self._place = self._agreed = 0
        pace.begin()
        for token in tokens:
            self._append(token)
        self._find()

    def add(self, token: int) -> None:
        """Take in the next token of the answer."""
        if self._place:
            true = self._tokens[self._place] == token
            self._pace.guessed(self._agreed, true)
            self._place, self._agreed = (self._place + 1, self._agreed + 1) if true else (0, 0)
        self._append(token)
        if not self._place:
            self._find()

    def draft(self, most: int) -> list[int]:
        """Return the tokens that are likely to come next, `most` at most; none where guessing does not pay."""
        if not self._place:
            return []
        end = self._place + min(most, self._pace.length(self._agreed))
        guessed: list[int] = []
        for token in self._tokens[self._place : end]:
            if token in self._barred:
                break
            guessed.append(token)
        return guessed

    def _append(self, token: int) -> None:
        """Note what the tokens before a new one were followed by, the latest time."""
        for grams, size in zip(self._places, GRAMS, strict=True):
            if len(self._tokens) >= size:
                grams[tuple(self._tokens[-size:])] = len(self._tokens)
        self._tokens.append(token)

    def _find(self) -> None:
        for grams, size in zip(self._places, GRAMS, strict=True):
            place = grams.get(tuple(self._tokens[-size:]), 0)
            if place:
                self._place, self._agreed = place, size
                return


def _class_of(agreed: int) -> int:
    return sum(agreed >= least for least in _CLASSES)


def _expected(share: float, count: int) -> float:
    """Return how many tokens come of `count` guessed ones, each true with a probability while those before it are."""
    return float(count + 1) if share >= 1 else (1 - share ** (count + 1)) / (1 - share)


def _interpolated(known: Sequence[tuple[int, float]], tokens: int) -> float:
    """Return the cost on the straight line between the two known ones around it, or the last two."""
    at = next((at for at in range(1, len(known) - 1) if known[at][0] >= tokens), len(known) - 1)
    (less, cost), (more, higher) = known[at - 1], known[at]
    return cost + (higher - cost) * (tokens - less) / (more - less)
