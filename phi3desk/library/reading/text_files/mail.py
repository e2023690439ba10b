"""Reads e-mails saved as files: who wrote when to whom, and what; attachments that are no text are named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from phi3desk.errors import say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import MAIL
from phi3desk.library.reading.blocks import PART_CHARACTERS, Block, heading, page_of, parts_of
from phi3desk.library.reading.limits import ReadContent, Refusal
from phi3desk.library.reading.text_files.mail_bodies import (
    MOST_PARTS,
    MailContent,
    content_of,
    header,
    heads_of,
    parsed,
)

_MOST_BYTES = 100 * 1024**2
_NAMES_SHOWN = 20
#: The level of the headings of what is attached.
_ATTACHED = 2
_BOUNDARIES = re.compile(rb"boundary\s*=", re.IGNORECASE)


def read_mail(path: Path) -> ReadContent:
    """Read an e-mail: a page with its heads, its text and the names of what is not read; long ones have several."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise Refusal("The e-mail is larger than {megabytes} MB.", megabytes=_MOST_BYTES // 1024**2)
    if len(_BOUNDARIES.findall(data)) > MOST_PARTS:
        raise Refusal("The e-mail is nested too deeply to be read.")
    message = parsed(data)
    body = content_of(message)
    subject = header(message, "Subject")
    pages = _pages(message, subject, body)
    content = ReadContent(MAIL.key, iter(pages), count=len(pages), title=subject)
    if body.unread:
        names = ", ".join(body.unread[:_NAMES_SHOWN])
        content.reasons.append(
            say("Attachments are not read: {names}. Save them as files to have them read.", names=names)
        )
    if body.parts > MOST_PARTS:
        content.reasons.insert(0, say("Only the first {parts} parts of the e-mail were read.", parts=MOST_PARTS))
    return content


def _pages(message: Message, subject: str, body: MailContent) -> list[Page]:
    blocks = list(_blocks(message, subject, body))
    if sum(len(block.text) for block in blocks) > PART_CHARACTERS or any(
        block.level == _ATTACHED for block in body.blocks
    ):
        return list(parts_of(blocks))
    return [page_of(blocks, subject[:120])]


def _blocks(message: Message, subject: str, body: MailContent) -> Iterator[Block]:
    if subject:
        yield heading(subject, 1)
    yield from heads_of(message)
    first = next((at for at, block in enumerate(body.blocks) if block.level == _ATTACHED), len(body.blocks))
    yield from body.blocks[:first]
    if body.unread:
        yield Block("Attachments (not read): " + ", ".join(body.unread[:200]))
    yield from body.blocks[first:]
