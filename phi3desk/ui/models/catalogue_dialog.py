"""The models that can be downloaded: the short catalogue, and whatever else a repository of the hub holds."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from phi3desk.model.hub.catalogue import USUAL_CONTEXT, CatalogueEntry, catalogue
from phi3desk.model.hub.listing import wanted_of
from phi3desk.model.hub.types import RemoteModel, Repository, Wanted
from phi3desk.model.types import Hardware
from phi3desk.ui.clients.downloads_client import DownloadsClient
from phi3desk.ui.formatting import number, size_of, translate
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, Rule, StateBadge, clear, label, on_click
from phi3desk.ui.widgets.elided_label import ElidedLabel
from phi3desk.ui.widgets.scroll_column import ScrollColumn
from phi3desk.ui.widgets.tooltip import plain_tooltip
from phi3desk.workers.protocol import Failure

WIDTH, HEIGHT = 680, 680
#: files of a repository that are shown
MOST_FILES = 60
#: a repository of so many models can be searched
SEARCHED_FROM = 6


class CatalogueDialog(QDialog):
    """What can be had, with size, licence and need; a download that is asked for here runs on when this is closed."""

    def __init__(self, downloads: DownloadsClient, hardware: Hardware | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads, self._hardware = downloads, hardware
        self.setWindowTitle(self.tr("Get a model"))
        self.resize(WIDTH, HEIGHT)
        #: the buttons of the catalogue, and those of the repository that was looked at
        self.buttons: dict[Wanted, Button] = {}
        self.file_buttons: dict[Wanted, Button] = {}
        self.repository = QLineEdit()
        self.search = QLineEdit()
        self._repository: Repository | None = None
        self.look = Button(self.tr("Look"), "magnify")
        self.reason = label(kind="bad")
        self.files = Card(self.tr("Models of the repository"))
        self._area = area = ScrollColumn(WIDTH)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column = area.column
        self._column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self._column.setSpacing(SPACE_M)
        self._add_catalogue()
        self._add_repository()
        self._column.addStretch(1)
        close = Button(self.tr("Close"))
        close.setAutoDefault(False)
        on_click(close, self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_L)
        foot.addStretch(1)
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        outer.addLayout(foot)
        downloads.changed.connect(self._show_states)
        self._show_states()
        self.buttons[catalogue()[0].wanted].setFocus()

    def _add_catalogue(self) -> None:
        self._column.addWidget(
            label(
                self.tr(
                    "These come from huggingface.co, or from the address on the Settings page. Sizes are rounded; each "
                    "file is checked against the hub's own figures when it has arrived."
                ),
                "quiet",
            )
        )
        card = Card(self.tr("Catalogue"))
        for position, entry in enumerate(catalogue()):
            if position:
                card.column.addWidget(Rule())
            card.column.addLayout(self._entry_row(entry))
        self._column.addWidget(card)

    def _add_repository(self) -> None:
        self._column.addWidget(label(self.tr("Another repository"), "section", wraps=False))
        self.repository.setPlaceholderText("microsoft/Phi-3-mini-4k-instruct-gguf")
        self.repository.setAccessibleName(self.tr("Repository of the hub, as owner/name or as the address of its page"))
        self.repository.returnPressed.connect(self._look)
        on_click(self.look, self._look)
        # Return in the field looks; no button of the dialog may take it for its own
        self.look.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.repository, 1)
        row.addWidget(self.look)
        self._column.addLayout(row)
        self._column.addWidget(self.reason)
        self.search.setPlaceholderText(self.tr("Search its files"))
        self.search.setAccessibleName(self.tr("Search its files"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._show_files())
        self._column.addWidget(self.search)
        self._column.addWidget(self.files)
        for part in (self.reason, self.search, self.files):
            part.hide()

    def _entry_row(self, entry: CatalogueEntry) -> QHBoxLayout:
        name = QHBoxLayout()
        name.setSpacing(SPACE_M)
        name.addWidget(label(entry.title, wraps=False))
        badge = self._fit(entry)
        if badge is not None:
            name.addWidget(badge)
        name.addStretch(1)
        need = self.tr("needs about {memory} of memory").format(memory=size_of(entry.about_memory()))
        size = self.tr("about {size}").format(size=size_of(entry.about_bytes))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(name)
        facts = label("  ·  ".join((size, need, entry.licence)), "quiet")
        at = self.tr("With a context window of {tokens} tokens").format(tokens=number(USUAL_CONTEXT))
        facts.setToolTip(plain_tooltip(at))
        facts.setAccessibleDescription(at)
        words.addWidget(facts)
        source = ElidedLabel("quiet")
        source.show_text(f"{entry.repository} / {entry.file}")
        words.addWidget(source)
        self.buttons[entry.wanted] = button = self._button(entry.wanted, entry.title)
        tip = self.tr("Copy the address of {name}, to download it in a browser").format(name=entry.title)
        copy = Button("", "content-copy", "quiet", tip)
        copy.setAutoDefault(False)

        def on_copy() -> None:
            QGuiApplication.clipboard().setText(entry.address)
            copy.set_icon("check")

        on_click(copy, on_copy)
        return _row(words, copy, button)

    def _fit(self, entry: CatalogueEntry) -> StateBadge | None:
        """Return whether a model fits this machine; None while that is not known."""
        if self._hardware is None or not self._hardware.memory_total:
            return None
        needed = entry.about_memory()
        if needed > self._hardware.memory_total:
            return StateBadge(self.tr("Does not fit"), "alert-circle-outline", "bad")
        if needed > self._hardware.memory_free:
            return StateBadge(self.tr("Tight"), "information-outline", "attention")
        return StateBadge(self.tr("Fits"), "check-circle", "good")

    def _button(self, wanted: Wanted, name: str) -> Button:
        button = Button(self.tr("Download"), "download", tip=self.tr("Download {name}").format(name=name))
        button.setAutoDefault(False)
        on_click(button, lambda: self._downloads.start(wanted))
        return button

    def _look(self) -> None:
        text = self.repository.text().strip()
        if not text or not self.look.isEnabled():
            return
        self.reason.hide()
        self.look.setEnabled(False)
        self._downloads.repository(text, self._on_repository, self._on_failure)

    def _on_repository(self, repository: Repository) -> None:
        self.look.setEnabled(True)
        self._repository = repository
        self.search.clear()
        self.search.setVisible(len(repository.models) >= SEARCHED_FROM)
        self._show_files()
        self.files.show()
        # where it stands is known once it has been laid out
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.files))

    def _show_files(self) -> None:
        """Show the files of the repository that hold all the words that are searched for."""
        clear(self.files.column)
        self.file_buttons = {}
        if (repository := self._repository) is None:
            return
        words, models = self.search.text().casefold().split(), repository.models
        fitting = [model for model in models if all(word in model.name.casefold() for word in words)]
        for position, model in enumerate(fitting[:MOST_FILES]):
            if position:
                self.files.column.addWidget(Rule())
            self.files.column.addLayout(self._file_row(model, repository))
        if not models:
            self.files.column.addWidget(label(self.tr("It holds no model in the GGUF format."), "quiet"))
        elif len(fitting) != len(models) or len(fitting) > MOST_FILES:
            told = self.tr("{shown} of {all} are shown.").format(
                shown=number(min(len(fitting), MOST_FILES)), all=number(len(models))
            )
            self.files.column.addWidget(label(told, "quiet"))
        self._show_states()

    def _file_row(self, model: RemoteModel, repository: Repository) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(0)
        name = ElidedLabel()
        name.show_text(model.name)
        words.addWidget(name)
        facts = [size_of(model.size), *([repository.licence] if repository.licence else [])]
        if len(model.files) > 1:
            facts.append(self.tr("%Ln part(s)", "", len(model.files)))
        words.addWidget(label("  ·  ".join(facts), "quiet"))
        wanted = wanted_of(repository, model)
        self.file_buttons[wanted] = button = self._button(wanted, model.name)
        return _row(words, button)

    def _on_failure(self, failure: Failure) -> None:
        self.look.setEnabled(True)
        for part in (self.files, self.search):
            part.hide()
        self.reason.setText(translate(failure.sentence))
        self.reason.show()

    def _show_states(self) -> None:
        all_here = self._downloads.here((*self.buttons, *self.file_buttons))
        for wanted, button in (*self.buttons.items(), *self.file_buttons.items()):
            here, under_way = wanted in all_here, self._downloads.find(wanted) is not None
            button.setEnabled(not here and not under_way)
            button.setText(
                self.tr("On this computer") if here else self.tr("Downloading") if under_way else self.tr("Download")
            )


def _row(words: QVBoxLayout, *buttons: Button) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_M)
    row.addLayout(words, 1)
    for button in buttons:
        row.addWidget(button)
    return row
