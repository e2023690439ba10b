"""Periods that are told from today, “last year”, “ta mesec”, in seven languages: their first and their last day."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from phi3desk.chat.sheets.periods import period_in_year
from phi3desk.chat.sheets.question_words import QuestionWords, count_in, find, is_in
from phi3desk.chat.sheets.words import WORDS
from phi3desk.chat.wording.function_words import WORDS as FUNCTION_WORDS
from phi3desk.library.sheets.dates import is_whole_month

_MONTHS_OF_A_QUARTER = 3
_SUNDAY = 6
#: words that may stand between a year and its month, and those near a period among which another month is looked for
_MOST_WITHIN = 2
_BESIDE = 2
#: words that may stand between two periods of one noun, the last of which tells it; little ones have so many letters
_MOST_JOINED = 5
_LITTLE = 3
_LISTING = (",", "&", "/", "+")


class _Unit(StrEnum):
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True)
class _PeriodWords:
    """The words of one language, phrases set apart by |, of which * ends those that stand for all that begin so.

    `this`, `last` and `following` stand before one of the `units`, or behind it where `behind` is set; `alone` says by
    itself which period is meant. `of` may stand before them and says nothing. What is `doubtful` is no such period.
    Words `within` may stand between a year and a month of it. `vague` words before units, of which `days` are more,
    with `some` or numbers between, tell no first and last day.
    """

    this: str
    last: str
    following: str
    units: dict[_Unit, str]
    vague: str
    many: str
    days: str
    some: str
    alone: tuple[tuple[_Unit, int, str], ...] = ()
    of: str = ""
    within: str = ""
    doubtful: str = ""
    behind: bool = False


@dataclass(frozen=True)
class NearPeriod:
    """Words that name a period by its distance from today, and its first and its last day.

    `part` are the places of those that name a part of a year, and `whole` is that year then.
    """

    span: range
    low: str
    high: str
    part: tuple[int, ...] = ()
    whole: tuple[str, str] = ("", "")


_WORDS = {
    "en": _PeriodWords(
        this="this|current",
        last="last|previous|prior",
        following="next",
        units={_Unit.YEAR: "year", _Unit.QUARTER: "quarter", _Unit.MONTH: "month", _Unit.WEEK: "week"},
        alone=tuple((unit, -2, f"{unit.value} before last") for unit in _Unit),
        vague="this|these|current|last|past|previous|prior|next|coming|upcoming|following|recent",
        many="year|years|quarter|quarters|month|months|week|weeks|decade|decades",
        days="day|days",
        some="few|couple|several|calendar|fiscal|financial|of",
        of="from",
        within="in|of|the|during",
        # with an article it may as well be the last twelve months, or the last one that a sheet holds
        doubtful="the last",
    ),
    "de": _PeriodWords(
        this="dieses|diesem|diesen|diese|dieser|laufend*|aktuelle*",
        last="letztes|letztem|letzten|vergangene*|vorige*|vorherige*",
        following="nächste*|kommende*",
        units={
            _Unit.YEAR: "jahr|jahres",
            _Unit.QUARTER: "quartal|quartals",
            _Unit.MONTH: "monat|monats",
            _Unit.WEEK: "woche",
        },
        alone=((_Unit.YEAR, 0, "heuer"), (_Unit.WEEK, -1, "letzte woche|letzter woche")),
        vague="dies*|laufend*|aktuell*|letzt*|vergangen*|vorig*|vorherig*|nächst*|kommend*|folgend*",
        many="jahr|jahre|jahres|jahren|quartal*|monat|monate|monats|monaten|woche|wochen|jahrzehnt*",
        days="tag|tage|tagen",
        some="paar|wenigen|beiden",
        within="im|in|des|vom",
    ),
    "sl": _PeriodWords(
        this="to|ta|tem|tekoč*",
        last="prejšnj*|minul*|pretekl*|lansk*",
        following="naslednj*|prihodnj*",
        units={
            _Unit.YEAR: "leto|letu|letom",
            _Unit.QUARTER: "četrtletje|četrtletju|kvartal|kvartalu",
            _Unit.MONTH: "mesec|mesecu",
            _Unit.WEEK: "teden|tednu",
        },
        alone=(
            (_Unit.YEAR, 0, "letos|letošnj*|tega leta|tekočega leta"),
            (_Unit.YEAR, -1, "lani|lansk*|lanskega leta|prejšnjega leta|preteklega leta|minulega leta"),
            (_Unit.YEAR, 1, "drugo leto|naslednjega leta|prihodnjega leta"),
            (_Unit.MONTH, 0, "tega meseca|tekočega meseca"),
            (_Unit.MONTH, -1, "prejšnjega meseca|preteklega meseca|minulega meseca"),
        ),
        vague="to|ta|te|tem|teh|tega|tekoč*|zadnj*|prejšnj*|minul*|pretekl*|naslednj*|prihodnj*",
        many=(
            "leto|leta|letu|letom|let|letih|mesec|meseca|mesecu|mesece|meseci|mesecev|mesecih|teden|tedna|tednu|tedne|"
            "tedni|tednov|tednih|četrtletj*|kvartal*|desetletj*"
        ),
        days="dan|dni|dneh|dnevi|dnevih",
        some="nekaj|par|koledarsk*",
        within="v",
    ),
    "el": _PeriodWords(
        this="αυτό το|αυτόν τον|αυτόν το|αυτή την|αυτή τη|αυτού του|αυτής της|τρέχον|τρέχοντα|τρέχουσα|τρέχοντος",
        last="προηγούμεν*|περασμέν*",
        following="επόμεν*|ερχόμεν*",
        units={
            _Unit.YEAR: "έτος|έτους|χρόνο|χρόνος|χρόνου|χρονιά|χρονιάς",
            _Unit.QUARTER: "τρίμηνο|τριμήνου",
            _Unit.MONTH: "μήνα|μήνας",
            _Unit.WEEK: "εβδομάδα|εβδομάδας",
        },
        alone=((_Unit.YEAR, 0, "φέτος|φετιν*"), (_Unit.YEAR, -1, "πέρυσι|πέρσι|περυσιν*|περσιν*")),
        vague="αυτ*|τρέχ*|τελευταί*|προηγούμεν*|περασμέν*|επόμεν*|ερχόμεν*",
        many="έτος|έτη|έτους|ετών|χρόνο*|χρόνι*|χρονι*|μήνα*|μήνες|μηνών|εβδομάδ*|τρίμην*|τριμήν*|δεκαετί*",
        days="μέρες|ημέρες|ημερών|μερών",
        some="το|τον|την|τη|του|της|τους|τις|τα|λίγ*|μερικ*",
        within="του|της|το|τον|τη|την|στο|στον",
    ),
    "uk": _PeriodWords(
        this="цей|цього|цьому|поточний|поточного|поточному",
        last="минулий|минулого|минулому|попередній|попереднього|попередньому",
        following="наступний|наступного|наступному",
        units={
            _Unit.YEAR: "рік|року|році",
            _Unit.QUARTER: "квартал|кварталу|кварталі",
            _Unit.MONTH: "місяць|місяця|місяці",
            _Unit.WEEK: "тиждень|тижня|тижні",
        },
        alone=((_Unit.YEAR, 0, "цьогоріч|цьогорічн*"), (_Unit.YEAR, -1, "торік|торішн*")),
        vague="цей|цього|цьому|ці|цих|поточн*|минул*|попередн*|останн*|наступн*",
        many="рік|року|році|роки|років|роках|квартал*|місяць|місяц*|тижд*|тижн*|десятилітт*",
        days="день|дня|дні|днів|днях",
        some="кілька|кількох|декілька|декількох|пару|календарн*",
        within="у|в",
    ),
    "ro": _PeriodWords(
        this="acesta|aceasta|ăsta|asta|curent|curentă|în curs",
        last="trecut|trecută|precedent|precedentă|anterior|anterioară",
        following="viitor|viitoare|următor|următoare|următorul|următoarea",
        units={
            _Unit.YEAR: "anul|anului",
            _Unit.QUARTER: "trimestrul|trimestrului",
            _Unit.MONTH: "luna|lunii",
            _Unit.WEEK: "săptămâna|săptămânii",
        },
        alone=(
            (_Unit.YEAR, 0, "acest an|acestui an"),
            (_Unit.QUARTER, 0, "acest trimestru|acestui trimestru"),
            (_Unit.MONTH, 0, "această lună|acestei luni"),
            (_Unit.WEEK, 0, "această săptămână|acestei săptămâni"),
        ),
        vague="acest*|ultim*|trecut*|precedent*|anterior*|viito*|următo*|curent*",
        many="an|ani|anul|anului|anii|anilor|luna|lunii|luni|lunile|lunilor|săptămân*|trimestr*|deceni*",
        days="zi|zile|zilele|zilelor",
        some="câteva|câțiva|calendaristic*|de",
        of="din",
        within="în|din|de|a|al",
        behind=True,
    ),
    "sv": _PeriodWords(
        this="denna|detta|den här|det här|innevarande",
        last="förra|föregående",
        following="nästa|kommande",
        units={
            _Unit.YEAR: "år|året|årets",
            _Unit.QUARTER: "kvartal|kvartalet",
            _Unit.MONTH: "månad|månaden",
            _Unit.WEEK: "vecka|veckan",
        },
        alone=((_Unit.YEAR, 0, "i år|årets"), (_Unit.YEAR, -1, "i fjol|fjolårets|fjolåret")),
        vague="denna|detta|dessa|innevarande|förra|föregående|senast*|sist*|gångna|nästa|kommande",
        many="år|året|åren|års|årets|kvartal*|månad*|vecka|veckan|veckor|veckorna|decenni*",
        days="dag|dagar|dagarna|dygn|dygnen",
        some="få|några|par",
        of="från",
        within="i|av|under",
    ),
}


def relative_periods(words: QuestionWords, today: datetime.date) -> Iterator[NearPeriod]:
    """Yield the periods that a question names by their distance from today."""
    known = _WORDS[words.language]
    taken = {at for span in find(words, known.doubtful) for at in span}
    for unit, steps, phrases in _phrases(words.language):
        for span in find(words, phrases):
            ahead = words.texts[span.stop] if span.stop < len(words.texts) else ""
            # “i år 2024” is “in 2024”
            if not taken.intersection(span) and not ahead[:1].isdigit():
                taken.update(span)
                first, last = _days(unit, steps, today)
                period = NearPeriod(span, first.isoformat(), last.isoformat())
                yield (_part_of(words, period, first.year) if unit is _Unit.YEAR else None) or period


def _part_of(words: QuestionWords, period: NearPeriod, year: int) -> NearPeriod | None:
    """Return the month, the quarter or the date of a year that stands beside it: “May last year”, “lani maja”."""
    span, within = period.span, _WORDS[words.language].within
    end, start = span.start, span.stop
    while end and span.start - end < _MOST_WITHIN and is_in(words.keys[end - 1], within):
        end -= 1
    while start < len(words.keys) and start - span.stop < _MOST_WITHIN and is_in(words.keys[start], within):
        start += 1
    beside = [range(end - length, end) for length in (2, 1) if length <= end]
    # “mai” is also “more” in Romanian
    if start > span.stop or not (start < len(words.keys) and _says_nothing(words, start)):
        beside += [range(start, start + length) for length in (2, 1) if start + length <= len(words.keys)]
    for part in beside:
        days = period_in_year([words.texts[at] for at in part], year)
        if days is not None and words.free(part):
            joined = range(min(part.start, span.start), max(part.stop, span.stop))
            return NearPeriod(joined, *days, part=tuple(part), whole=(period.low, period.high))
    return None


def _says_nothing(words: QuestionWords, at: int) -> bool:
    return FUNCTION_WORDS[words.language].is_function(words.keys[at])


def has_vague_period(words: QuestionWords) -> bool:
    """Return whether a question names a period near today that has no first and last day: “the last 12 months”.

    One that was found and bounds nothing is none, either.
    """
    if any(words.free(span) for span in words.near):
        return True
    if _has_month_beside(words) or _is_noun_shared(words) or any(_is_of_a_part(words, span) for span in words.near):
        return True
    known = _WORDS[words.language]
    free = [words.free(range(at, at + 1)) for at in range(len(words.keys))]
    for at, key in enumerate(words.keys):
        if not free[at] or not is_in(key, known.vague):
            continue
        if known.behind and at and free[at - 1] and is_in(words.keys[at - 1], known.many):
            return True
        end = at + 1
        while end < len(free) and (is_in(words.keys[end], known.some) or count_in(words.texts[end], words.language)):
            end += 1
        units = f"{known.many}|{known.days}" if end > at + 1 else known.many
        if end < len(free) and free[end] and is_in(words.keys[end], units):
            return True
    return False


def _has_month_beside(words: QuestionWords) -> bool:
    """Return whether a month that reads as a little word stands near a period and is no part of it: “May or June”."""
    known = FUNCTION_WORDS[words.language]
    named = {at for span in words.near for at in span}
    near = {at for span in words.near for at in range(span.start - _BESIDE, span.stop + _BESIDE)} - named
    for at in near & set(range(len(words.keys))):
        is_month = is_whole_month(words.texts[at]) and words.free(range(at, at + 1)) and _says_nothing(words, at)
        is_meant = at > 0 and (words.texts[at][0].isupper() or known.has("prepositions", words.keys[at - 1]))
        if is_month and is_meant:
            return True
    return False


def _is_of_a_part(words: QuestionWords, span: range) -> bool:
    """Return whether one of the first or last parts of a period is meant: “the first quarter of last year”."""
    known, sheet = _WORDS[words.language], WORDS[words.language]
    at = span.start - 1
    while at >= 0 and (is_in(words.keys[at], known.within) or len(words.keys[at]) <= _LITTLE):
        at -= 1
    if at < 1 or not words.free(range(at - 1, at + 1)) or not is_in(words.keys[at], f"{known.many}|{known.days}"):
        return False
    return is_in(words.keys[at - 1], f"{sheet.oldest}|{sheet.newest}|{known.vague}")


def _is_noun_shared(words: QuestionWords) -> bool:
    """Return whether a period shares its noun with another one, which is not found then: “this and last year”."""
    known, sheet = _WORDS[words.language], WORDS[words.language]
    joining = f"{sheet.also}|{sheet.range_to}".replace(" ", "|")
    pointing = find(words, "|".join((known.this, known.last, known.following, known.vague)))
    # what a noun follows points to that one: “last year and this customer”
    alone = {each.start for each in pointing if each.stop == len(words.keys) or _says_nothing(words, each.stop)}
    ends = {each.stop - 1 for each in pointing}
    return any(
        _is_joined(words, range(span.start - 1, -1, -1), joining, ends)
        or _is_joined(words, range(span.stop, len(words.keys)), joining, alone)
        for span in words.near
    )


def _is_joined(words: QuestionWords, places: Sequence[int], joining: str, wanted: Collection[int]) -> bool:
    """Return whether an “and” leads from a period to one of some words, with little words such as articles between."""
    is_behind = False
    for at in places[:_MOST_JOINED]:
        comma = at if places[0] <= places[-1] else at + 1
        is_behind = is_behind or words.gaps[comma] in _LISTING
        if is_behind and at in wanted:
            return True
        if is_in(words.keys[at], joining):
            is_behind = True
        elif len(words.keys[at]) > _LITTLE:
            return False
    return False


@cache
def _phrases(language: str) -> tuple[tuple[_Unit, int, str], ...]:
    """Return the phrases of a language for each unit, and how many units from today they are."""
    known = _WORDS[language]
    made = list(known.alone)
    for unit, named in known.units.items():
        for steps, said in ((0, known.this), (-1, known.last), (1, known.following)):
            pairs = ((each, name) for each in said.split("|") for name in named.split("|"))
            made.append((unit, steps, "|".join(f"{b} {a}" if known.behind else f"{a} {b}" for a, b in pairs)))
    if not known.of:
        return tuple(made)
    return tuple(
        (unit, steps, "|".join(f"{phrase}|{known.of} {phrase}" for phrase in phrases.split("|")))
        for unit, steps, phrases in made
    )


def _days(unit: _Unit, steps: int, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    if unit is _Unit.WEEK:
        monday = today + datetime.timedelta(days=7 * steps - today.weekday())
        return monday, monday + datetime.timedelta(days=_SUNDAY)
    months = {_Unit.YEAR: 12, _Unit.QUARTER: _MONTHS_OF_A_QUARTER, _Unit.MONTH: 1}[unit]
    begin = ((today.year * 12 + today.month - 1) // months + steps) * months
    (year, month), (last_year, last_month) = divmod(begin, 12), divmod(begin + months - 1, 12)
    last_day = calendar.monthrange(last_year, last_month + 1)[1]
    return datetime.date(year, month + 1, 1), datetime.date(last_year, last_month + 1, last_day)
