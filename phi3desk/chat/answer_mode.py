"""How an expert answers: only from documents, from documents first, or from the model alone."""

from __future__ import annotations

from enum import StrEnum

from phi3desk.errors import Sentence, say


class AnswerMode(StrEnum):
    """Where answers come from.

    DOCUMENTS_ONLY: from documents, and refused where they do not tell or there are none. DOCUMENTS_FIRST: the model
    alone where the documents do not tell. MODEL_ALONE: nothing is searched.
    """

    DOCUMENTS_ONLY = "documents_only"
    DOCUMENTS_FIRST = "documents_first"
    MODEL_ALONE = "model_alone"

    @classmethod
    def _missing_(cls, value: object) -> AnswerMode | None:
        """Read the mode of older files that refused too, but for an empty library."""
        return cls.DOCUMENTS_ONLY if value == "documents" else None

    @property
    def searches(self) -> bool:
        """Whether documents are searched at all."""
        return self is not AnswerMode.MODEL_ALONE

    @property
    def refuses(self) -> bool:
        """Whether a question is refused of which no passage speaks."""
        return self is AnswerMode.DOCUMENTS_ONLY

    @property
    def label(self) -> Sentence:
        """The mode in two words."""
        return _WORDS[self][0]

    @property
    def promise(self) -> Sentence:
        """What the mode does, in a sentence."""
        return _WORDS[self][1]


_WORDS: dict[AnswerMode, tuple[Sentence, Sentence]] = {
    AnswerMode.DOCUMENTS_ONLY: (
        say("Only documents"),
        say("Answers from your documents, and says so where they do not tell."),
    ),
    AnswerMode.DOCUMENTS_FIRST: (
        say("Documents first"),
        say("Answers from your documents, or else from what the model learned, and says which of the two it was."),
    ),
    AnswerMode.MODEL_ALONE: (
        say("Model alone"),
        say("Searches no documents: for wording, translating and drafting."),
    ),
}
