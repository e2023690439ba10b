"""Which of the models here an adapter was made for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from phi3desk.errors import Sentence, UserError
from phi3desk.model.gguf import inspect, tensors_of
from phi3desk.model.gguf_header import Header, TensorInfo, read_header
from phi3desk.model.types import GgufInfo, ModelEntry


@dataclass(frozen=True)
class Base:
    """A model as an adapter is checked against it: what its header says, and no weights."""

    entry: ModelEntry
    info: GgufInfo
    header: Header
    tensors: Mapping[str, TensorInfo]


class DoubtfulBase(UserError):
    """An adapter fits a model by its shape and names another one as its base; the person decides.

    `base` is the model's name in the list.
    """

    def __init__(self, doubt: Sentence, base: str) -> None:
        super().__init__(doubt.template, **doubt.values)
        self.base = base


@dataclass(frozen=True)
class Choice:
    """The model an adapter was made for, None where no model here is of its kind; `doubt` where names differ."""

    base: Base | None
    doubt: Sentence | None = None


#: checks an adapter against a model: a doubt or None; UserError where it does not fit
Judge = Callable[[Base], Sentence | None]


def open_base(entry: ModelEntry) -> Base:
    """Read a model's header; UserError where the file cannot be used."""
    path = Path(entry.path)
    return Base(entry, inspect(path, "model"), read_header(path), tensors_of(path))


def choose_base(entries: Iterable[ModelEntry], judge: Judge, architecture: str = "") -> Choice:
    """Return the model that an adapter fits without a doubt, else the first that it fits, the one in use first.

    `architecture` is the adapter's where it says it; with no model of that kind here nothing can be judged. Raises
    UserError with the reason where it fits none.
    """
    doubted: Choice | None = None
    reason: UserError | None = None
    for entry in sorted(entries, key=lambda entry: not entry.in_use):
        try:
            base = open_base(entry)
            if architecture and base.info.architecture != architecture:
                continue
            doubt = judge(base)
        except UserError as error:
            reason = reason or error
            continue
        if doubt is None:
            return Choice(base)
        doubted = doubted or Choice(base, doubt)
    if doubted is None and reason is not None:
        raise reason
    return doubted or Choice(None)
