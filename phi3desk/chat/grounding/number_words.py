"""Figures as they are written: as words in seven languages, “thirteen”, “zweihundertfünfzig”, and what digits can mean."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from phi3desk.chat.grounding.quantity_words import MAGNITUDES
from phi3desk.library.text import Span, fold

#: By language; what stands for two of what is known anyway (both, beide, oba, båda) counts nothing.
_NUMBERS = {
    "en": {
        1: "one", 2: "two twice", 3: "three thrice", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
        10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen",
        17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty",
        60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred", 1000: "thousand",
    },
    "de": {
        1: "ein eins", 2: "zwei", 3: "drei", 4: "vier", 5: "fünf", 6: "sechs", 7: "sieben", 8: "acht", 9: "neun",
        10: "zehn", 11: "elf", 12: "zwölf", 13: "dreizehn", 14: "vierzehn", 15: "fünfzehn", 16: "sechzehn",
        17: "siebzehn", 18: "achtzehn", 19: "neunzehn", 20: "zwanzig", 30: "dreißig", 40: "vierzig", 50: "fünfzig",
        60: "sechzig", 70: "siebzig", 80: "achtzig", 90: "neunzig", 100: "hundert", 1000: "tausend",
    },
    "sl": {
        1: "ena", 2: "dva dve dveh", 3: "tri trije treh", 4: "štiri štirje štirih",
        5: "pet", 6: "šest", 7: "sedem sedmih sedmim", 8: "osem osmih osmim", 9: "devet", 10: "deset", 11: "enajst",
        12: "dvanajst", 13: "trinajst", 14: "štirinajst", 15: "petnajst", 16: "šestnajst", 17: "sedemnajst",
        18: "osemnajst", 19: "devetnajst", 20: "dvajset", 30: "trideset", 40: "štirideset", 50: "petdeset",
        60: "šestdeset", 70: "sedemdeset", 80: "osemdeset", 90: "devetdeset", 100: "sto", 1000: "tisoč",
    },
    "el": {
        1: "ένα μία", 2: "δύο", 3: "τρεις τρία τριών", 4: "τέσσερις τέσσερα τεσσάρων", 5: "πέντε", 6: "έξι",
        7: "επτά εφτά", 8: "οκτώ οχτώ", 9: "εννέα εννιά", 10: "δέκα", 11: "έντεκα", 12: "δώδεκα",
        13: "δεκατρείς δεκατρία δεκατριών", 14: "δεκατέσσερις δεκατέσσερα δεκατεσσάρων", 15: "δεκαπέντε",
        16: "δεκαέξι", 17: "δεκαεπτά δεκαεφτά", 18: "δεκαοκτώ δεκαοχτώ", 19: "δεκαεννέα δεκαεννιά", 20: "είκοσι",
        30: "τριάντα", 40: "σαράντα", 50: "πενήντα", 60: "εξήντα", 70: "εβδομήντα", 80: "ογδόντα", 90: "ενενήντα",
        100: "εκατό εκατόν", 200: "διακόσια διακόσιες διακόσιοι διακοσίων", 300: "τριακόσια τριακόσιες τριακοσίων",
        400: "τετρακόσια τετρακόσιες τετρακοσίων", 500: "πεντακόσια πεντακόσιες πεντακοσίων",
        600: "εξακόσια εξακόσιες εξακοσίων", 700: "επτακόσια επτακόσιες εφτακόσια εφτακόσιες",
        800: "οκτακόσια οκτακόσιες οχτακόσια οχτακόσιες", 900: "εννιακόσια εννιακόσιες", 1000: "χίλια χίλιες χιλίων",
    },
    "uk": {
        1: "один одна одного однієї", 2: "два дві двох двічі", 3: "три трьох тричі", 4: "чотири чотирьох",
        5: "п'ять", 6: "шість шести", 7: "сім семи", 8: "вісім восьми", 9: "дев'ять", 10: "десять", 11: "одинадцять",
        12: "дванадцять", 13: "тринадцять", 14: "чотирнадцять", 15: "п'ятнадцять", 16: "шістнадцять",
        17: "сімнадцять", 18: "вісімнадцять", 19: "дев'ятнадцять", 20: "двадцять", 30: "тридцять", 40: "сорок сорока",
        50: "п'ятдесят", 60: "шістдесят", 70: "сімдесят", 80: "вісімдесят", 90: "дев'яносто дев'яноста",
        100: "сто ста", 200: "двісті двохсот", 300: "триста трьохсот", 400: "чотириста чотирьохсот",
        500: "п'ятсот п'ятисот", 600: "шістсот шестисот", 700: "сімсот семисот", 800: "вісімсот восьмисот",
        900: "дев'ятсот дев'ятисот", 1000: "тисяча тисячу",
    },
    "ro": {
        1: "unu una un o", 2: "doi două", 3: "trei", 4: "patru", 5: "cinci", 6: "șase", 7: "șapte", 8: "opt",
        9: "nouă", 10: "zece", 11: "unsprezece", 12: "doisprezece douăsprezece", 13: "treisprezece",
        14: "paisprezece", 15: "cincisprezece", 16: "șaisprezece", 17: "șaptesprezece", 18: "optsprezece",
        19: "nouăsprezece", 20: "douăzeci", 30: "treizeci", 40: "patruzeci", 50: "cincizeci", 60: "șaizeci",
        70: "șaptezeci", 80: "optzeci", 90: "nouăzeci",
    },
    "sv": {
        1: "ett en", 2: "två tvenne", 3: "tre", 4: "fyra", 5: "fem", 6: "sex", 7: "sju", 8: "åtta", 9: "nio",
        10: "tio", 11: "elva", 12: "tolv", 13: "tretton", 14: "fjorton", 15: "femton", 16: "sexton", 17: "sjutton",
        18: "arton", 19: "nitton", 20: "tjugo", 30: "trettio", 40: "fyrtio", 50: "femtio", 60: "sextio",
        70: "sjuttio", 80: "åttio", 90: "nittio", 100: "hundra", 1000: "tusen",
    },
}  # fmt: skip
#: what is one, and what is more often an article, by language
_ONES = {
    "en": ("one", "a an"),
    "de": ("", "ein eine einen einem einer eines"),
    "sl": ("en ena eno enega enemu enem enim eni ene", ""),
    "el": ("", "ένας ένα έναν ενός μία μια μίας μιας"),
    "uk": ("один одна одне одну одного одній однієї одному одним", ""),
    "ro": ("", "un o unui unei"),
    "sv": ("", "ett en"),
}
#: “for a year” says how long, “5 mg a day” does not
_BEFORE_A = frozenset("for after within in of than about least most last lasts lasted take takes wait only to".split())  # noqa: SIM905
#: what stands within a compound between one and tens or behind hundreds
_INSIDE = {"de": "und", "sl": "in", "sv": "och"}
#: what a figure is written together with that tells how often: viermal, petkrat
_HOW_OFTEN = {"de": "mal", "sl": "krat"}
#: what is written together with a German figure that is half of one more: zweieinhalb
_HALF_MORE = "einhalb"
#: how that is said in words of their own
_AND_A_HALF = re.compile(
    r"\s(?:and a half|und (?:ein(?:e|en)? )?halbe?\w?|in pol|και μισ\w+|з половиною|și jumătate|och (?:en halv|ett halvt))(?!\w)"
)
_COUNTED = re.compile(r"\s[^\W\d_]+")
_ONE_AND_A_HALF = {
    "de": "anderthalb anderthalbe anderthalben",
    "sl": "poldrugo poldruga poldruge",
    "el": "ενάμισι ενάμιση μιάμιση",
    "uk": "півтора півтори",
}
#: words that stand between the words of one figure, and what it must be a multiple of there
_BETWEEN = {"en": {"and": 100}, "ro": {"si": 10, "de": 10}}
#: endings of cases by what the word has without them
_CASES = {"sl": (("imi", ""), ("ih", ""), ("im", "")), "uk": (("и", "ь"), ("и", ""))}
#: words that are more often something else: figures only where a unit stands behind
_DOUBTFUL = frozenset(("Acht", "Sieben", "nouă", "noua", "Nouă", "Noua"))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BESIDE = re.compile(r"[ \u00a0\n-]")
#: figures from here on have the endings of cases
_WITH_CASES = 5
#: letters; 777 777 has 71 in German, and what is read part by part must not be as long as one likes
_LONGEST_WORD = 80
#: words; 999 999 999 999 has 23 in English
_MOST_WORDS = 24
#: spaces between thousands: the plain one, those that do not break, the thin one
SPACES = " \u00a0\u202f\u2009"
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_TEN, _TWENTY, _HUNDRED, _THOUSAND = 10, 20, 100, 1000


@dataclass(frozen=True)
class NumberWords:
    """Words that make one figure; `doubtful` where they do only with a unit behind."""

    value: float
    span: Span
    doubtful: bool


def values_of(figure: str, thousands: str = "") -> frozenset[float]:
    """Return what a figure as it is written can stand for; `thousands` is what parts them, "" where either sign may."""
    if "/" in figure:
        *many, part = figure.split()
        one, other = part.split("/")
        return frozenset((sum(float(each) for each in many) + float(one) / float(other),))
    whole = figure.strip().replace("−", "-").replace("–", "-").lstrip("+")
    fraction = sum(_FRACTIONS.get(sign, 0.0) for sign in whole)
    whole = "".join(sign for sign in whole if sign not in _FRACTIONS).strip()
    if not whole:
        return frozenset((fraction,))
    plain = re.sub(rf"[{SPACES}'’]", "", whole)
    readings = set()
    marks = [sign for sign in plain if sign in ".,"]
    if not marks:
        readings.add(plain)
    elif len(set(marks)) == 2:
        decimal = marks[-1]
        readings.add(plain.replace("," if decimal == "." else ".", "").replace(decimal, "."))
    else:
        parts = re.split(r"[.,]", plain)
        can_be_thousands = (
            all(len(part) == 3 for part in parts[1:])
            and 1 <= len(parts[0].lstrip("-")) <= 3
            and parts[0] not in ("0", "-0")
        )
        if can_be_thousands and (len(parts) > 2 or thousands in ("", marks[0])):
            readings.add("".join(parts))
        if len(parts) == 2 and not (can_be_thousands and marks[0] == thousands):
            readings.add(".".join(parts))
        if len(parts) > 2 and not readings:
            readings.update(parts)
    values = set()
    for reading in readings:
        try:
            values.add(float(reading) + fraction)
        except ValueError:
            continue
    return frozenset(values)


def numbers_in_words(text: str, language: str) -> list[NumberWords]:
    """Return the figures in words of a text's language, in those of all languages where that is not known."""
    codes = (language,) if language in _NUMBERS else tuple(_NUMBERS)
    words = list(_WORD.finditer(text))
    in_capitals = text.isupper()
    keys = [_key(word.group(), in_capitals) for word in words]
    found: list[NumberWords] = []
    at = 0
    while at < len(words):
        if not any(_value(keys[at], code) for code in codes):
            at += 1
            continue
        end = at + 1
        while end < min(len(words), at + _MOST_WORDS) and _BESIDE.fullmatch(
            text, words[end - 1].end(), words[end].start()
        ):
            end += 1
        value, count = max((_read(keys[at:end], code) for code in codes), key=lambda read: read[1])
        span = words[at].start(), words[at + max(1, count) - 1].end()
        half = _AND_A_HALF.match(text, span[1])
        if half is not None and value:
            value, span = value + 0.5, (span[0], half.end())
        # “one” is no figure by itself, nor is that of “three-phase”
        if value > 1 and not _is_part_of_a_word(text, span):
            found.append(NumberWords(value, span, count == 1 and words[at].group() in _DOUBTFUL))
        at += max(1, count)
    return found


