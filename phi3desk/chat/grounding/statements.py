"""A statement taken apart for comparison: its words with a meaning, its figures, and which way it goes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from phi3desk.chat.grounding.opposite_words import ALSO, INCLUDING, LIGHT, STAYING
from phi3desk.chat.grounding.opposites import (
    Stance,
    ends_with_exception,
    has_side,
    is_polar,
    stance_of,
    turned,
    turning_phrases,
    what_lacks,
)
from phi3desk.chat.grounding.quantities import Quantity, quantities_in
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import TOKEN, begins_sentence, key_of
from phi3desk.chat.wording.word_lists import is_listed
from phi3desk.library.text import Span
from phi3desk.library.words.terms import is_stop_word, stem, trigrams_of

#: parts of a sentence that can be denied by themselves
_CLAUSE_ENDS = re.compile(
    r"[,;:—–()]\s|\s(?:but|aber|sondern|vendar|ampak|temveč|αλλά|όμως|але|проте|dar|ci|iar|men|und|and|in|ter|και|та|och|și|si)\s"
)
#: words of an item that goes on with a list
_LONGEST_ITEM = 4
_SHORTEST_BEGINNING = 4
_SHORTEST_PART = 5
_SHORTEST_MISSING = 3
_SAME_BEGINNING = 0.62
_FEWEST_TRIGRAMS_SHARED = 0.5
#: a word of the claim is that of the question; and what share of them makes it the question once more
_SAME_WORD, _MOSTLY_ASKED = 0.6, 0.75


@dataclass(frozen=True)
class Word:
    """A word with a meaning: folded, its stem, its place; a `code` holds a digit, a `name` has a capital of its own.

    A `light` word ties others together or sets a bound, and says little by itself. `language` is "" where not known.
    """

    text: str
    key: str
    stem: str
    span: Span
    code: bool
    name: bool
    light: bool = False
    language: str = ""


@dataclass(frozen=True)
class Clause:
    """A part of a statement between commas and conjunctions, and which way it goes.

    `phrases` are those parts of it that go the other way: a purpose that is to be avoided, an exception.
    """

    span: Span
    stance: Stance
    phrases: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Statement:
    """A text taken apart; `keys` are all its folded words in order, those without a meaning too."""

    text: str
    language: str
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    keys: tuple[str, ...]
    stance: Stance
    clauses: tuple[Clause, ...]

    @property
    def figures(self) -> tuple[Quantity, ...]:
        """The figures that the text surely gives, each read in one way."""
        return tuple(quantity for quantity in self.quantities if not quantity.part and not quantity.optional)


@lru_cache(maxsize=4096)
def statement_of(text: str, language: str) -> Statement:
    """Take a text apart that is in a language ("" where that is not known)."""
    quantities = quantities_in(text, language)
    taken = [quantity.span for quantity in quantities]
    has_bound = any(quantity.bound for quantity in quantities)
    words: list[Word] = []
    keys: list[str] = []
    for match in TOKEN.finditer(text):
        key = key_of(match.group())
        keys.append(key)
        if any(start < match.end() and match.start() < end for start, end in taken) or not any(
            c.isalpha() for c in key
        ):
            continue
        if len(key) < 2 and not match.group().isupper():
            continue
        if _says_nothing(key, language) and not (len(key) == 1 and not begins_sentence(text, match.start())):
            continue
        code = any(c.isdigit() for c in key)
        capital = match.group()[0].isupper() and not begins_sentence(text, match.start())
        inner = any(c.isupper() for c in match.group()[1:])
        words.append(
            Word(
                match.group(),
                key,
                stem(key, language),
                match.span(),
                code,
                name=inner or (capital and language != "de"),
                light=_is_light(key, language) or (has_bound and is_listed(key, STAYING)),
                language=language,
            )
        )
    return Statement(
        text, language, tuple(words), quantities, tuple(keys), stance_of(keys, language), _clauses(text, language)
    )


def _says_nothing(key: str, language: str) -> bool:
    return is_stop_word(key, language) or is_polar(key, language) or is_listed(key, INCLUDING)


def _is_light(key: str, language: str) -> bool:
    words = WORDS.get(language)
    return has_side(key, language) or (words is not None and words.is_function(key)) or key in LIGHT


def _clauses(text: str, language: str) -> tuple[Clause, ...]:
    bounds = [0]
    for match in _CLAUSE_ENDS.finditer(text):
        before = [key_of(token.group()) for token in TOKEN.finditer(text, bounds[-1], match.start())]
        if match.start() > bounds[-1] and not (match.group()[0] == "," and ends_with_exception(before, language)):
            bounds.append(match.end())
    bounds.append(len(text))
    adds = any(is_listed(key_of(token.group()), ALSO) for token in TOKEN.finditer(text))
    found: list[Clause] = []
    for start, end in itertools.pairwise(bounds):
        tokens = list(TOKEN.finditer(text, start, end))
        if not tokens:
            continue
        keys = [key_of(token.group()) for token in tokens]
        phrases = turning_phrases(keys, language, adds=adds)
        stance = stance_of(keys, language)
        if phrases:
            rest = [key for at, key in enumerate(keys) if not any(first <= at < last for first, last in phrases)]
            stance = replace(stance, denied=stance_of(rest, language).denied)
        if found and found[-1].stance.denied and not any(first == 0 for first, _ in phrases):
            between = text[found[-1].span[0] : start].rstrip()
            if between.endswith(":"):
                # “Unsuitable: a full jet of water”
                stance = replace(stance, denied=not stance.denied)
            elif len(keys) <= _LONGEST_ITEM and not between.endswith(";") and not _is_subordinate(keys, language):
                # “does not change number, form and speed”
                stance = replace(stance, denied=True)
        spans = tuple((tokens[first].start(), tokens[last - 1].end()) for first, last in phrases)
        found.append(Clause((start, end), stance, spans))
    return tuple(found)


def _is_subordinate(keys: Sequence[str], language: str) -> bool:
    """Return whether a clause begins as one that tells when or why another holds."""
    words = WORDS.get(language)
    return words is not None and words.has("subordinators", keys[0])


def likeness(one: Word, other: Word) -> float:
    """Return how alike two words are as they are written, 0 to 1: inflected forms and parts of compounds are alike."""
    if turned(one.key, other.key, one.language, other.language):
        return 0.0
    found = _likeness(one.key, one.stem, other.key, other.stem)
    return max(found, _SAME_WORD) if _is_missing(one, other) or _is_missing(other, one) else found


def _is_missing(word: Word, lacking: Word) -> bool:
    """Return whether a word begins with what another says is missing: wired, wireless."""
    missing = what_lacks(lacking.key, lacking.language)
    return len(missing) >= _SHORTEST_MISSING and word.key.startswith(missing)


@lru_cache(maxsize=200_000)
def _likeness(key: str, its_stem: str, other: str, other_stem: str) -> float:
    if key == other or its_stem == other_stem:
        return 1.0
    if any(c.isdigit() for c in key + other):
        bare, other_bare = re.sub(r"[\W_]", "", key), re.sub(r"[\W_]", "", other)
        return 1.0 if bare == other_bare else 0.0
    bare, other_bare = key.replace("-", ""), other.replace("-", "")
    if bare == other_bare:
        return 1.0
    common = _common_beginning(bare, other_bare)
    longest, shortest = max(len(bare), len(other_bare)), min(len(bare), len(other_bare))
    if common >= _SHORTEST_BEGINNING and common >= _SAME_BEGINNING * longest:
        return 0.9
    if shortest >= _SHORTEST_PART:
        (short, short_stem), (long, _) = sorted(
            ((bare, its_stem), (other_bare, other_stem)), key=lambda pair: len(pair[0])
        )
        if short in long or (short_stem in long and len(short_stem) >= _SHORTEST_PART):
            return 0.85
        if common >= _SHORTEST_PART:
            return 0.7
    elif shortest == _SHORTEST_BEGINNING and longest >= 2 * shortest:
        short, long = sorted((bare, other_bare), key=len)
        if long.endswith(short) or long.startswith(short):
            return 0.75
    one, two = set(trigrams_of(f" {bare} ")), set(trigrams_of(f" {other_bare} "))
    shared = 2 * len(one & two) / ((len(one) + len(two)) or 1)
    return shared * 0.9 if shared >= _FEWEST_TRIGRAMS_SHARED else 0.0


def is_asked(word: Word, question: Statement) -> bool:
    """Return whether a word of a claim is one of the question it answers."""
    return any(likeness(word, other) >= _SAME_WORD for other in question.words)


def restates(claim: Statement, question: Statement) -> bool:
    """Return whether a claim has next to no words and no figures but those of the question it answers."""
    words = [word for word in claim.words if not word.light]
    asked = [word for word in words if is_asked(word, question)]
    has_figure = any(not any(own.equals(given) for given in question.quantities) for own in claim.figures)
    return bool(words) and not has_figure and len(asked) >= _MOSTLY_ASKED * len(words)


def _common_beginning(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def words_within(words: Sequence[Word], span: Span) -> list[int]:
    """Return the indexes of the words that stand within a span."""
    return [index for index, word in enumerate(words) if span[0] <= word.span[0] < span[1]]
