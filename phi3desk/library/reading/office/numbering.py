"""Word's automatic numbers, which stand nowhere in the text: counted from the document's lists as Word counts them.

Sources: ECMA-376, part 1, 17.9 (numbering) and 17.18.59 (ST_NumberFormat).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_MOST_LINKS = 12
_LARGEST = 32_767
_PLACE = re.compile(r"%([1-9])")
BULLET = "•"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS = {
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "irohaFullWidth": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン",  # noqa: E501
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
}
_ALPHABETS["aiueo"] = _ALPHABETS["aiueoFullWidth"]
_ALPHABETS["iroha"] = _ALPHABETS["irohaFullWidth"]
_IDEOGRAPHS = "〇一二三四五六七八九"
_COUNTED_IN_TENS = frozenset(
    ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand")
)
_IN_FOOTNOTES = "*†‡§"


@dataclass(frozen=True)
class Level:
    """One level of a list: what its numbers look like and when they begin again."""

    start: int = 1
    form: str = "decimal"
    #: pattern of a form of the document's own, as "001, 002, 003, ..."
    pattern: str = ""
    text: str = ""
    #: begins again after a number of this level (counted from 1) or a higher one; 0 is never, None is any higher one
    restart: int | None = None
    legal: bool = False
    hidden: bool = False
    style: str = ""


@dataclass(frozen=True)
class _List:
    """A list that paragraphs refer to by its number: whose counters it shares, its levels, its own starts."""

    counters: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]


@dataclass
class Numbering:
    """The lists of a document and how far each is counted; paragraphs are asked for in their order."""

    _lists: dict[str, _List] = field(default_factory=dict)
    #: list and level of each paragraph style that has them, its own or from the style it is based on
    _styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    _counters: dict[str, list[int | None]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, numbering: Any | None, styles: Any | None) -> Numbering:
        """Make it from the roots of the parts numbering.xml and styles.xml."""
        elements = styles.iter(_W + "style") if styles is not None else ()
        known = {style.get(_W + "styleId", ""): style for style in elements}
        lists = _lists(numbering, known) if numbering is not None else {}
        found = {key: place for key in known if (place := _place_of_style(key, known, lists)) is not None}
        return cls(lists, found)

    def number(self, properties: Any | None, style: str) -> str:
        """Count a paragraph and return what stands before it: a number, a bullet, or "" where it has none."""
        place = self._place(properties, style)
        if place is None:
            return ""
        key, depth = place
        numbered = self._lists.get(key)
        level = numbered.levels.get(depth) if numbered is not None else None
        if numbered is None or level is None:
            # a list that the document does not define; Word shows its paragraphs as plain ones
            return ""
        values = self._count(key, numbered, depth)
        if level.hidden:
            return ""
        if level.form == "bullet":
            return BULLET
        return _shown(level, numbered.levels, values)

    def _place(self, properties: Any | None, style: str) -> tuple[str, int] | None:
        """Return list and level of a paragraph; what it says itself goes before what its style says."""
        inherited = self._styles.get(style)
        own = properties.find(_W + "numPr") if properties is not None else None
        if own is None:
            return inherited
        key, depth = _value(own, "numId"), _integer(_value(own, "ilvl"), -1)
        if not key:
            return (inherited[0], depth if depth >= 0 else inherited[1]) if inherited is not None else None
        if key == "0":
            return None
        return key, depth if depth >= 0 else self._depth_of(style, key)

    def _depth_of(self, style: str, key: str) -> int:
        """Return the level of a list that is meant for a style, the highest where none is."""
        numbered = self._lists.get(key)
        levels = numbered.levels.items() if numbered is not None else ()
        return next((depth for depth, level in levels if style and level.style == style), 0)

    def _count(self, key: str, numbered: _List, depth: int) -> list[int]:
        """Count one on at a level; return the numbers of it and of the levels above it."""
        values = self._counters.setdefault(numbered.counters, [None] * _LEVELS)
        began = values[depth] is not None
        if (key, depth) not in self._begun:
            self._begun.add((key, depth))
            began = began and depth not in numbered.starts
        values[depth] = (values[depth] or 0) + 1 if began else _start(numbered, depth)
        for deeper in range(depth + 1, _LEVELS):
            level = numbered.levels.get(deeper)
            restart = level.restart if level is not None and level.restart is not None else deeper
            if depth < restart:
                values[deeper] = None
        return [_start(numbered, at) if value is None else value for at, value in enumerate(values[: depth + 1])]


def _start(numbered: _List, depth: int) -> int:
    level = numbered.levels.get(depth)
    return numbered.starts.get(depth, level.start if level is not None else 1)


def _lists(numbering: Any, styles: Mapping[str, Any]) -> dict[str, _List]:
    abstract = {element.get(_W + "abstractNumId", ""): element for element in numbering.iter(_W + "abstractNum")}
    numbers = list(numbering.iter(_W + "num"))
    targets = {element.get(_W + "numId", ""): _value(element, "abstractNumId") for element in numbers}
    levels: dict[str, dict[int, Level]] = {}
    lists: dict[str, _List] = {}
    for element in numbers:
        key = _linked(_value(element, "abstractNumId"), abstract, targets, styles)
        if key not in abstract:
            continue
        if key not in levels:
            levels[key] = _levels(abstract[key])
        own = dict(levels[key])
        starts: dict[int, int] = {}
        for override in element.iter(_W + "lvlOverride"):
            depth = _integer(override.get(_W + "ilvl", ""), 0)
            own.update(_levels(override))
            start = _value(override, "startOverride")
            if start:
                starts[depth] = _integer(start, 1)
        lists[element.get(_W + "numId", "")] = _List(key, own, starts)
    return lists


def _linked(key: str, abstract: Mapping[str, Any], targets: Mapping[str, str], styles: Mapping[str, Any]) -> str:
    """Return the list that holds the levels: some only name a list style, whose list they are."""
    for _ in range(_MOST_LINKS):
        style = _value(abstract.get(key), "numStyleLink")
        if not style or style not in styles:
            break
        key = targets.get(_value(_numbering_of(styles[style]), "numId"), "")
    return key


def _levels(parent: Any) -> dict[int, Level]:
    levels: dict[int, Level] = {}
    for element in parent.findall(_W + "lvl"):
        form = next(element.iter(_W + "numFmt"), None)
        text = element.find(_W + "lvlText")
        restart = _value(element, "lvlRestart")
        levels[min(_integer(element.get(_W + "ilvl", ""), 0), _LEVELS - 1)] = Level(
            start=_integer(_value(element, "start"), 0),
            form=form.get(_W + "val", "decimal") if form is not None else "decimal",
            pattern=form.get(_W + "format", "") if form is not None else "",
            text=(text.get(_W + "val") or "") if text is not None else "",
            restart=_integer(restart, 0) if restart else None,
            legal=_is_on(element.find(_W + "isLgl")),
            hidden=_is_on(element.find(f"{_W}rPr/{_W}vanish")),
            style=_value(element, "pStyle"),
        )
    return levels


def _place_of_style(key: str, styles: Mapping[str, Any], lists: Mapping[str, _List]) -> tuple[str, int] | None:
    """Return list and level of a style; the level that names the style goes before the one that the style names."""
    line: list[str] = []
    at = key
    while at in styles and at not in line and len(line) < _MOST_LINKS:
        line.append(at)
        at = _value(styles[at], "basedOn")
    depth = -1
    for at in line:
        own = _numbering_of(styles[at])
        if depth < 0:
            depth = _integer(_value(own, "ilvl"), -1)
        number = _value(own, "numId")
        if number:
            if number == "0" or number not in lists:
                return None
            named = {level.style: place for place, level in lists[number].levels.items() if level.style}
            return number, next((named[style] for style in line if style in named), max(0, min(depth, _LEVELS - 1)))
    return None


def _numbering_of(style: Any) -> Any | None:
    return style.find(f"{_W}pPr/{_W}numPr")


def _shown(level: Level, levels: Mapping[int, Level], values: list[int]) -> str:
    """Return a number as its level writes it: each %n is the number of level n in that level's form."""

    def number(match: re.Match[str]) -> str:
        depth = int(match.group(1)) - 1
        if depth >= len(values):
            return ""
        of = levels.get(depth, level)
        if level.legal and of.form not in ("decimalZero", "custom", "none", "bullet"):
            return str(values[depth])
        return written(values[depth], of.form, of.pattern)

    return " ".join(_PLACE.sub(number, level.text).split())


