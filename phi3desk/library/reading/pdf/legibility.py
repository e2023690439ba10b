"""Whether the letters that a PDF gives for its glyphs are words, or the cipher of a font without a map to Unicode.

Such a font gives the numbers of its glyphs for letters: shifted ones ("WKH" for "the"), marks, signs for private use
or letters of other scripts. Judged is how many groups of letters occur in any of 140 languages (see
`language.known_groups`), so that a language nobody thought of, part numbers and code stay what they are.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from phi3desk.library.language import known_groups
from phi3desk.library.text import Span, line_spans, readable_share

#: Below this share of readable characters a text is the noise of a font without a map to Unicode.
READABLE = 0.5
#: Evidence (natural logarithm of odds) that has to be there before lines are called illegible, and legible again.
_TO_ILLEGIBLE, _TO_LEGIBLE = 10.0, 2.0
_LONGEST_WORD = 25
_FEWEST_LETTERS = 20
_RANDOM = 0.05
#: what a word weighs that the page has had already
_OF_A_REPEATED_WORD = 0.25
_FEWEST_IN_SOUP = 15
#: a word that stands by itself: parts of numbers and names such as KX-3A are none
_WORD = re.compile(r"(?<![\w\-./])[^\W\d_]+(?![\w\-/])")
#: pieces of which tall brackets are set, in the font Symbol
_BRACKETS = re.compile("[\uf8e5-\uf8fe\\s]")
_SHORTEST_NOISE = 4
_MARKS = frozenset("!\"#$%&'*+;<=>?@[\\]^`{|}~")


def _weights(in_words: float, in_cipher: float, scale: float = 1.0) -> tuple[float, float]:
    """Return what a known and an unknown group weigh, by the share of known ones in words and in a cipher."""
    return (
        scale * math.log(in_words / in_cipher),
        scale * math.log((1 - in_words) / (1 - in_cipher)),
    )


# measured on 5,700 pages in seven languages and the same pages with their letters shifted and shuffled; the shares in
# words are set low, for names, abbreviations and languages that the model does not know
_LATIN = _weights(0.3, 0.07)
#: letters of two bytes: a group is two of them, and half of all pairs occur
_TWO_BYTES = _weights(0.65, 0.3, 0.5)
_IDEOGRAPHS = _weights(0.25, 0.05)
_HANGUL = _weights(0.5, 0.05)


def illegible_spans(text: str) -> list[Span]:
    """Return the ranges of lines whose letters are no words; none where nothing speaks for that."""
    lines = line_spans(text)
    seen: set[str] = set()
    evidence = [_evidence(text[start:end], seen) for start, end in lines]
    if _soup(text, sum(evidence)):
        return [(0, len(text))]
    return [span for span in _joined(lines, _illegible(evidence)) if not _is_random(text[slice(*span)])]


def holds_words(text: str) -> bool:
    """Return whether something speaks for a text's letters being words, rather than nothing against it."""
    seen: set[str] = set()
    return sum(_evidence(text[start:end], seen) for start, end in line_spans(text)) > 0


def legible_part(text: str) -> str:
    """Return a text with its illegible lines blanked, so that all others stay where they are; "" where none is left."""
    if readable_share(text) < READABLE:
        return ""
    spans = illegible_spans(text)
    if not spans:
        return text
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], re.sub(r"[^\r\n]", " ", text[start:end])]
        at = end
    blanked = "".join([*pieces, text[at:]])
    return blanked if any(sign.isalnum() for sign in blanked) else ""


def _evidence(line: str, seen: set[str]) -> float:
    """Return what speaks for (above 0) or against a line being words; what speaks against it counts once on a page."""
    if not line.isprintable() or "\ufffd" in line:
        signs = _BRACKETS.sub("", line)
        if len(signs) >= _SHORTEST_NOISE and readable_share(signs) < READABLE:
            return -0.5 * len(signs)
    total = 0.0
    for word in _WORD.findall(line if line.isascii() else unicodedata.normalize("NFKC", line)):
        low = word.lower()
        weight = 0.0 if _is_symbol(word) else _weight(low)
        if low not in seen:
            seen.add(low)
            total += weight
        else:
            total += max(0.0, weight * _OF_A_REPEATED_WORD)
    return total


