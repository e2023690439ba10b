"""Which of the models here an adapter was made for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.errors import Sentence, UserError, say
from phi3desk.model.gguf import describe, tensors_under
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
    """An adapter fits a model by its shape and names another one as its base; the user decides.

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
    header = read_header(Path(entry.path))
    return Base(entry, describe(header, "model"), header, tensors_under(header))


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


_PHI = re.compile(r"phi[\s_-]*(?P<version>\d(?:[._]\d)?)")


_SIZE = re.compile(r"(?<![a-z])(mini|small|medium|moe)(?![a-z])")


_CONTEXT = re.compile(r"(?<![a-z0-9])(\d{1,3})k(?![a-z0-9])")


_WORD = re.compile(r"\d+(?:[._]\d+)*[a-z]*|[a-z]+")


#: what names add for the form in which weights are stored or who mirrors them
_FORMS = frozenset({"gguf", "hf", "bnb", "unsloth", "awq", "gptq", "4bit", "8bit", "int4", "int8", "fp16", "bf16"})


#: words that tell a model made for conversation from the one it was made of
_TUNED = frozenset({"instruct", "chat", "it"})


@dataclass(frozen=True)
class _Variant:
    """Which Phi a name speaks of; each field empty where it does not say."""

    version: str = ""
    size: str = ""
    context: str = ""


def base_doubt(bases: Sequence[str], model: GgufInfo) -> Sentence | None:
    """Return a warning where an adapter of these bases' names is not the model's, although its shapes fit; else None.

    An adapter that names no base raises no doubt.
    """
    if not bases:
        return None
    trained, used = _variant(bases), _variant(model.names, model.context_train)
    if _differ(trained, used):
        return say(
            "The adapter was trained on “{base}”; “{model}” is a sibling of the same shape, so it would load, but "
            "answers may suffer.",
            base=bases[0],
            model=shown_name(model),
        )
    if trained.version and trained.version == used.version:
        return None
    if any(_means(name, model.names) for name in bases):
        return None
    return say(
        "The adapter was trained on “{base}” and not on “{model}”; its shape fits, but answers may suffer.",
        base=bases[0],
        model=shown_name(model),
    )


def _variant(names: Iterable[str], context_length: int = 0) -> _Variant:
    """Return what the names together say; a model's context length speaks where no name gives one."""
    joined = " ".join(names).lower()
    phi = _PHI.search(joined)
    if phi is None:
        return _Variant()
    size, context = _SIZE.search(joined), _CONTEXT.search(joined)
    length = f"{context_length // 1024}" if context_length >= 4096 else ""
    return _Variant(phi["version"].replace("_", "."), size[1] if size else "", context[1] if context else length)


def _differ(one: _Variant, other: _Variant) -> bool:
    pairs = ((one.version, other.version), (one.size, other.size), (one.context, other.context))
    return any(left and right and left != right for left, right in pairs)


def _means(name: str, names: Iterable[str]) -> bool:
    """Tell whether a name can mean the model of these names: all its words are there, and it was tuned alike."""
    words, others = _words([name]), _words(names)
    return bool(words) and words <= others and words & _TUNED == others & _TUNED


def _words(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        found |= set(_WORD.findall(name.lower())) - _FORMS
    return found


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def shown_name(model: GgufInfo) -> str:
    """Return a model's own name together with its file's, where the one does not say what the other does."""
    stem = model.names[-1] if model.names else model.name
    return model.name if _plain(model.name) in _plain(stem) or stem == model.name else f"{model.name} ({stem})"
