"""Which of the adapters in an expert's form fit the model chosen there, told beside each of them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from phi3desk.model.fitting import Misfit, misfits
from phi3desk.model.starter import adapters_on
from phi3desk.model.store import AdapterStore, ModelStore
from phi3desk.model.types import AdapterUse
from phi3desk.profiles.resolution import usable_model
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.experts.editor import ExpertEditor
from phi3desk.ui.formatting import shown
from phi3desk.workers.protocol import Failure


class ExpertFits(QObject):
    """Checks the adapters anew whenever the form offers others, or another model is chosen."""

    def __init__(
        self, editor: ExpertEditor, adapters: AdapterStore, models: ModelStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._editor, self._adapters, self._models = editor, adapters, models
        self._asked = 0
        # the form is filled in several steps; it is looked at when they are done
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self._check)
        editor.choices_shown.connect(self._due.start)
        editor.model.currentIndexChanged.connect(lambda _: self._due.start())

    def _check(self) -> None:
        self._asked += 1
        asked, name = self._asked, str(self._editor.model.currentData() or "")
        if not self._editor.strengths:
            return

        def work() -> tuple[list[str], tuple[Misfit, ...]]:
            entry, kept = usable_model(name, self._models), self._adapters.list()
            uses = [AdapterUse(one.name, one.path) for one in kept]
            held = adapters_on(uses, entry)
            return [use.name for use in uses if use not in held], misfits(held, kept, entry)

        def on_found(found: tuple[list[str], tuple[Misfit, ...]]) -> None:
            if asked != self._asked:
                return
            left_out, wrong = found
            told = {name: self.tr("Made for the starter model; left out with this one.") for name in left_out}
            self._editor.show_fits(told | {one.name: shown(one.reason) for one in wrong})

        def on_failed(_: Failure) -> None:
            # without a model there is nothing to fit; the page of models tells why
            on_found(([], ()))

        in_background(self, work, on_found, on_failed)
