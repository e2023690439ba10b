"""Checks a LoRA adapter against a model before native code sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.errors import Sentence, UserError, say
from phi3desk.model.adapters.base_models import Base, base_doubt, open_base, shown_name
from phi3desk.model.gguf import inspect, tensors_of
from phi3desk.model.gguf_header import TensorInfo
from phi3desk.model.types import AdapterEntry, AdapterUse, GgufInfo, ModelEntry

EMBEDDING, HEAD = "token_embd.weight", "output.weight"


def check_adapter(path: str | Path, model: GgufInfo, model_tensors: Mapping[str, TensorInfo]) -> GgufInfo:
    """Read an adapter and make sure that it fits a model by architecture, tensor names and shapes.

    The rules are those of llama_adapter_lora_init, and of the products that llama.cpp asserts later. Raises UserError
    with the reason.
    """
    adapter = inspect(path, "adapter")
    name = Path(path).stem
    if adapter.architecture != model.architecture:
        raise UserError(
            "The adapter “{adapter}” was made for another kind of model ({theirs}); “{model}” is of the kind {ours}.",
            adapter=name,
            theirs=adapter.architecture,
            model=shown_name(model),
            ours=model.architecture,
        )
    tensors = tensors_of(path)
    for half in tensors.values():
        base, _, suffix = half.name.rpartition(".")
        if suffix != "lora_a":
            continue
        if not _fits(model_tensors.get(base), half, tensors[f"{base}.lora_b"]):
            raise UserError(
                "The adapter “{adapter}” does not fit the model “{model}”: it was made for a model of another size or "
                "another build (“{tensor}”).",
                adapter=name,
                model=shown_name(model),
                tensor=base,
            )
        if base == EMBEDDING and HEAD not in model_tensors:
            # llama.cpp would use the pair for the output too, the wrong way round, and end the process
            raise UserError(
                "The adapter “{adapter}” changes the vocabulary of “{model}”, which uses one table for reading and for "
                "writing; llama.cpp cannot do that. Ask for it to be trained without embed_tokens.",
                adapter=name,
                model=shown_name(model),
            )
    return adapter


def _fits(base: TensorInfo | None, lora_a: TensorInfo, lora_b: TensorInfo) -> bool:
    if base is None:
        return False
    weight, a, b = (_matrix(tensor.shape) for tensor in (base, lora_a, lora_b))
    if base.name == EMBEDDING:
        return weight == (b[1], a[1]) and a[0] == b[0]
    return weight == (a[0], b[1]) and a[1] == b[0]


def _matrix(shape: tuple[int, ...]) -> tuple[int, int]:
    first, second = (*shape, 1, 1)[:2]
    return first, second


@dataclass(frozen=True)
class Fit:
    """Whether an adapter fits a model: True, False with the reason, or None where only its base's name differs."""

    fits: bool | None
    reason: Sentence | None = None


def fit_of(entry: AdapterEntry, base: Base) -> Fit:
    """Say whether a kept adapter fits a model; a base that the user confirmed counts as its own."""
    try:
        info = check_adapter(entry.path, base.info, base.tensors)
    except UserError as error:
        return Fit(False, error.sentence)
    doubt = base_doubt(info.names, base.info)
    if doubt is None or base.info.identity in entry.confirmed:
        return Fit(True)
    return Fit(None, doubt)


@dataclass(frozen=True)
class Misfit:
    """An adapter that does not fit a model, or fits it by its shape alone (`doubtful`), with the reason."""

    name: str
    file: str
    model: str
    reason: Sentence
    doubtful: bool


def misfits(uses: Sequence[AdapterUse], kept: Sequence[AdapterEntry], model: ModelEntry) -> tuple[Misfit, ...]:
    """Return what speaks against the adapters in use on a model; those at strength 0 are not looked at.

    `kept` are the adapters of the store; one that is not among them is named as missing. Reads the headers of model
    and adapters, so not for the window's thread. Raises UserError where the model's file cannot be used.
    """
    known = {entry.path: entry for entry in kept}
    active = [use for use in uses if use.strength > 0]
    if not active:
        return ()
    base = open_base(model)
    found = []
    for use in active:
        entry = known.get(use.path)
        missing = say("The file of the adapter “{name}” is not there any more.", name=use.name)
        fit = fit_of(entry, base) if entry is not None else Fit(False, missing)
        if not fit.fits and fit.reason is not None:
            found.append(Misfit(use.name, use.path, model.name, fit.reason, fit.fits is None))
    return tuple(found)


@dataclass(frozen=True)
class Placed:
    """An adapter beneath the model that it fits best; `model` is that one's name, empty where it fits none here."""

    entry: AdapterEntry
    model: str
    fit: Fit


def place_adapters(adapters: Sequence[AdapterEntry], models: Sequence[ModelEntry]) -> list[Placed]:
    """Find the base of each adapter among the models, those of the same name first; reads headers, off the window."""
    bases = []
    for model in sorted(models, key=lambda model: not model.in_use) if adapters else ():
        try:
            bases.append(open_base(model))
        except UserError:
            continue
    return [_placed(entry, bases) for entry in adapters]


def _placed(entry: AdapterEntry, bases: Sequence[Base]) -> Placed:
    doubtful: Placed | None = None
    refused: Sentence | None = None
    for base in bases:
        fit = fit_of(entry, base)
        placed = Placed(entry, base.entry.name, fit)
        if fit.fits:
            return placed
        if fit.fits is None:
            doubtful = doubtful or placed
        elif base.info.architecture == entry.architecture:
            refused = refused or fit.reason
    missing = say("Its model is not on this machine. Add it to use this adapter.")
    return doubtful or Placed(entry, "", Fit(False, refused or missing))
