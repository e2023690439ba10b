"""Whether two questions ask the same: word for word, or nearly, with the same figures, names and negation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from phi3desk.chat.correcting.parts import cased_units, is_figure, parts_of
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.names import names_in
from phi3desk.chat.wording.tokens import key_of, language_of_words
from phi3desk.library.text import fold

#: letters in which a word is the same in another form
_STEM = 5
#: the share of the words of two questions that both hold, from which they are called alike
ALIKE = 0.6
#: folded, “ποτέ” (never) would be “πότε” (when)
_NEGATIONS = frozenset(
    fold(word)
    for word in """
    not no never without cannot dont doesnt isnt arent cant mustnt nor neither none nicht kein keine keinen keiner
    keinem keines nie niemals ohne ne ni nikoli brez nobeden nobena nobeno nikakor δεν δε μην μη όχι χωρίς κανένα καμία
    κανένας не ні без ніколи немає жоден жодна nu nici fără niciodată niciun nicio inte ej aldrig utan ingen inget inga
    icke
    """.split()  # noqa: SIM905 - a list of seventy literals is harder to read
)


@dataclass(frozen=True)
class _Asked:
    """A question by its parts: all of them in order, then figures, names, negations and words with a meaning.

    Units that differ by a capital alone stand behind the parts, which are folded, and among the figures.
    """

    parts: tuple[str, ...]
    figures: frozenset[str]
    names: frozenset[str]
    negations: int
    words: frozenset[str]


def asks_the_same(one: str, other: str) -> bool:
    """Return whether two questions are the same but for case, marks, spaces and punctuation."""
    return bool(_asked(one).parts) and _asked(one).parts == _asked(other).parts


def likeness(one: str, other: str) -> float:
    """Return how alike two questions are, 0 to 1: ALIKE and more where they may well ask the same.

    It is 0 where they differ in a figure, a name or a negation, whatever their other words.
    """
    first, second = _asked(one), _asked(other)
    if (first.figures, first.names, first.negations) != (second.figures, second.names, second.negations):
        return 0.0
    either = first.words | second.words
    return len(first.words & second.words) / len(either) if either else 0.0


@lru_cache(maxsize=4096)
def _asked(text: str) -> _Asked:
    language = language_of_words(text)
    known = WORDS.get(language or "en", WORDS["en"])
    parts = parts_of(text, language)
    named = {
        part[:_STEM]
        for start, end in names_in(text, language or "en", known)
        for part in parts_of(text[start:end], language)
    }
    units = cased_units(text)
    figures = {*filter(is_figure, parts), *units}
    negations = sum(part in _NEGATIONS for part in parts)
    words = {
        part[:_STEM]
        for part in parts
        if part not in figures and part not in _NEGATIONS and not known.is_function(key_of(part))
    }
    return _Asked((*parts, *units), frozenset(figures), frozenset(named), negations, frozenset(words))
