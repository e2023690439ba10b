"""Which charset bytes are in, by what they would say in each: letters of a language, signs where signs stand.

A letter is judged in its word by the statistics of the languages that come with the language identifier, a sign such
as ³ or ½ by what stands beside it, Chinese, Japanese and Korean by how frequent their signs are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from phi3desk.library.language import likeness
from phi3desk.library.reading.text_files import frequent_signs

#: Charsets of one byte a letter, and what speaks against each before a letter is seen: those of Windows are met most,
#: the older ones of ISO, KOI8, DOS and Macintosh less.
_SINGLE = {
    "cp1252": 0.0,
    "cp1250": 0.0,
    "cp1251": 0.0,
    "cp1253": 0.0,
    "cp1254": 1.5,
    "cp1257": 2.0,
    # only for a text that looks like nothing else
    "cp1255": 10.0,
    "cp1256": 10.0,
    "iso8859_2": 0.5,
    "iso8859_7": 0.5,
    "koi8_u": 1.0,
    "koi8_r": 1.0,
    "iso8859_5": 2.0,
    "cp866": 2.0,
    "cp850": 3.0,
    "cp852": 3.0,
    "mac_roman": 4.0,
    "mac_cyrillic": 8.0,
}
#: Charsets of two bytes a sign, the signs that are frequent in each, and the codec and lead bytes of its common ones.
_DOUBLE: dict[str, tuple[frozenset[str], str, tuple[int, int]]] = {
    "gb18030": (frequent_signs.CHINESE, "gb2312", (0xB0, 0xD7)),
    "cp950": (frequent_signs.CHINESE_TRADITIONAL, "big5", (0xA4, 0xC6)),
    "cp932": (frequent_signs.JAPANESE, "euc_jp", (0xB0, 0xCF)),
    "euc_jp": (frequent_signs.JAPANESE, "euc_jp", (0xB0, 0xCF)),
    "cp949": (frequent_signs.KOREAN, "euc_kr", (0xB0, 0xC8)),
}
#: A text of two bytes a sign has at least this on average: about every third of its signs is a frequent one.
_LEAST_OF_DOUBLE = 0.2
_LEAST_OF_DECLARED = -1.0
_LEAST_OF_WIDE = 0.4
#: A declared charset is left where another suits this much better: some two letters' worth.
_PLAINLY = 8.0
_SAMPLE = 6_000
_CONTEXT = 600
_LOOKED_THROUGH = 4 * 1024**2
_HIGH = re.compile(rb"[\x80-\xff]")
_LOW_LINE = re.compile(rb"^[^\n\x80-\xff]{3,}$", re.MULTILINE)

#: Signs where manuals have them, as in m³, Ø 42, ½, ±0.5, 40 °C and № 5: no word has a letter there.
_UNITS = re.compile(
    r"""
    (?<![^\W\d_])[mMcdk]{1,2}[²³](?![^\W\d_]) | \d\ ?[½¼¾] | (?<!\w)[½¼¾](?!\w)
    | (?<![^\W\d_])[Øø]\s?\d | (?<=\s)[Øø](?=\s|$)
    | \d\ ?°(?!\w) | \d\ ?°\ ?[CFK]\b | (?<!\w)°[CFK]?(?!\w)
    | ±\ ?\d | \d\ ?[×µ]\ ?\d | (?<!\w)µ[mAsFVWgl]\b | (?<!\w)Ω | \d\ ?µ[mAsFVWgl]\b | (?<=\s)[×÷±](?=\s)
    | [£¥€]\ ?\d | \d\ ?[£¥€‰] | §+\s?\d | (?<!\w)№\ ?\d
    """,
    re.VERBOSE,
)
#: Other signs where texts have them.
_SIGNS = re.compile(
    r"""
    (?<=\w)[®™](?!\w) | (?<=\s)[–—·](?=\s) | (?<=\d)–(?=\d) | ^\s*[•·–—](?=\s) | (?<=[^\W\d_])’(?=[^\W\d_])
    | (?<=[\w.,;!?])[’…](?!\w) | (?<!\w)©(?=\s) | (?<=\s)[¿¡](?=\w) | ^[¿¡](?=\w) | (?<=\d)[ªº](?!\w) | \bn[º°]
    """,
    re.VERBOSE | re.MULTILINE,
)
#: „so“, “so”, «so» and »so«; one alone is more often a letter of another charset
_QUOTED = re.compile(
    r"(?<!\w)(?:„([^„“”\n]{1,300})[“”]|[“”]([^“”\n]{1,300})”|«([^«»\n]{1,300})»|»([^«»\n]{1,300})«"
    r"|[‚‘]([^‚‘’\n]{1,300})[‘’])(?!\w)"
)
_SMALL = "".join(chr(code) for code in range(0x61, 0x530) if unicodedata.category(chr(code)) == "Ll")
_CAPITAL = "".join(chr(code) for code in range(0x41, 0x530) if unicodedata.category(chr(code)) == "Lu")
#: a capital within a word; Greek's final sigma elsewhere than at the end, and its other one there
_BROKEN_WORD = re.compile(f"[{_SMALL}][{_CAPITAL}]|ς(?=[α-ώ])|(?<=[α-ώ])σ(?![\\wά-ώ])|[ΰΐ]|[^\\W\\d_]\xa0[^\\W\\d_]")
#: every Greek word of two syllables in small letters carries an accent
_UNACCENTED = re.compile(r"(?<!\w)[Α-Ω]?[α-ω]{4,}(?!\w)")
_MIXED_WORD = re.compile(r"[a-zß-öø-ÿĀ-ž][\u0370-\u04ff]|[\u0370-\u04ff][a-zß-öø-ÿĀ-ž]", re.IGNORECASE)
_GLUED_SIGN = re.compile(r"[^\w\s\x00-\x7f](?=[^\W\d_])|(?<=[^\W\d_])[^\w\s\x00-\x7f](?=[^\W\d_])")
#: The most frequent letters of Cyrillic and Greek; another charset of the same letters has others in their places.
_FREQUENT = frozenset("оаеиінтсрвлкмдпуαοιετσνηυρπκμλάίόέή")
_LETTERS = 60
_GLUED_DOUBLE = re.compile(r"[^\x00-\x7f\uff00-\uffef][a-z]|[a-z][^\x00-\x7f\uff00-\uffef]")
_ALONE = re.compile(r"(?<![\w’'-])[^\W\d_](?![\w’'-])")


def charset_of(data: bytes) -> str:
    """Return the charset, of those with one or two bytes a sign, in which bytes that are no UTF-8 say most."""
    sample = _sample(data)
    return _best_double(sample) or _best_single(sample)[0]


def is_double(name: str) -> bool:
    """Return whether a charset is one of those with two bytes a sign that are judged."""
    return name in _DOUBLE


def is_fitting_double(data: bytes, name: str) -> bool:
    """Return whether bytes can be in a charset of two bytes a sign that they are declared to be in."""
    return _double_fit(_sample(data).decode(name, "replace"), name) > _LEAST_OF_DECLARED


def is_worse(data: bytes, name: str) -> bool:
    """Return whether bytes are plainly in another charset than one of single bytes that they are declared to be in."""
    if name.replace("-", "_") not in _SINGLE:
        return False
    sample = _sample(data)
    best, fit = _best_single(sample)
    return best != name and fit - _single_fit(sample.decode(name, "replace")) > _PLAINLY


def wide_fit(text: str) -> float:
    """Return how frequent a text's signs are in Chinese, Japanese or Korean, above 0 where it is in one of them."""
    return max(_double_fit(text, name) for name in ("gb18030", "cp950", "euc_jp", "cp949")) - _LEAST_OF_WIDE


