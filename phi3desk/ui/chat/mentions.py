"""Naming what a question is restricted to: `@` opens a list of names that becomes shorter while one is typed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from phi3desk.chat.messages import Mention
from phi3desk.library.documents import Collection, Document
from phi3desk.ui.chat.nameable import Nameable, fitting, of_collections, of_documents, of_folders, text_of
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.text_offsets import qt_offset
from phi3desk.ui.theme import SPACE_S, TARGET, icon
from phi3desk.ui.widgets.tooltip import plain_tooltip

MOST_ROWS = 8
_NAMING = re.compile(r"(?:^|\s)@([^@]{0,80})$")
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -MOST_ROWS, Qt.Key.Key_PageDown: MOST_ROWS}
_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class MentionCompleter(QObject):
    """Watches a field for `@` and offers what can be named over `anchor`; `chosen` carries a tuple of Mention.

    The names of the documents are fetched when the list is first wanted, and anew after they have changed.
    """

    chosen = Signal(object)

    def __init__(self, edit: QPlainTextEdit, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._edit = edit
        self._anchor = anchor
        self._library: LibraryClient | None = None
        self._collections: list[Collection] = []
        self._documents: list[Document] = []
        #: collections and folders, and the documents: thousands of these take long
        self._places: list[Nameable] = []
        self._files: list[Nameable] = []
        self._known = False
        self._offers = True
        self._dismissed = -1
        self.list = QListWidget(anchor)
        self.list.setAccessibleName(self.tr("Collections, folders and documents"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(18, 18))
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._choose)
        self.list.hide()
        edit.installEventFilter(self)
        edit.cursorPositionChanged.connect(self._follow)
        edit.textChanged.connect(self._follow)

    def follow(self, library: LibraryClient) -> None:
        """Offer what is in a library."""
        self._library = library
        library.collections_changed.connect(self._on_collections)
        library.documents_changed.connect(self._forget_documents)
        self._on_collections(library.collections)

    def set_offered(self, offers: bool) -> None:
        """Offer names, or none where nothing is searched: an `@` is a letter like any other then."""
        if offers != self._offers:
            self._offers = offers
            self._follow()

    def begin(self) -> None:
        """Write the sign for the user and open the list."""
        cursor = self._edit.textCursor()
        before = _before(cursor)
        self._dismissed = -1
        self._edit.setFocus()
        cursor.insertText("@" if not before or before[-1].isspace() else " @")
        self._follow()

    def dismiss(self) -> None:
        """Take the list away until another `@` is written."""
        start = self._naming()
        self._dismissed = start[0] if start else -1
        self.list.hide()

    def _on_collections(self, collections: list[Collection]) -> None:
        # while documents are imported they are told once a second, with other counts
        is_known = _named_in(collections) == _named_in(self._collections)
        self._collections = collections
        if not is_known:
            self._renew()

    def _forget_documents(self) -> None:
        self._known = False

    def _on_documents(self, documents: list[Document]) -> None:
        self._documents = documents
        self._files = of_documents(documents)
        self._renew()

    def _renew(self) -> None:
        """Offer what there is now; what the keyboard has come to stays the current one."""
        self._places = [*of_collections(self._collections), *of_folders(self._documents, self._collections)]
        item = self.list.currentItem()
        self._follow(item.data(Qt.ItemDataRole.UserRole) if item is not None and self.list.isVisible() else ())

    def _naming(self) -> tuple[int, str] | None:
        """Return where the `@` before the cursor stands and what follows it."""
        cursor = self._edit.textCursor()
        before = _before(cursor)
        found = _NAMING.search(before)
        if found is None or cursor.hasSelection():
            return None
        return cursor.block().position() + qt_offset(before, found.start(1) - 1), found[1]

    def _follow(self, current: tuple[Mention, ...] = ()) -> None:
        naming = self._naming()
        if naming is None:
            self._dismissed = -1
        if naming is None or naming[0] == self._dismissed or not self._offers or not self._edit.hasFocus():
            self.list.hide()
            return
        if not self._known and self._library is not None:
            self._known = True
            self._library.documents(None, self._on_documents)
        self._offer(fitting(naming[1], [*self._places, *self._files]), current)

    def _offer(self, offered: Sequence[Nameable], current: tuple[Mention, ...]) -> None:
        self.list.clear()
        names = Counter(one.mentions[0].name for one in offered if one.place)
        for one in offered:
            first = one.mentions[0]
            text = ", ".join(text_of(mention) for mention in one.mentions)
            if names[first.name] > 1 and one.place:
                text = self.tr("{name} in {folder}").format(name=text, folder=one.place)
            look, what = self._kind(first)
            item = QListWidgetItem(icon(look), text)
            item.setData(Qt.ItemDataRole.UserRole, one.mentions)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{what}: {text}")
            item.setToolTip(plain_tooltip(first.folder or text))
            item.setSizeHint(QSize(0, TARGET + 2))
            self.list.addItem(item)
        if not offered:
            self.list.hide()
            return
        self._place(len(offered))
        self._go_to(next((row for row, one in enumerate(offered) if one.mentions == current), 0))

    def _kind(self, mention: Mention) -> tuple[str, str]:
        """Return the icon of what is named, and in a word what it is."""
        if mention.collection:
            return "bookshelf", self.tr("Collection")
        if mention.folder:
            return "folder-outline", self.tr("Folder")
        if mention.pages:
            return "book-open-page-variant-outline", self.tr("Pages")
        return "file-document-outline", self.tr("Document")

    def _place(self, rows: int) -> None:
        window = self._anchor.window()
        if self.list.parentWidget() is not window:
            self.list.setParent(window)
        height = min(rows, MOST_ROWS) * (TARGET + 2) + 2 * self.list.frameWidth() + 2
        corner = self._anchor.mapTo(window, QPoint(0, 0)) if self._anchor is not window else QPoint(0, 0)
        height = min(height, max(TARGET, corner.y() - 2 * SPACE_S)) if corner.y() > TARGET else height
        top = corner.y() - height - SPACE_S if corner.y() > TARGET else self._anchor.height()
        self.list.setGeometry(corner.x(), top, min(self._anchor.width(), 480), height)
        self.list.show()
        self.list.raise_()

    def _go_to(self, row: int) -> None:
        self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
        text = self.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._edit, text))

    def _choose(self, item: QListWidgetItem) -> None:
        naming = self._naming()
        mentions = item.data(Qt.ItemDataRole.UserRole)
        self.list.hide()
        if naming is not None:
            cursor = self._edit.textCursor()
            cursor.setPosition(naming[0], QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        self.chosen.emit(mentions)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that belong to the list while it is shown; Escape before the window takes it for Stop."""
        if not self.list.isVisible():
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.FocusOut:
            self.list.hide()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
            if plain and key in _STEPS:
                self._go_to(self.list.currentRow() + _STEPS[key])
                return True
            if plain and key in _CHOOSE:
                self._choose(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)


def _before(cursor: QTextCursor) -> str:
    """Return what stands before a cursor in its paragraph."""
    start = QTextCursor(cursor)
    start.setPosition(cursor.position())
    start.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
    return start.selectedText()


def _named_in(collections: Sequence[Collection]) -> list[tuple[int, str, list[str]]]:
    """Return what of collections decides what can be named in them: their names, and the folders they follow."""
    return [(one.id, one.name, [source.path for source in one.sources if source.folder]) for one in collections]
