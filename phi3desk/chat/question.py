"""A question as it is answered: its words, where it is searched and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.correcting.corrections import KnownAnswer, known_answer, standing
from phi3desk.chat.examples import ExampleStore
from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.messages import WHOLE, Fitted, MadeBy, Mention
from phi3desk.chat.reading.wait import Wait
from phi3desk.library.documents import SearchScope
from phi3desk.model.types import Sampling, Turn


def collections_named(named: Sequence[Mention]) -> tuple[int, ...]:
    """Return the collections among what a question names."""
    return tuple(mention.collection for mention in named if mention.collection)


def scope_of(named: Sequence[Mention], collections: tuple[int, ...] | None) -> SearchScope:
    """Return where a question is searched: in what it names, and in the collections where it names none of its own.

    A document or folder that was named is searched in whichever collection it is.
    """
    folders = tuple(mention.folder for mention in named if mention.folder)
    pages = tuple(pages for mention in named for pages in mention.pages)
    documents = tuple(mention.name for mention in named if mention.is_document)
    return in_collections(SearchScope(collections_named(named) or None, documents, folders, pages), collections)


def in_collections(named: SearchScope, collections: tuple[int, ...] | None) -> SearchScope:
    """Return a scope that is in these collections where it names neither collections, documents nor folders itself."""
    if named.collections is not None or named.documents or named.folders:
        return named
    return replace(named, collections=collections or None)


@dataclass(frozen=True)
class Question:
    """All that decides an answer.

    `search_text` is what is searched for it, where that is not the text itself: a follow-up, completed. Where this
    could mean more than one thing, `doubt` is what the model may be asked before. `spoken_of` are the paths of the
    documents that the conversation is about. `fitted` is how the history was made to fit before, `conversation` the
    conversation's id, 0 where the question stands in none that is kept. `wait` is how long passages may be read, None
    where all of them are. `known` is the answer that a person gave to it or to one like it. `named_collections` are
    the collections that it names itself, where those of its scope may be the expert's.
    """

    text: str
    instructions: str
    history: tuple[Turn, ...]
    scope: SearchScope
    passages: int
    sampling: Sampling
    made_by: MadeBy
    mode: AnswerMode = AnswerMode.DOCUMENTS_ONLY
    search_text: str = ""
    doubt: FollowUp | None = None
    spoken_of: tuple[str, ...] = ()
    fitted: Fitted = WHOLE
    conversation: int = 0
    wait: Wait | None = None
    known: KnownAnswer | None = None
    named_collections: tuple[int, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether a person answered this very question."""
        return self.known is not None and self.known.same

    @property
    def standing_alone(self) -> str:
        """The question as it can be understood without what was said before it."""
        return self.search_text or self.text


def with_known_answer(question: Question, store: ExampleStore) -> Question:
    """Return a question with the answer that a person gave to it, or to one like it, with the same expert."""
    asked = standing(question.standing_alone, question.scope, question.named_collections)
    return replace(question, known=known_answer(store, asked, question.made_by.profile_id))


def with_known_answers(questions: Sequence[Question], path: Path) -> list[Question]:
    """Return questions as `with_known_answer` does; the file of examples, where there is one, is only read."""
    if not path.exists():
        return list(questions)
    with closing(ExampleStore(path, tidy=False)) as store:
        return [with_known_answer(question, store) for question in questions]
