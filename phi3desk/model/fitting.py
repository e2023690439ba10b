"""Whether the adapters that an expert uses fit the model that it answers with, told before they are attached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.errors import Sentence, say
from phi3desk.model.adapters.base_models import open_base
from phi3desk.model.adapters.preparation import Fit, fit_of
from phi3desk.model.types import AdapterEntry, AdapterUse, ModelEntry


@dataclass(frozen=True)
class Misfit:
    """An adapter that does not fit a model, or fits it by its shape alone (`doubtful`), with the reason."""

    name: str
    file: str
    model: str
    reason: Sentence
    doubtful: bool


def misfits(uses: Sequence[AdapterUse], kept: Sequence[AdapterEntry], model: ModelEntry) -> tuple[Misfit, ...]:
    """Return what speaks against the adapters in use on a model; those at strength 0 are not looked at.

    `kept` are the adapters of the store; one that is not among them is named as missing. Reads the headers of model
    and adapters, so not for the window's thread. Raises UserError where the model's file cannot be used.
    """
    known = {entry.path: entry for entry in kept}
    active = [use for use in uses if use.strength > 0]
    if not active:
        return ()
    base = open_base(model)
    found = []
    for use in active:
        entry = known.get(use.path)
        missing = say("The file of the adapter “{name}” is not there any more.", name=use.name)
        fit = fit_of(entry, base) if entry is not None else Fit(False, missing)
        if not fit.fits and fit.reason is not None:
            found.append(Misfit(use.name, use.path, model.name, fit.reason, fit.fits is None))
    return tuple(found)
