"""In what two documents differ, place by place: worded by the model where there is one, a plain list otherwise."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from phi3desk.chat.catalogue_answer import shown_name
from phi3desk.chat.citations import MARKS, citation_of
from phi3desk.chat.evidence import content_words, is_number
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.languages.known import put
from phi3desk.chat.languages.language import Phrase
from phi3desk.chat.messages import Answer, Basis, CheckedSentence, Citation, Source
from phi3desk.chat.prompt import Completion, PromptRequest, Task
from phi3desk.chat.question import Question
from phi3desk.chat.series import Clock, Progress, Speed, ToCheck, tokens_in
from phi3desk.library.overview.types import Change, Difference, DocumentQuestion, Overview
from phi3desk.model.types import Ending, Sampling

_WORDING_TOKENS = 96
_USUAL_WORDING = 40
_INSTRUCTION_TOKENS = 40
#: characters that are shown of what one document has alone, and of a sentence that was changed
_SHOWN = 220


class DocumentComparison:
    """The series in which the model words the changed places of two documents, as many as fit some seconds.

    What it writes is kept where it holds what changed and both documents together support it, sentence by sentence;
    otherwise both are quoted.
    """

    def __init__(
        self, question: Question, asked: DocumentQuestion, overview: Overview, *, speed: Speed, seconds: float
    ) -> None:
        self._question = question
        self._asked = asked
        self._overview = overview
        self._clock = Clock(speed)
        self._places = _numbered(overview.differences)
        changed = [at for at, place in enumerate(overview.differences) if place.change is Change.CHANGED]
        self._to_word = deque(changed[: _affordable([overview.differences[at] for at in changed], speed, seconds)])
        self._wordings: dict[int, tuple[CheckedSentence, ...]] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """The passages that hold what differs."""
        return tuple(source for place in self._places for source in place)

    @property
    def text(self) -> str:
        """The comparison as far as it is worded; the rest is quoted."""
        return "\n".join(self._lines())

    @property
    def sampling(self) -> Sampling:
        """One sentence at a time."""
        return replace(self._question.sampling, max_tokens=_WORDING_TOKENS)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        left = [self._overview.differences[at] for at in self._to_word]
        seconds = sum(_cost(place, self._clock.speed) for place in left)
        done = len(self._wordings)
        return Progress(done, done + len(left), sum(d.pages for d in self._overview.documents), seconds)

    def next(self) -> PromptRequest | None:
        """Return the request for the wording of the next place that was changed."""
        if not self._to_word:
            return None
        at = self._to_word[0]
        question, place = self._question, self._overview.differences[at]
        first, second = self._places[at]
        sources = (
            replace(first, passage=replace(first.passage, text=place.first_text)),
            replace(second, passage=replace(second.passage, text=place.second_text)),
        )
        return PromptRequest(
            question.instructions, sources, (), question.standing_alone, question.mode, task=Task.DIFFERENCE
        )

    def to_check(self, written: Completion) -> ToCheck:
        """Return the wording of a place, with what both documents say there as one passage: it tells of both."""
        at = self._to_word[0]
        place, (first, *others) = self._overview.differences[at], self._places[at]
        names = (place.heading, *(other.passage.title for other in others))
        told = "\n".join(part for part in (*names, place.first_text, place.second_text) if part)
        both = replace(first.passage, text=told)
        return ToCheck(_bare(written.generation.text), (replace(first, passage=both),), self._question.standing_alone)

    def take(self, written: Completion, grounded: Grounded | None = None) -> None:
        """Take in the wording of a place."""
        checked = grounded or self.to_check(written).by_words()
        self._clock.take(written.generation)
        at = self._to_word.popleft()
        is_supported = bool(checked.sentences) and all(sentence.supported for sentence in checked.sentences)
        is_kept = is_supported and _tells_what_differs(_bare(written.generation.text), self._overview.differences[at])
        numbers = tuple(source.n for source in self._places[at])
        self._wordings[at] = (
            tuple(replace(sentence, citations=numbers) for sentence in checked.sentences) if is_kept else ()
        )

    def answer(self, ended: Ending) -> Answer:
        """Return the comparison, with both pages of each place cited."""
        worded = any(self._wordings.values())
        question = self._question
        return Answer(
            self.text,
            self._citations(),
            self.sources,
            Basis.DOCUMENTS if worded else Basis.CATALOGUE,
            ended,
            question.made_by if worded else replace(question.made_by, model="", model_path="", adapters=()),
            self._clock.timings(self._overview.seconds),
            kind=self._asked.asked.value,
            sentences=tuple(sentence for at in sorted(self._wordings) for sentence in self._wordings[at]),
        )

    def _lines(self) -> list[str]:
        code = self._asked.language
        names = [shown_name(document.name) for document in self._overview.documents]
        count = self._overview.differences_in_all
        left_out = self._overview.not_compared
        if not count and not left_out:
            return [put(Phrase.NO_DIFFERENCE, code, first=names[0], second=names[1])]
        lines = [put(Phrase.SAME, code, same=self._overview.same, count=count)]
        if left_out:
            lines += ["", put(Phrase.NOT_COMPARED, code, count=left_out)]
        heads = {
            Change.CHANGED: put(Phrase.CHANGED, code),
            Change.ONLY_FIRST: put(Phrase.ONLY_IN, code, name=names[0]),
            Change.ONLY_SECOND: put(Phrase.ONLY_IN, code, name=names[1]),
        }
        for change, head in heads.items():
            told = [self._line(at) for at, place in enumerate(self._overview.differences) if place.change is change]
            lines += ["", head, "", *told] if told else []
        more = count - len(self._overview.differences)
        return [*lines, "", put(Phrase.MORE, code, count=more)] if more > 0 else lines

    def _line(self, at: int) -> str:
        place = self._overview.differences[at]
        marks = [f"[{source.n}]" for source in self._places[at]]
        heading = f"{_shown(place.heading)}: " if place.heading else ""
        if self._wordings.get(at):
            wording = " ".join(sentence.text for sentence in self._wordings[at])
            return f"- {heading}{wording} {''.join(marks)}"
        texts = [_shown(text) for text in (place.first_text, place.second_text) if text]
        quoted = [f"“{text}” {mark}" for text, mark in zip(texts, marks, strict=True)]
        return f"- {heading}{' → '.join(quoted)}"

    def _citations(self) -> tuple[Citation, ...]:
        cited = []
        for place, sources in zip(self._overview.differences, self._places, strict=True):
            texts = [text for text in (place.first_text, place.second_text) if text]
            cited += [citation_of(source, text) for source, text in zip(sources, texts, strict=True)]
        return tuple(cited)


def _numbered(places: Sequence[Difference]) -> list[tuple[Source, ...]]:
    """Return the passages of each place as sources, numbered through."""
    numbered: list[tuple[Source, ...]] = []
    n = 0
    for place in places:
        passages = [passage for passage in (place.first, place.second) if passage is not None]
        numbered.append(tuple(Source(n + at, passage) for at, passage in enumerate(passages, 1)))
        n += len(passages)
    return numbered


def _shown(text: str) -> str:
    line = shown_name(text)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rsplit(' ', 1)[0]}…"


def _bare(written: str) -> str:
    """Return what the model wrote in one line without marks: both documents are marked."""
    return " ".join(MARKS.sub("", written).split())


def _tells_what_differs(told: str, place: Difference) -> bool:
    """Return whether a sentence tells what differs in a place: the figures that changed, and words of each document."""
    words, own = content_words(told), [content_words(text) for text in (place.first_text, place.second_text)]
    changed = {word for text in own for word in text if is_number(word)} - (own[0] & own[1])
    differing = [own[0] - own[1], own[1] - own[0]]
    return not changed - words and all(words & each or not each for each in differing)


def _affordable(places: Sequence[Difference], speed: Speed, seconds: float) -> int:
    """Return how many places can be worded in so many seconds."""
    for count, place in enumerate(places):
        seconds -= _cost(place, speed)
        if seconds < 0:
            return count
    return len(places)


def _cost(place: Difference, speed: Speed) -> float:
    return speed.seconds(_INSTRUCTION_TOKENS + tokens_in(place.first_text + place.second_text), _USUAL_WORDING)
