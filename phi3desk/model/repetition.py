"""Tells an answer that repeats itself without end from one that is only regular, token by token."""

from __future__ import annotations

from collections import defaultdict, deque

#: the longest text, in tokens, whose repetition is noticed
LONGEST = 512
#: how often a text must stand there in a row
TIMES = 4
#: Tokens that the repetitions must take. Where few different ones are repeated it may be a table's empty rows, a ruled
#: line or a column of zeros, which end by themselves.
TOKENS, TOKENS_OF_FEW_KINDS = 64, 128
#: different tokens from which on a repeated text counts as words
KINDS = 7


class RepetitionWatch:
    """Follows the tokens of one answer; used from one thread."""

    def __init__(self) -> None:
        self._tokens: deque[int] = deque(maxlen=LONGEST)
        self._read = 0
        #: where each token stood, as far back as the longest text goes
        self._places: defaultdict[int, deque[int]] = defaultdict(deque)
        #: for each distance, how many tokens in a row are the same as those so far before them
        self._same: dict[int, int] = {}

    def add(self, token: int) -> bool:
        """Take in the next token and return whether the text has repeated itself often enough to be stopped."""
        places = self._places[token]
        while places and self._read - places[0] > LONGEST:
            places.popleft()
        self._same = {self._read - place: self._same.get(self._read - place, 0) + 1 for place in places}
        places.append(self._read)
        self._tokens.append(token)
        self._read += 1
        return any(self._is_endless(length, same) for length, same in self._same.items())

    def _is_endless(self, length: int, same: int) -> bool:
        """Tell whether a text of some tokens that goes on for `same` tokens after its first time does so too long."""
        if same < (TIMES - 1) * length or same + length < TOKENS:
            return False
        if same + length >= TOKENS_OF_FEW_KINDS:
            return True
        return len({self._tokens[-at] for at in range(1, length + 1)}) >= KINDS
