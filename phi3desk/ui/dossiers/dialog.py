"""The dialog that saves answers as a dossier: what goes in and how, how far it is, and where the file is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.dossier.dossier import Dossier, picture_wishes
from phi3desk.chat.dossier.writing import Kind
from phi3desk.ui.formatting import number
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S
from phi3desk.ui.widgets.basic import Button, label, on_click, selectable
from phi3desk.ui.widgets.choice import Choice

WIDTH = 520


class Scope(StrEnum):
    """How much of a conversation goes into a dossier."""

    ANSWER = "answer"
    CONVERSATION = "conversation"


class Pictures(StrEnum):
    """Which pictures of pages go into a dossier."""

    NONE = "none"
    PARTS = "parts"
    PAGES = "pages"


@dataclass(frozen=True)
class Wanted:
    """What was chosen."""

    scope: Scope
    kind: Kind
    pictures: Pictures


class DossierDialog(QDialog):
    """`chosen` carries what is Wanted, once; `cancel_requested` asks to stop what is being made of it."""

    chosen = Signal(object)
    cancel_requested = Signal()

    def __init__(self, dossiers: Mapping[Scope, Callable[[], Dossier]], before: Wanted, parent: QWidget) -> None:
        """`dossiers` makes what each scope would hold, for the scopes that are offered; `before` is chosen at first."""
        super().__init__(parent)
        self._dossiers = dossiers
        self._path = Path()
        self.setWindowTitle(self.tr("Save as a dossier"))
        self.setMinimumWidth(WIDTH)
        self._parts = QStackedWidget()
        self._parts.addWidget(self._make_choices(before))
        self._parts.addWidget(self._make_progress())
        self._parts.addWidget(self._make_end())
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.addWidget(self._parts)
        self._count()

    # what is chosen

    def _make_choices(self, before: Wanted) -> QWidget:
        page, column = _page()
        column.addWidget(label(self.tr("An answer to hand on, and to check"), "section"))
        column.addWidget(
            label(
                self.tr(
                    "Each sentence says whether it was found in the sources. Their sentences, files and pages stand "
                    "below it, with model, adapters and date."
                )
            )
        )
        self.scopes = {
            Scope.ANSWER: QRadioButton(self.tr("This answer, with its question")),
            Scope.CONVERSATION: QRadioButton(self.tr("The whole conversation")),
        }
        group = QButtonGroup(self)
        for scope, button in self.scopes.items():
            group.addButton(button)
            button.setVisible(scope in self._dossiers and len(self._dossiers) > 1)
            button.toggled.connect(self._count)
            column.addWidget(button)
        first = before.scope if before.scope in self._dossiers else next(iter(self._dossiers))
        self.scopes[first].setChecked(True)
        self.kinds = Choice()
        for kind, text in (
            (Kind.PDF, self.tr("PDF")),
            (Kind.DOCX, self.tr("Word (DOCX)")),
            (Kind.MARKDOWN, self.tr("Markdown")),
        ):
            self.kinds.addItem(text, kind)
        self.kinds.setCurrentIndex(self.kinds.findData(before.kind))
        self.pictures = Choice()
        for which, text in (
            (Pictures.NONE, self.tr("None")),
            (Pictures.PARTS, self.tr("The part of the page around each sentence")),
            (Pictures.PAGES, self.tr("The whole page of each sentence")),
        ):
            self.pictures.addItem(text, which)
        self.pictures.setCurrentIndex(self.pictures.findData(before.pictures))
        self._hint = label("", "quiet")
        fields = QGridLayout()
        fields.setSpacing(SPACE_M)
        fields.setColumnStretch(1, 1)
        _add_field(fields, self.tr("&File"), self.kinds)
        _add_field(fields, self.tr("&Pictures of pages"), self.pictures)
        column.addLayout(fields)
        column.addWidget(self._hint)
        column.addStretch(1)
        self.save = on_click(Button(self.tr("Choose where to save"), "", "primary"), self._on_chosen)
        self.save.setDefault(True)
        column.addLayout(_buttons(self.save, on_click(Button(self.tr("Cancel")), self.reject)))
        return page

    @property
    def wanted(self) -> Wanted:
        """What is chosen now."""
        scope = next(scope for scope, button in self.scopes.items() if button.isChecked())
        pictures = Pictures(self.pictures.currentData()) if self.pictures.isEnabled() else Pictures.NONE
        return Wanted(scope, Kind(self.kinds.currentData()), pictures)

    def _count(self) -> None:
        """Say how many pictures there would be; none can be drawn of other documents than PDFs."""
        if self._parts.count() < 3 or not any(button.isChecked() for button in self.scopes.values()):
            return
        count = len(picture_wishes(self._dossiers[self.wanted.scope]()))
        self.pictures.setEnabled(count > 0)
        none = self.tr("No sentence of a PDF is cited here, so there is no page to show.")
        self._hint.setText(self.tr("%Ln picture(s) with the sentence marked", "", count) if count else none)

    def _on_chosen(self) -> None:
        self.chosen.emit(self.wanted)

    # how far it is

    def _make_progress(self) -> QWidget:
        page, column = _page()
        self._doing = label("", "section")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Pictures drawn"))
        column.addStretch(1)
        column.addWidget(self._doing)
        column.addWidget(self._bar)
        column.addStretch(1)
        self.stop = on_click(Button(self.tr("Cancel"), tip=self.tr("Stop; nothing is left behind")), self.reject)
        column.addLayout(_buttons(self.stop))
        return page

    def show_progress(self, done: int, total: int) -> None:
        """Show how many pictures are drawn; without any left to draw the file is being written."""
        self._parts.setCurrentIndex(1)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.stop.setEnabled(total > 0)
        drawing = self.tr("Drawing page {number} of {total}")
        writing = self.tr("Writing the file")
        self._doing.setText(drawing.format(number=number(done + 1), total=number(total)) if total else writing)

    # how it ended

    def _make_end(self) -> QWidget:
        page, column = _page()
        self._said = selectable("", "section")
        self._problem = label("", "bad")
        column.addWidget(self._said)
        column.addWidget(self._problem)
        column.addStretch(1)
        self.open_file = on_click(Button(self.tr("Open the file"), "", "primary"), lambda: self._open(self._path))
        self.show_folder = on_click(Button(self.tr("Show in folder")), lambda: self._open(self._path.parent))
        self.close_button = on_click(Button(self.tr("Close")), self.accept)
        column.addLayout(_buttons(self.open_file, self.show_folder, self.close_button))
        return page

    def show_end(self, path: Path, text: str, *, written: bool) -> None:
        """Tell where the file is, or why there is none."""
        self._path = path
        self._parts.setCurrentIndex(2)
        self._said.setText(text if written else "")
        self._problem.setText("" if written else text)
        self._said.setVisible(written)
        for button in (self.open_file, self.show_folder):
            button.setVisible(written)
        (self.open_file if written else self.close_button).setFocus()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _open(self, path: Path) -> None:
        if QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.accept()
            return
        text = self.tr("No program was found that opens “{path}”.")
        self._problem.setText(text.format(path=str(path)))

    def reject(self) -> None:
        """Close; what is being made is stopped."""
        if self._parts.currentIndex() == 1:
            if not self.stop.isEnabled():
                return
            self.cancel_requested.emit()
        super().reject()


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE_M)
    return page, column


def _add_field(fields: QGridLayout, text: str, field: Choice) -> None:
    name = QLabel(text)
    name.setBuddy(field)
    field.setAccessibleName(text.replace("&", ""))
    row = fields.rowCount()
    fields.addWidget(name, row, 0)
    fields.addWidget(field, row, 1)


def _buttons(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_S)
    row.addStretch(1)
    for button in reversed(buttons):
        row.addWidget(button)
    return row
