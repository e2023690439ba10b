"""What becomes of an answer where the words that answer the question were found before it was written.

A small model copies such words far better than it writes about them: of 38 questions of en-squad2 the sentence that it
copied from held the answer for 32, one that its own answer cited for 23.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from phi3desk.chat.citations import MARKS, citation_of
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import CheckedSentence, Found, Source
from phi3desk.chat.reading.nearest import Near
from phi3desk.foreign_text import printable
from phi3desk.library.text import fold

#: letters of a sentence that is quoted as an answer
LONGEST_QUOTE = 400
#: how likely the words must be right at least to be quoted where nothing of an answer is found in the sources
_LIKELY = 0.8
_AROUND = " \t\n.,;:“”„\"'()[]"


def found_in(words: str, nearest: Sequence[Near], sources: Sequence[Source]) -> Found | None:
    """Return the first of some sentences that holds the words a model copied; None where none does."""
    said = words.strip(_AROUND)
    for one in nearest:
        if said and _holds(one.text, said):
            return Found(sources[one.source].n, one.text, said)
    return None


def with_found(checked: Grounded, found: Found, source: Source, likely: float) -> Grounded:
    """Return an answer with the sentence that holds the words that were found among those it cites.

    It is quoted behind the answer, or in place of one of which nothing is found in the sources, where the words are
    right as likely as that takes; an answer that says the words, and cites the source for them, cites that sentence.
    """
    if any(_is_cited(found, citation.quote) for citation in checked.citations):
        return checked
    says_so = _holds(checked.text, found.words)
    if not says_so and not any(sentence.supported for sentence in checked.sentences):
        return quotation(source, found.sentence) if likely >= _LIKELY else checked
    place = 0
    for sentence in checked.sentences:
        for n in sentence.citations:
            if n == found.n and _holds(sentence.text, found.words):
                citations = list(checked.citations)
                citations[place] = replace(citations[place], quote=found.sentence)
                return replace(checked, citations=tuple(citations))
            place += 1
    added = quotation(source, found.sentence)
    return Grounded(
        f"{checked.text}\n\n{added.text}".strip(),
        (*checked.citations, *added.citations),
        (*checked.sentences, *added.sentences),
    )


def quotation(source: Source, sentence: str, *, by_model: bool = False) -> Grounded:
    """Return a sentence of a source as an answer; it may stand in a terminal, and holds no marks of its own."""
    line = " ".join(MARKS.sub(lambda mark: f"({mark[1]})", printable(sentence)).split())
    said = line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE].rstrip()}…"
    # a source holds what is quoted of it
    checked = CheckedSentence(f"“{said}”", supported=True, score=1.0, citations=(source.n,))
    return Grounded(f"“{said}” [{source.n}]", (citation_of(source, sentence, by_model=by_model),), (checked,))


def _holds(text: str, words: str) -> bool:
    """Return whether a text says some words, wherever lines end and whatever their case and accents."""
    return re.search(rf"(?<!\w){re.escape(_plain(words))}(?!\w)", _plain(text)) is not None


def _is_cited(found: Found, quote: str) -> bool:
    """Return whether a quote is the sentence that was found, with its heading or without."""
    one, other = _plain(found.sentence), _plain(quote)
    return (one in other or other in one) and _holds(quote, found.words)


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
