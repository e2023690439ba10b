"""Asks for the password of locked documents."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from phi3desk.library.documents import Document
from phi3desk.ui.theme import SPACE_L, SPACE_M
from phi3desk.ui.widgets.basic import label

WIDTH = 440


class PasswordDialog(QDialog):
    """`entered` carries the password and whether to keep it; the dialog forgets it at once."""

    entered = Signal(str, bool)

    def __init__(self, documents: Sequence[Document], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Locked documents"))
        self.setMinimumWidth(WIDTH)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("Password"))
        self.field.setPlaceholderText(self.tr("Password"))
        self.field.textChanged.connect(self._on_changed)
        self.remember = QCheckBox(self.tr("Keep it in this system's keyring"))
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.read_button = self._buttons.addButton(self.tr("Read"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.read_button.setProperty("kind", "primary")
        self.read_button.setDefault(True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(label(self._question(documents)))
        column.addWidget(self.field)
        column.addWidget(self.remember)
        column.addWidget(
            label(self.tr("Otherwise it is used now and forgotten: a changed file asks for it again."), "quiet")
        )
        column.addWidget(self._buttons)
        self._on_changed()

    def accept(self) -> None:
        """Hand on the password, empty the field and close."""
        password = self.field.text()
        if not password:
            return
        self.field.clear()
        super().accept()
        self.entered.emit(password, self.remember.isChecked())

    def reject(self) -> None:
        """Empty the field and close."""
        self.field.clear()
        super().reject()

    def _question(self, documents: Sequence[Document]) -> str:
        if len(documents) == 1:
            return self.tr("“{name}” is locked. Which password opens it?").format(name=documents[0].name)
        return self.tr("%Ln document(s) are locked. Which password opens them?", "", len(documents))

    def _on_changed(self) -> None:
        self.read_button.setEnabled(bool(self.field.text()))
