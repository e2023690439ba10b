"""Reads a LoRA adapter as PEFT saves it: a folder with `adapter_config.json` and `adapter_model.safetensors`.

Nothing of it is run: weights in Python's pickle form are refused. Names of modules follow transformers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.model.adapters.peft_config import PeftConfig, read_config
from phi3desk.model.adapters.peft_folder import WEIGHTS
from phi3desk.model.adapters.safetensors_file import SafetensorsFile, open_safetensors

#: module of a block in transformers -> its part of the block's weights
PARTS = {
    "self_attn.q_proj": "q", "self_attn.k_proj": "k", "self_attn.v_proj": "v", "self_attn.qkv_proj": "qkv",
    "self_attn.o_proj": "o", "mlp.gate_proj": "gate", "mlp.up_proj": "up", "mlp.gate_up_proj": "gate_up",
    "mlp.down_proj": "down",
}  # fmt: skip
EMBEDDING, HEAD = "embed_tokens", "lm_head"

_BLOCK_KEY = re.compile(r"^(?:model\.)?layers\.(?P<block>\d{1,3})\.(?P<part>(?:self_attn|mlp)\.\w+)$")
_OUTER_KEY = re.compile(rf"^(?:model\.)?({EMBEDDING}|{HEAD})$")
_HALF_KEY = re.compile(
    r"^(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<half>embedding_A|embedding_B|A|B)(?:\.\w+)?(?:\.weight)?$"
)


@dataclass(frozen=True)
class Pair:
    """The two halves of one module's adapter, with the factor that PEFT gives their product."""

    module: str
    a: str
    b: str
    rank: int
    scale: float
    rows: int
    columns: int


@dataclass
class Pairs:
    """The pairs of a file: by block and part, and those of the embedding and the head by name."""

    blocks: dict[int, dict[str, Pair]] = field(default_factory=dict)
    outer: dict[str, Pair] = field(default_factory=dict)


@dataclass(frozen=True)
class PeftAdapter:
    """An adapter as PEFT saved it."""

    folder: Path
    config: PeftConfig
    weights: SafetensorsFile
    pairs: Pairs

    @property
    def base_names(self) -> tuple[str, ...]:
        """The base's name without its owner or folder; empty where none is given."""
        name = re.split(r"[/\\]", self.config.base.rstrip("/\\"))[-1]
        return (name,) if name else ()


def read_peft(folder: Path) -> PeftAdapter:
    """Read an adapter's configuration and the list of its tensors; UserError with what it cannot be used for."""
    config = read_config(folder)
    file = open_safetensors(folder / WEIGHTS)
    return PeftAdapter(folder, config, file, _sort(file, config, folder.name))


def _sort(file: SafetensorsFile, config: PeftConfig, name: str) -> Pairs:
    """Pair the halves and sort the pairs; UserError for whatever is no half of a low-rank pair."""
    found = Pairs()
    for module, halves in _halves(file, name).items():
        block = _BLOCK_KEY.match(module)
        part = PARTS.get(block["part"]) if block else _OUTER_KEY.sub(r"\1", module)
        # looked at before any pattern of the configuration is tried on the name
        if part is None or not (block or _OUTER_KEY.match(module)):
            raise UserError(
                "“{name}” changes a layer that this program does not know (“{module}”).", name=name, module=module
            )
        there = found.blocks.setdefault(int(block["block"]), {}) if block else found.outer
        if part in there:
            raise _twice(name, module)
        there[part] = _pair(file, config, module, halves, name)
    if not found.blocks and not found.outer:
        raise UserError("“{name}” holds no adapter weights.", name=name)
    return found


def _halves(file: SafetensorsFile, name: str) -> dict[str, dict[str, str]]:
    """Return the names of the tensors A and B of each module."""
    halves: dict[str, dict[str, str]] = {}
    whole: list[str] = []
    for key in file.spans:
        match = _HALF_KEY.match(key)
        if "lora_magnitude_vector" in key:
            raise UserError(
                "“{name}” has more than a LoRA adapter can carry: {what}. Ask for it to be {wish}.",
                name=name,
                what="DoRA",
                wish="trained without DoRA (use_dora=False)",
            )
        if match is None:
            whole.append(key)
        elif halves.setdefault(match["module"], {}).setdefault(match["half"][-1], key) != key:
            raise _twice(name, match["module"])
    _check_whole(whole, halves, name)
    return halves


def _check_whole(keys: Sequence[str], halves: Mapping[str, Mapping[str, str]], name: str) -> None:
    """Refuse weights that are not low-rank, but for the base's own that PEFT saves beside an adapted embedding."""
    for key in keys:
        module = key.removeprefix("base_model.model.").removesuffix(".weight").removesuffix(".base_layer")
        if module in halves and module.rpartition(".")[2] in (EMBEDDING, HEAD):
            continue
        raise UserError(
            "“{name}” has more than a LoRA adapter can carry: {what}. Ask for it to be {wish}.",
            name=name,
            what=f"whole weights (“{key[:80]}”)",
            wish='trained without modules_to_save and with bias="none"',
        )


def _pair(file: SafetensorsFile, config: PeftConfig, module: str, halves: Mapping[str, str], name: str) -> Pair:
    if len(halves) != 2:
        raise UserError("“{name}” is damaged: one half of “{tensor}” is missing.", name=name, tensor=module)
    a, b = file.spans[halves["A"]].shape, file.spans[halves["B"]].shape
    rank = config.rank_of(module)
    if len(a) != 2 or len(b) != 2 or (a[0], b[1]) != (rank, rank) or 0 in (*a, *b):
        raise UserError(
            "“{name}” is damaged: the weights of “{tensor}” do not have the rank that its configuration says ({rank}).",
            name=name,
            tensor=module,
            rank=rank,
        )
    return Pair(module, halves["A"], halves["B"], rank, config.scale_of(module), b[0], a[1])


def _twice(name: str, module: str) -> UserError:
    return UserError("“{name}” is damaged: it holds “{tensor}” twice.", name=name, tensor=module)
