"""Words of a question that point to what the question itself does not say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from phi3desk.chat.wording.question_parts import Kind, QuestionParts, Word


class PointsTo(StrEnum):
    """What a word points to: a thing (“it”), one of that kind (“that temperature”), what was said, another one."""

    THING = "thing"
    NOUN = "noun"
    FACT = "fact"
    ANOTHER = "another"


@dataclass(frozen=True)
class Pointer:
    """A word that points, and what it points to; of PointsTo.NOUN it is the noun."""

    word: Word
    to: PointsTo


@dataclass(frozen=True)
class _Filler:
    """A pronoun that may only fill a place: beside some words always, beside others where more of it follows."""

    pronoun: str
    beside: frozenset[str]
    beside_if_more: frozenset[str]
    more: frozenset[str]


def _filler(pronoun: str, beside: str, beside_if_more: str, more: str) -> _Filler:
    return _Filler(pronoun, frozenset(beside.split()), frozenset(beside_if_more.split()), frozenset(more.split()))


_FILLERS = {
    "en": _filler("it", "", "is was be takes take possible allowed permitted required", "to that for if when"),
    "de": _filler("es", "gibt handelt geht", "ist dauert war wird", "zu dass bis wenn um"),
    "sv": _filler("det", "finns fanns", "ar gar tar racker galler", "att om"),
}
#: the polite “you” and “your” of German, which differ by their capital alone
_POLITE = frozenset(("sie", "ihr", "ihnen", "ihre", "ihrem", "ihren", "ihrer"))
_SWEDISH_ARTICLES = frozenset(("den", "det", "de"))
#: Romanian pronouns that stand before the verb where the object is said again behind it: “îl obligă pe ofertant”
_DOUBLED = frozenset(("il", "ii", "le"))


def pointer_in(parts: QuestionParts, anything_named_before: bool) -> Pointer | None:
    """Return the first word behind the opening that points out of a question; None where there is none."""
    for at in range(parts.opened, len(parts.words)):
        to = _points_to(parts, at, anything_named_before)
        if to is not None:
            return Pointer(_noun(parts, at) if to is PointsTo.NOUN else parts.words[at], to)
    return None


def _points_to(parts: QuestionParts, at: int, named_before: bool) -> PointsTo | None:
    word, behind = parts.words[at], parts.after(at)
    if word.kind is Kind.CONTENT and parts.is_a("generic", word):
        before = parts.before(at)
        indefinite = before is not None and parts.is_a("indefinite", before)
        named = behind is not None and behind.kind is Kind.CONTENT and behind.text[0].isupper()
        own = parts.name_texts or named or indefinite or at in parts.choice or _has_antecedent(parts, word, bound=False)
        return None if own or not named_before else PointsTo.NOUN
    if word.kind is not Kind.FUNCTION or _is_article(parts, at) or _is_filler(parts, at):
        return None
    if parts.is_a("counterparts", word):
        return None if behind is not None and behind.kind is not Kind.FUNCTION else PointsTo.ANOTHER
    bound = parts.is_a("bound", word) and behind is not None and behind.kind is not Kind.FUNCTION
    if _has_antecedent(parts, word, bound=bound):
        return None
    if parts.is_a("pointers", word):
        if _is_asked_whether(parts, at):
            return PointsTo.FACT
        if behind is not None and behind.kind is Kind.CONTENT:
            return PointsTo.FACT if parts.is_a("measuring", behind) else PointsTo.NOUN
        return PointsTo.FACT if parts.language == "en" else PointsTo.THING
    if parts.is_a("entity_pronouns", word):
        return PointsTo.THING
    if parts.is_a("fact_pronouns", word):
        before_article = behind is not None and parts.language == "el" and parts.is_a("definite", behind)
        return PointsTo.NOUN if before_article else PointsTo.FACT
    return None


def _noun(parts: QuestionParts, at: int) -> Word:
    """Return the last word of the noun that a word points with: “that [bearing temperature]”."""
    if parts.is_a("generic", parts.words[at]):
        return parts.words[at]
    behind = parts.after(at)
    while behind is not None and (behind.kind is Kind.CONTENT or parts.is_a("definite", behind)):
        at, behind = at + 1, parts.after(at + 1)
    return parts.words[at]


def _has_antecedent(parts: QuestionParts, word: Word, *, bound: bool) -> bool:
    """Return whether what a pronoun stands for is said before it in the question itself.

    In the same clause only a possessive can go with a noun: “is the bidder bound by his tender”.
    """
    nouns = [*parts.outside, *(each for each in parts.words if each.kind is Kind.NAME)]
    return any(
        noun.start < word.start and (noun.clause < word.clause or (bound and noun.clause == word.clause))
        for noun in nouns
    )


def _is_article(parts: QuestionParts, at: int) -> bool:
    """Return whether a word that may be a pronoun is an article, a conjunction or a form of address here."""
    word, behind = parts.words[at], parts.after(at)
    if parts.language == "de":
        return (word.key == "das" and _is_before_capital(parts, at)) or (word.text[0].isupper() and word.key in _POLITE)
    if parts.language == "sv" and word.key in _SWEDISH_ARTICLES:
        # with an article Swedish has an adjective before the noun: den maximala temperaturen
        second = parts.after(at + 1) if behind is not None and behind.kind is not Kind.FUNCTION else None
        return second is not None and second.kind is not Kind.FUNCTION
    if parts.language == "en" and word.key == "that":
        before = parts.before(at)
        return before is not None and before.kind is not Kind.FUNCTION and behind is not None
    return parts.language == "ro" and word.key == "lui" and behind is not None and behind.kind is Kind.NAME


def _is_before_capital(parts: QuestionParts, at: int) -> bool:
    for word in parts.words[at + 1 :]:
        if word.kind is Kind.FUNCTION or word.text[0].isupper():
            return word.kind is not Kind.FUNCTION
    return False


def _is_asked_whether(parts: QuestionParts, at: int) -> bool:
    """Return whether a pointer stands alone behind “is”: “is that typical?”."""
    behind = parts.after(at)
    generic = behind is not None and parts.is_a("generic", behind)
    return at == parts.opened + 1 and parts.is_a("copulas", parts.words[at - 1]) and not generic


def _is_filler(parts: QuestionParts, at: int) -> bool:
    """Return whether a pronoun stands for nothing: “is it safe to”, “gibt es”, “finns det”."""
    word = parts.words[at]
    if parts.language == "ro" and word.key in _DOUBLED:
        return any(two.key == "pe" and one.key != "de" for one, two in pairwise(parts.words[at:]))
    filler = _FILLERS.get(parts.language)
    if filler is None or word.key != filler.pronoun:
        return False
    around = {each.key for each in (parts.before(at), parts.after(at)) if each is not None}
    if around & filler.beside:
        return True
    more = next((each for each in parts.words[at + 1 :] if each.key in filler.more), None)
    follows = more is not None and any(each.start > more.start for each in parts.content)
    return bool(around & filler.beside_if_more) and (follows or not parts.content)
