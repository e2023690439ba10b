"""Has the loaded model write a query for a table that it is shown, and takes the query out of what it wrote."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from phi3desk.chat.answer import Writer
from phi3desk.chat.prompt import SMALL_MODEL
from phi3desk.library.sheets.written import query_in
from phi3desk.model.types import Role, Sampling, Turn

#: a query with a dozen columns
_MOST_TOKENS = 160
_LONGEST_QUESTION = 500
_TASK = (
    "You write one SQLite SELECT query that answers the question from the table. Use only the columns of the table. "
    "Write texts in WHERE exactly as they stand in the table. Dates are texts such as '2024-05-31'. "
    "Return only the query, without explanation."
)


@dataclass(frozen=True)
class QueryRequest:
    """A question, the table it is asked of, and the query that failed, with what was wrong with it."""

    question: str
    schema: str
    failed: str = ""
    error: str = ""


def may_write(parameters: int) -> bool:
    """Return whether a model of that many parameters (0: unknown) is asked to write queries."""
    return not 0 < parameters < SMALL_MODEL


def write_query(writer: Writer, request: QueryRequest, cancelled: threading.Event) -> str:
    """Return the query that the model writes, "" where it writes none; runs where the model is."""
    sampling = Sampling(max_tokens=_MOST_TOKENS)
    written = writer.generate(_turns(request), sampling, lambda *_: None, lambda _: None, cancelled, formed=False)
    return query_in(written.text)


def _turns(request: QueryRequest) -> tuple[Turn, ...]:
    asked = f"{request.schema}\n\nQuestion: {request.question[:_LONGEST_QUESTION]}"
    if request.error:
        asked += f"\n\nThis query was tried: {request.failed}\nIt does not work: {request.error}\nWrite another query."
    return Turn(Role.SYSTEM, _TASK), Turn(Role.USER, asked)
