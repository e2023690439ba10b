"""Which model an expert answers with, and what of the expert holds for that model."""

from __future__ import annotations

from dataclasses import replace

from phi3desk.model.models import ModelEntry
from phi3desk.model.starter import adapters_on
from phi3desk.model.store import ModelStore
from phi3desk.profiles.profile import Profile


def model_of(profile: Profile, models: ModelStore) -> ModelEntry | None:
    """Return the model an expert names, or the one in use where it names none (None: there is no model at all).

    Raises UserError where the model it names is no longer listed.
    """
    return models.find(profile.model) if profile.model else models.in_use()


def on_model(profile: Profile, entry: ModelEntry | None) -> Profile:
    """Return an expert with those of its adapters that hold for the model it answers with."""
    return replace(profile, adapters=adapters_on(profile.adapters, entry))
