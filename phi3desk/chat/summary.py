"""A summary of one document: notes of its parts, then a summary of the notes, each sentence checked against passages.

A note is checked against the passages that it was made from, a summary against those that its notes rest on.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from phi3desk.chat.catalogue_answer import wanted_of
from phi3desk.chat.citations import (
    MARKS,
    best_sentence,
    citation_of,
    keep_known_marks,
    nearest_source,
    pieces,
    with_mark,
)
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Answer, Basis, CheckedSentence, Source
from phi3desk.chat.prompt import Completion, PromptRequest, Task
from phi3desk.chat.question import Question
from phi3desk.chat.refusal import is_refusal
from phi3desk.chat.series import Clock, Progress, Speed, ToCheck, tokens_in
from phi3desk.library.documents import Passage
from phi3desk.library.overview.sections import spread
from phi3desk.library.overview.types import DocumentQuestion, Overview
from phi3desk.library.text import fold, sentences
from phi3desk.model.types import Ending, Sampling

#: Characters and passages that are read for one note.
_PART_CHARACTERS = 3200
_PART_PASSAGES = 4
#: short passages are read together though each has a heading of its own
_SHORT_PART = 1600
_NOTE_TOKENS = 96
#: about how long a note and a summary are, and what is read of a prompt beside the passages, in tokens: its beginning,
#: the same for each part, is read once
_USUAL_NOTE = 45
_USUAL_SUMMARY = 220
_INSTRUCTION_TOKENS = 40
#: so few sentences are a summary already
_FEW_SENTENCES = 6
#: a summary may take so much longer than was said
_LATE = 1.2
#: more notes than this no model sums up
_MOST_CHARACTERS = 120_000
_LEAST_CHARACTERS = _PART_CHARACTERS
_CHARACTERS_NEAR = 1000
_WORDS_OF_A_SENTENCE = 5
#: the numbers of a list that a model makes of what it writes: each would read as a sentence of its own; a figure that
#: a sentence ends with is none
_NUMBERING = re.compile(r"(?:^|(?<=\n)|(?<=[.!?:;\]]\s))\d{1,2}\.\s+(?=[^\W\d_])")


@dataclass(frozen=True)
class _Note:
    """A sentence that was noted, with its marks, and the numbers of the sources it was made from; the best first."""

    line: str
    sources: tuple[int, ...]


class Summary:
    """The series of notes and summaries of one document, within some seconds; `small` models only take notes.

    What a small model writes of a passage, and the passage does not say, gives way to a sentence of the passage.
    """

    def __init__(
        self,
        question: Question,
        asked: DocumentQuestion,
        overview: Overview,
        *,
        speed: Speed,
        seconds: float,
        small: bool,
    ) -> None:
        self._question = question
        self._asked = asked
        self._overview = overview
        self._small = small
        self._clock = Clock(speed)
        self._seconds = seconds
        read = _affordable(overview.passages, speed, seconds, small=small)
        self._sources = tuple(Source(n, passage) for n, passage in enumerate(read, 1))
        self._unread = deque(self._sources)
        self._read: list[Source] = []
        self._part: tuple[Source, ...] = ()
        self._notes: list[_Note] = []
        self._notes_checked: list[Grounded] = []
        self._to_sum_up: deque[Source] | None = None
        self._summaries: list[Grounded] = []
        self._parts_done = 0

    @property
    def sources(self) -> tuple[Source, ...]:
        """The passages that are read."""
        return self._sources

    @property
    def text(self) -> str:
        """The summary where it has begun, the notes so far otherwise."""
        return "\n\n".join(summary.text for summary in self._summaries) or _listed(note.line for note in self._notes)

    @property
    def sampling(self) -> Sampling:
        """A note is short; a summary has the room of an answer."""
        taking_notes = self._to_sum_up is None
        return replace(self._question.sampling, max_tokens=_NOTE_TOKENS) if taking_notes else self._question.sampling

    @property
    def progress(self) -> Progress:
        """How far it is, with the seconds that the rest takes at the speed so far."""
        unread = list(self._unread)
        left = len(_parts(unread, small=self._small))
        summing_up = 0 if self._small else 1
        seconds = _cost([source.passage for source in unread], self._clock.speed, small=self._small)
        pages = len({source.passage.page for source in self._sources})
        return Progress(self._parts_done, self._parts_done + left + summing_up, pages, seconds)

    def next(self) -> PromptRequest | None:
        """Return the request for the next note, or for the summary of the notes."""
        if self._unread:
            self._part = _parts(list(self._unread), small=self._small)[0]
            return self._request(self._part, Task.NOTES)
        if self._to_sum_up is None:
            self._to_sum_up = deque(self._noted_sources())
            if self._small or len(self._notes) <= _FEW_SENTENCES:
                self._to_sum_up.clear()
        if not self._to_sum_up:
            return None
        self._part = tuple(self._to_sum_up)
        return self._request(self._part, Task.SUMMARY)

    def to_check(self, written: Completion) -> ToCheck:
        """Return the sentences of a note that are worth noting, or a summary; its notes where nothing was written."""
        read = self._read_of_part(written)
        if self._to_sum_up is None:
            return self._to_be_checked("\n".join(self._worth_noting(written.generation.text)), read)
        numbers = {source.n for source in read}
        notes = [note for note in self._notes if note.sources[0] in numbers]
        held_by = {n for note in notes for n in note.sources}
        text = written.generation.text.strip() or _listed(note.line for note in notes)
        return self._to_be_checked(text, tuple(source for source in self._sources if source.n in held_by))

    def take(self, written: Completion, grounded: Grounded | None = None) -> None:
        """Take in a note or a summary; what did not fit into the prompt is read with the next one."""
        read = self._read_of_part(written)
        checked = grounded or self.to_check(written).by_words()
        self._clock.take(written.generation)
        self._parts_done += 1
        queue = self._unread if self._to_sum_up is None else self._to_sum_up
        for _ in read:
            queue.popleft()
        if not read:
            queue.clear()
        elif self._to_sum_up is None:
            self._read += read
            self._note(checked, read)
            self._keep_to_the_time()
        else:
            self._summaries.append(checked)

    def answer(self, ended: Ending) -> Answer:
        """Return the summary, or the notes where it was stopped before, with what was read of the document."""
        text, checked = self.text, self._summaries or self._notes_checked
        part_read = wanted_of(self._asked, self._overview).told(self._read)
        return Answer(
            "\n\n".join(part for part in (text, part_read) if part) if text else "",
            tuple(citation for part in checked for citation in part.citations),
            tuple(self._read),
            Basis.DOCUMENTS,
            ended,
            self._question.made_by,
            self._clock.timings(self._overview.seconds),
            kind=self._asked.asked.value,
            sentences=tuple(sentence for part in checked for sentence in part.sentences),
        )

    def _keep_to_the_time(self) -> None:
        """Leave passages out where the model turns out to be slower than was promised."""
        left = [source.passage for source in self._unread]
        seconds = self._seconds - self._clock.seconds
        if left and _cost(left, self._clock.speed, small=self._small) > _LATE * max(seconds, 0.0):
            kept = {passage.id for passage in _affordable(tuple(left), self._clock.speed, seconds, small=self._small)}
            self._unread = deque(source for source in self._unread if source.passage.id in kept)

    def _request(self, sources: tuple[Source, ...], task: Task) -> PromptRequest:
        question = self._question
        return PromptRequest(question.instructions, sources, (), question.standing_alone, question.mode, task=task)

    def _read_of_part(self, written: Completion) -> tuple[Source, ...]:
        return tuple(source for source in self._part if source.n in written.sources_read)

    def _to_be_checked(self, text: str, sources: tuple[Source, ...]) -> ToCheck:
        return ToCheck(text, sources, self._question.standing_alone)

    def _worth_noting(self, text: str) -> Iterator[str]:
        """Yield the sentences of a note that say something and were not noted before."""
        known = {_bare(note.line) for note in self._notes}
        for sentence, is_sentence in pieces(_NUMBERING.sub("", text)):
            line = " ".join(sentence.split()).lstrip("-*•# ")
            if is_sentence and _is_whole(line) and not is_refusal(line) and _bare(line) not in known:
                known.add(_bare(line))
                yield line

    def _note(self, checked: Grounded, read: tuple[Source, ...]) -> None:
        """Take in a note as it was checked; in place of one that says nothing a sentence of the first passage."""
        if self._small:
            checked = _first_supported(checked)
        if not checked.text:
            checked = _first_sentence(read[0])
        if not checked.text:
            return
        self._notes_checked.append(checked)
        for line in checked.text.splitlines():
            marks = tuple(int(mark) for mark in MARKS.findall(line))
            self._notes.append(_Note(line, marks or (nearest_source(line, read).n,)))

    def _noted_sources(self) -> Iterable[Source]:
        """Return the notes as sources of the summary: each under the number of the first passage it was made from."""
        known = {source.n: source for source in self._sources}
        by_number: dict[int, list[str]] = {}
        for note in self._notes:
            by_number.setdefault(note.sources[0], []).append(MARKS.sub("", note.line).strip())
        for n, notes in by_number.items():
            yield Source(n, replace(known[n].passage, text=" ".join(notes)))


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _first_supported(note: Grounded) -> Grounded:
    """Return the first sentence of a note of one passage that the passage supports; empty where it supports none."""
    for sentence in note.sentences:
        if sentence.supported:
            return Grounded(with_mark(sentence.text, sentence.citations[0]), note.citations[:1], (sentence,))
    return Grounded("")


def _first_sentence(source: Source) -> Grounded:
    """Return the first sentence of a passage, which supports itself; empty where it has none."""
    first = next((s for s in sentences(_NUMBERING.sub("", source.passage.text)) if _is_whole(s)), "")
    if not first:
        return Grounded("")
    # what stands in brackets there refers to other works, not to a source
    line = " ".join(keep_known_marks(first, ()).split())
    cited = citation_of(source, best_sentence(source, first))
    return Grounded(with_mark(line, source.n), (cited,), (CheckedSentence(line, True, 1.0, citations=(source.n,)),))


def _is_whole(sentence: str) -> bool:
    """Return whether a sentence is one, and not a heading or what is left of a list."""
    text = MARKS.sub("", sentence).strip()
    return len(text.split()) >= _WORDS_OF_A_SENTENCE and text.endswith((".", "!", ";", "。", "»", "“", "”", ")"))


def _bare(sentence: str) -> str:
    return fold(MARKS.sub("", sentence)).strip(" .")


def _parts(sources: list[Source], *, small: bool) -> list[tuple[Source, ...]]:
    """Return the sources in parts that one note is made of: neighbours under one heading, one at a time if `small`."""
    if small:
        return [(source,) for source in sources]
    parts: list[list[Source]] = []
    for before, source in pairwise([None, *sources]):
        if source is None:
            continue
        part = parts[-1] if parts else []
        size = sum(len(other.passage.text) for other in part) + len(source.passage.text)
        same_heading = before is not None and before.passage.headings[:1] == source.passage.headings[:1]
        goes_on = same_heading or size <= _SHORT_PART
        if part and goes_on and len(part) < _PART_PASSAGES and size <= _PART_CHARACTERS:
            part.append(source)
        else:
            parts.append([source])
    return [tuple(part) for part in parts]


def _affordable(passages: tuple[Passage, ...], speed: Speed, seconds: float, *, small: bool) -> list[Passage]:
    """Return those passages of a document that can be read, noted and summed up in so many seconds."""
    least, most = _LEAST_CHARACTERS, min(_MOST_CHARACTERS, sum(len(passage.text) for passage in passages))
    read = spread(passages, most)
    if _cost(read, speed, small=small) <= seconds:
        return read
    while most - least > _CHARACTERS_NEAR:
        middle = (least + most) // 2
        if _cost(spread(passages, middle), speed, small=small) <= seconds:
            least = middle
        else:
            most = middle
    return spread(passages, least)


def _cost(passages: list[Passage], speed: Speed, *, small: bool) -> float:
    """Return the seconds that reading some passages, noting and summing them up takes."""
    parts = len(_parts([Source(n, passage) for n, passage in enumerate(passages)], small=small))
    read = sum(tokens_in(passage.text) for passage in passages) + parts * _INSTRUCTION_TOKENS
    summing_up = 0.0 if small else speed.seconds(parts * _USUAL_NOTE + _INSTRUCTION_TOKENS, _USUAL_SUMMARY)
    return speed.seconds(read, parts * _USUAL_NOTE) + summing_up
