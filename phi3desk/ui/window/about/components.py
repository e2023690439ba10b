"""What the program is made of: itself, the packages and the model that came with it, with versions and licences."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata

from phi3desk import __version__
from phi3desk.model.starter import find_large_starter, licence_of_starter

PROGRAM = "phi3desk"
#: the extra of the package that holds the starter model; the others are for its makers
SHIPPED_EXTRA = "starter"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_CLASSIFIER = "License :: "
LONGEST_NAME = 80


@dataclass(frozen=True)
class Component:
    """A package or a model; `licence` is the name of its licence, empty where the package names none."""

    name: str
    version: str
    licence: str


def shipped_components() -> list[Component]:
    """Return the program, every package it needs that is installed and the starter model, by name, the program first.

    Read from the metadata of the installed packages (Core Metadata 2.4), which takes a moment.
    """
    made: dict[str, Component] = {}
    waiting = [PROGRAM]
    while waiting:
        name = waiting.pop()
        key = _key(name)
        if key in made:
            continue
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name == PROGRAM:
                made[key] = Component(PROGRAM, __version__, "")
            continue
        # each look at a package's metadata parses all of it anew, the description of many pages too
        told = package.metadata
        made[key] = Component(told["Name"], told["Version"], _licence(told))
        waiting += _needed(told)
    if find_large_starter() is not None:
        name, licence, _ = licence_of_starter()
        made[_key(name)] = Component(name, "", licence)
    program = made.pop(PROGRAM)
    return [program, *(made[key] for key in sorted(made))]


def licence_text(name: str) -> str:
    """Return the licence of a part as it came with it; empty where it holds none."""
    starter, _, text = licence_of_starter()
    if name == starter:
        return text.read_text(encoding="utf-8")
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return ""
    texts = []
    for file in package.metadata.get_all("License-File") or ():
        # some are in Latin-1
        with suppress(UnicodeDecodeError):
            texts.append(package.read_text(f"licenses/{file}") or package.read_text(str(file)) or "")
    return "\n\n".join(text.strip() for text in texts if text)


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _needed(told: metadata.PackageMetadata) -> list[str]:
    names = []
    for requirement in told.get_all("Requires-Dist") or ():
        extra = _EXTRA.search(requirement)
        found = _NAME.match(requirement)
        if found and (extra is None or (told["Name"] == PROGRAM and extra[1] == SHIPPED_EXTRA)):
            names.append(found[0])
    return names


def _licence(told: metadata.PackageMetadata) -> str:
    for expression in told.get_all("License-Expression") or ():
        return str(expression)
    classifiers = [line for line in told.get_all("Classifier") or () if line.startswith(_CLASSIFIER)]
    if classifiers:
        return ", ".join(line.rsplit(" :: ", 1)[-1] for line in classifiers)
    lines = "\n".join(told.get_all("License") or ()).strip().splitlines()
    return lines[0][:LONGEST_NAME] if lines else ""
