"""Reads e-mails saved as files: who wrote when to whom, and what; attachments are named and not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from phi3desk.errors import say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import MAIL
from phi3desk.library.reading.blocks import Block, heading, one_line, page_of, tidy
from phi3desk.library.reading.limits import ReadContent, Refusal
from phi3desk.library.reading.text_files.charset import decode
from phi3desk.library.reading.text_files.web import text_of_html

_MOST_BYTES = 100 * 1024**2
_MOST_PARTS = 500
_DEEPEST = 30
#: The longest part of a header that is looked at; longer lists of recipients are truncated.
_HEADER_CHARACTERS = 2_000
_SHOWN = ("From", "To", "Cc", "Date")
_NAMES_SHOWN = 20
_BOUNDARIES = re.compile(rb"boundary\s*=", re.IGNORECASE)


@dataclass
class _Body:
    """What the parts of an e-mail hold."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    parts: int = 0


def read_mail(path: Path) -> ReadContent:
    """Read an e-mail: one page with its heads, its text (the plain one where it has both) and its attachments' names.

    The older policy of the standard library is used on purpose: the newer one takes time that grows with the square of
    a header's length.
    """
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise Refusal("The e-mail is larger than {megabytes} MB.", megabytes=_MOST_BYTES // 1024**2)
    if len(_BOUNDARIES.findall(data)) > _MOST_PARTS:
        raise Refusal("The e-mail is nested too deeply to be read.")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
    except RecursionError as error:
        raise Refusal("The e-mail is nested too deeply to be read.") from error
    body = _Body()
    _take(message, body, 0)
    subject = _header(message, "Subject")
    content = ReadContent(MAIL.key, iter([_page(message, subject, body)]), count=1, title=subject)
    if body.attachments:
        names = ", ".join(body.attachments[:_NAMES_SHOWN])
        content.reasons.append(
            say("Attachments are not read: {names}. Save them as files to have them read.", names=names)
        )
    if body.parts > _MOST_PARTS:
        content.reasons.append(say("Only the first {parts} parts of the e-mail were read.", parts=_MOST_PARTS))
    return content


def _page(message: Message, subject: str, body: _Body) -> Page:
    return page_of(_blocks(message, subject, body), subject[:120])


def _blocks(message: Message, subject: str, body: _Body) -> Iterator[Block]:
    if subject:
        yield heading(subject, 1)
    for name in _SHOWN:
        value = _header(message, name)
        if value:
            yield Block(f"{name}:\t{value}", row=True)
    text = "\n\n".join(filter(None, (tidy(piece) for piece in body.plain)))
    if not text:
        text = "\n\n".join(filter(None, (text_of_html(piece) for piece in body.html)))
    yield Block(text)
    if body.attachments:
        yield Block("Attachments (not read): " + ", ".join(body.attachments[:200]))


def _take(part: Message, body: _Body, depth: int) -> None:
    body.parts += 1
    if body.parts > _MOST_PARTS:
        return
    if depth > _DEEPEST:
        raise Refusal("The e-mail is nested too deeply to be read.")
    kind = part.get_content_type()
    named = _file_name(part)
    attached = part.get_content_disposition() == "attachment" or (named and not part.is_multipart())
    if kind == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        body.attachments.append((_header(first, "Subject") if isinstance(first, Message) else "") or named or "e-mail")
    elif part.is_multipart():
        for inner_part in part.get_payload():
            if isinstance(inner_part, Message):
                _take(inner_part, body, depth + 1)
    elif attached or kind not in ("text/plain", "text/html"):
        if attached or kind.split("/")[0] not in ("text", "multipart"):
            body.attachments.append(named or kind)
    else:
        text = _text(part)
        (body.plain if kind == "text/plain" else body.html).append(text)


def _text(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
        return decode(data, part.get_content_charset("") or "") if isinstance(data, bytes) and data else ""
    except (Refusal, MessageError, LookupError, ValueError):
        # a part that is no text leaves the others as they are
        return ""


def _file_name(part: Message) -> str:
    try:
        return one_line(_decoded(part.get_filename("") or ""))[:120]
    except (MessageError, LookupError, ValueError, TypeError):
        return ""


def _header(message: Message, name: str) -> str:
    value = next((text for key, text in message.raw_items() if key.lower() == name.lower()), "")
    return one_line(_decoded(str(value)))


def _decoded(value: str) -> str:
    """Return a header in words; characters outside ASCII that were not declared are read as those of a text are."""
    value = value[:_HEADER_CHARACTERS]
    try:
        if any("\udc80" <= sign <= "\udcff" for sign in value):
            value = decode(value.encode("ascii", "surrogateescape"))
        return str(make_header(decode_header(value)))
    except (Refusal, MessageError, LookupError, ValueError):
        return value.encode("ascii", "replace").decode("ascii")
