"""Words that a line's end has parted, made whole again.

Pure and light, as `text` is.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: PDFium's mark for a hyphen at a line's end (U+0002 or U+FFFE, by version), and the soft hyphen.
HYPHEN_MARKS = "\x02\ufffe\u00ad"

_PARTED_AT_MARK = re.compile(rf"(\w+)[{HYPHEN_MARKS}]\s*(\w+)")
_PARTED_AT_HYPHEN = re.compile(r"([^\W\d_]+)[-‐][ \t]*\r?\n\s*(\w+)")
#: beside a figure it may be a hyphen that a font calls so: 10-20 must not become 1020
_SOFT_HYPHEN_IN_WORD = re.compile(r"(?<=[^\W\d_])\u00ad(?=[^\W\d_])")

#: Words between two that share an end, “Ein- und Ausgang”, in German, English, Swedish, Slovenian, Ukrainian, Romanian
#: and Greek: those that end hardly a word, and those that do (with-in, mo-tor, fil-ter) and so need more to be told.
_CONJUNCTIONS = frozenset("und oder bzw beziehungsweise sowie and och eller і й або και".split())  # noqa: SIM905
_LIKE_ENDINGS = frozenset(
    "or to bis till samt in ali ter sau ori și şi та чи до ή ως".split()  # noqa: SIM905
)
_SLOVENIAN = frozenset(("in", "ali", "ter"))
_SLOVENIAN_LETTERS = re.compile("[čšž]")
#: what is a word although it ends like one before a conjunction
_WORDS = frozenset(
    """
    operand brigand viand epoch antioch diode dioder lysdioder triode trioder perioder tidsperioder into unto onto
    heroin benzoin
    """.split()  # noqa: SIM905
)
#: “manu-eller”, “materi-eller”, “peri-oder”, “superi-or”
_PARTED_BEHIND_VOWEL = {"eller": "aeiu", "oder": "i", "or": "iu"}
#: what stands before a hyphen so often that a conjunction may follow, whatever it looks like
_FIRST_PARTS = frozenset(
    """
    mono bi tri multi poly poli hyper hiper hypo hipo super supra ultra infra intra extra inter macro micro makro mikro
    mini midi maxi pre post anti semi iso turbo retro over under upper lower high low left right long short single
    double triple front rear inner outer one two three four five six seven eight nine ten half full
    ein zwei drei vier fünf sechs sieben acht neun zehn mehr halb voll vor nach
    en två tre fyra fem sex sju åtta nio tio fler hög låg före efter hel halv
    eno dvo tro štiri pet šest več enkrat dvakrat
    одно дво двох три трьох чотири чотирьох багато мікро макро моно гідро електро пневмо авто
    μονο πολυ μικρο μακρο υδρο ηλεκτρο προ υπερ
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"\w+")
_HYPHENED_WORD_NEXT = re.compile(rf"\s+[^\W\d_]+[-‐{HYPHEN_MARKS}]\s*\w")


def without_hyphens(text: str) -> str:
    """Join words that a line's end has parted; a hyphen stays where the page writes the word with it elsewhere.

    It stays, too, where it stands for the end of a word that follows: “Ein- und Ausgang”.
    """
    has_marks = any(mark in text for mark in HYPHEN_MARKS)
    if not has_marks and ("\n" not in text or ("-" not in text and "‐" not in text)):
        return text
    text = _SOFT_HYPHEN_IN_WORD.sub("", text)
    whole = text.casefold()

    def joined(match: re.Match[str]) -> str:
        first, second = match.group(1), match.group(2)
        hyphened = f"{first}-{second}"
        if _is_suspended(match, whole):
            in_compound = match.string.startswith(("-", "‐"), match.end())  # rock-and-roll
            return hyphened if in_compound else f"{first}- {second}"
        if not second[:1].islower() or first[-1:].isdigit():
            return hyphened
        return hyphened if hyphened.casefold() in whole and (first + second).casefold() not in whole else first + second

    for parted in (_PARTED_AT_MARK, _PARTED_AT_HYPHEN):
        # a long word may be parted on several lines
        count = 1
        while count:
            text, count = parted.subn(joined, text)
    return text.translate({ord(mark): "-" for mark in "\x02\ufffe"} | {0xAD: None})


@lru_cache(maxsize=1)
def _words_of(whole: str) -> frozenset[str]:
    return frozenset(_WORD.findall(whole))


@lru_cache(maxsize=1)
def _is_slovenian(whole: str) -> bool:
    return _SLOVENIAN_LETTERS.search(whole) is not None


def _is_suspended(parted: re.Match[str], whole: str) -> bool:
    """Tell whether a hyphen at a line's end stands for the end of the word behind the conjunction that follows."""
    first, second = parted.group(1).casefold(), parted.group(2).casefold()
    if second not in _CONJUNCTIONS and second not in _LIKE_ENDINGS:
        return False
    if second in _SLOVENIAN and not _is_slovenian(whole):
        return False
    word = first + second
    if word in _WORDS or word in _words_of(whole):
        return False
    if first[-1].isdigit() or first in _FIRST_PARTS:
        return True
    if first[-1] in _PARTED_BEHIND_VOWEL.get(second, ""):
        return False
    if second in _SLOVENIAN:
        return first.endswith("o")
    return second in _CONJUNCTIONS or (
        second == "or" and _HYPHENED_WORD_NEXT.match(parted.string, parted.end()) is not None
    )