def ones_in(text: str, language: str) -> list[tuple[Span, bool]]:
    """Return where words stand that may be one, and whether they are more often an article."""
    numerals, articles = _ones(language)
    found = []
    before = ""
    for match in _WORD.finditer(text):
        key = fold(match.group())
        if key in numerals or (key in articles and (key not in ("a", "an") or before in _BEFORE_A)):
            found.append((match.span(), key in articles))
        before = key
    return found


def has_half_behind(text: str, end: int) -> bool:
    """Return whether what a word that ends at a place counts is half more: “an hour and a half”."""
    counted = _COUNTED.match(text, end)
    return counted is not None and _AND_A_HALF.match(text, counted.end()) is not None


@lru_cache(maxsize=8)
def _ones(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the folded words that are one, and those that are articles; where the language is not known, all are."""
    if language not in _ONES:
        return frozenset(), frozenset(fold(word) for words in _ONES.values() for word in " ".join(words).split())
    numerals, articles = _ONES[language]
    return frozenset(fold(numerals).split()), frozenset(fold(articles).split())


def _key(word: str, in_capitals: bool) -> str:
    """Return a word folded, "" for a short form in capitals, but in a text of such: PET is no Slovenian five."""
    return "" if len(word) > 1 and word.isupper() and not in_capitals else fold(word).replace("’", "'")


def _is_part_of_a_word(text: str, span: Span) -> bool:
    before, behind = text[max(0, span[0] - 2) : span[0]], text[span[1] : span[1] + 2]
    return re.search(r"\w[-‐‑]$|[\d_]$", before) is not None or re.match(r"[-‐‑]\w|[\d_]", behind) is not None


def _read(keys: list[str], language: str) -> tuple[float, int]:
    """Return the figure that words begin with, and of how many of them it is; 0 and 0 where they begin with none."""
    total, current, lowest, used = 0.0, 0.0, math.inf, 0
    for at, key in enumerate(keys):
        times, value = MAGNITUDES.get(key, 0.0), _value(key, language)
        ahead = keys[at + 1] if at + 1 < len(keys) else ""
        if times == _HUNDRED and 1 <= current < _TWENTY and current != _TEN:
            current *= times
        elif _THOUSAND <= times < lowest and current:
            total, current, lowest = total + current * times, 0.0, times
        elif value is not None and max(value, MAGNITUDES.get(ahead, 0.0)) < lowest and _goes_on(current, value, ahead):
            current += value
        elif at == used > 0 and (current or total) % _BETWEEN.get(language, {}).get(key, math.inf) == 0:
            continue
        else:
            break
        used = at + 1
        if language in _HOW_OFTEN and key.endswith(_HOW_OFTEN[language]):
            # “zwanzigmal fünf Bolzen” has two
            break
    return total + current, used


def _goes_on(current: float, value: float, ahead: str) -> bool:
    """Return whether a figure goes on with a smaller one: twenty with five, but neither ten nor three.

    “Between one hundred and two hundred” has two.
    """
    if not current:
        return True
    place = _TEN if value < _TEN else _HUNDRED if value < _HUNDRED else _THOUSAND
    return (
        value < _THOUSAND
        and current % place == 0
        and current % _HUNDRED != _TEN
        and not (current >= _HUNDRED and MAGNITUDES.get(ahead) == _HUNDRED)
    )


@lru_cache(maxsize=16_384)
def _value(key: str, language: str) -> float | None:
    """Return the figure that a folded word stands for, None where it is none."""
    if len(key) > _LONGEST_WORD:
        return None
    known = _known(language)
    if key in known:
        return known[key]
    for ending, without in _CASES.get(language, ()):
        value = known.get(key.removesuffix(ending) + without) if key.endswith(ending) else None
        if value is not None and value >= _WITH_CASES:
            return value
    if language == "de" and key.endswith(_HALF_MORE):
        whole = _value(key.removesuffix(_HALF_MORE), language)
        return whole + 0.5 if whole else None
    if language in _HOW_OFTEN and key.endswith(_HOW_OFTEN[language]):
        return _value(key.removesuffix(_HOW_OFTEN[language]), language)
    return _compound(key, language) if language in _INSIDE else None


def _compound(key: str, language: str) -> float | None:
    """Return the figure of a word that others are written together in: zweihundertfünfzig, petindvajset, tjugofem."""
    inside = _INSIDE[language]
    for place in (_THOUSAND, _HUNDRED):
        word = _word(place, language)
        many, found, rest = key.partition(word)
        if found:
            first = _value(many, language) if many else 1.0
            last = _value(rest.removeprefix(inside), language) if rest else 0.0
            # what is behind was read by itself
            return first * place + last if first and first < place and last is not None and last < place else None
    one, found, ten = key.partition(inside)
    ones, tens = (_value(one, language), _value(ten, language)) if found and one and ten else (None, None)
    if ones and tens and ones < _TEN and tens % _TEN == 0 and _TWENTY <= tens < _HUNDRED:
        return ones + tens
    if language == "sv":
        for ten, value in _known(language).items():
            last = _known(language).get(key.removeprefix(ten)) if key.startswith(ten) else None
            if _TWENTY <= value < _HUNDRED and last and last < _TEN:
                return value + last
    return None


def _word(value: int, language: str) -> str:
    return fold(_NUMBERS[language][value])


@lru_cache(maxsize=8)
def _known(language: str) -> dict[str, float]:
    known = {fold(word): float(value) for value, words in _NUMBERS[language].items() for word in words.split()}
    return known | {fold(word): 1.5 for word in _ONE_AND_A_HALF.get(language, "").split()}
