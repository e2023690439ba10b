"""How often each claim and question is shown, so that nothing but reading the passage tells whether it holds.

Whoever writes what is true, what is contradicted and what is not answered words them differently: letters alone tell 88
of 100 pairs of answered and unanswered questions apart. And what holds shares more words with its passage. An encoder
learns such things instead of reading; so of what looks alike in them as many are shown that hold as that do not.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from items import NUMBER, WORD, is_denial, sentences_in, stems_of
from together import Reading

#: parts of the readings, each told by what the others teach
_PARTS = 4
#: groups of alike ones of a source, of so many at least
_GROUPS, _FEWEST = 30, 400
#: letters of a passage that two versions of it have in common
_BEGINNING = 60

Array = np.ndarray[Any, np.dtype[Any]]


def shares_of(readings: Sequence[Reading], sources: Sequence[str]) -> list[Array]:
    """Return for each reading how often each of its items is to be shown, 0 to 1; readings of a source are alike.

    Some 250,000 items take a minute.
    """
    items = [item for reading in readings for item in reading.items]
    holds = np.array([item.is_true for item in items])
    kinds = np.array([item.kind for item in items])
    counts = [len(reading.items) for reading in readings]
    names = sorted(set(sources))
    places = np.repeat([names.index(source) for source in sources], counts)
    parts = np.repeat([zlib.crc32(reading.passage[:_BEGINNING].encode()) % _PARTS for reading in readings], counts)
    seen = np.array([row for reading in readings for row in _seen_at_once(reading)], dtype=np.float32)
    shown = np.zeros(len(items))
    for kind in sorted(set(kinds.tolist())):
        of_kind = np.flatnonzero(kinds == kind)
        told = _told(
            [items[at].text for at in of_kind],
            np.column_stack([seen[of_kind], places[of_kind]]),
            holds[of_kind],
            parts[of_kind],
        )
        for place in range(len(names)):
            chosen = np.flatnonzero(places[of_kind] == place)
            chosen = of_kind[chosen[np.argsort(told[chosen])]]
            for group in np.array_split(chosen, max(1, min(_GROUPS, len(chosen) // _FEWEST))):
                both = np.bincount(holds[group].astype(int), minlength=2)
                shown[group] = (both.min() / np.maximum(1, both))[holds[group].astype(int)]
    return np.split(shown, np.cumsum(counts)[:-1])


def _told(texts: Sequence[str], seen: Array, holds: Array, parts: Array) -> Array:
    """Return how likely each holds by its letters and what is seen at once, as the other parts teach it."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier

    letters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=2**20, alternate_sign=False)
    pieces = letters.transform(texts)
    worded, told = np.zeros(len(texts)), np.zeros(len(texts))
    for part in range(_PARTS):
        own, others = parts == part, parts != part
        if own.any():
            by_letters = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=6, tol=None, random_state=0)
            worded[own] = by_letters.fit(pieces[others], holds[others]).decision_function(pieces[own])
    every = np.column_stack([seen, worded])
    for part in range(_PARTS):
        own, others = parts == part, parts != part
        if own.any():
            boosted = HistGradientBoostingClassifier(
                max_iter=120, learning_rate=0.12, max_leaf_nodes=24, random_state=0
            )
            told[own] = boosted.fit(every[others], holds[others]).predict_proba(every[own])[:, 1]
    return told


def _seen_at_once(reading: Reading) -> list[list[float]]:
    """Return of each item what tells without reading: how much of its words and figures is there, and lengths."""
    sentences = [stems_of(part) for _, part in sentences_in(reading.passage)]
    whole, figures = frozenset().union(*sentences), set(NUMBER.findall(reading.passage))
    folded = reading.passage.lower()
    rows = []
    for item in reading.items:
        words = WORD.findall(item.text.lower())
        stems, own = stems_of(item.text), set(NUMBER.findall(item.text))
        pairs = [" ".join(pair) for pair in itertools.pairwise(words)]
        held = sorted((len(stems & sentence) / max(1, len(stems)) for sentence in sentences), reverse=True)
        rows.append(
            [
                held[0],
                held[1] if len(held) > 1 else 0.0,
                len(stems & whole) / max(1, len(stems)),
                len(own & figures) / len(own) if own else -1.0,
                sum(pair in folded for pair in pairs) / max(1, len(pairs)),
                len(words),
                sum(map(is_denial, words)),
                len(reading.passage),
            ]
        )
    return rows
