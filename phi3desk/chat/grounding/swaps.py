"""Whether a claim has two words of a sentence in each other's place: who does something, and to whom."""

from __future__ import annotations

from collections.abc import Sequence

#: words of claims that are looked at, and the share of them that a sentence has to hold in their order
_SHORTEST, _LONGEST, _FITS = 5, 30, 0.75


def fits_swapped(claim: Sequence[str], sentence: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether a claim is what a sentence says once two of its words have changed places, and not before.

    `claim` and `sentence` are all their folded words in order, `words` those of the claim that may change places.
    """
    if not _SHORTEST <= len(claim) <= _LONGEST or not 0.5 <= len(sentence) / len(claim) <= 2.0:
        return False
    present = [word for word in dict.fromkeys(words) if word in sentence]
    as_it_is = _shared(claim, sentence)
    if as_it_is == len(claim):
        return False
    for at, one in enumerate(present):
        for other in present[at + 1 :]:
            swapped = [other if key == one else one if key == other else key for key in claim]
            shared = _shared(swapped, sentence)
            if shared >= as_it_is + 2 and shared >= _FITS * len(claim):
                return True
    return False


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two sentences have in one order."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for at, held in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if word == held else max(row[at], row[at - 1])
    return row[-1]
