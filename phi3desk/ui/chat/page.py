"""The middle of the window: the title of a conversation, the conversation, and the field for the next question."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.messages import Mention
from phi3desk.library.documents import Collection
from phi3desk.ui.chat.composer import Composer
from phi3desk.ui.chat.conversation.view import ConversationView
from phi3desk.ui.chat.nameable import text_of
from phi3desk.ui.chat.start_page import StartPage
from phi3desk.ui.formatting import counted
from phi3desk.ui.theme import READING_WIDTH, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, TARGET, follow_scheme, icon, tokens
from phi3desk.ui.widgets.elided_label import ElidedLabel
from phi3desk.ui.widgets.focus import focus_first
from phi3desk.ui.widgets.tooltip import plain_tooltip


class ChatPage(QWidget):
    """`collections_chosen` carries the ids to search (empty: every collection); `source_pane_toggled` asks to fold.

    `foot_resized` tells that the composer and what stands above it take more or less of the page.
    """

    collections_chosen = Signal(object)
    choose_model_requested = Signal()
    source_pane_toggled = Signal()
    foot_resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Question and answers"))
        self.view = ConversationView()
        self.start = StartPage()
        self.composer = Composer()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._stack.addWidget(self.view)
        self._collections: list[Collection] = []
        self._chosen: tuple[int, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_head())
        column.addWidget(self._stack, 1)
        column.addLayout(self._make_foot())
        focus_first(self, self.composer)
        self._recolor()
        follow_scheme(self, self._recolor)

    def _make_head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(56)
        self._title = ElidedLabel("section")
        self._chip = QPushButton()
        self._chip.setObjectName("searched")
        self._chip.setProperty("kind", "chip")
        self._menu = QMenu(self._chip)
        self._chip.clicked.connect(self._on_chip)
        self._fold = QToolButton()
        self._fold.setFixedSize(TARGET, TARGET)
        self._fold.setIconSize(QSize(20, 20))
        self._fold.setToolTip(self.tr("Show or fold away the source (F9)"))
        self._fold.setAccessibleName(self.tr("Show or fold away the source"))
        self._fold.clicked.connect(self.source_pane_toggled)
        row = QHBoxLayout(head)
        row.setContentsMargins(SPACE_XL, 0, SPACE_M, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._title, 1)
        row.addWidget(self._chip)
        row.addWidget(self._fold)
        return head

    def _make_foot(self) -> QHBoxLayout:
        self._banner = QFrame()
        self._banner.setProperty("kind", "band")
        self._banner_text = QLabel()
        self._banner_text.setWordWrap(True)
        self._banner_text.setTextFormat(Qt.TextFormat.PlainText)
        self._banner_button = QPushButton(self.tr("Choose a GGUF"))
        self._banner_button.clicked.connect(self.choose_model_requested)
        row = QHBoxLayout(self._banner)
        row.setContentsMargins(SPACE_M + 2, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_M)
        row.addWidget(self._banner_text, 1)
        row.addWidget(self._banner_button)
        self._banner.hide()
        self.status = ElidedLabel("quiet")
        self.status.setContentsMargins(SPACE_M, 0, 0, 0)
        self.status.hide()
        self._foot = body = QWidget()
        body.installEventFilter(self)
        body.setMaximumWidth(READING_WIDTH + 2 * SPACE_XL)
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_XL, SPACE_S, SPACE_XL, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addWidget(self.status)
        column.addWidget(self._banner)
        column.addWidget(self.composer)
        outer = QHBoxLayout()
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(body, 10_000)
        outer.addStretch(1)
        return outer

    @property
    def shows_start(self) -> bool:
        """Whether the start page stands where the conversation will be."""
        return self._stack.currentWidget() is self.start

    def show_conversation(self, title: str, empty: bool) -> None:
        """Show the conversation under its title, or the start page where there is nothing in it yet."""
        self._title.show_text(title)
        self._stack.setCurrentWidget(self.start if empty else self.view)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title.show_text(title)

    def set_status(self, text: str) -> None:
        """Say over the composer what the model is doing; an empty text says nothing."""
        self.status.show_text(text)
        self.status.setVisible(bool(text))

    def set_banner(self, text: str) -> None:
        """Say over the composer what should be settled first; an empty text takes the banner away."""
        self._banner_text.setText(text)
        self._banner.setVisible(bool(text))

    @property
    def foot_height(self) -> int:
        """How much of the page's foot the composer and what stands above it take, in pixels."""
        return self._foot.height()

    @property
    def banner(self) -> str:
        """What the banner says."""
        return self._banner_text.text()

    def show_searched(
        self,
        collections: list[Collection],
        chosen: tuple[int, ...],
        named: tuple[Mention, ...] = (),
        searches: bool = True,
    ) -> None:
        """Show what the next question searches: what it names, or else the collections; nothing with `searches` off."""
        self._collections, self._chosen = collections, chosen
        in_collections = [collection.name for collection in collections if collection.id in chosen]
        names = [text_of(mention) for mention in named] or in_collections
        if not searches:
            text = self.tr("No documents")
        elif not names:
            text = self.tr("All documents")
        elif named or len(names) <= 2:
            text = ", ".join(names)
        else:
            text = counted(len(names), "collections")
        shortened = self._chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 220)
        self._chip.setText(shortened.replace("&", "&&"))
        self._chip.setVisible(bool(collections))
        self._chip.setEnabled(searches)
        told = self.tr("Searched for answers: {collections}").format(collections=", ".join(names) or text)
        if not searches:
            told = self.tr("This expert answers from the model alone: no document is searched.")
        self._chip.setToolTip(plain_tooltip(told))
        self._chip.setAccessibleName(self.tr("Searched for answers: {collections}").format(collections=text))

    def _on_chip(self) -> None:
        self._menu.clear()
        everything = self._menu.addAction(self.tr("All documents"))
        everything.setCheckable(True)
        everything.setChecked(not self._chosen)
        everything.triggered.connect(lambda _=False: self.collections_chosen.emit(()))
        self._menu.addSeparator()
        for collection in self._collections:
            action = self._menu.addAction(collection.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(collection.id in self._chosen)
            action.triggered.connect(lambda on, chosen=collection.id: self._on_collection(chosen, on))
        self._menu.popup(self._chip.mapToGlobal(self._chip.rect().bottomLeft()))

    def _on_collection(self, collection: int, on: bool) -> None:
        rest = [known.id for known in self._collections if known.id in self._chosen and known.id != collection]
        self.collections_chosen.emit(tuple(sorted([*rest, collection] if on else rest)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._foot:
            self.foot_resized.emit()
        return super().eventFilter(watched, event)

    def _recolor(self) -> None:
        self._chip.setIcon(icon("filter-variant", tokens().quiet))
        self._fold.setIcon(icon("dock-right"))
