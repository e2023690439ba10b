"""Adapters of PEFT become GGUF exactly: llama.cpp with the converted file against transformers and PEFT."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from phi3desk.errors import UserError
from phi3desk.model.adapters.base_models import DoubtfulBase, open_base
from phi3desk.model.adapters.compatibility import fit_of
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from tests.helpers.exact_llama import exact_logits
from tests.helpers.peft_adapters import logits_of, save_peft, write_peft
from tests.helpers.tiny_phi3 import (
    config,
    transformers_llama,
    transformers_model,
    transformers_qwen2,
    write_tiny_llama,
    write_tiny_phi3,
    write_tiny_qwen2,
)

FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
SPLIT = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PROMPT = [1, 300, 310, 320, 305, 331, 299, 290, 340, 307]
#: rounding of 32-bit sums, relative to the largest score
TOLERANCE = 1e-5
#: 16-bit weights make llama.cpp round what it multiplies them with to 16 bits
TOLERANCE_HALF = 2e-3


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


def qwen2(**settings: Any) -> Kind:
    return Kind(transformers_qwen2, write_tiny_qwen2, {"r": 4, "lora_alpha": 8, "target_modules": SPLIT, **settings})


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
    "qwen2": qwen2(),
    "qwen2-last-block": qwen2(target_modules=["q_proj", "k_proj"], layers_to_transform=[1]),
    "qwen2-half": qwen2(kind="float16"),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_converted_adapter_gives_the_logits_of_peft(kind: Kind, home: Paths, tmp_path: Path) -> None:
    model = kind.used_on(tmp_path / "base.gguf")
    in_use(home, model)
    adapted = save_peft(kind.trained_on(), tmp_path / "pumps", **kind.settings)
    entry = AdapterStore(home).add(tmp_path / "pumps")
    plain, ours = exact_logits(model, PROMPT, {}), exact_logits(model, PROMPT, {Path(entry.path): 1.0})
    theirs = logits_of(adapted, PROMPT)
    apart, moved = float(np.abs(ours - theirs).max()), float(np.abs(ours - plain).max())
    tolerance = TOLERANCE_HALF if kind.settings.get("kind") == "float16" else TOLERANCE
    assert apart < tolerance * float(np.abs(theirs).max())
    assert moved > 100 * apart


def in_use(home: Paths, model: Path) -> None:
    models = ModelStore(home)
    models.use(models.add(model).name)


A = "base_model.model.model.layers.{}.{}.lora_A.weight"
B = "base_model.model.model.layers.{}.{}.lora_B.weight"
OUTPUT = "self_attn.o_proj"
SHAPE = config()


def halves(module: str = OUTPUT, rows: int = 64, columns: int = 64, rank: int = 4, block: int = 0) -> dict[str, Any]:
    return {
        A.format(block, module): np.ones((rank, columns), np.float32),
        B.format(block, module): np.ones((rows, rank), np.float32),
    }


@pytest.fixture
def store(home: Paths, tiny_phi3: Path) -> AdapterStore:
    in_use(home, tiny_phi3)
    return AdapterStore(home)


def refusal(store: AdapterStore, path: Path) -> str:
    with pytest.raises(UserError) as refused:
        store.add(path)
    assert not [entry for entry in store.list() if not entry.starter]
    assert list(path.parent.glob("home/adapters/*")) == []
    return str(refused.value)


CONFIGURATIONS = {
    "dora": ({"use_dora": True}, "trained without DoRA"),
    "modules": ({"modules_to_save": ["lm_head"]}, "without modules_to_save"),
    "bias": ({"bias": "lora_only"}, 'with bias="none"'),
    "lora-bias": ({"lora_bias": True}, "lora_bias=False"),
    "tokens": ({"trainable_token_indices": [1]}, "newly trained tokens"),
    "parameters": ({"target_parameters": ["x"]}, "target_modules only"),
    "keyword": ({"alora_invocation_tokens": [1]}, "plain LoRA"),
    "start": ({"init_lora_weights": "pissa"}, "changed base (pissa)"),
    "ia3": ({"peft_type": "IA3"}, "another kind (IA3)"),
    "adalora": ({"peft_type": "ADALORA"}, "trained as LoRA"),
    "prompt": ({"peft_type": "PROMPT_TUNING"}, "PROMPT_TUNING"),
    "nameless": ({"peft_type": None}, "unnamed"),
    "rank": ({"r": 8}, "do not have the rank"),
    "no-rank": ({"r": 0}, "impossible"),
    "no-alpha": ({"lora_alpha": "8"}, "impossible"),
    "runaway": ({"rank_pattern": {"(a+)+b": 4}}, "pattern"),
    "doubling-pattern": ({"rank_pattern": {"(a|a)" * 30: 4}}, "pattern"),
    "optional-pattern": ({"rank_pattern": {"a?" * 30 + "b": 4}}, "pattern"),
    "too-many-patterns": ({"rank_pattern": {f".*x{number}": 4 for number in range(20)}}, "too many patterns"),
    "broken-pattern": ({"alpha_pattern": {"(": 4}}, "pattern"),
    "patterns": ({"alpha_pattern": [1]}, "cannot be read"),
    "huge": ({"alpha_pattern": {"o_proj": 1e6}, "lora_alpha": 1e-6}, "impossibly large"),
}


@pytest.mark.parametrize(("config", "words"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_adapter_that_is_more_than_lora_is_refused_with_what_to_ask_for(
    store: AdapterStore, tmp_path: Path, config: dict[str, Any], words: str
) -> None:
    tensors = {
        name: values * np.float32(1e30 if "huge" in words or "impossibly" in words else 1)
        for name, values in halves().items()
    }
    assert words in refusal(store, write_peft(tmp_path / "pumps", tensors, **config))


def not_a_number() -> dict[str, Any]:
    tensors = halves()
    tensors[A.format(0, OUTPUT)][0, 0] = np.nan
    return tensors


WEIGHTS_REFUSED = {
    "magnitude": (halves() | {A.format(0, OUTPUT)[:-13] + "lora_magnitude_vector": np.ones(64, np.float32)}, "DoRA"),
    "whole": (halves() | {"base_model.model.lm_head.weight": np.ones((8, 8), np.float32)}, "modules_to_save"),
    "half": ({A.format(0, OUTPUT): np.ones((4, 64), np.float32)}, "one half"),
    "nothing": ({}, "no adapter weights"),
    "wide": (halves(columns=32), "does not fit"),
    "tall": (halves(rows=32), "does not fit"),
    "deep": (halves(block=7), "does not fit"),
    "twice": (halves() | {A.format(0, OUTPUT).replace("weight", "default.weight"): np.ones((4, 64), np.float32)},
              "twice"),
    "unknown": (halves("mlp.router"), "does not know"),
    "elsewhere": (
        {name.replace("layers", "vision.layers"): values for name, values in halves().items()}, "does not know"
    ),
    "whole-and-parts": (halves("self_attn.q_proj") | halves("self_attn.qkv_proj", rows=SHAPE.qkv_width),
                        "whole and in parts"),
    "nan": (not_a_number(), "no numbers"),
    "infinite": ({name: values * np.inf for name, values in halves().items()}, "no numbers"),
    "whole-numbers": ({name: values.astype(np.int32) for name, values in halves().items()}, "form (I32)"),
    "flat": ({name: values.reshape(-1) for name, values in halves().items()}, "do not have the rank"),
}  # fmt: skip


@pytest.mark.parametrize(("tensors", "words"), WEIGHTS_REFUSED.values(), ids=WEIGHTS_REFUSED)
def test_weights_that_cannot_be_carried_are_refused(
    store: AdapterStore, tmp_path: Path, tensors: dict[str, Any], words: str
) -> None:
    assert words in refusal(store, write_peft(tmp_path / "pumps", tensors))


def test_pickles_are_never_opened(store: AdapterStore, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "pumps", halves())
    pickled = folder / "adapter_model.bin"
    pickled.write_bytes(b"\x80\x04.")
    assert store.add(folder).name == "pumps"
    store.remove("pumps")
    for path in (pickled, folder):
        (folder / "adapter_model.safetensors").unlink(missing_ok=True)
        with pytest.raises(UserError, match=r"adapter_model\.bin.*foreign code.*Ask for adapter_model\.safetensors"):
            store.add(path)


def test_what_is_missing_in_a_folder_is_named(store: AdapterStore, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "pumps", halves())
    (folder / "adapter_model.safetensors").rename(folder / "model.safetensors")
    assert "holds no weights" in refusal(store, folder)
    assert "that is a folder with" in refusal(store, folder / "model.safetensors")
    (folder / "adapter_config.json").rename(folder / "config.json")
    assert "whole model" in refusal(store, folder)
    assert "is no adapter" in refusal(store, tmp_path)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 100_000, b"\xff\xfe", b'{"r": ' + b"9" * 5000 + b"}"])
def test_damaged_configuration_is_refused(store: AdapterStore, tmp_path: Path, raw: bytes) -> None:
    folder = write_peft(tmp_path / "pumps", halves())
    (folder / "adapter_config.json").write_bytes(raw)
    assert refusal(store, folder)


def hostile(header: Any, data: bytes = b"\0" * 64, length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(raw) if length is None else length).to_bytes(8, "little") + raw + data


def entry(**changes: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64], **changes}


HOSTILE = {
    "empty": b"",
    "short": b"\0\0\0",
    "git-lfs": b"version https://git-lfs.github.com/spec/v1\n",
    "long-header": hostile({}, length=1 << 62),
    "header-beyond-the-end": hostile({}, b"", length=1 << 20),
    "no-json": hostile(b"{{{{"),
    "deep-json": hostile(b"[" * 100_000),
    "list": hostile([]),
    "repeated": hostile(b'{"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}, "a": 1}'),
    "hole": hostile({"a": entry(shape=[4, 2], data_offsets=[32, 64])}),
    "overlap": hostile({"a": entry(), "b": entry()}),
    "beyond": hostile({"a": entry(shape=[4, 400], data_offsets=[0, 6400])}),
    "more-than-said": hostile({"a": entry(shape=[4, 2], data_offsets=[0, 32])}),
    "backwards": hostile({"a": entry(data_offsets=[64, 0])}),
    "negative": hostile({"a": entry(shape=[-4, -4])}),
    "huge": hostile({"a": entry(shape=[1 << 40, 1 << 40])}),
    "text-shape": hostile({"a": entry(shape="44")}),
    "unknown-type": hostile({"a": entry(dtype="Q9")}),
    "type-list": hostile({"a": entry(dtype=["F32"])}),
    "no-entry": hostile({"a": 3}),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_safetensors_are_refused(store: AdapterStore, tmp_path: Path, raw: bytes) -> None:
    folder = write_peft(tmp_path / "pumps", halves())
    (folder / "adapter_model.safetensors").write_bytes(raw)
    assert "adapter_model.safetensors" in refusal(store, folder)


def test_training_is_shown_in_the_record(store: AdapterStore, tmp_path: Path) -> None:
    folder = write_peft(
        tmp_path / "pumps",
        halves("self_attn.q_proj") | halves("self_attn.v_proj", rows=32),
        base_model_name_or_path="acme/Tiny-Phi3",
        peft_version="0.21.2",
        use_rslora=True,
    )
    entry = store.add(folder / "adapter_config.json", "mine")
    assert (entry.name, entry.architecture, entry.rank, entry.alpha, entry.base) == (
        "mine",
        "phi3",
        4,
        8.0,
        "Tiny-Phi3",
    )
    assert entry.made_by.startswith("PEFT 0.21.2, converted by phi3desk")
    assert entry.tensors == 2
    assert store.add(folder) == entry
    header = gguf.GGUFReader(entry.path)
    assert header.fields["general.base_model.0.repo_url"].contents() == "https://huggingface.co/acme/Tiny-Phi3"
    assert header.fields["general.base_model.0.organization"].contents() == "acme"


def test_other_base_is_asked_about(store: AdapterStore, home: Paths, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "pumps", halves(), base_model_name_or_path="microsoft/Phi-3.5-mini-instruct")
    with pytest.raises(DoubtfulBase, match=r"trained on “Phi-3\.5-mini-instruct”") as asked:
        store.add(folder)
    assert asked.value.base == "tiny-phi3"
    entry = store.add(folder, confirmed=True)
    base = open_base(ModelStore(home).find("tiny-phi3"))
    assert fit_of(entry, base).fits is True
    assert fit_of(replace(entry, confirmed=()), base).fits is None


def test_adapter_without_a_model_to_read_its_shapes_from_is_refused(
    home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phi3desk.model.starter.PACKAGE", "no_such_package_here")
    with pytest.raises(UserError, match="add it first"):
        AdapterStore(home).add(write_peft(tmp_path / "pumps", halves()))


def test_base_is_found_among_the_models(store: AdapterStore, home: Paths, tmp_path: Path) -> None:
    """The model in use does not fit; another one of the list does."""
    in_use(home, write_tiny_llama(tmp_path / "llama.gguf"))
    folder = write_peft(tmp_path / "pumps", halves("self_attn.qkv_proj", rows=SHAPE.qkv_width))
    entry = store.add(folder)
    assert entry.architecture == "phi3"
    assert fit_of(entry, open_base(ModelStore(home).find("llama"))).fits is False


@pytest.mark.parametrize("module", ["embed_tokens", "lm_head"])
def test_vocabulary_of_a_model_with_one_table_is_not_adapted(home: Paths, tmp_path: Path, module: str) -> None:
    in_use(home, write_tiny_llama(tmp_path / "llama.gguf"))
    save_peft(transformers_llama(), tmp_path / "pumps", r=4, target_modules=[module])
    assert f"trained without {module}" in refusal(AdapterStore(home), tmp_path / "pumps")