def _best_single(sample: bytes) -> tuple[str, float]:
    """Return the charset of single bytes that suits a sample best, and how much it does."""
    fits = {name: _single_fit(sample.decode(name, "replace")) - against for name, against in _SINGLE.items()}
    best = max(fits, key=lambda name: fits[name])
    return best, fits[best]


def _sample(data: bytes) -> bytes:
    """Return lines with bytes beyond ASCII from all over the data, and some without, which tell the language."""
    first = _HIGH.search(data)
    begin = max(0, first.start() - _SAMPLE) if first else 0
    looked = data[begin : begin + _LOOKED_THROUGH]
    lines = list(dict.fromkeys(line for line in looked.split(b"\n") if not line.isascii()))
    step = max(1, sum(map(len, lines)) // _SAMPLE)
    chosen: list[bytes] = []
    size = 0
    for line in lines[::step]:
        chosen.append(line[: _SAMPLE - size])
        size += len(line)
        if size >= _SAMPLE:
            break
    around = b"\n".join(match.group() for match in _LOW_LINE.finditer(looked[:50_000]))[:_CONTEXT]
    return b"\n".join((*chosen, around))


def _single_fit(text: str) -> float:
    """Return how much a text of single bytes looks like one; only its differences between charsets say something."""
    unquoted = _QUOTED.sub(lambda match: f" {match[match.lastindex or 0]} ", text)
    shown = _SIGNS.sub(_blank, _UNITS.sub(_blank, unquoted))
    fit = likeness(shown) + 10.0 * min(len(set(_UNITS.findall(unquoted))), 10)
    fit += 3.0 * (min(len(set(_SIGNS.findall(unquoted))), 10) + (unquoted != text))
    fit -= sum(_oddness(sign) * min(shown.count(sign), 5) for sign in set(shown) if sign > "\x7f")
    fit -= 4.0 * min(len(_BROKEN_WORD.findall(shown)), 10)
    fit -= 4.0 * min(len(_MIXED_WORD.findall(shown)) + len(_GLUED_SIGN.findall(shown)), 10)
    fit -= 2.0 * min(len(_UNACCENTED.findall(shown)), 10)
    fit -= 2.0 * sum(1 for word in _ALONE.findall(shown) if word > "\x7f")
    letters = [sign for sign in shown[:_LETTERS] if sign > "\x7f" and sign.isalpha()]
    fit += 1.2 * sum(1 for sign in letters if sign.lower() in _FREQUENT)
    return fit - 3.0 * (len(letters) > 1 and all(sign.isupper() for sign in letters))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\x00-\x7f]", " ", match.group())


