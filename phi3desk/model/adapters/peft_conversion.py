"""Turns a LoRA adapter of PEFT into GGUF for a model, exactly: the same sum of low-rank parts, in ggml's tensors.

Names follow transformers' Phi3ForCausalLM, LlamaForCausalLM and Qwen2ForCausalLM, and llama.cpp's tensor names. Parts
that the GGUF holds in one tensor are stacked: with A of all parts one under the other and B block-diagonal, B·A is the
stack of the parts' own products. The rows of q and k are reordered for the `llama` architecture as llama.cpp's
converter does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType

import numpy as np

from phi3desk import __version__
from phi3desk.errors import UserError
from phi3desk.model.adapters.base_models import Base
from phi3desk.model.adapters.lora_gguf import Metadata, PlannedTensor, Values, write_gguf
from phi3desk.model.adapters.peft import HEAD, Pair, PeftAdapter
from phi3desk.model.adapters.safetensors_file import Array
from phi3desk.model.gguf import MADE_BY_KEY, RANK_KEY

#: where every part has a tensor of its own
_APART: dict[str, tuple[str, ...]] = {
    "attn_q": ("q",),
    "attn_k": ("k",),
    "attn_v": ("v",),
    "attn_output": ("o",),
    "ffn_gate": ("gate",),
    "ffn_up": ("up",),
    "ffn_down": ("down",),
}
#: tensor of a block in GGUF -> the parts in it, in the order of their rows, by architecture
TENSORS: dict[str, dict[str, tuple[str, ...]]] = {
    "phi3": {"attn_qkv": ("q", "k", "v"), "attn_output": ("o",), "ffn_up": ("gate", "up"), "ffn_down": ("down",)},
    "llama": _APART,
    "qwen2": _APART,
}
_FUSED: dict[tuple[str, ...], str] = {("q", "k", "v"): "qkv", ("gate", "up"): "gate_up"}
_HUB_NAME = re.compile(r"^[\w.-]+/[\w.-]+$")


@dataclass(frozen=True)
class _Place:
    """Which rows of a tensor a pair changes."""

    pair: Pair
    start: int
    rows: int


def convert(adapter: PeftAdapter, base: Base, target: Path, notes: Metadata = MappingProxyType({})) -> None:
    """Write the adapter for a base as GGUF, with `notes` in its metadata.

    Raises UserError where it does not fit the base or its weights are unusable.
    """
    tensors = plan(adapter, base)
    try:
        write_gguf(target, {**_metadata(adapter, base.info.architecture), **notes}, tensors)
    except OSError as error:
        raise UserError("The adapter cannot be written: {reason}.", reason=error.strerror or str(error)) from None


def plan(adapter: PeftAdapter, base: Base) -> list[PlannedTensor]:
    """Return what `convert` would write, every shape checked against the base; UserError where it does not fit."""
    architecture = base.info.architecture
    if architecture not in TENSORS:
        raise UserError(
            "Adapters from training can be converted for models of the kinds phi3, llama and qwen2 only; "
            "“{model}” is of the kind {kind}. Ask for the adapter as GGUF.",
            model=base.info.name,
            kind=architecture,
        )
    planned: list[PlannedTensor] = []
    for block, parts in sorted(adapter.pairs.blocks.items()):
        planned += _plan_block(adapter, base, block, parts)
    for module, pair in sorted(adapter.pairs.outer.items()):
        planned += _plan_outer(adapter, base, module, pair)
    return planned


def _plan_block(adapter: PeftAdapter, base: Base, block: int, parts: dict[str, Pair]) -> list[PlannedTensor]:
    planned: list[PlannedTensor] = []
    left = dict(parts)
    for stem, wanted in TENSORS[base.info.architecture].items():
        name = f"blk.{block}.{stem}.weight"
        whole = left.pop(_FUSED.get(wanted, wanted[0]), None)
        pieces = {part: left.pop(part) for part in wanted if part in left}
        if whole is None and not pieces:
            continue
        if whole is not None and pieces:
            raise _both(adapter, whole.module)
        first = whole or next(iter(pieces.values()))
        tensor = base.tensors.get(name)
        if tensor is None or len(tensor.shape) != 2:
            raise _does_not_fit(adapter, base, first.module)
        columns, rows = tensor.shape
        placed = [_Place(whole, 0, rows)] if whole else _places(base, block, pieces, wanted, rows)
        heads = _heads(base, wanted)
        for place in placed:
            if (place.pair.columns, place.pair.rows) != (columns, place.rows) or (heads and place.rows % (2 * heads)):
                raise _does_not_fit(adapter, base, place.pair.module)
        planned += _planned(adapter, name, placed, rows, heads)
    if left:
        raise _does_not_fit(adapter, base, next(iter(left.values())).module)
    return planned


def _places(base: Base, block: int, pieces: Mapping[str, Pair], parts: Sequence[str], total: int) -> list[_Place]:
    """Return where the rows of each piece lie in a tensor: q as wide as the output's input, then k and v alike."""
    rows = dict.fromkeys(parts, total // len(parts))
    output = base.tensors.get(f"blk.{block}.attn_output.weight")
    if parts == ("q", "k", "v") and output is not None:
        queries = output.shape[0]
        rows = {"q": queries, "k": (total - queries) // 2, "v": (total - queries) // 2}
    starts = dict(zip(parts, accumulate(rows.values(), initial=0), strict=False))
    return [_Place(pair, starts[part], rows[part]) for part, pair in pieces.items()]


def _heads(base: Base, parts: Sequence[str]) -> int:
    """Return the heads whose rows the converter reordered for the `llama` architecture; 0 where it did not."""
    if base.info.architecture != "llama" or parts not in (("q",), ("k",)):
        return 0
    heads = base.header.metadata.get("llama.attention.head_count")
    if parts == ("k",):
        heads = base.header.metadata.get("llama.attention.head_count_kv", heads)
    if not isinstance(heads, int) or heads < 1:
        raise UserError(
            "“{model}” has blocks of different shapes, for which adapters from training cannot be "
            "converted. Ask for the adapter as GGUF.",
            model=base.info.name,
        )
    return heads


def _planned(adapter: PeftAdapter, name: str, places: Sequence[_Place], rows: int, heads: int) -> list[PlannedTensor]:
    """Return the two halves for one tensor."""
    pairs = [place.pair for place in places]
    rank = sum(pair.rank for pair in pairs)
    factors = [_factor(adapter, pair, rank) for pair in pairs]
    read, half = adapter.weights.read, adapter.weights.half

    def make_a() -> Values:
        return np.concatenate([read(pair.a) for pair in pairs])

    def make_b() -> Values:
        stacked = np.zeros((rows, rank), np.float32)
        column = 0
        for place, factor in zip(places, factors, strict=True):
            pair = place.pair
            part = _scaled(adapter, pair, factor)
            part = _reorder(part, heads) if heads else part
            stacked[place.start : place.start + place.rows, column : column + pair.rank] = part
            column += pair.rank
        return stacked

    half_b = all(half(pair.b) for pair in pairs) and all(factor == 1.0 for factor in factors)
    return [
        PlannedTensor(f"{name}.lora_a", (rank, pairs[0].columns), all(half(pair.a) for pair in pairs), make_a),
        PlannedTensor(f"{name}.lora_b", (rows, rank), half_b, make_b),
    ]


def _plan_outer(adapter: PeftAdapter, base: Base, module: str, pair: Pair) -> list[PlannedTensor]:
    """Plan the adapter of the embedding or of the head."""
    if "output.weight" not in base.tensors:
        raise UserError(
            "The adapter “{adapter}” changes the vocabulary of a model that uses one table for reading and "
            "for writing; llama.cpp cannot do that. Ask for it to be trained without {module}.",
            adapter=adapter.folder.name,
            module=module,
        )
    name = "output.weight" if module == HEAD else "token_embd.weight"
    tensor = base.tensors.get(name)
    if tensor is None or (pair.columns, pair.rows) != (tensor.shape if module == HEAD else tensor.shape[::-1]):
        raise _does_not_fit(adapter, base, module)
    if module == HEAD:
        return _planned(adapter, name, [_Place(pair, 0, pair.rows)], pair.rows, 0)
    factor = _factor(adapter, pair, pair.rank)
    read, half = adapter.weights.read, adapter.weights.half
    # llama.cpp looks rows up in A as it does in the embedding, so A lies the other way round
    return [
        PlannedTensor(f"{name}.lora_a", (pair.columns, pair.rank), half(pair.a), lambda: read(pair.a).T),
        PlannedTensor(
            f"{name}.lora_b",
            (pair.rows, pair.rank),
            half(pair.b) and factor == 1.0,
            lambda: _scaled(adapter, pair, factor),
        ),
    ]


def _factor(adapter: PeftAdapter, pair: Pair, rank: int) -> float:
    """Return what B is multiplied by: llama.cpp scales by the file's alpha / the tensor's rank, PEFT by each pair's."""
    factor = pair.scale * rank / adapter.config.alpha
    return 1.0 if math.isclose(factor, 1.0, rel_tol=1e-12) else factor


def _scaled(adapter: PeftAdapter, pair: Pair, factor: float) -> Array:
    values = adapter.weights.read(pair.b)
    if factor == 1.0:
        return values
    with np.errstate(over="ignore"):
        scaled: Array = (values.astype(np.float64) * factor).astype(np.float32)
    if not np.isfinite(scaled).all():
        raise UserError(
            "“{name}” is damaged: the weights of “{module}” are impossibly large.",
            name=adapter.folder.name,
            module=pair.module,
        )
    return scaled


def _reorder(rows: Array, heads: int) -> Array:
    """Reorder rows from transformers' halves to llama.cpp's pairs of rotary positions (LlamaModel.permute)."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def _metadata(adapter: PeftAdapter, architecture: str) -> Metadata:
    config = adapter.config
    made_by = f"PEFT {config.version}".strip() + f", converted by phi3desk {__version__}"
    metadata: dict[str, str | int | float] = {
        "general.architecture": architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": float(config.alpha),
        "general.name": adapter.folder.name,
        RANK_KEY: config.rank,
        MADE_BY_KEY: made_by,
    }
    for name in adapter.base_names:
        metadata["general.base_model.count"] = 1
        metadata["general.base_model.0.name"] = name
        if _HUB_NAME.match(config.base):
            metadata["general.base_model.0.organization"] = config.base.partition("/")[0]
            metadata["general.base_model.0.repo_url"] = f"https://huggingface.co/{config.base}"
        if config.revision:
            metadata["general.base_model.0.version"] = config.revision
    return metadata


def _does_not_fit(adapter: PeftAdapter, base: Base, module: str) -> UserError:
    return UserError(
        "The adapter “{adapter}” does not fit the model “{model}”: it was made for a model of another "
        "size or another build (“{module}”). Add the model it was trained on first.",
        adapter=adapter.folder.name,
        model=base.entry.name,
        module=module,
    )


def _both(adapter: PeftAdapter, module: str) -> UserError:
    return UserError(
        "“{name}” is damaged: it holds “{tensor}” whole and in parts.", name=adapter.folder.name, tensor=module
    )
