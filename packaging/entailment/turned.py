"""What teaches to read and nothing else: claims and questions beside passages in which they hold, and in which not.

Of some texts there are two versions, of others passages with changed sentences (`altered`): in the one a claim holds,
in the other mostly not. What of all that would be told without reading is left out (`fair`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from altered import altered
from fair import shares_of
from items import IS_ANSWERED, Item, Text
from together import Reading

#: shares of the readings: texts with places, their other versions, changed passages of them, earlier texts, and of them
_READ = {"new": 0.34, "turned": 0.30, "changed": 0.20, "earlier": 0.10, "earlier, changed": 0.06}
#: how often a passage of each source is changed
_TIMES = {"new": 2, "earlier": 1}
_MOST_BESIDE, _FEWEST_BESIDE, _WITH_QUESTION = 26, 2, 0.15


def turned_readings(texts: Sequence[Text], chance: random.Random) -> Iterator[Reading]:
    """Return passages with what is read beside them, without end."""
    readings, sources = all_readings(texts, chance)
    shares = shares_of(readings, ["changed" if "changed" in source else source for source in sources])
    of_source = {name: [at for at, source in enumerate(sources) if source == name] for name in _READ}
    names = [name for name in _READ if of_source[name]]
    while True:
        at = chance.choice(of_source[chance.choices(names, [_READ[name] for name in names])[0]])
        kept = zip(readings[at].items, shares[at], strict=True)
        items = [item for item, share in kept if chance.random() < share]
        if len(items) >= _FEWEST_BESIDE:
            chance.shuffle(items)
            yield replace(readings[at], items=tuple(items[:_MOST_BESIDE]))


def all_readings(texts: Sequence[Text], chance: random.Random) -> tuple[list[Reading], list[str]]:
    """Return each text, its other version and what is changed of it with all that is read beside it, and the source."""
    near = defaultdict(list)
    for text in texts:
        near[text.document, text.language].append(text)
    readings: list[Reading] = []
    sources: list[str] = []
    for text in texts:
        source = "new" if text.places else "earlier"
        stranger = chance.choice(near[text.document, text.language])
        replies = tuple(Item(reply, text.passage, holds) for reply, holds in text.replies)
        whole = _whole(text.passage, text.said, text.asked, stranger, chance)
        readings.append(Reading(text.passage, whole + replies))
        sources.append(source)
        if text.turned is not None:
            other = text.turned
            readings.append(Reading(other.passage, _whole(other.passage, other.said, other.asked, stranger, chance)))
            sources.append("turned")
        for _ in range(_TIMES[source]):
            changed = altered(text, chance)
            if changed is not None:
                readings.append(changed)
                sources.append("changed" if source == "new" else f"{source}, changed")
    return readings, sources


def _whole(
    passage: str,
    said: Sequence[tuple[str, bool]],
    asked: Sequence[tuple[str, bool]],
    stranger: Text,
    chance: random.Random,
) -> tuple[Item, ...]:
    """Return claims, some behind a question about the passage, questions, and what belongs to a stranger's passage."""
    questions = [question for question, _ in asked]
    items = []
    for claim, holds in said:
        behind = f"{chance.choice(questions)} {claim}" if questions and chance.random() < _WITH_QUESTION else claim
        items.append(Item(behind, passage, holds))
    items += [Item(question, passage, holds, IS_ANSWERED) for question, holds in asked]
    if stranger.passage != passage and stranger.true:
        items.append(Item(chance.choice(stranger.true), passage, False))
        others = chance.sample(stranger.answered, min(2, len(stranger.answered)))
        items += [Item(question, passage, False, IS_ANSWERED) for question in others]
    return tuple(items)
