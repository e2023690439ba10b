"""Names in a question: products, part numbers, firms, whatever is quoted; told by how they are written."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum, auto

from phi3desk.chat.wording.figures import is_measure, is_number, is_period, is_unit
from phi3desk.chat.wording.function_words import FunctionWords, is_property
from phi3desk.chat.wording.tokens import TOKEN, begins_sentence, key_of
from phi3desk.library.text import Span

_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{2,60})[\"“”»]")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|er|e|ter|tes|te|a|ο|η|й|я|е)")
#: a capital within a word or a run of capitals at its beginning: GierschFrei, WD-Spray
_INNER_CAPITAL = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]|^[A-Z]{2,}")
_BETWEEN = frozenset((" ", "/", "® ", "™ ", "-", " - ", ". "))
#: words before a number that belong to it in a question without capitals: brenlith lx 2
_MOST_BEFORE_NUMBER = 2
_MOST_WITHOUT_NUMBER = 2


class _Shape(Enum):
    """How a word is written: like a part number, with a capital (FIRST: as every sentence begins), and so on."""

    NONE = auto()
    STRONG = auto()
    CAPITAL = auto()
    FIRST = auto()
    LETTER = auto()
    NUMBER = auto()


def names_in(text: str, language: str, words: FunctionWords, known: Collection[str] = ()) -> tuple[Span, ...]:
    """Return where the names of a text stand; those that are `known`, folded, are found in any writing.

    In German every noun has a capital: there two such words side by side, a number behind one, or capitals within a
    word make a name.
    """
    quoted = [match.span(1) for match in _QUOTED.finditer(text)]
    found = _Names(text, language, words, known).spans()
    return tuple(sorted([*quoted, *(span for span in found if not any(q[0] <= span[0] < q[1] for q in quoted))]))


class _Names:
    """The search for names in one text."""

    def __init__(self, text: str, language: str, words: FunctionWords, known: Collection[str]) -> None:
        self._text = text
        self._german = language == "de"
        self._words = words
        self._known = {word for name in known for word in name.split() if len(word) > 1 and not word.isdigit()}
        self._tokens = list(TOKEN.finditer(text))
        self._keys = [key_of(token.group()) for token in self._tokens]
        # where function words have capitals, too, a capital tells nothing
        self._titled = not self._german and any(
            len(token.group()) > 1 and token.group()[0].isupper() and words.is_function(key)
            for token, key in list(zip(self._tokens, self._keys, strict=True))[2:]
        )
        self._shapes = [self._shape(at) for at in range(len(self._tokens))]
        if text == text.lower():
            self._take_before_numbers()

    def spans(self) -> list[Span]:
        """Return where the names stand."""
        found: list[Span] = []
        at = 0
        while at < len(self._tokens):
            end = at + 1
            if self._shapes[at] is not _Shape.NONE:
                end = self._end_of_run(at)
                first = self._first_of_name(at, end)
                if first < end and self._is_name(first, end):
                    last = self._last_of_name(first, end)
                    found.append((self._tokens[first].start(), self._tokens[last].end()))
            at = end
        return found

    def _shape(self, at: int) -> _Shape:
        word, key = self._tokens[at].group(), self._keys[at]
        function = self._words.is_function(key)
        begins = begins_sentence(self._text, self._tokens[at].start())
        letters = [c for c in word if c.isalpha()]
        if is_number(word):
            return _Shape.NUMBER
        if key in self._known and not function:
            return _Shape.STRONG
        if not letters or is_period(word) or is_measure(word) or is_property(key) or self._is_unit(at):
            return _Shape.NONE
        if any(c.isdigit() for c in word):
            return _Shape.NONE if _ORDINAL.fullmatch(key) else _Shape.STRONG
        if len(word) == 1:
            return _Shape.LETTER if word.isupper() and not begins and not function else _Shape.NONE
        if all(c.isupper() for c in letters):
            return _Shape.NONE if self._text.isupper() else _Shape.STRONG
        if function or not (word[0].isupper() or _INNER_CAPITAL.search(word)):
            return _Shape.NONE
        if _INNER_CAPITAL.search(word):
            return _Shape.STRONG
        if self._titled:
            return _Shape.NONE
        return _Shape.FIRST if begins else _Shape.CAPITAL

    def _take_before_numbers(self) -> None:
        """Take the words before a number for a name: all is written small, as one types in a hurry."""
        for at, shape in enumerate(self._shapes):
            if (
                shape is not _Shape.NUMBER
                or self._counts(at)
                or not at
                or self._words.has("sections", self._keys[at - 1])
            ):
                continue
            first = at
            while first and at - first < _MOST_BEFORE_NUMBER and self._may_be_named(first - 1):
                first -= 1
                self._shapes[first] = _Shape.STRONG

    def _may_be_named(self, at: int) -> bool:
        key = self._keys[at]
        other = self._words.is_function(key) or is_property(key) or is_number(key) or self._is_unit(at)
        return not other and self._touches(at)

    def _end_of_run(self, at: int) -> int:
        """Return where words end that stand side by side and could be parts of one name."""
        end, last = at + 1, len(self._tokens)
        while end < last and self._shapes[end] is not _Shape.NONE and self._touches(end - 1):
            end += 1
        if not self._german or _Shape.STRONG not in self._shapes[at:end] or end + 1 >= last:
            return end
        # a word in small letters before the last one of a name: UHU hartkleber Porzellan
        small = self._tokens[end].group()[0].islower() and self._may_be_named(end) and self._touches(end - 1)
        return end + 2 if small and self._shapes[end + 1] in (_Shape.CAPITAL, _Shape.STRONG) else end

    def _first_of_name(self, at: int, end: int) -> int:
        """Return where a name begins, without numbers before it and the verb that a question begins with."""
        while at < end and self._shapes[at] is _Shape.NUMBER:
            at += 1
        if at + 1 < end and self._words.has("generic", self._keys[at]):
            at += 1
        if at == end or self._shapes[at] is not _Shape.FIRST:
            return at
        if self._text.rstrip().endswith(("?", ";")):
            shapes = self._shapes[at:end]
            alone = end - at == len(self._tokens)
            named = _Shape.NUMBER in shapes or (len(shapes) > _MOST_WITHOUT_NUMBER and _Shape.STRONG not in shapes)
            return at if alone and named else at + 1
        # keywords in German: Flammpunkt CARAMBA 70
        before_strong = at + 1 < end and self._shapes[at + 1] is _Shape.STRONG
        return at + 1 if self._german and before_strong else at

    def _last_of_name(self, first: int, end: int) -> int:
        """Return the last word of a name, without a measure behind it: AT89S51 5 V."""
        while end - 1 > first and self._shapes[end - 1] is _Shape.NUMBER and self._counts(end - 1):
            end -= 1
        return end - 1

    def _is_name(self, first: int, end: int) -> bool:
        shapes: Sequence[_Shape] = self._shapes[first:end]
        if _Shape.STRONG in shapes:
            return True
        if _Shape.NUMBER in shapes:
            number = first + shapes.index(_Shape.NUMBER)
            return number > first and not self._words.has("sections", self._keys[first]) and not self._counts(number)
        if self._german:
            return _Shape.CAPITAL in shapes and shapes.count(_Shape.CAPITAL) + shapes.count(_Shape.FIRST) > 1
        return _Shape.CAPITAL in shapes

    def _counts(self, at: int) -> bool:
        """Return whether a number counts or measures what is behind it."""
        return at + 1 < len(self._tokens) and self._touches(at) and is_unit(self._tokens[at + 1].group())

    def _is_unit(self, at: int) -> bool:
        return at > 0 and self._tokens[at - 1].group()[-1].isdigit() and is_unit(self._tokens[at].group())

    def _touches(self, at: int) -> bool:
        """Return whether nothing but a space stands between a word and the next."""
        return self._text[self._tokens[at].end() : self._tokens[at + 1].start()] in _BETWEEN
