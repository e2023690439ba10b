"""The sentences that come nearest to a question, for who is told that the documents do not answer it.

A refusal may be wrong: of 143 questions of en-squad2 whose page was found, the best sentence held the answer in 80 of
100 cases, and one of the best three in 94.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.chat.citations import citation_of
from phi3desk.chat.messages import Citation, Source
from phi3desk.chat.reading.sentence_scores import sentence_scores
from phi3desk.library.text import fold, line_ends, sentence_spans

#: sentences that are shown
MOST_SENTENCES = 3
#: fewer words are a heading, or a label
_FEWEST_WORDS = 5


def nearest_sentences(question: str, sources: Sequence[Source]) -> tuple[Citation, ...]:
    """Return the sentences of some sources that come nearest to a question, the nearest first, each as a citation.

    None where it is not known of every source how close its sentences come by their meaning.
    """
    if not all(source.sentences for source in sources):
        return ()
    return tuple(
        citation_of(sources[one.source], one.text) for one in nearest_of_all(question, sources, MOST_SENTENCES)
    )


@dataclass(frozen=True)
class Near:
    """A sentence by its place in the passage of a source, which goes by its place among several."""

    source: int
    place: int
    text: str


def nearest_of_all(question: str, sources: Sequence[Source], most: int) -> list[Near]:
    """Return so many sentences of some sources that come nearest to a question, by words where meanings are not known.

    The nearest comes first, a heading comes with the sentence below it, and what several passages say comes once, as
    does a sentence below a heading that comes near, too.
    """
    spans = [sentence_spans(text, line_ends(text)) for text in (source.passage.text for source in sources)]
    scored = [
        (score, number, at)
        for number, scores in enumerate(sentence_scores(question, sources))
        for at, score in enumerate(scores)
    ]
    nearest: dict[str, Near] = {}
    taken: set[tuple[int, int]] = set()
    for _, number, at in sorted(scored, key=lambda one: (-one[0], *one[1:])):
        text = sources[number].passage.text
        last = _last_with(text, spans[number], at)
        if taken & {(number, at), (number, last)}:
            continue
        taken |= {(number, at), (number, last)}
        near = with_next(text, spans[number], at)
        nearest.setdefault(" ".join(fold(near).split()), Near(number, at, near))
        if len(nearest) == most:
            break
    return list(nearest.values())


def with_next(text: str, spans: Sequence[tuple[int, int]], at: int) -> str:
    """Return a sentence of a text by its place among all of them (`spans`), a heading with the sentence below it."""
    return text[spans[at][0] : spans[_last_with(text, spans, at)][1]].strip()


def _last_with(text: str, spans: Sequence[tuple[int, int]], at: int) -> int:
    """Return the place of the last sentence that comes with the one at a place: that below a heading."""
    start, end = spans[at]
    is_heading = len(text[start:end].split()) < _FEWEST_WORDS and at + 1 < len(spans)
    return at + 1 if is_heading else at
