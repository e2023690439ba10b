"""A drop-down list that shows its entries whole."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

#: what surrounds the entries: the list's frame and its padding, in pixels
AROUND = 16


class Choice(QComboBox):
    """Its list is as wide as the longest entry and as long as all of them, as far as the screen has the room."""

    def showPopup(self) -> None:
        view, room = self.view(), self.screen().availableGeometry()
        view.setTextElideMode(Qt.TextElideMode.ElideNone)
        wanted = view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width() + AROUND
        view.setMinimumWidth(min(room.width(), max(self.width(), wanted)))
        self.setMaxVisibleItems(max(self.count(), 1))
        super().showPopup()
        self._bring_onto_screen()

    def _bring_onto_screen(self) -> None:
        """Move the list so that none of it is beyond an edge of the screen: it may be wider than its button."""
        popup, room = self.view().window(), self.screen().availableGeometry()
        place = popup.geometry()
        place.setHeight(min(place.height(), room.height()))
        place.moveLeft(max(room.left(), min(place.left(), room.right() + 1 - place.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() + 1 - place.height())))
        popup.setGeometry(place)
