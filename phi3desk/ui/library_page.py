"""The library: collections, their documents with states and reasons, and the import that runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import Collection, Document, ImportSummary, State
from phi3desk.ui.collection_list import CollectionList
from phi3desk.ui.document_files import DocumentFiles
from phi3desk.ui.document_table import (
    ADVICE,
    CHANGED,
    NAME,
    PAGES,
    PASSAGES,
    STATE,
    UNDER_WAY,
    UNREADABLE,
    DocumentTableModel,
    advice,
    state_word,
)
from phi3desk.ui.import_bar import ImportBar, joined
from phi3desk.ui.library_client import LibraryClient
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, icon
from phi3desk.ui.widgets import Button, Picture, label, on_click
from phi3desk.ui.words import counted, number
from phi3desk.workers.protocol import Failure

REFRESH_MS = 150
REFRESH_WHILE_IMPORTING_MS = 1500
#: the columns that step aside, in this order, where "what to do" would have less room than this
STEP_ASIDE = (CHANGED, PASSAGES, PAGES)
ADVICE_ROOM = 130


class LibraryPage(QWidget):
    """Shows what is in the library and what became of each file.

    `document_opened` carries a Document, `undo_offered` a text and what undoes it. Drops are the window's.
    """

    document_opened = Signal(object)
    undo_offered = Signal(str, object)

    def __init__(self, library: LibraryClient, files: DocumentFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self._files = library, files
        self._loaded = False
        self._running = 0
        self._ended: list[ImportSummary | None] = []
        self.setAccessibleName(self.tr("Library"))
        self.collections = CollectionList()
        self.model = DocumentTableModel(self)
        self.table = QTableView()
        self.import_bar = ImportBar()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self._fetch)
        self._build()
        self._connect()
        if library.collections:
            self._on_collections_changed(library.collections)

    @property
    def current_collection(self) -> int | None:
        """The collection that is shown, None for all: where added files go."""
        return self.collections.current

    def selected_documents(self) -> list[Document]:
        """Return the documents of the selected rows."""
        rows = self.table.selectionModel().selectedRows()
        return [self.model.document_at(row) for row in sorted(index.row() for index in rows)]

    def show_states(self, states: frozenset[State] | None) -> None:
        """Show only documents in these states; None shows all."""
        index = next((i for i in range(self._state.count()) if self._state.itemData(i) == states), 0)
        self._state.setCurrentIndex(index)

    def remove_selected(self) -> None:
        """Take the selected documents out of the library; offers to undo it."""
        documents = self.selected_documents()
        if not documents:
            return
        ids = [document.id for document in documents]
        self._library.remove_documents(ids)
        text = (
            self.tr("“{name}” was removed from the library.").format(name=documents[0].name)
            if len(documents) == 1
            else self.tr("{documents} were removed from the library.").format(
                documents=counted(len(documents), "documents")
            )
        )
        self.undo_offered.emit(text, lambda: self._library.restore_documents(ids))

    def retry_selected(self) -> None:
        """Read the selected documents again."""
        if documents := self.selected_documents():
            self._library.retry([document.id for document in documents])

    def open_selected(self) -> None:
        """Open the current document in the window."""
        index = self.table.currentIndex()
        if index.isValid():
            self.document_opened.emit(self.model.document_at(index.row()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_filter_icon"):
            self.model.recolor()
            self._filter_icon.setIcon(icon("magnify"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._fit_columns)
            self._fit_head()
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self._build_table()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._build_documents())
        self._pages.addWidget(self._build_empty())
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addLayout(self._build_head())
        column.addWidget(self.import_bar)
        column.addWidget(self._pages, 1)
        splitter = QSplitter()
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.collections)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        self.collections.setMinimumWidth(170)
        splitter.setSizes([210, 800])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)
        self.setFocusProxy(self.collections.list)
        self.table.installEventFilter(self)

    def _build_head(self) -> QBoxLayout:
        self._title = label(self.tr("All documents"), "title", wraps=False)
        self._title.setMinimumWidth(0)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._counts = label(kind="quiet")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._counts)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        self._add_folder = on_click(Button(self.tr("Add folder"), "folder-plus-outline"), self._choose_folder)
        self._add_files = on_click(Button(self.tr("Add files"), "file-plus-outline", "primary"), self._choose_files)
        buttons.addWidget(self._add_folder)
        buttons.addWidget(self._add_files)
        buttons.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(SPACE_M)
        self._head.addLayout(words, 1)
        self._head.addLayout(buttons)
        return self._head

    def _build_documents(self) -> QWidget:
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter by name or folder"))
        self._filter.setAccessibleName(self.tr("Filter documents by name or folder"))
        self._filter.setClearButtonEnabled(True)
        self._filter_icon = self._filter.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self._state = QComboBox()
        self._state.setAccessibleName(self.tr("Filter documents by state"))
        self._state.addItem(self.tr("All states"), None)
        self._state.addItem(self.tr("Could not be read"), UNREADABLE)
        self._state.addItem(self.tr("Being read"), UNDER_WAY)
        self._state.insertSeparator(3)
        for state in State:
            self._state.addItem(state_word(state), frozenset({state}))
        self._state.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self._filter, 1)
        row.addWidget(self._state)
        self._nothing = label(kind="quiet")
        self._detail = label()
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(self._nothing)
        column.addWidget(self.table, 1)
        column.addWidget(self._detail)
        self._nothing.hide()
        self._detail.hide()
        return page

    def _build_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Documents"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setIconSize(QSize(16, 16))
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(36)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(ADVICE, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(48)
        table.setSortingEnabled(True)
        table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        self._actions()

    def _actions(self) -> None:
        keys = QKeySequence
        self._open = self._action(self.tr("Open"), self.open_selected)
        self._read_again = self._action(self.tr("Read again"), self.retry_selected, keys(Qt.Key.Key_F5))
        self._elsewhere = self._action(self.tr("Open with another program"), self._open_elsewhere)
        self._folder = self._action(self.tr("Show in folder"), self._show_in_folder)
        self._remove = self._action(
            self.tr("Remove from the library"), self.remove_selected, keys(keys.StandardKey.Delete)
        )

    def _action(self, text: str, act: object, shortcut: QKeySequence | None = None) -> QAction:
        action = QAction(text, self.table)
        if shortcut is not None:
            action.setShortcut(shortcut)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(act)
        self.table.addAction(action)
        return action

    def _build_empty(self) -> QWidget:
        self._empty_text = label(self.tr("Drop PDFs or a folder here, and ask what is in them."))
        self._empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self._empty_text.font()
        font.setPixelSize(15)
        self._empty_text.setFont(font)
        add = on_click(Button(self.tr("Add a folder"), "folder-plus-outline", "primary"), self._choose_folder)
        self._samples = on_click(
            Button(self.tr("Try it with the sample documents"), kind="chip"), self._files.add_samples
        )
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(SPACE_L)
        column.addStretch(2)
        column.addWidget(Picture("empty-library.svg", QSize(210, 140)), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._empty_text)
        column.addWidget(add, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._samples, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return page

    def _choose_files(self) -> None:
        self._files.choose_files(self)

    def _choose_folder(self) -> None:
        self._files.choose_folder(self)

    def _connect(self) -> None:
        library = self._library
        library.collections_changed.connect(self._on_collections_changed)
        library.documents_changed.connect(self._on_documents_changed)
        library.import_started.connect(self._on_import_started)
        library.import_progressed.connect(self.import_bar.show_progress)
        library.file_finished.connect(self._on_documents_changed)
        library.import_progressed.connect(self._on_documents_changed)
        library.import_finished.connect(self._on_import_finished)
        library.failed.connect(self._on_failed)
        self.import_bar.cancel_requested.connect(library.cancel_imports)
        self.import_bar.unreadable_requested.connect(self._show_unreadable)
        self.collections.chosen.connect(self._on_collection_chosen)
        self.collections.made.connect(lambda name: library.create_collection(name, lambda _: None))
        self.collections.renamed.connect(library.rename_collection)
        self.collections.deleted.connect(self._on_collection_deleted)
        self._filter.textChanged.connect(self._apply_filter)
        self._state.currentIndexChanged.connect(self._apply_filter)
        self.table.activated.connect(lambda _: self.open_selected())
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def _on_collections_changed(self, collections: Sequence[Collection]) -> None:
        self.collections.show_collections(collections)
        self._show_title()
        if not self._loaded:
            self._fetch()

    def _on_collection_chosen(self, _collection: int | None) -> None:
        self._show_title()
        self._fetch()

    def _on_collection_deleted(self, collection: Collection) -> None:
        self._library.delete_collection(collection.id)
        self.undo_offered.emit(
            self.tr("The collection “{name}” was deleted; its files stay.").format(name=collection.name),
            lambda: self._library.restore_collection(collection.id),
        )

    def _on_documents_changed(self, *_: object) -> None:
        """Fetch soon, but while an import runs not for every single file."""
        if not self._refresh.isActive():
            self._refresh.start(REFRESH_WHILE_IMPORTING_MS if self._library.importing else REFRESH_MS)

    def _on_import_started(self) -> None:
        """Imports that wait for each other are told as one."""
        if self._running == 0:
            self._ended.clear()
        self._running += 1
        self.import_bar.begin()
        self._show_counts()

    def _on_import_finished(self, summary: ImportSummary | None) -> None:
        self._running = max(0, self._running - 1)
        self._ended.append(summary)
        if self._running == 0:
            self.import_bar.finish(joined(self._ended))
        self._fetch()

    def _on_failed(self, _failure: Failure) -> None:
        """Take back a name that was refused; the window tells why."""
        self.collections.show_collections(self._library.collections)

    def _fetch(self) -> None:
        self._refresh.stop()
        collection = self.current_collection
        self._library.documents(collection, lambda documents: self._on_documents(collection, documents))

    def _on_documents(self, collection: int | None, documents: list[Document]) -> None:
        if collection != self.current_collection:
            return
        self._loaded = True
        selected = {document.id for document in self.selected_documents()}
        place = self.table.verticalScrollBar().value()
        self.model.show_documents(documents)
        self._select(selected)
        self.table.verticalScrollBar().setValue(place)
        self._show_counts()

    def _select(self, ids: set[int]) -> None:
        """Select the rows of these documents again after the rows were set anew."""
        if not ids or self.table.selectionModel().hasSelection():
            return
        selection = QItemSelection()
        for document_id in ids:
            row = self.model.row_of(document_id)
            if row >= 0:
                selection.select(self.model.index(row, 0), self.model.index(row, ADVICE))
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(selection, flags.Select)
        if selection.indexes():
            self.table.selectionModel().setCurrentIndex(selection.indexes()[0], flags.NoUpdate)

    def _apply_filter(self) -> None:
        self.model.set_filter(self._filter.text(), self._state.currentData())
        self._show_counts()

    def _show_unreadable(self) -> None:
        self._filter.clear()
        self.show_states(UNREADABLE)
        self.table.setFocus()

    def _show_title(self) -> None:
        item = self.collections.list.currentItem()
        self._title.setText(item.text() if item is not None else self.tr("All documents"))

    def _show_counts(self) -> None:
        total, matching = self.model.total, self.model.matching
        self._pages.setCurrentIndex(0 if total or self._library.importing else 1)
        self._samples.setVisible(not any(collection.documents for collection in self._library.collections))
        text = counted(total, "documents")
        if matching != total:
            text = self.tr("{matching} of {documents}").format(matching=number(matching), documents=text)
        self._counts.setText(text)
        self._counts.setVisible(total > 0)
        for button in (self._add_files, self._add_folder):
            button.setVisible(total > 0)
        self._nothing.setText(self.tr("No document fits the filter."))
        self._nothing.setVisible(total > 0 and matching == 0)
        self._on_selection_changed()

    def _on_selection_changed(self, *_: object) -> None:
        """Tell the one selected document's reason in full: the row may have no room for it."""
        selected = self.selected_documents()
        said = advice(selected[0]) if len(selected) == 1 else ""
        if len(selected) > 1:
            said = self.tr("{documents} selected").format(documents=counted(len(selected), "documents"))
        self._say(said)

    def _say(self, text: str) -> None:
        self._detail.setText(text)
        self._detail.setVisible(bool(text))

    def _show_menu(self, place: QPoint) -> None:
        selected = self.selected_documents()
        if not selected:
            return
        for action in (self._open, self._elsewhere, self._folder):
            action.setEnabled(len(selected) == 1)
        menu = QMenu(self)
        menu.addActions([self._open, self._read_again])
        menu.addSeparator()
        menu.addActions([self._elsewhere, self._folder])
        menu.addSeparator()
        menu.addAction(self._remove)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _open_elsewhere(self) -> None:
        for document in self.selected_documents()[:1]:
            self._open_path(Path(document.path))

    def _show_in_folder(self) -> None:
        for document in self.selected_documents()[:1]:
            self._open_path(Path(document.path).parent)

    def _open_path(self, path: Path) -> None:
        if not path.exists():
            self._say(self.tr("“{path}” is not there any more.").format(path=str(path)))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._say(self.tr("No program was found that opens “{path}”.").format(path=str(path)))

    def _fit_head(self) -> None:
        """Put the buttons under the title where there is no room beside it."""
        needed = self._title.sizeHint().width() + self._add_files.sizeHint().width()
        needed += self._add_folder.sizeHint().width() + 2 * SPACE_XL + SPACE_M + SPACE_S
        direction = QBoxLayout.Direction
        room = self._pages.width()
        self._head.setDirection(direction.TopToBottom if needed > room + SPACE_XL else direction.LeftToRight)

    def _fit_columns(self) -> None:
        """Give the names a third of the room and let the lesser figures step aside where it is short."""
        room = self.table.viewport().width()
        metrics = self.table.fontMetrics()
        widths = {STATE: max(metrics.horizontalAdvance(state_word(state)) for state in State) + 52}
        for column, sample in ((PAGES, "99,999"), (PASSAGES, "999,999"), (CHANGED, "29/12/2026")):
            title = str(self.model.headerData(column, Qt.Orientation.Horizontal))
            widths[column] = max(metrics.horizontalAdvance(sample), metrics.horizontalAdvance(title) + 16) + 22
        widths[NAME] = max(190, int(room * 0.28))
        for column in STEP_ASIDE:
            hidden = sum(widths.values()) + ADVICE_ROOM > room
            self.table.setColumnHidden(column, hidden)
            if hidden:
                del widths[column]
        for column, width in widths.items():
            self.table.horizontalHeader().resizeSection(column, width)
