"""Takes a question apart that sheets may answer: what is done with which rows, by the words of its language."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from phi3desk.chat.sheets.periods import periods_in
from phi3desk.chat.sheets.words import WORDS, SheetWords
from phi3desk.chat.wording.function_words import WORDS as FUNCTION_WORDS
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.library.sheets.figures import decimal_sign, figure_in
from phi3desk.library.sheets.question import AskedWord, Comparison, Operation, Role, SheetQuestion
from phi3desk.library.sheets.units import canonical, factor, is_known
from phi3desk.library.text import fold

#: a longer question is no question to a table
_MOST_WORDS = 40
_TOKEN = re.compile(
    r"[<>]=?|[€$£₴%]|\d{4}-\d\d-\d\d(?![\w-])|\d+(?=-\d+[^\W\d_]*(?![\w-]))|\d[\d.,\u00a0\u202f' ]*\d"
    r"|[^\W_]+(?:(?:['’](?!s\b)|[.,/:·&+-])[^\W_]+)*(?:°C?|[²³%])?(?:/[^\W\d_]+)?|°C"
)
_SIGNS = {">": "more", ">=": "at_least", "<": "less", "<=": "at_most"}
_DASHES = ("-", "–", "—")
_MINUS = ("-", "−", "–")
_CURRENCIES = ("€", "$", "£", "₴")
_LISTING = (",", "&", "+")
#: words that may stand between the two bounds of a range
_MOST_BETWEEN = 4
#: days by which two months, or two years, may differ
_UNLIKE = 3
_CLASSES = ("more", "less", "at_least", "at_most", "between", "before", "after", "since", "until")


@dataclass
class _Words:
    """The words of a question while they are told apart.

    `gaps` are the signs before each of them, but for those of the `negative` numbers.
    """

    texts: list[str]
    keys: list[str]
    gaps: list[str]
    negative: set[int]
    roles: list[Role]
    nouns: set[int]
    language: str

    def free(self, span: range) -> bool:
        return all(self.roles[at] in (Role.WORD, Role.FUNCTION, Role.NEUTRAL) for at in span)

    def take(self, span: range, role: Role) -> None:
        for at in span:
            self.roles[at] = role

    def is_dashed(self, at: int) -> bool:
        """Return whether a dash joins a word with the one before it, and no other one with a third: 2020–2022."""
        dashed = [0 < n < len(self.gaps) and self.gaps[n] in _DASHES for n in (at - 1, at, at + 1)]
        return dashed == [False, True, False]


def sheet_question(text: str) -> SheetQuestion | None:
    """Return a question taken apart, None for one that is too long or empty."""
    last = re.split(r"(?<=[?!;\u037e])\s+", text.strip())[-1]
    found = list(_TOKEN.finditer(last.replace("’", "'")))
    texts = [token.group().strip() for token in found]
    if not texts or len(texts) > _MOST_WORDS:
        return None
    language = language_of_words(last)
    language = language if language in WORDS else "en"
    ends = (0, *(token.end() for token in found))
    gaps = [last[end : token.start()] for end, token in zip(ends, found, strict=False)]
    negative = _negative(texts, gaps)
    gaps = [gap.strip() for gap in gaps]
    words = _Words(texts, [fold(each) for each in texts], gaps, negative, [Role.WORD] * len(texts), set(), language)
    known = WORDS[language]
    comparisons = [*_periods(words, known), *_comparisons(words, known)]
    money = bool(_find(words, known.money))
    operation, newest, most, first = _operation(words, known)
    _mark_each(words, known, operation is not None)
    refused = bool(_find(words, known.other))
    for at, key in enumerate(words.keys):
        if words.roles[at] is Role.WORD:
            if _is_neutral(key, known):
                words.roles[at] = Role.NEUTRAL
            elif FUNCTION_WORDS[language].is_function(key):
                words.roles[at] = Role.FUNCTION
    comparisons += _numbers_alone(words, known)
    _mark_noun(words)
    asked = tuple(
        AskedWord(text, key, role, at in words.nouns)
        for at, (text, key, role) in enumerate(zip(words.texts, words.keys, words.roles, strict=True))
    )
    return SheetQuestion(last, language, operation, asked, tuple(comparisons), newest, most, refused, first, money)


def _negative(texts: Sequence[str], gaps: list[str]) -> set[int]:
    """Return the places of the numbers behind a minus sign, and take the signs out of what stands before them."""
    found: set[int] = set()
    for at, text in enumerate(texts):
        # -€500
        is_amount = text in _CURRENCIES and at + 1 < len(texts) and not gaps[at + 1] and texts[at + 1][0].isdigit()
        if (text[0].isdigit() or is_amount) and _is_minus(texts, gaps[at], at):
            gaps[at] = gaps[at][:-1]
            found.add(at + 1 if is_amount else at)
    return found


def _is_minus(texts: Sequence[str], gap: str, at: int) -> bool:
    """Return whether what stands before a number ends with a minus sign, and not with a hyphen or the dash of a range.

    That one is set apart from what is before it, other than in 5-10, and touches its number, other than in 5 - 10.
    """
    if not gap.endswith(_MINUS):
        return False
    before = gap[:-1]
    if before.strip():
        return before[-1].isspace() or before[-1] == "("
    if not at or texts[at - 1] in _SIGNS or texts[at - 1] in _CURRENCIES:
        return True
    behind_number = texts[at - 1][0].isdigit() or (at > 1 and texts[at - 2][0].isdigit() and is_known(texts[at - 1]))
    return bool(before) and not behind_number


def may_be_answered(asked: SheetQuestion | None) -> bool:
    """Return whether a question can be one to sheets: it has words that could name something in a table."""
    return asked is not None and any(word.role is Role.WORD for word in asked.words)


# what is done


def _operation(words: _Words, known: SheetWords) -> tuple[Operation | None, bool, bool, int]:
    """Return what is done, whether newest or oldest is meant, whether “most”, and how many of the first are wanted."""
    first = 0
    for phrase, operation in ((known.inside_total, Operation.SUM), (known.inside_average, Operation.AVERAGE)):
        for at, key in enumerate(words.keys):
            for beginning in fold(phrase).split():
                rest = key.removeprefix(beginning)
                if rest != key and len(rest) >= 4 and not _is_in(key, known.total):
                    words.keys[at] = rest
                    return operation, False, False, first
    listing = _first(words, known.listing)
    many = _first(words, known.how_many)
    much = _first(words, known.how_much) if known.how_much != known.how_many else None
    average = _first(words, known.average)
    if average is not None:
        words.take(average, Role.OPERATION)
        _take_all(words, known.total, known.how_much, known.how_many)
        return Operation.AVERAGE, False, False, first
    for ranking, operation, newest, most in (
        (known.newest, Operation.LARGEST, True, False),
        (known.oldest, Operation.SMALLEST, True, False),
        (known.most, Operation.LARGEST, False, True),
        (known.largest, Operation.LARGEST, False, False),
        (known.smallest, Operation.SMALLEST, False, False),
    ):
        found = _first(words, ranking)
        if found is not None and many is None:
            if listing is not None:
                words.take(listing, Role.OPERATION)
                words.nouns.add(listing.stop)
            words.take(found, Role.OPERATION)
            _take_all(words, known.how_much)
            first = _number_beside(words, found)
            return operation, newest, most, first
    total = _first(words, known.total)
    if many is not None and known.how_many.split("|")[0] == known.how_much.split("|")[0]:
        # one word asks how many and how much: a verb behind it asks how much
        if many.stop < len(words.keys) and _is_neutral(words.keys[many.stop], known) and total is None:
            words.take(many, Role.OPERATION)
            return None, False, False, first
        if total is not None:
            words.take(many, Role.OPERATION)
            words.take(total, Role.OPERATION)
            words.nouns.add(many.stop)
            return Operation.SUM, False, False, first
    if many is not None:
        words.take(many, Role.OPERATION)
        words.nouns.add(many.stop)
        different = _first(words, known.different)
        if different is not None:
            words.take(different, Role.OPERATION)
            words.nouns.add(different.stop)
        _take_all(words, known.total)
        return (Operation.DIFFERENT if different is not None else Operation.COUNT), False, False, first
    if total is not None or much is not None:
        for span in (total, much):
            if span is not None:
                words.take(span, Role.OPERATION)
        return (Operation.SUM if total is not None else None), False, False, first
    if listing is not None:
        words.take(listing, Role.OPERATION)
        words.nouns.add(listing.stop)
        return Operation.LIST, False, False, first
    return None, False, False, first


def _number_beside(words: _Words, found: range) -> int:
    """Return how many of the first are wanted: “the three largest”, “top 5”; 0 where that is not said."""
    for at in (found.start - 1, found.stop):
        if 0 <= at < len(words.keys) and words.keys[at].isdigit() and 1 <= int(words.keys[at]) <= 100:
            words.roles[at] = Role.OPERATION
            return int(words.keys[at])
    return 0


def _mark_each(words: _Words, known: SheetWords, has_operation: bool) -> None:
    """Mark what stands before that which a result is wanted for each of; it is one only where a word follows."""
    for span in _find(words, known.each):
        if has_operation and span.stop < len(words.keys) and not words.keys[span.stop][0].isdigit():
            words.take(span, Role.GROUP)


# comparisons


def _periods(words: _Words, known: SheetWords) -> Iterator[Comparison]:
    """Yield the dates, months and years of a question as bounds, by the words before them."""
    spans = list(periods_in(words.texts))
    numbers = _numbers_like_years(words, [span for span, _, _ in spans], known)
    numbers |= {span.start for span, _, _ in spans if _is_year(words, span)} & words.negative
    spans = [each for each in spans if each[0].start not in numbers]
    while spans:
        span, low, high = spans.pop(0)
        begin = _range_begins(words, span, spans[0][0].start, known) if spans else None
        if begin is not None and low <= spans[0][2] and (begin < span.start or _is_alike((low, high), spans[0][1:])):
            closing, _, high = spans.pop(0)
            words.take(range(begin, closing.stop), Role.COMPARISON)
            yield Comparison(begin, low, high, is_date=True)
            continue
        before, kind = _before(words, span.start, known)
        if kind in ("more", "less", "between", "at_most") and _is_year(words, span):
            # a number that looks like a year
            continue
        bounds = {"before": (None, low, True), "after": (high, None, True), "since": (low, None, False)}
        bounds |= {"less": bounds["before"], "more": bounds["after"], "at_least": bounds["since"]}
        bounds["until"] = bounds["at_most"] = (None, high, False)
        start, end, strict = bounds.get(kind, (low, high, False))
        places = () if kind in bounds else tuple(span)
        stop, last = span.stop, (low, high)
        while not kind and spans and _goes_on(words, stop, last, spans[0], known):
            following, low, high = spans.pop(0)
            # no column is that of several periods
            stop, end, places, last = following.stop, high, (), (low, high)
        words.take(range(before, stop), Role.COMPARISON)
        yield Comparison(before, start, end, strict=strict, is_date=True, places=places)


def _is_year(words: _Words, span: range) -> bool:
    return len(span) == 1 and words.keys[span.start].isdigit()


def _numbers_like_years(words: _Words, spans: Sequence[range], known: SheetWords) -> set[int]:
    """Return the places of the bounds of numbers, which may look like years: from 1000 to 2000 kg."""
    years = {span.start for span in spans if _is_year(words, span)}
    dated = {at for span in spans for at in span} - years
    found: set[int] = set()
    for at in range(len(words.texts)):
        ranged = _range_at(words, at, known)
        if ranged is None:
            continue
        bounds = {place for place in range(at, ranged[0].stop) if _number(words, place) is not None}
        # a unit of one letter may be a word: “v” is also “in”
        if not bounds & dated and (not bounds <= years or len(ranged[1].unit) > 1):
            found |= bounds
    return found


def _is_alike(period: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two periods are as long: two months or two years."""
    one, two = (_number_of(high) - _number_of(low) for low, high in (period, other))
    return abs(one - two) <= _UNLIKE


