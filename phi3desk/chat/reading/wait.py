"""How long a person will wait for a model to read: a choice of three, and what it comes to in tokens on a machine."""

from __future__ import annotations

import math
from enum import StrEnum

from phi3desk.errors import Sentence, say

#: A step of the tokens that are allowed: a speed that varies by less gives the same passages, and the same answer.
_STEP = 1.25
#: less than this holds no evidence, however slow the machine
FEWEST_TOKENS = 120


class Wait(StrEnum):
    """How long the reading of passages may take before the first word of an answer."""

    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"

    @property
    def seconds(self) -> float:
        """The seconds that are allowed."""
        return _SECONDS[self]

    @property
    def label(self) -> Sentence:
        """The choice in a word."""
        return _LABELS[self]


_SECONDS = {Wait.QUICK: 6.0, Wait.BALANCED: 15.0, Wait.THOROUGH: 60.0}
_LABELS = {Wait.QUICK: say("Quick"), Wait.BALANCED: say("Balanced"), Wait.THOROUGH: say("Thorough")}


def tokens_within(seconds: float, tokens_per_second: float) -> int:
    """Return how many tokens are read in so many seconds, in steps; never fewer than hold some evidence."""
    allowed = max(float(FEWEST_TOKENS), seconds * tokens_per_second)
    return math.floor(_STEP ** math.floor(math.log(allowed, _STEP) + 1e-9))
