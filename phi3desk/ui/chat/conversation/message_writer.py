"""Writes messages into the conversation's document: bubbles, answers, cards of sources, the quiet lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextFormat,
    QTextFrame,
    QTextFrameFormat,
)

from phi3desk.chat.answer import is_from_model_instead
from phi3desk.chat.citations import citation_index, shown_quotes
from phi3desk.chat.messages import Answer, Basis, Message, Source
from phi3desk.model.types import Ending, Role
from phi3desk.ui.answers.doubts import checked_texts, is_in_doubt, support_line
from phi3desk.ui.answers.footer import AnswerFooter
from phi3desk.ui.answers.markup import LINE_HEIGHT, answer_document, mark_format
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.conversation.message_links import (
    action_address,
    doubt_address,
    edit_search_address,
    source_address,
    version_address,
    without_documents_address,
)
from phi3desk.ui.chat.conversation.sheet_rows import SheetRows
from phi3desk.ui.chat.nameable import text_of
from phi3desk.ui.formatting import also_as, place_of, translate
from phi3desk.ui.inert_text import plain
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_XS, TARGET, list_px, tokens
from phi3desk.ui.widgets.tooltip import plain_tooltip

BUBBLE_SHARE = 0.8
LONGEST_QUOTE = 280
#: cited passages that are quoted under an answer; further ones are named in one line
MOST_CARDS = 12
BUBBLE, REFUSAL, CARD = 1, 2, 100
_PART = QTextFormat.Property.UserProperty.value + 1


def is_refused(answer: Answer) -> bool:
    """Tell whether an answer is none: the documents do not tell."""
    return answer.refused or answer.basis is Basis.NOTHING_FOUND


class Column(NamedTuple):
    """Where the text stands in the view: left edge and width, in pixels."""

    left: int
    width: int


@dataclass
class Entry:
    """A message as it stands in the view: `tail` is where streamed text goes on, `activity` what is being done.

    `query_shown` tells that the query of an answer from a sheet is unfolded.
    """

    message: Message
    frame: QTextFrame
    sources: tuple[Source, ...] = ()
    activity: str = ""
    notice: str = ""
    streamed: str = ""
    tail: QTextCursor | None = None
    cards: list[tuple[Source, str]] = field(default_factory=list)
    writing: bool = False
    query_shown: bool = False


class MessageWriter(QObject):
    """Writes into `document`, in a column that is set before anything is written."""

    def __init__(self, document: QTextDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.column = Column(0, 400)
        self._footer = AnswerFooter(self)
        self._sheet_rows = SheetRows(self)

    def append(self, message: Message, writing: bool) -> Entry:
        """Write a message behind all others."""
        cursor = QTextCursor(self.document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        gap = QTextBlockFormat()
        gap.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        if not cursor.block().text():
            cursor.setBlockFormat(gap)
        look = QTextFrameFormat()
        look.setBorder(0)
        look.setMargin(0)
        look.setPadding(0)
        look.setTopMargin(SPACE_L)
        # what can be done with an answer stands under its words, not over them
        look.setBottomMargin(SPACE_M if message.role is Role.USER else TARGET)
        frame = cursor.insertFrame(look)
        after = QTextCursor(self.document)
        after.movePosition(QTextCursor.MoveOperation.End)
        after.setBlockFormat(gap)
        sources = message.answer.sources if message.answer else ()
        entry = Entry(message, frame, sources, writing=writing)
        self.write(entry)
        return entry

    def write(self, entry: Entry) -> None:
        """Write a message into its frame anew."""
        cursor = entry.frame.firstCursorPosition()
        cursor.beginEditBlock()
        cursor.setPosition(entry.frame.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.setBlockFormat(QTextBlockFormat())
        cursor.setBlockCharFormat(QTextCharFormat())
        cursor.setCharFormat(QTextCharFormat())
        entry.cards = []
        entry.tail = None
        if entry.message.role is Role.USER:
            self._write_question(entry, cursor)
        elif entry.writing:
            self._write_unfinished(entry, cursor)
        else:
            self._write_answer(entry, cursor)
        cursor.endEditBlock()

    def _write_question(self, entry: Entry, cursor: QTextCursor) -> None:
        names = "   ".join(f"@\u00a0{plain(text_of(mention))}" for mention in entry.message.named)
        look = self._bubble_format(f"{entry.message.text}\n{names}")
        cursor.setBlockFormat(look)
        cursor.insertText(plain(entry.message.text))
        if names:
            look.setTopMargin(SPACE_XS)
            self._new_block(cursor, look)
            named = self._quiet()
            named.setForeground(QBrush(QColor(tokens().accent)))
            cursor.insertText(names, named)

    def _write_unfinished(self, entry: Entry, cursor: QTextCursor) -> None:
        cursor.setBlockFormat(_spaced(bottom=8))
        if entry.streamed:
            cursor.insertText(entry.streamed)
        else:
            cursor.insertText(entry.activity or self.tr("One moment"), self._quiet())
        end = cursor.position()
        record = entry.message.answer
        if record is not None:
            self._write_searched(entry.message, record, cursor)
        if entry.sources:
            self._write_chips(entry, cursor, entry.sources, self.tr("Reading"))
        if entry.streamed:
            entry.tail = QTextCursor(self.document)
            entry.tail.setPosition(end)

    def _write_answer(self, entry: Entry, cursor: QTextCursor) -> None:
        message, answer = entry.message, entry.message.answer
        if message.text.strip():
            checked = checked_texts(answer, lambda nth: doubt_address(message.id, nth))
            font = self.document.defaultFont()
            made = answer_document(message.text, self._links_of(message), font, tokens(), checked)
            first = made.firstBlock()
            cursor.insertFragment(QTextDocumentFragment(made))
            if first.textList() is None:
                entry.frame.firstCursorPosition().mergeBlockFormat(first.blockFormat())
        if answer is not None and is_refused(answer):
            self._write_refusal(entry)
            cursor.setPosition(entry.frame.lastPosition())
        elif answer is not None and is_from_model_instead(answer):
            self._write_head(entry, self.tr("From the model, not found in the documents"))
            cursor.setPosition(entry.frame.lastPosition())
        notice = entry.notice or self._footer.ending(answer, bool(message.text.strip()))
        if notice:
            self._new_block(cursor, _spaced(top=4, bottom=4))
            look = QTextCharFormat()
            look.setForeground(QBrush(QColor(tokens().attention)))
            cursor.insertText(plain(notice), look)
        if answer is None:
            return
        self._write_correction(message, answer, cursor)
        self._write_support(answer, cursor)
        self._write_searched(message, answer, cursor)
        if answer.sheet is not None:
            self._sheet_rows.write(cursor, message.id, answer, unfolded=entry.query_shown)
            cited = {source.n for source in answer.sources}
        else:
            cited = self._write_cards(entry, cursor, answer)
        others = tuple(source for source in answer.sources if source.n not in cited)
        if others:
            self._write_chips(entry, cursor, others, self._found_title(answer, has_cited=bool(cited)))
        searched = self._footer.searched(answer)
        if searched:
            self._new_block(cursor, _spaced(top=14 if cited else 8))
            cursor.insertText(plain(searched), self._quiet())
        self._new_block(cursor, _spaced(top=8))
        if is_refused(answer):
            cursor.insertText(
                self.tr("Answer without documents"), mark_format(without_documents_address(message.id), tokens())
            )
            self._new_block(cursor, _spaced(top=8))
        self._write_versions(message, cursor)
        mode = self._footer.mode(answer)
        if mode:
            look = self._quiet()
            look.setForeground(QBrush(QColor(tokens().text)))
            look.setFontWeight(QFont.Weight.DemiBold)
            look.setToolTip(plain_tooltip(translate(answer.mode.promise) if answer.mode else ""))
            cursor.insertText(mode, look)
            cursor.insertText("  ·  ", self._quiet())
        told = ("" if answer.is_own else self._footer.made(answer), self._footer.took(answer))
        look = self._quiet()
        look.setToolTip(plain_tooltip(self._footer.details(answer)))
        cursor.insertText(plain("  ·  ".join(part for part in told if part)), look)

    def _write_refusal(self, entry: Entry) -> None:
        """Put what was written so far on a field of its own, under a head that says that it is no answer."""
        block = entry.frame.firstCursorPosition().block()
        while block.isValid() and block.position() <= entry.frame.lastPosition():
            look = block.blockFormat()
            look.setProperty(_PART, REFUSAL)
            look.setLeftMargin(look.leftMargin() + 14)
            look.setRightMargin(14)
            QTextCursor(block).setBlockFormat(look)
            block = block.next()
        self._write_head(entry, self.tr("Not answered"))

    def _write_head(self, entry: Entry, text: str) -> None:
        """Put a line over what was written so far that says what it is worth."""
        cursor = entry.frame.firstCursorPosition()
        before = cursor.blockFormat()
        cursor.insertBlock(before, QTextCharFormat())
        cursor = entry.frame.firstCursorPosition()
        before.setTopMargin(8)
        before.setBottomMargin(2)
        cursor.setBlockFormat(before)
        head = QTextCharFormat()
        head.setFontWeight(QFont.Weight.DemiBold)
        head.setForeground(QBrush(QColor(tokens().attention)))
        cursor.insertText(text, head)

    def _write_correction(self, message: Message, answer: Answer, cursor: QTextCursor) -> None:
        """Write that the answer is the person's own, what its documents no longer say, or that there is one like it."""
        corrected = answer.corrected
        if corrected is None:
            return
        gone = [source.passage.document for source in answer.sources if source.n in corrected.gone]
        if gone:
            self._new_block(cursor, _spaced(top=6))
            told = self.tr("{documents} no longer holds the sentence this rests on: check your answer.")
            look = QTextCharFormat()
            look.setForeground(QBrush(QColor(tokens().attention)))
            cursor.insertText(plain(told.format(documents=", ".join(dict.fromkeys(gone)))), look)
        self._new_block(cursor, _spaced(top=6))
        if answer.is_own:
            badge = self._quiet()
            badge.setForeground(QBrush(QColor(tokens().good)))
            badge.setFontWeight(QFont.Weight.DemiBold)
            cursor.insertText(f"✓\u00a0{plain(self._footer.made(answer))}", badge)
            label, action = self.tr("Ask the model anyway"), MessageAction.ASK_AGAIN
        else:
            told = self.tr("You answered a similar question before: “{question}”")
            question = _shortened(plain(corrected.question))
            cursor.insertText(told.format(question=question), self._quiet())
            label, action = self.tr("Show your answer"), MessageAction.USE_OWN
        cursor.insertText("   ", self._quiet())
        link = mark_format(action_address(message.id, action), tokens())
        link.setProperty(QTextFormat.Property.FontPixelSize, list_px())
        cursor.insertText(label, link)

    def _write_support(self, answer: Answer, cursor: QTextCursor) -> None:
        """Write how many sentences were found in the sources, well seen where some were not."""
        line = support_line(answer)
        if not line or is_refused(answer):
            return
        look = self._quiet()
        if is_in_doubt(answer):
            look.setForeground(QBrush(QColor(tokens().attention)))
            look.setFontWeight(QFont.Weight.DemiBold)
        self._new_block(cursor, _spaced(top=6))
        cursor.insertText(plain(line), look)

    def _found_title(self, answer: Answer, *, has_cited: bool) -> str:
        if (is_refused(answer) or is_from_model_instead(answer)) and not has_cited:
            return self.tr("Nearest passages")
        return self.tr("Also found") if has_cited else self.tr("Found")

    def _write_searched(self, message: Message, answer: Answer, cursor: QTextCursor) -> None:
        """Write what was searched in place of the question, with a link to change it once the answer is there."""
        if not answer.searched_for:
            return
        self._new_block(cursor, _spaced(top=8))
        cursor.insertText(self.tr("Searched for: {text}").format(text=plain(answer.searched_for)), self._quiet())
        if answer.ended is not Ending.WRITING:
            cursor.insertText("   ", self._quiet())
            look = mark_format(edit_search_address(message.id), tokens())
            look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
            look.setToolTip(plain_tooltip(self.tr("Change what is searched for, and answer anew")))
            cursor.insertText(self.tr("Edit"), look)

    def _write_versions(self, message: Message, cursor: QTextCursor) -> None:
        """Write which of several answers is in view, between two arrows to the others."""
        if message.versions == 1:
            return
        which = self.tr("{number} of {all}").format(number=message.version, all=message.versions)
        for sign, step, told in (
            ("\u2039", -1, self.tr("Show the answer before")),
            (which, 0, ""),
            ("\u203a", 1, self.tr("Show the answer after")),
        ):
            look = self._quiet()
            if step and 1 <= message.version + step <= message.versions:
                look = mark_format(version_address(message.id, step), tokens())
                look.setToolTip(plain_tooltip(told))
            cursor.insertText(f"\u00a0{sign}\u00a0", look)
        cursor.insertText("  ·  ", self._quiet())

    def _write_cards(self, entry: Entry, cursor: QTextCursor, answer: Answer) -> set[int]:
        cited = shown_quotes(answer)[:MOST_CARDS]
        if answer.nearest and cited:
            self._new_block(cursor, _spaced(top=16))
            cursor.insertText(self.tr("Nearest sentences"), self._quiet())
        for source, index in cited:
            n, citation = source.n, answer.quoted[index]
            part = CARD + len(entry.cards)
            entry.cards.append((source, citation.quote))
            head = _spaced(top=16, bottom=0, side=14, part=part)
            self._new_block(cursor, head)
            look = mark_format(source_address(entry.message.id, n, index), tokens())
            look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
            look.setToolTip(plain_tooltip(also_as(citation.also)))
            cursor.insertText(f"[{n}]  {plain(citation.document)}, {plain(place_of(citation))}", look)
            if citation.quote.strip():
                self._new_block(cursor, _spaced(top=2, bottom=12, side=14, part=part, height=105))
                cursor.insertText(f"“{plain(_shortened(citation.quote))}”", self._quiet())
        return {source.n for source, _ in cited}

    def _write_chips(self, entry: Entry, cursor: QTextCursor, sources: tuple[Source, ...], title: str) -> None:
        # the field of a refusal reaches over its text
        self._new_block(cursor, _spaced(top=16 if cursor.blockFormat().intProperty(_PART) else 10))
        cursor.insertText(f"{title}:  ", self._quiet())
        for index, source in enumerate(sources):
            look = mark_format(source_address(entry.message.id, source.n, -1), tokens())
            look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
            look.setFontWeight(QFont.Weight.Normal)
            passage = source.passage
            if index:
                cursor.insertText("   ·   ", self._quiet())
            look.setToolTip(plain_tooltip(also_as(passage.also)))
            where = plain(place_of(passage)).replace(" ", "\u00a0")
            cursor.insertText(f"[{source.n}]\u00a0{plain(passage.document)}, {where}", look)

    def _new_block(self, cursor: QTextCursor, look: QTextBlockFormat) -> None:
        frame_start = cursor.block().position()
        at_start = (
            cursor.atBlockStart() and cursor.atBlockEnd() and cursor.currentFrame().firstPosition() == frame_start
        )
        if at_start:
            cursor.setBlockFormat(look)
        else:
            cursor.insertBlock(look, QTextCharFormat())

    def _links_of(self, message: Message) -> Callable[[int, int], str | None]:
        answer = message.answer
        known = {source.n for source in answer.sources} if answer else set()

        def link_of(n: int, occurrence: int) -> str | None:
            if answer is None or n not in known:
                return None
            return source_address(message.id, n, citation_index(answer.citations, n, occurrence))

        return link_of

    def _quiet(self) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setForeground(QBrush(QColor(tokens().quiet)))
        look.setProperty(QTextFormat.Property.FontPixelSize, list_px())
        return look

    def _bubble_format(self, text: str) -> QTextBlockFormat:
        column = self.column.width
        metrics = QFontMetricsF(self.document.defaultFont())
        longest = max((metrics.horizontalAdvance(line) for line in plain(text)[:4000].split("\n")), default=0)
        width = min(longest + 4, column * BUBBLE_SHARE - 2 * SPACE_L)
        look = _spaced(top=0, bottom=0, side=SPACE_L, part=BUBBLE)
        look.setLeftMargin(max(0.0, column - width - SPACE_L))
        return look

    def card_at(self, entry: Entry, point: QPointF) -> tuple[Source, str] | None:
        """Return the source and the quote of the card at a point of the document."""
        for part, rectangle in self.parts(entry) if entry.cards else ():
            if part >= CARD and rectangle.contains(point):
                return entry.cards[part - CARD]
        return None

    def parts(self, entry: Entry) -> list[tuple[int, QRectF]]:
        """Return the bubble and the cards of a message, each with its rectangle in the document."""
        layout = self.document.documentLayout()
        found: dict[int, QRectF] = {}
        block: QTextBlock = entry.frame.firstCursorPosition().block()
        last = entry.frame.lastPosition()
        while block.isValid() and block.position() <= last:
            part = block.blockFormat().intProperty(_PART)
            if part:
                rectangle = layout.blockBoundingRect(block)
                found[part] = found[part].united(rectangle) if part in found else rectangle
            block = block.next()
        side, right = self.column.left, self.column.left + self.column.width
        made: list[tuple[int, QRectF]] = []
        for part, rectangle in found.items():
            if part == BUBBLE:
                block = entry.frame.firstCursorPosition().block()
                left = side + block.blockFormat().leftMargin() - SPACE_L
                made.append((part, QRectF(left, rectangle.top() - 9, right - left, rectangle.height() + 18)))
            else:
                made.append((part, QRectF(side, rectangle.top() - 8, right - side, rectangle.height() + 16)))
        return made


def _spaced(
    top: float = 0, bottom: float = 0, side: float = 0, part: int = 0, height: float = LINE_HEIGHT
) -> QTextBlockFormat:
    look = QTextBlockFormat()
    look.setLineHeight(height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    look.setTopMargin(top)
    look.setBottomMargin(bottom)
    look.setLeftMargin(side)
    look.setRightMargin(side)
    if part:
        look.setProperty(_PART, part)
    return look


def _shortened(quote: str) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"
