"""Reads one PDF with PDFium: its text page by page, then title, labels and outline. Runs in a reader process only.

pypdf gives the second opinion: on pages that PDFium cannot read or whose text is noise, and on all of a file that
PDFium cannot open, encrypted ones too.

The letters and digits of a page's text stand in PDFium's order, so that `text.locate` finds a passage again in the text
that QtPdf has of the page: the two differ in signs and breaks, where digits are raised (see `raised`), and in what
stands behind the page's own text (see `beside`). Pages that are read in another order than they are drawn in, and
recognised ones, tell where their words stand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from phi3desk.errors import Sentence, say, say_both
from phi3desk.library.documents import INSIDE, OutlineEntry, Page, State
from phi3desk.library.reading.limits import LONGEST_PAGE, MOST_PAGES, clean_title
from phi3desk.library.reading.page_picture import PagePicture
from phi3desk.library.reading.pdf import ocr
from phi3desk.library.reading.pdf.attachments import FilesInside, left_out
from phi3desk.library.reading.pdf.beside import BesideReader, PlacedText, put_beside
from phi3desk.library.reading.pdf.legibility import holds_words, legible_part
from phi3desk.library.reading.pdf.page_text import PageRead, own_text, own_words, with_own_words
from phi3desk.library.reading.pdf.picture import draw
from phi3desk.library.reading.pdf.xfa import read_xfa
from phi3desk.library.reading.protocol import Details, Drawing, Finished, Opened, ReadEvent, ReadRequest
from phi3desk.library.text import has_text

_HEADER_WITHIN = 1024
#: Of the seconds a page may take, the share that Tesseract gets: a page it is too slow for costs that page only.
_TESSERACT_SHARE = 0.8
_Told = TypeVar("_Told")
_OUTLINE_ENTRIES = 5_000
_OUTLINE_DEPTH = 9
_PASSWORD_ERROR = 4


class _UnreadableError(Exception):
    """PDFium cannot read this; `locked` where it asks for a password."""

    def __init__(self, locked: bool) -> None:
        super().__init__("locked" if locked else "unreadable")
        self.locked = locked


def read_pdf(request: ReadRequest, path: Path) -> Iterator[ReadEvent]:
    """Read a PDF: Opened, a Page for each page, Finished, and for a readable file Details last.

    Details come after Finished, so that a document whose outline hangs or breaks its reader is read all the same; so do
    the pages of files inside it, and another Finished behind them. With `ocr_pages` only those are read, from their
    pictures, and there are no Details. With `drawing` a page is drawn, or Finished says why it is not.
    """
    password = request.password
    if request.drawing is not None:
        yield _drawn(path, password, request.drawing)
        return
    if request.ocr_pages:
        yield from _recognised(request)
        return
    try:
        attached_on: list[int] = []
        events = _summed_up(_pages_by_pdfium(path, password, attached_on))
        yield from _with_files_inside(events, path, password, attached_on)
    except _UnreadableError as error:
        yield from _second_opinion(path, password, locked=error.locked)
    yield _details(path, password)


def _opened(path: Path, password: str) -> Any:
    """Return PDFium's document; its time of life is the caller's."""
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(path, password=password or None)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise _UnreadableError(locked=code == _PASSWORD_ERROR or "password" in str(error).lower()) from error


def _pages_by_pdfium(path: Path, password: str, attached_on: list[int]) -> Iterator[Opened | Page]:
    """Yield the pages, and behind them a form that no page shows; `attached_on` takes the pages with files on them."""
    document = _opened(path, password)
    beside = BesideReader(document)
    try:
        count = len(document)
        if count == 0:
            raise _UnreadableError(locked=False)
        yield Opened(count)
        spare: Any = None
        texts: list[str] = []
        for index in range(min(count, MOST_PAGES)):
            read, entries = _page_by_pdfium(document, beside, index)
            if read is None or read.is_illegible:
                spare = spare or _open_with_pypdf(path, password)
                other = _page_by_pypdf(spare, index)
                is_better = other is not None and has_text(other.text) and (read is None or holds_words(other.text))
                page = other if other is not None and is_better else Page(index + 1, "", pictures=True)
            else:
                page = read.page
            page = put_beside(page, entries)
            texts += [page.text] if beside.is_xfa else []
            yield page
        attached_on += beside.attached_on
        if beside.is_xfa:
            held = _unless_damaged(lambda: read_xfa(document, "\n".join(texts)), "")[:LONGEST_PAGE]
            yield from [Page(min(count, MOST_PAGES) + 1, held, label=f"{INSIDE}form (XFA)")] if has_text(held) else []
    finally:
        beside.close()
        document.close()


def _with_files_inside(
    events: Iterator[ReadEvent], path: Path, password: str, attached_on: list[int]
) -> Iterator[ReadEvent]:
    """Pass on the pages of a document, then those of the files inside it.

    The end comes before them already, with the files named as not read: should one of them end this process, the
    document is read all the same.
    """
    pages = 0
    for event in events:
        pages += isinstance(event, Page)
        if isinstance(event, Finished):
            yield from _files_inside(event, pages, path, password, attached_on)
        else:
            yield event


def _files_inside(
    end: Finished, pages: int, path: Path, password: str, attached_on: list[int]
) -> Iterator[Page | Finished]:
    document = _opened(path, password)
    try:
        inside = FilesInside(document, path, attached_on)
        nothing: list[str] = []
        names = _unless_damaged(inside.names, nothing)
        # pages that are not blank, only without text, say so before
        reason = None if end.state is State.EMPTY else end.reason
        yield replace(end, reason=left_out(names, reason), besides=left_out(names, end.besides)) if names else end
        with_text = False
        for page in inside.read() if names else ():
            pages += 1
            with_text = True
            yield replace(page, number=pages)
        if with_text:
            yield Finished(State.READ, left_out(inside.unread, reason), left_out(inside.unread, end.besides))
    finally:
        document.close()


def _drawn(path: Path, password: str, drawing: Drawing) -> PagePicture | Finished:
    from pypdfium2 import PdfiumError

    try:
        document = _opened(path, password)
    except _UnreadableError as error:
        return _locked(password) if error.locked else _failure(path)
    try:
        # what was filled into a form is drawn too
        document.init_forms()
        picture = draw(document, drawing)
    except PdfiumError:
        picture = None
    finally:
        document.close()
    return picture or Finished(State.FAILED, say("Page {page} cannot be drawn.", page=drawing.page))


def _recognised(request: ReadRequest) -> Iterator[ReadEvent]:
    """Read pages from their pictures; a page that cannot be drawn or recognised stays without text."""
    program = ocr.find_tesseract()
    installed = ocr.installed_languages() or ()
    languages = [name for name in request.ocr_languages or ocr.default_languages(installed) if name in installed]
    if program is None or not languages:
        yield Finished(State.NEEDS_OCR, ocr.how_to_get())
        return
    try:
        document = _opened(Path(request.path), request.password)
    except _UnreadableError as error:
        yield _locked(request.password) if error.locked else _failure(Path(request.path))
        return
    beside = BesideReader(document)
    try:
        count = len(document)
        yield Opened(count)
        failed = with_text = 0
        take = partial(_recognised_page, document, beside, program, languages, request.seconds)
        for number in request.ocr_pages:
            page = take(number) if number <= count else None
            failed += page is None
            with_text += page is not None and bool(page.text)
            yield page or Page(number, "", pictures=True)
        yield _recognition_ended(len(request.ocr_pages), with_text, failed)
    finally:
        beside.close()
        document.close()


def _recognised_page(
    document: Any, beside: BesideReader, program: Path, languages: list[str], seconds: float, number: int
) -> Page | None:
    import pypdfium2 as pdfium

    try:
        page = document[number - 1]
        try:
            text_page = page.get_textpage()
            own, places = own_words(page, text_page, number)
            read = ocr.read_page(page, number, program, languages, seconds * _TESSERACT_SHARE, places)
            whole = with_own_words(own, places, read)
            entries = beside.read(page, number - 1, text_page, whole.text)
            return put_beside(whole, entries, unless=read.text)
        finally:
            page.close()
    except (pdfium.PdfiumError, ocr.RecognitionError):
        return None


def _recognition_ended(pages: int, with_text: int, failed: int) -> Finished:
    if failed:
        reason = say("Text recognition failed on {failed} of {pages} pages.", failed=failed, pages=pages)
        return Finished(State.READ if with_text else State.EMPTY, reason)
    if with_text:
        return Finished(State.READ)
    return Finished(State.EMPTY, say("No text was recognised on the pages, which are pictures."))


def _page_by_pdfium(document: Any, beside: BesideReader, index: int) -> tuple[PageRead | None, list[PlacedText]]:
    """Return a page with its own text, and what stands beside that."""
    import pypdfium2 as pdfium

    try:
        page = document[index]
        try:
            text_page = page.get_textpage()
            read = own_text(page, text_page, index + 1)
            return read, beside.read(page, index, text_page, read.page.text)
        finally:
            page.close()
    except pdfium.PdfiumError:
        return None, []


def _summed_up(events: Iterator[Opened | Page]) -> Iterator[ReadEvent]:
    """Pass on the pages and add the state the document ends in."""
    claimed = total = with_text = pictures = with_both = 0
    for event in events:
        if isinstance(event, Opened):
            claimed = event.pages
        else:
            total += 1
            with_text += has_text(event.text)
            pictures += event.pictures
            with_both += event.pictures and has_text(event.text)
        yield event
    yield _state_of(claimed, total, with_text, pictures, with_both)


def _state_of(claimed: int, total: int, with_text: int, pictures: int, with_both: int) -> Finished:
    if with_text:
        reason = None
        if claimed > total and claimed > MOST_PAGES:
            reason = say("Only the first {pages} of {total} pages were read.", pages=total, total=claimed)
            return Finished(State.READ, reason, besides=reason)
        if with_both:
            reason = say(
                "On {pages} of {total} pages there are pictures with writing, or letters that cannot be read; what is "
                "written there cannot be searched.",
                pages=pictures,
                total=total,
            )
        elif pictures:
            reason = say(
                "{pages} of {total} pages hold pictures only; what is written in them cannot be searched.",
                pages=pictures,
                total=total,
            )
        return Finished(State.READ, reason)
    if pictures:
        return Finished(State.NEEDS_OCR, ocr.how_to_get())
    return Finished(State.EMPTY, say("The pages are blank: there is no text and no picture on them."))


def _second_opinion(path: Path, password: str, *, locked: bool) -> Iterator[ReadEvent]:
    """Read with pypdf what PDFium could not open."""
    try:
        reader = _open_with_pypdf(path, password)
        if reader is None:
            yield _failure(path)
            return
        if reader.is_encrypted and not reader.decrypt(password) and not reader.decrypt(""):
            yield _locked(password)
            return
        # PDFium may still tell of the file before: only an encrypted file is locked
        locked = locked and reader.is_encrypted
        count = len(reader.pages)
        if locked:
            reader.pages[0].extract_text()
    except Exception:  # pypdf raises whatever a broken file makes it stumble over
        yield _locked(password) if locked else _failure(path)
        return
    if count == 0:
        yield Finished(State.EMPTY, say("The file has no pages."))
        return
    unread: list[int] = []
    for event in _summed_up(_pages_by_pypdf(reader, count, unread)):
        if not isinstance(event, Finished):
            yield event
        elif event.state is State.READ:
            yield replace(event, reason=say_both(event.reason, _about_unread(len(unread), min(count, MOST_PAGES))))
        else:
            yield _failure(path)


def _pages_by_pypdf(reader: Any, count: int, unread: list[int]) -> Iterator[Opened | Page]:
    """Yield the pages; `unread` takes those (from 1) that cannot be read, which tell nothing of what is on them."""
    yield Opened(count)
    for index in range(min(count, MOST_PAGES)):
        page = _page_by_pypdf(reader, index)
        if page is None:
            unread.append(index + 1)
        yield page or Page(index + 1, "")


def _about_unread(pages: int, total: int) -> Sentence | None:
    if not pages:
        return None
    return say(
        "{pages} of {total} pages are damaged and could not be read. Get or save a new copy of the file.",
        pages=pages,
        total=total,
    )


def _locked(password: str) -> Finished:
    if password:
        return Finished(State.LOCKED, say("The password does not open the file. Try another one."))
    return Finished(State.LOCKED, say("The file is locked with a password. Give the password, and it will be read."))


def _failure(path: Path) -> Finished:
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(_HEADER_WITHIN)
    if not is_pdf:
        return Finished(State.FAILED, say("The file is named like a PDF, but what it holds is not a PDF."))
    if _names(path, b"/BrotliDecode"):
        return Finished(
            State.FAILED,
            say("The file is compressed in a way that cannot be read yet (Brotli). Save it as PDF 1.7, and add that."),
        )
    return Finished(
        State.FAILED, say("The file is damaged: none of its pages can be read. Get or save a new copy of it.")
    )


def _names(path: Path, name: bytes) -> bool:
    """Tell whether a name stands in the plain part of a file."""
    kept = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if name in kept + piece:
                return True
            kept = piece[-len(name) :]
    return False


def _open_with_pypdf(path: Path, password: str) -> Any:
    """Return pypdf's view of a file, or None where it cannot make one; permission locks are opened."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not (password and reader.decrypt(password)):
            reader.decrypt("")
        return reader
    except Exception:  # pypdf raises whatever a broken file makes it stumble over
        return None


