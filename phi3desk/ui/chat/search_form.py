"""Asks under an answer what is to be searched for in its place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click


class SearchForm(Card):
    """A line with what was searched; `sent` carries what to search for now, Escape and Cancel emit `cancelled`."""

    sent = Signal(str)
    cancelled = Signal()

    def __init__(self, text: str) -> None:
        super().__init__(kind="group")
        self.setAccessibleName(self.tr("Change what was searched for"))
        self.text = QLineEdit(text)
        self.text.setAccessibleName(self.tr("Search for"))
        self.text.setCursorPosition(len(text))
        self.text.returnPressed.connect(self._send)
        self.text.textChanged.connect(self._on_text_changed)
        self.search = on_click(Button(self.tr("Search and answer anew"), "magnify", "primary"), self._send)
        self.cancel = on_click(Button(self.tr("Cancel")), self.cancelled.emit)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.search)
        self.column.addWidget(label(self.tr("What should be searched for in place of your question?"), "section"))
        self.column.addWidget(self.text)
        self.column.addLayout(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _send(self) -> None:
        text = " ".join(self.text.text().split())
        if text:
            self.sent.emit(text)

    def _on_text_changed(self, text: str) -> None:
        self.search.setEnabled(bool(text.strip()))
