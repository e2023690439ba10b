"""The pane of sources beside the pages: when it is folded out, how wide it is, and what of a conversation it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSplitter, QWidget

from phi3desk.chat.messages import Source
from phi3desk.library.documents import Document, Passage
from phi3desk.ui.pages import LEAST_WIDTH, Page

if TYPE_CHECKING:
    from phi3desk.ui.source.pane import SourcePane

PAGES_WITH_SOURCE = (Page.CHAT, Page.LIBRARY, Page.SWEEP)


class SourceDock(QObject):
    """Folds the last part of a splitter in and out; `page` tells which page is beside it, `make` makes the pane when it
    is first shown.

    The page in the middle keeps `least_middle` pixels. Beside the conversation the pane stays as the user left it,
    beside other pages it is for one look.
    """

    def __init__(
        self,
        make: Callable[[], SourcePane],
        splitter: QSplitter,
        page: Callable[[], Page],
        least_middle: int,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._make, self._splitter, self._page, self._least_middle = make, splitter, page, least_middle
        self._made: SourcePane | None = None
        self._place = QWidget()
        self._place.hide()
        splitter.addWidget(self._place)
        self._wanted = False
        self._cited: tuple[Source, str] | None = None
        #: the width of the pane in pixels, also while it is folded in
        self.width = LEAST_WIDTH
        splitter.splitterMoved.connect(self._on_moved)

    @property
    def pane(self) -> SourcePane:
        """The pane, made now where nothing was shown in it before."""
        if self._made is None:
            self._made = self._make()
            self._made.closed.connect(self.toggle)
            self._splitter.replaceWidget(self._splitter.indexOf(self._place), self._made)
            self._place.deleteLater()
        return self._made

    @property
    def panes(self) -> tuple[SourcePane, ...]:
        """The pane, where there is one already."""
        return () if self._made is None else (self._made,)

    @property
    def is_shown(self) -> bool:
        """Whether the pane is folded out."""
        return self._made is not None and self._made.isVisible()

    def selected(self) -> Passage | None:
        """Return what is selected on the page that is shown, None where nothing is."""
        return self._made.selected() if self._made is not None and self._made.isVisible() else None

    def show_source(self, source: Source, quote: str) -> None:
        """Show where an answer comes from; one of the conversation is shown again beside it."""
        if self._page() is Page.CHAT:
            self._cited = source, quote
        self._set_shown(True)
        self.pane.show_source(source, quote)

    def show_document(self, document: Document) -> None:
        """Show a document from its beginning."""
        self._set_shown(True)
        self.pane.show_document(document)

    def follow_page(self) -> None:
        """Show beside the conversation what it cited last, whatever was looked at beside another page."""
        self._show_cited()
        self._set_visible(self._page() is Page.CHAT and self._wanted)

    def leave(self) -> None:
        """Put away what another conversation cited."""
        self._cited, self._wanted = None, False
        if self._made is not None:
            self._made.clear()
        self._set_visible(False)

    def toggle(self) -> None:
        """Fold the pane in or out."""
        self._set_shown(not self.is_shown)
        self._show_cited()

    def fold_in(self) -> None:
        """Fold the pane in."""
        self._set_shown(False)

    def _show_cited(self) -> None:
        """Show what the conversation cited last, where the pane is wanted beside it."""
        if self._page() is not Page.CHAT or not self._wanted:
            return
        if self._cited is None:
            self.pane.clear()
        elif not self.pane.shows(self._cited[0]):
            self.pane.show_source(*self._cited)

    def _set_shown(self, wanted: bool) -> None:
        if self._page() is Page.CHAT:
            self._wanted = wanted
        self._set_visible(wanted and self._page() in PAGES_WITH_SOURCE)

    def _set_visible(self, visible: bool) -> None:
        """Show the pane as wide as it was, where the page beside it keeps its room."""
        if not visible and self._made is None:
            return
        opens = visible and self.pane.isHidden()
        self.pane.setVisible(visible)
        if opens:
            room = self._splitter.width() - 2 * self._splitter.handleWidth()
            side = self._splitter.sizes()[0]
            pane = max(LEAST_WIDTH, min(self.width, room - side - self._least_middle))
            side = min(side, room - self._least_middle - pane)
            self._splitter.setSizes([side, room - side - pane, pane])

    def _on_moved(self, _position: int, _handle: int) -> None:
        if self.is_shown:
            self.width = self._splitter.sizes()[2]
