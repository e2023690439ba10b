"""The expert in use and the model behind it: what is loaded, what is attached, what a message was made by."""

from __future__ import annotations

import logging
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from phi3desk.chat.messages import MadeBy
from phi3desk.errors import UserError
from phi3desk.model.options import load_options
from phi3desk.model.types import LoadedModel, ModelEntry, ModelRef
from phi3desk.profiles.asking import made_by
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import model_of, on_model
from phi3desk.ui.services import Services

log = logging.getLogger(__name__)


class ActiveExpert(QObject):
    """Keeps model and adapters as the expert in use wants them; `changed` is emitted whenever any of it is new."""

    changed = Signal()

    def __init__(
        self,
        services: Services,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._profiles = services.profiles
        self._models = services.models
        self._model = model = services.model
        self._settings, self._notices = services.settings, services.notices
        self._wanted: ModelRef | None = None
        model.load_started.connect(self._on_load_started)
        model.loaded.connect(self._on_loaded)
        model.load_stopped.connect(self._on_load_stopped)
        model.released.connect(self._on_load_stopped)
        for signal in (model.load_started, model.loaded, model.adapters_changed):
            signal.connect(self._on_model_changed)

    @property
    def current(self) -> Profile:
        """The expert in use, with those of its adapters that hold for the model it answers with."""
        profile = self._profiles.current
        return on_model(profile, self._entry_of(profile))

    def all(self) -> list[Profile]:
        """Return every expert in order."""
        return self._profiles.profiles()

    def exists(self, profile_id: str) -> bool:
        """Whether there is still an expert of that id."""
        return any(profile.id == profile_id for profile in self._profiles.profiles())

    def use(self, profile_id: str) -> Profile:
        """Switch to an expert: its adapters are attached, and its model is loaded where it wants another one."""
        profile = self._profiles.use(profile_id)
        self.apply()
        return profile

    def apply(self) -> None:
        """Bring model and adapters in line with the expert in use, also after it was edited."""
        entry = self.entry()
        wanted = entry is not None and self._wanted is not None and self._wanted.same_file(entry.ref)
        if entry is not None and not wanted and not entry.missing:
            self.load(entry)
        else:
            self._model.set_adapters(self.current.adapters)
        self.changed.emit()

    def entry(self) -> ModelEntry | None:
        """Return the model the expert in use answers with, None where there is none."""
        return self._entry_of(self._profiles.current)

    def _entry_of(self, profile: Profile) -> ModelEntry | None:
        try:
            return model_of(profile.model, self._models)
        except UserError:
            log.warning("the model of the expert in use is no longer listed")
            return self._models.in_use()

    def has_model(self) -> bool:
        """Whether there is a model to load at all."""
        entry = self.entry()
        return entry is not None and not entry.missing

    def load(self, entry: ModelEntry) -> None:
        """Load a model with the adapters of the expert in use."""
        self._model.load(entry.ref, load_options(self._settings), self.current.adapters)

    def answers_with(self, entry: ModelEntry) -> bool:
        """Whether the expert in use answers with a model that was just made the one in use.

        It does where it names no other one, or one whose file is gone.
        """
        own = self.entry() if self._profiles.current.model else None
        return own is None or own.missing or own.name == entry.name

    def load_chosen(self, entry: ModelEntry) -> None:
        """Load a model that was just made the one in use; tell where the expert goes on with one of its own."""
        own = self.entry()
        if own is None or self.answers_with(entry):
            self.load(entry)
            return
        text = self.tr(
            "The expert “{expert}” names a model of its own, {own}, until you choose another one for it on the Experts "
            "page. {chosen} answers for experts that name none."
        )
        self._notices.say(text.format(expert=self._profiles.current.name, own=own.called, chosen=entry.called))

    def load_if_none(self) -> None:
        """Load the model where none is loaded or being loaded: its loading was stopped, and now it is needed."""
        if self._model.has_none:
            self.load_in_use()

    def load_in_use(self) -> None:
        """Load the model in use; does nothing where there is none."""
        entry = self.entry()
        if entry is not None and not entry.missing:
            self.load(entry)
        self.changed.emit()

    def _on_model_changed(self, _: object = None) -> None:
        self.changed.emit()

    def _on_load_started(self, model: ModelRef) -> None:
        self._wanted = model

    def _on_loaded(self, model: LoadedModel) -> None:
        self._wanted = model.ref

    def _on_load_stopped(self) -> None:
        self._wanted = None
        self.changed.emit()

    def made_by(self) -> MadeBy:
        """Return what a message written now is made by."""
        profile = replace(self.current, adapters=self._model.adapters)
        return made_by(profile, self._model.model or self.entry())

    def summary(self) -> str:
        """Return the expert's model and adapters in a line."""
        entry = self.entry()
        parts = [entry.called if entry else self.tr("no model")]
        parts += [f"{use.name} {use.strength:g}" for use in self.current.adapters]
        return " · ".join(parts)
