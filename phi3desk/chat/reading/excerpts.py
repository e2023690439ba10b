"""Which places of the passages found a small model reads: the best sentence of each of the best passages, amid others.

It loses the thread in long prompts. Where the sentences tell how close they are in meaning to the question, the best
of all passages are found so more often than the first passages hold the answer, above all across languages.
"""

from __future__ import annotations

from collections.abc import Sequence

from phi3desk.chat.messages import Source
from phi3desk.chat.reading.extracts import Extract
from phi3desk.chat.reading.sentence_scores import sentence_scores
from phi3desk.foreign_text import quoted
from phi3desk.library.text import line_ends, sentence_spans

#: with so few sentences all of a passage is read
_FEW = 3


def excerpts(question: str, sources: Sequence[Source], most: int | None, words: int = 0) -> list[Extract]:
    """Return an excerpt of so many sources at `most`, those with the best sentences, the best first.

    The best sentence of each has a neighbour on each side, and more of them until the excerpt has so many `words`: rows
    of a table and steps are short.
    """
    scores = sentence_scores(question, sources)
    best = sorted(range(len(sources)), key=lambda at: (-max(scores[at], default=0.0), at))[:most]
    return [Extract(sources[at], "", _around_best(sources[at].passage.text, scores[at], words), False) for at in best]


def _around_best(text: str, scores: Sequence[float], words: int) -> str:
    spans = sentence_spans(text, line_ends(text))
    if len(spans) <= _FEW:
        return quoted(text).strip()
    best = max(range(len(spans)), key=lambda at: (scores[at], -at))
    first, last = max(0, best - 1), min(len(spans) - 1, best + 1)
    while len(text[spans[first][0] : spans[last][1]].split()) < words and last - first + 1 < len(spans):
        first, last = max(0, first - 1), min(len(spans) - 1, last + 1)
    return quoted(text[spans[first][0] : spans[last][1]]).strip()
