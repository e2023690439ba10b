"""Lays the sentences of a passage out as documents do: prose, under a heading, as steps, a list or a table."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from facts import Fact, Said, draw, put, say

PROSE, LINES, STEPS, BULLETS, TABLE = "prose", "lines", "steps", "bullets", "table"
LAYOUTS = (PROSE, PROSE, PROSE, PROSE, LINES, STEPS, BULLETS, TABLE)
TITLES = ("Maintenance", "General", "Data sheet", "Instructions", "Overview", "Rules", "Remarks")


@dataclass(frozen=True)
class Told:
    """What a passage tells of an object; a filler has no fact."""

    thing: str
    fact: Fact | None
    said: Said


def tell(thing: str, fact: Fact, chance: random.Random) -> Told:
    """Tell a fact about an object."""
    return Told(thing, fact, say(fact, thing, chance))


def filler(template: str, thing: str, chance: random.Random) -> Told:
    """Tell what answers nothing."""
    return Told(thing, None, Said(put(draw(template, chance), thing)))


def laid_out(group: Sequence[Told], chance: random.Random) -> tuple[str, list[Told]]:
    """Return a passage that tells so much, and what it tells in the words that stand there.

    Under a heading that names its object a sentence calls it by its kind alone, as in documents; a row of a table
    begins with what it is about.
    """
    things = {one.thing for one in group}
    layout = chance.choice(LAYOUTS)
    kind = kind_of(group[0].thing)
    headed = len(things) == 1 and (layout == TABLE or chance.random() < 0.4)
    shown = list(group)
    if layout == TABLE and headed:
        shown = [_row(one) for one in group]
    elif headed and kind and chance.random() < 0.6:
        shown = [_unnamed(one, kind) for one in group]
    lines = [one.said.sentence for one in shown]
    if layout == STEPS:
        first = chance.randint(1, 4)
        lines = [f"{number}. {line}" for number, line in enumerate(lines, first)]
    elif layout == BULLETS:
        lines = [f"• {line}" for line in lines]
    body = (" " if layout == PROSE else "\n").join(lines)
    return (f"{_heading(group[0].thing, layout, chance)}\n{body}" if headed else body), shown


def kind_of(thing: str) -> str:
    """Return an object by its kind alone, such as "the feed pump" of "feed pump P-301"; "" where that means nothing."""
    words = thing.split()
    if len(words) < 2 or not re.search(r"\d|\b[A-H]$", words[-1]):
        return ""
    rest = words[:-1]
    if rest[0] == "the":
        rest = rest[1:]
    if not rest or {"of", "to", "in", "for", "on", "and", "with"} & set(rest) or any(re.search(r"\d", w) for w in rest):
        return ""
    return "the " + " ".join(rest)


def _unnamed(one: Told, kind: str) -> Told:
    sentence = one.said.sentence
    capital = one.thing[:1].upper() + one.thing[1:]
    for name, by in ((capital, kind[:1].upper() + kind[1:]), (one.thing, kind)):
        sentence = sentence.replace(name, by)
    return Told(one.thing, one.fact, Said(sentence, one.said.value))


def _row(one: Told) -> Told:
    if one.fact is None:
        return one
    label = one.fact.name[:1].upper() + one.fact.name[1:]
    return Told(one.thing, one.fact, Said(f"{label} {one.said.value}", one.said.value))


def _heading(thing: str, layout: str, chance: random.Random) -> str:
    name = thing[:1].upper() + thing[1:]
    number = f"{chance.randint(1, 12)}.{chance.randint(1, 9)}"
    if layout == TABLE:
        return chance.choice((f"Table {chance.randint(1, 20)}. {name}", f"{name}: data", name))
    return chance.choice((f"{number} {name}", name, f"{name}: {chance.choice(TITLES).lower()}"))
