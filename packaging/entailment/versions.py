"""What teaches to read and nothing else: claims and questions beside two versions of a passage, held by one of them.

How they are worded tells nothing, for the same stand beside both. Of what shared words and figures would tell, as many
are shown where these mislead as where they are right: an encoder learns such things instead of reading.
"""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from altered import altered
from items import IS_ANSWERED, IS_SAID, NUMBER, WORD, Item, Text, sentences_in, stems_of
from together import Reading

#: parts of the pairs, each told by what the others teach
_PARTS = 4
#: groups of pairs that are told alike well by what is seen at once, which tells nothing where it says less than this
_GROUPS, _LEAST = 20, 1e-6
#: letters of a passage that two versions of it have in common
_BEGINNING = 60
_MOST_BESIDE, _FEWEST_BESIDE = 14, 2
#: how often a passage is changed
_TIMES = 2
#: couples of a passage that are read by themselves in one round
_COUPLES = 6

Array = np.ndarray[Any, np.dtype[Any]]
Couple = tuple[Item, Item]


@dataclass(frozen=True)
class Versions:
    """Two versions of a passage with the same items beside them in the same order; each holds in one of the two."""

    one: Reading
    other: Reading

    @property
    def letters(self) -> int:
        """How long both are."""
        return self.one.letters + self.other.letters

    @property
    def couples(self) -> list[Couple]:
        """Each item beside the one version and beside the other."""
        return list(zip(self.one.items, self.other.items, strict=True))


def versions_of(texts: Sequence[Text], chance: random.Random) -> Iterator[Versions]:
    """Return two versions of passages, without end. Takes some 20 s to begin."""
    found = [versions for text in texts for versions in _versions(text, chance)]
    shares = shares_of(found)
    while True:
        for at in chance.sample(range(len(found)), len(found)):
            kept = [place for place, share in enumerate(shares[at]) if chance.random() < share]
            if len(kept) < _FEWEST_BESIDE:
                continue
            kept = chance.sample(kept, min(_MOST_BESIDE, len(kept)))
            both = [
                replace(each, items=tuple(each.items[place] for place in kept))
                for each in (found[at].one, found[at].other)
            ]
            yield Versions(*chance.sample(both, 2))


def couples_of(versions: Iterator[Versions], chance: random.Random) -> Iterator[Couple]:
    """Return some couples of each, for an encoder that reads each item by itself."""
    for each in versions:
        yield from chance.sample(each.couples, min(_COUPLES, len(each.couples)))


def _versions(text: Text, chance: random.Random) -> Iterator[Versions]:
    """Return a passage with its other version and with changed ones, and beside both what holds in one of them."""
    if text.turned is not None:
        was = {(each, IS_SAID): holds for each, holds in text.said}
        was |= {(each, IS_ANSWERED): holds for each, holds in text.asked}
        now = {(each, IS_SAID): holds for each, holds in text.turned.said}
        now |= {(each, IS_ANSWERED): holds for each, holds in text.turned.asked}
        turned = {key: holds for key, holds in now.items() if was[key] != holds}
        if len(turned) >= _FEWEST_BESIDE:
            before = {key: was[key] for key in turned}
            yield Versions(_reading(text.passage, before), _reading(text.turned.passage, turned))
    for _ in range(_TIMES):
        changed = altered(text, chance)
        if changed is None:
            continue
        lost = {(item.text, item.kind): False for item in changed.items if not item.is_true}
        if len(lost) >= _FEWEST_BESIDE:
            yield Versions(_reading(text.passage, dict.fromkeys(lost, True)), _reading(changed.passage, lost))


def _reading(passage: str, items: Mapping[tuple[str, int], bool]) -> Reading:
    return Reading(passage, tuple(Item(each, passage, holds, kind) for (each, kind), holds in items.items()))


def shares_of(found: Sequence[Versions]) -> list[Array]:
    """Return of each how often its items are to be shown, 0 to 1."""
    seen = np.concatenate([_differences(each) for each in found])
    counts = [len(each.one.items) for each in found]
    parts = np.repeat([zlib.crc32(each.one.passage[:_BEGINNING].encode()) % _PARTS for each in found], counts)
    told = _told(seen, parts)
    shown = np.ones(len(told))
    leaning = np.flatnonzero(np.abs(told) > _LEAST)
    for group in np.array_split(leaning[np.argsort(np.abs(told[leaning]))], _GROUPS):
        is_right = told[group] > 0
        counted = np.array([(~is_right).sum(), is_right.sum()])
        shown[group] = (counted.min() / np.maximum(1, counted))[is_right.astype(int)]
    return np.split(shown, np.cumsum(counts)[:-1])


def _differences(versions: Versions) -> Array:
    """Return of each item what more is seen at once where it holds than where it does not, and its kind."""
    one, other = (np.array(_seen_at_once(each), dtype=np.float32) for each in (versions.one, versions.other))
    holds = np.array([[item.is_true] for item in versions.one.items])
    kinds = np.array([[item.kind] for item in versions.one.items], dtype=np.float32)
    return np.hstack([np.where(holds, one - other, other - one), kinds])


def _told(seen: Array, parts: Array) -> Array:
    """Return how well it is told by what is seen at once in which version each holds, as the other parts teach it."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    mirrored = np.hstack([-seen[:, :-1], seen[:, -1:]])
    told = np.zeros(len(seen))
    for part in range(_PARTS):
        own, others = parts == part, parts != part
        if not own.any():
            continue
        model = HistGradientBoostingClassifier(max_iter=80, learning_rate=0.12, max_leaf_nodes=16, random_state=0)
        model.fit(np.concatenate([seen[others], mirrored[others]]), np.repeat([True, False], others.sum()))
        told[own] = (model.decision_function(seen[own]) - model.decision_function(mirrored[own])) / 2
    return told


def _seen_at_once(reading: Reading) -> list[list[float]]:
    """Return of each item what tells without reading: how much of its words and figures is there."""
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
            ]
        )
    return rows
