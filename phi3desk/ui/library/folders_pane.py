"""What a collection is made from: the folders and files it follows, and the rules by which they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import BoundSource, Collection, LibraryStatus, Rules
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.embedder_form import EmbedderForm
from phi3desk.ui.library.rules_form import RulesForm
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, follow_scheme, icon, tokens
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.tooltip import plain_tooltip

SOURCE = Qt.ItemDataRole.UserRole
ROWS_AT_LEAST, ROWS_AT_MOST, ROW_HEIGHT = 3, 9, 34
PATH, COLLECTION, STATE = range(3)


class FoldersPane(QScrollArea):
    """Follows one collection, or shows the folders of all."""

    def __init__(self, services: Services, document_import: DocumentImport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self._notices = services.library, services.notices
        self._document_import = document_import
        self._collection: Collection | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.sources = QTreeWidget()
        self.rules = RulesForm()
        self.embedder = EmbedderForm(services)
        self._build_sources()
        self._build()
        self.rules.chosen.connect(self._on_rules_chosen)
        self.rules.check_requested.connect(self.check_now)
        self._library.collections_changed.connect(self._on_collections_changed)
        self._library.status_changed.connect(self._on_status_changed)
        if self._library.status is not None:
            self._on_status_changed(self._library.status)
        follow_scheme(self, self._recolor)

    def show_collection(self, collection: int | None) -> None:
        """Show the folders and rules of a collection, or the folders of all for None."""
        self._collection = next((known for known in self._library.collections if known.id == collection), None)
        self._show()

    def check_now(self) -> None:
        """Look for what has changed in the folders that are shown."""
        self._library.sync(self._collection.id if self._collection is not None else None)

    def remove_selected(self) -> None:
        """Follow the selected folders and files no longer; offers to undo it."""
        removed = [item.data(PATH, SOURCE) for item in self.sources.selectedItems()]
        if not removed:
            return
        for source in removed:
            self._library.remove_source(source.id)
        text = (
            self.tr("“{name}” is not followed any more, and its documents left the library. Its files stay.").format(
                name=Path(removed[0].path).name or removed[0].path
            )
            if len(removed) == 1
            else self.tr("%Ln folder(s) and files are not followed any more. The files stay.", "", len(removed))
        )
        self._notices.offer_undo(text, lambda: self._restore(removed))

    def _restore(self, sources: Sequence[BoundSource]) -> None:
        for source in sources:
            self._library.restore_source(source.id)

    def _build_sources(self) -> None:
        tree = self.sources
        tree.setAccessibleName(self.tr("Folders and files"))
        tree.setColumnCount(3)
        tree.setHeaderLabels([self.tr("Folder or file"), self.tr("Collection"), self.tr("State")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setIconSize(QSize(18, 18))
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setAccessibleName(self.tr("Columns"))
        header.setSectionResizeMode(PATH, QHeaderView.ResizeMode.Stretch)
        for column in (COLLECTION, STATE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        tree.itemSelectionChanged.connect(self._on_selection_changed)
        tree.installEventFilter(self)

    def _build(self) -> None:
        self._none = label(
            self.tr("No folder is followed yet. Add one: what changes in it is followed from then on."), "quiet"
        )
        self.remove_button = on_click(Button(self.tr("Remove"), "link-variant-off"), self.remove_selected)
        self.check_button = on_click(Button(self.tr("Check now"), "refresh"), self.check_now)
        buttons = FlowLayout(SPACE_S)
        add_folder = Button(self.tr("Add folder"), "folder-plus-outline")
        add_files = Button(self.tr("Add files"), "file-plus-outline")
        for button in (
            on_click(add_folder, lambda: self._document_import.choose_folder(self)),
            on_click(add_files, lambda: self._document_import.choose_files(self)),
            self.check_button,
            self.remove_button,
        ):
            buttons.addWidget(button)
        self._rules_title = label(self.tr("Rules"), "section")
        self._rules_none = label(self.tr("Choose a collection on the left to see and set its rules."), "quiet")
        held = QWidget()
        held.setAutoFillBackground(False)
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(label(self.tr("Folders and files"), "section"))
        column.addWidget(
            label(self.tr("What is added, changed, moved or deleted in them is followed by itself."), "quiet")
        )
        column.addWidget(self._none)
        column.addWidget(self.sources)
        column.addLayout(buttons)
        column.addSpacing(SPACE_L)
        column.addWidget(label(self.tr("Search by meaning"), "section"))
        column.addWidget(self.embedder)
        column.addSpacing(SPACE_L)
        column.addWidget(self._rules_title)
        column.addWidget(self._rules_none)
        column.addWidget(self.rules)
        column.addStretch(1)
        self.setWidget(held)
        self._show()

    def _show(self) -> None:
        chosen = self._collection
        collections = [chosen] if chosen is not None else self._library.collections
        self._show_sources(collections)
        self.embedder.show_collections(collections, is_all=chosen is None)
        self.sources.setColumnHidden(COLLECTION, chosen is not None)
        self.rules.setVisible(chosen is not None)
        self._rules_none.setVisible(chosen is None)
        if chosen is not None:
            self.rules.show_rules(chosen.id, chosen.rules)

    def _show_sources(self, collections: Sequence[Collection]) -> None:
        wanted = [(source, collection.name) for collection in collections for source in collection.sources]
        wanted.sort(key=lambda pair: (not pair[0].folder, pair[0].path.casefold()))
        known = [self.sources.topLevelItem(row) for row in range(self.sources.topLevelItemCount())]
        if wanted != [(item.data(PATH, SOURCE), item.text(COLLECTION)) for item in known if item is not None]:
            selected = {item.data(PATH, SOURCE).id for item in self.sources.selectedItems()}
            place = self.sources.verticalScrollBar().value()
            self.sources.clear()
            for source, name in wanted:
                item = self._item(source, name)
                self.sources.addTopLevelItem(item)
                item.setSelected(source.id in selected)
            self.sources.verticalScrollBar().setValue(place)
        rows = max(ROWS_AT_LEAST, min(ROWS_AT_MOST, len(wanted)))
        self.sources.setFixedHeight(rows * ROW_HEIGHT + ROW_HEIGHT + 6)
        self.sources.setVisible(bool(wanted))
        self._none.setVisible(not wanted)
        self.check_button.setEnabled(bool(wanted))
        self._on_selection_changed()

    def _item(self, source: BoundSource, collection: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([source.path, collection, self._state_of(source)])
        item.setData(PATH, SOURCE, source)
        item.setToolTip(PATH, plain_tooltip(source.path))
        item.setSizeHint(PATH, QSize(0, ROW_HEIGHT))
        self._paint(item, source)
        return item

    def _state_of(self, source: BoundSource) -> str:
        if source.missing:
            return self.tr("Cannot be found")
        return self.tr("Followed")

    def _paint(self, item: QTreeWidgetItem, source: BoundSource) -> None:
        shown = tokens()
        name = "folder-alert-outline" if source.missing else "folder-outline" if source.folder else "file-outline"
        item.setIcon(PATH, icon(name, shown.attention if source.missing else shown.quiet))
        if source.missing:
            item.setIcon(STATE, icon("alert-outline", shown.attention))
            item.setToolTip(
                STATE, self.tr("It may be on a drive that is not connected. Its documents stay in the library.")
            )

    def _on_collections_changed(self, collections: Sequence[Collection]) -> None:
        chosen = self._collection.id if self._collection is not None else None
        self._collection = next((known for known in collections if known.id == chosen), None)
        self._show()

    def _on_status_changed(self, status: LibraryStatus) -> None:
        self.rules.show_languages(status.ocr_languages)

    def _on_rules_chosen(self, collection: int, before: Rules, rules: Rules) -> None:
        def on_set() -> None:
            self.rules.take(collection, rules)
            self._notices.offer_undo(
                self.tr("The rules were changed; the folders are being checked."),
                lambda: self._library.set_rules(collection, before),
            )

        self._library.set_rules(collection, rules, on_set)

    def _on_selection_changed(self) -> None:
        self.remove_button.setEnabled(bool(self.sources.selectedItems()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = watched is self.sources and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self.remove_selected()
            return True
        return super().eventFilter(watched, event)

    def _recolor(self) -> None:
        for row in range(self.sources.topLevelItemCount()):
            if (item := self.sources.topLevelItem(row)) is not None:
                self._paint(item, item.data(PATH, SOURCE))
