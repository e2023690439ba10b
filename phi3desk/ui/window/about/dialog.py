"""What this program is: its version, and what it is made of under which licences."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phi3desk import __version__
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.formatting import translate
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_XL
from phi3desk.ui.widgets.basic import label, selectable
from phi3desk.ui.window.about.components import Component, licence_text, shipped_components
from phi3desk.workers.protocol import Failure


class AboutDialog(QDialog):
    """The version, and a list of the parts; under it the licence of the part that is chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About phi3desk"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, min(600, parent.height() - SPACE_XL))
        self.version = selectable(self.tr("phi3desk {version}").format(version=__version__), "title")
        self.parts = QTreeWidget()
        self.parts.setAccessibleName(self.tr("Parts and their licences"))
        self.parts.setRootIsDecorated(False)
        self.parts.setUniformRowHeights(True)
        self.parts.setHeaderLabels([self.tr("Part"), self.tr("Version"), self.tr("Licence")])
        self.parts.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.licence = QPlainTextEdit()
        self.licence.setReadOnly(True)
        self.licence.setTabChangesFocus(True)
        self.licence.setAccessibleName(self.tr("Licence"))
        self.licence.setPlaceholderText(self.tr("Looking up the parts …"))
        self.parts.currentItemChanged.connect(self._on_current_changed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        lead = self.tr("Answers from your own documents, on your own computer. It is made of these parts:")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(self.version)
        column.addWidget(label(lead))
        column.addWidget(self.parts, 3)
        column.addWidget(self.licence, 2)
        column.addWidget(buttons)
        in_background(self, shipped_components, self._show_parts, self._on_failed)

    def _show_parts(self, parts: list[Component]) -> None:
        for part in parts:
            named = part.licence or self.tr("see below")
            self.parts.addTopLevelItem(QTreeWidgetItem([part.name, part.version, named]))
        self.parts.setCurrentIndex(self.parts.model().index(0, 0))

    def _on_current_changed(self, row: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        text = licence_text(row.text(0)) if row is not None else ""
        self.licence.setPlainText(text or self.tr("The package holds no text of its licence."))

    def _on_failed(self, failure: Failure) -> None:
        self.licence.setPlainText(translate(failure.sentence))
