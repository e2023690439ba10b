"""all-MiniLM-L6-v2 computed with torch alone: BERT's encoder, the mean of its tokens, brought to length 1.

Its file is read here, because importing sentence-transformers takes five times as long as torch itself and twice its
memory. The numbers are the same; a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import torch

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

Tokens = list[int]


@dataclass(frozen=True)
class _Layer:
    """The weights of one block; `attention` holds query, key and value in one, for one large product is faster."""

    attention: tuple[torch.Tensor, torch.Tensor]
    output: tuple[torch.Tensor, torch.Tensor]
    output_norm: tuple[torch.Tensor, torch.Tensor]
    widen: tuple[torch.Tensor, torch.Tensor]
    narrow: tuple[torch.Tensor, torch.Tensor]
    norm: tuple[torch.Tensor, torch.Tensor]


class Encoder:
    """The model in one folder, as sentence-transformers lays it out; any thread may use it at any time."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(int(limits["max_seq_length"]))
        self._tokenizer.no_padding()
        weights = _read_weights(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        # every token is of the first kind
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self._places = weights["embeddings.position_embeddings.weight"] + kind
        self._norm = _pair(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, f"encoder.layer.{n}") for n in range(int(config["num_hidden_layers"]))]

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, cut off where the model cannot take more."""
        return [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Return one vector of length 1 for each of some token lists, computed at once; equal lengths are fastest."""
        import torch

        longest = max(len(tokens) for tokens in batch)
        with torch.inference_mode():
            ids = torch.zeros((len(batch), longest), dtype=torch.long)
            for row, tokens in enumerate(batch):
                ids[row, : len(tokens)] = torch.tensor(tokens)
            lengths = torch.tensor([len(tokens) for tokens in batch])
            there = torch.arange(longest) < lengths[:, None]
            padded = bool((lengths < longest).any())
            hidden = self._encode(ids, there[:, None, None, :] if padded else None)
            mean = (hidden * there[:, :, None]).sum(1) / lengths[:, None]
            made: Vectors = torch.nn.functional.normalize(mean, dim=1).numpy()
        return made

    def _encode(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        from torch.nn import functional

        count, length = ids.shape
        hidden = self._normed(self._words[ids] + self._places[:length], self._norm)
        for layer in self._layers:
            mixed = functional.linear(hidden, *layer.attention).view(count, length, 3, self._heads, -1)
            query, key, value = mixed.permute(2, 0, 3, 1, 4)
            seen = functional.scaled_dot_product_attention(query, key, value, mask)
            seen = seen.transpose(1, 2).reshape(count, length, -1)
            hidden = self._normed(hidden + functional.linear(seen, *layer.output), layer.output_norm)
            wide = functional.gelu(functional.linear(hidden, *layer.widen))
            hidden = self._normed(hidden + functional.linear(wide, *layer.narrow), layer.norm)
        return hidden

    def _normed(self, hidden: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        from torch.nn import functional

        return functional.layer_norm(hidden, norm[0].shape, *norm, self._epsilon)


def _pair(weights: dict[str, torch.Tensor], name: str) -> tuple[torch.Tensor, torch.Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _layer(weights: dict[str, torch.Tensor], name: str) -> _Layer:
    import torch

    three = [_pair(weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
    return _Layer(
        (torch.cat([weight for weight, _ in three]), torch.cat([bias for _, bias in three])),
        _pair(weights, f"{name}.attention.output.dense"),
        _pair(weights, f"{name}.attention.output.LayerNorm"),
        _pair(weights, f"{name}.intermediate.dense"),
        _pair(weights, f"{name}.output.dense"),
        _pair(weights, f"{name}.output.LayerNorm"),
    )


def _read_weights(file: Path) -> dict[str, torch.Tensor]:
    """Return the float32 tensors of a safetensors file: a header's length (8 bytes), the header as JSON, the data."""
    import torch

    with file.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        data = bytearray(stream.read())
    weights = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, end = entry["data_offsets"]
            numbers = torch.frombuffer(data, dtype=torch.float32, count=(end - first) // 4, offset=first)
            weights[name] = numbers.reshape(entry["shape"])
    return weights
