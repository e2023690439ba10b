"""Marks such as [1] in an answer, and the sentences of the passages they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from phi3desk.chat.evidence import content_words, is_number, weight_of
from phi3desk.chat.messages import Answer, Citation, Source
from phi3desk.library.text import sentence_spans, sentences

MARKS = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_TRAILING_MARKS = re.compile(r"(?:[ \t]*\[\d{1,3}\])+")
# A sentence of an answer is tied to a passage when this share of its content words stands in one of the passage's
# sentences or beside it. Below, two texts on the same matter already look alike.
SUPPORTED = 0.6
# A claim of fewer content words is tied to a sentence only where that holds all of them.
FEWEST_WORDS = 4


@dataclass(frozen=True)
class _Support:
    """How well one sentence of a source supports a sentence of the answer."""

    source: Source
    quote: str
    share: float
    answers_question: float
    matched: set[str]

    @property
    def score(self) -> float:
        """What the best sentence is chosen by."""
        return self.share + 0.2 * self.answers_question


def citation_of(source: Source, quote: str, *, by_model: bool = False, missing: tuple[str, ...] = ()) -> Citation:
    """Return the citation of some words of a source."""
    passage = source.passage
    return Citation(
        source.n,
        passage.document,
        passage.path,
        passage.page,
        quote,
        by_model,
        missing,
        passage.kind,
        passage.label,
        passage.also,
    )


def best_sentence(source: Source, words: str) -> str:
    """Return the sentence of a source that says most of some words."""
    return _best_support(content_words(words), set(), [source]).quote


def nearest_source(claim: str, sources: Sequence[Source]) -> Source:
    """Return the source that holds most of a claim's words, however little that is."""
    return _best_support(content_words(claim), set(), sources).source


def keep_known_marks(text: str, known: Collection[int]) -> str:
    """Return the text with marks split into single ones, `[1, 2]` as `[1][2]`, and marks of no source dropped."""

    def known_only(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        return "".join(f"[{number}]" for number in numbers if number in known)

    kept = MARKS.sub(known_only, text)
    return re.sub(r"[ \t]+(?=[.,;:!?](?:\s|$))", "", kept) if kept != text else text


def cite(text: str, sources: Sequence[Source], question: str = "") -> tuple[str, tuple[Citation, ...]]:
    """Return the answer with only known marks, and a citation for each mark.

    A sentence the model left without a mark gets the mark of the source that holds its words, where there is one;
    such citations have `by_model` false. Each citation quotes the sentence of the passage that says most of what the
    answer's sentence says; among equals, the one that speaks of the question. A source that is cited twice for the
    same sentence of it is listed once.
    """
    if not sources:
        return keep_known_marks(text, ()).strip(), ()
    by_number = {source.n: source for source in sources}
    asked = content_words(question)
    written: list[str] = []
    citations: dict[tuple[int, str], Citation] = {}
    for piece, is_sentence in pieces(keep_known_marks(text, by_number.keys()).strip()):
        claim = content_words(MARKS.sub(" ", piece)) if is_sentence else set()
        marked = [int(number) for number in MARKS.findall(piece)]
        for number in marked:
            support = _best_support(claim, asked, [by_number[number]])
            _add(citations, support, by_model=True, missing=_missing(support, claim))
        best = _best_support(claim, asked, sources) if claim and not marked else None
        if best is not None and _holds(best, claim):
            _add(citations, best, by_model=False)
            piece = with_mark(piece, best.source.n)
        written.append(piece)
    return "".join(written), tuple(citations.values())


def _best_support(claim: set[str], asked: set[str], sources: Sequence[Source]) -> _Support:
    """Return the sentence of the sources that holds most of a claim's content words, numbers above all."""
    whole = weight_of(claim) or 1.0
    best: _Support | None = None
    for source in sources:
        heading = content_words(f"{source.passage.title} {' '.join(source.passage.headings)}")
        before: set[str] = set()
        for part in sentences(source.passage.text) or [source.passage.text]:
            contained = content_words(part)
            near = contained | before | heading
            exact = weight_of(claim & contained) / whole
            around = weight_of(claim & near) / whole
            answers_question = len(asked & near) / (len(asked) or 1)
            support = _Support(source, part.strip(), 0.75 * exact + 0.25 * around, answers_question, claim & contained)
            if best is None or support.score > best.score:
                best = support
            before = contained
    if best is None:
        raise ValueError("there is no source")
    return best


def _holds(support: _Support, claim: set[str]) -> bool:
    """Tell whether a sentence supports a claim well enough to be named as its source without the model's word.

    A short claim must stand there whole, a very short one beside words of the question. A number that the passage does
    not hold is a sign of invention, whatever the words say.
    """
    if _missing(support, claim):
        return False
    if len(claim) < FEWEST_WORDS:
        return support.matched == claim and (len(claim) == FEWEST_WORDS - 1 or support.answers_question > 0)
    return support.share >= SUPPORTED


def _missing(support: _Support, claim: set[str]) -> tuple[str, ...]:
    """Return the figures of a claim that the passage does not hold, nor its title and headings."""
    passage = support.source.passage
    contained = content_words(" ".join((passage.text, passage.title, *passage.headings)))
    return tuple(sorted(word for word in claim - contained if is_number(word)))


def _add(
    citations: dict[tuple[int, str], Citation], support: _Support, *, by_model: bool, missing: tuple[str, ...] = ()
) -> None:
    citation = citation_of(support.source, support.quote, by_model=by_model, missing=missing)
    known = citations.get((citation.n, citation.quote))
    if known is not None:
        missing = tuple(sorted({*known.missing, *missing}))
        citation = replace(known, missing=missing)
    citations[citation.n, citation.quote] = citation


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split an answer into its sentences (True) and what lies between them (False), all of it in order.

    Marks that follow a full stop belong to the sentence before them.
    """
    at = 0
    for start, end in sentence_spans(text, [match.start() for match in re.finditer(r"\n", text)]):
        start = max(start, at)
        trailing = _TRAILING_MARKS.match(text, end)
        end = trailing.end() if trailing else end
        if start >= end or not text[start:end].strip():
            continue
        if at < start:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def with_mark(sentence: str, number: int) -> str:
    """Return a sentence with the mark of a source before its full stop."""
    body = sentence.rstrip()
    end = re.search(r"[.!?…:;]+[\"”»’)]*$", body)
    at = end.start() if end else len(body)
    return f"{body[:at]} [{number}]{body[at:]}{sentence[len(body) :]}"


def citation_index(citations: Sequence[Citation], n: int, occurrence: int) -> int:
    """Return which citation belongs to the mark [n] where it stands for that time (from 0); -1 where none does."""
    places = [index for index, citation in enumerate(citations) if citation.n == n]
    return places[min(occurrence, len(places) - 1)] if places else -1


def first_citations(answer: Answer) -> list[tuple[Source, int]]:
    """Return each source that an answer cites, by number, with the index of its first citation."""
    known = {source.n: source for source in answer.sources}
    first: dict[int, int] = {}
    for index, citation in enumerate(answer.citations):
        if citation.n in known:
            first.setdefault(citation.n, index)
    return [(known[n], index) for n, index in sorted(first.items())]
