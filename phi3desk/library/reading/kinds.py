"""Which kind a file is, by its first bytes and its name, and which function reads it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

from phi3desk.errors import Sentence, say
from phi3desk.library.documents import UNKNOWN_KIND, Page, State
from phi3desk.library.kinds import (
    DOCX,
    HTML,
    PDF,
    PPTX,
    TEXT,
    XLSX,
    DocumentKind,
    kind_named,
    kind_of,
    suffix_of,
)
from phi3desk.library.language import language_of
from phi3desk.library.reading.embedded import EmbeddedFile
from phi3desk.library.reading.limits import ReadContent, Refusal, told
from phi3desk.library.reading.protocol import Finished, ReadEvent, ReadRequest

#: A PDF's signature may be anywhere in its first bytes.
HEAD_BYTES = 1024
_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
#: Old Office files, e-mails of Outlook, and new Office files that are locked with a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_LOOKED_THROUGH = 32 * 1024**2
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_WEB_PAGE = (b"<!doctype html", b"<html", b"<table")
#: How the first part of an Office file is called; other archives begin with other names.
_OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"ppt/", b"xl/", b"customXml/")

#: Old formats of Office, and the kind that each can be saved as.
_OLD_OFFICE = {
    **dict.fromkeys(("doc", "dot"), DOCX),
    **dict.fromkeys(("xls", "xlt"), XLSX),
    **dict.fromkeys(("ppt", "pps", "pot"), PPTX),
}
#: What other programs write, and the kind that it can be saved as.
_OTHERS = {
    **dict.fromkeys(("odt", "ott", "fodt", "rtf", "pages", "wps", "wpd"), DOCX),
    **dict.fromkeys(("ods", "ots", "fods", "xlsb", "numbers"), XLSX),
    **dict.fromkeys(("odp", "otp", "fodp", "key"), PPTX),
    **dict.fromkeys(("xps", "oxps", "djvu", "epub", "mobi", "ps", "eps", "mht", "mhtml", "vsdx", "dwg"), PDF),
}

_log = logging.getLogger(__name__)


def read_document(request: ReadRequest) -> Iterator[ReadEvent]:
    """Read a file: Opened, a Page for each page, Finished, and for a readable file Details last."""
    for event in _events(Path(request.path), request):
        yield replace(event, language=language_of(event.text)) if isinstance(event, Page) else event


def read_embedded(file: EmbeddedFile) -> Iterator[ReadEvent]:
    """Read a file that lies within another one, as `read_document` does; its pages have no language yet."""
    # the readers only ask for its name and open it
    return _events(cast("Path", file), ReadRequest(file.name))


def _events(path: Path, request: ReadRequest) -> Iterator[ReadEvent]:
    try:
        refused = refusal(path)
        if refused is not None:
            yield refused
            return
        kind = _kind(path)
        if kind is PDF:
            from phi3desk.library.reading.pdf.reader import read_pdf

            yield from read_pdf(request, path)
        else:
            yield from _read(kind, path)
    except Refusal as refused_inside:
        yield Finished(refused_inside.state, refused_inside.sentence)
    except RecursionError:
        yield Finished(State.FAILED, say("The file is nested too deeply to be read."))


def _read(kind: DocumentKind, path: Path) -> Iterator[ReadEvent]:
    try:
        yield from told(_reader(kind.reader)(path))
    except (MemoryError, RecursionError, Refusal):
        raise
    except Exception as error:  # whatever a damaged or hostile file makes a parser raise is that file's end
        problem = type(error).__name__
        _log.info("a file of kind %s cannot be read: %s", kind.key, problem)
        yield Finished(State.FAILED, say("The file is damaged: reading it stopped ({problem}).", problem=problem))


def refusal(path: Path) -> Finished | None:
    """Return why a file is not worth opening, from its first bytes and its name."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return Finished(State.FAILED, not_opened(error))
    return refusal_by(path, head)


def not_opened(error: OSError) -> Sentence:
    """Return the sentence for a file that is there, or was, and cannot be opened."""
    return say("The file cannot be opened: {problem}.", problem=error.strerror or type(error).__name__)


