"""Whether what answers a question is still there when only some sentences of the passages found are read."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from phi3desk.chat.messages import Source
from phi3desk.chat.reading.extracts import Extract, extracts, whole
from phi3desk.chat.series import tokens_in
from phi3desk.comparison.grading import holds
from phi3desk.library.documents import Found
from tests.benchmarks.finding.questions import Asked, Place

#: what of the passages is read, by the tokens that all of them have
Allowed = Callable[[float], float]
Reader = Callable[[str, Sequence[Source], float], Sequence[Extract]]


@dataclass(frozen=True)
class Survival:
    """Of `questions` whose evidence was found, for how many it was read, and how many tokens were (median)."""

    questions: int
    survived: int
    tokens: float

    @property
    def share(self) -> float:
        """The share of the questions for which the evidence survived."""
        return self.survived / self.questions if self.questions else 0.0


def best_sentences(question: str, sources: Sequence[Source], room: float) -> Sequence[Extract]:
    """Read as the program does."""
    return extracts(question, sources, room, tokens_in)


def by_words_alone(question: str, sources: Sequence[Source], room: float) -> Sequence[Extract]:
    """Read as the program does where no embedder can tell how close sentences are."""
    return extracts(question, [replace(source, sentences=()) for source in sources], room, tokens_in)


def first_passages(question: str, sources: Sequence[Source], room: float) -> Sequence[Extract]:
    """Read the first passages from their beginning until the room is full: the plainest way to read less."""
    read: list[Extract] = []
    for each in whole(sources):
        body, left = each.body, room - _tokens([replace(each, body="")])
        while body and tokens_in(body) > left:
            body = body.rpartition(" ")[0]
        if not body:
            break
        read.append(replace(each, body=body))
        room -= _tokens(read[-1:])
    return read


def survival(
    asked: Sequence[Asked],
    found: Mapping[str, Sequence[Found]],
    allowed: Allowed,
    read: Reader = best_sentences,
    passages: int = 5,
) -> Survival:
    """Ask so many passages whether they hold a reference answer of their question, all of them and those parts."""
    questions = survived = 0
    tokens: list[float] = []
    for one in asked:
        sources = sources_of(found[one.id][:passages])
        every = whole(sources)
        if not _evidence(one, every):
            continue
        questions += 1
        chosen = [each for each in read(one.text, sources, allowed(_tokens(every))) if each.left_out is None]
        survived += _evidence(one, chosen)
        tokens.append(_tokens(chosen))
    return Survival(questions, survived, statistics.median(tokens) if tokens else 0.0)


def sources_of(found: Sequence[Found]) -> list[Source]:
    """Return finds as the sources of a question."""
    return [
        Source(n, each.passage, each.words, each.meaning, each.sentences, each.score) for n, each in enumerate(found, 1)
    ]


def _evidence(asked: Asked, read: Sequence[Extract]) -> bool:
    """Return whether a page that answers is read, with a reference answer in it."""
    return any(
        Place(each.source.passage.document, each.source.passage.page) in asked.evidence and holds(each.body, answer)
        for each in read
        for answer in asked.answers
    )


def _tokens(read: Sequence[Extract]) -> float:
    return sum(tokens_in(f"[{each.source.n}] {each.text}\n\n") for each in read)
