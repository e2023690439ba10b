"""A question that sheets answer, as a command asks it; and such an answer as it is printed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from phi3desk.chat.decision import QueryStep, Writing, sheet_step, step_after_query, step_after_sheets
from phi3desk.chat.messages import Answer, SheetRecord
from phi3desk.chat.question import Question
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import Output, ProgressLine
from phi3desk.errors import Sentence, UserError
from phi3desk.library.sheets.told import SheetsTold

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

_LONGEST_CELL = 40


def answer_from_sheets(
    model: ModelProcess,
    library: AnyLibrary,
    question: Question,
    progress: ProgressLine,
    cancelled: threading.Event,
    load: Callable[[], None] | None,
    tell: Callable[[Sentence], None] | None = None,
) -> Answer | None:
    """Return the answer of a sheet, None where the documents are to be searched.

    `load` loads the model where a query is to be written, None where there is none. Where that fails, `tell` is told
    why and rows that fit are the answer; UserError without `tell`, or where there are none.
    """
    step = sheet_step(question)
    while step is not None:
        told = library.ask_sheets(step.asked, step.scope, step.written[-1] if step.written else None)
        is_open = bool(told.schema) and told.told not in (SheetsTold.FOUND, SheetsTold.ORDINARY)
        if is_open and model.model is None and load is not None:
            # also where rows fit: what is loaded must not depend on what was asked before
            try:
                load()
            except UserError as error:
                if tell is None or not told.rows:
                    raise
                tell(error.sentence)
                load = None
        following = step_after_sheets(question, step, told, Writing(model.model))
        if isinstance(following, Answer):
            return following
        if not isinstance(following, QueryStep):
            return None
        progress.show("Writing a query")
        step = step_after_query(following, model.write_query(following.request, cancelled))
        progress.clear()
    return None


def print_rows(sheet: SheetRecord, output: Output) -> None:
    """Print the rows that an answer rests on, and its query."""
    table = [sheet.head, *((str(row.number), *row.cells) for row in sheet.rows)]
    cells = [[_short(cell) for cell in row] for row in table]
    widths = [max(len(row[at]) for row in cells if at < len(row)) for at in range(max(map(len, cells)))]
    for row in cells:
        output.row("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip())
    left = sheet.rows_in_all - len(sheet.rows)
    if left > 0:
        output.text(f"and {left} more rows")
    output.text()
    if sheet.words:
        written = ", written by the model" if sheet.by_model else ""
        output.row(f"Query{written}: {' '.join(sheet.sql.split())}")


def sheet_row(sheet: SheetRecord | None) -> dict[str, Any]:
    """Return the JSON of what an answer from a sheet rests on, none for another answer."""
    if sheet is None:
        return {}
    return {
        "sheet": {
            "document": sheet.document,
            "sheet": sheet.sheet,
            "asked": sheet.words,
            "sql": sheet.sql,
            "by_model": sheet.by_model,
            "head": list(sheet.head),
            "rows": [[row.number, *row.cells] for row in sheet.rows],
            "rows_in_all": sheet.rows_in_all,
        }
    }


def _short(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - 1] + "…"
