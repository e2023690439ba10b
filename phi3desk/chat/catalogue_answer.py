"""Answers that the catalogue gives without a model: which documents there are, how long one is, which one is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phi3desk.chat.citations import MARKS, best_sentence, citation_of
from phi3desk.chat.languages.known import put
from phi3desk.chat.languages.language import Phrase
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, Source, Timings
from phi3desk.errors import Sentence
from phi3desk.library.documents import place
from phi3desk.library.overview.types import Asked, DocumentQuestion, Entry, Overview, Told
from phi3desk.model.types import Ending


def catalogue_answer(
    asked: DocumentQuestion, overview: Overview, made_by: MadeBy, translate: Callable[[Sentence], str] = str
) -> Answer:
    """Return what an overview that needs no model says, in the language of the question, with its documents cited.

    `translate` says what the library tells of them, such as why one has no text.
    """
    lines, entries = _lines(asked, overview, translate)
    sources = tuple(Source(n, entry.passage) for n, entry in enumerate(entries, 1))
    return told(lines, sources, _citations(asked, sources), asked, made_by, overview.seconds)


def told(
    lines: Sequence[str],
    sources: tuple[Source, ...],
    citations: tuple[Citation, ...],
    asked: DocumentQuestion,
    made_by: MadeBy,
    seconds: float,
) -> Answer:
    """Return an answer of the catalogue; no model has any part in it."""
    by = MadeBy(profile=made_by.profile, profile_id=made_by.profile_id)
    text = "\n".join(lines)
    timings = Timings(search_s=seconds)
    return Answer(text, citations, sources, Basis.CATALOGUE, Ending.STOP, by, timings, kind=asked.asked.value)


def shown_name(name: str) -> str:
    """Return a document's name as it stands in an answer: on one line, and without what would be a mark."""
    return MARKS.sub(lambda mark: f"({mark[0][1:-1]})", " ".join(name.split()))


@dataclass(frozen=True)
class Wanted:
    """What is to be read of a document for a question in some language: so many passages in all."""

    document: str
    passages: int
    language: str

    def told(self, read: Sequence[Source]) -> str:
        """Return which part of it an answer rests on, "" where that is all of it."""
        if not read or len(read) >= self.passages:
            return ""
        return put(
            Phrase.PART_READ,
            self.language,
            read=len(read),
            all=self.passages,
            first=read[0].passage.page,
            last=read[-1].passage.page,
            name=shown_name(self.document),
        )


def wanted_of(asked: DocumentQuestion, overview: Overview) -> Wanted:
    """Return what an overview tells is to be read of its document."""
    return Wanted(overview.documents[0].name, overview.passages_in_all, asked.language)


def _lines(
    asked: DocumentQuestion, overview: Overview, translate: Callable[[Sentence], str]
) -> tuple[list[str], tuple[Entry, ...]]:
    """Return the lines of the answer, and the entries that its marks stand for."""
    code = asked.language
    document = overview.documents[0] if overview.documents else None
    name = shown_name(document.name if document is not None else overview.name)
    if overview.told is Told.WHICH:
        return [put(Phrase.WHICH_TWO if asked.asked is Asked.COMPARISON else Phrase.WHICH, code)], ()
    if overview.told is Told.UNKNOWN:
        return [put(Phrase.UNKNOWN, code, name=name)], ()
    if overview.told is Told.NO_PAGE:
        return [put(Phrase.NO_PAGE, code, name=name, pages=document.pages if document is not None else 0)], ()
    if overview.told is Told.NO_TEXT:
        reason = translate(document.reason) if document is not None and document.reason is not None else ""
        return [" ".join(part for part in (put(Phrase.NO_TEXT, code, name=name), reason) if part)], ()
    if overview.told is Told.AMBIGUOUS:
        return [put(Phrase.AMBIGUOUS, code), "", *_list(overview.entries, code, translate)], overview.entries
    if asked.asked is Asked.PAGE_COUNT and document is not None:
        return [f"{put(Phrase.PAGES, code, name=name, pages=document.pages)} [1]."], overview.entries
    return _inventory(asked, overview, translate), overview.entries


def _inventory(asked: DocumentQuestion, overview: Overview, translate: Callable[[Sentence], str]) -> list[str]:
    code = asked.language
    if not asked.topic:
        phrase = Phrase.LIBRARY if overview.entries else Phrase.TOTAL
        head = put(phrase, code, documents=overview.documents_in_all, pages=overview.pages_in_all)
    elif not overview.entries:
        return [put(Phrase.NONE_ON_TOPIC, code, topic=asked.topic)]
    else:
        head = put(Phrase.ON_TOPIC, code, topic=asked.topic, documents=overview.documents_in_all)
    more = overview.documents_in_all - len(overview.entries)
    further = ["", put(Phrase.MORE, code, count=more)] if more > 0 and overview.entries else []
    if not overview.entries:
        return [head]
    return [head, "", *_list(overview.entries, code, translate, at_page=bool(asked.topic)), *further]


def _list(
    entries: Sequence[Entry], language: str, translate: Callable[[Sentence], str], *, at_page: bool = False
) -> list[str]:
    """Return documents as a list, each with its title, and how many pages it has or the page to see."""
    lines = []
    for n, entry in enumerate(entries, 1):
        document, passage = entry.document, entry.passage
        title = shown_name(document.title)
        called = shown_name(document.name)
        own = f", {title}" if title and title.casefold() not in called.casefold() else ""
        length = put(Phrase.LENGTH, language, pages=document.pages)
        where = translate(place(passage.kind, passage.page, passage.label)) if at_page else length
        lines.append(f"- {called}{own} ({where}) [{n}]")
    return lines


def _citations(asked: DocumentQuestion, sources: Sequence[Source]) -> tuple[Citation, ...]:
    return tuple(citation_of(source, best_sentence(source, asked.topic or source.passage.title)) for source in sources)
