"""The quiet lines under an answer: where it came from, how long it took, who wrote it, how it ended."""

from __future__ import annotations

from PySide6.QtCore import QObject

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Answer, Basis
from phi3desk.chat.refusal import refuses
from phi3desk.library.documents import WordsOnly
from phi3desk.model.types import Ending
from phi3desk.ui.formatting import MINUTE, day, number, translate

#: how full of documents the answers of each mode can be
DISCS = {AnswerMode.DOCUMENTS_ONLY: "●", AnswerMode.DOCUMENTS_FIRST: "◐", AnswerMode.MODEL_ALONE: "○"}


class AnswerFooter(QObject):
    """Puts the record of an answer into words."""

    def mode(self, answer: Answer) -> str:
        """Return how the expert answered, its disc as full as the answer could be of documents.

        "" where that is not known, and where the person answered.
        """
        if answer.mode is None or answer.is_own:
            return ""
        return f"{DISCS[answer.mode]}\u00a0{translate(answer.mode.label)}"

    def made(self, answer: Answer) -> str:
        """Return the line under an answer: from documents or not, sources, expert, model and adapters."""
        if answer.is_own and answer.corrected is not None:
            return self.tr("Yours, corrected on {day}").format(day=day(answer.corrected.changed))
        basis = self._basis(answer)
        parts = [basis] if basis else []
        if answer.basis in (Basis.DOCUMENTS, Basis.CATALOGUE) and answer.sources and not answer.refused:
            count = len({citation.n for citation in answer.citations}) or len(answer.sources)
            parts.append(self.tr("%Ln source(s)", "", count))
        if answer.meanings < 1.0 and answer.words_only is None and answer.basis is not Basis.MODEL:
            percent = number(min(99, int(100 * answer.meanings)))
            told = self.tr("searched by words, and {percent} % of the documents by meaning")
            parts.append(told.format(percent=percent))
        if answer.reading is not None and answer.reading.fitted.left_out:
            left_out = answer.reading.fitted.left_out
            parts.append(self.tr("%Ln earlier question(s) no longer read", "", left_out))
        made_by = answer.made_by.line
        if made_by and answer.basis is not Basis.NOTHING_FOUND:
            parts.append(made_by)
        return "  ·  ".join(parts)

    def searched(self, answer: Answer) -> str:
        """Return a sentence about a search that went by words alone; empty where meanings took part."""
        if answer.words_only is WordsOnly.LANGUAGE:
            return self.tr(
                "Searched by words only: the search by meaning does not know the language of the question. Ask with "
                "words that stand in the documents."
            )
        if answer.words_only is WordsOnly.NO_VECTORS:
            return self.tr(
                "Searched by words only: these documents are still being prepared for the search by meaning. Ask again "
                "later, or with words that stand in them."
            )
        return ""

    def took(self, answer: Answer) -> str:
        """Return how long it took from the question to the end of the answer; empty where no model was asked."""
        timings = answer.timings
        if not timings.tokens_per_s:
            return ""
        seconds = timings.search_s + timings.prefill_s + timings.generated_tokens / timings.tokens_per_s
        if round(seconds) >= MINUTE:
            minutes, rest = divmod(round(seconds), MINUTE)
            return self.tr("{minutes} min {seconds} s").format(minutes=number(minutes), seconds=number(rest))
        return self.tr("{seconds} s").format(seconds=number(seconds, 1 if seconds < 10 else 0))

    def details(self, answer: Answer) -> str:
        """Return how fast the model read and wrote, for who wants to know."""
        timings = answer.timings
        if not timings.tokens_per_s:
            return ""
        return self.tr("{model}: {read} tokens read, {written} written at {speed} a second").format(
            model=answer.made_by.model,
            read=number(timings.prompt_tokens),
            written=number(timings.generated_tokens),
            speed=number(timings.tokens_per_s, 1),
        )

    def ending(self, answer: Answer | None, has_text: bool) -> str:
        """Return what to say of an answer that did not come to its end by itself, or an empty text."""
        if answer is None or answer.ended is Ending.WRITING:
            return self.tr("phi3desk was closed while this was written. Ask again to have it written anew.")
        if answer.ended is Ending.CANCELLED:
            return self.tr("Stopped.") if has_text else self.tr("Stopped before the first word.")
        if answer.ended is Ending.FAILED:
            return self.tr("The answer broke off here. Ask again to have it written anew.")
        if answer.ended is Ending.LENGTH:
            return self.tr("The answer reached its longest length and was cut. The limit is in Settings.")
        if answer.ended is Ending.REPEATED:
            return self.tr("The model repeated itself without end and was stopped. Ask again in other words.")
        if answer.ended is Ending.CONTEXT:
            return self.tr("The context window was full and the answer was cut. Ask in a new conversation.")
        return ""

    def _basis(self, answer: Answer) -> str:
        if answer.sheet is not None:
            if not answer.sheet.words:
                return self.tr("Rows of the sheet that fit")
            if answer.sheet.by_model:
                return self.tr("Calculated from the sheet, by a query of the model")
            return self.tr("Calculated from the sheet, without a model")
        if answer.basis is Basis.DOCUMENTS:
            if answer.refused:
                return ""
            if not answer.citations and refuses(answer):
                return self.tr("The model found no answer in the documents")
            if answer.ended is Ending.STOP and not answer.citations:
                return self.tr("No sentence of the documents found says this: check it")
            return "" if answer.mode is AnswerMode.DOCUMENTS_ONLY else self.tr("From documents")
        if answer.basis is Basis.CATALOGUE:
            return self.tr("From the library itself, without a model")
        if answer.basis is Basis.NOTHING_FOUND:
            return self.tr("Nothing relevant found, so no model was asked")
        if answer.mode is AnswerMode.MODEL_ALONE:
            return self.tr("No documents were searched")
        return self.tr("From the model alone, not from documents")
