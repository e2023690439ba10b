"""Turns an answer's Markdown into text that is safe to show: no HTML, no pictures, no links but to its own sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

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

from phi3desk.ui.colors import Tokens
from phi3desk.ui.inert_text import CLOSE, OPEN, InertDocument, plain

LINE_HEIGHT = 115
_MARK = re.compile(r"\[(\d{1,3})\]")
_HIDDEN_MARK = re.compile(f"{OPEN}(\\d{{1,3}}){CLOSE}")

#: gives the link of the nth mark of a source, or None where the mark is of no known source
LinkOf = Callable[[int, int], str | None]


def answer_document(text: str, link_of: LinkOf, font: QFont, shown: Tokens) -> QTextDocument:
    """Return an answer as a document: Markdown formatted, `[n]` marks of known sources as links, all else inert."""
    document = InertDocument()
    document.setDefaultFont(font)
    hidden = _MARK.sub(lambda mark: f"{OPEN}{mark[1]}{CLOSE}", plain(text))
    features = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
    document.setMarkdown(hidden, features)
    _drop_links_and_pictures(document)
    _restore_marks(document, link_of, shown)
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
