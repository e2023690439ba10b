"""An answer as a command prints it: for people, and as a row of JSON."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from typing import Any

from phi3desk.chat.answer import is_from_model_instead
from phi3desk.chat.citations import citation_of, distinct
from phi3desk.chat.messages import Answer, Basis, Citation, SheetRecord, Source, Spent
from phi3desk.chat.refusal import refuses
from phi3desk.chat.wording.doubt import support, with_notes
from phi3desk.cli.asking.sheets import print_rows, sheet_row
from phi3desk.cli.output import Output
from phi3desk.cli.search import found_row
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import Found, Trace, place
from phi3desk.model.types import Ending

#: letters of what is shown because it is nearest to a question that was refused
_LONGEST_NEAREST = 280
REPEATED = say("The model repeated itself without end and was stopped. Ask again in other words.")


@dataclasses.dataclass(frozen=True)
class Answered:
    """An answer together with the passages the search gave it."""

    answer: Answer
    found: tuple[Found, ...]
    notice: Sentence | None = None
    trace: Trace | None = None


def answer_row(question_id: str, answered: Answered) -> dict[str, Any]:
    """Return the JSON of an answer."""
    answer = answered.answer
    return {
        "id": question_id,
        "answer": answer.text,
        "citations": [_quote_row(citation) for citation in distinct(answer.citations)],
        "nearest": [_quote_row(citation) for citation in answer.nearest],
        "sentences": [
            {"text": each.text, "supported": each.supported, "citations": list(each.citations)}
            for each in answer.sentences
        ],
        "passages": [found_row(found) for found in answered.found],
        "model": answer.made_by.model,
        "grounded": answer.grounded,
        "refused": answer.refused,
        "corrected": answer.is_own,
        "mode": answer.mode,
        "reading": _reading_row(answer.spent),
        **sheet_row(answer.sheet),
        "timings": {name: round(value, 4) for name, value in dataclasses.asdict(answer.timings).items()},
    }


def _quote_row(citation: Citation) -> dict[str, Any]:
    return {"n": citation.n, "document": citation.document, "page": citation.page, "quote": citation.quote}


def _reading_row(spent: Spent | None) -> dict[str, Any]:
    spent = spent or Spent(0.0, 0, 0)
    return {"budget_s": spent.budget_s, "tokens": spent.tokens, "passages": spent.passages}


def print_answer(answered: Answered, output: Output) -> None:
    """Print an answer for people: the text, its sources, and where it comes from."""
    answer = answered.answer
    output.text(with_notes(answer.text, answer) or "(The model wrote nothing.)")
    output.text()
    if answer.sheet is not None:
        print_rows(answer.sheet, output)
    for citation in distinct(answer.citations):
        where = place(citation.kind, citation.page, citation.label)
        output.text(f"[{citation.n}] {citation.document}, {where}: {' '.join(citation.quote.split())}")
        if citation.missing:
            output.text(f"    Check {', '.join(citation.missing)}: the source does not hold it.")
    if answer.refused or is_from_model_instead(answer):
        for one in answer.nearest or _passages(answer.sources):
            output.text(f"Nearest: {one.document}, {place(one.kind, one.page, one.label)}: {_beginning(one.quote)}")
    told = support(answer)
    if told is not None and not answer.refused:
        output.text(f"{told}.")
    if answer.ended is Ending.REPEATED:
        output.text(str(REPEATED))
    if answer.sheet is not None:
        output.text(_calculated(answer.sheet))
        return
    for line in _about_correction(answer):
        output.text(line)
    if answer.is_own:
        return
    written = f" {answer.timings.tokens_per_s:.1f} tokens/s, {answer.made_by.line}."
    mode = f"{answer.mode.label}. " if answer.mode is not None else ""
    output.text(mode + _basis(answer) + (written if answer.basis in (Basis.DOCUMENTS, Basis.MODEL) else ""))


def _calculated(sheet: SheetRecord) -> str:
    where = f"{sheet.document}, {sheet.sheet}" if sheet.sheet else sheet.document
    if not sheet.words:
        return f"The rows of {where} that fit: no query could be made of the question."
    return f"Calculated from {where}{' by a query of the model' if sheet.by_model else ', without a model'}."


def _passages(sources: Sequence[Source]) -> list[Citation]:
    return [citation_of(source, source.passage.text) for source in sources]


def _beginning(text: str) -> str:
    """Return the first words of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NEAREST else line[:_LONGEST_NEAREST].rsplit(" ", 1)[0] + " …"


def _about_correction(answer: Answer) -> Iterator[str]:
    """Yield what is told under an answer that a person put right, or that they may have put right before."""
    corrected = answer.corrected
    if corrected is None:
        return
    if not corrected.given:
        yield f"You answered a similar question before: {' '.join(corrected.question.split())}"
        return
    for source in answer.sources:
        if source.n in corrected.gone:
            yield f"[{source.n}] {source.passage.document} no longer says this: check the answer."
    yield f"Yours, corrected on {time.strftime('%d %b %Y', time.localtime(corrected.changed))}."


def _basis(answer: Answer) -> str:
    if answer.basis is Basis.NOTHING_FOUND:
        return "No document speaks of this."
    if answer.refused:
        return "The model found no answer in the documents."
    if answer.basis is Basis.CATALOGUE:
        return "From the library itself, without a model."
    if answer.grounded:
        count = len({citation.n for citation in answer.citations})
        return f"From documents, {count} source{'s' if count > 1 else ''}."
    if is_from_model_instead(answer):
        return "From the model, not found in the documents."
    if answer.sources and refuses(answer):
        return "The model found no answer in the documents."
    if answer.sources:
        return "From documents, but the sources do not hold what the answer says: check it."
    return "From the model alone, without documents."
