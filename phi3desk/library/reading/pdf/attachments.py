"""The files inside a PDF: those of a portfolio, attached ones, and those that hang on a page as a pin."""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from phi3desk.errors import Sentence, say, say_both
from phi3desk.library.documents import INSIDE, Heading, Page, State, place
from phi3desk.library.reading.embedded import DEEPEST, EmbeddedFile, file_name
from phi3desk.library.reading.pdf.annotations import opened_annotations, string_of
from phi3desk.library.reading.protocol import Finished, Opened
from phi3desk.library.text import has_text

#: So many files of the document are read, and those on so many pages.
_MOST_FILES = 200
#: So many are named: a sentence has room for fewer.
_MOST_NAMES = 300
_LARGEST_BYTES = 50 * 1024**2
_MOST_BYTES = 200 * 1024**2
_MOST_CHARACTERS = 20_000_000
#: Seconds for all files inside a document.
_SECONDS = 240.0
#: Higher than headings are: what a file says stands under its name.
_NAME_HEIGHT = 30.0
_NAMES_SHOWN = 10

_log = logging.getLogger(__name__)


@dataclass
class FilesInside:
    """The files inside a PDFium document, in their order, each once; `pages` (from 0) are those with a file on them.

    `unread` are the names of files that could not be read, or only in part, once `read` is through.
    """

    document: Any
    outer: Any
    pages: Sequence[int]
    unread: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = _MOST_BYTES
        self._depth = self.outer.depth + 1 if isinstance(self.outer, EmbeddedFile) else 1
        self._until = self.outer.until if isinstance(self.outer, EmbeddedFile) else time.monotonic() + _SECONDS

    def names(self) -> list[str]:
        """Return the names of the files."""
        return list(dict.fromkeys(name for name, _ in self._files()))

    def read(self) -> Iterator[Page]:
        """Read the files through the readers of their kinds: their pages with text, labelled by the file's name."""
        seen: set[tuple[str, int]] = set()
        for name, handle in self._files():
            file = self._opened(name, handle) if handle and time.monotonic() < self._until else None
            if file is not None and (file.name, hash(file.getvalue())) in seen:
                continue
            pages, is_whole = _pages_of(file) if file is not None else ([], False)
            if not is_whole:
                self.unread.append(name)
            if file is None or not pages:
                continue
            seen.add((file.name, hash(file.getvalue())))
            yield from pages

    def _files(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and PDFium's handle of each file, None in its place for those that are too many."""
        from pypdfium2 import PdfiumError, raw

        document = self.document
        for index in range(min(raw.FPDFDoc_GetAttachmentCount(document.raw), _MOST_NAMES)):
            handle = raw.FPDFDoc_GetAttachment(document.raw, index)
            if handle:
                yield _name(handle), handle if index < _MOST_FILES else None
        for at, number in enumerate(self.pages[:_MOST_NAMES]):
            try:
                page = document[number]
            except PdfiumError:
                continue
            try:
                with opened_annotations(page) as annotations:
                    for one in annotations:
                        handle = None
                        if one.kind == raw.FPDF_ANNOT_FILEATTACHMENT:
                            handle = raw.FPDFAnnot_GetFileAttachment(one.handle)
                        if handle:
                            yield _name(handle), handle if at < _MOST_FILES else None
            finally:
                page.close()

    def _opened(self, name: str, handle: Any) -> EmbeddedFile | None:
        """Return a file that is within the limits, None for any other."""
        from pypdfium2 import raw

        size = ctypes.c_ulong()
        if self._depth > DEEPEST or not raw.FPDFAttachment_GetFile(handle, None, 0, size):
            return None
        if not 0 < size.value <= min(_LARGEST_BYTES, self._left):
            return None
        self._left -= size.value
        buffer = (ctypes.c_char * size.value)()
        if not raw.FPDFAttachment_GetFile(handle, buffer, size.value, size):
            return None
        return EmbeddedFile(name, buffer.raw, self._depth, self._until)


def left_out(names: Iterable[str], reason: Sentence | None = None) -> Sentence | None:
    """Return the sentence that names files that were not wholly read, behind another reason where there is one."""
    every = list(dict.fromkeys(names))
    if not every:
        return reason
    shown = ", ".join(every[:_NAMES_SHOWN]) + (", …" if len(every) > _NAMES_SHOWN else "")
    about_files = say(
        "Files inside the PDF were not read, or only in part: {names}. Save them as files to add them.", names=shown
    )
    return say_both(reason, about_files)


def _name(handle: Any) -> str:
    from pypdfium2 import raw

    return file_name(string_of(raw.FPDFAttachment_GetName, handle))


def _pages_of(file: EmbeddedFile) -> tuple[list[Page], bool]:
    """Return the pages of a file that hold text, and whether they are all that it says; a scan has none of them."""
    from phi3desk.library.reading.kinds import read_embedded

    kind, pages, end, size = "", [], Finished(State.FAILED), 0
    is_broken_off = False
    try:
        for event in read_embedded(file):
            if isinstance(event, Opened):
                kind = event.kind
            elif isinstance(event, Finished):
                end = event
            elif isinstance(event, Page) and has_text(event.text):
                size += len(event.text)
                pages.append(event)
            if size > _MOST_CHARACTERS or time.monotonic() > file.until:
                is_broken_off = True
                break
    except Exception as error:  # whatever a file inside makes its reader stumble over costs that file only
        _log.info("a file inside a PDF cannot be read: %s", type(error).__name__)
        is_broken_off = True
    # a reason tells what of a file was left out
    is_whole = end.state is State.READ and end.reason is None and not is_broken_off
    return [_named(page, kind, file.name, first=at == 0) for at, page in enumerate(pages)], is_whole


def _named(page: Page, kind: str, name: str, *, first: bool) -> Page:
    """Return a page of a file inside as one of the outer document; the first one begins with the file's name."""
    label = f"{INSIDE}{name}, {place(kind, page.number, page.label)}"
    if not first:
        return replace(page, label=label, pictures=False, boxes=())
    before = f"{name}\n\n"
    moved = [Heading(start + len(before), end + len(before), height) for start, end, height in page.headings]
    headings = [Heading(0, len(name), _NAME_HEIGHT), *moved]
    return replace(page, text=before + page.text, headings=headings, label=label, pictures=False, boxes=())
