"""A dossier as the blocks that a file is made of, in the words of its reader; all text in them is inert.

The writers for Markdown, DOCX and PDF know these blocks and nothing of questions and answers.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from phi3desk.chat.dossier.dossier import Dossier, DossierSource, Entry, Quote
from phi3desk.chat.messages import Answer, Basis, CheckedSentence, SheetRecord
from phi3desk.chat.refusal import refuses
from phi3desk.chat.wording.doubt import note_of, places, support, unheld_figures
from phi3desk.errors import Sentence, say
from phi3desk.foreign_text import printable
from phi3desk.library.documents import WordsOnly
from phi3desk.library.reading.page_picture import PagePicture
from phi3desk.model.names import model_title
from phi3desk.model.types import Ending

#: stands behind a sentence that was found in the sources, and before the reason of one that was not
FOUND, NOT_FOUND = "✓", "?"
_HASH_LETTERS = 12
#: of the rows of a sheet
_MOST_ROWS, _MOST_COLUMNS = 50, 8
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_HEADING = re.compile(r"\s*#{1,6}\s+")
_BULLET = re.compile(r"\s*[-*+•]\s+")


@dataclass(frozen=True)
class Telling:
    """How a dossier speaks: sentences in a language, and moments (seconds since 1970) as its reader writes them."""

    words: Callable[[Sentence], str] = str
    moment: Callable[[float], str] = lambda seconds: f"{datetime.datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"


class Look(Enum):
    """How a run of text looks."""

    PLAIN = auto()
    BOLD = auto()
    FOUND = auto()
    NOT_FOUND = auto()


@dataclass(frozen=True)
class Run:
    """A piece of text in one look; line breaks in it stay."""

    text: str
    look: Look = Look.PLAIN


@dataclass(frozen=True)
class Title:
    """What the file is about, with a quiet line below."""

    text: str
    below: str


@dataclass(frozen=True)
class Aside:
    """A quiet line about the file itself."""

    text: str


@dataclass(frozen=True)
class Question:
    """Begins an entry: a question, "" for that of the entry before, and the document that was asked, "" for none."""

    text: str
    about: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Text, as an item of a list where it is a `bullet`."""

    runs: tuple[Run, ...]
    bullet: bool = False


@dataclass(frozen=True)
class Notice:
    """What is to be known of an answer before it is relied on; `good` where there is nothing to look after."""

    text: str
    good: bool = False


@dataclass(frozen=True)
class Heading:
    """A small heading over sources and origin."""

    text: str


@dataclass(frozen=True)
class Excerpt:
    """A sentence of a document; the picture of its page comes with words for who does not see it.

    `missing` tells why there is no picture, "" where none was wanted.
    """

    text: str
    picture: PagePicture | None = None
    described: str = ""
    missing: str = ""


@dataclass(frozen=True)
class SourceBlock:
    """A page that is cited: number, document and page in words, what opens the file ("" for nothing), its sentences."""

    n: int
    document: str
    where: str
    link: str
    link_text: str
    also: str
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True)
class Facts:
    """Names with what stands behind each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rows:
    """Rows of a sheet under the names of their columns; `more` tells of what is left out, "" for nothing."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""


Block = Title | Aside | Question | Paragraph | Notice | Heading | SourceBlock | Facts | Rows


def blocks_of(dossier: Dossier, telling: Telling) -> Iterator[Block]:
    """Give the blocks of a dossier in their order."""
    made = telling.words(say("Written by phi3desk on {date}", date=telling.moment(dossier.made)))
    yield Title(_title(dossier) or telling.words(say("Answers from documents")), made)
    if any(entry.answer is not None and entry.answer.sentences for entry in dossier.entries):
        yield Aside(_legend(telling))
    before: Entry | None = None
    for entry in dossier.entries:
        goes_on = before is not None and bool(before.about) and before.question == entry.question
        yield from _entry(entry, telling, goes_on=goes_on)
        before = entry


def _title(dossier: Dossier) -> str:
    """Return the title, "" where it is that of the one question below it."""
    title, questions = inert_line(dossier.title), {inert_line(entry.question) for entry in dossier.entries}
    return "" if questions == {title} else title