def written(value: int, form: str, pattern: str = "") -> str:
    """Return a number in one of Word's forms; forms of rarer scripts are written in figures."""
    if form in ("none", "bullet"):
        return ""
    if form == "custom":
        width = len(pattern.split(",")[0].strip())
        return f"{value:0{min(width, 10)}}"
    if not 0 < value <= _LARGEST:
        return str(value)
    if form in _ALPHABETS:
        return _repeated(value, _ALPHABETS[form])
    if form in _COUNTED_IN_TENS and value < 100:
        tens, ones = divmod(value, 10)
        return (_IDEOGRAPHS[tens] if tens > 1 else "") + ("十" if tens else "") + (_IDEOGRAPHS[ones] if ones else "")
    writer = _WRITERS.get(form)
    return writer(value) if writer is not None else str(value)


def _repeated(value: int, alphabet: str) -> str:
    """Return a, b, ..., z, aa, bb, ...: the letter is doubled, not counted on."""
    again, at = divmod(value - 1, len(alphabet))
    return alphabet[at] * min(again + 1, 50)


def _roman(value: int) -> str:
    signs = []
    for worth, sign in _ROMAN:
        times, value = divmod(value, worth)
        signs.append(sign * times)
    return "".join(signs)


def _ordinal(value: int) -> str:
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def _in_words(value: int) -> str:
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    for worth, name in ((1000, "thousand"), (100, "hundred")):
        if value >= worth:
            times, rest = divmod(value, worth)
            return f"{_in_words(times)} {name}" + (f" {_in_words(rest)}" if rest else "")
    raise ValueError(value)


