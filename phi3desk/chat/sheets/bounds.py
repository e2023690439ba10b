"""The bounds that a question names: numbers, dates and periods, and the words before them that compare with them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace

from phi3desk.chat.sheets.periods import periods_in
from phi3desk.chat.sheets.question_words import QuestionWords, fits, is_in, is_neutral, phrases_of
from phi3desk.chat.sheets.relative_periods import NearPeriod, relative_periods
from phi3desk.chat.sheets.words import SheetWords
from phi3desk.chat.wording.function_words import WORDS as FUNCTION_WORDS
from phi3desk.library.sheets.figures import decimal_sign, figure_in
from phi3desk.library.sheets.question import Comparison, Role
from phi3desk.library.sheets.units import canonical, factor, is_known

SIGNS = {">": "more", ">=": "at_least", "<": "less", "<=": "at_most"}
_LISTING = (",", "&", "+")
#: words that may stand between the two bounds of a range
_MOST_BETWEEN = 4
#: days by which two months, or two years, may differ
_UNLIKE = 3
_CLASSES = ("more", "less", "at_least", "at_most", "between", "before", "after", "since", "until")


def periods_of(words: QuestionWords, known: SheetWords, today: datetime.date) -> Iterator[Comparison]:
    """Yield the dates, months and years of a question as bounds, by the words before them."""
    near = {each.span: each for each in relative_periods(words, today)}
    words.near = list(near)
    found = [*periods_in(words.texts), *((each.span, each.low, each.high) for each in near.values())]
    spans = sorted(found, key=lambda each: each[0].start)
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
        if kind in ("more", "less") and words.texts[before] not in SIGNS:
            if _is_during(words, span.start, before, known) and (kind == "less" or low < high):
                kind = ""
            elif span in words.near:
                # “more than last year” compares figures, not days
                continue
        before, kind, stop = _from(words, span, (before, kind), low < high, known)
        bounds = {"before": (None, low, True), "after": (high, None, True), "since": (low, None, False)}
        bounds |= {"less": bounds["before"], "more": bounds["after"], "at_least": bounds["since"]}
        bounds["until"] = bounds["at_most"] = (None, high, False)
        start, end, strict = bounds.get(kind, (low, high, False))
        places = () if kind in bounds else tuple(span)
        last = (low, high)
        while not kind and spans and _goes_on(words, stop, last, spans[0], known):
            following, low, high = spans.pop(0)
            # no column is that of several periods
            stop, end, places, last = following.stop, high, (), (low, high)
        made = Comparison(before, start, end, strict=strict, is_date=True, places=places)
        if span in near:
            made = replace(made, near=tuple(span))
        if places and span in near:
            yield _of_a_part(words, made, near[span])
            continue
        words.take(range(before, stop), Role.COMPARISON)
        yield made


def _from(
    words: QuestionWords, span: range, before: tuple[int, str], is_long: bool, known: SheetWords
) -> tuple[int, str, int]:
    """Return where a period begins with the words before it, which comparison these make, and where it ends.

    “From 2023” is of that year, other than “from 2023 on”; “from 3 May 2023” may be of that day or since it.
    """
    at, kind = before
    if kind not in ("", "since", "at_least"):
        return at, kind, span.stop
    begin, opening = _before(words, span.start, known, ("since", "range_from"))
    if not opening and span in words.near and is_in(words.keys[span.start], known.range_from):
        begin, opening = span.start, "since"
    stop = _onward(words, span.stop, known) if opening else span.stop
    if stop > span.stop:
        return begin, "since", stop
    is_either = _before(words, span.start, known, ("from_either",)) == (at, "from_either")
    if is_either or _before(words, span.start, known, ("from_period",)) == (at, "from_period"):
        words.doubtful |= is_either or not is_long
        return at, "", span.stop
    return at, kind, span.stop


def _onward(words: QuestionWords, at: int, known: SheetWords) -> int:
    """Return where the words end by which a period goes on, the place itself without any: “on” of “from 2023 on”.

    A preposition with a noun behind it is none: “from 2023 on shelf B”.
    """
    begin = at + 1 if at < len(words.keys) and is_in(words.keys[at], known.years) else at
    function = FUNCTION_WORDS[words.language]
    for phrase in phrases_of(known.onward):
        stop = begin + len(phrase)
        if not fits(words.keys[begin:stop], phrase):
            continue
        ahead = words.keys[stop] if stop < len(words.keys) else ""
        is_verb = function.has("copulas", ahead) or function.has("having", ahead) or is_neutral(ahead, known)
        if not ahead or is_verb or not function.has("prepositions", phrase[-1]):
            return stop
    return at


def _of_a_part(words: QuestionWords, made: Comparison, near: NearPeriod) -> Comparison:
    """Return the bound of a period told from today, and leave the words free that may also be a value: “June”."""
    words.take(range(min(made.at, near.span.start), near.span.stop), Role.COMPARISON)
    for at in near.part:
        if not words.keys[at][0].isdigit():
            words.roles[at] = Role.WORD
    places = tuple(at for at in near.span if at not in near.part)
    return replace(made, places=places, part=near.part, whole=near.whole)


def _is_during(words: QuestionWords, at: int, before: int, known: SheetWords) -> bool:
    """Return whether the words before a period mean all of it: “over last year”, “under förra året”."""
    begin, kind = _before(words, at, known, ("during",))
    return bool(kind) and begin <= before


def _is_year(words: QuestionWords, span: range) -> bool:
    return len(span) == 1 and words.keys[span.start].isdigit()


def _numbers_like_years(words: QuestionWords, spans: Sequence[range], known: SheetWords) -> set[int]:
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
    words: QuestionWords, at: int, period: Sequence[str], following: tuple[range, str, str], known: SheetWords
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


def _range_begins(words: QuestionWords, first: range, second: int, known: SheetWords) -> int | None:
    """Return where a range begins whose bounds stand at two places, None where they are none: from … to, between, –."""
    before, kind = _before(words, first.start, known)
    if kind == "between" and second - first.stop <= 2:
        return before
    is_dashed = second == first.stop and words.is_dashed(second)
    if not is_dashed and _before(words, second, known, ("range_to",)) != (first.stop, "range_to"):
        return None
    begin, opening = _before(words, first.start, known, ("range_from", "between", "since"))
    return begin if opening or not kind else None


def _range_at(words: QuestionWords, at: int, known: SheetWords) -> tuple[range, Comparison] | None:
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


def comparisons_of(words: QuestionWords, known: SheetWords) -> Iterator[Comparison]:
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


def numbers_alone(words: QuestionWords, known: SheetWords) -> list[Comparison]:
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


def _number(words: QuestionWords, at: int) -> float | None:
    """Return a number of the question, written as its language does where its separators do not tell: 100.000 km."""
    if words.roles[at] is not Role.WORD:
        return None
    figure = figure_in(words.texts[at])
    # what is written to a number and is no unit may be its magnitude, or make it a name
    if figure is None or (figure.unit and not is_known(figure.unit)):
        return None
    value = figure.value(decimal_sign([figure], "." if words.language == "en" else ","))
    return -value if value is not None and at in words.negative else value


def _unit(words: QuestionWords, at: int) -> tuple[int, str]:
    """Return the end of the number at a place and its unit, where one is written to it or stands behind it."""
    figure = figure_in(words.texts[at])
    at += 1
    if figure is not None and figure.unit:
        return at, figure.unit
    if at < len(words.texts) and words.roles[at] is Role.WORD and is_known(words.texts[at]):
        return at + 1, words.texts[at]
    return at, ""


def _before(words: QuestionWords, at: int, known: SheetWords, classes: Sequence[str] = _CLASSES) -> tuple[int, str]:
    """Return where the words before a number or a date begin that compare with it, and which comparison they make."""
    # “before the year 2024”
    back = at - 1 if at and is_in(words.keys[at - 1], known.years) else at
    # an article or a currency may stand between: “before the 3 May”, “over € 500”
    for _ in range(2):
        best: tuple[int, str] | None = None
        for kind in classes:
            for phrase in phrases_of(getattr(known, kind)):
                start = back - len(phrase)
                if start >= 0 and fits(words.keys[start:back], phrase) and (best is None or start < best[0]):
                    best = (start, kind)
        if best is None and classes is _CLASSES and back > 0 and words.texts[back - 1] in SIGNS:
            best = (back - 1, SIGNS[words.texts[back - 1]])
        if best is not None:
            return best
        if back == 0 or not (len(words.keys[back - 1]) <= 3 and not words.keys[back - 1].isdigit()):
            break
        back -= 1
    return at, ""
