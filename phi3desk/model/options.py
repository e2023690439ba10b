"""How models are loaded and how answers are sampled, as Settings say."""

from __future__ import annotations

from phi3desk.model.types import LoadOptions, Sampling
from phi3desk.settings import Settings


def load_options(settings: Settings) -> LoadOptions:
    """Return how a model is loaded."""
    return LoadOptions(
        context=settings.get("model.context"),
        gpu_layers=settings.get("model.gpu_layers"),
        threads=settings.get("model.threads"),
        saved_states=settings.get("model.saved_states") << 20,
        idle_minutes=settings.get("model.idle_minutes"),
    )


def sampling(settings: Settings) -> Sampling:
    """Return how an answer is sampled where the expert does not say otherwise."""
    return Sampling(temperature=settings.get("answers.temperature"), max_tokens=settings.get("answers.max_tokens"))
