"""Marks such as [1] in an answer, and the sentences of the passages they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from phi3desk.chat.evidence import content_words, weight_of
from phi3desk.chat.messages import Answer, Citation, Source
from phi3desk.library.text import line_ends, sentence_spans, sentences

MARKS = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_TRAILING_MARKS = re.compile(r"(?:[ \t]*\[\d{1,3}\])+")
_MARKS_AT_STOP = re.compile(r"(?<=[.!?…;。\"'”“»’)])(?:\[\d{1,3}\])+(?=\s|$)")


def citation_of(source: Source, quote: str, *, by_model: bool = False) -> Citation:
    """Return the citation of some words of a source."""
    passage = source.passage
    return Citation(
        source.n,
        passage.document,
        passage.path,
        passage.page,
        quote,
        by_model,
        kind=passage.kind,
        label=passage.label,
        also=passage.also,
    )


def best_sentence(source: Source, words: str) -> str:
    """Return the sentence of a source that says most of some words."""
    return _nearest(content_words(words), [source])[1]


def nearest_source(claim: str, sources: Sequence[Source]) -> Source:
    """Return the source that holds most of a claim's words, however little that is."""
    return _nearest(content_words(claim), sources)[0]


def marked_in(text: str) -> list[int]:
    """Return the numbers of the marks of a text, in their order: 1 and 2 of `[1, 2]`."""
    return [int(number) for mark in MARKS.findall(text) for number in re.findall(r"\d+", mark)]


def keep_known_marks(text: str, known: Collection[int]) -> str:
    """Return the text with marks split into single ones, `[1, 2]` as `[1][2]`, and marks of no source dropped."""

    def known_only(match: re.Match[str]) -> str:
        return "".join(f"[{number}]" for number in marked_in(match[0]) if number in known)

    kept = MARKS.sub(known_only, text)
    return re.sub(r"[ \t]+(?=[.,;:!?](?:\s|$))", "", kept) if kept != text else text


def _nearest(words: set[str], sources: Sequence[Source]) -> tuple[Source, str]:
    """Return the sentence of the sources that holds most of some content words, numbers above all, and its source."""
    best: tuple[float, Source, str] | None = None
    for source in sources:
        heading = content_words(f"{source.passage.title} {' '.join(source.passage.headings)}")
        before: set[str] = set()
        for part in sentences(source.passage.text) or [source.passage.text]:
            contained = content_words(part)
            near = contained | before | heading
            score = 3 * weight_of(words & contained) + weight_of(words & near)
            if best is None or score > best[0]:
                best = score, source, part.strip()
            before = contained
    if best is None:
        raise ValueError("there is no source")
    return best[1], best[2]


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split an answer into its sentences (True) and what lies between them (False), all of it in order.

    Marks that follow a full stop belong to the sentence before them.
    """
    at = 0
    # a stop that marks follow directly would be none
    unmarked = _MARKS_AT_STOP.sub(lambda marks: " " * len(marks[0]), text)
    for start, end in sentence_spans(unmarked, line_ends(text)):
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


def claim_of(piece: str) -> str:
    """Return what a sentence of an answer says, on one line and without marks."""
    return " ".join(keep_known_marks(piece, ()).split())


def with_mark(sentence: str, number: int) -> str:
    """Return a sentence with the mark of a source before its full stop, a row of a table with it in its last cell."""
    body = sentence.rstrip()
    row = body.startswith("|") and body.endswith("|")
    end = re.search(r"\s*\|$" if row else r"[.!?…:;]+[\"”»’)]*$", body)
    at = end.start() if end else len(body)
    return f"{body[:at]} [{number}]{body[at:]}{sentence[len(body) :]}"


def with_numbers(text: str, numbers: Mapping[int, int]) -> str:
    """Return a text whose marks stand for other numbers; those that are given none are dropped."""
    known = keep_known_marks(text, numbers)
    return MARKS.sub(lambda mark: f"[{numbers[int(mark[1])]}]", known)


def citation_index(citations: Sequence[Citation], n: int, occurrence: int) -> int:
    """Return which citation belongs to the mark [n] where it stands for that time (from 0); -1 where none does."""
    places = [index for index, citation in enumerate(citations) if citation.n == n]
    return places[min(occurrence, len(places) - 1)] if places else -1


def distinct(citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations of an answer, which has one for each of its marks, each sentence of a source once."""
    found: dict[tuple[int, str], Citation] = {}
    for citation in citations:
        found.setdefault((citation.n, citation.quote), citation)
    return list(found.values())


def shown_quotes(answer: Answer) -> list[tuple[Source, int]]:
    """Return what is shown of what an answer quotes, as source and index in `Answer.quoted`.

    Of each source that it cites, by number, that is the first citation; of one that cites nothing the sentences that
    are nearest to the question.
    """
    known = {source.n: source for source in answer.sources}
    quoted = [(citation.n, index) for index, citation in enumerate(answer.quoted) if citation.n in known]
    if answer.citations:
        quoted = sorted(dict(reversed(quoted)).items())
    return [(known[n], index) for n, index in quoted]
