"""The figures of a text: what they can be read as, their unit in one spelling for all languages, and their bound."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from phi3desk.chat.grounding.bounds import bound_of
from phi3desk.chat.grounding.number_words import SPACES, has_half_behind, numbers_in_words, ones_in, values_of
from phi3desk.chat.grounding.quantity_words import (
    CAPITAL_UNITS,
    COUNTED,
    CURRENCIES,
    MAGNITUDES,
    MAGNITUDES_OF_MONEY,
    MONTHS,
    SHORT_MAGNITUDES,
    SHORT_MONTHS,
)
from phi3desk.chat.grounding.units import OF_LENGTH, unit_of
from phi3desk.chat.wording.word_lists import is_listed
from phi3desk.library.text import Span, fold

#: the unit of a month that is written as a word, or stands in a date
MONTH = "month name"
#: unit of what is counted in doses and pieces, where “one” may be an article
_PIECES = "pieces"

_THOUSAND = 1000.0
#: what parts the thousands in the languages of which that is known; the other sign is their decimal one
_PARTS_THOUSANDS = {"en": ",", "de": ".", "sl": ".", "el": ".", "uk": ".", "ro": ".", "sv": "."}
#: what stands before a sign: not the other end of a range, such as “10–20” and “10 –20”; the minus is often a dash
_BEFORE_SIGN = r"(?:(?<![^\s(\[…±/<>≤≥=≈~„“\"])(?<!\+/)(?<!\d )|(?<=\d[–−])|(?<=\.\.))"
#: “1/2” and “1 1/2” of what has a name, of which a denominator is small: no date, no page and no range
_FRACTION = (
    r"(?<![\w.,/-])(?:\d{1,2}[ \u00a0])?(?:1/[23458]|2/[35]|3/[458]|4/5|[57]/8)(?![\w/.,])"
    r"(?!\s(?:till|until|to|and|bis|und|do|in|до|і|έως|και|la|și|och|kl)\b)"
    r"(?=[ \u00a0][^\W\d_]{2}|[ \u00a0]?(?:[kmµ]?[gl]|[mck]?m|h|%)(?!\w))"
)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?:{_BEFORE_SIGN}[-−–+](?=\d))?\d{{1,3}}(?:[{SPACES}'’]\d{{3}})+(?:[.,]\d+)?(?!\d)"
    # “.5 mg”, and neither what follows a word nor the end of “5 .5”
    r"|(?<![^\s(\[±<>≤≥=≈~])(?<!\d\s)[-−–+]?[.,]\d+(?![.,]?\d)"
    rf"|{_FRACTION}|(?:{_BEFORE_SIGN}[-−–](?=\d))?(?<!\w)\d+(?:[.,]\d+)*(?:\s?[½¼¾])?|[½¼¾]"
)
_DATES = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>(?:19|20)\d\d|(?<!\s)\d\d)(?!\d|\.\d)"),
    re.compile(r"(?<![\d/])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>(?:19|20)\d\d)(?!\d)"),
)
#: “am 3.5.”, but not “von 2.0 bis 3.5.”
_DAYS_AND_MONTHS = {
    language: re.compile(
        rf"(?<!\w)(?:{always}|(?<!\d\s)(?:{often}))\s(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?![\d\w])",
        re.IGNORECASE,
    )
    for language, always, often in (("de", "am|vom|zum|den|dem", "ab|bis|seit"), ("sl", "dne", "od|do|pred|po"))
}
#: what the number of a part or a version stands behind, in folded text: “section 3.2.10”, “§§ 3.2.10–3.2.12”.
#: Behind a comma a date may follow: “version 2.1, 12.03.25”.
_NUMBERED = re.compile(
    r"(?:§|(?<!\w)(?:v|ver|vers|version(?:s|en|er|erna)?|release|firmware|software|build"
    r"|razlicic\w*|εκδοσ\w*|версі\w*|versiun\w*"
    r"|sect?|sections?|subsections?|ch|chapters?|clauses?|paragraphs?|items?|steps?|no|fig|figs|figures?|tables?"
    r"|kap|kapitel(?:s|n|et|en)?|abschn|abschnitt(?:e?s|en?)?|absatz|punkt(?:en?|s|er|erna)?|ziffer\w*"
    r"|abb|abbildung\w*|tab|tabellen?|nr|nummer"
    r"|pogl|poglavj\w*|razdel\w*|odsek\w*|tock\w*|slik\w*|tabel\w*|st|ενοτητ\w*|κεφαλαι\w*|παραγραφ\w*|εικον\w*"
    r"|розділ\w*|підрозділ\w*|глав\w*|пункт\w*|п|рис|рисун\w*|табл|таблиц\w*"
    r"|sectiun\w*|capitol\w*|cap|punctul\w*|pct|art|figura|avsnitt(?:et|en)?|stycke(?:t|na)?|tabell|bild)\.?)\s?"
    r"(?:\d+(?:\.\d+)+(?:[-–−]|\s(?:and|or|to|und|oder|bis|in|ali|do|και|εως|і|та|до|si|sau|och|eller|till)\s))*$"
)
_CLOCK_BEHIND = r"(?:Uhr\b|[ap]\.\s?m\.|(?-i:[AP]M\b)|(?<=\d)[ap]m\b|[πμ]\.\s?μ\.)"
#: “10 a.m.”, “4:30 PM”; “am” in small letters is a German word, and “pm” a picometre
_HALF_OF_DAY = re.compile(r"(?P<minutes>(?<=\d)[:.][0-5]\d)?\s?(?P<half>[aApP]\.\s?[mM]\.|[AP]M\b|[πμ]\.\s?μ\.)")
#: units of hours, of which those after noon are counted on
_BEFORE_NOON, _AFTER_NOON = HALVES_OF_DAY = ("a.m.", "p.m.")
_NOON = 12
_HOUR = r"(?:[01]?\d|2[0-4])"
_HOUR_OF_TIME, _MINUTE = re.compile(_HOUR), re.compile(r"[0-5]\d")
_TO = r"\s?(?:-|–|−|\b(?:bis|und|to|and|do|in|до|έως|και|până la|la|și|till|och)\b)\s?"
#: what stands before minutes, and the first hour of “2:30 to ” before another
_MINUTE_BEHIND = re.compile(rf"(?<!\d){_HOUR}[:.]$")
_FIRST_OF_RANGE = re.compile(rf"(?<![\d:.,])(?P<hour>{_HOUR})(?:[:.][0-5]\d)?{_TO}$")
#: letters and figures that the first time of a range takes at most
_TIME_BEFORE, _FIGURES_BEFORE = 20, 2
#: times of day with a point: “16.30 Uhr”, “kl. 16.30–18.00”, “ob 16.30”; both of a range
_CLOCK_TIMES = re.compile(
    rf"(?<![\w.,]){_HOUR}\.[0-5]\d(?:{_TO}{_HOUR}\.[0-5]\d)?(?=\s?{_CLOCK_BEHIND})"
    rf"|(?<!\w)(?:kl\.?|klockan|ob|or[ae]|orele|ώρα|ώρες|στις|о|об)\s{_HOUR}\.[0-5]\d(?:{_TO}{_HOUR}\.[0-5]\d)?"
    rf"(?![\d%°]|[.,]\d|\s(?!h\b|ur[aeio]?\b)(?:[^\W\d_]{{1,2}}[/\d²³]|(?:[kmcµ]?[mglVAW]|bar|%|°\S*|€|EUR|evr\w*|ευρώ)(?!\w)))",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
#: what a day and a month, or the numbers of pages and parts stand behind, in folded text
_NO_FRACTION_BEHIND = re.compile(
    r"(?:§|#|(?<!\w)(?:on|from|until|till|by|before|after|since|den|fran|till|till|och|efter|fore|senast|am|ab|bis|vom|zum|seit"
    r"|dne|od|do|na|στις|στην|την|απο|εωσ|μεχρι|до|від|з|із|с|la|din|pe|pana la"
    r"|pages?|pp?|parts?|seiten?|s|teile?|stran\w*|str|σελ\w*|стор\w*|част\w*|pagin\w*|pag|sid\w*|del\w*|part\w*"
    r"|no|nr|st|fig|figures?|tables?|steps?|items?|types?|typ|class|phases?|ch|chapters?|sections?|kap\w*|art\w*|clauses?"
    r"|abs\w*|nummer|num\w*)\.?)\s?$"
)
#: letters before a number in which its word is looked for
_WORDS_BEFORE = 60
#: units that are words, too, and stand behind a date: “12.03.25 um 8 Uhr”, “12.03.25 v Ljubljani”
_WORD_RATHER_THAN_UNIT = re.compile(r"\w|um")
#: what parts the day, the month as a word and the year
_IN_DATE = re.compile(r"[.,]?\s?(?:de\s|του\s)?")
_DAYS_A_MONTH, _MONTHS_A_YEAR = 31, 12
_CENTURIES = (1900.0, 2000.0)
_RANGE = re.compile(r"\s?(?:to|and|bis|und|do|in|до|та|і|pana la|la|si|till|och|εως|και|–|-|−|\.{2,3}|/)\s?\+?$")
#: letters of a unit, with its exponent: m², m^3
_SYMBOL = r"[^\W\d_]+(?:[²³]|\^?[23](?!\d))?"
#: parts of a hundred and of a thousand in several words
_OF_A_HUNDRED = (
    r"(?i:per\s(?:cent|mil|mille)(?!\w)|τοις\s(?:εκατ[όο]|χιλ[ίι]οις)(?!\w)|la\s(?:sut[ăa]|mie)(?!\w)"
    r"|vom\s(?:hundert|tausend)(?!\w))|v\.\s?[HT]\."
)
#: to the power of minus one, but not the range of “30 min-10 h”
_A_MINUTE = r"1/min|min[-−–⁻][1¹](?!\w|[.,]\d|\s?(?:h|hours?|Std|Stunden?)(?!\w))"
_UNIT = re.compile(
    rf"\s?(?P<unit>°\s?[CFK]?|%|‰|[€$£]|{_A_MINUTE}|{_OF_A_HUNDRED}|{OF_LENGTH}|{_SYMBOL}(?:\s?[/·*⋅]\s?{_SYMBOL})?)"
)
#: what Romanian puts between a figure from twenty on and its unit: “30 de zile”
_OF = re.compile(r"(?:\sde(?=\s))?")
#: what a unit of one capital does not stand before: “5 A4 sheets”, “4 A.M.”
_MORE_OF_A_WORD = re.compile(r"\w|\.\w")
_WORD_BEHIND = re.compile(r"\s[^\W\d_]{3,}")
#: white space parts a word from what is counted by: “12 kg is” has neither “i” nor “s”
_PER = re.compile(
    r"\s?(?:/\s?|(?:per|a|an|each|pro|je|na|v|ανά|το|τον|την|στο|на|за|pe|i|om)\s)(?P<unit>[^\W\d_]+)", re.IGNORECASE
)
_PER_AMOUNT = re.compile(rf"\s?(?:/\s?|(?:per|pro|je|na|ανά|на|pe)\s)(?P<unit>{OF_LENGTH}|{_SYMBOL})", re.IGNORECASE)
#: what units are counted by beside times: 5 g per litre
_AMOUNTS = frozenset(("l", "ml", "dl", "m³", "m²", "kg", "mol"))
_TIMES = frozenset(("h", "min", "s", "day", "week", "month", "year"))
_CURRENCY_BEFORE = re.compile(r"(?P<unit>[€$£]|EUR|USD|GBP|CHF|SEK|RON)\s?$")


@dataclass(frozen=True)
class Quantity:
    """A figure: the values it can stand for, its unit in one spelling ("" for none), its bound and its place.

    "1.500" is 1.5 to some and 1500 to others: `values` is what it is in the language of its text, `readings` what it is
    in any. `bound` is ">" where only what is above is meant (at least, over), "<"
    for what is below (at most, up to), else "". A `part` is one of the figures that "16 280" may be in a row.
    What is `optional` may also be no figure, such as the article of “ein Jahr”: a claim's “1 Jahr” is found in it, but
    nothing has to be the same as it. An hour of a time of day is one of 24; it may have minutes.
    """

    values: frozenset[float]
    unit: str
    bound: str
    span: Span
    text: str
    part: bool = False
    readings: frozenset[float] = frozenset()
    optional: bool = False
    has_minutes: bool = False

    def equals(self, other: Quantity) -> bool:
        """Return whether both can stand for the same value, or one is a copy of the other as it is written."""
        if self.text == other.text and self.readings and self.readings == other.readings:
            return True
        return any(
            abs(a - b) <= 1e-9 * max(1.0, abs(a)) and self._means(a) and other._means(b)
            for a in self.values
            for b in other.values
        )

    def _means(self, value: float) -> bool:
        """Return whether a value is the likelier reading: of “3,000” not 3."""
        return value * _THOUSAND not in self.values or value != int(value)

    @property
    def is_month(self) -> bool:
        """Whether it is the month of a date."""
        return self.unit == MONTH


@lru_cache(maxsize=2048)
def quantities_in(text: str, language: str = "") -> tuple[Quantity, ...]:
    """Return the figures of a text in their order; those of codes such as H412 are none.

    They are read as is usual in a `language`, in all ways that are where it is not known.
    """
    found: list[Quantity] = []
    taken: list[Span] = []
    for pattern in (*_DATES, *filter(None, [_DAYS_AND_MONTHS.get(language)])):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            date = [] if _numbers_something(match) else _date(match, language)
            taken += [match.span()] if date else []
            found += date
    for match in _CLOCK_TIMES.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            # as “16:30” is read
            found += [_figure(text, each.span(), language) for each in _DIGITS.finditer(text, *match.span())]
            taken.append(match.span())
    read_to = 0
    for match in _NUMBER.finditer(text):
        # the one of “min-1” is part of a unit
        if match.start() >= read_to and not any(start <= match.start() < end for start, end in taken):
            before = text[max(0, match.start() - _WORDS_BEFORE) : match.start()]
            if match.group()[1:2] == "/" and _NO_FRACTION_BEHIND.search(fold(before)):
                found += [_figure(text, each.span(), language) for each in _DIGITS.finditer(text, *match.span())]
                continue
            found.append(_figure(text, match.span(), language))
            read_to = found[-1].span[1]
            if " " in match.group().strip() and "/" not in match.group():
                groups = re.finditer(r"[^ ]+", text[match.start() : match.end()])
                spans = [(match.start() + group.start(), match.start() + group.end()) for group in groups]
                found += [replace(_figure(text, span, language), part=True) for span in spans]
    found += _in_words(text, language, [each.span for each in found])
    found += _ones_in_words(text, language, [each.span for each in found])
    found.sort(key=lambda quantity: quantity.span)
    whole = _with_units_of_ranges(text, _with_minutes(text, _with_hours_of_24(text, found)))
    return tuple(_with_bounds_of_dates(text, whole))


def _numbers_something(match: re.Match[str]) -> bool:
    """Return whether what may be a date with a year of two digits is rather the number of a part, or has a unit."""
    text, start, end = match.string, match.start(), match.end()
    if len(match.groupdict().get("year", "")) != 2:
        return False
    unit = _UNIT.match(text, end)
    if unit is not None and unit_of(unit["unit"]) and not _WORD_RATHER_THAN_UNIT.fullmatch(unit["unit"]):
        return True
    return _NUMBERED.search(fold(text[max(0, start - _WORDS_BEFORE) : start])) is not None


def _date(match: re.Match[str], language: str) -> list[Quantity]:
    """Return day, month and year of a date, if it has one, none where it is no date.

    With strokes the month may stand first in English, or where the language is not known: then both are read as both.
    """
    day, month = int(match["day"]), int(match["month"])
    orders = [(day, month)]
    if "/" in match.group() and (language in ("", "en") or month > _MONTHS_A_YEAR):
        orders.append((month, day))
    orders = [each for each in orders if 1 <= each[0] <= _DAYS_A_MONTH and 1 <= each[1] <= _MONTHS_A_YEAR]
    if not orders:
        return []
    day_at, month_at = match.span("day"), match.span("month")
    if orders[0] != (day, month):
        day_at, month_at = month_at, day_at
    parts = [
        (frozenset(float(each[0]) for each in orders), "", day_at),
        (frozenset(float(each[1]) for each in orders), MONTH, month_at),
    ]
    if "year" in match.groupdict():
        year = float(match["year"])
        years = (year,) if len(match["year"]) > 2 else tuple(century + year for century in _CENTURIES)
        parts.append((frozenset(years), "", match.span("year")))
    bound = bound_of(match.string, min(span[0] for _, _, span in parts), match.end())
    return [Quantity(values, unit, bound, span, match.string[slice(*span)]) for values, unit, span in parts]


def _figure(text: str, span: Span, language: str) -> Quantity:
    readings = values_of(text[span[0] : span[1]])
    values = values_of(text[span[0] : span[1]], _PARTS_THOUSANDS.get(language, ""))
    behind = _unit_behind(text, span[1])
    unit = ""
    end = span[1]
    if behind is not None:
        magnitude = _magnitude(text, span, behind)
        if magnitude is not None:
            readings = frozenset(value * magnitude for value in readings)
            values = frozenset(value * magnitude for value in values)
            end = _behind_magnitude(text, behind.start("unit"), behind.end())
            behind = _unit_behind(text, end)
        if behind is not None:
            unit = unit_of(behind["unit"]) or _unit_of_a_capital(text, behind)
            end = behind.end() if unit else end
            if not unit and (shorter := _first_part(behind["unit"])):
                unit, end = unit_of(shorter), behind.start("unit") + len(shorter)
            if not unit:
                unit = _unit_of_two(text, behind)
        if unit:
            unit, end = _with_rate(text, unit, end)
    before = _CURRENCY_BEFORE.search(text, max(0, span[0] - 5), span[0])
    if not unit and before is not None:
        unit = unit_of(before["unit"])
    if not unit and (half := _HALF_OF_DAY.match(text, span[1])) is not None:
        unit = _BEFORE_NOON if half["half"][0].lower() in ("a", "π") else _AFTER_NOON
        end = end if half["minutes"] else half.end()
    written = text[span[0] : span[1]]
    return Quantity(values, unit, bound_of(text, span[0], end), (span[0], end), written, readings=readings)


def _unit_behind(text: str, at: int) -> re.Match[str] | None:
    """Return what may be the unit of a figure that ends at a place."""
    of = _OF.match(text, at)
    return _UNIT.match(text, of.end() if of is not None else at)


def _magnitude(text: str, span: Span, behind: re.Match[str]) -> float | None:
    """Return what a word behind a figure multiplies it by, None where it does not: “5 m” without money is a length."""
    key = fold(behind["unit"])
    if key in MAGNITUDES or key not in MAGNITUDES_OF_MONEY:
        return MAGNITUDES.get(key)
    before = _CURRENCY_BEFORE.search(text, max(0, span[0] - 5), span[0])
    # “20 EUR 5 m” has the money of another figure
    if before is not None and not text[max(0, before.start() - 2) : before.start()].rstrip()[-1:].isdigit():
        return MAGNITUDES_OF_MONEY[key]
    currency = _unit_behind(text, _behind_magnitude(text, *behind.span("unit")))
    is_money = currency is not None and unit_of(currency["unit"]) in CURRENCIES
    # “5m euros”, but in a row of a table “5 m EUR 20”
    return MAGNITUDES_OF_MONEY[key] if is_money and (len(key) > 1 or behind.start("unit") == span[1]) else None


def _behind_magnitude(text: str, start: int, end: int) -> int:
    """Return where a magnitude ends, with the stop of a short one: Mio., тис."""
    return end + 1 if text[end : end + 1] == "." and fold(text[start:end]) in SHORT_MAGNITUDES else end


def _with_rate(text: str, unit: str, end: int) -> tuple[str, int]:
    """Return a unit with what it is counted by, and where that ends: 10 ml per hour, 5 g per litre."""
    for pattern, allowed in ((_PER, _TIMES), (_PER_AMOUNT, frozenset() if "/" in unit else _AMOUNTS)):
        match = pattern.match(text, end)
        per = unit_of(match["unit"]) if match is not None else ""
        if match is not None and per in allowed:
            return f"{unit}/{per}", match.end()
    return unit, end


def _first_part(unit: str) -> str:
    return re.split(r"\s?[/·*⋅]", unit)[0] if re.search(r"[/·*⋅]", unit) else ""


def _unit_of_two(text: str, behind: re.Match[str]) -> str:
    """Return the unit of which an adjective stands before: operating hours, working days."""
    second = _UNIT.match(text, behind.end())
    return unit_of(second["unit"]) if second is not None and len(behind["unit"]) > 3 else ""


def _unit_of_a_capital(text: str, behind: re.Match[str]) -> str:
    """Return the unit of one capital in the line of a figure, "" in capitals, where it may be a word: TAKE 2 A DAY."""
    unit = CAPITAL_UNITS.get(behind["unit"], "")
    if not unit or "\n" in behind.group() or _MORE_OF_A_WORD.match(text, behind.end()):
        return ""
    following = _WORD_BEHIND.match(text, behind.end())
    return "" if following is not None and following.group().isupper() else unit


def _in_words(text: str, language: str, taken: Sequence[Span]) -> list[Quantity]:
    """Return the figures and months that are written as words, but for what belongs to a figure: 2 thousand."""
    found = []
    read_to = 0
    for number in numbers_in_words(text, language):
        start, end = number.span
        if start < read_to:
            # the hundred of “five τοις εκατό” is part of a unit
            continue
        last_word = text.rfind(" ", start, end) + 1 or start
        behind = _unit_behind(text, _behind_magnitude(text, last_word, end))
        unit = (unit_of(behind["unit"]) or _unit_of_two(text, behind)) if behind is not None else ""
        read_to = behind.end() if behind is not None and unit_of(behind["unit"]) else end
        if not any(begin <= start < stop for begin, stop in taken) and (unit or not number.doubtful):
            bound = bound_of(text, start, behind.end() if behind is not None and unit else end)
            found.append(Quantity(frozenset((number.value,)), unit, bound, number.span, text[start:end]))
    for match in re.finditer(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text):
        month = _month_of(fold(match.group()).replace("’", "'")) or _short_month(match, language)
        if month and _beside_figure(text, match.span()):
            found.append(Quantity(frozenset((float(month),)), MONTH, "", match.span(), match.group()))
    return found


def _ones_in_words(text: str, language: str, taken: Sequence[Span]) -> list[Quantity]:
    """Return each “one” of what is counted: optional where it may be an article, or is a part of “one-year”."""
    found = []
    starts = sorted(start for start, _ in taken)
    for (start, end), article in ones_in(text, language):
        if any(begin <= start < stop for begin, stop in taken):
            continue
        inside = text[end : end + 1] == "-"
        unit = _unit_of_one(text, end + inside, language)
        following = bisect.bisect_left(starts, end)
        # “one to two years”
        of_range = following < len(starts) and _RANGE.match(fold(text[end : starts[following]])) is not None
        if unit or of_range:
            optional = article or inside or unit not in _TIMES
            bound = bound_of(text, start, end)
            values = frozenset((1.5 if has_half_behind(text, end) else 1.0,))
            one = Quantity(values, unit, bound, (start, end), text[start:end], optional=optional)
            found.append(one)
    return found


def _unit_of_one(text: str, at: int, language: str) -> str:
    """Return what is counted by a word that may be one, "" where nothing is."""
    behind = _UNIT.match(text, at)
    if behind is None or len(behind["unit"]) < len("an"):
        return ""
    # a year in Romanian, a word of other languages that is no unit
    unit = "year" if language == "ro" and behind["unit"] == "an" else unit_of(behind["unit"])
    if unit:
        return unit
    if is_listed(fold(behind["unit"]), COUNTED):
        return _PIECES
    second = _unit_of_two(text, behind)
    return second if second in _TIMES else ""


def _beside_figure(text: str, span: Span) -> bool:
    before, behind = text[max(0, span[0] - 9) : span[0]], text[span[1] : span[1] + 2]
    # “the 31st of November”, and not “the 2nd may”
    is_name = text[span[0]].isupper() or before.endswith("of ")
    ordinal = re.search(r"\d(?:st|nd|rd|th)\s(?:of\s)?\Z|\d\sof\s\Z", before) is not None
    return (
        (is_name and ordinal) or re.search(r"\d\.?\s?\Z", before) is not None or re.match(r"\s?\d", behind) is not None
    )


def _short_month(match: re.Match[str], language: str) -> int:
    """Return the month of “1. Jan. 2024” or “1 Jan”, 0 where none is meant."""
    behind = match.string[match.end() : match.end() + 6]
    if re.match(r"\.|\s(?:19|20)\d\d", behind) is None and not (language == "en" and match.group()[0].isupper()):
        return 0
    word = match.group().lower()
    return next((number for number, names in enumerate(SHORT_MONTHS, 1) if word in names.split()), 0)


def _with_units_of_ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the first figure of “70 to 80 %” the unit of the second."""
    whole = list(found)
    for at in range(len(whole) - 2, -1, -1):
        one, other = whole[at], whole[at + 1]
        between = fold(text[one.span[1] : other.span[0]])
        if not one.unit and other.unit and other.unit not in (MONTH, *HALVES_OF_DAY) and _RANGE.match(between):
            whole[at] = replace(one, unit=other.unit)
    return whole


