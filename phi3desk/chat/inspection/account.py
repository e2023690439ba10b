"""What became of each passage that a search for an answer looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from phi3desk.chat.messages import Answer, ReadPassage, Source
from phi3desk.errors import say
from phi3desk.library.documents import Candidate

NO_ROOM = say("There was no room for it beside the others.")


class Fate(StrEnum):
    """What became of a passage; NEAREST is one that is shown beside a refusal."""

    CITED = "cited"
    READ = "read"
    LEFT_OUT = "left_out"
    NEAREST = "nearest"
    NOT_TAKEN = "not_taken"
    UNRELATED = "unrelated"


@dataclass(frozen=True)
class Seen:
    """A passage as the search saw it, and what became of it; `source` and `read` are None where it was not taken."""

    candidate: Candidate
    fate: Fate
    source: Source | None = None
    read: ReadPassage | None = None


def seen(answer: Answer) -> tuple[Seen, ...]:
    """Return the passages that were looked at for an answer, as the search put them in order.

    Those that the answer has from elsewhere, such as the page that a question names, come first.
    """
    candidates = answer.trace.candidates if answer.trace is not None else ()
    known = {candidate.passage.id for candidate in candidates}
    others = [Candidate(one.passage, 0.0, relevant=True) for one in answer.sources if one.passage.id not in known]
    sources = {source.passage.id: source for source in answer.sources}
    read = read_passages(answer)
    cited = {citation.n for citation in answer.citations}
    return tuple(_seen(each, answer, sources.get(each.passage.id), read, cited) for each in (*others, *candidates))


def read_passages(answer: Answer) -> dict[int, ReadPassage]:
    """Return how each source of an answer was read, by its number; none where no model read any.

    Of answers that did not keep it, the prompt tells which sources stood in it, but not what each of them took.
    """
    if answer.spent is not None and answer.spent.read:
        return {each.n: each for each in answer.spent.read}
    if answer.reading is None:
        # written in parts, or not at all
        return {} if answer.refused or not answer.citations else {s.n: ReadPassage(s.n) for s in answer.sources}
    stood = {int(n) for n in re.findall(r"^\[(\d{1,3})\]", answer.reading.asked, re.MULTILINE)}
    return {s.n: ReadPassage(s.n, left_out=None if s.n in stood else NO_ROOM) for s in answer.sources}


def _seen(
    candidate: Candidate, answer: Answer, source: Source | None, read: dict[int, ReadPassage], cited: set[int]
) -> Seen:
    if source is None:
        return Seen(candidate, Fate.NOT_TAKEN if candidate.relevant else Fate.UNRELATED)
    how = read.get(source.n)
    if source.n in cited:
        return Seen(candidate, Fate.CITED, source, how)
    if how is None:
        return Seen(candidate, Fate.NEAREST if answer.refused else Fate.NOT_TAKEN, source)
    return Seen(candidate, Fate.READ if how.left_out is None else Fate.LEFT_OUT, source, how)
