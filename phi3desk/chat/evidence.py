"""The words of a text that carry its meaning, and how much they weigh."""

from __future__ import annotations

import re

from phi3desk.library.text import fold

_WORDS = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
SHORTEST_WORD = 4
STEM = 6
NUMBER_WEIGHT = 2.0


def content_words(text: str) -> set[str]:
    """Return the folded words of a text that carry its meaning: numbers, and words of four letters or more.

    Words are cut to six letters so that inflected forms meet; thousands separators are dropped.
    """
    found = set()
    for word in _WORDS.findall(fold(text)):
        if word[0].isdigit():
            found.add(_THOUSANDS.sub("", word))
        elif len(word) >= SHORTEST_WORD:
            found.add(word[:STEM])
    return found


def is_number(word: str) -> bool:
    """Tell whether a content word is a number."""
    return word[0].isdigit()


def weight_of(words: set[str]) -> float:
    """Return how much some content words weigh together; a number weighs as much as two words."""
    return sum(NUMBER_WEIGHT if is_number(word) else 1.0 for word in words)
