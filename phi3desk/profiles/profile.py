"""An expert profile: what the person switches between."""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.model.models import AdapterUse


@dataclass(frozen=True)
class Profile:
    """A name joined with instructions, adapters with strengths, and collections; all but the name may be empty.

    `collections` holds collection ids; empty means every collection. `model` is a model's name, empty for the
    one in use. `built_in` profiles come with the program.
    """

    id: str
    name: str
    instructions: str = ""
    color: str = "#2459D3"
    model: str = ""
    adapters: tuple[AdapterUse, ...] = ()
    collections: tuple[int, ...] = ()
    first_questions: tuple[str, ...] = ()
    built_in: bool = False
