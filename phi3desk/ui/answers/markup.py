"""Turns an answer's Markdown into text that is safe to show: no HTML, no pictures, no links but to its own sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from phi3desk.chat.wording.doubt import places
from phi3desk.ui.colors import Tokens
from phi3desk.ui.inert_text import CLOSE, OPEN, InertDocument, plain
from phi3desk.ui.theme import list_px
from phi3desk.ui.widgets.tooltip import plain_tooltip

LINE_HEIGHT = 115
_MARK = re.compile(r"\[(\d{1,3})\]")
_HIDDEN_MARK = re.compile(f"{OPEN}(\\d{{1,3}}){CLOSE}")

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML

#: gives the link of the nth mark of a source, or None where the mark is of no known source
LinkOf = Callable[[int, int], str | None]


@dataclass(frozen=True)
class CheckedText:
    """A sentence of the answer; `note` says behind it that the sources do not hold it, "" where they do.

    `tip` says it in a sentence. `link` is where the note leads, "" for nowhere.
    """

    text: str
    note: str = ""
    tip: str = ""
    link: str = ""


def answer_document(
    text: str, link_of: LinkOf, font: QFont, shown: Tokens, checked: Sequence[CheckedText] = ()
) -> QTextDocument:
    """Return an answer as a document: Markdown formatted, `[n]` marks of known sources as links, all else inert.

    Sentences with a note are underlined with dots and the note stands behind them; one that does not stand in the text
    is named below it.
    """
    document = InertDocument()
    document.setDefaultFont(font)
    document.setMarkdown(_hidden(text), _FEATURES)
    _drop_links_and_pictures(document)
    _restore_marks(document, link_of, shown)
    _note_doubts(document, checked, shown)
    _space_blocks(document)
    _line_tables(document.rootFrame(), shown)
    return document


def mark_format(link: str, shown: Tokens) -> QTextCharFormat:
    """Return how a link to a source looks."""
    made = QTextCharFormat()
    made.setAnchor(True)
    made.setAnchorHref(link)
    made.setForeground(QBrush(QColor(shown.accent)))
    made.setFontWeight(QFont.Weight.DemiBold)
    made.setFontUnderline(False)
    return made


def fragments(document: QTextDocument) -> Iterator[QTextFragment]:
    """Give the runs of equal format of a document in their order."""
    block = document.begin()
    while block.isValid():
        run = block.begin()
        while not run.atEnd():
            yield run.fragment()
            run += 1
        block = block.next()


def _drop_links_and_pictures(document: QTextDocument) -> None:
    found = [
        (run.position(), run.length(), run.charFormat())
        for run in fragments(document)
        if run.charFormat().isAnchor() or run.charFormat().isImageFormat()
    ]
    for position, length, look in reversed(found):
        cursor = _selected(document, position, length)
        if look.isImageFormat():
            described = look.property(QTextFormat.Property.ImageAltText)
            cursor.insertText(str(described or ""), QTextCharFormat())
        else:
            kept = QTextCharFormat()
            kept.setFontWeight(look.fontWeight())
            kept.setFontItalic(look.fontItalic())
            cursor.setCharFormat(kept)


def _restore_marks(document: QTextDocument, link_of: LinkOf, shown: Tokens) -> None:
    found: list[tuple[int, int, int, str | None]] = []
    seen: dict[int, int] = {}
    block = document.begin()
    while block.isValid():
        for mark in _HIDDEN_MARK.finditer(block.text()):
            n = int(mark[1])
            link = None if _is_code(block, mark.start()) else link_of(n, seen.get(n, 0))
            if link is not None:
                seen[n] = seen.get(n, 0) + 1
            found.append((block.position() + mark.start(), len(mark[0]), n, link))
        block = block.next()
    for position, length, n, link in reversed(found):
        cursor = _selected(document, position, length)
        look = cursor.charFormat() if link is None else mark_format(link, shown)
        cursor.insertText(f"[{n}]", look)


def _hidden(text: str) -> str:
    """Return Markdown whose marks of sources are no markup."""
    return _MARK.sub(lambda mark: f"{OPEN}{mark[1]}{CLOSE}", plain(text))


def _note_doubts(document: QTextDocument, checked: Sequence[CheckedText], shown: Tokens) -> None:
    if not any(one.note for one in checked):
        return
    text = document.toPlainText()
    found = places(text, [one.text for one in checked])
    if None in found:
        found = places(text, [_as_shown(one.text) for one in checked])
    below = [one for place, one in zip(found, checked, strict=True) if place is None and one.note]
    for place, one in reversed(list(zip(found, checked, strict=True))):
        if place is not None and one.note:
            start, end = _position(text, place[0]), _position(text, place[1])
            _underline(document, start, end, one, shown)
            cursor = QTextCursor(document)
            cursor.setPosition(end)
            _insert_note(cursor, one, shown)
    for one in below:
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.insertText(f"“{plain(one.text.strip())}”", QTextCharFormat())
        _insert_note(cursor, one, shown)


def _as_shown(markdown: str) -> str:
    """Return what is seen of some Markdown: a sentence may hold signs that only make a list, a link or an entity."""
    document = InertDocument()
    document.setMarkdown(_hidden(markdown), _FEATURES)
    return _HIDDEN_MARK.sub(" ", document.toPlainText())


def _position(text: str, at: int) -> int:
    """Return the position in a document of a place in its text: the document counts signs beyond U+FFFF twice."""
    return at + sum(sign > "\uffff" for sign in text[:at])


def _underline(document: QTextDocument, start: int, end: int, one: CheckedText, shown: Tokens) -> None:
    look = QTextCharFormat()
    look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
    look.setUnderlineColor(QColor(shown.attention))
    look.setToolTip(plain_tooltip(one.tip))
    runs = [(run.position(), run.length(), run.charFormat()) for run in fragments(document)]
    for position, length, before in runs:
        first, last = max(start, position), min(end, position + length)
        if first < last and not before.isAnchor():
            _selected(document, first, last - first).mergeCharFormat(look)


def _insert_note(cursor: QTextCursor, one: CheckedText, shown: Tokens) -> None:
    cursor.insertText(" ", QTextCharFormat())
    look = mark_format(one.link, shown) if one.link else QTextCharFormat()
    look.setForeground(QBrush(QColor(shown.attention)))
    look.setFontWeight(QFont.Weight.Normal)
    look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
    look.setToolTip(plain_tooltip(one.tip))
    cursor.insertText(f"({plain(one.note)})", look)


def _is_code(block: QTextBlock, offset: int) -> bool:
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + offset + 1)
    return cursor.charFormat().fontFixedPitch()


def _selected(document: QTextDocument, position: int, length: int) -> QTextCursor:
    cursor = QTextCursor(document)
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _space_blocks(document: QTextDocument) -> None:
    block = document.begin()
    while block.isValid():
        spacing = QTextBlockFormat()
        spacing.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        in_table = QTextCursor(block).currentTable() is not None
        spacing.setTopMargin(0)
        spacing.setBottomMargin(0 if in_table else 3 if block.textList() is not None else 8)
        QTextCursor(block).mergeBlockFormat(spacing)
        block = block.next()


def _line_tables(frame: QTextFrame, shown: Tokens) -> None:
    for child in frame.childFrames():
        if isinstance(child, QTextTable):
            look = child.format()
            look.setBorder(1)
            look.setBorderCollapse(True)
            look.setBorderBrush(QBrush(QColor(shown.line)))
            look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            look.setCellPadding(6)
            look.setCellSpacing(0)
            look.setTopMargin(8)
            look.setBottomMargin(12)
            look.setWidth(QTextLength())
            child.setFormat(look)
        _line_tables(child, shown)


LINK = "cite:"
