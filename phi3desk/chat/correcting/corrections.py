"""Corrections found again: the answer that a person gave to a question, and whether its sources still say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.citations import (
    MARKS,
    best_sentence,
    citation_of,
    distinct,
    keep_known_marks,
    marked_in,
    pieces,
    with_mark,
)
from phi3desk.chat.correcting.likeness import ALIKE, asks_the_same, likeness
from phi3desk.chat.examples import Chosen, Example, ExampleStore
from phi3desk.chat.messages import Answer, Basis, Citation, Corrected, MadeBy, Source, Timings
from phi3desk.errors import UserError
from phi3desk.library.documents import Document, Passage, SearchResult, SearchScope, State
from phi3desk.library.text import fold
from phi3desk.model.types import Ending

#: passages of a document that are looked at for a sentence
LOOKED_AT = 8
_WORD = re.compile(r"\w+")

Search = Callable[[str, int, SearchScope], SearchResult]


@dataclass(frozen=True)
class KnownAnswer:
    """A corrected answer to a question; `same` is false where it was given to one like it."""

    example: Example
    same: bool

    @property
    def corrected(self) -> Corrected:
        """What an answer keeps of it."""
        example = self.example
        return Corrected(example.id, example.question, example.changed, given=self.same)


@dataclass(frozen=True)
class QuoteSearch:
    """A cited sentence that is looked for in its document: the number of its source, the text, and where."""

    n: int
    quote: str
    scope: SearchScope


def standing(text: str, scope: SearchScope, collections: Iterable[int] = ()) -> str:
    """Return a question, as it can be understood alone, with what it was restricted to: documents, pages, collections.

    Asked of one document and of another it is not the same question. `collections` are those that it names itself: in
    whichever the expert searches, the question is the same.
    """
    pages = tuple(f"p. {first}-{last}" for first, last in scope.pages)
    # the number within the word: with a space between them, it could be one of the question's own
    named = tuple(f"collection{each}" for each in sorted(set(collections)))
    return " @".join((" ".join(text.split()), *scope.documents, *scope.folders, *pages, *named))


def known_answer(store: ExampleStore, asked: str, profile_id: str) -> KnownAnswer | None:
    """Return the answer that was given, with an expert, to a question or to the one that is most like it.

    `asked` is the question as `standing` says it. Of several answers to a question the last one counts. The very words
    of one that something else was searched for are no more than like it.
    """
    corrected, as_typed = store.corrected_questions(profile_id), store.corrected_as_typed(profile_id)
    for number, before in corrected:
        if asks_the_same(before, asked):
            return KnownAnswer(store.example(number), same=True)
    alike = [(1.0, number) for number, before in as_typed if asks_the_same(before, asked)]
    alike += [(likeness(before, asked), number) for number, before in (*corrected, *as_typed)]
    best = max(alike, default=(0.0, 0), key=lambda one: one[0])
    return KnownAnswer(store.example(best[1]), same=False) if best[0] >= ALIKE else None


def answer_of(known: KnownAnswer, made_by: MadeBy, mode: AnswerMode | None = None) -> Answer:
    """Return a corrected answer as an answer to be shown: no model has any part in it, and its words stay as they are.

    Each of its marks cites the sentence that was chosen, or else the one of that source that says most of its sentence.
    """
    example = known.example
    found = {source.n: source for source in example.asked.sources}
    found |= {one.source.n: one.source for one in example.chosen}
    text = keep_known_marks(example.correction, found.keys())
    citations = tuple(_citations(text, found, example.chosen))
    cited = {citation.n for citation in citations}
    return Answer(
        text=text,
        citations=citations,
        sources=tuple(source for n, source in sorted(found.items()) if n in cited),
        basis=Basis.DOCUMENTS if citations else Basis.MODEL,
        ended=Ending.STOP,
        made_by=MadeBy(profile=made_by.profile, profile_id=made_by.profile_id),
        timings=Timings(),
        mode=mode,
        corrected=replace(known.corrected, given=True),
    )


def _citations(text: str, found: Mapping[int, Source], chosen: Sequence[Chosen]) -> Iterator[Citation]:
    """Give the citation of each mark in turn, as every answer has them: see `citation_index`."""
    quotes = {one.source.n: one.quote for one in chosen if one.quote.strip()}
    for piece, _ in pieces(text):
        for number in map(int, MARKS.findall(piece)):
            quote = quotes.get(number) or best_sentence(found[number], MARKS.sub(" ", piece))
            yield citation_of(found[number], quote)


def with_marks(text: str, chosen: Sequence[Chosen]) -> str:
    """Return a corrected text whose last sentence has the marks of the chosen sources that no sentence has."""
    marked = set(marked_in(text))
    for n in dict.fromkeys(one.source.n for one in chosen):
        if n not in marked:
            text = with_mark(text.rstrip(), n)
    return text


def source_chosen(sources: Sequence[Source], passage: Passage) -> Source:
    """Return a passage as a source beside those of an answer: one of them, where it is, or else the next number."""
    there = next((one for one in sources if (one.passage.path, one.passage.text) == (passage.path, passage.text)), None)
    return there or Source(max((source.n for source in sources), default=0) + 1, passage)


def quote_searches(answer: Answer) -> tuple[QuoteSearch, ...]:
    """Return what is to be looked for to know whether the documents still say what a corrected answer cites."""
    if not answer.is_own:
        return ()
    return tuple(
        QuoteSearch(citation.n, citation.quote, SearchScope(documents=(citation.path,)))
        for citation in distinct(answer.citations)
        if citation.quote.strip()
    )


def moved_searches(answer: Answer, lost: Iterable[QuoteSearch], documents: Iterable[Document]) -> list[QuoteSearch]:
    """Return where to look for the sentences whose documents could not be searched where they were.

    A document that was renamed or moved is known by its number, one that was taken in anew by its name. Nothing is
    looked for where it is only being read anew, or is not in the library any more: nobody knows what it says now.
    """
    known = list(documents)
    cited = {source.n: source.passage for source in answer.sources}
    moved = ((search, _places_now(cited[search.n], known)) for search in lost)
    return [replace(search, scope=SearchScope(documents=places)) for search, places in moved if places]


def _places_now(passage: Passage, documents: Sequence[Document]) -> tuple[str, ...]:
    """Return the paths of the documents that the one of a passage may be now, none where one of them has no text."""
    if any(each.path == passage.path for each in documents):
        return ()
    numbered = [each for each in documents if each.id == passage.document_id]
    named = [each for each in documents if fold(each.name) == fold(passage.document)]
    if numbered and named and numbered[0] not in named:
        # renamed, or its number was given anew with a catalogue of another day: nobody knows which of them it is
        return ()
    # beside the document itself another of its name says nothing of it
    meant = numbered or named
    has_text = all(each.passages or each.state is State.DUPLICATE for each in meant)
    return tuple(each.path for each in meant) if has_text else ()


def looked_after(answer: Answer, found: Mapping[QuoteSearch, Sequence[Passage]]) -> Answer:
    """Return a corrected answer that tells which sources no longer hold their sentence, and where it stands now.

    `found` are the passages that each search found; of a sentence that was not looked for nothing is told. One that
    stands on another page, or in a document that was moved, is cited there.
    """
    corrected = answer.corrected
    if corrected is None:
        return answer
    gone: set[int] = set()
    sources = {source.n: source for source in answer.sources}
    paths = {source.n: source.passage.path for source in answer.sources}
    citations = list(answer.citations)
    for search, passages in found.items():
        holding = [passage for passage in passages if _stands_in(search.quote, passage.text)]
        if not holding and not _stands_in(search.quote, " ".join(each.text for each in sorted(passages, key=_place))):
            gone.add(search.n)
            continue
        page = sources[search.n].passage.page
        same_page = [passage for passage in holding if passage.page == page]
        if holding and (not same_page or search.scope.documents != (paths[search.n],)):
            sources[search.n] = replace(sources[search.n], passage=(same_page or holding)[0])
            citations = [
                citation_of(sources[each.n], each.quote) if (each.n, each.quote) == (search.n, search.quote) else each
                for each in citations
            ]
    return replace(
        answer,
        citations=tuple(citations),
        sources=tuple(sources.values()),
        corrected=replace(corrected, gone=tuple(sorted(gone))),
    )


def with_quotes(answer: Answer, search: Search, documents: Callable[[], Iterable[Document]]) -> Answer:
    """Return a corrected answer as `looked_after` has it, after looking for what it cites; another one as it is.

    `documents` are those of the library; where it cannot tell them, nothing is told of what was not found.
    """
    searches = quote_searches(answer)
    found = _found(searches, search)
    lost = [each for each in searches if each not in found]
    if lost:
        # the answer is the person's own, whatever becomes of the library meanwhile
        with suppress(UserError):
            found |= _found(moved_searches(answer, lost, documents()), search)
    return looked_after(answer, found) if found else answer


def _found(searches: Iterable[QuoteSearch], search: Search) -> dict[QuoteSearch, tuple[Passage, ...]]:
    """Return what each search finds, without those whose document cannot be searched."""
    found = {}
    for wanted in searches:
        with suppress(UserError):
            result = search(wanted.quote, LOOKED_AT, wanted.scope)
            found[wanted] = tuple(each.passage for each in result.found)
    return found


def _place(passage: Passage) -> tuple[int, int]:
    return passage.page, passage.start


def _stands_in(quote: str, text: str) -> bool:
    """Return whether a text holds a sentence, whatever its line breaks, case and punctuation."""
    return f" {_words(quote)} " in f" {_words(text)} "


def _words(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))
