"""The conversation: one text browser, one frame for each message, answers as they are written and their sources."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextFrame,
)
from PySide6.QtWidgets import QToolButton, QWidget

from phi3desk.chat.messages import Message, Source
from phi3desk.model.types import Role
from phi3desk.ui.answers.markup import mark_format
from phi3desk.ui.chat.conversation.doubt_tip import explain_doubt
from phi3desk.ui.chat.conversation.embedded_widget import EmbeddedWidget
from phi3desk.ui.chat.conversation.following_browser import FollowingBrowser
from phi3desk.ui.chat.conversation.link_focus import LinkFocus
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.conversation.message_links import (
    EARLIER,
    ActionLink,
    DoubtLink,
    QueryLink,
    SourceLink,
    read_address,
)
from phi3desk.ui.chat.conversation.message_text import copied, source_lines, spoken
from phi3desk.ui.chat.conversation.message_writer import Column, Entry, MessageWriter
from phi3desk.ui.chat.conversation.painting import paint_parts, paint_ring
from phi3desk.ui.chat.conversation.pointed_message import PointedMessage
from phi3desk.ui.inert_text import plain
from phi3desk.ui.theme import READING_WIDTH, SPACE_L, SPACE_M, SPACE_XL, follow_scheme, reading_font, tokens
from phi3desk.ui.widgets.shortcuts import tell_keys

SHOWN_AT_FIRST = 40


class ConversationView(FollowingBrowser):
    """Shows messages and follows an answer while it is written; all text in it is inert but links to its own sources.

    `source_requested` carries a Source and the sentence to highlight (empty: none), `action_requested` a
    MessageAction, other than to copy, and a message's id; `copied` tells that a message is on the clipboard, and
    whether its sources are.
    """

    source_requested = Signal(object, str)
    action_requested = Signal(object, int)
    copied = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        # the links' keyboard is LinkFocus': Qt's own goes through them again from every button within the view
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.setAccessibleName(self.tr("Conversation"))
        tell_keys(
            self,
            [
                (self.tr("Tab"), self.tr("Go to the next source of an answer")),
                (self.tr("Enter"), self.tr("Show the source")),
                (self.tr("Alt+Up"), self.tr("Go to the message before")),
                (self.tr("Alt+Down"), self.tr("Go to the next message")),
            ],
        )
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._size = 15
        self._messages: list[Message] = []
        self._writing = 0
        self._entries: list[Entry] = []
        self._writer = MessageWriter(self._document, self)
        self._pointed = PointedMessage(self, self._writer)
        self.message_actions = self._pointed.actions
        self._embedded: EmbeddedWidget | None = None
        self._links = LinkFocus(self)
        self.anchorClicked.connect(self._on_anchor_clicked)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.message_actions.chosen.connect(self._on_action_chosen)
        follow_scheme(self, self._show_again)

    def set_reading_size(self, pixels: int) -> None:
        """Show the text in a size, in pixels."""
        self._size = pixels
        self._show_again()

    def show_messages(self, messages: list[Message], writing: int = 0) -> None:
        """Show a conversation from its end; of a long one the earlier messages are shown when asked for.

        `writing` is the id of the message that is being written now.
        """
        self._messages = list(messages)
        self._writing = writing
        self._build(messages[-SHOWN_AT_FIRST:])
        self.to_end()

    def add_message(self, message: Message, writing: bool = False) -> None:
        """Show one message more and go to the end."""
        self._messages.append(message)
        if writing:
            self._writing = message.id
        self._entries.append(self._writer.append(message, writing))
        self.to_end()

    def set_activity(self, message_id: int, text: str) -> None:
        """Say in place what is being done before the first word; an empty text says nothing."""
        entry = self._entry(message_id)
        if entry is not None and not entry.streamed and entry.activity != text:
            entry.activity = text
            self._write(entry)

    def set_sources(self, message_id: int, sources: tuple[Source, ...]) -> None:
        """Show what an answer is being written from."""
        entry = self._entry(message_id)
        if entry is not None:
            entry.sources = sources
            self._write(entry)

    def set_text(self, message_id: int, text: str) -> None:
        """Show the whole text of an answer so far; what is there already is not laid out again."""
        entry = self._entry(message_id)
        if entry is None or not entry.writing:
            return
        text = plain(text).lstrip()
        if entry.tail is None or not text.startswith(entry.streamed):
            entry.streamed = text
            entry.activity = ""
            self._write(entry)
        elif len(text) > len(entry.streamed):
            entry.tail.insertText(text[len(entry.streamed) :])
            entry.streamed = text

    def finish(self, message: Message, notice: str = "") -> None:
        """Show a finished answer formatted, with its sources; `notice` says why it broke off, where it did."""
        self._messages = [message if known.id == message.id else known for known in self._messages]
        if self._writing == message.id:
            self._writing = 0
        entry = self._entry(message.id)
        if entry is None:
            return
        entry.writing = False
        entry.sources = message.answer.sources if message.answer else ()
        entry.message, entry.activity, entry.notice, entry.streamed = message, "", notice, ""
        if entry is self._pointed.entry:
            self.message_actions.show_for(message)
        self._write(entry)
        announced = self.tr("Answer: {text}").format(text=notice or spoken(message))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, announced[:2000]))

    def show_below(self, message_id: int, widget: QWidget) -> EmbeddedWidget:
        """Let a widget stand under a message, in place of any other, and bring it into view; return what keeps it."""
        self.take_below_away()

        def frame_of() -> QTextFrame | None:
            entry = self._entry(message_id)
            return entry.frame if entry is not None else None

        is_last = bool(self._entries) and self._entries[-1].message.id == message_id
        # its room changes the range while it grows: only under the last message that means to follow the end
        self._following = self._following and is_last
        self._embedded = embedded = EmbeddedWidget(self, widget, frame_of)
        if is_last and widget.height() <= self.viewport().height():
            self.to_end()
        else:
            self._following = False
            embedded.bring_into_view()
        return embedded

    @property
    def answer_at_hand(self) -> Message | None:
        """The finished answer that pointer or keyboard is at, or else the last one; None where there is none."""
        pointed = self._pointed.entry
        entries = ([pointed] if pointed is not None else []) + self._entries[::-1]
        return next((one.message for one in entries if one.message.answer is not None and not one.writing), None)

    @property
    def below(self) -> QWidget | None:
        """What stands under a message."""
        return self._embedded.widget if self._embedded is not None else None

    def take_below_away(self) -> None:
        """Take away what stands under a message; its widget is deleted."""
        embedded, self._embedded = self._embedded, None
        if embedded is not None:
            embedded.take_away()

    def place_of(self, message_id: int) -> QRectF:
        """Return where a message lies in the document; an empty rectangle where it is not shown."""
        entry = self._entry(message_id)
        return self._document.documentLayout().frameBoundingRect(entry.frame) if entry is not None else QRectF()

    def parts_of(self, message_id: int) -> list[tuple[int, QRectF]]:
        """Return the bubble and the cards of a message, with their places in the document."""
        entry = self._entry(message_id)
        return self._writer.parts(entry) if entry is not None else []

    def action_buttons(self) -> list[QToolButton]:
        """Return the buttons for the message that is pointed at."""
        return self.message_actions.buttons()

    # layout

    def _build(self, messages: list[Message]) -> None:
        kept = {entry.message.id: entry for entry in self._entries}
        self._entries = []
        self._pointed.leave()
        self._document.clear()
        self._document.setDefaultFont(reading_font(self._size))
        self._document.setDocumentMargin(0)
        self._set_margins()
        if len(messages) < len(self._messages):
            cursor = QTextCursor(self._document)
            look = mark_format(EARLIER, tokens())
            centered = QTextBlockFormat()
            centered.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            centered.setBottomMargin(SPACE_M)
            cursor.setBlockFormat(centered)
            cursor.insertText(self.tr("Show earlier messages"), look)
        for message in messages:
            entry = self._writer.append(message, message.id == self._writing)
            self._entries.append(entry)
            before = kept.get(message.id)
            if before is not None and entry.writing:
                entry.sources, entry.activity, entry.streamed = before.sources, before.activity, before.streamed
                self._write(entry)

    def _show_again(self) -> None:
        bar = self.verticalScrollBar()
        share = bar.value() / max(1, bar.maximum())
        following = self._following
        self._build(self._messages[-max(SHOWN_AT_FIRST, len(self._entries)) :])
        if following:
            self.to_end()
        else:
            bar.setValue(round(share * bar.maximum()))

    def _write(self, entry: Entry) -> None:
        self._writer.write(entry)
        if entry is self._pointed.entry:
            self._pointed.place()

    def _set_margins(self) -> None:
        """Set the text in the middle of the view, at the same place whether a scroll bar shows or not."""
        left = max(SPACE_XL, (self.width() - READING_WIDTH) // 2)
        width = min(READING_WIDTH, self.width() - 2 * SPACE_XL)
        self._writer.column = Column(left, width)
        look = self._document.rootFrame().frameFormat()
        look.setLeftMargin(left)
        look.setRightMargin(max(0, self.viewport().width() - left - width))
        look.setTopMargin(SPACE_M)
        look.setBottomMargin(SPACE_XL)
        self._document.rootFrame().setFrameFormat(look)

    # what happens

    def _entry(self, message_id: int) -> Entry | None:
        return next((entry for entry in reversed(self._entries) if entry.message.id == message_id), None)

    def _on_action_chosen(self, action: MessageAction, message_id: int) -> None:
        if action is MessageAction.COPY:
            self.copy_message(message_id)
        else:
            self.action_requested.emit(action, message_id)

    def _on_anchor_clicked(self, address: QUrl) -> None:
        # the browser leaves a frame of its own around a link that was clicked, beside the ring of what has the keyboard
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)
        target = address.toString()
        if target == EARLIER:
            height = self._document.size().height()
            self._following = False
            self._build(self._messages)
            self.verticalScrollBar().setValue(round(self._document.size().height() - height))
            return
        link = read_address(target)
        if isinstance(link, ActionLink):
            self.action_requested.emit(link.action, link.message_id)
        elif isinstance(link, SourceLink):
            self._request_source(link)
        elif isinstance(link, QueryLink):
            self._fold_query(link.message_id)
        elif isinstance(link, DoubtLink):
            self._explain_doubt(link)

    def _request_source(self, link: SourceLink) -> None:
        entry = self._entry(link.message_id)
        source = next((s for s in entry.sources if s.n == link.n), None) if entry else None
        if entry is None or source is None:
            return
        answer = entry.message.answer
        quoted = answer.quoted if answer else ()
        quote = quoted[link.citation].quote if 0 <= link.citation < len(quoted) else ""
        self.source_requested.emit(source, quote)

    def _fold_query(self, message_id: int) -> None:
        entry = self._entry(message_id)
        if entry is not None:
            entry.query_shown = not entry.query_shown
            self._write(entry)

    def _explain_doubt(self, link: DoubtLink) -> None:
        """Say in full why a sentence is not supported, beside its note."""
        entry = self._entry(link.message_id)
        if entry is not None:
            rings = self._links.rings()
            at = rings[0].bottomLeft().toPoint() if rings else self.viewport().mapFromGlobal(QCursor.pos())
            explain_doubt(self, entry.message, link.sentence, at)

    def _on_scrolled(self, _: int) -> None:
        self._pointed.place()

    def copy_message(self, message_id: int) -> None:
        """Put a message with its sources on the clipboard."""
        entry = self._entry(message_id)
        if entry is not None:
            QGuiApplication.clipboard().setText(copied(entry.message))
            self.copied.emit(bool(source_lines(entry.message)))

    # pointer, keys, actions

    def _entry_at(self, y: float) -> Entry | None:
        layout = self._document.documentLayout()
        position = y + self.verticalScrollBar().value()
        for entry in reversed(self._entries):
            rectangle = layout.frameBoundingRect(entry.frame)
            if rectangle.top() <= position <= rectangle.bottom() + SPACE_L:
                return entry
        return None

    def _card_at(self, position: QPoint) -> tuple[Source, str] | None:
        entry = self._entry_at(position.y())
        point = QPointF(position.x(), position.y() + self.verticalScrollBar().value())
        return self._writer.card_at(entry, point) if entry is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons():
            self._on_scrolled_by_hand()
        self._point_at(self._entry_at(event.position().y()))
        if self._card_at(event.position().toPoint()) is not None:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        left = event.button() == Qt.MouseButton.LeftButton
        super().mouseReleaseEvent(event)
        if left and not self.textCursor().hasSelection() and not self.anchorAt(position):
            card = self._card_at(position)
            if card is not None:
                self.source_requested.emit(*card)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.message_actions.underMouse() and not self._has_keyboard():
            self._pointed.leave()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reasons = Qt.FocusReason
        forward = event.reason() == reasons.TabFocusReason
        if forward or event.reason() == reasons.BacktabFocusReason:
            if self._pointed.entry is None:
                self._point_at(self._entries[-1] if self._entries else None)
            self._enter_links(forward)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._links.leave()
        self.viewport().update()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go from link to link, then on; the buttons within the view ask here too, and go on at once."""
        if self.hasFocus():
            entered = forward and not self._links.target
            if self._enter_links(forward) if entered else self._links.step(forward=forward):
                self._show_link()
                return True
        return super().focusNextPrevChild(forward)

    def _enter_links(self, forward: bool) -> bool:
        start = self._pointed.entry.frame.firstPosition() if self._pointed.entry is not None else 0
        entered = self._links.enter(start, forward=forward)
        self._show_link()
        return entered

    def _show_link(self) -> None:
        """Bring the link that has the keyboard into view, and point at its message."""
        areas = self._links.rings()
        if not areas:
            return
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if areas[0].top() < 0 or areas[-1].bottom() > height:
            bar.setValue(round(bar.value() + areas[0].top() - height / 3))
            self._on_scrolled_by_hand()
        at = self._links.position
        entry = next(
            (one for one in self._entries if one.frame.firstPosition() <= at <= one.frame.lastPosition()), None
        )
        self._point_at(entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter follows a link, Alt+Up and Alt+Down go through messages, Alt+Left and Alt+Right through versions."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        versions = {
            Qt.Key.Key_Left: MessageAction.VERSION_BEFORE,
            Qt.Key.Key_Right: MessageAction.VERSION_AFTER,
        }
        pointed = self._pointed.entry
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in versions:
            shown = pointed or (self._entries[-1] if self._entries else None)
            if shown is not None:
                self.action_requested.emit(versions[Qt.Key(event.key())], shown.message.id)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps and self._entries:
            at = self._entries.index(pointed) if pointed in self._entries else len(self._entries)
            self._point_at(self._entries[max(0, min(len(self._entries) - 1, at + steps[Qt.Key(event.key())]))])
            self._links.leave()
            self._pointed.bring_into_view()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._links.target:
            self._on_anchor_clicked(QUrl(self._links.target))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the message's actions before those of the text."""
        entry = self._entry_at(event.pos().y()) if event.reason() == event.Reason.Mouse else self._pointed.entry
        menu = self.createStandardContextMenu(event.pos())
        standard = [action for action in menu.actions() if action.objectName() != "link-copy"]
        menu.clear()
        if entry is not None:
            menu.addActions(self.message_actions.menu_actions(entry.message, menu))
            menu.addSeparator()
        menu.addActions(standard)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def _has_keyboard(self) -> bool:
        return self.hasFocus() or self.message_actions.has_focus()

    def _point_at(self, entry: Entry | None) -> None:
        if entry is None or entry.writing:
            return
        self._pointed.point_at(entry)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bubbles and cards, and the text over them."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value()
        painter.translate(0, -top)
        layout = self._document.documentLayout()
        for entry in self._entries:
            rectangle = layout.frameBoundingRect(entry.frame)
            if rectangle.bottom() < top or rectangle.top() > top + self.viewport().height():
                continue
            paint_parts(painter, self._writer.parts(entry))
        painter.end()
        super().paintEvent(event)
        self._paint_ring()

    def _paint_ring(self) -> None:
        """Paint the ring of the keyboard: around a link, or around the view where it is at none."""
        if not self.hasFocus():
            return
        painter = QPainter(self.viewport())
        paint_ring(painter, self._links.rings() or [QRectF(self.viewport().rect()).adjusted(2, 2, -2, -2)])
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            following = self._following
            self._set_margins()
            for entry in self._entries:
                if entry.message.role is Role.USER:
                    self._write(entry)
            if following:
                self.to_end()
        elif self._following:
            self.to_end()
        self._pointed.place()