def _number_of(day: str) -> int:
    return datetime.date.fromisoformat(day).toordinal()


def _goes_on(
    words: _Words, at: int, period: Sequence[str], following: tuple[range, str, str], known: SheetWords
) -> bool:
    """Return whether a period that ends before a place is listed with the next one, as long, that adjoins it."""
    span, low, high = following
    if _before(words, span.start, known)[1]:
        return False
    little = all(len(key) <= 3 for key in words.keys[at : span.start])
    is_listed = words.gaps[at] in _LISTING and span.start - at <= 1 and little
    return (
        (is_listed or _before(words, span.start, known, ("also",)) == (at, "also"))
        and _number_of(low) == _number_of(period[1]) + 1
        and _is_alike(period, (low, high))
    )


def _range_begins(words: _Words, first: range, second: int, known: SheetWords) -> int | None:
    """Return where a range begins whose bounds stand at two places, None where they are none: from … to, between, –."""
    before, kind = _before(words, first.start, known)
    if kind == "between" and second - first.stop <= 2:
        return before
    is_dashed = second == first.stop and words.is_dashed(second)
    if not is_dashed and _before(words, second, known, ("range_to",)) != (first.stop, "range_to"):
        return None
    begin, opening = _before(words, first.start, known, ("range_from", "between", "since"))
    return begin if opening or not kind else None


