"""A sweep as a dossier: each answer with its sentences and pages, and the documents without an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from phi3desk.chat.dossier.dossier import Dossier, Finding, Silent, dossier_of_findings
from phi3desk.chat.messages import Answer
from phi3desk.sweep.plan import Outcome, Row, Sweep
from phi3desk.sweep.report import GONE, is_record, support_of

#: what says something of its document
_SAYS = (Outcome.FOUND, Outcome.TO_CHECK, Outcome.QUOTE)

#: gives the answer that a question, by its position, was given from the document at a path; None where there is none
AnswerOf = Callable[[int, str], Answer | None]


def sweep_dossier(
    sweep: Sweep, rows: Iterable[Row], answer_of: AnswerOf, made: float, *, whole_pages: bool = False
) -> Dossier:
    """Return the dossier of some rows of a sweep, made at a time in seconds since 1970."""
    findings: list[Finding] = []
    silent: list[Silent] = []
    for row in rows:
        question, document = sweep.plan.questions[row.question], row.document
        answer = answer_of(row.question, document.path) if row.outcome in _SAYS else None
        gone = GONE if is_record(row) else None
        if answer is not None:
            findings.append(Finding(question, document.name, answer, sweep.created, gone))
        else:
            # what was asked or waits has a problem, too, where a part of it could not be read: no reason
            unread = None if document.searchable else document.problem
            reason = (row.cell.problem if row.cell is not None else unread) or support_of(row)
            partly = document.problem if document.problem is not reason else None
            silent.append(Silent(question, document.name, reason, gone or partly))
    return dossier_of_findings(sweep.plan.title, findings, made, silent=silent, whole_pages=whole_pages)
