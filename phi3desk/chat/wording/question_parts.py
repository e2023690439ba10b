"""What a question is made of: names, words with a meaning of their own, what it asks for, and whose."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from phi3desk.chat.wording.figures import is_measure, is_number, is_period, is_unit
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.names import names_in
from phi3desk.chat.wording.tokens import TOKEN, begins_sentence, key_of
from phi3desk.library.text import Span, fold

_CLAUSE_END = re.compile(r"[,;:–—(?!]|\.\s")
#: languages whose nouns have an article, so that one without tells a name
_WITH_ARTICLES = frozenset(("de", "en", "sv"))
_MOST_NAME_WORDS = 4
#: of what is asked for: the noun with an adjective, and without
_LONGEST_CHOICE, _SHORT_CHOICE = 3, 2


class Kind(StrEnum):
    """What a word of a question is."""

    FUNCTION = "function"
    NAME = "name"
    NUMBER = "number"
    CONTENT = "content"


@dataclass(frozen=True)
class Word:
    """A word with its place in the text; `key` is it folded, `clause` counts clauses from 0."""

    text: str
    key: str
    start: int
    end: int
    clause: int
    kind: Kind


class QuestionParts:
    """A question taken apart, by the function words of its language."""

    def __init__(self, text: str, language: str, known_names: Collection[str] = ()) -> None:
        """Take a text apart; `known_names` are names met before, folded, which are known again in any writing."""
        self.text = text
        self.language = language
        self._words = WORDS[language]
        self.names: tuple[Span, ...] = names_in(text, language, self._words, known_names)
        self.words: tuple[Word, ...] = self._find_words()

    def is_a(self, kind: str, word: Word) -> bool:
        """Return whether a word is of a class of function words, named as in FunctionWords."""
        return word.kind is not Kind.NAME and self._words.has(kind, word.key)

    @cached_property
    def name_texts(self) -> tuple[str, ...]:
        """The names as they stand in the text, each once."""
        kept: dict[str, str] = {}
        for start, end in self.names:
            kept.setdefault(fold(self.text[start:end]), self.text[start:end])
        return tuple(kept.values())

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words with a meaning of their own that are no names."""
        return tuple(word for word in self.words[self.opened :] if word.kind is Kind.CONTENT)

    @cached_property
    def opened(self) -> int:
        """How many words at the beginning tie the question to the one before: “and”, “what about”; 0 for none."""
        keys = tuple(word.key for word in self.words)
        for phrase in self._words.phrases:
            if keys[: len(phrase)] == phrase:
                return len(phrase)
        return int(bool(self.words) and self.is_a("openings", self.words[0]))

    @cached_property
    def asks_about(self) -> bool:
        """Whether the question begins with a phrase such as “what about”."""
        return self.opened > 1

    @cached_property
    def choice(self) -> range:
        """The places, among the words, of what is asked for: “which gloves”, “welchen pH-Wert”, “how thick”."""
        for at, word in enumerate(self.words):
            if self.is_a("choosing", word):
                end = at + 1
                while end < len(self.words) and self._adjacent(end - 1) and self._may_be_chosen(end, end - at == 1):
                    end += 1
                if end == len(self.words) and end - at > _LONGEST_CHOICE:
                    # the noun, and beyond it a verb and what it goes with
                    behind_preposition = at > self.opened and end - at == _LONGEST_CHOICE + 1
                    end = at + (_LONGEST_CHOICE if behind_preposition else _SHORT_CHOICE)
                return range(at, end)
            if self.is_a("asking", word):
                break
        return range(0)

    def _may_be_chosen(self, at: int, first: bool) -> bool:
        return self.words[at].kind is not Kind.FUNCTION or (first and self.is_a("quantities", self.words[at]))

    @cached_property
    def outside(self) -> tuple[Word, ...]:
        """The words with a meaning that stand beside what is asked for."""
        chosen = {self.words[at] for at in self.choice}
        return tuple(word for word in self.content if word not in chosen)

    @cached_property
    def beside(self) -> tuple[Word, ...]:
        """Those of `outside` that stand behind a preposition: “after contact with the eyes”."""
        return tuple(word for word in self.outside if self._is_behind_preposition(self.words.index(word)))

    @cached_property
    def begins_choosing(self) -> bool:
        """Whether the question asks for something with a noun: “which gloves”."""
        return any(self.words[at].kind is Kind.CONTENT for at in self.choice)

    @cached_property
    def bare_subject(self) -> str:
        """The words without an article that something is asked of: “welche Dichte hat [Milwa compact]”; "" for none.

        Only where nouns otherwise have an article does its lack tell a name that looks like no name.
        """
        if self.language not in _WITH_ARTICLES or not self.outside:
            return ""
        last = self.words.index(self.outside[-1])
        first = last
        while first and self.words[first - 1] in self.outside and self._adjacent(first - 1):
            first -= 1
        before = self.before(first)
        if before is None or last != len(self.words) - 1 or last - first >= _MOST_NAME_WORDS:
            return ""
        has = self.begins_choosing and (self.is_a("copulas", before) or self.is_a("having", before))
        if not (has or self.is_a("belonging", before)):
            return ""
        capital = self.language != "de" or any(word.text[0].isupper() for word in self.outside)
        return self.text[self.words[first].start : self.words[last].end] if capital else ""

    def before(self, at: int) -> Word | None:
        """Return the word before one."""
        return self.words[at - 1] if at else None

    def after(self, at: int) -> Word | None:
        """Return the word behind one, if it is of the same clause."""
        if at + 1 < len(self.words) and self.words[at + 1].clause == self.words[at].clause:
            return self.words[at + 1]
        return None

    def _is_behind_preposition(self, at: int) -> bool:
        while at and self.words[at - 1].clause == self.words[at].clause:
            at -= 1
            if self.is_a("prepositions", self.words[at]):
                return True
            if not (self.is_a("definite", self.words[at]) or self.is_a("indefinite", self.words[at])):
                return False
        return False

    def _adjacent(self, at: int) -> bool:
        return self.words[at].clause == self.words[at + 1].clause

    def _find_words(self) -> tuple[Word, ...]:
        words: list[Word] = []
        clause, last = 0, 0
        for match in TOKEN.finditer(self.text):
            key = key_of(match.group())
            kind = self._kind(match, key)
            cut = _CLAUSE_END.search(self.text, last, match.start()) is not None
            joins = kind is Kind.FUNCTION and self._words.has("subordinators", key)
            said = any(word.kind is not Kind.FUNCTION for word in words if word.clause == clause)
            if words and (cut or (joins and said and not self._words.has("openings", key))):
                clause += 1
            words.append(Word(match.group(), key, match.start(), match.end(), clause, kind))
            last = match.end()
        return tuple(words)

    def _kind(self, match: re.Match[str], key: str) -> Kind:
        word = match.group()
        if any(start <= match.start() < end for start, end in self.names):
            return Kind.NAME
        if is_number(word) or is_period(word) or is_measure(word) or self._is_unit(match):
            return Kind.NUMBER
        if not self._words.is_function(key) or self._is_german_noun(match, key):
            return Kind.CONTENT
        return Kind.FUNCTION

    def _is_german_noun(self, match: re.Match[str], key: str) -> bool:
        """Return whether a word that is also a function word is a noun: the Other, the One, a Who."""
        if self.language != "de" or not match.group()[0].isupper() or begins_sentence(self.text, match.start()):
            return False
        polite = key == "sie" or key.startswith("ihr") or key == "ihnen"
        return not (polite or self._words.has("others", key) or self._words.has("prepositions", key))

    def _is_unit(self, match: re.Match[str]) -> bool:
        before = self.text[: match.start()].rstrip()
        return bool(before) and before[-1].isdigit() and is_unit(match.group())
