"""A text browser that shows inert text and stays at the end of it while it grows."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from phi3desk.ui.inert_text import InertDocument

#: pixels above the end from which the view still follows it
NEAR_END = 8


class FollowingBrowser(QTextBrowser):
    """Follows the end of its document until the user scrolls away from it; it loads nothing and goes nowhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = InertDocument(self)
        self.setDocument(self._document)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._following = True
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.verticalScrollBar().actionTriggered.connect(self._on_scrolled_by_hand)

    def loadResource(self, _type: int, _name: QUrl | str) -> None:
        """Refuse every resource: text may name pictures and files, none is loaded."""

    def doSetSource(self, _name: QUrl | str, _type: object = None) -> None:
        """Go nowhere: the document is the only page."""

    @property
    def follows_end(self) -> bool:
        """Whether the end is in view, so that the view goes on with what is written there."""
        return self._following

    def to_end(self) -> None:
        """Go to the end and follow it."""
        self._following = True
        self._document.documentLayout().documentSize()
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _on_range_changed(self, _low: int, high: int) -> None:
        if self._following:
            self.verticalScrollBar().setValue(high)

    def _on_scrolled_by_hand(self, _: int = 0) -> None:
        bar = self.verticalScrollBar()
        self._following = bar.sliderPosition() >= bar.maximum() - NEAR_END

    def showEvent(self, event: QShowEvent) -> None:
        """Go to the end that was followed while nothing was shown: only now it is known where that is."""
        super().showEvent(event)
        if self._following:
            QTimer.singleShot(0, self, self._follow)

    def _follow(self) -> None:
        if self._following:
            self.to_end()
