"""The words of a question while they are told apart, and where phrases stand among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from phi3desk.chat.grounding.number_words import numbers_in_words
from phi3desk.chat.sheets.words import SheetWords
from phi3desk.library.sheets.question import Role
from phi3desk.library.text import fold

_DASHES = ("-", "–", "—")


@dataclass
class QuestionWords:
    """The words of a question while they are told apart.

    `gaps` are the signs before each of them, but for those of the `negative` numbers; `near` are the periods that are
    told from today. `doubtful` tells that a date was found whose bounds are not told.
    """

    texts: list[str]
    keys: list[str]
    gaps: list[str]
    negative: set[int]
    roles: list[Role]
    nouns: set[int]
    language: str
    near: list[range] = field(default_factory=list)
    doubtful: bool = False

    def free(self, span: range) -> bool:
        """Return whether words have no meaning of their own yet."""
        return all(self.roles[at] in (Role.WORD, Role.FUNCTION, Role.NEUTRAL) for at in span)

    def take(self, span: range, role: Role) -> None:
        """Give words what they do."""
        for at in span:
            self.roles[at] = role

    def is_dashed(self, at: int) -> bool:
        """Return whether a dash joins a word with the one before it, and no other one with a third: 2020–2022."""
        dashed = [0 < n < len(self.gaps) and self.gaps[n] in _DASHES for n in (at - 1, at, at + 1)]
        return dashed == [False, True, False]


@cache
def phrases_of(words: str) -> tuple[tuple[str, ...], ...]:
    """Return the phrases of a list as folded words, the longest first."""
    return tuple(
        sorted((tuple(fold(each).split()) for each in words.split("|") if each.strip()), key=len, reverse=True)
    )


def fits(keys: Sequence[str], phrase: tuple[str, ...]) -> bool:
    """Return whether folded words are those of a phrase."""
    return len(keys) == len(phrase) and all(
        key.startswith(word[:-1]) if word.endswith("*") else key == word for key, word in zip(keys, phrase, strict=True)
    )


def is_in(key: str, words: str) -> bool:
    """Return whether a folded word is a phrase of a list."""
    return any(fits([key], phrase) for phrase in phrases_of(words))


def is_neutral(key: str, known: SheetWords) -> bool:
    """Return whether a folded word says nothing of what is asked."""
    return is_in(key, known.neutral.replace(" ", "|"))


def beginning_of(key: str, known: SheetWords) -> str:
    """Return the listed beginning for which alone a folded word says nothing, "" for a word that is listed whole."""
    phrases = [phrase for phrase in phrases_of(known.neutral.replace(" ", "|")) if fits([key], phrase)]
    listed = [phrase[0].removesuffix("*") for phrase in phrases]
    return "" if key in listed else max(listed, key=len, default="")


def count_in(text: str, language: str) -> int:
    """Return the whole number that a word is, in figures or in letters, 0 where it is none."""
    if text.isascii() and text.isdigit():
        return int(text)
    whole = (each for each in numbers_in_words(text, language) if not each.doubtful and each.value == int(each.value))
    return next((int(each.value) for each in whole), 0)


def find(words: QuestionWords, phrases: str) -> list[range]:
    """Return where phrases stand among the words that do nothing yet, in their order."""
    found: list[range] = []
    for phrase in phrases_of(phrases):
        for at in range(len(words.keys) - len(phrase) + 1):
            span = range(at, at + len(phrase))
            taken = any(set(span) & set(other) for other in found)
            if not taken and words.free(span) and fits(words.keys[at : span.stop], phrase):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def first_of(words: QuestionWords, phrases: str) -> range | None:
    """Return where the first of some phrases stands among the words that do nothing yet."""
    return next(iter(find(words, phrases)), None)


def take_all(words: QuestionWords, *phrases: str) -> None:
    """Take all of some phrases for words that say what is done."""
    for each in phrases:
        for span in find(words, each):
            words.take(span, Role.OPERATION)
