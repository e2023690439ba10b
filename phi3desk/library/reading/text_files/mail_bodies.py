"""What an e-mail says in all of its parts: forms of one text once, all pieces of a mixed mail, attached text too."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from email import policy
from email.errors import MessageError, MissingHeaderBodySeparatorDefect
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from phi3desk.library.kinds import CSV, HTML, MAIL, MARKDOWN, TEXT, kind_named
from phi3desk.library.reading.blocks import Block, heading, one_line, tidy
from phi3desk.library.reading.limits import Refusal
from phi3desk.library.reading.tables import lines_of
from phi3desk.library.reading.text_files.charset import decode
from phi3desk.library.reading.text_files.delimited import rows_of
from phi3desk.library.reading.text_files.html_tree import without_pictures
from phi3desk.library.reading.text_files.web import blocks_of_html, declared_charset

MOST_PARTS = 500
_DEEPEST = 30
#: The longest part of a header that is looked at; longer lists of recipients are truncated.
_HEADER_CHARACTERS = 2_000
_SHOWN = ("From", "To", "Cc", "Date")
_MAILS = frozenset(("message/rfc822", "message/global", "message/news"))
#: Reports on how a mail fared: headers without a text.
_REPORTS = frozenset(("message/delivery-status", "message/disposition-notification", "message/feedback-report"))
_KINDS = {
    "text/plain": TEXT,
    "text/enriched": TEXT,
    "text/rfc822-headers": TEXT,
    "text/x-log": TEXT,
    "text/x-diff": TEXT,
    "text/x-patch": TEXT,
    "text/markdown": TEXT,
    "text/x-markdown": TEXT,
    "text/html": HTML,
    "text/csv": CSV,
    "text/tab-separated-values": CSV,
}
#: Types that say nothing, where the name says more.
_UNTOLD = frozenset(("application/octet-stream", "application/unknown", "application/x-unknown", "application/binary"))
_SIGNATURES = frozenset(("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"))
#: What one form of a text has and another has not, without saying anything: addresses and places of pictures.
_ADDRESSES = re.compile(r"<?\b(?:https?://|mailto:|cid:)\S+|\[(?:cid|image):[^\]\n]{0,200}\]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
#: what text in quoted-printable does not hold, unless it is cut behind the sign
_NOT_ENCODED = re.compile(r"[^\x00-\x7f]|=(?![0-9A-Fa-f]{2}|[0-9A-Fa-f]\Z|[ \t]*(?:\r?\n|\Z))")


@dataclass
class MailContent:
    """What the parts of an e-mail hold: its text as blocks, and the names of what is not read."""

    blocks: list[Block] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    parts: int = 0


def parsed(data: bytes) -> Message:
    """Return an e-mail from its bytes.

    The older policy of the standard library is used on purpose: the newer one takes time that grows with the square of
    a header's length.
    """
    try:
        return BytesParser(policy=policy.compat32).parsebytes(data)
    except RecursionError as error:
        raise Refusal("The e-mail is nested too deeply to be read.") from error


def content_of(message: Message) -> MailContent:
    """Return what an e-mail says below its heads."""
    content = MailContent()
    content.blocks = _blocks(message, content, 0)
    return content


def heads_of(message: Message) -> Iterator[Block]:
    """Return who wrote when to whom."""
    for name in _SHOWN:
        value = header(message, name)
        if value:
            yield Block(f"{name}:\t{value}", row=True)


def header(message: Message, name: str) -> str:
    """Return a header in words, "" where it is missing."""
    value = next((text for key, text in message.raw_items() if key.lower() == name.lower()), "")
    return one_line(_decoded(str(value)))


def _blocks(part: Message, content: MailContent, depth: int, *, is_form: bool = False) -> list[Block]:
    """Return the text of a part and what it holds; `is_form` tells that it is one of several forms of a text."""
    content.parts += 1
    if content.parts > MOST_PARTS:
        return []
    if depth > _DEEPEST:
        raise Refusal("The e-mail is nested too deeply to be read.")
    kind = part.get_content_type()
    inner = part.get_payload()
    parts = [piece for piece in inner if isinstance(piece, Message)] if isinstance(inner, list) else []
    if kind in _MAILS and parts:
        return _attached_mail(_plain(parts[0], part), content, depth)
    if kind in _REPORTS:
        return [Block(f"{key}:\t{one_line(_decoded(str(value)))}", row=True) for p in parts for key, value in p.items()]
    if part.is_multipart() and not kind.startswith("message/"):
        is_alternative = kind == "multipart/alternative"
        pieces = [_blocks(piece, content, depth + 1, is_form=is_alternative or is_form) for piece in parts]
        return _one_of(pieces) if is_alternative else _all_of(pieces)
    return _leaf(part, kind, content, depth, is_form)


def _leaf(part: Message, kind: str, content: MailContent, depth: int, is_form: bool) -> list[Block]:
    named = _file_name(part)
    read_as = _KINDS.get(kind)
    if named and (kind in _UNTOLD or (read_as is TEXT and kind_named(Path(named)) in (CSV, HTML))):
        read_as = kind_named(Path(named))
        read_as = TEXT if read_as is MARKDOWN else read_as
    data = _bytes_of(part)
    try:
        if read_as is MAIL:
            return _attached_mail(parsed(data), content, depth)
        if read_as in (TEXT, HTML, CSV):
            data = without_pictures(data) if read_as is HTML else data
            text = _text_of(data, part.get_content_charset("") or "", is_html=read_as is HTML)
            blocks = list(blocks_of_html(text) if read_as is HTML else _rows(text) if read_as is CSV else _prose(text))
            is_attached = part.get_content_disposition() == "attachment" or bool(named)
            if is_attached and not is_form and blocks:
                return [heading(f"Attached file: {named or kind}", 2), *_below(blocks)]
            return _below(blocks)
    except (Refusal, MessageError, LookupError, ValueError, csv.Error):
        # a part that is no text leaves the others as they are
        pass
    if (data or named or part.is_multipart()) and kind not in _SIGNATURES:
        content.unread.append(named or ("calendar entry" if kind == "text/calendar" else kind))
    return []


def _attached_mail(message: Message, content: MailContent, depth: int) -> list[Block]:
    subject = header(message, "Subject")
    blocks = [heading(f"Attached e-mail: {subject}".rstrip(": "), 2), *heads_of(message)]
    return [*blocks, *_below(_blocks(message, content, depth + 1))]


def _plain(mail: Message, carrier: Message) -> Message:
    """Return an attached e-mail that the parser took for plain text, although its carrier says that it is encoded."""
    coding = one_line(str(carrier.get("Content-Transfer-Encoding", ""))).lower()
    body = mail.get_payload()
    heads = "".join(f"{name}: {value}\n" for name, value in mail.raw_items())
    if not isinstance(body, str):
        return mail
    # some programs say so of mails that they attach as they are
    is_as_it_is = bool(heads) if coding == "base64" else any(map(_NOT_ENCODED.search, (heads, body)))
    if coding not in ("base64", "quoted-printable") or is_as_it_is:
        return mail
    # a head that goes on over several encoded lines ends for the parser where its first line does
    is_cut = any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in mail.defects)
    whole = Message()
    whole["Content-Transfer-Encoding"] = coding
    whole.set_payload(heads + ("" if is_cut or not heads else "\n") + body)
    return parsed(_bytes_of(whole))


def _below(blocks: Iterable[Block]) -> list[Block]:
    """Return blocks with their headings below those of the e-mail and its attachments."""
    return [replace(block, level=block.level + 2) if 0 < block.level <= 2 else block for block in blocks]


def _prose(text: str) -> Iterator[Block]:
    yield from (Block(piece) for piece in tidy(text).split("\n\n"))


def _rows(text: str) -> Iterator[Block]:
    _, rows = rows_of(text)
    yield from lines_of(rows)


def _all_of(pieces: Sequence[list[Block]]) -> list[Block]:
    """Return the pieces of a mixed mail in order, those that say the same once."""
    said: list[Counter[str]] = []
    blocks: list[Block] = []
    for piece in pieces:
        words = _words(piece)
        if words and words in said:
            continue
        said.append(words)
        blocks.extend(piece)
    return blocks


def _one_of(forms: Sequence[list[Block]]) -> list[Block]:
    """Return a text from its forms: the one that says most, and of the others what it does not say."""
    best: list[Block] = []
    for form in forms:
        if not best:
            best = form
        elif _beyond(form, best):
            best = [*form, *_beyond(best, form)]
    return best


def _beyond(blocks: list[Block], others: list[Block]) -> list[Block]:
    """Return the blocks with words that others do not hold, or not as often."""
    missing = _words(blocks) - _words(others)
    return [block for block in blocks if any(word in missing for word in _words([block]))]


def _words(blocks: Iterable[Block]) -> Counter[str]:
    return Counter(word for block in blocks for word in _WORD.findall(_ADDRESSES.sub(" ", block.text).casefold()))


def _bytes_of(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (MessageError, LookupError, ValueError):
        return b""
    return data if isinstance(data, bytes) else b""


def _text_of(data: bytes, declared: str, *, is_html: bool) -> str:
    return decode(data, declared or (declared_charset(data) if is_html else "")) if data else ""


def _file_name(part: Message) -> str:
    try:
        return one_line(_decoded(part.get_filename("") or ""))[:120]
    except (MessageError, LookupError, ValueError, TypeError):
        return ""


def _decoded(value: str) -> str:
    """Return a header in words; characters outside ASCII that were not declared are read as those of a text are."""
    value = value[:_HEADER_CHARACTERS]
    try:
        if any("\udc80" <= sign <= "\udcff" for sign in value) or "\x1b" in value:
            value = decode(value.encode("ascii", "surrogateescape"))
        return str(make_header(decode_header(value)))
    except (Refusal, MessageError, LookupError, ValueError):
        return value.encode("ascii", "replace").decode("ascii")
