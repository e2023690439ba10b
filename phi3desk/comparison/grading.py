"""What the program can tell of an answer by itself: the right page, the reference answer, a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phi3desk.chat.citations import MARKS
from phi3desk.chat.messages import Answer, Citation
from phi3desk.chat.refusal import refuses
from phi3desk.library.text import fold

_TOKENS = re.compile(r"(?:(?<![\w.,])[-−–])?\d+(?:[.,]\d+)*|[^\W\d_]+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?![\d])")
_DOT_PRODUCT = re.compile(r"(?<=[^\W\d_])[·⋅](?=[^\W\d_])")


@dataclass(frozen=True)
class Expected:
    """What is known of a question beforehand.

    `answers` are reference answers of which one is enough; `document` (a file's name) and `pages` say where the answer
    stands, both may be empty; `answerable` is false where the right answer is that the documents do not tell.
    """

    answers: tuple[str, ...] = ()
    document: str = ""
    pages: tuple[int, ...] = ()
    answerable: bool = True


@dataclass(frozen=True)
class Judged:
    """What the program found in an answer; None where the question does not say what would be right.

    `page` is whether a citation names the right document and page, `contained` whether a reference answer stands in the
    text, `refused` whether it says that it does not know.
    """

    page: bool | None
    contained: bool | None
    refused: bool


def judge(expected: Expected, answer: Answer) -> Judged:
    """Compare an answer with what is known of its question."""
    refused = refuses(answer)
    if not expected.answerable:
        return Judged(None, None, refused)
    page: bool | None = None
    if expected.document or expected.pages:
        page = any(_at(expected, citation) for citation in answer.citations)
    contained = any(holds(answer.text, reference) for reference in expected.answers) if expected.answers else None
    return Judged(page, contained, refused)


def holds(text: str, reference: str) -> bool:
    """Tell whether a reference answer stands in a text: the same words in a row, whatever their case and accents.

    Numbers must be the same number: 30 is not in 130 nor in 30.5, and 2,000 is 2000.
    """
    wanted, given = _words(reference), _words(MARKS.sub(" ", text))
    size = len(wanted)
    return size > 0 and any(given[at : at + size] == wanted for at in range(len(given) - size + 1))


def _at(expected: Expected, citation: Citation) -> bool:
    named = {fold(name) for name in (citation.document, *citation.also)}
    document = not expected.document or fold(expected.document) in named
    return document and (not expected.pages or citation.page in expected.pages)


def _words(text: str) -> list[str]:
    return [_word(token) for token in _TOKENS.findall(_DOT_PRODUCT.sub("", fold(text)))]


def _word(token: str) -> str:
    """Return a word as it is, and a number in one spelling: no grouping, a point for decimals, a plain minus."""
    sign = "-" if token[0] in "-−–" else ""
    digits = token[1:] if sign else token
    if not digits[0].isdigit():
        return token
    grouped = _GROUPED.match(digits)
    if grouped:
        whole, rest = re.sub(r"[.,]", "", grouped[0]), digits[grouped.end() :]
        return sign + whole + rest.replace(",", ".")
    return sign + digits.replace(",", ".")