def inert(text: str) -> str:
    """Return text without what shows nothing, turns text round or cannot stand in a file; line breaks stay."""
    lines = printable(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\t", " ")
    return "".join(c for c in lines if unicodedata.category(c) not in ("Cs", "Cn"))


def inert_line(text: str) -> str:
    """Return text as one inert line."""
    return " ".join(inert(text).split())


def _legend(telling: Telling) -> str:
    return telling.words(
        say(
            "{found} behind a sentence: found in the sources. {not_found} behind it, with the reason: not found in the "
            "sources that were read. It may be true all the same: look before you rely on it.",
            found=FOUND,
            not_found=NOT_FOUND,
        )
    )


def _entry(entry: Entry, telling: Telling, *, goes_on: bool) -> Iterator[Block]:
    told = telling.words(say("Documents without an answer")) if entry.silent else inert_line(entry.about)
    about = _with_remark(told, entry.remark, telling)
    yield Question("" if goes_on else inert_line(entry.question) or "–", about)
    if entry.silent:
        why = (_with_remark(inert_line(telling.words(one.why)), one.remark, telling) for one in entry.silent)
        yield Facts(tuple(zip((inert_line(one.document) for one in entry.silent), why, strict=True)))
        return
    yield from _text(entry, telling)
    yield from _notices(entry, telling)
    if entry.answer is not None and entry.answer.sheet is not None:
        yield from _sheet(entry.answer.sheet, telling)
    if entry.sources:
        yield Heading(telling.words(_sources_heading(entry)))
        for source in entry.sources:
            yield _source(source, telling)
    facts = tuple(_facts(entry, telling))
    if facts:
        yield Heading(telling.words(say("How it was made")))
        yield Facts(facts)


def _with_remark(told: str, remark: Sentence | None, telling: Telling) -> str:
    return told if remark is None else f"{told} · {inert_line(telling.words(remark))}"


def _text(entry: Entry, telling: Telling) -> Iterator[Block]:
    text = inert(entry.text).strip()
    sentences = entry.answer.sentences if entry.answer is not None else ()
    found = places(text, [inert(one.text) for one in sentences])
    ends = {place[1]: one for place, one in zip(found, sentences, strict=True) if place is not None}
    start = 0
    together: list[Run] = []
    for line in text.split("\n"):
        runs = _runs(text, start, start + len(line), ends, telling)
        start += len(line) + 1
        if not line.strip() or _BULLET.match(line):
            yield from [Paragraph(tuple(together))] if together else []
            together = []
        if _BULLET.match(line):
            yield Paragraph(tuple(runs), bullet=True)
        elif line.strip():
            together += [Run("\n"), *runs] if together else runs
    yield from [Paragraph(tuple(together))] if together else []
    for place, one in zip(found, sentences, strict=True):
        if place is None:
            yield Paragraph((Run(f"“{inert_line(one.text)}”"), _mark(one, telling)), bullet=True)


def _runs(text: str, start: int, end: int, ends: dict[int, CheckedSentence], telling: Telling) -> list[Run]:
    """Return a line of the text as runs, with the mark of each sentence that ends in it."""
    line = text[start:end]
    begin = _BULLET.match(line) or _HEADING.match(line)
    look = Look.BOLD if _HEADING.match(line) else Look.PLAIN
    spoken = start + begin.end() if begin else start + len(line) - len(line.lstrip())
    bold = {start + found.start(): start + found.end() for found in _BOLD.finditer(line)}
    runs: list[Run] = []
    at = spoken
    stops = sorted({stop for stop in ends if start < stop <= end} | set(bold) | set(bold.values()) | {end})
    within = look
    for stop in stops:
        if stop < at:
            continue
        piece = text[at:stop]
        if within is Look.BOLD and (look is Look.PLAIN or bold):
            piece = piece.replace("**", "")
        runs += [Run(piece, within)] if piece else []
        runs += [_mark(ends[stop], telling)] if stop in ends else []
        at = stop
        within = Look.BOLD if any(first <= at < last for first, last in bold.items()) else look
    return runs


def _mark(sentence: CheckedSentence, telling: Telling) -> Run:
    """Return what stands behind a sentence: a sign alone, or a sign and why it is not supported."""
    if sentence.supported:
        return Run(f"\u00a0{FOUND}", Look.FOUND)
    return Run(f" [{NOT_FOUND}\u00a0{telling.words(note_of(sentence))}]", Look.NOT_FOUND)


def _notices(entry: Entry, telling: Telling) -> Iterator[Notice]:
    answer = entry.answer
    if answer is None:
        if not entry.text.strip():
            yield Notice(telling.words(say("This question was not answered.")))
        return
    yield from _about_correction(answer, telling)
    if answer.is_own:
        return
    ending = _ENDINGS.get(answer.ended)
    if ending is not None:
        yield Notice(telling.words(ending))
    if answer.refused or answer.basis is Basis.NOTHING_FOUND or (not answer.citations and refuses(answer)):
        yield Notice(telling.words(say("Not answered: the documents do not tell.")))
        return
    told = support(answer)
    if answer.sheet is not None:
        calculated = (
            say("Calculated from the rows below.")
            if answer.sheet.words
            else say("No query could be made of the question: these are the rows that fit it.")
        )
        yield Notice(telling.words(calculated), good=bool(answer.sheet.words))
    elif told is not None:
        yield Notice(f"{telling.words(told)}.", good=all(one.supported for one in answer.sentences))
    elif answer.basis is Basis.DOCUMENTS and not answer.made_by.model:
        nearest = say("The sentence that is nearest to the question: no model was asked whether it answers it.")
        yield Notice(telling.words(nearest))
    elif answer.basis is Basis.DOCUMENTS:
        yield Notice(telling.words(say("The sentences of this answer were not checked against the sources.")))
    figures = unheld_figures(answer)
    if figures:
        listed = ", ".join(inert_line(figure) for figure in figures)
        yield Notice(telling.words(say("Check {figures}: the source does not hold it.", figures=listed)))


def _about_correction(answer: Answer, telling: Telling) -> Iterator[Notice]:
    """Tell of an answer that a person put right, or of one to a question like it."""
    corrected = answer.corrected
    if corrected is None:
        return
    if not corrected.given:
        before = inert_line(corrected.question)
        yield Notice(telling.words(say("A question like it was answered by hand before: {question}", question=before)))
        return
    when = telling.moment(corrected.changed)
    yield Notice(telling.words(say("Corrected by hand on {date}: no model wrote this.", date=when)), good=True)
    for source in answer.sources:
        if source.n in corrected.gone:
            document = inert_line(source.passage.document)
            told = say("[{n}] {document} no longer says this: check the answer.", n=source.n, document=document)
            yield Notice(telling.words(told))


_ENDINGS = {
    Ending.CANCELLED: say("Stopped half-way: the answer is not complete."),
    Ending.FAILED: say("The answer broke off: it is not complete."),
    Ending.WRITING: say("phi3desk was closed while this was written: the answer is not complete."),
    Ending.LENGTH: say("The answer reached its longest length and was cut."),
    Ending.CONTEXT: say("The context window was full and the answer was cut."),
    Ending.REPEATED: say("The model repeated itself without end and was stopped."),
}


def _sources_heading(entry: Entry) -> Sentence:
    answer = entry.answer
    if answer is not None and answer.rests_on_nothing:
        return say("Nearest in the documents")
    return say("Sources") if entry.cited else say("Read, but not cited")


def _sheet(sheet: SheetRecord, telling: Telling) -> Iterator[Block]:
    """Give the rows that an answer from a sheet rests on, under the heads of their columns, and the query."""
    words = telling.words
    if sheet.rows:
        shown = sheet.rows[:_MOST_ROWS]
        left = max(sheet.rows_in_all, len(sheet.rows)) - len(shown)
        rows = words(say("Further rows: {count}", count=left)) if left else ""
        beyond = len(sheet.head) - _MOST_COLUMNS
        columns = words(say("Further columns: {count}", count=beyond)) if beyond > 0 else ""
        yield Heading(words(say("Rows of the sheet")))
        yield Rows(
            tuple(inert_line(name) for name in sheet.head[:_MOST_COLUMNS]),
            tuple((str(row.number), *(inert_line(cell) for cell in row.cells[: _MOST_COLUMNS - 1])) for row in shown),
            "; ".join(part for part in (rows, columns) if part),
        )
    if sheet.words:
        written = say("Query, written by the model") if sheet.by_model else say("Query, made without a model")
        yield Heading(words(written))
        yield Facts(((words(say("Asked")), inert_line(sheet.words)), ("SQL", inert_line(sheet.sql))))


def _source(source: DossierSource, telling: Telling) -> SourceBlock:
    document, where = inert_line(source.document), inert_line(telling.words(source.where))
    also = ", ".join(inert_line(name) for name in source.also)
    return SourceBlock(
        source.n,
        document,
        where,
        source.link,
        telling.words(say("Open the file")),
        telling.words(say("Also as {names}.", names=also)) if also else "",
        tuple(_excerpt(quote, document, where, telling) for quote in source.quotes),
    )


def _excerpt(quote: Quote, document: str, where: str, telling: Telling) -> Excerpt:
    text = inert_line(quote.text)
    missing = inert_line(telling.words(quote.missing)) if quote.missing is not None else ""
    if quote.picture is None:
        return Excerpt(text, missing=missing)
    marked = (
        say("{document}, {place}, with the sentence marked.", document=document, place=where)
        if quote.picture.is_marked
        else say("{document}, {place}. The sentence does not stand there any more.", document=document, place=where)
    )
    return Excerpt(text, quote.picture, telling.words(marked))


def _facts(entry: Entry, telling: Telling) -> Iterator[tuple[str, str]]:
    words, answer = telling.words, entry.answer
    if answer is None:
        return
    made_by = answer.made_by
    if answer.mode is not None:
        yield words(say("Answers")), words(answer.mode.label)
    basis = _BASES.get(answer.basis)
    if basis is not None and not answer.refused and not (answer.is_own and answer.basis is Basis.MODEL):
        yield words(say("Rests on")), words(basis)
    if made_by.profile:
        yield words(say("Expert")), inert_line(made_by.profile)
    if made_by.model:
        yield words(say("Model")), _model(answer)
    if made_by.adapters:
        uses = (f"{inert_line(use.name)} ({use.strength:g})" for use in made_by.adapters)
        yield words(say("Adapters (strength)")), ", ".join(uses)
    yield words(say("Written")), _written(entry, telling)
    if answer.searched_for:
        yield words(say("Searched for")), inert_line(answer.searched_for)
    if answer.words_only is not None or answer.meanings < 1.0:
        yield words(say("Search")), words(_searched(answer))
    read = _read(answer)
    if read is not None:
        yield words(say("Read")), words(read)


def _model(answer: Answer) -> str:
    made_by = answer.made_by
    parts = [inert_line(model_title(made_by.model, made_by.model_path))]
    file = inert_line(Path(made_by.model_path).name)
    parts += [file] if file and file != parts[0] else []
    parts += [f"SHA-256 {inert_line(made_by.model_sha256)[:_HASH_LETTERS]}"] if made_by.model_sha256 else []
    return ", ".join(parts)


def _written(entry: Entry, telling: Telling) -> str:
    when = telling.moment(entry.written) if entry.written > 0 else "–"
    if entry.versions < 2:
        return when
    version = say(
        "{when}, answer {number} of {count} to this question", when=when, number=entry.version, count=entry.versions
    )
    return telling.words(version)


def _read(answer: Answer) -> Sentence | None:
    if answer.spent is not None:
        spent = answer.spent
        return say(
            "Passages: {passages}, tokens: {tokens}, in at most {seconds} s",
            passages=spent.passages,
            tokens=spent.tokens,
            seconds=f"{spent.budget_s:g}",
        )
    if answer.timings.prompt_tokens:
        return say("Tokens: {tokens}", tokens=answer.timings.prompt_tokens)
    return None


def _searched(answer: Answer) -> Sentence:
    if answer.words_only is WordsOnly.LANGUAGE:
        return say("By words only: the search by meaning does not know the language of the question")
    if answer.words_only is WordsOnly.NO_VECTORS:
        return say("By words only: the documents were still being prepared for the search by meaning")
    return say("By words, and {percent} % of the documents by meaning", percent=min(99, int(100 * answer.meanings)))


_BASES = {
    Basis.DOCUMENTS: say("Documents"),
    Basis.CATALOGUE: say("The library itself, without a model"),
    Basis.MODEL: say("The model alone, not documents"),
}