def _page_by_pypdf(reader: Any, index: int) -> Page | None:
    """Return a page, without text where that is none or cannot be made out; None where the page cannot be read."""
    if reader is None:
        return None
    try:
        text = (reader.pages[index].extract_text() or "")[:LONGEST_PAGE]
    except Exception:  # pypdf raises whatever a broken page makes it stumble over
        return None
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    text = legible_part(text)
    return Page(index + 1, text if has_text(text) else "")


def _details(path: Path, password: str) -> Details:
    """Return title, labels and outline as PDFium reads them, in a tenth of pypdf's time; pypdf where PDFium cannot."""
    try:
        document = _opened(path, password)
    except _UnreadableError:
        return _details_by_pypdf(_open_with_pypdf(path, password))
    try:
        return Details(
            clean_title(_unless_damaged(lambda: str(document.get_metadata_value("Title")), "")),
            _unless_damaged(lambda: _informative(_labels(document)), []),
            _unless_damaged(lambda: list(islice(_bookmarks(document), _OUTLINE_ENTRIES)), []),
        )
    finally:
        document.close()


def _unless_damaged(read: Callable[[], _Told], otherwise: _Told) -> _Told:
    """Return what a part of a document beside its text holds; a damaged one must not cost the text."""
    try:
        return read()
    except Exception:  # PDFium's binding raises whatever a broken string makes it stumble over
        return otherwise


