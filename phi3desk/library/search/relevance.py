"""Whether a passage speaks of what is asked at all."""

from __future__ import annotations

from phi3desk.library.search.features import Features

_TIED_BY_WORDS = 0.75
_TIED_BY_MEANING = 3.0


def is_relevant(features: Features, same_language: float, by_meaning: bool) -> bool:
    """Return whether words or meaning tie a passage to the question."""
    return features.coverage + features.trigram_coverage >= _TIED_BY_WORDS or features.standing >= _TIED_BY_MEANING
