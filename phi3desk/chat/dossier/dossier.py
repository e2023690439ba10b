"""A dossier: questions with their answers, what each sentence rests on, and what made them; of messages or findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from phi3desk.chat.messages import Answer, Citation, Message, Source
from phi3desk.errors import Sentence, UserError
from phi3desk.library.documents import INSIDE, place
from phi3desk.library.kinds import PDF
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.model.types import Role


@dataclass(frozen=True)
class Quote:
    """A sentence of a document that an answer rests on.

    `wish` is the picture of its page, None where none can be drawn; `picture` is there once it was, else `missing` may
    say why not.
    """

    text: str
    wish: PictureWish | None = None
    picture: PagePicture | None = None
    missing: Sentence | None = None


@dataclass(frozen=True)
class DossierSource:
    """A page that an answer cites, under its number `n`; `link` opens the file there, "" where it has no path.

    `also` are the names of further files with the same content.
    """

    n: int
    document: str
    where: Sentence
    link: str
    quotes: tuple[Quote, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Silent:
    """A document that gave no answer to a question, and why; `remark` is told beside it."""

    question: str
    document: str
    why: Sentence
    remark: Sentence | None = None


@dataclass(frozen=True)
class Entry:
    """A question and its answer; `text` is the answer as it is shown, with its marks.

    `answer` is its record, None where the text is all there is. `about` names the document that was asked, in a sweep,
    and `remark` is told beside it.
    `sources` are those it cites, or else, not `cited`, those that were read. `silent` are documents without an answer.
    """

    question: str
    text: str
    written: float
    answer: Answer | None = None
    sources: tuple[DossierSource, ...] = ()
    cited: bool = True
    about: str = ""
    version: int = 1
    versions: int = 1
    silent: tuple[Silent, ...] = ()
    remark: Sentence | None = None


@dataclass(frozen=True)
class Dossier:
    """What is written into one file; `made` is when, in seconds since 1970."""

    title: str
    made: float
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Finding:
    """What a sweep found in one document: an answer, with the sentences of the document that it cites.

    `answer` is the record of the answer, as that of a message; `remark` is told beside the document.
    """

    question: str
    document: str
    answer: Answer
    written: float
    remark: Sentence | None = None


def dossier_of(title: str, messages: Sequence[Message], made: float, *, whole_pages: bool = False) -> Dossier:
    """Return the dossier of a conversation, or of some of its messages; pictures are of `whole_pages` or of parts."""
    entries: list[Entry] = []
    asked: Message | None = None
    for message in messages:
        if message.role is Role.USER:
            entries += [_unanswered(asked)] if asked is not None else []
            asked = message
        else:
            entries.append(_entry(message, asked.text if asked is not None else "", whole_pages))
            asked = None
    entries += [_unanswered(asked)] if asked is not None else []
    return Dossier(title, made, tuple(entries))


def dossier_of_findings(
    title: str,
    findings: Iterable[Finding],
    made: float,
    *,
    silent: Iterable[Silent] = (),
    whole_pages: bool = False,
) -> Dossier:
    """Return the dossier of a sweep: to each question what the documents say, then those that say nothing."""
    entries: dict[str, list[Entry]] = {}
    for finding in findings:
        sources, cited = _sources(finding.answer, whole_pages)
        entry = Entry(
            finding.question,
            finding.answer.text,
            finding.written,
            finding.answer,
            sources,
            cited,
            finding.document,
            remark=finding.remark,
        )
        entries.setdefault(finding.question, []).append(entry)
    without: dict[str, list[Silent]] = {}
    for one in silent:
        without.setdefault(one.question, []).append(one)
    for question, documents in without.items():
        entries.setdefault(question, []).append(Entry(question, "", 0.0, silent=tuple(documents)))
    return Dossier(title, made, tuple(entry for of_question in entries.values() for entry in of_question))


def picture_wishes(dossier: Dossier) -> list[PictureWish]:
    """Return the pictures that a dossier can hold, each once, in their order."""
    return list(dict.fromkeys(quote.wish for quote in _quotes(dossier) if quote.wish is not None))


def with_pictures(dossier: Dossier, pictures: Mapping[PictureWish, PagePicture | Sentence]) -> Dossier:
    """Return a dossier with the pictures that were drawn, and with why others were not."""

    def drawn(quote: Quote) -> Quote:
        picture = pictures.get(quote.wish) if quote.wish is not None else None
        if isinstance(picture, PagePicture):
            return replace(quote, picture=picture)
        return replace(quote, missing=picture)

    return _changed(dossier, drawn)


def drawn(
    dossier: Dossier, draw: Callable[[PictureWish], PagePicture], on_progress: Callable[[int, int], None]
) -> Dossier:
    """Return a dossier with its pictures, or with why one cannot be drawn; `on_progress` is told which of how many."""
    wishes = picture_wishes(dossier)
    pictures: dict[PictureWish, PagePicture | Sentence] = {}
    for number, wish in enumerate(wishes, 1):
        on_progress(number, len(wishes))
        try:
            pictures[wish] = draw(wish)
        except UserError as error:
            pictures[wish] = error.sentence
    return with_pictures(dossier, pictures)


def _quotes(dossier: Dossier) -> Iterable[Quote]:
    return (quote for entry in dossier.entries for source in entry.sources for quote in source.quotes)


def _changed(dossier: Dossier, change: Callable[[Quote], Quote]) -> Dossier:
    entries = [
        replace(
            entry,
            sources=tuple(
                replace(source, quotes=tuple(change(quote) for quote in source.quotes)) for source in entry.sources
            ),
        )
        for entry in dossier.entries
    ]
    return replace(dossier, entries=tuple(entries))


def _unanswered(message: Message) -> Entry:
    return Entry(message.text, "", message.created)


def _entry(message: Message, question: str, whole_pages: bool) -> Entry:
    sources, cited = _sources(message.answer, whole_pages) if message.answer is not None else ((), True)
    return Entry(
        question,
        message.text,
        message.created,
        message.answer,
        sources,
        cited,
        version=message.version,
        versions=message.versions,
    )


def _sources(answer: Answer, whole_pages: bool) -> tuple[tuple[DossierSource, ...], bool]:
    """Return the pages that an answer quotes, or else those that were read for it, and whether they are cited."""
    passages = {source.n: source for source in answer.sources}
    if not answer.quoted:
        return tuple(_read(source) for source in answer.sources), False
    made: dict[int, DossierSource] = {}
    for citation in answer.quoted:
        known = made.get(citation.n) or DossierSource(
            citation.n,
            citation.document,
            place(citation.kind, citation.page, citation.label),
            file_link(citation.path, citation.kind, citation.page, citation.label),
            also=citation.also,
        )
        quote = Quote(citation.quote.strip(), _wish(citation, passages.get(citation.n), whole_pages))
        new = () if not quote.text or quote in known.quotes else (quote,)
        made[citation.n] = replace(known, quotes=(*known.quotes, *new))
    return tuple(made[n] for n in sorted(made)), bool(answer.citations)


def _read(source: Source) -> DossierSource:
    passage = source.passage
    return DossierSource(
        source.n,
        passage.document,
        place(passage.kind, passage.page, passage.label),
        file_link(passage.path, passage.kind, passage.page, passage.label),
        also=passage.also,
    )


def _wish(citation: Citation, source: Source | None, whole_pages: bool) -> PictureWish | None:
    """Return the picture of a cited page: of PDFs alone, and not of files inside them."""
    if source is None or citation.kind != PDF.key or citation.label.startswith(INSIDE):
        return None
    passage = source.passage
    if passage.path != citation.path or passage.page != citation.page:
        return None
    return PictureWish(
        passage.document_id,
        passage.path,
        passage.page,
        passage.start,
        passage.end,
        passage.text,
        citation.quote.strip(),
        whole_pages,
    )


def file_link(path: str, kind: str, page: int, label: str = "") -> str:
    """Return the address that opens a file, at its page where it is a PDF; "" for a path that is none."""
    try:
        address = Path(path).as_uri()
    except ValueError:
        return ""
    return f"{address}#page={page}" if kind == PDF.key and not label.startswith(INSIDE) else address
