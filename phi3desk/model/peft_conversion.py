"""Turns a LoRA adapter of PEFT into GGUF for a model, exactly: the same sum of low-rank parts, in ggml's tensors.

Names follow transformers' Phi3ForCausalLM and LlamaForCausalLM, and llama.cpp's tensor names. Parts that the GGUF
holds in one tensor are stacked: with A of all parts one under the other and B block-diagonal, B·A is the stack of the
parts' own products. The rows of q and k are reordered for the `llama` architecture as llama.cpp's converter does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from phi3desk import __version__
from phi3desk.errors import UserError
from phi3desk.model.gguf import MADE_BY_KEY, RANK_KEY
from phi3desk.model.gguf_header import Header, TensorInfo
from phi3desk.model.lora_gguf import Metadata, PlannedTensor, Values, write_gguf
from phi3desk.model.peft import EMBEDDING, HEAD, Pair, PeftAdapter
from phi3desk.model.safetensors_file import Array

#: tensor of a block in GGUF -> the parts in it, in the order of their rows, by architecture
TENSORS = {
    "phi3": {"attn_qkv": ("q", "k", "v"), "attn_output": ("o",), "ffn_up": ("gate", "up"), "ffn_down": ("down",)},
    "llama": {
        "attn_q": ("q",), "attn_k": ("k",), "attn_v": ("v",), "attn_output": ("o",), "ffn_gate": ("gate",),
        "ffn_up": ("up",), "ffn_down": ("down",),
    },
}  # fmt: skip
_FUSED = {("q", "k", "v"): "qkv", ("gate", "up"): "gate_up"}
_HUB_NAME = re.compile(r"^[\w.-]+/[\w.-]+$")


def convert(adapter: PeftAdapter, base: Header, base_tensors: Mapping[str, TensorInfo], target: Path) -> None:
    """Write the adapter for a base as GGUF; UserError where it does not fit the base or its weights are unusable."""
    tensors = plan(adapter, base, base_tensors)
    try:
        write_gguf(target, _metadata(adapter, base.text("general.architecture")), tensors)
    except OSError as error:
        raise UserError("The adapter cannot be written: {reason}.", reason=error.strerror or str(error)) from None


def plan(adapter: PeftAdapter, base: Header, base_tensors: Mapping[str, TensorInfo]) -> list[PlannedTensor]:
    """Return what `convert` would write, every shape checked against the base; UserError where it does not fit."""
    architecture = base.text("general.architecture")
    if architecture not in TENSORS:
        raise UserError("Adapters from training can be converted for models of the kinds phi3 and llama only; this "
                        "model is {kind}. Ask for the adapter as GGUF.", kind=architecture)  # fmt: skip
    planned: list[PlannedTensor] = []
    for block, parts in sorted(adapter.pairs.blocks.items()):
        planned += _plan_block(adapter, base, base_tensors, block, parts)
    for module, pair in sorted(adapter.pairs.outer.items()):
        planned += _plan_outer(adapter, base_tensors, module, pair)
    return planned


def _plan_block(
    adapter: PeftAdapter, base: Header, base_tensors: Mapping[str, TensorInfo], block: int, parts: dict[str, Pair]
) -> list[PlannedTensor]:
    planned: list[PlannedTensor] = []
    architecture = base.text("general.architecture")
    left = dict(parts)
    for stem, wanted in TENSORS[architecture].items():
        name = f"blk.{block}.{stem}.weight"
        fused = _FUSED.get(wanted, wanted[0])
        chosen = [fused] if fused in left else [part for part in wanted if part in left]
        if not chosen:
            continue
        if fused in left and fused not in wanted and any(part in left for part in wanted):
            raise _both(adapter, left[fused].module)
        tensor = base_tensors.get(name)
        if tensor is None:
            raise _does_not_fit(adapter, left[chosen[0]].module)
        rows = {fused: tensor.shape[1]} if chosen == [fused] else _rows(base_tensors, block, wanted, tensor.shape[1])
        pieces = [(left.pop(part), start, count) for part, (start, count) in _places(rows, chosen).items()]
        for pair, _, count in pieces:
            if pair.columns != tensor.shape[0] or pair.rows != count:
                raise _does_not_fit(adapter, pair.module)
        heads = _heads(base, wanted[0]) if architecture == "llama" and len(wanted) == 1 else 0
        planned += _planned(adapter, name, pieces, tensor.shape[1], heads)
    if left:
        raise _does_not_fit(adapter, next(iter(left.values())).module)
    return planned


def _rows(base_tensors: Mapping[str, TensorInfo], block: int, parts: Sequence[str], total: int) -> dict[str, int]:
    """Return how many rows of a tensor belong to each part: queries as wide as the output's input, then k and v."""
    if parts == ("q", "k", "v"):
        output = base_tensors.get(f"blk.{block}.attn_output.weight")
        queries = output.shape[0] if output is not None else 0
        return {"q": queries, "k": (total - queries) // 2, "v": (total - queries) // 2}
    return {part: total // len(parts) for part in parts}


def _places(rows: Mapping[str, int], chosen: Sequence[str]) -> dict[str, tuple[int, int]]:
    places, start = {}, 0
    for part, count in rows.items():
        if part in chosen:
            places[part] = (start, count)
        start += count
    return places


def _heads(base: Header, part: str) -> int:
    """Return the heads whose rows the converter reordered for the `llama` architecture; 0 where it did not."""
    heads = base.whole("llama.attention.head_count")
    return {"q": heads, "k": base.whole("llama.attention.head_count_kv") or heads}.get(part, 0)


def _planned(
    adapter: PeftAdapter, name: str, pieces: Sequence[tuple[Pair, int, int]], rows: int, heads: int
) -> list[PlannedTensor]:
    """Return the two halves for one tensor. llama.cpp multiplies by alpha / rank of the tensor; B carries the rest."""
    rank = sum(pair.rank for pair, _, _ in pieces)
    factors = [pair.scale * rank / adapter.config.alpha for pair, _, _ in pieces]
    read = adapter.weights.read

    def make_a() -> Values:
        return np.concatenate([read(pair.a) for pair, _, _ in pieces])

    def make_b() -> Values:
        stacked = np.zeros((rows, rank), np.float32)
        column = 0
        for (pair, start, count), factor in zip(pieces, factors, strict=True):
            part = _scaled(read(pair.b), factor, adapter, pair)
            stacked[start : start + count, column : column + pair.rank] = _reorder(part, heads) if heads else part
            column += pair.rank
        return stacked

    half = adapter.weights.half
    half_a = all(half(pair.a) for pair, _, _ in pieces)
    half_b = all(half(pair.b) for pair, _, _ in pieces) and all(factor == 1.0 for factor in factors)
    return [
        PlannedTensor(f"{name}.lora_a", (rank, pieces[0][0].columns), half_a, make_a),
        PlannedTensor(f"{name}.lora_b", (rows, rank), half_b, make_b),
    ]


def _plan_outer(
    adapter: PeftAdapter, base_tensors: Mapping[str, TensorInfo], module: str, pair: Pair
) -> list[PlannedTensor]:
    """Plan the adapter of the embedding or of the head."""
    last = module.rpartition(".")[2]
    tied = "output.weight" not in base_tensors
    if last not in (EMBEDDING, HEAD):
        raise _does_not_fit(adapter, module)
    if tied:
        raise UserError("The adapter “{adapter}” changes the vocabulary of a model that uses one table for reading and "
                        "for writing; llama.cpp cannot do that. Ask for it to be trained without {module}.",
                        adapter=adapter.folder.name, module=last)  # fmt: skip
    name = "output.weight" if last == HEAD else "token_embd.weight"
    tensor = base_tensors.get(name)
    if tensor is None or (pair.columns, pair.rows) != (tensor.shape if last == HEAD else tensor.shape[::-1]):
        raise _does_not_fit(adapter, module)
    if last == HEAD:
        return _planned(adapter, name, [(pair, 0, pair.rows)], pair.rows, 0)
    factor = pair.scale * pair.rank / adapter.config.alpha
    read, half = adapter.weights.read, adapter.weights.half
    # llama.cpp looks rows up in A as it does in the embedding, so A lies the other way round
    return [
        PlannedTensor(f"{name}.lora_a", (pair.columns, pair.rank), half(pair.a), lambda: read(pair.a).T),
        PlannedTensor(
            f"{name}.lora_b", (pair.rows, pair.rank), half(pair.b) and factor == 1.0,
            lambda: _scaled(read(pair.b), factor, adapter, pair),
        ),
    ]  # fmt: skip


def _scaled(values: Array, factor: float, adapter: PeftAdapter, pair: Pair) -> Array:
    if factor == 1.0:
        return values
    with np.errstate(over="ignore"):
        scaled: Array = (values.astype(np.float64) * factor).astype(np.float32)
    if not np.isfinite(scaled).all():
        raise UserError("“{name}” is damaged: the weights of “{module}” are impossibly large.",
                        name=adapter.folder.name, module=pair.module)  # fmt: skip
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
    if adapter.base_name:
        metadata["general.base_model.count"] = 1
        metadata["general.base_model.0.name"] = adapter.base_name
        if _HUB_NAME.match(config.base):
            metadata["general.base_model.0.organization"] = config.base.partition("/")[0]
            metadata["general.base_model.0.repo_url"] = f"https://huggingface.co/{config.base}"
        if config.revision:
            metadata["general.base_model.0.version"] = config.revision
    return metadata


def _does_not_fit(adapter: PeftAdapter, module: str) -> UserError:
    return UserError("The adapter “{adapter}” does not fit this model: it was made for a model of another size or "
                     "another build (“{module}”).", adapter=adapter.folder.name, module=module)  # fmt: skip


def _both(adapter: PeftAdapter, module: str) -> UserError:
    return UserError("“{name}” is damaged: it holds “{tensor}” whole and in parts.", name=adapter.folder.name,
                     tensor=module)  # fmt: skip
