"""Models and adapters from disk: chosen or dropped, checked off the event loop, and added as what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from phi3desk.errors import UserError
from phi3desk.model.adapters.base_models import DoubtfulBase
from phi3desk.model.adapters.peft_folder import is_peft
from phi3desk.model.found_models import FoundModel
from phi3desk.model.gguf import inspect
from phi3desk.model.types import AdapterEntry, ModelEntry
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.file_dialogs import file_dialog
from phi3desk.workers.protocol import Failure

FOLDER = "folder.models"


class ModelImport(QObject):
    """Adds models and adapters; a model that was added is the one in use from then on.

    `checking` carries the name of the file being checked, empty when none is any more; `model_added` a ModelEntry,
    `model_listed` one that arrived by itself and is not in use, `adapter_added` an AdapterEntry, `refused` the path and
    a Failure, `doubted` the path of an adapter that would load on a model it was not made for and a DoubtfulBase.
    """

    checking = Signal(str)
    model_added = Signal(object)
    model_listed = Signal(object)
    adapter_added = Signal(object)
    refused = Signal(str, object)
    doubted = Signal(str, object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models = services.models
        self._adapters = services.adapters
        self._settings = services.settings
        self._under_way = 0
        #: the path and the reason of the file that was refused last, until another one is checked
        self.refusal: tuple[str, Failure] | None = None
        services.downloads.finished.connect(self._on_downloaded)

    def choose(self, window: QWidget) -> None:
        """Ask for a GGUF file, a model or an adapter, and add it."""
        dialog = file_dialog(window, self.tr("Choose a GGUF"), self._settings, FOLDER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("GGUF files (*.gguf)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.add([path]))
        dialog.open()

    def choose_folder(self, window: QWidget) -> None:
        """Ask for an adapter folder of PEFT, and add it."""
        dialog = file_dialog(window, self.tr("Choose the folder of an adapter"), self._settings, FOLDER)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.add([path]))
        dialog.open()

    def add(self, paths: Sequence[str]) -> None:
        """Add GGUF files and adapter folders of PEFT, each as the model or the adapter that it is."""
        for path in paths:
            self._begin(path, partial(self._add, path))

    def use_found(self, found: FoundModel) -> None:
        """Add a model of another program where it lies, under the name it has there, and use it."""
        self._begin(found.path, partial(self._use, found.path, found.name))

    def _on_downloaded(self, name: str) -> None:
        """Use a model that was fetched, unless the person chose another one meanwhile or before."""

        def take() -> ModelEntry:
            used = self._models.in_use()
            if used is None or used.starter or used.missing:
                self._models.use(name)
            return self._models.find(name)

        def on_taken(entry: ModelEntry) -> None:
            (self.model_added if entry.in_use else self.model_listed).emit(entry)

        in_background(self, take, on_taken, lambda failure: self.refused.emit(name, failure))

    def _begin(self, path: str, work: Callable[[], ModelEntry | AdapterEntry | DoubtfulBase]) -> None:
        self._under_way += 1
        self.refusal = None
        self.checking.emit(Path(path).name)
        in_background(self, work, partial(self._on_added, path), partial(self._on_refused, path))

    def _add(self, path: str) -> ModelEntry | AdapterEntry | DoubtfulBase:
        """Run on a thread of the pool: an adapter is copied or converted, which takes its time."""
        kind = "adapter" if is_peft(Path(path)) else inspect(path).kind
        if kind == "adapter":
            try:
                return self._adapters.add(path)
            except DoubtfulBase as doubt:
                return doubt
        if kind != "model":
            inspect(path, "model")
            raise UserError("“{name}” is neither a model nor an adapter.", name=Path(path).name)
        return self._use(path)

    def _use(self, path: str, suggested: str = "") -> ModelEntry:
        name = self._models.add(path, suggested=suggested).name
        self._models.use(name)
        return self._models.find(name)

    def _on_added(self, path: str, entry: ModelEntry | AdapterEntry | DoubtfulBase) -> None:
        self._end_check()
        if isinstance(entry, DoubtfulBase):
            self.doubted.emit(path, entry)
        elif isinstance(entry, AdapterEntry):
            self.adapter_added.emit(entry)
        else:
            self.model_added.emit(entry)

    def _on_refused(self, path: str, failure: Failure) -> None:
        self._end_check()
        self.refusal = path, failure
        self.refused.emit(path, failure)

    def _end_check(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self.checking.emit("")
