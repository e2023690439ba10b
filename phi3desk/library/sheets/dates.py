"""Dates as people write them, in the order of day and month that all of a column has."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from phi3desk.library.text import fold

#: beginnings of the months' names, folded, in seven languages
_MONTHS = (
    "jan ιαν січ sij ian", "feb φεβ лют", "mar mär mrz μαρ бер", "apr απρ квіт кві", "mai may maj μαι μαΐ трав тра",
    "jun iun ιουν черв чер", "jul iul ιουλ лип", "aug avg αυγ серп сер", "sep σεπ вер", "okt oct οκτ жовт жов",
    "nov noi νοε νοέ лист лис", "dec dez δεκ груд гру",
)  # fmt: skip
_BEGINNINGS = sorted(
    ((fold(beginning), month) for month, names in enumerate(_MONTHS, 1) for beginning in names.split()),
    key=lambda each: -len(each[0]),
)
#: the longest name of a month has eleven letters
_LONGEST_MONTH = 11
#: cells are asked for more than once, and columns repeat theirs
_KEPT = 100_000
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?Z?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})\.?")
_NUMBERS = re.compile(
    r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})\.?(?:,?\s+(\d{1,2})[:.](\d{2})(?::\d{2})?)?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th|º)?\s*(?:of\s|de\s)?\s*([^\W\d_]+)\.?,?\s+(?:de\s)?(\d{4})")
_MONTH_AND_YEAR = re.compile(r"([^\W\d_]+)\.?[\s/-]+(\d{4})")
_MONTH_NUMBER = re.compile(r"(?:(\d{4})-(\d{2})|(\d{1,2})/(\d{4}))")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")


@dataclass(frozen=True)
class WrittenDate:
    """A date as it is written; `month_first` is None where month and day may also be the other way round."""

    year: int
    month: int
    day: int
    time: str = ""
    month_first: bool | None = False

    def iso(self, *, month_first: bool = False) -> str:
        """Return the date as 2024-05-31, "" where there is no such day; what is doubtful is read as it is told."""
        swapped = self.month_first is None and month_first
        month, day = (self.day, self.month) if swapped else (self.month, self.day)
        try:
            return datetime.date(self.year, month, day).isoformat() + (f" {self.time}" if self.time else "")
        except ValueError:
            return ""


def month_of(word: str) -> int:
    """Return the month (from 1) that a word names in one of our languages, 0 where it names none."""
    folded = fold(word.rstrip("."))
    if not 3 <= len(folded) <= _LONGEST_MONTH or not folded.isalpha():
        return 0
    for beginning, month in _BEGINNINGS:
        if folded.startswith(beginning) and _is_month(folded, beginning):
            return month
    return 0


_WHOLE = frozenset(
    fold(
        """
        january february march april may june july august september october november december januar jänner februar
        märz mai juni juli oktober dezember januarja februarja marec marca aprila maj maja junij junija julij julija
        avgust avgusta septembra oktobra novembra decembra januarju februarju marcu aprilu maju juniju juliju avgustu
        septembru oktobru novembru decembru januarjem februarjem marcem aprilom majem junijem julijem avgustom
        septembrom oktobrom novembrom decembrom ιανουάριος ιανουαρίου ιανουάριο φεβρουάριος φεβρουαρίου φεβρουάριο
        μάρτιος μαρτίου μάρτιο απρίλιος απριλίου απρίλιο μάιος μαΐου μάιο ιούνιος ιουνίου ιούνιο ιούλιος ιουλίου ιούλιο
        αύγουστος αυγούστου αύγουστο σεπτέμβριος σεπτεμβρίου σεπτέμβριο οκτώβριος οκτωβρίου οκτώβριο νοέμβριος
        νοεμβρίου νοέμβριο δεκέμβριος δεκεμβρίου δεκέμβριο січень січня січні лютий лютого лютому березень березня
        березні квітень квітня квітні травень травня травні червень червня червні липень липня липні серпень серпня
        серпні вересень вересня вересні жовтень жовтня жовтні листопад листопада листопаді грудень грудня грудні
        січнем лютим березнем квітнем травнем червнем липнем серпнем вереснем жовтнем листопадом груднем
        ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie januari februari mars
        augusti sept mär mrz
        """
    ).split()
)


def is_whole_month(word: str) -> bool:
    """Return whether a word is the whole name of a month, and no short one, which may be another word: “avg”."""
    return fold(word) in _WHOLE


def _is_month(folded: str, beginning: str) -> bool:
    return folded == beginning or folded in _WHOLE


@lru_cache(maxsize=_KEPT)
def date_in(text: str) -> WrittenDate | None:
    """Return the date that a cell holds and nothing else than it, None where it holds another thing.

    A month is its first day.
    """
    text = text.strip()
    if not 6 <= len(text) <= 40 or not _DIGIT.search(text):
        return None
    match = _ISO.fullmatch(text)
    if match:
        return _made(match.group(1), match.group(2), match.group(3), _time(match.group(4), match.group(5)))
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _made(*match.groups())
    match = _NUMBERS.fullmatch(text)
    if match:
        return _of_numbers(match)
    match = _MONTH_NUMBER.fullmatch(text)
    if match:
        return _made(match.group(1) or match.group(4), match.group(2) or match.group(3), "1")
    match = _MONTH_AND_YEAR.fullmatch(text)
    if match and month_of(match.group(1)):
        return _made(match.group(2), str(month_of(match.group(1))), "1")
    match = _DAY_FIRST.fullmatch(text)
    if match and month_of(match.group(2)):
        return _made(match.group(3), str(month_of(match.group(2))), match.group(1))
    match = _MONTH_FIRST.fullmatch(text)
    if match and month_of(match.group(1)):
        return _made(match.group(3), str(month_of(match.group(1))), match.group(2))
    return None


def month_first(dates: Sequence[WrittenDate]) -> bool | None:
    """Return whether a column writes the month before the day; None where its dates do not tell."""
    told = {date.month_first for date in dates}
    if told >= {True, False}:
        return None
    if told != {None}:
        return True in told
    orders = [[date.iso(month_first=first) for date in dates] for first in (False, True)]
    day_rises, month_rises = (dated == sorted(dated) and len(set(dated)) > 2 for dated in orders)
    return month_rises if day_rises != month_rises else None


def _of_numbers(match: re.Match[str]) -> WrittenDate | None:
    first, sign, second, year, hour, minute = match.groups()
    whole = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)
    time = _time(hour, minute)
    if sign != ".":
        # only with a slash or a dash the month may come first
        if int(first) <= 12 < int(second):
            return _checked(WrittenDate(whole, int(first), int(second), time, month_first=True))
        if int(first) <= 12 and int(second) <= 12 and first != second:
            return _checked(WrittenDate(whole, int(second), int(first), time, month_first=None))
    return _checked(WrittenDate(whole, int(second), int(first), time))


def _time(hour: str | None, minute: str | None) -> str:
    return f"{int(hour):02}:{minute}" if hour and minute and int(hour) < 24 else ""


def _made(year: str, month: str, day: str, time: str = "") -> WrittenDate | None:
    return _checked(WrittenDate(int(year), int(month), int(day), time))


def _checked(date: WrittenDate) -> WrittenDate | None:
    return date if date.iso() else None
