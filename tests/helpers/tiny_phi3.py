"""Writes a tiny model of the `phi3` architecture with random weights, and tiny LoRA adapters for it, as GGUF.

The weights come from numpy alone, so that a test need not import torch; `transformers_model` makes the same
network in transformers for comparing tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

from phi3desk.model.gguf import PROMPT_KEY

Array = npt.NDArray[np.float32]

#: chat template of microsoft/Phi-3-mini-4k-instruct as common GGUFs carry it: a system turn silently vanishes
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') %}"
    "{{'<|user|>' + '\n' + message['content'] + '<|end|>' + '\n' + '<|assistant|>' + '\n'}}"
    "{% elif (message['role'] == 'assistant') %}{{message['content'] + '<|end|>' + '\n'}}{% endif %}{% endfor %}"
)
SYSTEM_CHAT_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}"
    "{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}"
    "{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
    "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)
SPECIAL = ("<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>")
WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "that",
    "for",
    "it",
    "with",
    "as",
    "was",
    "on",
    "be",
    "at",
    "by",
    "this",
    "are",
    "or",
    "from",
    "pump",
    "oil",
    "valve",
    "pressure",
    "page",
    "table",
    "safety",
    "lock",
    "seal",
    "motor",
    "not",
    "must",
    "before",
    "after",
    "water",
    "steel",
    "filter",
    "check",
    "part",
    "use",
    "no",
    "can",
    "has",
    "have",
    "will",
    "one",
    "two",
    "all",
    "which",
]


@dataclass(frozen=True)
class TinyConfig:
    """Shape of the tiny model; `vocabulary` follows from the token list."""

    width: int = 64
    feed_forward: int = 128
    blocks: int = 2
    heads: int = 4
    kv_heads: int = 2
    vocabulary: int = 0
    architecture: str = "phi3"

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def qkv_width(self) -> int:
        return self.width + 2 * self.kv_heads * self.head_width


def tokens() -> list[tuple[str, float, int]]:
    """Return the vocabulary: text, score and type of each token, in an SPM vocabulary's order."""
    normal, control, unknown, byte = (
        gguf.TokenType.NORMAL,
        gguf.TokenType.CONTROL,
        gguf.TokenType.UNKNOWN,
        gguf.TokenType.BYTE,
    )
    listed = [("<unk>", 0.0, unknown), ("<s>", 0.0, control), ("</s>", 0.0, control)]
    listed += [(f"<0x{value:02X}>", 0.0, byte) for value in range(256)]
    pieces: list[str] = []
    for word in WORDS:
        whole = "▁" + word
        pieces += [whole[:length] for length in range(2, len(whole) + 1)]
    pieces += [letter * 2 for letter in "elosrt"] + ["</", "s>", "<|", "|>"]
    pieces += ["▁", *(chr(code) for code in range(33, 127))]
    unique = list(dict.fromkeys(pieces))
    listed += [(piece, -float(rank), normal) for rank, piece in enumerate(unique)]
    listed += [(text, 0.0, control) for text in SPECIAL]
    return [(text, score, int(kind)) for text, score, kind in listed]


def config() -> TinyConfig:
    return TinyConfig(vocabulary=len(tokens()))


def weights(shape: TinyConfig, seed: int = 0, end_weight: float = 0.0) -> dict[str, Array]:
    """Return random weights under transformers' names.

    Control and byte tokens get an output row of zeros, so that greedy answers are readable and run to their limit;
    `end_weight` above 0 gives `<|end|>` a row of that size, so that answers stop by themselves.
    """
    random = np.random.default_rng(seed)

    def draw(rows: int, columns: int, size: float) -> Array:
        return (random.standard_normal((rows, columns)) * size / np.sqrt(columns)).astype(np.float32)

    def norm() -> Array:
        return (1.0 + 0.1 * random.standard_normal(shape.width)).astype(np.float32)

    made: dict[str, Array] = {"model.embed_tokens.weight": draw(shape.vocabulary, shape.width, 8.0)}
    for block in range(shape.blocks):
        name = f"model.layers.{block}."
        made[name + "input_layernorm.weight"] = norm()
        made[name + "self_attn.qkv_proj.weight"] = draw(shape.qkv_width, shape.width, 1.5)
        made[name + "self_attn.o_proj.weight"] = draw(shape.width, shape.width, 1.5)
        made[name + "post_attention_layernorm.weight"] = norm()
        made[name + "mlp.gate_up_proj.weight"] = draw(2 * shape.feed_forward, shape.width, 1.5)
        made[name + "mlp.down_proj.weight"] = draw(shape.width, shape.feed_forward, 1.5)
    made["model.norm.weight"] = norm()
    head = draw(shape.vocabulary, shape.width, 4.0)
    end = head[-2] * end_weight
    for index, (_, _, kind) in enumerate(tokens()):
        if kind != gguf.TokenType.NORMAL:
            head[index] = 0.0
    head[-2] = end
    made["lm_head.weight"] = head
    return made


