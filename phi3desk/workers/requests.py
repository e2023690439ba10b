"""The requests that the workers answer: one dataclass each, with the type of its result and of what it tells.

They are written as `class Name(Request[result, events])`. Ids are the catalogue's; paths travel as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Never

from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.follow_up_model import WrittenQuestion
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.messages import Opinion, Source
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.library.documents import (
    EVERYWHERE,
    Collection,
    Document,
    EmbedderInfo,
    Fault,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    PageText,
    Rules,
    SearchResult,
    SearchScope,
)
from phi3desk.library.overview.types import DocumentQuestion, Overview, Within
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.library.sheets.question import SheetQuestion, WrittenQuery
from phi3desk.library.sheets.told import SheetResult
from phi3desk.model.hub.types import DownloadProgress, Repository, Wanted
from phi3desk.model.types import AdapterUse, Hardware, LoadedModel, LoadOptions, Measured, ModelRef, ModelUse, Sampling
from phi3desk.packs.manifest import PackProgress
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.workers.protocol import Request

#: Left, top, right and bottom of a recognised word in points from the upper left corner of its page.
Area = tuple[float, float, float, float]


@dataclass(frozen=True)
class Cancel(Request[None, Never]):
    """Ask a request to stop; it then ends in its own way. Answered at once, by every worker."""

    target: int


@dataclass(frozen=True)
class Shutdown(Request[None, Never]):
    """End the worker. It is not answered."""


@dataclass(frozen=True)
class Search(Request[SearchResult, Never]):
    """Find the k best passages for a question, with how close their sentences are to it where that is wanted."""

    question: str
    k: int
    scope: SearchScope = EVERYWHERE
    sentences: bool = False


@dataclass(frozen=True)
class CheckAnswer(Request[Grounded, Never]):
    """Tie an answer's sentences to the sources that support them; `question` is what was asked.

    `opinions` are those of the model that wrote it.
    """

    text: str
    sources: tuple[Source, ...]
    question: str
    opinions: tuple[Opinion, ...] = ()


@dataclass(frozen=True)
class UseReranker(Request[float, Never]):
    """Have the reranker of a folder take part in searches from now on, none for ""; the seconds it adds to each."""

    folder: str


@dataclass(frozen=True)
class TellOfDocuments(Request[Overview, Never]):
    """Answer a question about documents as wholes from the catalogue."""

    question: DocumentQuestion
    within: Within


@dataclass(frozen=True)
class AskSheets(Request[SheetResult, Never]):
    """Answer a question from the tables of sheets, by rules or by a query that a model wrote for one of them."""

    question: SheetQuestion
    scope: SearchScope
    written: WrittenQuery | None = None


@dataclass(frozen=True)
class ListCollections(Request[tuple[Collection, ...], Never]):
    """All collections."""


@dataclass(frozen=True)
class DocumentRows:
    """Some of the documents that were asked for."""

    documents: tuple[Document, ...]


@dataclass(frozen=True)
class ListDocuments(Request[None, DocumentRows]):
    """The documents of a collection (None: of all); they come as events, some hundreds at a time."""

    collection: int | None = None


@dataclass(frozen=True)
class GetStatus(Request[LibraryStatus, Never]):
    """How much there is, and how much of it is embedded."""


@dataclass(frozen=True)
class CreateCollection(Request[Collection, Never]):
    """Make a collection."""

    name: str


@dataclass(frozen=True)
class RenameCollection(Request[None, Never]):
    """Give a collection another name."""

    collection: int
    name: str


@dataclass(frozen=True)
class DeleteCollection(Request[None, Never]):
    """Take a collection out of the library; can be undone."""

    collection: int


@dataclass(frozen=True)
class RestoreCollection(Request[None, Never]):
    """Undo the deletion of a collection."""

    collection: int


@dataclass(frozen=True)
class SetRules(Request[None, Never]):
    """Change what of a collection's folders is read."""

    collection: int
    rules: Rules


@dataclass(frozen=True)
class RemoveSource(Request[None, Never]):
    """Unbind a folder or file; can be undone."""

    source: int


@dataclass(frozen=True)
class RestoreSource(Request[None, Never]):
    """Undo the unbinding of a folder or file."""

    source: int


@dataclass(frozen=True)
class RemoveDocuments(Request[None, Never]):
    """Take documents out of the library; can be undone."""

    documents: tuple[int, ...]


@dataclass(frozen=True)
class RestoreDocuments(Request[None, Never]):
    """Undo the removal of documents."""

    documents: tuple[int, ...]


@dataclass(frozen=True)
class ListEmbedders(Request[tuple[EmbedderInfo, ...], Never]):
    """The embedders that can be chosen."""


@dataclass(frozen=True)
class AddEmbedder(Request[EmbedderInfo, Never]):
    """List the model in a folder among the embedders."""

    folder: str


@dataclass(frozen=True)
class UseEmbedder(Request[None, Never]):
    """Have a collection (None: all, and new ones) get the vectors of an embedder; the next `Sync` makes them."""

    name: str
    collection: int | None = None


@dataclass(frozen=True)
class MeasureEmbedder(Request[float, Never]):
    """How many seconds an embedder takes for a passage here, 0 where there is none to measure it with."""

    name: str
    collection: int | None = None


@dataclass(frozen=True)
class PauseImports(Request[None, Never]):
    """Hold imports back, or let them go on; holds over a restart."""

    paused: bool


@dataclass(frozen=True)
class GetPage(Request[PageText, Never]):
    """A page, from 1, as the text it was read as."""

    document: int
    page: int


@dataclass(frozen=True)
class GetBoxes(Request[tuple[Area, ...], Never]):
    """Where the recognised words of a range of a page's text stand."""

    document: int
    page: int
    start: int
    end: int


