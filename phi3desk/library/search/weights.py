"""How much each feature of a passage counts, and what it brings to the passage's score."""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.library.search.features import Features


@dataclass(frozen=True)
class Weights:
    """How much each feature counts; one setting for every language."""

    words: float = 1.0
    trigrams: float = 1.0
    trigram_coverage: float = 0.5
    proximity: float = 0.3
    pairs: float = 0.2
    clause: float = 4.0
    document: float = 3.5
    standing: float = 0.3
    standing_of_document: float = 0.3
    standing_within: float = 0.2
    alignment: float = 12.0


def parts(features: Features, weights: Weights, share_of_meaning: float = 1.0) -> dict[str, float]:
    """Return what each feature brings, by its name; its meaning counts by that share of its weight."""
    w = weights
    return {
        "words": w.words * features.words,
        "trigrams": w.trigrams * features.trigrams,
        "trigram_coverage": w.trigram_coverage * features.trigram_coverage,
        "proximity": w.proximity * features.proximity,
        "pairs": w.pairs * features.pairs,
        "clause": w.clause * features.clause,
        "document": w.document * features.document,
        "standing": share_of_meaning * w.standing * features.standing,
        "standing_of_document": share_of_meaning * w.standing_of_document * features.standing_of_document,
        "standing_within": w.standing_within * features.standing_within,
        "alignment": w.alignment * features.alignment,
    }
