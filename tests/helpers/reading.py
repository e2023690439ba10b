"""Reads a file in this process and hands back what a reader told; and the command of the reader processes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from phi3desk.library.documents import Page, State
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.pool import DocumentText
from phi3desk.library.reading.protocol import Details, Finished, Opened, ReadRequest, TableFound, TableRows
from phi3desk.library.sheets.types import SheetTable

#: starts a reader process without the program around it
READER = [sys.executable, "-m", "phi3desk.library.reading.process"]


@dataclass
class Told:
    kind: str = ""
    pages: list[Page] = field(default_factory=list)
    end: Finished = field(default_factory=lambda: Finished(State.FOUND))
    title: str = ""
    tables: list[SheetTable] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.end.state

    @property
    def reason(self) -> str:
        return str(self.end.reason or "")

    @property
    def text(self) -> str:
        return "\n\n".join(page.text for page in self.pages)

    @property
    def labels(self) -> list[str]:
        return [page.label for page in self.pages]


def texts_of(read: DocumentText) -> list[str]:
    return [page.text for page in read.pages]


def told_of(path: Path) -> Told:
    return told_about(ReadRequest(str(path)))


def told_about(request: ReadRequest) -> Told:
    told = Told()
    for event in read_document(request):
        if isinstance(event, Opened):
            told.kind = event.kind
        elif isinstance(event, Page):
            told.pages.append(event)
        elif isinstance(event, Finished):
            told.end = event
        elif isinstance(event, Details):
            told.title = event.title
        elif isinstance(event, TableFound):
            told.tables.append(event.table)
        elif isinstance(event, TableRows):
            told.tables[-1].rows.extend(event.rows)
    assert [page.number for page in told.pages] == list(range(1, len(told.pages) + 1))
    for page in told.pages:
        assert all(page.text[start:end].strip() for start, end, _ in page.headings)
    return told
