"""The rows of a sweep as text: what every export and the command line say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from phi3desk.errors import Sentence, say
from phi3desk.foreign_text import printable
from phi3desk.library.documents import INSIDE, place
from phi3desk.library.kinds import has_pages
from phi3desk.sweep.plan import Outcome, Row, SweepPlan

OUTCOME_NAMES = {
    Outcome.FOUND: say("Found"),
    Outcome.TO_CHECK: say("To check"),
    Outcome.QUOTE: say("Quote only"),
    Outcome.NOT_FOUND: say("Not found"),
    Outcome.FAILED: say("Not answered"),
}
UNREADABLE, WAITING, GONE = say("Could not be read"), say("Not asked yet"), say("No longer there")
HEADINGS = (
    say("Question"), say("Document"), say("Answer"), say("Page"), say("Quote"), say("Support"), say("Remark"),
    say("Folder"),
)  # fmt: skip

Words = Callable[[Sentence], str]


@dataclass(frozen=True)
class Line:
    """A row as an export writes it; `page_link` and `file_link` are addresses of the file, "" where there is none.

    `gone` says that the document is gone which the row is a record of, "" where it is not.
    """

    question: str
    document: str
    answer: str
    page: str
    quote: str
    support: str
    remark: str
    folder: str
    file_link: str = ""
    page_link: str = ""
    gone: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the columns, in the order of HEADINGS."""
        return (
            self.question, self.document, self.answer, self.page, self.quote,
            " · ".join(filter(None, (self.support, self.gone))), self.remark, self.folder,
        )  # fmt: skip


def line_of(plan: SweepPlan, row: Row, words: Words = str) -> Line:
    """Return a row as text; `words` translates."""
    document, cell = row.document, row.cell
    problem = (cell.problem if cell is not None and not document.gone else None) or document.problem
    page = words(place(cell.kind, cell.page, cell.label)) if cell is not None and cell.page else ""
    link = link_to(document.path)
    return Line(
        question=printable(plan.questions[row.question]),
        document=shown(document.name),
        answer=_answer(row, words),
        page=shown(page),
        quote=printable(cell.quote) if cell is not None else "",
        support=words(support_of(row)),
        remark=shown(words(problem)) if problem is not None else "",
        folder=shown(str(Path(document.path).parent)),
        file_link=link,
        page_link=_link_to_page(link, row),
        gone=words(GONE) if is_record(row) else "",
    )


def _answer(row: Row, words: Words) -> str:
    """Return the answer as it is told: that there is none is an answer, too."""
    if row.outcome is Outcome.NOT_FOUND:
        return words(OUTCOME_NAMES[Outcome.NOT_FOUND])
    return printable(row.cell.text) if row.cell is not None else ""


def support_of(row: Row) -> Sentence:
    """Return in a word what became of a row."""
    if row.cell is not None:
        return OUTCOME_NAMES[row.cell.outcome]
    if row.document.gone:
        return GONE
    return WAITING if row.document.searchable else UNREADABLE


def is_record(row: Row) -> bool:
    """Return whether a row tells what a document answered that is gone."""
    return row.document.gone and row.cell is not None


def shown(text: str) -> str:
    """Return a name or a place on one line, without what turns text round."""
    return " ".join(printable(text).split())


def link_to(path: str) -> str:
    """Return the address of a file, "" where its path is none that can be linked to."""
    try:
        return Path(path).as_uri()
    except ValueError:
        return ""


def _link_to_page(link: str, row: Row) -> str:
    cell = row.cell
    if not link or cell is None or not cell.page:
        return ""
    in_file = has_pages(cell.kind) and not cell.label.startswith(INSIDE)
    return f"{link}#page={cell.page}" if in_file else link
