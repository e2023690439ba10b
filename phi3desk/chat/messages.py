"""What a conversation is made of: messages, their sources, and the answer as it is kept and shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.errors import Sentence
from phi3desk.library.documents import Passage, Trace, WordsOnly
from phi3desk.library.kinds import PDF
from phi3desk.model.names import model_title
from phi3desk.model.types import AdapterUse, Ending, LoadedModel, ModelKind, ModelRef, ModelUse, Role

#: days for which a deleted conversation or expert can be brought back
DAYS_IN_BIN = 30
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Source:
    """A passage by its number in prompt and answer; the others tell why it was found, as in `Found`."""

    n: int
    passage: Passage
    words: tuple[str, ...] = ()
    meaning: float | None = None
    sentences: tuple[float, ...] = ()
    score: float = 0.0


@dataclass(frozen=True)
class Citation:
    """A claim of the answer tied to a sentence of a source.

    `quote` is the sentence of the passage; `by_model` is false where the program found the source of a
    sentence that the model left unmarked. `missing` holds, in messages from before sentences were checked, the figures
    that the model's sentence gives and the passage does not hold. `kind`, `label` and `also` are the passage's.
    """

    n: int
    document: str
    path: str
    page: int
    quote: str
    by_model: bool = True
    missing: tuple[str, ...] = ()
    kind: str = PDF.key
    label: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timings:
    """How long an answer took; seconds and tokens."""

    search_s: float = 0.0
    prompt_tokens: int = 0
    prefill_s: float = 0.0
    first_token_s: float = 0.0
    generated_tokens: int = 0
    tokens_per_s: float = 0.0
    reused_tokens: int = 0


@dataclass(frozen=True)
class MadeBy:
    """What wrote a message, so that it can be told later: model, profile, adapters."""

    model: str = ""
    model_path: str = ""
    model_sha256: str = ""
    profile: str = ""
    profile_id: str = ""
    adapters: tuple[AdapterUse, ...] = ()

    @property
    def use(self) -> ModelUse | None:
        """The model with its adapters, None where there was no model."""
        model = ModelRef(ModelKind.GGUF, self.model, self.model_sha256)
        return ModelUse(model, self.adapters) if self.model else None

    def by_model(self, model: LoadedModel) -> MadeBy:
        """Return the same with a model as it is loaded, whose file is known by its hash."""
        return replace(self, model=model.name, model_path=model.path, model_sha256=model.sha256)

    @property
    def line(self) -> str:
        """All of it in a few words: the expert, the model, adapters with their strength."""
        adapters = [f"{use.name} {use.strength:g}" for use in self.adapters]
        model = model_title(self.model, self.model_path)
        return ", ".join(part for part in (self.profile, model, *adapters) if part)


@dataclass(frozen=True)
class Fitted:
    """How what was said before was made to fit into a context of so many tokens.

    Of its exchanges the oldest `left_out` are not in the prompt, and the next `shortened` only as what was asked and
    answered, without the passages.
    """

    left_out: int = 0
    shortened: int = 0
    context: int = 0


#: nothing was left out
WHOLE = Fitted()


@dataclass(frozen=True)
class Reading:
    """What the model read and wrote for an answer, word for word, so that the next question goes on from there.

    `asked` is the question with its passages as it stood in the prompt, `written` the text before its marks were
    looked after, in `tokens`. `used` is how many of the `context` tokens all of the prompt and the answer take.
    """

    asked: str = ""
    written: str = ""
    tokens: tuple[int, ...] = ()
    fitted: Fitted = WHOLE
    used: int = 0
    context: int = 0


class Basis(StrEnum):
    """What an answer rests on.

    Documents, the catalogue of documents, which no model was asked about, the model alone, or nothing, for no document
    speaks of the question.
    """

    DOCUMENTS = "documents"
    CATALOGUE = "catalogue"
    MODEL = "model"
    NOTHING_FOUND = "nothing_found"


class Why(StrEnum):
    """Why the check of a sentence did not call it supported; SUPPORTED where it did."""

    SUPPORTED = ""
    FIGURE = "figure"
    UNIT = "unit"
    NEGATION = "negation"
    CONDITION = "condition"
    NAME = "name"
    NOTHING_FOUND = "nothing found"


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence of an answer, without marks, as it was checked against the passages after writing.

    `citations` are the numbers of the sources that support it, `score` says how well they do, 0 to 1. Not supported
    means that the sources do not hold it, not that it is false.
    """

    text: str
    supported: bool
    score: float = 0.0
    why: Why = Why.SUPPORTED
    citations: tuple[int, ...] = ()


@dataclass(frozen=True)
class Found:
    """The words that answer a question, as a model copied them, and the sentence of source `n` that holds them."""

    n: int
    sentence: str
    words: str


@dataclass(frozen=True)
class Opinion:
    """How likely source `n` says a sentence of an answer, as the model sees it that wrote it, 0 to 1."""

    sentence: str
    n: int
    likely: float


