"""How an expert answers: from documents, from documents first, or from the model alone."""

from __future__ import annotations

from enum import StrEnum


class AnswerMode(StrEnum):
    """Where answers come from.

    DOCUMENTS: from documents, and refused where they do not tell; the model alone only while there is nothing to
    search. DOCUMENTS_ONLY: the same, and refused too while there is nothing to search. DOCUMENTS_FIRST: the model
    alone where the documents do not tell. MODEL_ALONE: nothing is searched.
    """

    DOCUMENTS = "documents"
    DOCUMENTS_ONLY = "documents_only"
    DOCUMENTS_FIRST = "documents_first"
    MODEL_ALONE = "model_alone"

    @property
    def searches(self) -> bool:
        """Whether documents are searched at all."""
        return self is not AnswerMode.MODEL_ALONE

    def refuses(self, searched: int) -> bool:
        """Tell whether a question is refused that none of `searched` passages speaks of."""
        if self is AnswerMode.DOCUMENTS:
            return searched > 0
        return self is AnswerMode.DOCUMENTS_ONLY