_BLOCK_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def _gguf_name(name: str) -> str:
    outer = {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    if name in outer:
        return outer[name]
    _, _, block, rest = name.split(".", 3)
    return f"blk.{block}.{_BLOCK_NAMES[rest.removesuffix('.weight')]}.weight"


def write_tiny_phi3(
    path: Path,
    seed: int = 0,
    context: int = 2048,
    *,
    end_weight: float = 0.0,
    template: str | None = CHAT_TEMPLATE,
    user_defined: tuple[str, ...] = (),
    shape: TinyConfig | None = None,
    name: str = "Tiny Phi3",
) -> Path:
    """Write the tiny model; `user_defined` marks those special tokens as USER_DEFINED, as some GGUFs do."""
    shape = shape or config()
    writer = gguf.GGUFWriter(path, shape.architecture)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(name)
    writer.add_rope_scaling_orig_ctx_len(context)
    _add_shape(writer, shape, context)
    _add_vocabulary(writer, user_defined)
    if template is not None:
        writer.add_chat_template(template)
    for name, values in weights(shape, seed, end_weight).items():
        writer.add_tensor(_gguf_name(name), values)
    return _finish(writer, path)


def _add_shape(writer: gguf.GGUFWriter, shape: TinyConfig, context: int) -> None:
    writer.add_context_length(context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_block_count(shape.blocks)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _add_vocabulary(writer: gguf.GGUFWriter, user_defined: tuple[str, ...]) -> None:
    listed = tokens()
    names = [text for text, _, _ in listed]
    kinds = [gguf.TokenType.USER_DEFINED if text in user_defined else kind for text, _, kind in listed]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(names)
    writer.add_token_scores([score for _, score, _ in listed])
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(names.index("<|endoftext|>"))
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(names.index("<|endoftext|>"))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)


def write_tiny_adapter(
    path: Path,
    base_config: TinyConfig | None = None,
    rank: int = 4,
    alpha: float = 8.0,
    seed: int = 1,
    *,
    base_name: str = "Tiny Phi3",
    prompt: str = "",
) -> Path:
    """Write a LoRA adapter for the tiny model, strong enough to change its tokens.

    `prompt` is the form of prompt that it says it was trained on.
    """
    shape = base_config or config()
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, shape.architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_name(path.stem)
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, base_name)
    if prompt:
        writer.add_string(PROMPT_KEY, prompt)
    outputs = {
        "attn_qkv": (shape.width, shape.qkv_width),
        "attn_output": (shape.width, shape.width),
        "ffn_up": (shape.width, 2 * shape.feed_forward),
        "ffn_down": (shape.feed_forward, shape.width),
    }
    for block in range(shape.blocks):
        for name, (inputs, width) in outputs.items():
            lora_a = random.standard_normal((rank, inputs)) / np.sqrt(inputs)
            lora_b = random.standard_normal((width, rank)) / np.sqrt(rank)
            writer.add_tensor(f"blk.{block}.{name}.weight.lora_a", lora_a.astype(np.float32))
            writer.add_tensor(f"blk.{block}.{name}.weight.lora_b", lora_b.astype(np.float32))
    return _finish(writer, path)


def write_adapter(
    path: Path, architecture: str, halves: dict[str, tuple[tuple[int, ...], ...]], kind: npt.DTypeLike = np.float32
) -> Path:
    """Write an adapter whose halves have the given shapes, sound or not."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 4.0)
    for name, (lora_a, lora_b) in halves.items():
        writer.add_tensor(f"{name}.lora_a", np.ones(lora_a, kind))
        writer.add_tensor(f"{name}.lora_b", np.ones(lora_b, kind))
    return _finish(writer, path)


def _finish(writer: gguf.GGUFWriter, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _settings(shape: TinyConfig, context: int) -> dict[str, Any]:
    """Return the shape of the tiny model as the configurations of transformers name it."""
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "intermediate_size": shape.feed_forward,
        "num_hidden_layers": shape.blocks,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "max_position_embeddings": context,
        "rms_norm_eps": 1e-5,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }


def transformers_model(seed: int = 0, context: int = 2048) -> Any:
    """Return transformers' Phi3ForCausalLM with the weights of `write_tiny_phi3(seed=seed)`."""
    import torch
    from transformers import Phi3Config, Phi3ForCausalLM

    shape = config()
    model = Phi3ForCausalLM(
        Phi3Config(**_settings(shape, context), original_max_position_embeddings=context, tie_word_embeddings=False)
    )
    model.load_state_dict({name: torch.from_numpy(values) for name, values in weights(shape, seed).items()})
    return model.eval()


