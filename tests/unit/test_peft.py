"""Adapters of PEFT become GGUF exactly: llama.cpp with the converted file against transformers and PEFT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phi3desk.model.engine import Engine
from phi3desk.model.models import AdapterUse, LoadOptions, Sampling, Turn
from phi3desk.model.store import AdapterStore, ModelStore
from phi3desk.paths import Paths
from tests.helpers.peft_adapters import logits_of, save_peft
from tests.helpers.tiny_phi3 import transformers_llama, transformers_model, write_tiny_llama, write_tiny_phi3

FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
SPLIT = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@dataclass(frozen=True)
class Kind:
    """A way to train an adapter: the model in transformers, the GGUF it is used with, PEFT's settings."""

    trained_on: Callable[[], Any]
    used_on: Callable[[Path], Path]
    settings: dict[str, Any] = field(default_factory=dict)


def untied_llama() -> Any:
    return transformers_llama(tied=False)


def fused(**settings: Any) -> Kind:
    return Kind(transformers_model, write_tiny_phi3, {"r": 4, "lora_alpha": 8, "target_modules": FUSED, **settings})


def split(**settings: Any) -> Kind:
    return Kind(untied_llama, write_tiny_phi3, {"r": 4, "lora_alpha": 8, "target_modules": SPLIT, **settings})


def llama(**settings: Any) -> Kind:
    return Kind(transformers_llama, write_tiny_llama, {"r": 4, "lora_alpha": 8, "target_modules": SPLIT, **settings})


KINDS = {
    "phi3-fused": fused(),
    "phi3-rank-6-alpha-7": fused(r=6, lora_alpha=7),
    "phi3-one-layer": fused(target_modules=["down_proj"], layers_to_transform=[1], layers_pattern="layers"),
    "phi3-all-linear": fused(target_modules="all-linear"),
    "phi3-rslora": fused(use_rslora=True),
    "phi3-half": fused(kind="float16"),
    "phi3-bfloat": fused(kind="bfloat16"),
    "phi3-fan-in-fan-out": fused(fan_in_fan_out=True),
    "phi3-head": fused(target_modules=["lm_head", "o_proj"]),
    "phi3-embedding": fused(target_modules=["embed_tokens", "o_proj"], alpha_pattern={"embed_tokens": 3}),
    "phi3-patterns": fused(
        rank_pattern={"o_proj": 2, "layers.0.mlp.down_proj": 8},
        alpha_pattern={r"layers\.1\..*": 20, "qkv_proj": 3},
    ),
    "split": split(),
    "split-q-and-v": split(target_modules=["q_proj", "v_proj"]),
    "split-up-only": split(target_modules=["up_proj", "k_proj"], use_rslora=True),
    "split-half": split(kind="float16"),
    "split-patterns": split(
        rank_pattern={"k_proj": 2, "up_proj": 6, r"layers.0.self_attn.q_proj": 3},
        alpha_pattern={"v_proj": 30, "up_proj": 1},
        use_rslora=True,
    ),
    "llama": llama(),
    "llama-q": llama(target_modules=["q_proj"]),
    "llama-patterns": llama(rank_pattern={"k_proj": 2}, alpha_pattern={"q_proj": 1}),
    "llama-half": llama(kind="float16"),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_converted_adapter_gives_the_logits_of_peft(kind: Kind, home: Paths, tmp_path: Path) -> None:
    model = kind.used_on(tmp_path / "base.gguf")
    ModelStore(home).use(ModelStore(home).add(model).name)
    adapted = save_peft(kind.trained_on(), tmp_path / "pumps", **kind.settings)
    entry = AdapterStore(home).add(tmp_path / "pumps")
    engine = Engine.load(model, LoadOptions(threads=1))
    try:
        plain = scores(engine)
        tokens = list(engine.context.tokens)
        engine.set_adapters([AdapterUse(entry.name, entry.path)])
        ours = scores(engine)
    finally:
        engine.close()
    theirs = logits_of(adapted, tokens)
    moved = float(np.abs(ours - plain).max())
    apart = float(np.abs(ours - theirs).max())
    print(f"moved {moved:.3f}, apart {apart:.6f}")
    base_apart = 0.02 * float(np.abs(theirs).max())
    assert apart < base_apart
    assert moved > 10 * apart


def scores(engine: Engine) -> Any:
    prompt = engine.prompt_tokens([Turn("user", "Which oil is in the pump?")])
    engine.context.keep(prompt)
    import threading

    engine.context.read(prompt, threading.Event(), lambda *_: None)
    return engine.context.logits()
