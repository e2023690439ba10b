"""The kinds of files that can be read, told by their first bytes and their names, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phi3desk.errors import say
from phi3desk.library.documents import State
from phi3desk.library.reading.events import Event, Finished
from phi3desk.library.reading.pdf import HEADER_WITHIN, read_pdf


def read_document(path: Path) -> Iterator[Event]:
    """Read a file: Opened, a ReadPage for each page, Finished, and for a readable file Details last."""
    refused = refusal(path)
    if refused is not None:
        yield refused
        return
    yield from read_pdf(path)


def refusal(path: Path) -> Finished | None:
    """Return why a file is not worth opening, from its first bytes and its name."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_WITHIN)
    except OSError as error:
        return Finished(
            State.FAILED, say("The file cannot be opened: {problem}.", problem=error.strerror or type(error).__name__)
        )
    named_pdf = path.suffix.lower() == ".pdf"
    if not head:
        if named_pdf:
            return Finished(State.FAILED, say("The file has no content: its size is 0 bytes."))
        return Finished(State.UNSUPPORTED, say("The file is not a PDF; only PDF files can be read."))
    if b"%PDF-" not in head and not named_pdf:
        return Finished(State.UNSUPPORTED, say("The file is not a PDF; only PDF files can be read."))
    return None