def _labels(document: Any) -> list[str]:
    return [document.get_page_label(index) for index in range(min(len(document), MOST_PAGES))]


def _informative(labels: list[str]) -> list[str]:
    """Return page labels where they say more than the pages' numbers."""
    is_plain = all(label in ("", str(number)) for number, label in enumerate(labels, 1))
    return [] if is_plain else [clean_title(label) for label in labels]


def _details_by_pypdf(reader: Any) -> Details:
    if reader is None:
        return Details()
    title, labels = "", []
    try:
        title = clean_title((reader.metadata.title if reader.metadata else "") or "")
    except Exception:  # pypdf raises whatever a broken file makes it stumble over
        title = ""
    try:
        labels = _informative([str(label) for label in reader.page_labels])
    except Exception:
        labels = []
    return Details(title, labels, _outline_by_pypdf(reader))


def _bookmarks(document: Any) -> Iterator[OutlineEntry]:
    for bookmark in document.get_toc(max_depth=_OUTLINE_DEPTH):
        destination = bookmark.get_dest()
        page = destination.get_index() if destination is not None else None
        title = clean_title(bookmark.get_title())
        if page is not None and page >= 0 and title:
            yield OutlineEntry(page + 1, bookmark.level, title)


def _outline_by_pypdf(reader: Any) -> list[OutlineEntry]:
    try:
        return list(islice(_outline(reader, reader.outline, 0), _OUTLINE_ENTRIES))
    except Exception:  # pypdf raises whatever a broken outline makes it stumble over
        return []


def _outline(reader: Any, entries: list[Any], level: int) -> Iterator[OutlineEntry]:
    if level >= _OUTLINE_DEPTH:
        return
    for entry in entries:
        if isinstance(entry, list):
            yield from _outline(reader, entry, level + 1)
            continue
        page = reader.get_destination_page_number(entry)
        title = clean_title(str(entry.title or ""))
        if page is not None and page >= 0 and title:
            yield OutlineEntry(page + 1, level, title)
