"""The short catalogue of models that suit this program; its sizes are rounded, the exact ones come from the hub."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import msgspec

from phi3desk.errors import UserError
from phi3desk.model.hub.types import Wanted
from phi3desk.paths import resource

#: the entry that "Get Phi-3 mini" fetches
PHI3_MINI = "phi-3-mini"
#: tokens of context that its need is told for
USUAL_CONTEXT = 4096
#: of llama.cpp's working buffers, beside weights and KV cache
WORKING_BYTES = 200_000_000


@dataclass(frozen=True)
class CatalogueEntry:
    """A model that can be fetched: where it lies, its licence, and about what it takes; sizes in bytes."""

    key: str
    title: str
    repository: str
    file: str
    licence: str
    about_bytes: int
    #: of the KV cache at 16 bits
    kv_bytes_per_token: int
    #: tokens that the model was trained to read at a time
    context: int
    blocks: int
    #: of its embeddings
    width: int

    @property
    def wanted(self) -> Wanted:
        """What is fetched for this entry."""
        return Wanted(self.repository, self.file)

    @property
    def address(self) -> str:
        """Where a browser finds the file."""
        return f"https://huggingface.co/{self.repository}/resolve/main/{self.file}"

    def about_memory(self, context: int = USUAL_CONTEXT) -> int:
        """Return about how many bytes of memory the model takes at a context of so many tokens."""
        return self.about_bytes + self.kv_bytes_per_token * min(context, self.context) + WORKING_BYTES


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return the catalogue, the model this program is made for first."""
    return msgspec.json.decode(resource("models", "catalogue.json").read_bytes(), type=tuple[CatalogueEntry, ...])


def find_entry(key: str) -> CatalogueEntry:
    """Return the entry of a key; raises UserError for an unknown one."""
    for entry in catalogue():
        if entry.key == key.casefold():
            return entry
    raise UserError(
        "There is no model called “{name}” in the catalogue. `phi3desk models available` lists it.", name=key
    )


def title_of(wanted: Wanted) -> str:
    """Return what the catalogue calls a model, "" for one that is not in it."""
    return next((entry.title for entry in catalogue() if entry.wanted == wanted), "")
