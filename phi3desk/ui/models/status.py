"""What is to be said of the model: that it loads, that it is the starter or only a stand-in, that there is none."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from phi3desk.model.types import ModelEntry
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.formatting import translate
from phi3desk.workers.protocol import Failure


@dataclass(frozen=True)
class ModelStatusText:
    """`card` for the first start, `banner` where something should be settled, `status` while it loads, and how far."""

    card: str
    banner: str
    status: str
    settled: bool
    share: float | None


class ModelStatus(QObject):
    """Follows the loading of the model; `changed` is emitted whenever there is something else to say."""

    changed = Signal()

    def __init__(self, expert: ActiveExpert, model: ModelClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._expert = expert
        self._model = model
        self._share = 0.0
        self._problem = ""
        self._checked = ""
        model.load_started.connect(self._on_load_started)
        model.load_progressed.connect(self._on_load_progressed)
        model.loaded.connect(self._on_loaded)
        model.load_failed.connect(self._on_load_failed)
        expert.changed.connect(self.changed)

    def show_check(self, name: str) -> None:
        """Say that a file is being checked; an empty name ends it."""
        self._checked = name
        self.changed.emit()

    def text(self) -> ModelStatusText:
        """Return what is to be said now."""
        entry = self._expert.entry()
        card, banner = self._about(entry)
        loading = self._model.is_loading and entry is not None
        status = self.tr("Checking {name}").format(name=self._checked) if self._checked else ""
        if loading and entry is not None:
            percent = round(100 * self._share)
            status = self.tr("Loading {name}, {percent} %").format(name=entry.called, percent=percent)
        settled = entry is not None and not entry.missing and not self._problem
        return ModelStatusText(card, banner, status, settled, self._share if loading else None)

    def _about(self, entry: ModelEntry | None) -> tuple[str, str]:
        if entry is None:
            none = self.tr("No model is chosen yet. Choose a Phi-3 GGUF file from disk to get answers.")
            return none, none
        if entry.missing:
            gone = self.tr("The file of the model {name} is gone. Choose another one.").format(name=entry.called)
            return gone, gone
        if self._problem:
            return self._problem, self._problem
        if entry.stand_in:
            card = self.tr(
                "The small starter is ready. It is a stand-in until you choose a Phi-3 GGUF: it finds the pages just "
                "as well, but it words answers poorly."
            )
            return card, self.tr("The small starter model is a stand-in until you choose a Phi-3 GGUF.")
        if entry.starter:
            card = self.tr(
                "{name} is ready, the starter model. It gives short answers from your documents. For longer or harder "
                "questions choose a Phi-3 GGUF, which is more than twice as large."
            ).format(name=entry.called)
            banner = self.tr("{name} answers, the starter model. For longer or harder questions choose a Phi-3 GGUF.")
            return card, banner.format(name=entry.called)
        return self.tr("{name} answers your questions.").format(name=entry.called), ""

    def _on_load_started(self, _path: str) -> None:
        self._share, self._problem = 0.0, ""
        self.changed.emit()

    def _on_load_progressed(self, share: float) -> None:
        self._share = share
        self.changed.emit()

    def _on_loaded(self, _: object) -> None:
        self._problem = ""
        self.changed.emit()

    def _on_load_failed(self, failure: Failure) -> None:
        self._problem = translate(failure.sentence)
        self.changed.emit()