def _range_at(words: _Words, at: int, known: SheetWords) -> tuple[range, Comparison] | None:
    """Return the words and the bounds of a range of numbers that begins with the one at a place.

    It stands alone where nothing leads to it: “CP 40–60” may be a name.
    """
    low = _number(words, at)
    end, unit = _unit(words, at)
    others = range(end, min(end + _MOST_BETWEEN + 1, len(words.texts))) if low is not None else ()
    other = next((place for place in others if _number(words, place) is not None), None)
    begin = _range_begins(words, range(at, end), other, known) if other is not None else None
    if low is None or other is None or begin is None:
        return None
    stop, behind = _unit(words, other)
    times = factor(canonical(behind), canonical(unit)) if unit and behind else 1.0
    high = (_number(words, other) or 0.0) * (times or 0.0)
    if times is None or high < low:
        return None
    alone = begin == at
    places = tuple(range(at, stop)) if alone else ()
    return range(begin, stop), Comparison(begin, low, high, unit=unit or behind, places=places, alone=alone)


def _comparisons(words: _Words, known: SheetWords) -> Iterator[Comparison]:
    """Yield the numbers of a question that something stands before: more than 5 kg."""
    at = 0
    while at < len(words.texts):
        ranged = _range_at(words, at, known)
        if ranged is not None:
            span, comparison = ranged
            if not comparison.alone:
                words.take(span, Role.COMPARISON)
                yield comparison
            at = span.stop
            continue
        value = _number(words, at)
        before, kind = _before(words, at, known) if value is not None else (at, "")
        if value is None or not kind or kind in ("between", "before", "after", "since", "until"):
            at += 1
            continue
        end, unit = _unit(words, at)
        words.take(range(before, end), Role.COMPARISON)
        if kind in ("more", "at_least"):
            yield Comparison(before, value, None, strict=kind == "more", unit=unit)
        else:
            yield Comparison(before, None, value, strict=kind == "less", unit=unit)
        at = end


