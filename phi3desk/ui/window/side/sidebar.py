"""The left side of the window: the expert in use, the conversations by day, and the way to the other pages."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.messages import Conversation
from phi3desk.ui.experts.switcher import ExpertSwitcher
from phi3desk.ui.formatting import number
from phi3desk.ui.pages import Page
from phi3desk.ui.theme import SPACE_M, SPACE_S, TARGET, follow_scheme, icon
from phi3desk.ui.widgets.shortcuts import bind
from phi3desk.ui.window.side.conversation_list import ConversationDelegate, ConversationListModel

WIDTH = 260
SEARCH_DELAY_MS = 150
_TYPING = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class Sidebar(QFrame):
    """Chooses what the window shows.

    `conversation_chosen`, `rename_requested` (id, title), `export_requested` and `delete_requested` name a
    conversation, `page_chosen` carries a Page, `search_changed` the words looked for, `writing_wanted` what was typed
    on the conversation that is chosen: it belongs to the next question. `bin_requested` asks to see what was deleted.
    """

    conversation_chosen = Signal(int)
    new_requested = Signal()
    rename_requested = Signal(int, str)
    export_requested = Signal(int)
    delete_requested = Signal(int)
    page_chosen = Signal(object)
    search_changed = Signal(str)
    bin_requested = Signal()
    writing_wanted = Signal(str)
    shortcuts_requested = Signal()
    about_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Conversations and pages"))
        self.setMinimumWidth(200)
        self.expert_switcher = ExpertSwitcher()
        self._new = QPushButton(self.tr("New conversation"))
        self._new.setToolTip(self.tr("New conversation (Ctrl+N)"))
        self._new.clicked.connect(self.new_requested)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search conversations"))
        self.search.setAccessibleName(self.tr("Search conversations"))
        self.search.setToolTip(self.tr("Search conversations (Ctrl+K)"))
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self._search_due = QTimer(self)
        self._search_due.setSingleShot(True)
        self._search_due.setInterval(SEARCH_DELAY_MS)
        self._search_due.timeout.connect(lambda: self.search_changed.emit(self.search.text().strip()))
        self.search.textChanged.connect(lambda _: self._search_due.start())
        self.model = ConversationListModel(self)
        self.list = QListView()
        self._set_up_list()
        self.nothing = QLabel()
        self.nothing.setProperty("kind", "quiet")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(10, SPACE_S, SPACE_S, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        for widget in (self.expert_switcher, self._new, self.search):
            column.addWidget(widget)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        self.bin_button = QPushButton()
        self.bin_button.setProperty("kind", "quiet")
        self.bin_button.setMinimumHeight(TARGET)
        self.bin_button.setIconSize(QSize(18, 18))
        self.bin_button.setToolTip(self.tr("What you deleted, to bring it back or delete it for good"))
        self.bin_button.clicked.connect(self.bin_requested)
        self.bin_button.hide()
        column.addWidget(self.bin_button)
        line = QFrame()
        line.setProperty("kind", "line")
        column.addWidget(line)
        self.page_buttons = self._make_pages(column)
        self._recolor()
        follow_scheme(self, self._recolor)

    def _set_up_list(self) -> None:
        view = self.list
        view.setModel(self.model)
        view.setProperty("kind", "bare")
        view.setAccessibleName(self.tr("Conversations"))
        view.setItemDelegate(ConversationDelegate(view))
        view.setMouseTracking(True)
        view.setUniformItemSizes(False)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._on_menu_requested)
        view.clicked.connect(self._on_chosen)
        view.activated.connect(self._on_entered)
        view.installEventFilter(self)
        for keys, act, what in (
            ("F2", self._on_rename, self.tr("Rename the conversation")),
            ("Delete", self._on_delete, self.tr("Delete the conversation")),
        ):
            bind(view, keys, act, what, Qt.ShortcutContext.WidgetShortcut)

    def _make_pages(self, column: QVBoxLayout) -> dict[Page, tuple[QPushButton, str]]:
        labels = {
            Page.LIBRARY: (self.tr("Library"), "bookshelf"),
            Page.SWEEP: (self.tr("Ask every document"), "table-search"),
            Page.EXPERTS: (self.tr("Experts"), "account-tie-outline"),
            Page.MODELS: (self.tr("Models"), "cube-outline"),
            Page.SETTINGS: (self.tr("Settings"), "cog-outline"),
        }
        self._group = QButtonGroup(self)
        made = {}
        inner = QVBoxLayout()
        inner.setSpacing(0)
        for page, (label, symbol) in labels.items():
            button = QPushButton(label)
            button.setProperty("kind", "quiet")
            button.setCheckable(True)
            button.setMinimumHeight(TARGET)
            button.setIconSize(QSize(18, 18))
            button.clicked.connect(lambda _=False, page=page: self.page_chosen.emit(page))
            self._group.addButton(button)
            inner.addWidget(button)
            made[page] = (button, symbol)
        inner.addWidget(self._make_help())
        column.addLayout(inner)
        return made

    def _make_help(self) -> QPushButton:
        self.help = QPushButton(self.tr("Help"))
        self.help.setProperty("kind", "quiet")
        self.help.setMinimumHeight(TARGET)
        self.help.setIconSize(QSize(18, 18))
        menu = QMenu(self.help)
        menu.addAction(self.tr("Keyboard shortcuts\tF1")).triggered.connect(lambda _: self.shortcuts_requested.emit())
        menu.addAction(self.tr("About phi3desk")).triggered.connect(lambda _: self.about_requested.emit())
        # not its own menu: the style would draw its icon and name elsewhere than those of the buttons above
        self.help.clicked.connect(lambda: menu.popup(self.help.mapToGlobal(self.help.rect().topRight())))
        return self.help

    def show_conversations(self, conversations: list[Conversation], current: int, searching: bool) -> None:
        """Show these conversations and mark the open one (0: none)."""
        position = self.list.verticalScrollBar().value()
        self.model.show(conversations)
        self.mark(current)
        self.list.verticalScrollBar().setValue(position)
        self.nothing.setVisible(not conversations)
        self.list.setVisible(bool(conversations))
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.setStretchFactor(self.nothing, 0 if conversations else 1)
        self.nothing.setText(
            self.tr("No conversation holds these words.")
            if searching
            else self.tr("Your conversations will be listed here.")
        )

    def show_bin(self, count: int) -> None:
        """Show how much lies in the bin; an empty one has no button."""
        self.bin_button.setText(self.tr("Bin ({count})").format(count=number(count)))
        self.bin_button.setVisible(count > 0)

    def mark(self, conversation_id: int) -> None:
        """Mark the conversation that is open; 0 marks none."""
        row = self.model.row_of(conversation_id)
        selection = self.list.selectionModel()
        if row < 0:
            selection.clear()
            return
        index = self.model.index(row)
        selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def mark_page(self, shown: Page) -> None:
        """Mark the page that is shown; the conversation has no button."""
        self._group.setExclusive(False)
        for page, (button, _) in self.page_buttons.items():
            button.setChecked(page is shown)
        self._group.setExclusive(True)

    def _current(self) -> Conversation | None:
        return self.model.conversation(self.list.currentIndex())

    def _on_chosen(self, index: QModelIndex) -> None:
        conversation = self.model.conversation(index)
        if conversation is not None:
            self.conversation_chosen.emit(conversation.id)

    def _on_entered(self, index: QModelIndex) -> None:
        self._on_chosen(index)
        self.writing_wanted.emit("")

    def _on_menu_requested(self, position: QPoint) -> None:
        index = self.list.indexAt(position)
        conversation = self.model.conversation(index) if index.isValid() else None
        if conversation is None:
            return
        menu = QMenu(self)
        rename = menu.addAction(icon("pencil-outline"), self.tr("Rename\tF2"))
        rename.triggered.connect(lambda _=False: self._rename(conversation))
        export = menu.addAction(icon("download-outline"), self.tr("Save as a dossier"))
        export.triggered.connect(lambda _=False: self.export_requested.emit(conversation.id))
        delete = menu.addAction(icon("delete-outline"), self.tr("Delete\tDel"))
        delete.triggered.connect(lambda _=False: self.delete_requested.emit(conversation.id))
        menu.popup(self.list.viewport().mapToGlobal(position))
        menu.aboutToHide.connect(menu.deleteLater)

    def _on_rename(self) -> None:
        conversation = self._current()
        if conversation is not None:
            self._rename(conversation)

    def _on_delete(self) -> None:
        conversation = self._current()
        if conversation is not None:
            self.delete_requested.emit(conversation.id)

    def _rename(self, conversation: Conversation) -> None:
        title, accepted = QInputDialog.getText(
            self, self.tr("Rename the conversation"), self.tr("Title"), QLineEdit.EchoMode.Normal, conversation.title
        )
        if accepted and title.strip():
            self.rename_requested.emit(conversation.id, title.strip())

    def _recolor(self) -> None:
        self._new.setIcon(icon("plus"))
        self._search_icon.setIcon(icon("magnify"))
        self.bin_button.setIcon(icon("trash-can-outline"))
        for button, symbol in self.page_buttons.values():
            button.setIcon(icon(symbol))
        self.help.setIcon(icon("help-circle-outline"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass on letters typed on the list: a click leaves the keyboard there, and the next question is meant."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            if event.text().isprintable() and event.text().strip() and held in _TYPING:
                self.writing_wanted.emit(event.text())
                return True
        return super().eventFilter(watched, event)
