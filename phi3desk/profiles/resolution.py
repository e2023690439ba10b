"""Which model an expert answers with, and what of the expert holds for that model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phi3desk.errors import UserError
from phi3desk.model.starter import adapters_on
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterEntry, ModelEntry
from phi3desk.profiles.profile import Profile


def model_of(name: str, models: ModelStore) -> ModelEntry | None:
    """Return the model an expert names, or the one in use where that is "" (None: there is no model at all).

    Raises UserError where the model of that name is no longer listed.
    """
    return models.find(name) if name else models.in_use()


def usable_model(name: str, models: ModelStore) -> ModelEntry:
    """Return the same; raises UserError where there is none, or its file is gone."""
    entry = model_of(name, models)
    if entry is None or entry.missing:
        raise UserError("There is no model to answer with. Choose a GGUF file under Models.")
    return entry


def only_with_passages(profile: Profile, adapters: Sequence[AdapterEntry]) -> bool:
    """Tell whether none of an expert's adapters has a part in answers without passages (see `chat.answer.write`)."""
    forms = {entry.name: entry.form for entry in adapters}
    return bool(profile.adapters) and all(forms.get(use.name) for use in profile.adapters)


def on_model(profile: Profile, entry: ModelEntry | None) -> Profile:
    """Return an expert with those of its adapters that hold for the model it answers with."""
    return replace(profile, adapters=adapters_on(profile.adapters, entry))