def _with_hours_of_24(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the hours of “2 to 4 p.m.” and “12 a.m.” the values that they have on a clock of 24 hours."""
    whole = list(found)
    for at, hour in enumerate(found):
        before = max(0, hour.span[0] - _TIME_BEFORE), hour.span[0]
        if hour.unit not in HALVES_OF_DAY or _MINUTE_BEHIND.search(text, *before) is not None:
            continue
        whole[at] = _on_24(hour, hour.unit)
        first = _FIRST_OF_RANGE.search(text, *before)
        for place in range(max(0, at - _FIGURES_BEFORE), at):
            other = found[place]
            if first is not None and other.span == first.span("hour") and not other.unit:
                # “10 to 4 p.m.” begins before noon
                is_before = other.text.isdigit() and hour.text.isdigit() and int(other.text) < int(hour.text) % _NOON
                whole[place] = _on_24(other, hour.unit if is_before else _BEFORE_NOON)
    return whole


def _on_24(hour: Quantity, half: str) -> Quantity:
    """Return an hour of a half of the day as one of 24."""
    if not hour.text.isdigit() or not 1 <= int(hour.text) <= _NOON:
        return hour
    values = frozenset((float(int(hour.text) % _NOON + (_NOON if half != _BEFORE_NOON else 0)),))
    return replace(hour, values=values, readings=values, unit=half)


def _with_minutes(text: str, found: list[Quantity]) -> list[Quantity]:
    """Tell the hours that have minutes, of which full ones need not be said: “10:00” is “10 a.m.”."""
    whole = list(found)
    for at in range(len(found) - 1):
        hour, minute = found[at], found[at + 1]
        beside = text[hour.span[1] : minute.span[0]] in (":", ".") and MONTH not in (hour.unit, minute.unit)
        if beside and _HOUR_OF_TIME.fullmatch(hour.text) and _MINUTE.fullmatch(minute.text):
            whole[at] = replace(hour, has_minutes=True)
            whole[at + 1] = replace(minute, optional=int(minute.text) == 0)
    return whole


def _with_bounds_of_dates(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the month and the year of “until 31 December 2025” the bound of the day."""
    whole = list(found)
    for at in range(1, len(whole)):
        one, other = whole[at - 1], whole[at]
        is_date = MONTH in (one.unit, other.unit) and _IN_DATE.fullmatch(text[one.span[1] : other.span[0]])
        if is_date and one.bound and not other.bound:
            whole[at] = replace(other, bound=one.bound)
    return whole


@lru_cache(maxsize=4096)
def _month_of(word: str) -> int:
    for number, names in enumerate(MONTHS, 1):
        for name in names.split():
            beginning = fold(name.rstrip("*"))
            if word == beginning or (
                name.endswith("*") and word.startswith(beginning) and len(word) - len(beginning) <= 5
            ):
                return number
    return 0
