"""Clauses that a question names by their number, as in "clause 4.2", and the passages that they are."""

from __future__ import annotations

import re
from functools import lru_cache

from phi3desk.library.chunking.chunker import HEADINGS_BEHIND
from phi3desk.library.text import fold

#: Words that a number of a clause stands behind, folded: abbreviations, and the beginnings of words with any ending.
_ABBREVIATED = "sec art para chap abs kap ziff п ст гл"
_BEGINNINGS = """
    clause section article paragraph chapter annex subsection subclause
    abschnitt absatz kapitel punkt ziffer artikel paragraf klausel anhang
    clen poglavj odstav razdel tock avsnitt bilag moment
    clauz sectiun articol capitol punct alineat anex
    пункт підпункт розділ статт глав додат
    αρθρ κεφαλαι παραγραφ ενοτητ ρητρ παραρτημα
    clausul seccion articul capitul apartad inciso sezion chapitr alinea
    """
_NAME = (
    rf"(?:§|(?:{'|'.join(_ABBREVIATED.split())})\b\.?"
    rf"|(?:{'|'.join(sorted(_BEGINNINGS.split(), key=len, reverse=True))})[^\W\d_]{{0,4}}\b)"
)
_NUMBER = r"\d{1,3}(?:\.\d{1,3}){0,5}"
_NAMED = re.compile(rf"(?<!\w){_NAME}\s*(?:(?:no|nr|st|number)\b\.?)?\s*({_NUMBER})(?!\w|\.\d)")
_EAST_ASIAN = re.compile(rf"第\s*({_NUMBER})\s*[条條款节節章項项]")
#: A passage that stands under the clause's heading counts a little less than the one that holds it.
_UNDER = 0.9


def clause_numbers(question: str) -> tuple[str, ...]:
    """Return the numbers of the clauses that a question names, each once."""
    folded = fold(question)
    return tuple(dict.fromkeys((*_NAMED.findall(folded), *_EAST_ASIAN.findall(folded))))


def leads_with(folded: str, number: str) -> float:
    """Return 1 where a line of a passage begins with a clause's number, less where a heading above does, else 0."""
    leading = _leading(number)
    first, *lines = folded.split("\n")
    heading, *above = first.split(HEADINGS_BEHIND)
    if any(leading.match(line) for line in (heading, *lines)):
        return 1.0
    return _UNDER if any(leading.match(line) for line in above) else 0.0


@lru_cache(maxsize=64)
def _leading(number: str) -> re.Pattern[str]:
    return re.compile(rf"\W{{0,3}}(?:{_NAME}\s*)?{re.escape(number)}(?!\w|[.,]\d)")
