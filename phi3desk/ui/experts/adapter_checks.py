"""Which of the adapters in an expert's form fit the model chosen there, told beside each of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from phi3desk.errors import UserError
from phi3desk.model.adapters.compatibility import Misfit, misfits
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.starter import adapters_on
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse
from phi3desk.profiles.resolution import usable_model
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.experts.editor import ExpertEditor
from phi3desk.ui.formatting import translate
from phi3desk.ui.notices import NoticeAction
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure


class FormAdapterChecks(QObject):
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
        editor.model.currentIndexChanged.connect(self._on_model_chosen)

    def _on_model_chosen(self) -> None:
        # what is known, or being found out, is of another model
        self._asked += 1
        self._editor.show_fits({})
        self._due.start()

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
            told = {name: self.tr("Made for the starter SmolLM2; left out with this one.") for name in left_out}
            self._editor.show_fits(told | {one.name: translate(one.reason) for one in wrong})

        def on_failed(_: Failure) -> None:
            # without a model there is nothing to fit; the page of models tells why
            on_found(([], ()))

        in_background(self, work, on_found, on_failed)


log = logging.getLogger(__name__)


class ActiveAdapterChecks(QObject):
    """Checks anew whenever expert, adapters or model are others.

    `changed` tells that `line` is new; the reason in full is said once for each switch.
    """

    changed = Signal()

    def __init__(self, services: Services, expert: ActiveExpert, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._expert, self._adapters, self._notices = expert, services.adapters, services.notices
        self._checked: tuple[object, ...] = ()
        self._told_of: tuple[object, ...] = ()
        self._misfits: tuple[Misfit, ...] = ()
        expert.changed.connect(self._check)
        services.model.adapters_failed.connect(self._on_adapters_failed)

    @property
    def line(self) -> str:
        """What is wrong with the adapters in a few words, naming the first; empty where all of them fit."""
        wrong = next((one for one in self._misfits if not one.doubtful), None)
        if wrong is not None:
            return self.tr("{adapter} does not fit").format(adapter=wrong.name)
        if self._misfits:
            return self.tr("{adapter}: made for another model?").format(adapter=self._misfits[0].name)
        return ""

    def text(self) -> str:
        """Return what is wrong in full, with what follows from it."""
        lines = [translate(one.reason) for one in self._misfits]
        if any(not one.doubtful for one in self._misfits):
            lines.append(self.tr("This expert answers without adapters until that is settled."))
        elif lines:
            lines.append(self.tr("Compare an answer with and without it to see whether it helps."))
        return " ".join(lines)

    def check_again(self) -> None:
        """Check although nothing was switched: an adapter was added or confirmed."""
        self._checked = self._told_of = ()
        self._check()

    def _check(self) -> None:
        entry, profile = self._expert.entry(), self._expert.current
        uses = tuple(use for use in profile.adapters if use.strength > 0)
        state = (profile.id, entry.path if entry is not None else "", tuple(use.path for use in uses))
        if state == self._checked:
            return
        self._checked = state
        self._show(())
        if not uses or entry is None or entry.missing:
            return

        def work() -> tuple[Misfit, ...]:
            try:
                return misfits(uses, self._adapters.list(), entry)
            except UserError:
                # a model that cannot be read is told of where it is loaded
                return ()

        in_background(self, work, lambda found: self._on_checked(state, found), _log)

    def _on_checked(self, state: tuple[object, ...], found: tuple[Misfit, ...]) -> None:
        if state == self._checked:
            self._show(found)
            if found:
                self._tell(self.text())

    def _show(self, found: tuple[Misfit, ...]) -> None:
        if found != self._misfits:
            self._misfits = found
            self.changed.emit()

    def _on_adapters_failed(self, failure: Failure, wanted: Sequence[AdapterUse]) -> None:
        """Tell what the worker says of the expert in use; of others the preview and the comparison tell."""
        if tuple(wanted) == self._expert.current.adapters:
            self._tell(self.text() or translate(failure.sentence))

    def _tell(self, text: str) -> None:
        if self._told_of != self._checked or not self._checked:
            self._told_of = self._checked
            show = NoticeAction(self.tr("&Show"), lambda: self._notices.show_page(Page.EXPERTS))
            self._notices.say(text, show)


def _log(failure: Failure) -> None:
    log.error("whether the adapters fit could not be told: %s", failure.sentence.template)
