"""Words of seven languages that deny, and pairs of words of which a statement holds one and never both.

Where a claim has one of a pair and the sentence it is compared with has the other, they say different things, whatever
else they share: “above” and “below”, “suitable” and “unsuitable”. Words are compared folded; `*` stands for any ending,
`_` joins words that stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from phi3desk.chat.grounding.bounds import is_part_of_a_bound
from phi3desk.chat.grounding.opposite_words import (
    BEING,
    BOUNDS,
    CONDITIONS,
    DENYING,
    DESCRIBING,
    DISTANT_PURPOSE,
    EXCEPT,
    HARMING,
    HOW_OFTEN,
    LACKING,
    MODAL,
    NEGATIVE,
    NO_THING,
    NOT_LACKING,
    PAIRS,
    PURPOSE,
    PURPOSE_OF_DENIAL,
    ROLES,
    SHUNNING,
    TURNING_PREFIXES,
    UNLESS,
    WHAT,
    WITHOUT,
)
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.word_lists import is_listed

_SHORTEST_TURNED = 5
#: words from what begins a purpose to what shuns at most, and words with a meaning that an exception takes at most
_DISTANT = 7
_LONGEST_EXCEPTION = 2
#: languages in which the verb of a clause may stand right behind a phrase
_VERB_LAST = frozenset(("de", "sl"))
_SHORTEST_LACKING = 7
#: words between a verb and its denial in those languages: “was darf hier auf keinen Fall”
_VERB_TO_DENIAL = 4


@dataclass(frozen=True)
class Stance:
    """What of a statement decides which way it goes: whether it is denied, and which sides of pairs it holds.

    `harming` is whether it tells of harm, which fits what is denied of a thing as well.
    """

    denied: bool
    sides: frozenset[tuple[str, int]]
    harming: bool = False

    def contradicts(self, other: Stance, *, bounds_agree: bool) -> str:
        """Return the name of a pair of which both hold one side each and neither both; "" where there is none.

        Words of one bound may be of two sides, “not above” and “below”: where `bounds_agree` they say nothing.
        """
        for name in sorted({name for name, _ in self.sides} - (BOUNDS if bounds_agree else frozenset())):
            held = {held_side for pair, held_side in other.sides if pair == name}
            own = {own_side for pair, own_side in self.sides if pair == name}
            if held and not held & own and len(own) == 1:
                return name
        return ""


def stance_of(words: Sequence[str], language: str) -> Stance:
    """Return the stance of a statement, from its folded words in order; "" for a language that is not known."""
    keys = [*words, *("_".join(words[at : at + 2]) for at in range(len(words) - 1))]
    keys += ["_".join(words[at : at + 3]) for at in range(len(words) - 2)]
    places = [at for count in range(3) for at in range(len(words) - count)]
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    denying = any(
        is_listed(key, DENYING[code]) and not (at < len(words) and is_part_of_a_bound(words, at, language))
        for at, key in enumerate(keys)
        for code in codes
    )
    negative = any(
        is_listed(key, NEGATIVE[code]) and not _only_describes(words, at, codes)
        for at, key in zip(places, keys, strict=True)
        for code in codes
    )
    sides = frozenset(side for key in keys for code in codes for side in _sides(key, code))
    harming = any(is_listed(key, HARMING[code]) for key in keys for code in codes)
    return Stance(denying != negative, sides, harming)


def asks_what_not(words: Sequence[str], language: str) -> bool:
    """Return whether a question asks of which things something is denied, from its folded words.

    “What must not be used?”, but neither “why not” nor “what prevents rust” nor “what if it does not start”.
    """
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    asks = any(is_listed(word, WHAT) for word in words[:2])
    if not asks or any(WORDS[code].has("subordinators", word) for code in codes if code in WORDS for word in words[1:]):
        return False
    verb = next((at for at, word in enumerate(words) if is_verb(word, language)), 0)
    reach = _VERB_TO_DENIAL if _VERB_LAST.intersection(codes) else 2
    return any(
        is_polar(word, language)
        and not is_listed(word, WITHOUT)
        and not any(is_listed(word, SHUNNING[code]) for code in codes)
        and abs(at - verb) <= reach
        for at, word in enumerate(words)
    )


def is_verb(word: str, language: str) -> bool:
    """Return whether a folded word is a copula, or a verb that tells what may, can or must be."""
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    return is_listed(word, MODAL) or _is_copula(word, codes)


def _only_describes(words: Sequence[str], at: int, codes: Sequence[str]) -> bool:
    """Return whether a word such as “prohibited” tells which thing is meant, and not what is said of it.

    “The prohibited area”, but not “water is an unsuitable agent”, nor “unsuitable agents” of which nothing is said.
    """
    if not is_listed(words[at], DESCRIBING):
        return False
    before, behind = words[:at], words[at + 1 :]
    while before and any(WORDS[code].has("indefinite", before[-1]) for code in codes if code in WORDS):
        before = before[:-1]
    is_before_thing = bool(behind) and _has_meaning(behind[0], codes)
    is_behind_thing = "ro" in codes and bool(before) and _has_meaning(before[-1], codes)
    if not is_before_thing and not is_behind_thing:
        return False
    if not before:
        return any(is_listed(word, MODAL) or _is_denying(word, codes) for word in behind)
    # “is strictly prohibited indoors”, “not prohibited indoors”
    return not any(_is_copula(word, codes) for word in before[-2:]) and not (
        _is_denying(before[-1], codes) and not _counts_things(before[-1])
    )


def _has_meaning(word: str, codes: Sequence[str]) -> bool:
    return not _is_function(word, codes) and not any(is_polar(word, code) for code in codes)


def _is_denying(word: str, codes: Sequence[str]) -> bool:
    return any(is_listed(word, DENYING[code]) for code in codes)


def _is_copula(word: str, codes: Sequence[str]) -> bool:
    return is_listed(word, BEING) or any(WORDS[code].has("copulas", word) for code in codes if code in WORDS)


def _counts_things(word: str) -> bool:
    """Return whether a denial stands with a thing: “no prohibited substances”."""
    return is_listed(word, NO_THING)


def turning_phrases(words: Sequence[str], language: str, *, adds: bool) -> list[tuple[int, int]]:
    """Return where phrases of a statement stand that turn round only what they hold, from its folded words.

    A purpose denies what is to be avoided, an exception what is taken out, an ending what is missing (“painless”); none
    denies the rest of the statement.
    Where it `adds` (“also”), an excepting word takes nothing out.
    """
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    found: list[tuple[int, int]] = []
    for at in range(len(words)):
        begin = _begin_of_purpose(words, at, codes)
        if begin is not None:
            phrase = (begin, _end_of_phrase(words, at + 1, codes, 1))
        elif _ends_with(words, at + 1, UNLESS, codes):
            phrase = (at, len(words))
        elif not adds and _ends_with(words, at + 1, EXCEPT, codes):
            end = _end_of_phrase(words, at + 1, codes, _LONGEST_EXCEPTION)
            if end == at + 1:
                # “seals are excepted”: what is taken out stands before it
                continue
            phrase = (at, end)
        elif any(what_lacks(words[at], code) for code in codes):
            phrase = (at, at + 1)
        else:
            continue
        if found and phrase[0] < found[-1][1]:
            phrase = (found.pop()[0], phrase[1])
        found.append(phrase)
    return found


def ends_with_exception(words: Sequence[str], language: str) -> bool:
    """Return whether the last word makes an exception of what follows: “es sei denn, …”."""
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    return _ends_with(words, len(words), UNLESS, codes) or _ends_with(words, len(words), EXCEPT, codes)


def _begin_of_purpose(words: Sequence[str], at: int, codes: Sequence[str]) -> int | None:
    """Return where a purpose begins of which a word is what shuns or denies, None where there is none."""
    if any(is_listed(words[at], DENYING[code]) for code in codes):
        return at - 1 if _ends_with(words, at, PURPOSE_OF_DENIAL, codes) else None
    if not any(is_listed(words[at], SHUNNING[code]) for code in codes):
        return None
    for end in range(at, max(0, at - _DISTANT), -1):
        if _ends_with(words, end, DISTANT_PURPOSE, codes) or (end == at and _ends_with(words, end, PURPOSE, codes)):
            return end - 1
    return None


def _ends_with(words: Sequence[str], end: int, listed: dict[str, str], codes: Sequence[str]) -> bool:
    """Return whether up to three words before a place are one entry of a list."""
    keys = ["_".join(words[end - count : end]) for count in range(1, min(3, end) + 1)]
    return any(is_listed(key, listed[code]) for key in keys for code in codes)


def _end_of_phrase(words: Sequence[str], start: int, codes: Sequence[str], most: int) -> int:
    """Return where a phrase ends that takes words without a meaning and then so many with one at most."""
    end = taken = 0
    verb_last = bool(_VERB_LAST.intersection(codes))
    for at in range(start, len(words)):
        if not _is_function(words[at], codes):
            taken += 1
            end = at + 1
            is_next_last = at + 2 == len(words)
            if taken >= most and (verb_last or taken == _LONGEST_EXCEPTION or not is_next_last):
                break
        elif taken or any(is_listed(words[at], DENYING[code]) for code in codes):
            break
    return end or start


def _is_function(word: str, codes: Sequence[str]) -> bool:
    return any(WORDS[code].is_function(word) for code in codes if code in WORDS)


@lru_cache(maxsize=20_000)
def what_lacks(key: str, language: str) -> str:
    """Return what the ending of a word says is missing: “fieber” of “fieberfrei”; "" where it says no such thing."""
    if len(key) < _SHORTEST_LACKING or is_listed(key, NOT_LACKING.get(language, "")):
        return ""
    ending = next((ending for ending in LACKING.get(language, ()) if key.endswith(ending)), "")
    return key.removesuffix(ending).removesuffix("-") if ending else ""


def is_condition(pair: str) -> bool:
    """Return whether a pair sets under which condition something holds."""
    return pair in CONDITIONS


def is_role(pair: str) -> bool:
    """Return whether a pair tells who does something and for whom it is done."""
    return pair in ROLES


def is_polar(word: str, language: str) -> bool:
    """Return whether a folded word denies or says that something is not so."""
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    return any(is_listed(word, words[code]) for code in codes for words in (DENYING, NEGATIVE))


def has_side(word: str, language: str) -> bool:
    """Return whether a folded word is a side of some pair."""
    codes = (language,) if language in PAIRS else tuple(PAIRS)
    return any(_sides(word, code) for code in codes)


def turned(one: str, other: str, language: str, its_language: str) -> bool:
    """Return whether one folded word is the other with a prefix that makes it the opposite: suitable, unsuitable.

    A prefix does so in the language of its word ("" for one that is not known).
    """
    if min(len(one), len(other)) < _SHORTEST_TURNED or one[:4] == other[:4]:
        return False
    return _is_turned(one, other, its_language) or _is_turned(other, one, language)


def _is_turned(word: str, prefixed: str, language: str) -> bool:
    prefixes = TURNING_PREFIXES.get(language) or tuple(chain.from_iterable(TURNING_PREFIXES.values()))
    for prefix in prefixes:
        rest = prefixed.removeprefix(prefix)
        if rest != prefixed and len(rest) >= _SHORTEST_TURNED and rest[:_SHORTEST_TURNED] == word[:_SHORTEST_TURNED]:
            return True
    return False


@lru_cache(maxsize=20_000)
def _sides(key: str, language: str) -> frozenset[tuple[str, int]]:
    held = {(name, side) for name, both in _pairs(language) for side, words in enumerate(both) if is_listed(key, words)}
    held |= {("how often", number) for number, words in enumerate(HOW_OFTEN) if is_listed(key, words)}
    return frozenset(held)


@lru_cache(maxsize=16)
def _pairs(language: str) -> tuple[tuple[str, tuple[str, str]], ...]:
    found = []
    for line in PAIRS[language].strip().splitlines():
        name, sides = line.split(":")
        one, other = sides.split("|")
        found.append((name, (one.strip(), other.strip())))
    return tuple(found)