def _oddness(sign: str) -> float:
    category = unicodedata.category(sign)
    if category in ("Cc", "Cn", "Co") or sign == "\ufffd":
        return 8.0
    if sign in "ªºƒ":
        return 2.0
    if category in ("Lu", "Ll", "Lo") or sign in "\xa0\xad":
        return 0.0
    return 2.0 if sign in "°²µ±§«»–—“”„’‘…€£×•·" else 4.0


def _best_double(sample: bytes) -> str:
    best, most = "", _LEAST_OF_DOUBLE
    for name in _DOUBLE:
        text = sample.decode(name, "replace")
        fit = _double_fit(text, name)
        if fit > most:
            best, most = name, fit
    return best


def _double_fit(text: str, name: str) -> float:
    """Return how frequent a text's signs are in the language of a charset, about 1 for usual texts, below 0 for none.

    Signs that are no letters count little, those beside a Latin letter and those that the charset has not, much.
    """
    frequent, codec, (first, last) = _DOUBLE[name]
    common = _common_signs(codec, first, last)
    counts = 0
    total = 0.0
    signs = [sign for sign in text if sign > "\x7f"]
    for sign in signs:
        value = _value(sign, name, frequent, common)
        total += value
        counts += value != 0.0
    if not counts:
        return -1.0
    glued = len(_GLUED_DOUBLE.findall(text)) + 2 * text.count("\ufffd")
    # few signs prove less
    return (total - 2.0 * glued - 0.8) / counts


def _value(sign: str, name: str, frequent: frozenset[str], common: Callable[[str], bool]) -> float:
    if "\u3040" <= sign <= "\u30ff":
        return 1.5 if name in ("cp932", "euc_jp") else -1.5
    if "\uff61" <= sign <= "\uff9f":
        return -0.5
    if "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uff60" or "\u2000" <= sign <= "\u22ff":
        return 0.0
    if sign in frequent:
        return 1.5
    if common(sign):
        return -0.3
    return -2.0


def _common_signs(codec: str, first: int, last: int) -> Callable[[str], bool]:
    def is_common(sign: str) -> bool:
        data = sign.encode(codec, "ignore")
        return len(data) == 2 and first <= data[0] <= last

    return is_common