@dataclass(frozen=True)
class DrawPage(Request[PagePicture, Never]):
    """The picture of a PDF's page, with a sentence marked."""

    wish: PictureWish


@dataclass(frozen=True)
class GetPassword(Request[str, Never]):
    """What opens a locked document, empty where it is not known."""

    document: int


class ImportRequest(Request[ImportSummary, ImportProgress | FileOutcome]):
    """Work of the import lane that reads documents; tells its progress and each file that is finished."""


@dataclass(frozen=True)
class ImportPaths(ImportRequest):
    """Bind files and folders to a collection (None: the default one) and read them."""

    paths: tuple[str, ...]
    collection: int | None = None


@dataclass(frozen=True)
class Sync(ImportRequest):
    """Make a collection (None: all) agree with its folders, and take up what an earlier run left half done."""

    collection: int | None = None


@dataclass(frozen=True)
class RetryDocuments(ImportRequest):
    """Read documents again."""

    documents: tuple[int, ...]


@dataclass(frozen=True)
class UnlockDocuments(ImportRequest):
    """Read locked documents with a password, which the system's keyring keeps where `remember` says so."""

    documents: tuple[int, ...]
    password: str = field(repr=False)
    remember: bool = False


@dataclass(frozen=True)
class ExportPack(Request[ExportedPack, PackProgress]):
    """Write a profile, by its id, with its adapters, and its documents where they are wanted, into one file."""

    profile: str
    file: str
    with_documents: bool
    with_index: bool


@dataclass(frozen=True)
class ImportPack(Request[ImportedPack, PackProgress]):
    """Take in a pack; what of it waits for reading or embedding is done by the next `Sync`."""

    file: str


@dataclass(frozen=True)
class VectorsPutBack:
    """How many vectors were put back into a store that is made anew, since the last time it was told."""

    count: int


@dataclass(frozen=True)
class CheckLibrary(Request[tuple[Fault, ...], VectorsPutBack]):
    """Look where catalogue, word index and vectors disagree, and make them agree where `repair` says so."""

    repair: bool = False


@dataclass(frozen=True)
class LoadProgress:
    """How much of a model is loaded, 0 to 1."""

    fraction: float


@dataclass(frozen=True)
class LoadModel(Request[LoadedModel, LoadProgress]):
    """Load a listed model and its adapters in place of the one before; where one does not fit, none is attached."""

    model: ModelRef
    options: LoadOptions
    adapters: tuple[AdapterUse, ...] = ()


@dataclass(frozen=True)
class SetAdapters(Request[LoadedModel, Never]):
    """Attach exactly the given adapters; where one does not fit, none is attached."""

    adapters: tuple[AdapterUse, ...]


@dataclass(frozen=True)
class PromptRead:
    """How many of the prompt's tokens are read."""

    tokens: int
    total: int


@dataclass(frozen=True)
class TextPiece:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class ModelChanged:
    """The graphics card ran out of memory: the model is loaded otherwise than before, None where it is no longer."""

    model: LoadedModel | None


@dataclass(frozen=True)
class WriteAnswer(Request[Completion, PromptRead | TextPiece | ModelChanged]):
    """Write an answer, telling how much of the prompt is read and each piece of text.

    `by` is the model that is to write it, with exactly its adapters; it fails where another one is loaded by then. None
    takes the loaded one, with the adapters that were set last. The same holds for every request with `by`.
    """

    request: PromptRequest
    sampling: Sampling
    by: ModelUse | None = None


@dataclass(frozen=True)
class ReadAhead(Request[int, Never]):
    """Read what the prompt of the next question begins with; how many tokens had to be read for it.

    `room_for_answer` is the longest answer in tokens.
    """

    request: PromptRequest
    room_for_answer: int


@dataclass(frozen=True)
class ForgetConversation(Request[None, Never]):
    """Forget what was read of a conversation, in memory and on the disk."""

    conversation: int


@dataclass(frozen=True)
class ForgetOtherConversations(Request[None, Never]):
    """Forget what was read of all conversations but these, as where a process ended before it had forgotten one."""

    conversations: tuple[int, ...]


@dataclass(frozen=True)
class CompleteQuestion(Request[WrittenQuestion, ModelChanged]):
    """Complete a follow-up that the rules leave in doubt; takes two seconds at most."""

    follow_up: FollowUp
    by: ModelUse | None = None


@dataclass(frozen=True)
class Judge(Request[tuple[float, ...], ModelChanged]):
    """How likely the loaded model answers each matter by yes, 0 to 1; those with the same text are read together."""

    matters: tuple[Matter, ...]
    by: ModelUse | None = None


@dataclass(frozen=True)
class WriteQuery(Request[str, ModelChanged]):
    """Write a query for a question to a sheet, "" where the model writes none."""

    request: QueryRequest
    by: ModelUse | None = None


@dataclass(frozen=True)
class MeasureModel(Request[Measured | None, Never]):
    """Measure how the loaded model is run fastest, and run it so; None where it gave way to another request."""


@dataclass(frozen=True)
class ReleaseModel(Request[None, Never]):
    """Let the loaded model go, with the memory it takes."""


@dataclass(frozen=True)
class GetHardware(Request[Hardware, Never]):
    """What this machine has for a model."""


@dataclass(frozen=True)
class FetchModel(Request[str, DownloadProgress]):
    """Fetch a model from the hub, or go on with it, and list it; the name in the list. A stopped one can go on."""

    wanted: Wanted


@dataclass(frozen=True)
class ListRepository(Request[Repository, Never]):
    """The models of a repository of the hub, by `owner/name` or by the address of its page."""

    repository: str
