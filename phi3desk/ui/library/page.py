"""The library: collections, the import that runs, what became of each file, and the folders that are followed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import Collection, State
from phi3desk.ui.formatting import counted, number, translate
from phi3desk.ui.library.collection_list import CollectionList
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.document_list import DocumentList
from phi3desk.ui.library.document_states import UNREADABLE
from phi3desk.ui.library.embedder_notice import EmbedderNotice
from phi3desk.ui.library.folders_pane import FoldersPane
from phi3desk.ui.library.import_bar import ImportBar, joined
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from phi3desk.ui.widgets.basic import Button, Picture, label, on_click
from phi3desk.ui.widgets.focus import focus_first
from phi3desk.workers.protocol import Failure

DOCUMENTS, FOLDERS = range(2)


class LibraryPage(QWidget):
    """Shows what is in the library and what became of each file.

    `document_opened` carries a Document. Drops are the window's.
    """

    document_opened = Signal(object)

    def __init__(
        self,
        services: Services,
        document_import: DocumentImport,
        progress: LibraryProgress,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._notices = services.library, services.notices
        self._document_import = document_import
        self._progress = progress
        self.setAccessibleName(self.tr("Library"))
        self.collections = CollectionList()
        self.documents = DocumentList(services, document_import)
        self.folders = FoldersPane(services, document_import)
        self.import_bar = ImportBar()
        self.embedder_notice = EmbedderNotice(services)
        self.tabs = QTabBar()
        self._build()
        self._connect()
        self._take_up()

    @property
    def current_collection(self) -> int | None:
        """The collection that is shown, None for all: where added files go."""
        return self.collections.current

    def show_states(self, states: frozenset[State] | None) -> None:
        """Show only documents in these states, of whatever collection; None shows all."""
        self.collections.choose_all()
        self.tabs.setCurrentIndex(DOCUMENTS)
        self.documents.show_states(states)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.pages and event.type() == QEvent.Type.Resize:
            self._fit_head()
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.documents)
        self.pages.addWidget(self.folders)
        self.pages.addWidget(self._build_empty())
        self.tabs.addTab(self.tr("Documents"))
        self.tabs.addTab(self.tr("Folders and rules"))
        self.tabs.setAccessibleName(self.tr("What is shown of the collection"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addLayout(self._build_head())
        column.addWidget(self.import_bar)
        column.addWidget(self.embedder_notice)
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
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
        focus_first(self, self.collections.list)
        self.pages.installEventFilter(self)

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
        self.add_folder_button = on_click(Button(self.tr("Add folder"), "folder-plus-outline"), self._choose_folder)
        self.add_files_button = on_click(
            Button(self.tr("Add files"), "file-plus-outline", "primary"), self._choose_files
        )
        buttons.addWidget(self.add_folder_button)
        buttons.addWidget(self.add_files_button)
        buttons.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(SPACE_M)
        self._head.addLayout(words, 1)
        self._head.addLayout(buttons)
        return self._head

    def _build_empty(self) -> QWidget:
        self._empty_text = label(self.tr("Drop documents or a folder here, and ask what is in them."))
        self._empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self._empty_text.font()
        font.setPixelSize(15)
        self._empty_text.setFont(font)
        add = on_click(Button(self.tr("Add a folder"), "folder-plus-outline", "primary"), self._choose_folder)
        self.samples_button = on_click(
            Button(self.tr("Try it with the sample documents"), kind="chip"), self._document_import.add_samples
        )
        self.empty = QWidget()
        column = QVBoxLayout(self.empty)
        column.setSpacing(SPACE_L)
        column.addStretch(2)
        column.addWidget(Picture("empty-library.svg", QSize(210, 140)), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._empty_text)
        column.addWidget(add, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.samples_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return self.empty

    def _choose_files(self) -> None:
        self._document_import.choose_files(self)

    def _choose_folder(self) -> None:
        self._document_import.choose_folder(self)

    def _connect(self) -> None:
        library = self._library
        library.collections_changed.connect(self._on_collections_changed)
        library.status_changed.connect(lambda status: self.import_bar.show_held(status.paused))
        library.import_started.connect(self._on_import_started)
        self._progress.changed.connect(self._show_progress)
        library.import_finished.connect(self._on_import_finished)
        library.failed.connect(self._on_failed)
        self.import_bar.pause_requested.connect(library.pause)
        self.import_bar.cancel_requested.connect(library.cancel_imports)
        self.import_bar.unreadable_requested.connect(lambda: self.show_states(UNREADABLE))
        self.collections.chosen.connect(self._on_collection_chosen)
        self.collections.made.connect(lambda name: library.create_collection(name, lambda _: None))
        self.collections.renamed.connect(library.rename_collection)
        self.collections.deleted.connect(self._on_collection_deleted)
        self.tabs.currentChanged.connect(lambda _: self._show_page())
        self.documents.document_opened.connect(self.document_opened)
        self.documents.changed.connect(self._show_counts)

    def _take_up(self) -> None:
        """Show what was told before the page was there."""
        if self._library.collections:
            self._on_collections_changed(self._library.collections)
        if self._library.status is not None:
            self.import_bar.show_held(self._library.status.paused)
        if self._progress.running:
            self.import_bar.begin()
            self._show_progress()
        elif self._progress.ended or self._progress.failure is not None:
            self._show_ended()

    def _on_collections_changed(self, collections: Sequence[Collection]) -> None:
        self.collections.show_collections(collections)
        self._show_title()
        self._show_counts()
        if not self.documents.loaded:
            self.documents.fetch()

    def _on_collection_chosen(self, collection: int | None) -> None:
        self._show_title()
        self.folders.show_collection(collection)
        self.documents.show_collection(collection)

    def _on_collection_deleted(self, collection: Collection) -> None:
        self._library.delete_collection(collection.id)
        told = self.tr("The collection “{name}” was deleted; the files in your folders stay.")
        self._notices.offer_undo(
            told.format(name=collection.name),
            lambda: self._library.restore_collection(collection.id),
        )

    def _on_import_started(self) -> None:
        """Imports that wait for each other are told as one; one that waits for a cancelled one can be cancelled too."""
        if self._progress.running == 1 or self.import_bar.stopping:
            self.import_bar.begin()
        self._show_page()

    def _show_progress(self) -> None:
        if self._progress.running and self._progress.progress is not None and self._progress.is_told:
            self.import_bar.show_progress(self._progress.progress, self._progress.figures)

    def _on_import_finished(self, _ended: object) -> None:
        if not self._progress.running:
            self._show_ended()
        self.documents.fetch()

    def _show_ended(self) -> None:
        failure = self._progress.failure
        self.import_bar.finish(joined(self._progress.ended), translate(failure.sentence) if failure else "")

    def _on_failed(self, _failure: Failure) -> None:
        """Take back a name that was refused; the window tells why."""
        self.collections.show_collections(self._library.collections)

    def _show_title(self) -> None:
        item = self.collections.list.currentItem()
        self._title.setText(item.text() if item is not None else self.tr("All documents"))

    def _show_counts(self) -> None:
        total, matching = self.documents.model.total, self.documents.model.matching
        # the list of collections beside it counts the same
        chosen = self.current_collection
        documents = sum(one.documents for one in self._library.collections if chosen in (None, one.id))
        text = counted(documents, "documents")
        if matching != total:
            text = self.tr("{matching} of {documents}").format(matching=number(matching), documents=text)
        models = dict.fromkeys(
            one.embedder.name for one in self._library.collections if chosen in (None, one.id) and one.passages
        )
        if any(models):
            told = self.tr("{documents}  ·  search by meaning: {models}")
            text = told.format(documents=text, models=", ".join(models))
        self._counts.setText(text)
        self._counts.setVisible(documents > 0)
        self._show_page()

    def _show_page(self) -> None:
        """Show what the tab names, or the way in where the collection holds nothing and follows nothing."""
        chosen = self.current_collection
        collections = [known for known in self._library.collections if chosen in (None, known.id)]
        followed = any(known.sources for known in collections)
        held = any(known.documents for known in collections) or self.documents.model.total > 0
        full = held or followed or self._library.importing
        self.samples_button.setVisible(not any(collection.documents for collection in self._library.collections))
        for widget in (self.add_files_button, self.add_folder_button):
            widget.setVisible(full)
        # an empty collection has rules already, which can be set before anything is added
        self.tabs.setVisible(full or chosen is not None)
        pages = {DOCUMENTS: self.documents if full else self.empty, FOLDERS: self.folders}
        shown = pages[self.tabs.currentIndex()] if not self.tabs.isHidden() else self.empty
        self.pages.setCurrentWidget(shown)

    def _fit_head(self) -> None:
        """Put the buttons under the title where there is no room beside it."""
        needed = self._title.sizeHint().width() + self.add_files_button.sizeHint().width()
        needed += self.add_folder_button.sizeHint().width() + 2 * SPACE_XL + SPACE_M + SPACE_S
        direction = QBoxLayout.Direction
        room = self.pages.width()
        self._head.setDirection(direction.TopToBottom if needed > room + SPACE_XL else direction.LeftToRight)
