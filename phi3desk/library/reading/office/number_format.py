"""Numbers as a sheet shows them: its number format taken apart and filled with a value's digits.

Source: ECMA-376, part 1, 18.8.30 and 18.8.31. Otherwise than in the sheet, no separators of thousands are written, the
decimal separator is a point, a sign is a minus, and a value that its format hides is shown all the same: figures are
searched as they are written in a question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

_LONGEST = 255
#: Beyond this many digits a float's own are not exact any more.
_LARGEST = 1e15
#: Excel's own smallest number.
_SMALLEST = 1e-307
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]|(?P<space>_.)'
    r"|\*(?P<fill>.)|(?P<general>General)|(?P<exponent>E[+-])|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
    "<>": lambda value, limit: value != limit,
}
_DIGITS = frozenset("0#?")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class _Token:
    """A piece of a format: `kind` is digit, point, comma, percent, slash, exponent, general, text, or literal."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Section:
    """One of the up to four formats in a format, with the condition under which it is used."""

    tokens: tuple[_Token, ...]
    condition: tuple[str, float] | None = None

    def has(self, kind: str) -> bool:
        return any(token.kind == kind for token in self.tokens)

    def literals(self) -> str:
        return "".join(token.text for token in self.tokens if token.kind == "literal")


def formatted(value: float, number_format: str) -> str:
    """Return a number as its format shows it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    sections = _sections(number_format[:_LONGEST])
    section, has_own_sign = _chosen(sections, value)
    shown = _in_section(section, abs(value))
    if shown is None or not _says_something(shown, value):
        return plain(value)
    if value < 0 and not (has_own_sign and _differs(section, sections[0])):
        shown = "-" + _without_sign(shown)
    return shown


def formatted_text(text: str, number_format: str) -> str:
    """Return a text as its format shows it: some put something before or after it."""
    if "@" not in number_format or number_format == "@":
        return text
    section = next((each for each in reversed(_sections(number_format[:_LONGEST])) if each.has("text")), None)
    if section is None or not section.literals().strip():
        return text
    shown = (token for token in section.tokens if token.kind in ("literal", "text"))
    return _joined(token.text if token.kind == "literal" else text for token in shown)


def plain(value: float) -> str:
    """Return a number as "General" does: up to 11 digits, no exponent where it can do without."""
    if isinstance(value, int) or (value == int(value) and abs(value) < _LARGEST):
        return str(int(value)) if abs(value) < 10**30 else f"{value:.6E}"
    text = f"{value:.11g}"
    return text if "e" not in text or abs(value) < 1e-9 else f"{value:.15f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[_Section, ...]:
    sections = []
    tokens: list[_Token] = []
    condition: tuple[str, float] | None = None
    for match in _TOKEN.finditer(number_format):
        if match.group() == ";":
            sections.append(_Section(tuple(tokens), condition))
            tokens, condition = [], None
            continue
        bracket = match.group("bracket")
        if bracket is not None:
            found = _CONDITION.fullmatch(bracket.strip())
            condition = (found.group(1), float(found.group(2))) if found else condition
        else:
            tokens.append(_token(match))
    sections.append(_Section(tuple(tokens), condition))
    return tuple(sections)


def _token(match: re.Match[str]) -> _Token:
    for name in ("quoted", "escaped", "currency"):
        text = match.group(name)
        if text is not None:
            return _Token("literal", text)
    if match.group("space") is not None or match.group("fill") is not None:
        return _Token("literal", " " if match.group("space") is not None or match.group("fill") == " " else "")
    if match.group("general") is not None:
        return _Token("general", "")
    if match.group("exponent") is not None:
        return _Token("exponent", match.group("exponent"))
    sign = match.group("sign")
    kind = {".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "text"}.get(sign, "literal")
    return _Token("digit" if sign in _DIGITS else kind, sign)


def _chosen(sections: tuple[_Section, ...], value: float) -> tuple[_Section, bool]:
    """Return the section for a value, and whether it is the one for negative values, which writes its sign itself."""
    numeric = sections[:3] if len(sections) > 1 else sections
    for at, section in enumerate(numeric):
        if section.condition is not None:
            operator, limit = section.condition
            if _HOLDS[operator](value, limit):
                return section, False
        elif at == len(numeric) - 1 or (at == 0 and (value > 0 or (value == 0 and len(numeric) == 2))):
            return section, at == 1 and len(numeric) == 2
        elif at == 1 and value < 0:
            return section, True
    return numeric[-1], False


def _differs(section: _Section, first: _Section) -> bool:
    """Return whether the section for negative values says in words that they are."""
    words, others = ("".join(_LETTER.findall(each.literals())) for each in (section, first))
    return words != others


def _says_something(shown: str, value: float) -> bool:
    """Return whether a value is told: not hidden by its format, not rounded to nothing, not a dash for zero."""
    if not any(sign.isalnum() for sign in shown):
        return False
    return not value or any(sign.isalpha() or sign in "123456789" for sign in shown)


def _without_sign(shown: str) -> str:
    bare = shown.lstrip("-−( ")
    return bare.removesuffix(")") if bare.endswith(")") and "(" not in bare else bare


def _in_section(section: _Section, value: float) -> str | None:
    """Return a value from zero up in a section; None where the plain number says more."""
    tokens = section.tokens
    if section.has("general") or section.has("text"):
        return _joined(plain(value) if token.kind in ("general", "text") else token.text for token in tokens)
    if not section.has("digit"):
        return _joined(token.text for token in tokens if token.kind == "literal")
    if section.has("slash"):
        return _fraction(tokens, value)
    percents = sum(1 for token in tokens if token.kind == "percent")
    value = value * 100**percents if percents else value
    if section.has("exponent"):
        return _scientific(tokens, value) if value == 0 or value > _SMALLEST else None
    tokens, thousands = _without_commas(tokens)
    if thousands:
        if not _LETTER.search(section.literals()):
            return None
        value /= 1000**thousands
    if abs(value) >= _LARGEST:
        return None
    return _decimal(tokens, value)


def _without_commas(tokens: tuple[_Token, ...]) -> tuple[tuple[_Token, ...], int]:
    """Leave commas out; those right behind the last digit each divide the value by a thousand."""
    last = max(at for at, token in enumerate(tokens) if token.kind == "digit")
    point = next((at for at, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    whole = max((at for at, token in enumerate(tokens[:point]) if token.kind == "digit"), default=last)
    thousands = 0
    for at in {last, whole}:
        while at + 1 + thousands < len(tokens) and tokens[at + 1 + thousands].kind == "comma":
            thousands += 1
    kept = []
    for at, token in enumerate(tokens):
        if token.kind == "comma":
            before = any(each.kind == "digit" for each in tokens[:at])
            if not before or (at > last and thousands == 0):
                kept.append(_Token("literal", ","))
        else:
            kept.append(token)
    return tuple(kept), thousands


def _decimal(tokens: tuple[_Token, ...], value: float) -> str:
    """Fill the digits of a format, those before the point from the right."""
    point = next((at for at, token in enumerate(tokens) if token.kind == "point"), None)
    before = tokens if point is None else tokens[:point]
    after = () if point is None else tokens[point + 1 :]
    if not any(token.kind == "digit" for token in before):
        before = (*before, _Token("digit", "0"))
    decimals = [token.text for token in after if token.kind == "digit"]
    digits, _, rest = _rounded(value, len(decimals)).partition(".")
    kept = len(rest)
    while kept and rest[kept - 1] == "0" and decimals[kept - 1] != "0":
        kept -= 1
    return _joined((_whole(before, digits, kept > 0), _after_point(after, rest, kept)))


def _rounded(value: float, decimals: int) -> str:
    """Return a value with so many decimals; a five is rounded up, as sheets do."""
    if isinstance(value, int):
        return f"{value}.{'0' * decimals}" if decimals else str(value)
    # 15 digits are what a sheet counts with
    exact = Fraction(f"{value:.15g}")
    scaled = math.floor(exact * 10**decimals + Fraction(1, 2))
    digits = f"{scaled:0{decimals + 1}}"
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits


def _whole(tokens: tuple[_Token, ...], digits: str, digits_follow: bool) -> str:
    digits = digits.lstrip("0")
    places = sum(1 for token in tokens if token.kind == "digit")
    at = 0
    pieces: list[str] = []
    shown_any = False
    first = next(at for at, token in enumerate(tokens) if token.kind == "digit")
    for index, token in enumerate(tokens):
        if token.kind == "digit":
            left = len(digits) - (places - at - 1)
            start = 0 if at == 0 else max(0, left - 1)
            piece = digits[start : max(0, left)]
            pieces.append(piece or ("0" if token.text == "0" or shown_any else ""))
            shown_any = shown_any or bool(pieces[-1])
            at += 1
        elif token.kind == "percent":
            pieces.append(" %")
        elif token.kind != "exponent" and (index < first or shown_any or at == places):
            # what stands between digits that are not there would be taken for a sign
            pieces.append(token.text)
    if not shown_any and digits_follow:
        pieces.append("0")
    return "".join(pieces)


def _after_point(tokens: tuple[_Token, ...], digits: str, kept: int) -> str:
    at = 0
    pieces: list[str] = []
    for token in tokens:
        if token.kind == "digit":
            if at < kept:
                pieces.append(digits[at] if at else f".{digits[at]}")
            at += 1
        else:
            pieces.append(" %" if token.kind == "percent" else token.text)
    return "".join(pieces)


def _scientific(tokens: tuple[_Token, ...], value: float) -> str:
    """Write a value with a power of ten; several digits before the point make the power a multiple of their number."""
    at = next(at for at, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, behind = tokens[:at], tokens[at + 1 :]
    point = next((place for place, token in enumerate(mantissa) if token.kind == "point"), len(mantissa))
    step = max(1, sum(1 for token in mantissa[:point] if token.kind == "digit"))
    power = math.floor(math.log10(value)) // step * step if value else 0
    decimals = sum(1 for token in mantissa[point:] if token.kind == "digit")
    scaled = value / 10.0**power if power > -300 else value * 10.0**-power
    if float(_rounded(scaled, decimals)) >= 10.0**step:
        power += step
        scaled = value / 10.0**power
    width = 0
    while width < len(behind) and behind[width].kind == "digit":
        width += 1
    sign = "-" if power < 0 else "+" if tokens[at].text.endswith("+") else ""
    rest = _joined(token.text for token in behind[width:])
    number = _decimal(tuple(token for token in mantissa if token.kind != "comma"), scaled)
    return f"{number}E{sign}{abs(power):0{max(1, width)}}{rest}"


def _fraction(tokens: tuple[_Token, ...], value: float) -> str | None:
    """Write a value as a fraction: of the denominator that the format names, or of as many digits as it has places."""
    slash = next(at for at, token in enumerate(tokens) if token.kind == "slash")
    end = slash + 1
    while end < len(tokens) and (tokens[end].kind == "digit" or tokens[end].text.isdigit()):
        end += 1
    below = "".join(token.text for token in tokens[slash + 1 : end])
    start = slash
    while start and tokens[start - 1].kind == "digit":
        start -= 1
    if not below or start == slash:
        return None
    exact = Fraction(f"{value:.15g}")
    given = int(below) if below.isdigit() and int(below) else 0
    if given:
        parts, denominator = math.floor(exact * given + Fraction(1, 2)), given
    else:
        nearest = exact.limit_denominator(10 ** min(len(below), 5) - 1)
        parts, denominator = nearest.numerator, nearest.denominator
    has_whole = any(token.kind == "digit" for token in tokens[:start])
    whole, over = divmod(parts, denominator) if has_whole else (0, parts)
    pieces = [str(whole)] if whole or (has_whole and not over) else []
    if over or not has_whole:
        pieces.append(f"{over}/{denominator}")
    first = next(at for at, token in enumerate(tokens) if token.kind == "digit")
    head = "".join(token.text for token in tokens[:first])
    return _joined((head, " ".join(pieces), *(token.text for token in tokens[end:])))


def _joined(pieces: Iterable[str]) -> str:
    return " ".join("".join(pieces).split())
