"""Whether a question is about documents as wholes: which there are, a page, all of one, two beside each other.

A question counts as such only where all of its words fit a pattern of one of the languages; whatever else is an
ordinary question. Patterns are compared with the folded words of the question, without its punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from phi3desk.chat.languages.known import LANGUAGES
from phi3desk.chat.languages.language import Pattern
from phi3desk.library.overview.types import Asked, DocumentQuestion
from phi3desk.library.text import fold

#: a longer question is about more than documents
_MOST_WORDS = 40
_SENTENCES = re.compile(r"(?<=[?!;\u037e])\s+")
_TOKEN = re.compile(r"[^\W_]+(?:[-–.'_/&+]+[^\W_]+)*")
_PART = re.compile(r"[()|\[\]]|\{\w+\}|[^\s()|\[\]{}]+")
#: a page: 3, 3., 3rd, 3-й, and a range of them
_NUMBER = r"\d{1,5}(?:-?[^\W\d_]{1,3})?"
_TO = "|".join(fold("to and bis und do in έως ως μέχρι και до і та la și till och").split())
#: how long an answer shall be, which says nothing about the document: "in three sentences"
_LENGTH = re.compile(
    r"(?<= )(?:in|v|σε|у|в|pa|i|cu|mit|med) (?:\S+ ){0,2}(?:"
    + "|".join(
        fold(
            "sentences words points bullets lines paragraphs sätzen worten stichpunkten stichworten punkten zeilen "
            "stavkih besedah točkah alinejah προτάσεις λέξεις σημεία γραμμές реченнях словах пунктах рядках "
            "propoziții fraze cuvinte puncte rânduri meningar ord punkter rader"
        ).split()
    )
    + r") $"
)
_SLOTS = {
    "name": r"(?P<name>(?:\S+ ){1,12}?)",
    "other": r"(?P<other>(?:\S+ ){1,12}?)",
    "topic": r"(?P<topic>(?:\S+ ){1,20}?)",
    "pages": rf"(?P<pages>\d{{1,5}}[-–]\d{{1,5}} |{_NUMBER} (?:(?:{_TO}) {_NUMBER} )?)",
}


@dataclass(frozen=True)
class _Matcher:
    asked: Asked
    language: str
    certain: bool
    loose: bool
    names: tuple[str, ...]
    regex: re.Pattern[str]


def intent_of(text: str) -> DocumentQuestion | None:
    """Return what a question asks about documents, None for an ordinary question.

    Of several sentences the last one is the question; one before it may name the document.
    """
    *before, last = _SENTENCES.split(text.strip())
    asked = _intent(last)
    if not before or asked is None or asked.certain:
        return asked
    if asked.asked is not Asked.PAGES:
        return None
    earlier = _intent(before[-1])
    if earlier is not None and earlier.asked is Asked.PAGES:
        return replace(earlier, pages=asked.pages)
    return replace(asked, names=(" ".join([*before, *asked.names]),)) if asked.anywhere else None


def _intent(text: str) -> DocumentQuestion | None:
    tokens = [match.group().strip(".-'") for match in _TOKEN.finditer(text.replace("’", "'"))]
    if not tokens or len(tokens) > _MOST_WORDS:
        return None
    folded = "".join(f"{fold(token)} " for token in tokens)
    folded = _LENGTH.sub("", folded)
    words = folded.split()
    for language in LANGUAGES:
        for asked in _may_ask(language, words):
            for matcher in _matchers(language, asked):
                match = matcher.regex.fullmatch(folded)
                if match is not None:
                    return _question(matcher, match, tokens)
    return _on_a_page(folded)


def _question(matcher: _Matcher, match: re.Match[str], tokens: list[str]) -> DocumentQuestion:
    found = match.groupdict()
    names = tuple(name if name not in ("name", "other") else _said(match, name, tokens) for name in matcher.names)
    return DocumentQuestion(
        matcher.asked,
        matcher.language,
        names,
        topic=_said(match, "topic", tokens) if found.get("topic") else "",
        pages=_range(found["pages"]) if found.get("pages") else (0, 0),
        certain=matcher.certain,
        loose=matcher.loose,
    )


def _may_ask(language: str, words: list[str]) -> list[Asked]:
    """Return what a question may ask about documents, by single words of it; in the order in which that is tried."""
    possible = {
        asked
        for several, beginnings in _signs(language)
        if any(word.startswith(beginnings) for word in words)
        for asked in several
    }
    return [asked for asked in Asked if asked in possible]


def _on_a_page(folded: str) -> DocumentQuestion | None:
    """Return a question about a page of a document that is named somewhere in it."""
    for language, regex in _page_regexes():
        match = regex.search(folded)
        if match is not None:
            rest = " ".join(f"{folded[: match.start()]} {folded[match.end() :]}".split())
            pages = match.group("pages") or match.group("before")
            return DocumentQuestion(Asked.PAGES, language, (rest,), pages=_range(pages), anywhere=True)
    return None


def _said(match: re.Match[str], slot: str, tokens: list[str]) -> str:
    """Return the words of a slot as they were typed."""
    first = match.string[: match.start(slot)].count(" ")
    return " ".join(tokens[first : first + match.group(slot).count(" ")])


def _range(pages: str) -> tuple[int, int]:
    numbers = [int(number) for number in re.findall(r"\d+", pages)]
    return numbers[0], numbers[-1]


@cache
def _signs(language: str) -> tuple[tuple[tuple[Asked, ...], tuple[str, ...]], ...]:
    return tuple((several, tuple(fold(beginnings).split())) for several, beginnings in LANGUAGES[language].signs)


@cache
def _matchers(language: str, asked: Asked) -> tuple[_Matcher, ...]:
    """Return the patterns of a language for what may be asked; made when they are first wanted, for it takes long."""
    known = LANGUAGES[language]
    return tuple(
        _Matcher(
            asked, language, pattern.certain, pattern.loose, pattern.names, re.compile(_regex(template, known.words))
        )
        for pattern in known.patterns
        if pattern.asked is asked
        for template in _lines(pattern)
    )


@lru_cache(maxsize=1)
def _page_regexes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (
            language,
            re.compile(rf"(?<!\S)(?:(?:{fold(words)}) {_SLOTS['pages']}|(?P<before>{_NUMBER} )(?:{fold(words)}) )"),
        )
        for language, words in ((code, known.page_words) for code, known in LANGUAGES.items())
    )


def _lines(pattern: Pattern) -> Iterator[str]:
    return (line.strip() for line in pattern.templates.splitlines() if line.strip())


def _regex(template: str, macros: Mapping[str, str]) -> str:
    """Return the regular expression of a template.

    Words stand for themselves, `*` at the end of one for any ending, (a|b) for either, [a] for what may be missing,
    {name} for a slot or for words that are used in several templates of a language.
    """
    while any(f"{{{name}}}" in template for name in macros):
        for name, words in macros.items():
            template = template.replace(f"{{{name}}}", f"({_longest_first(words)})")
    made = []
    for part in _PART.findall(template):
        if part in "()|[]":
            made.append({"(": "(?:", "[": "(?:", "]": ")?"}.get(part, part))
        elif part.startswith("{"):
            made.append(_SLOTS[part[1:-1]])
        else:
            made.append(re.escape(fold(part)).replace(r"\*", r"\S*") + " ")
    return "".join(made)


@cache
def _longest_first(words: str) -> str:
    """Return alternatives with the longest first, so that none is taken for the beginning of what follows it."""
    alternatives, depth, at = [], 0, 0
    for here, sign in enumerate(words):
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and not depth:
            alternatives.append(words[at:here])
            at = here + 1
    return "|".join(sorted([*alternatives, words[at:]], key=len, reverse=True))
