"""Checks a LoRA adapter against a model before native code sees it."""

from __future__ import annotations

from pathlib import Path

from phi3desk.errors import Sentence, UserError, say
from phi3desk.model.gguf import inspect, tensors_of
from phi3desk.model.gguf_header import TensorInfo
from phi3desk.model.models import GgufInfo


def check_adapter(path: str | Path, model: GgufInfo, model_tensors: dict[str, TensorInfo]) -> GgufInfo:
    """Read an adapter and make sure that it fits a model by architecture, tensor names and shapes.

    The rules are those of llama_adapter_lora_init. Raises UserError with the reason.
    """
    adapter = inspect(path, "adapter")
    name = Path(path).stem
    if adapter.architecture != model.architecture:
        raise UserError(
            "The adapter “{adapter}” was made for another kind of model ({theirs}); the model in use is {ours}.",
            adapter=name, theirs=adapter.architecture, ours=model.architecture,
        )  # fmt: skip
    tensors = tensors_of(path)
    for half in tensors.values():
        base, _, suffix = half.name.rpartition(".")
        if suffix == "lora_a" and not _fits(model_tensors.get(base), half, tensors[f"{base}.lora_b"]):
            raise UserError(
                "The adapter “{adapter}” does not fit the model in use: it was made for a model of another size or "
                "another build (“{tensor}”).",
                adapter=name, tensor=base,
            )  # fmt: skip
    return adapter


def base_doubt(adapter: GgufInfo, model: GgufInfo) -> Sentence | None:
    """Return a warning where an adapter names another base than the model in use, although its shapes fit.

    Siblings of one shape (Phi-3-mini 4k, 128k, 3.5) cannot be told apart by tensors.
    """
    if not adapter.base_name or _plain(adapter.base_name) in _plain(model.name):
        return None
    return say(
        "The adapter was trained on “{base}” and the model in use is “{model}”; answers may suffer.",
        base=adapter.base_name,
        model=model.name,
    )


def _fits(base: TensorInfo | None, lora_a: TensorInfo, lora_b: TensorInfo) -> bool:
    if base is None:
        return False
    weight, a, b = (_matrix(tensor.shape) for tensor in (base, lora_a, lora_b))
    if base.name.endswith("token_embd.weight"):
        return weight == (b[1], a[1])
    return weight == (a[0], b[1]) and a[1] == b[0]


def _matrix(shape: tuple[int, ...]) -> tuple[int, int]:
    first, second = (*shape, 1, 1)[:2]
    return first, second


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
