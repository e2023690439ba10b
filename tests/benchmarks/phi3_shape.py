"""Writes a model of Phi-3-mini's exact shape with random weights, and adapters for it; for measuring time only.

Q4_0 throughout, 2.15 GB: 32 blocks, 3072 wide, 8192 feed-forward, 32064 tokens. The same megabyte of blocks fills
every tensor, so that writing takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

from phi3desk.model.adapters.lora_gguf import PlannedTensor, write_gguf
from tests.helpers.tiny_phi3 import CHAT_TEMPLATE, SPECIAL, tokens

_BLOCK, _BLOCK_BYTES = 32, 18


@dataclass(frozen=True)
class Phi3Shape:
    """The numbers of Phi-3-mini-4k-instruct; `blocks` may be lowered for a quick look."""

    blocks: int = 32
    width: int = 3072
    feed_forward: int = 8192
    heads: int = 32
    vocabulary: int = 32064
    context: int = 4096

    def matrices(self) -> dict[str, tuple[int, int]]:
        """Return rows and columns of a block's weights."""
        return {
            "attn_qkv": (3 * self.width, self.width),
            "attn_output": (self.width, self.width),
            "ffn_up": (2 * self.feed_forward, self.width),
            "ffn_down": (self.width, self.feed_forward),
        }


def write_model(path: Path, shape: Phi3Shape) -> Path:
    """Write the model."""
    writer = gguf.GGUFWriter(path, "phi3")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Random weights in the shape of Phi-3-mini")
    writer.add_context_length(shape.context)
    writer.add_rope_scaling_orig_ctx_len(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_block_count(shape.blocks)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    _add_vocabulary(writer, shape.vocabulary)
    writer.add_chat_template(CHAT_TEMPLATE)
    listed: dict[str, tuple[int, ...]] = {"token_embd.weight": (shape.vocabulary, shape.width)}
    for block in range(shape.blocks):
        listed[f"blk.{block}.attn_norm.weight"] = listed[f"blk.{block}.ffn_norm.weight"] = (shape.width,)
        listed |= {f"blk.{block}.{name}.weight": size for name, size in shape.matrices().items()}
    listed |= {"output_norm.weight": (shape.width,), "output.weight": (shape.vocabulary, shape.width)}
    for name, size in listed.items():
        _announce(writer, name, size)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    blocks = _random_blocks()
    for size in listed.values():
        writer.write_tensor_data(np.ones(size, np.float32) if len(size) == 1 else np.resize(blocks, _nbytes(size)))
    writer.close()
    return path


def write_lora(path: Path, shape: Phi3Shape, rank: int, seed: int) -> Path:
    """Write an adapter on all of a block's weights, 32 bits a value: 6.3 MB a rank."""
    random = np.random.default_rng(seed)
    drawn = random.standard_normal(1 << 20, np.float32) * np.float32(0.01)
    planned = []
    for block in range(shape.blocks):
        for name, (rows, columns) in shape.matrices().items():
            for half, size in (("a", (rank, columns)), ("b", (rows, rank))):
                planned.append(
                    PlannedTensor(
                        f"blk.{block}.{name}.weight.lora_{half}", size, False, lambda size=size: np.resize(drawn, size)
                    )  # type: ignore[misc]
                )
    metadata = {
        "general.architecture": "phi3",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": float(rank),
    }
    write_gguf(path, metadata, planned)
    return path


def _nbytes(size: tuple[int, ...]) -> int:
    return size[0] * size[1] // _BLOCK * _BLOCK_BYTES


def _announce(writer: gguf.GGUFWriter, name: str, size: tuple[int, ...]) -> None:
    if len(size) == 1:
        writer.add_tensor_info(name, size, np.dtype(np.float32), size[0] * 4)
        return
    stored = (size[0], size[1] // _BLOCK * _BLOCK_BYTES)
    kind: Any = np.dtype(np.uint8)
    writer.add_tensor_info(name, stored, kind, _nbytes(size), raw_dtype=gguf.GGMLQuantizationType.Q4_0)


def _random_blocks() -> npt.NDArray[np.uint8]:
    """Return a megabyte of Q4_0: a 16-bit scale and 32 values of 4 bits, block after block."""
    random = np.random.default_rng(0)
    count = (1 << 20) // _BLOCK_BYTES
    blocks = random.integers(0, 256, (count, _BLOCK_BYTES), np.uint8)
    blocks[:, :2] = np.full(count, 0.004, "<f2").view(np.uint8).reshape(count, 2)
    return blocks.reshape(-1)


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    known = tokens()
    filler = [(f"<filler {number}>", -1e6, int(gguf.TokenType.UNUSED)) for number in range(size - len(known))]
    listed = known[: -len(SPECIAL)] + filler + known[-len(SPECIAL) :]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text for text, _, _ in listed])
    writer.add_token_scores([score for _, score, _ in listed])
    writer.add_token_types([kind for _, _, kind in listed])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(size - len(SPECIAL))
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
