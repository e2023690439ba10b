"""Checks a LoRA adapter against a model before native code sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.model.base_identity import shown_name
from phi3desk.model.gguf import inspect, tensors_of
from phi3desk.model.gguf_header import TensorInfo
from phi3desk.model.types import GgufInfo

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
            adapter=name, theirs=adapter.architecture, model=shown_name(model), ours=model.architecture,
        )  # fmt: skip
    tensors = tensors_of(path)
    for half in tensors.values():
        base, _, suffix = half.name.rpartition(".")
        if suffix != "lora_a":
            continue
        if not _fits(model_tensors.get(base), half, tensors[f"{base}.lora_b"]):
            raise UserError(
                "The adapter “{adapter}” does not fit the model “{model}”: it was made for a model of another size or "
                "another build (“{tensor}”).",
                adapter=name, model=shown_name(model), tensor=base,
            )  # fmt: skip
        if base == EMBEDDING and HEAD not in model_tensors:
            # llama.cpp would use the pair for the output too, the wrong way round, and end the process
            raise UserError(
                "The adapter “{adapter}” changes the vocabulary of “{model}”, which uses one table for reading and for "
                "writing; llama.cpp cannot do that. Ask for it to be trained without embed_tokens.",
                adapter=name, model=shown_name(model),
            )  # fmt: skip
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
