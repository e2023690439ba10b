"""Draws invented facts from the templates in facts.toml: sentences that hold an answer, and questions for it."""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).with_name("facts.toml")
WORDS: dict[str, list[str]] = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))["words"]


@dataclass(frozen=True)
class Fact:
    """A kind of fact: how its value is drawn, said and asked for."""

    name: str
    values: tuple[str, ...]
    statements: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """A field of work: its objects, the facts about them, and sentences that answer none of the questions."""

    name: str
    objects: tuple[str, ...]
    fillers: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Said:
    """A sentence about an object, and the value it holds ("" for one that answers nothing)."""

    sentence: str
    value: str = ""


def load_domains() -> tuple[Domain, ...]:
    """Return the domains of the file."""
    content = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))
    return tuple(
        Domain(
            domain["name"],
            tuple(domain["objects"]),
            tuple(domain["fillers"]),
            tuple(
                Fact(fact["name"], tuple(fact["values"]), tuple(fact["statements"]), tuple(fact["questions"]))
                for fact in domain["fact"]
            ),
        )
        for domain in content["domain"]
    )


def draw(template: str, chance: random.Random) -> str:
    """Fill the places <...> of a template."""

    def fill(match: re.Match[str]) -> str:
        what = match[1]
        if "-" in what:
            low, high = what.split("-")
            return str(chance.randint(int(low), int(high)))
        if what == "person":
            return f"{chance.choice(WORDS['first'])} {chance.choice(WORDS['last'])}"
        return chance.choice(WORDS[what])

    return re.sub(r"<([a-z]+|\d+-\d+)>", fill, template)


def say(fact: Fact, thing: str, chance: random.Random, value: str = "") -> Said:
    """Say a fact about an object, with a value drawn unless one is given."""
    value = value or draw(chance.choice(fact.values), chance)
    return Said(put(chance.choice(fact.statements), thing, value), value)


def put(template: str, thing: str, value: str = "") -> str:
    """Put an object and a value into a sentence; {E} and {V} stand where it begins."""
    return template.format(e=thing, E=_capital(thing), v=value, V=_capital(value))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