@lru_cache(maxsize=32_768)
def _weight(word: str) -> float:
    first = word[0]
    if first >= "\u0800":
        return sum(_weight_of_letter(letter) for letter in set(word))
    if not 3 <= len(word) <= _LONGEST_WORD or len(set(word)) < min(3, len(word)) or _is_sequence(word):
        return 0.0
    if first >= "\u0250" and not ("\u0370" <= first < "\u0530" and first.isalpha()):
        return 0.0
    known, groups = known_groups(word)
    for_words, against = _LATIN if first < "\u0250" else _TWO_BYTES
    return known * for_words + (groups - known) * against


@lru_cache(maxsize=32_768)
def _weight_of_letter(letter: str) -> float:
    if "\uac00" <= letter <= "\ud7a3":
        for_words, against = _HANGUL
    elif "\u3400" <= letter <= "\u9fff":
        for_words, against = _IDEOGRAPHS
    else:
        return 0.0
    return for_words if known_groups(letter)[0] else against


def _is_symbol(word: str) -> bool:
    """Return whether a word is a symbol with its index, such as tPLAZ."""
    return word[0].islower() and word[1:].isupper()


def _is_sequence(word: str) -> bool:
    """Return whether a word is a chain of a few signs, such as a gene."""
    return len(word) >= 8 and len(set(word)) <= 4


def _is_random(text: str) -> bool:
    """Return whether all letters are about as frequent as each other: part numbers rather than a language's cipher.

    Friedman's index of coincidence: two letters are the same at 0.065 and more in a language, whatever its letters are
    replaced by, and at 0.038 among random ones.
    """
    counts = Counter(sign for sign in text.lower() if "a" <= sign <= "z")
    letters = counts.total()
    if letters < _FEWEST_LETTERS or letters * 2 < sum(sign.isalpha() for sign in text):
        return False
    return sum(count * (count - 1) for count in counts.values()) < _RANDOM * letters * (letters - 1)


def _soup(text: str, evidence: float) -> bool:
    """Return whether a text's words are made of marks, as where glyphs are numbered from the first sign on."""
    words = text.split()
    if len(words) < _FEWEST_IN_SOUP or evidence > 0.1 * len(words) or len(_MARKS.intersection(text)) < 8:
        return False
    return sum(len(_MARKS.intersection(word)) >= 2 for word in words) >= 0.22 * len(words)


def _illegible(evidence: Sequence[float]) -> list[bool]:
    """Return which lines are illegible: the most likely sequence, where a change between the two has its price."""
    legible, illegible = 0.0, -_TO_ILLEGIBLE
    steps: list[tuple[bool, bool]] = []
    for weight in evidence:
        from_illegible, from_legible = illegible - _TO_LEGIBLE > legible, legible - _TO_ILLEGIBLE > illegible
        steps.append((from_illegible, from_legible))
        legible, illegible = (
            max(legible, illegible - _TO_LEGIBLE) + min(weight, _TO_ILLEGIBLE),
            max(illegible, legible - _TO_ILLEGIBLE),
        )
    bad = illegible > legible
    found = []
    for from_illegible, from_legible in reversed(steps):
        found.append(bad)
        bad = not from_legible if bad else from_illegible
    return found[::-1]


def _joined(lines: Sequence[Span], bad: Sequence[bool]) -> list[Span]:
    spans: list[Span] = []
    before = False
    for (start, end), is_bad in zip(lines, bad, strict=True):
        if is_bad and before:
            spans[-1] = (spans[-1][0], end)
        elif is_bad:
            spans.append((start, end))
        before = is_bad
    return spans