@dataclass(frozen=True)
class ReadPassage:
    """A source as the model was given it: so many tokens, read in so many seconds; `left_out` says why it was not.

    `text` is what of the passage stood in the prompt, "" where that was all of it.
    """

    n: int
    tokens: int = 0
    seconds: float = 0.0
    text: str = ""
    left_out: Sentence | None = None


@dataclass(frozen=True)
class Spent:
    """What was spent on reading for an answer: seconds that it was allowed, tokens and passages that were read."""

    budget_s: float
    tokens: int
    passages: int
    read: tuple[ReadPassage, ...] = ()


@dataclass(frozen=True)
class Corrected:
    """What a person put in place of an answer to this question, or to one like it: then it is offered, not `given`.

    `example` is what it is kept as, `question` the one it was put right for, `changed` seconds since 1970. `gone` are
    the numbers of the sources that no longer hold the sentence that was chosen of them.
    """

    example: int
    question: str
    changed: float
    given: bool = True
    gone: tuple[int, ...] = ()


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet by its number there, with its cells as they are shown; `citation` is its mark, 0 for none."""

    number: int
    cells: tuple[str, ...]
    citation: int = 0


@dataclass(frozen=True)
class SheetRecord:
    """What an answer from a sheet rests on: the query, in words and as SQL, and the first of the rows that it found.

    `words` is "" where no query could be made and the rows are all there is. `by_model` tells that the model wrote the
    query. `head` names the columns of the rows, that of their numbers first.
    """

    document: str
    sheet: str
    words: str
    sql: str
    by_model: bool = False
    head: tuple[str, ...] = ()
    rows: tuple[SheetRow, ...] = ()
    rows_in_all: int = 0


@dataclass(frozen=True)
class Answer:
    """A finished answer.

    `sources` are all passages that were found relevant; the prompt held as many of the first ones as fit. `meanings`
    is the share of all passages that could be found by their meaning when the question was asked, 0 to 1; `words_only`
    tells why none was. `searched_for` is what was searched, where that was another text than the question that was
    typed. `kind` is what was asked about documents as wholes (`Asked`), "" for an ordinary question. `reading` is None
    where no model was asked, or it wrote in parts. `sentences` are those of the text as they were checked, none where
    nothing was. `mode` is how the expert answered, None in messages from before it was kept; `refused` says that the
    question was not answered because the documents do not tell. `trace` tells how its passages were found, None where
    nothing was searched and in messages from before it was kept. `sheet` is what an answer that was calculated from a
    sheet rests on. `nearest` are the sentences that come nearest to a question that the documents do not answer.
    """

    text: str
    citations: tuple[Citation, ...]
    sources: tuple[Source, ...]
    basis: Basis
    ended: Ending
    made_by: MadeBy
    timings: Timings
    meanings: float = 1.0
    words_only: WordsOnly | None = None
    searched_for: str = ""
    kind: str = ""
    reading: Reading | None = None
    sentences: tuple[CheckedSentence, ...] = ()
    mode: AnswerMode | None = None
    refused: bool = False
    spent: Spent | None = None
    trace: Trace | None = None
    corrected: Corrected | None = None
    sheet: SheetRecord | None = None
    nearest: tuple[Citation, ...] = ()

    @property
    def quoted(self) -> tuple[Citation, ...]:
        """The sentences that are shown with it: those it cites or, where it has none, those nearest to the question."""
        return self.citations or self.nearest

    @property
    def rests_on_nothing(self) -> bool:
        """Whether what is named with it is no source of it, but what comes nearest to the question."""
        return not self.citations and (bool(self.nearest) or self.refused or self.basis is Basis.NOTHING_FOUND)

    @property
    def is_own(self) -> bool:
        """Whether it is what a person put in place of an answer."""
        return self.corrected is not None and self.corrected.given

    @property
    def grounded(self) -> bool:
        """Whether the answer was made from documents and names a source that holds its figures."""
        return self.basis in (Basis.DOCUMENTS, Basis.CATALOGUE) and any(
            not citation.missing for citation in self.citations
        )


@dataclass(frozen=True)
class Mention:
    """What a question is restricted to: a collection, a folder by its path, pages, or else the document of that name.

    `pages` are the first and last page of each range, counted from 1; `name` then says them as "3-5, 8".
    """

    name: str
    collection: int = 0
    folder: str = ""
    pages: tuple[tuple[int, int], ...] = ()

    @property
    def is_document(self) -> bool:
        """Whether it names a document."""
        return not (self.collection or self.folder or self.pages)


@dataclass(frozen=True)
class Message:
    """One message of a conversation, by the user or the assistant; times are seconds since 1970.

    `named` is what a question was restricted to. An answer that was written anew has several `versions`; its text and
    record are those of the one in view, the `version`th, from 1.
    """

    id: int
    conversation_id: int
    role: Role
    text: str
    created: float
    answer: Answer | None = None
    named: tuple[Mention, ...] = ()
    version: int = 1
    versions: int = 1


@dataclass(frozen=True)
class Conversation:
    """A conversation as the list shows it; `removed` is when it was deleted, 0 where it was not."""

    id: int
    title: str
    created: float
    changed: float
    profile_id: str = ""
    collections: tuple[int, ...] = field(default=())
    removed: float = 0.0
