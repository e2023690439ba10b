"""Asks what goes into an expert's file: itself, its documents, their finished index."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.library.documents import Collection, State
from phi3desk.profiles.profile import Profile
from phi3desk.ui.formatting import counted, size_of
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_XL
from phi3desk.ui.widgets.basic import Card, label

WIDTH = 460
#: documents in any other state stay out of a pack
PACKED = frozenset({State.READY, State.WORDS, State.DUPLICATE, State.EMPTY, State.NEEDS_OCR})


class PackExportDialog(QDialog):
    """`chosen` carries whether the documents and their finished index go along; at first neither does.

    The index goes along with the documents unless the user takes it out again.
    """

    chosen = Signal(bool, bool)

    def __init__(self, profile: Profile, collections: Sequence[Collection], parent: QWidget | None = None) -> None:
        """`collections` are the expert's own, all of them where it names none."""
        super().__init__(parent)
        self._profile, self._collections = profile, collections
        self.setWindowTitle(self.tr("Save the expert as a file"))
        self.setMinimumWidth(WIDTH)
        self.documents = QCheckBox()
        self.index = QCheckBox(self.tr("Finished index of the documents"))
        self.warning = label()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.addButton(self.tr("Choose where to save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.save.setProperty("kind", "primary")
        self.save.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(label(self.tr("What goes into the file of “{name}”?").format(name=profile.name), "section"))
        column.addWidget(label(self._always(profile)))
        self._which = _with_hint(column, self.documents)
        soon = _with_hint(column, self.index)
        soon.setText(self.tr("Your colleague asks at once, without hours of reading and embedding."))
        self.index.setAccessibleDescription(soon.text())
        band = Card(kind="band")
        band.column.addWidget(self.warning)
        column.addWidget(band)
        column.addStretch(1)
        column.addWidget(buttons)
        self.show_documents(sum(one.states.get(state, 0) for one in collections for state in PACKED))
        self.documents.toggled.connect(self._on_documents_toggled)
        self.index.toggled.connect(self._show_warning)
        self._show_warning()

    def show_documents(self, count: int, size: int = 0) -> None:
        """Show how many documents there are, and of how many bytes where that is known."""
        documents = counted(count, "documents") if count else self.tr("none")
        text = self.tr("Documents: {documents}, {size}") if size else self.tr("Documents: {documents}")
        self.documents.setText(text.format(documents=documents, size=size_of(size)))
        self.documents.setAccessibleName(self.documents.text())
        self._which.setText(self._which_text(count))
        self.documents.setAccessibleDescription(self._which.text())
        for box in (self.documents, self.index):
            box.setEnabled(count > 0 and self._profile.answer_mode is not AnswerMode.MODEL_ALONE)

    def accept(self) -> None:
        """Close and hand on what was chosen."""
        super().accept()
        self.chosen.emit(self.documents.isChecked(), self.index.isChecked())

    def _always(self, profile: Profile) -> str:
        what = self.tr("Always in it: the expert with its instructions and questions")
        if profile.adapters:
            what = self.tr("{what}, and {adapters}").format(
                what=what, adapters=counted(len(profile.adapters), "adapters")
            )
        without = self.tr("The model is not; your colleague needs one.")
        if profile.model:
            without = self.tr("The model is not: your colleague needs “{model}”.").format(model=profile.model)
        return f"{what}. {without}"

    def _which_text(self, count: int) -> str:
        if self._profile.answer_mode is AnswerMode.MODEL_ALONE:
            return self.tr("This expert answers without documents.")
        if not count:
            return self.tr("There is no document yet that could go along.")
        if not self._profile.collections:
            return self.tr("The files of all collections, for this expert searches all of them.")
        names = ", ".join(f"“{one.name}”" for one in self._collections)
        return self.tr("The files of {collections}.").format(collections=names)

    def _on_documents_toggled(self, checked: bool) -> None:
        self.index.setChecked(checked)
        self._show_warning()

    def _show_warning(self) -> None:
        """Say who can read what; the room is that of the longer text, so that nothing moves."""
        with_text = self.tr("The file will hold the text of these documents. Whoever gets the file can read them.")
        without = self.tr("No text of a document goes into the file.")
        metrics = self.warning.fontMetrics()
        self.warning.setMinimumHeight(2 * metrics.lineSpacing())
        self.warning.setText(with_text if self.documents.isChecked() or self.index.isChecked() else without)


def _with_hint(column: QVBoxLayout, box: QCheckBox) -> QLabel:
    """Add a box with a quiet line beneath it, and return that line."""
    hint = label("", "quiet")
    hint.setContentsMargins(SPACE_XL, 0, 0, 0)
    part = QVBoxLayout()
    part.setSpacing(0)
    part.addWidget(box)
    part.addWidget(hint)
    column.addLayout(part)
    return hint