def _ordinal_in_words(value: int) -> str:
    words = re.split(r"(\W)", _in_words(value))
    last = words[-1]
    words[-1] = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return "".join(words)


def _enclosed(value: int, first: int, most: int) -> str:
    return chr(first + value - 1) if value <= most else str(value)


_WRITERS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda value: f"{value:02}",
    "lowerLetter": lambda value: _repeated(value, _LATIN),
    "upperLetter": lambda value: _repeated(value, _LATIN.upper()),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "ordinal": _ordinal,
    "cardinalText": lambda value: _in_words(value).capitalize(),
    "ordinalText": lambda value: _ordinal_in_words(value).capitalize(),
    "hex": lambda value: f"{value:X}",
    "chicago": lambda value: _repeated(value, _IN_FOOTNOTES),
    "numberInDash": lambda value: f"- {value} -",
    "decimalEnclosedParen": lambda value: f"({value})",
    "decimalEnclosedFullstop": lambda value: f"{value}.",
    "decimalEnclosedCircle": lambda value: _enclosed(value, 0x2460, 20),
    "decimalEnclosedCircleChinese": lambda value: _enclosed(value, 0x2460, 20),
    "ideographDigital": lambda value: "".join(_IDEOGRAPHS[int(figure)] for figure in str(value)),
}


def _value(element: Any | None, name: str) -> str:
    found = element.find(_W + name) if element is not None else None
    return (found.get(_W + "val") or "") if found is not None else ""


def _integer(text: str, otherwise: int) -> int:
    bare = text.strip()
    return int(bare) if re.fullmatch(r"-?\d{1,9}", bare, re.ASCII) else otherwise


def _is_on(element: Any | None) -> bool:
    return element is not None and element.get(_W + "val", "1") not in ("0", "false", "off")
