"""Which sentence of a passage speaks of a question or supports a claim: by the words that carry the meaning."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

from phi3desk.library.text import fold, sentence_spans

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


def excerpt(text: str, question: str, words: int = 0) -> str:
    """Return the sentence of a passage that speaks most of a question, with its neighbours, as they stand there.

    One neighbour on each side, and more of them until the excerpt has so many `words`: rows of a table and steps are
    short.
    """
    breaks = [match.start() for match in re.finditer(r"\n", text)]
    spans = sentence_spans(text, breaks)
    if len(spans) <= 3:
        return text
    best = _best([text[start:end] for start, end in spans], question)
    first, last = max(0, best - 1), min(len(spans) - 1, best + 1)
    while len(text[spans[first][0] : spans[last][1]].split()) < words and last - first + 1 < len(spans):
        first, last = max(0, first - 1), min(len(spans) - 1, last + 1)
    return text[spans[first][0] : spans[last][1]]


def _best(parts: list[str], question: str) -> int:
    """Return the index of the part that holds most of the question's words, rare ones above all.

    How rare a word is, is counted among these parts. A word pair that stands together as in the question counts more.
    """
    contained = [content_words(part) for part in parts]
    frequency = Counter(word for words in contained for word in words)
    asked = content_words(question)
    in_order = [word for word in (next(iter(content_words(w)), "") for w in question.split()) if word]
    pairs = set(pairwise(in_order))

    def score(index: int) -> float:
        rare = sum(math.log1p(len(parts) / frequency[word]) for word in asked & contained[index])
        words = [next(iter(content_words(w)), "") for w in parts[index].split()]
        return rare + 0.5 * len(pairs & set(pairwise([word for word in words if word])))

    return max(range(len(parts)), key=lambda index: (score(index), -index))