def _numbers_alone(words: _Words, known: SheetWords) -> list[Comparison]:
    """Return the numbers that nothing compares with: they may be what a column has to be, or part of a name."""
    found = []
    at = 0
    while at < len(words.texts):
        ranged = _range_at(words, at, known)
        value = _number(words, at)
        if ranged is not None:
            found.append(ranged[1])
            at = ranged[0].stop
            continue
        if value is not None:
            end, unit = _unit(words, at)
            found.append(Comparison(at, value, value, unit=unit, places=tuple(range(at, end)), alone=True))
        at += 1
    return found


def _mark_noun(words: _Words) -> None:
    """Leave of the words behind “how many” or “which” the last one before anything else as what rows may stand for."""
    for start in list(words.nouns):
        words.nouns.discard(start)
        at = start
        while at < len(words.roles) and words.roles[at] in (Role.FUNCTION, Role.NEUTRAL):
            at += 1
        while at + 1 < len(words.roles) and words.roles[at + 1] is Role.WORD and words.roles[at] is Role.WORD:
            at += 1
        if at < len(words.roles) and words.roles[at] is Role.WORD and not words.keys[at][0].isdigit():
            words.nouns.add(at)


def _number(words: _Words, at: int) -> float | None:
    """Return a number of the question, written as its language does where its separators do not tell: 100.000 km."""
    if words.roles[at] is not Role.WORD:
        return None
    figure = figure_in(words.texts[at])
    # what is written to a number and is no unit may be its magnitude, or make it a name
    if figure is None or (figure.unit and not is_known(figure.unit)):
        return None
    value = figure.value(decimal_sign([figure], "." if words.language == "en" else ","))
    return -value if value is not None and at in words.negative else value