def write_tiny_llama(path: Path, seed: int = 0, context: int = 2048, *, tied: bool = True) -> Path:
    """Write a tiny model of the `llama` architecture, the starter's, as llama.cpp's converter would."""
    shape = replace(config(), architecture="llama")
    writer = gguf.GGUFWriter(path, shape.architecture)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Tiny Llama")
    _add_shape(writer, shape, context)
    _add_vocabulary(writer, ())
    writer.add_chat_template(CHAT_TEMPLATE)
    for name, values in llama_weights(seed).items():
        if name == "lm_head.weight" and tied:
            continue
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            heads = shape.heads if name.endswith("q_proj.weight") else shape.kv_heads
            values = values.reshape(heads, 2, -1, shape.width).swapaxes(1, 2).reshape(values.shape)
        writer.add_tensor(_llama_name(name), values)
    return _finish(writer, path)


def llama_weights(seed: int = 0) -> dict[str, Array]:
    """Return the tiny Phi-3's weights with its fused layers split, under the names of transformers' Llama."""
    shape = config()
    queries, keys = shape.width, shape.kv_heads * shape.head_width
    made: dict[str, Array] = {}
    for name, values in weights(shape, seed).items():
        if "qkv_proj" in name:
            parts = np.split(values, [queries, queries + keys])
            made |= {name.replace("qkv_proj", f"{part}_proj"): rows for part, rows in zip("qkv", parts, strict=True)}
        elif "gate_up_proj" in name:
            halves = np.split(values, 2)
            made |= {name.replace("gate_up", part): rows for part, rows in zip(("gate", "up"), halves, strict=True)}
        else:
            made[name] = values
    return made


_LLAMA_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
}


def _llama_name(name: str) -> str:
    for theirs, ours in _LLAMA_NAMES.items():
        if theirs in name:
            return f"blk.{name.split('.')[2]}.{ours}.weight"
    return _gguf_name(name)


def transformers_llama(seed: int = 0, context: int = 2048, *, tied: bool = True) -> Any:
    """Return transformers' LlamaForCausalLM with the weights of `write_tiny_llama`.

    With `tied` false it computes what the tiny Phi-3 computes, from split layers.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    model = LlamaForCausalLM(LlamaConfig(**_settings(config(), context), tie_word_embeddings=tied))
    given = {name: torch.from_numpy(values) for name, values in llama_weights(seed).items()}
    if tied:
        given["lm_head.weight"] = given["model.embed_tokens.weight"]
    model.load_state_dict(given)
    return model.eval()


def write_tiny_qwen2(path: Path) -> Path:
    """Write a tiny model of the `qwen2` architecture, the large starter's: the tiny Llama with biases."""
    shape = replace(config(), architecture="qwen2")
    writer = gguf.GGUFWriter(path, shape.architecture)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Tiny Qwen2")
    _add_shape(writer, shape, 2048)
    _add_vocabulary(writer, ())
    writer.add_chat_template(CHAT_TEMPLATE)
    for name, values in qwen2_weights().items():
        plain = name.removesuffix(".bias").removesuffix(".weight")
        writer.add_tensor(_llama_name(f"{plain}.weight").replace(".weight", name[len(plain) :]), values)
    return _finish(writer, path)


def qwen2_weights() -> dict[str, Array]:
    """Return the tiny Llama's weights with biases of q, k and v, under the names of transformers' Qwen2."""
    random = np.random.default_rng(2)
    made = llama_weights()
    for name in [each for each in made if each.endswith(("q_proj.weight", "k_proj.weight", "v_proj.weight"))]:
        bias = random.standard_normal(len(made[name])).astype(np.float32)
        made[f"{name.removesuffix('weight')}bias"] = bias
    return made


def transformers_qwen2() -> Any:
    """Return transformers' Qwen2ForCausalLM with the weights of `write_tiny_qwen2`."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    model = Qwen2ForCausalLM(Qwen2Config(**_settings(config(), 2048), tie_word_embeddings=False))
    model.load_state_dict({name: torch.from_numpy(values) for name, values in qwen2_weights().items()})
    return model.eval()
