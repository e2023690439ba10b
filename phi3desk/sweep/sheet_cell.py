"""How a sheet answers one question of a sweep: by a query, as in a conversation, with the rows that it rests on."""

from __future__ import annotations

from dataclasses import replace

from phi3desk.chat.citations import keep_known_marks
from phi3desk.chat.messages import Answer, Citation, MadeBy
from phi3desk.chat.question import Question
from phi3desk.library.documents import SearchScope
from phi3desk.library.kinds import SHEETS
from phi3desk.model.types import Sampling
from phi3desk.sweep.plan import Answered, Cell, Outcome, SweepPlan, SweptDocument

_BULLET = "- "


def question_to_sheet(plan: SweepPlan, question: int, document: SweptDocument, made_by: MadeBy) -> Question | None:
    """Return what `chat.decision.sheet_step` takes of a question to a document, None where that is no sheet."""
    if document.kind not in SHEETS:
        return None
    scope = SearchScope(None, (document.path,))
    return Question(plan.questions[question], plan.instructions, (), scope, 0, Sampling(), made_by)


def sheet_cell(question: int, document: SweptDocument, answer: Answer, seconds: float) -> Answered | None:
    """Return the cell of what a sheet answered, None where no query was made: it is to be read like any document.

    A query that the model wrote is to be checked: its figure is right, but it may be that of something else.
    """
    sheet = answer.sheet
    if sheet is None or not sheet.words:
        return None
    outcome = Outcome.TO_CHECK if sheet.by_model else Outcome.FOUND
    cell = Cell(question, document.path, outcome, _on_one_line(answer.text), seconds=seconds)
    if answer.citations:
        first = answer.citations[0]
        quote = " ".join(first.quote.split())
        cell = replace(cell, quote=quote, page=first.page, kind=first.kind, label=_rows(sheet.sheet, answer.citations))
    return Answered(cell, answer)


def _on_one_line(text: str) -> str:
    """Return an answer without marks; what stands in a list follows in a row."""
    lines = [" ".join(line.split()) for line in keep_known_marks(text, ()).splitlines() if line.strip()]
    listed = "; ".join(line.removeprefix(_BULLET) for line in lines if line.startswith(_BULLET))
    others = [line for line in lines if not line.startswith(_BULLET)]
    return " ".join([*others[:1], *([listed] if listed else []), *others[1:]])


def _rows(sheet: str, citations: tuple[Citation, ...]) -> str:
    """Return where all the rows stand that an answer rests on: “Costs, rows 3–7, row 12”."""
    before = f"{sheet}, "
    labels = [citation.label.removeprefix(before) for citation in citations]
    return ", ".join([*([sheet] if sheet else []), *dict.fromkeys(labels)])