def refusal_by(path: Path, head: bytes) -> Finished | None:
    """Return why a file is not worth reading whose first `HEAD_BYTES` are `head`."""
    suffix, named = suffix_of(path), kind_named(path)
    if path.name.startswith("~$"):
        return _unsupported(say("Office keeps this file while the document is open; it holds nothing to read."))
    if not head:
        if named is not None:
            return Finished(State.FAILED, say("The file has no content: its size is 0 bytes."))
        return _unsupported(UNKNOWN_KIND)
    if named is not None or _is_pdf(head, named) or _may_be_office(head) or _is_page_in_disguise(head, suffix):
        return None
    if head.startswith(_OLE) or suffix in _OLD_OFFICE:
        return _unsupported(_old_office(suffix))
    if suffix in _OTHERS:
        return _unsupported(
            say(
                "This kind of file cannot be read. Save it as {kind} in the program that made it.",
                kind=_OTHERS[suffix].name,
            )
        )
    if suffix == "zip":
        return _unsupported(say("Archives are not read. Unpack it to have the files in it read."))
    return _unsupported(UNKNOWN_KIND)


def _kind(path: Path) -> DocumentKind:
    """Return the kind of a file that `refusal` lets pass, by its content first; raise Refusal where it has none."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    named = kind_named(path)
    if _is_pdf(head, named):
        return PDF
    if head.startswith(_ZIP):
        return _kind_of_container(path, named)
    if head.startswith(_OLE):
        raise _ole_refusal(path)
    if named is not None and named.office:
        if _is_web_page(head):
            return HTML
        raise Refusal("The file is damaged, or it is no Office document although its name says so.")
    if named in (None, TEXT) and _is_web_page(head):
        return HTML
    return named or TEXT


def _kind_of_container(path: Path, named: DocumentKind | None) -> DocumentKind:
    from phi3desk.library.reading.office.archive import office_kind

    kind = kind_of(office_kind(path))
    if kind is not None:
        return kind
    if named is not None and named.office:
        raise Refusal("The file is damaged: it is an archive that holds no Office document.")
    raise Refusal("Archives are not read. Unpack it to have the files in it read.", state=State.UNSUPPORTED)


def _ole_refusal(path: Path) -> Refusal:
    with path.open("rb") as file:
        locked = _LOCKED_OFFICE in file.read(_LOOKED_THROUGH)
    if locked:
        return Refusal(
            "The document is protected with a password, which only PDFs can be opened with. "
            "Save it without the password in the program that made it.",
            state=State.UNSUPPORTED,
        )
    return Refusal.of(_old_office(suffix_of(path)), State.UNSUPPORTED)


def _reader(name: str) -> Callable[[Path], ReadContent]:
    """Return the function behind a kind's `reader`; its libraries are loaded with the first file of that kind."""
    if name == "word":
        from phi3desk.library.reading.office.word import read_docx as reader
    elif name == "slides":
        from phi3desk.library.reading.office.slides import read_pptx as reader
    elif name == "sheets":
        from phi3desk.library.reading.office.sheets import read_xlsx as reader
    elif name == "delimited":
        from phi3desk.library.reading.text_files.delimited import read_csv as reader
    elif name == "web":
        from phi3desk.library.reading.text_files.web import read_html as reader
    elif name == "markdown":
        from phi3desk.library.reading.text_files.web import read_markdown as reader
    elif name == "mail":
        from phi3desk.library.reading.text_files.mail import read_mail as reader
    elif name == "text":
        from phi3desk.library.reading.text_files.plain import read_text as reader
    else:
        raise LookupError(name)
    return reader


def _is_pdf(head: bytes, named: DocumentKind | None) -> bool:
    """Detect a PDF by its signature; where the name says otherwise it must come first, for a text may mention it."""
    if named is PDF:
        return True
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(_PDF)
    return first or (_PDF in head and named is None)


def _may_be_office(head: bytes) -> bool:
    return head.startswith(_ZIP) and head[30:].startswith(_OFFICE_PARTS)


def _is_page_in_disguise(head: bytes, suffix: str) -> bool:
    """Detect a web page without a suffix, or with that of an old Office file, as many programs export them."""
    return (not suffix or suffix in _OLD_OFFICE) and _is_web_page(head)


def _is_web_page(head: bytes) -> bool:
    for mark in _TEXT_MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"").lstrip().lower().startswith(_WEB_PAGE)


def _unsupported(reason: Sentence) -> Finished:
    return Finished(State.UNSUPPORTED, reason)


def _old_office(suffix: str) -> Sentence:
    if suffix == "msg":
        return say("Outlook's own format cannot be read. Save the e-mail as EML or as text.")
    saved_as = _OLD_OFFICE[suffix].name if suffix in _OLD_OFFICE else "DOCX, XLSX or PPTX"
    return say("This is an old Office format that cannot be read. Save it as {kind}.", kind=saved_as)
