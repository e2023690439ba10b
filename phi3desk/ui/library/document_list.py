"""What became of each file: the table of documents with its filters, what a row says, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import Document, FileOutcome, State
from phi3desk.library.on_disk import is_there
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.document_states import advice_and_next_step, state_word
from phi3desk.ui.library.document_table import ADVICE, CHANGED, NAME, PAGES, PASSAGES, STATE, DocumentTableModel
from phi3desk.ui.library.password_dialog import PasswordDialog
from phi3desk.ui.library.state_chips import StateChips
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_S, follow_scheme, icon
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.shortcuts import bind

REFRESH_MS = 150
#: While an import runs a refresh waits this long, and a millisecond more for every two documents.
REFRESH_WHILE_IMPORTING_MS = 1500
#: two lines, so that what is to be done is not cut; more where the text is larger
ROW_HEIGHT = 44
ROW_ROOM = 10
#: A larger selection is not kept when the rows are sorted anew.
MOST_KEPT = 500
#: The columns that step aside, in this order, where "what to do" would have less room than this.
STEP_ASIDE = (CHANGED, PASSAGES, PAGES)
ADVICE_ROOM = 220


class DocumentList(QWidget):
    """The documents of one collection, or of all.

    `document_opened` carries a Document, `ask_requested` those that are to be asked the same question, `changed` tells
    that there are other documents or states.
    """

    document_opened = Signal(object)
    ask_requested = Signal(object)
    changed = Signal()

    def __init__(self, services: Services, document_import: DocumentImport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self._notices = services.library, services.notices
        self._document_import = document_import
        self._collection: int | None = None
        self._fetching = 0
        self._kept: list[int] = []
        self.loaded = False
        self.model = DocumentTableModel(self)
        self.table = QTableView()
        self.chips = StateChips()
        self.filter = QLineEdit()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self.fetch)
        self._build_table()
        self._actions()
        self._build()
        self._connect()
        follow_scheme(self, self._recolor)

    # what is shown

    def show_collection(self, collection: int | None) -> None:
        """Show the documents of another collection, None for all."""
        self._collection = collection
        self.model.clear()
        self.loaded = False
        self.fetch()

    def fetch(self) -> None:
        """Ask for the documents; their rows change as they come."""
        self._refresh.stop()
        self._fetching += 1
        turn = self._fetching
        self._library.documents(
            self._collection,
            lambda documents: self._on_fetched(turn, documents),
            lambda documents: self._on_rows(turn, documents),
        )

    def refresh_soon(self) -> None:
        """Ask for the documents anew, but while an import runs not for every single file."""
        if not self._refresh.isActive():
            wait = REFRESH_WHILE_IMPORTING_MS + self.model.total // 2 if self._library.importing else REFRESH_MS
            self._refresh.start(wait)

    def show_states(self, states: frozenset[State] | None) -> None:
        """Show only documents in these states; None shows all."""
        self.filter.clear()
        self.chips.choose(states)
        self.table.setFocus()

    def selected_documents(self) -> list[Document]:
        """Return the documents of the selected rows."""
        selection = self.table.selectionModel().selection()
        parts = [selection.at(index) for index in range(selection.count())]
        rows = {row for part in parts for row in range(part.top(), part.bottom() + 1)}
        return [self.model.document_at(row) for row in sorted(rows)]

    # what can be done

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
            else self.tr("%Ln document(s) were removed from the library.", "", len(documents))
        )
        self._notices.offer_undo(text, lambda: self._library.restore_documents(ids))

    def retry_selected(self) -> None:
        """Read the selected documents again."""
        if documents := self.selected_documents():
            self._library.retry([document.id for document in documents])

    def open_selected(self) -> None:
        """Open the current document in the window."""
        index = self.table.currentIndex()
        if index.isValid():
            self.document_opened.emit(self.model.document_at(index.row()))

    def ask_selected(self) -> None:
        """Have the selected documents asked the same question."""
        if documents := self.selected_documents():
            self.ask_requested.emit(documents)

    def ask_password(self) -> None:
        """Ask for the password of the selected locked documents, and read them with it."""
        locked = [document for document in self.selected_documents() if document.state is State.LOCKED]
        if not locked:
            return
        ids = [document.id for document in locked]
        dialog = PasswordDialog(locked, self)
        dialog.entered.connect(lambda password, remember: self._library.unlock(ids, password, remember=remember))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_report(self) -> None:
        """Save what the table shows as a CSV file."""
        self._document_import.save_report(self, self.model.shown())

    # how it is built

    def _build(self) -> None:
        self.filter.setPlaceholderText(self.tr("Filter by name or folder"))
        self.filter.setAccessibleName(self.tr("Filter documents by name or folder"))
        self.filter.setClearButtonEnabled(True)
        self._filter_icon = self.filter.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.save_button = on_click(
            Button(self.tr("Save as CSV"), "download-outline", tip=self.tr("Save the rows that are shown as CSV")),
            self.save_report,
        )
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.filter, 1)
        row.addWidget(self.save_button)
        self.nothing = label(self.tr("No document fits the filter."), "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addWidget(self.chips)
        column.addWidget(self.nothing)
        column.addWidget(self.table, 1)
        column.addWidget(self._build_detail())
        self.nothing.hide()
        self.setAccessibleName(self.tr("Documents"))
        bind(self, QKeySequence.StandardKey.Find, self.filter.setFocus, self.tr("Filter documents"))

    def _build_detail(self) -> QWidget:
        """Return the foot, where the selected row is told in full, with its next step as buttons."""
        self.detail = QWidget()
        self.reason = label()
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.password_button = on_click(Button(self.tr("Enter password"), "lock-open-outline"), self.ask_password)
        self.read_again_button = on_click(Button(self.tr("Read again"), "refresh"), self.retry_selected)
        row = QHBoxLayout(self.detail)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.reason, 1)
        row.addWidget(self.password_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.read_again_button, 0, Qt.AlignmentFlag.AlignTop)
        self.detail.hide()
        return self.detail

    def _build_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Documents"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.setTabKeyNavigation(False)
        table.setIconSize(QSize(16, 16))
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_rows()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(ADVICE, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(48)
        # a header asks of every row whether its column is selected; this one has nothing to ask
        header.setSelectionModel(QItemSelectionModel(self.model, self))
        table.setSortingEnabled(True)
        table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        table.installEventFilter(self)

    def _actions(self) -> None:
        keys = QKeySequence
        self.open_action = self._action(self.tr("Open"), self.open_selected)
        self.unlock_action = self._action(self.tr("Enter password"), self.ask_password)
        self.read_again_action = self._action(self.tr("Read again"), self.retry_selected, keys(Qt.Key.Key_F5))
        self.ask_action = self._action(self.tr("Ask these documents the same"), self.ask_selected)
        self.elsewhere_action = self._action(self.tr("Open with another program"), self._open_elsewhere)
        self.folder_action = self._action(self.tr("Show in folder"), self._show_in_folder)
        self.remove_action = self._action(
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

    def _connect(self) -> None:
        self._library.documents_changed.connect(self.refresh_soon)
        self._library.file_finished.connect(self._on_file_finished)
        self._library.import_progressed.connect(self.refresh_soon)
        self.filter.textChanged.connect(self._apply_filter)
        self.chips.chosen.connect(self._apply_filter)
        self.table.activated.connect(lambda _: self.open_selected())
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.model.modelAboutToBeReset.connect(self._keep_selection)
        self.model.modelReset.connect(self._select_kept)

    # documents come in

    def _on_rows(self, turn: int, documents: Sequence[Document]) -> None:
        if turn == self._fetching:
            with self._place_kept():
                self.model.take(documents)
            self._show_counts()

    def _on_fetched(self, turn: int, documents: Sequence[Document]) -> None:
        if turn == self._fetching:
            self.loaded = True
            with self._place_kept():
                self.model.keep_only(document.id for document in documents)
            self._show_counts()

    def _on_file_finished(self, outcome: FileOutcome) -> None:
        with self._place_kept():
            known = self.model.update(outcome)
        if known:
            self._show_counts()
        else:
            self.refresh_soon()

    def _show_counts(self) -> None:
        self.chips.show_counts(self.model.counts())
        self.nothing.setVisible(self.model.total > 0 and self.model.matching == 0)
        self.save_button.setEnabled(self.model.matching > 0)
        self._on_selection_changed()
        self.changed.emit()

    def _apply_filter(self, *_: object) -> None:
        self.model.set_filter(self.filter.text(), self.chips.states)
        self._show_counts()

    @contextmanager
    def _place_kept(self) -> Iterator[None]:
        """Keep the row at the top of the view where it is, whatever comes in above it."""
        bar = self.table.verticalScrollBar()
        row = self.table.rowAt(0) if bar.value() > 0 else -1
        document = self.model.document_at(row).id if row >= 0 else 0
        offset = self.table.rowViewportPosition(row) if row >= 0 else 0
        yield
        row = self.model.row_of(document) if document else -1
        if row >= 0 and self.table.rowViewportPosition(row) != offset:
            self.table.updateGeometries()
            bar.setValue(self.table.rowViewportPosition(row) + bar.value() - offset)

    def _keep_selection(self) -> None:
        selected = self.selected_documents()
        self._kept = [document.id for document in selected] if len(selected) <= MOST_KEPT else []

    def _select_kept(self) -> None:
        """Select the rows of the same documents again after the rows were set anew."""
        rows = [row for row in (self.model.row_of(id) for id in self._kept) if row >= 0]
        selection = QItemSelection()
        for row in rows:
            selection.select(self.model.index(row, 0), self.model.index(row, ADVICE))
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(selection, flags.ClearAndSelect)
        if rows:
            self.table.selectionModel().setCurrentIndex(self.model.index(rows[0], 0), flags.NoUpdate)

    # the selected rows

    def _on_selection_changed(self, *_: object) -> None:
        """Tell the one selected document's reason in full: the row may have no room for it."""
        selected = self.selected_documents()
        states = {document.state for document in selected}
        if len(selected) == 1:
            said = advice_and_next_step(selected[0])
        else:
            said = self.tr("%Ln document(s) selected", "", len(selected))
        self.password_button.setVisible(State.LOCKED in states)
        self.read_again_button.setVisible(bool(states - {State.READY, State.DUPLICATE, State.LOCKED}))
        self._say(said if selected else "")

    def _say(self, text: str) -> None:
        self.reason.setText(text)
        self.detail.setVisible(bool(text))

    def _show_menu(self, place: QPoint) -> None:
        selected = self.selected_documents()
        if not selected:
            return
        for action in (self.open_action, self.elsewhere_action, self.folder_action):
            action.setEnabled(len(selected) == 1)
        self.unlock_action.setVisible(any(document.state is State.LOCKED for document in selected))
        menu = QMenu(self)
        menu.addActions([self.open_action, self.unlock_action, self.read_again_action, self.ask_action])
        menu.addSeparator()
        menu.addActions([self.elsewhere_action, self.folder_action])
        menu.addSeparator()
        menu.addAction(self.remove_action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _open_elsewhere(self) -> None:
        for document in self.selected_documents()[:1]:
            self._open_path(Path(document.path))

    def _show_in_folder(self) -> None:
        for document in self.selected_documents()[:1]:
            self._open_path(Path(document.path).parent)

    def _open_path(self, path: Path) -> None:
        if not is_there(path):
            self._say(self.tr("“{path}” is not there any more.").format(path=str(path)))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._say(self.tr("No program was found that opens “{path}”.").format(path=str(path)))

    def _fit_columns(self) -> None:
        """Give the names a third of the room and let the lesser figures step aside where it is short."""
        room = self.table.viewport().width()
        metrics = self.table.fontMetrics()
        widths = {STATE: max(metrics.horizontalAdvance(state_word(state)) for state in State) + 44}
        for column, sample in ((PAGES, "99,999"), (PASSAGES, "999,999"), (CHANGED, "29/12/2026")):
            title = str(self.model.headerData(column, Qt.Orientation.Horizontal))
            widths[column] = max(metrics.horizontalAdvance(sample), metrics.horizontalAdvance(title) + 16) + 22
        widths[NAME] = max(130, int(room * 0.28))
        for column in STEP_ASIDE:
            hidden = sum(widths.values()) + ADVICE_ROOM > room
            self.table.setColumnHidden(column, hidden)
            if hidden:
                del widths[column]
        for column, width in widths.items():
            self.table.horizontalHeader().resizeSection(column, width)

    def _fit_rows(self) -> None:
        lines = 2 * self.table.fontMetrics().lineSpacing()
        self.table.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, lines + ROW_ROOM))

    def _recolor(self) -> None:
        self.model.recolor()
        self._filter_icon.setIcon(icon("magnify"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._fit_columns)
        if watched is self.table and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_rows()
        return super().eventFilter(watched, event)
