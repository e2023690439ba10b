"""The models on disk and the adapters beneath them: what fits this machine, what is in use, and how to get more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from phi3desk.model.adapters.base_models import DoubtfulBase
from phi3desk.model.adapters.compatibility import Placed, place_adapters
from phi3desk.model.found_models import find_models
from phi3desk.model.gguf import inspect
from phi3desk.model.hub.catalogue import PHI3_MINI, find_entry
from phi3desk.model.memory import memory_fit
from phi3desk.model.options import load_options
from phi3desk.model.types import GgufInfo, LoadedModel, LoadOptions, ModelEntry, ModelRef
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.formatting import size_of, translate
from phi3desk.ui.models.adapter_card import AdapterCard
from phi3desk.ui.models.catalogue_dialog import CatalogueDialog
from phi3desk.ui.models.doubt_dialog import DoubtDialog
from phi3desk.ui.models.downloads_list import DownloadsList
from phi3desk.ui.models.found_list import FoundList
from phi3desk.ui.models.model_card import ModelCard
from phi3desk.ui.models.model_import import ModelImport
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_S, SPACE_XL
from phi3desk.ui.widgets.basic import Button, Card, Page, clear, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.workers.protocol import Failure


class ModelsPage(Page):
    """Lists models and adapters, and says in place why a file was refused, wherever it was chosen or dropped.

    `model_chosen` carries the name of the model to load; `model_in_use_changed` tells that the list gives another one
    where an expert names none; `adapters_changed` tells that one was removed, put back or confirmed here.
    """

    model_chosen = Signal(str)
    model_in_use_changed = Signal()
    adapters_changed = Signal()

    def __init__(self, services: Services, model_import: ModelImport, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._models, self._adapters, self._model = services.models, services.adapters, services.model
        self._settings, self._notices = services.settings, services.notices
        self._model_import, self._downloads = model_import, services.downloads
        self._catalogue: CatalogueDialog | None = None
        self._infos: dict[str, GgufInfo] = {}
        self._failures: dict[str, str] = {}
        self._lists: tuple[list[ModelEntry], list[Placed]] | None = None
        self._reading = 0
        self.cards: dict[str, ModelCard] = {}
        self.adapter_cards: dict[str, AdapterCard] = {}
        self.title.setText(self.tr("Models"))
        self.setAccessibleName(self.tr("Models"))
        self.refused = Card(kind="band")
        self.refusal = label()
        self._notice = label(kind="bad")
        self._build()
        self._connect()
        self.refresh()
        self._take_up()

    def _take_up(self) -> None:
        """Show what was told before the page was there."""
        if self._model_import.refusal is not None:
            self._on_refused(*self._model_import.refusal)
        if self._model.loading is not None:
            self._on_load_started(self._model.loading)
        elif self._model.failed is not None:
            model, failure = self._model.failed
            self._fail(model.name, translate(failure.sentence))

    def refresh(self) -> None:
        """Read the lists anew; of several readings under way only the last one counts."""
        self._reading += 1
        reading = self._reading

        def read() -> tuple[list[ModelEntry], list[Placed]]:
            models = self._models.list()
            return models, place_adapters(self._adapters.list(), models)

        def on_lists(lists: tuple[list[ModelEntry], list[Placed]]) -> None:
            if reading == self._reading and lists != self._lists:
                self._lists = lists
                self._show_lists(*lists)

        in_background(self, read, on_lists, lambda failure: self._say(translate(failure.sentence)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._model.look_at_hardware()
        self.refresh()
        self._look_around()

    def _look_around(self) -> None:
        """Look for the models of other programs; what cannot be looked at is not shown."""
        in_background(self, find_models, self.found.show_found, lambda _: None)

    def _build(self) -> None:
        self.subtitle.setText(self.tr("Every model runs on this machine. Nothing you ask leaves it."))
        self.subtitle.show()
        self.choose_button = on_click(
            Button(self.tr("Choose a GGUF"), "folder-open-outline", "primary"), self._choose_file
        )
        self.buttons.addWidget(self.choose_button)
        self.refused.setAccessibleName(self.tr("The file was refused"))
        row = QHBoxLayout()
        row.addWidget(self.refusal, 1)
        close = on_click(Button("", "close", "quiet", self.tr("Close this message")), self.refused.hide)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.refused.column.addLayout(row)
        self.refused.hide()
        self.column.addWidget(self.refused)
        self.column.addWidget(self._notice)
        self._notice.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE_S)
        self.column.addLayout(self._list)
        self.found = FoundList()
        self.column.addWidget(DownloadsList(self._downloads, self))
        self.column.addWidget(self.found)
        self.column.addWidget(self._get_models())
        self.column.addSpacing(SPACE_XL)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Adapters"), "section", wraps=False), 1)
        head.addWidget(self._add_adapter())
        self.column.addLayout(head)
        self.column.addWidget(
            label(
                self.tr(
                    "An adapter (LoRA) teaches a model the words and manner of a trade. It stands beneath the model "
                    "it was made for. Give it to an expert to use it."
                ),
                "quiet",
            )
        )
        self.adapter_list = QVBoxLayout()
        self.adapter_list.setSpacing(SPACE_S)
        self.column.addLayout(self.adapter_list)
        self.column.addStretch(1)

    def _add_adapter(self) -> Button:
        button = Button(self.tr("Add an adapter"), "plus")
        menu = QMenu(button)
        file = menu.addAction(self.tr("A GGUF file"))
        file.triggered.connect(lambda _=False: self._model_import.choose(self))
        folder = menu.addAction(self.tr("A folder made by PEFT (adapter_config.json)"))
        folder.triggered.connect(lambda _=False: self._model_import.choose_folder(self))
        button.setMenu(menu)
        return button

    def _get_models(self) -> Card:
        card = Card(self.tr("Get a model"))
        entry = find_entry(PHI3_MINI)
        self.get_phi3 = Button(self.tr("Get Phi-3 mini"), "download")
        self.get_more = Button(self.tr("More models"), "format-list-bulleted")
        on_click(self.get_phi3, lambda: self._downloads.start(entry.wanted))
        self.get_more.clicked.connect(lambda _=False: self.open_catalogue())
        card.column.addWidget(label(self.tr("Get a model"), "section"))
        self.about_getting = label()
        card.column.addWidget(self.about_getting)
        row = FlowLayout(SPACE_S)
        row.addWidget(self.get_phi3)
        row.addWidget(self.get_more)
        card.column.addLayout(row)
        self._downloads.changed.connect(self._show_phi3)
        self._show_phi3()
        return card

    def _show_phi3(self) -> None:
        entry = find_entry(PHI3_MINI)
        offered = self._downloads.find(entry.wanted) is None and not self._downloads.is_here(entry.wanted)
        self.get_phi3.setVisible(offered)
        about = self.tr("Other models come from Hugging Face. Nothing is fetched before you ask for it.")
        if offered:
            about = self.tr(
                "Phi-3 mini is what this program is made for. It is free ({licence}) and comes from Hugging Face, "
                "about {size}. Nothing is fetched before you ask for it."
            ).format(licence=entry.licence, size=size_of(entry.about_bytes))
        self.about_getting.setText(about)

    def open_catalogue(self) -> CatalogueDialog:
        """Show what can be had; returns the open dialog."""
        if self._catalogue is None:
            self._catalogue = CatalogueDialog(self._downloads, self._model.hardware, self.window())
        self._catalogue.open()
        return self._catalogue

    def _choose_file(self) -> None:
        self._model_import.choose(self)

    def _connect(self) -> None:
        model, files = self._model, self._model_import
        files.checking.connect(self._on_checking)
        files.refused.connect(self._on_refused)
        files.doubted.connect(self.ask_about)
        files.model_added.connect(lambda _: self.refresh())
        files.model_listed.connect(lambda _: self.refresh())
        self.found.use_requested.connect(files.use_found)
        files.adapter_added.connect(lambda _: self.refresh())
        model.load_started.connect(self._on_load_started)
        model.load_progressed.connect(self._on_load_progress)
        model.loaded.connect(self._on_loaded)
        model.load_failed.connect(self._on_load_failed)
        model.adapters_changed.connect(lambda _: self._show_needs())
        model.released.connect(self._model.look_at_hardware)
        model.hardware_known.connect(lambda _: self._show_needs())
        model.measured.connect(lambda _: self._show_needs())
        self._loading: ModelRef | None = None

    def _show_lists(self, models: list[ModelEntry], adapters: list[Placed]) -> None:
        clear(self._list)
        clear(self.adapter_list)
        self.cards = {}
        for entry in models:
            card = ModelCard(entry)
            card.use_requested.connect(self._use)
            card.remove_requested.connect(self._remove)
            card.cancel_requested.connect(self._cancel_load)
            self.cards[entry.name] = card
            self._list.addWidget(card)
            card.show_failure(self._failures.get(entry.name, ""))
            if entry.ref == self._loading:
                card.show_loading(0.0)
            if entry.path in self._infos:
                self._show_info(entry.name, self._infos[entry.path])
            elif not entry.missing:
                self._inspect(entry)
        self.found.show_listed({entry.path for entry in models})
        self._downloads.look_again()
        if not models:
            self._list.addWidget(label(self.tr("There is no model yet. Choose a GGUF to begin."), "quiet"))
        self._show_adapters(adapters)

    def _show_adapters(self, adapters: list[Placed]) -> None:
        """Put each adapter beneath its base, and at the end of the page those whose base is not here."""
        self.adapter_cards = {}
        beneath: dict[str, list[AdapterCard]] = {name: [] for name in self.cards}
        homeless = 0
        for placed in adapters:
            card = AdapterCard(placed)
            card.remove_requested.connect(self._remove_adapter)
            self.adapter_cards[placed.entry.name] = card
            if placed.model in beneath:
                beneath[placed.model].append(card)
            else:
                homeless += 1
                self.adapter_list.addWidget(card)
        for name, cards in beneath.items():
            self.cards[name].show_adapters(cards)
        if not adapters:
            self.adapter_list.addWidget(label(self.tr("No adapter yet."), "quiet"))
        elif not homeless:
            self.adapter_list.addWidget(label(self.tr("All of them are shown with their models above."), "quiet"))

    def _inspect(self, entry: ModelEntry) -> None:
        def on_info(info: GgufInfo) -> None:
            self._infos[entry.path] = info
            self._show_info(entry.name, info)

        def on_failure(failure: Failure) -> None:
            self._fail(entry.name, translate(failure.sentence))

        in_background(self, lambda: inspect(entry.path, "model"), on_info, on_failure)

    def _show_info(self, name: str, info: GgufInfo) -> None:
        if name not in self.cards:
            return
        card, hardware = self.cards[name], self._model.hardware
        card.show_facts(info)
        loaded = self._model.model
        is_loaded = loaded is not None and loaded.ref == card.entry.ref
        card.show_speed(loaded.measured if loaded is not None and is_loaded else None)
        if hardware is None:
            return
        if loaded is None or not is_loaded:
            card.show_fit(memory_fit(info, load_options(self._settings), hardware), hardware, info.blocks)
            return
        options = LoadOptions(loaded.context, loaded.gpu_layers)
        held = memory_fit(info, options, hardware).need
        card.show_fit(memory_fit(info, options, hardware, held.main, held.card), hardware, info.blocks, loaded.notices)

    def _show_needs(self) -> None:
        for name, card in self.cards.items():
            if card.entry.path in self._infos:
                self._show_info(name, self._infos[card.entry.path])

    def _use(self, name: str) -> None:
        self._try(lambda: self._models.use(name), lambda _: self._after_use(name))

    def _after_use(self, name: str) -> None:
        self.refresh()
        self.model_chosen.emit(name)

    def _remove(self, name: str) -> None:
        def on_removed(entry: ModelEntry) -> None:
            self._failures.pop(name, None)
            self._after_change(entry)
            self._notices.offer_undo(
                self.tr("“{name}” was removed from the list; its file stays.").format(name=name),
                lambda: self._try(lambda: self._models.restore(entry), lambda _: self._after_change(entry)),
            )

        self._try(lambda: self._models.remove(name), on_removed)

    def _after_change(self, entry: ModelEntry) -> None:
        """Show the list anew; where the model in use left it or came back, another one may answer from now on."""
        self.refresh()
        if entry.in_use:
            self.model_in_use_changed.emit()

    def _remove_adapter(self, name: str) -> None:
        def on_removed(removed: Any) -> None:
            self._on_adapters_changed()
            self._notices.offer_undo(
                self.tr("The adapter “{name}” was removed.").format(name=name),
                lambda: self._try(lambda: self._adapters.restore(removed), lambda _: self._on_adapters_changed()),
            )

        self._try(lambda: self._adapters.remove(name), on_removed)

    def _on_adapters_changed(self) -> None:
        self.refresh()
        self.adapters_changed.emit()

    def _try(self, change: Callable[[], Any], on_result: Callable[[Any], None]) -> None:
        """Change a store off the window's thread: its list is locked and its files may be large."""
        in_background(self, change, on_result, lambda failure: self._say(translate(failure.sentence)))

    def _on_checking(self, name: str) -> None:
        if name:
            self._refuse("")
        self.choose_button.setText(self.tr("Checking {name}").format(name=name) if name else self.tr("Choose a GGUF"))

    def ask_about(self, path: str, doubt: DoubtfulBase) -> DoubtDialog:
        """Ask whether an adapter is to be used on a model that it was not made for; returns the open dialog."""
        dialog = DoubtDialog(Path(path).stem, doubt.sentence, self.window())
        dialog.accepted.connect(lambda: self._add_anyway(path, doubt.base))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _add_anyway(self, path: str, base: str) -> None:
        self._try(lambda: self._adapters.add(path, base=base, confirmed=True), lambda _: self._on_adapters_changed())

    def _on_refused(self, path: str, failure: Failure) -> None:
        self._refuse(translate(failure.sentence))
        self.refused.setAccessibleDescription(path)

    def _refuse(self, text: str) -> None:
        self.refusal.setText(text)
        self.refused.setVisible(bool(text))
        self.area.verticalScrollBar().setValue(0)

    def _say(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.setVisible(bool(text))

    def _on_load_started(self, model: ModelRef) -> None:
        self._loading = model
        self._on_load_progress(0.0)

    def _on_load_progress(self, fraction: float) -> None:
        if self._loading is not None:
            self._failures.pop(self._loading.name, None)
        self._say("")
        for card in self.cards.values():
            card.show_loading(fraction if card.entry.ref == self._loading else None)

    def _on_loaded(self, _: LoadedModel) -> None:
        self._end_loading()
        self._show_needs()

    def _on_load_failed(self, failure: Failure) -> None:
        name = self._loading.name if self._loading is not None else ""
        self._end_loading()
        self._fail(name, translate(failure.sentence))

    def _fail(self, name: str, text: str) -> None:
        """Tell on its card why a model cannot be used, above the list where it has none."""
        self._failures[name] = text
        if name in self.cards:
            self.cards[name].show_failure(text)
        else:
            self._say(text)

    def _cancel_load(self) -> None:
        name = self._loading.name if self._loading is not None else ""
        self._model.cancel_load()
        self._end_loading()
        self._fail(name, self.tr("Loading was stopped. The model is loaded when the next question is asked."))

    def _end_loading(self) -> None:
        self._loading = None
        for card in self.cards.values():
            card.show_loading(None)