def _unit(words: _Words, at: int) -> tuple[int, str]:
    """Return the end of the number at a place and its unit, where one is written to it or stands behind it."""
    figure = figure_in(words.texts[at])
    at += 1
    if figure is not None and figure.unit:
        return at, figure.unit
    if at < len(words.texts) and words.roles[at] is Role.WORD and is_known(words.texts[at]):
        return at + 1, words.texts[at]
    return at, ""


def _before(words: _Words, at: int, known: SheetWords, classes: Sequence[str] = _CLASSES) -> tuple[int, str]:
    """Return where the words before a number or a date begin that compare with it, and which comparison they make."""
    back = at
    # an article or a currency may stand between: “before the 3 May”, “over € 500”
    for _ in range(2):
        best: tuple[int, str] | None = None
        for kind in classes:
            for phrase in _phrases(getattr(known, kind)):
                start = back - len(phrase)
                if start >= 0 and _fits(words.keys[start:back], phrase) and (best is None or start < best[0]):
                    best = (start, kind)
        if best is None and classes is _CLASSES and back > 0 and words.texts[back - 1] in _SIGNS:
            best = (back - 1, _SIGNS[words.texts[back - 1]])
        if best is not None:
            return best
        if back == 0 or not (len(words.keys[back - 1]) <= 3 and not words.keys[back - 1].isdigit()):
            break
        back -= 1
    return at, ""


# words and phrases


@cache
def _phrases(words: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        sorted((tuple(fold(each).split()) for each in words.split("|") if each.strip()), key=len, reverse=True)
    )


def _fits(keys: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return len(keys) == len(phrase) and all(
        key.startswith(word[:-1]) if word.endswith("*") else key == word for key, word in zip(keys, phrase, strict=True)
    )


def _is_in(key: str, words: str) -> bool:
    return any(_fits([key], phrase) for phrase in _phrases(words))


def _is_neutral(key: str, known: SheetWords) -> bool:
    return _is_in(key, known.neutral.replace(" ", "|"))


def _find(words: _Words, phrases: str) -> list[range]:
    """Return where phrases stand among the words that do nothing yet, in their order."""
    found: list[range] = []
    for phrase in _phrases(phrases):
        for at in range(len(words.keys) - len(phrase) + 1):
            span = range(at, at + len(phrase))
            taken = any(set(span) & set(other) for other in found)
            if not taken and words.free(span) and _fits(words.keys[at : span.stop], phrase):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def _first(words: _Words, phrases: str) -> range | None:
    return next(iter(_find(words, phrases)), None)


def _take_all(words: _Words, *phrases: str) -> None:
    for each in phrases:
        for span in _find(words, each):
            words.take(span, Role.OPERATION)
