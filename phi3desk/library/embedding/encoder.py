"""The embedding model in memory: sentence-transformers' modules, given tokens instead of texts.

Its own `encode` tokenises with settings that two threads must not change at once; tokens are made here, so that a
question can be embedded beside a batch of passages.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

Tokens = list[int]


class Encoder:
    """The model in one folder, as sentence-transformers lays it out; any thread may use it at any time."""

    def __init__(self, folder: Path) -> None:
        os.environ.update(
            HF_HUB_OFFLINE="1",
            TRANSFORMERS_OFFLINE="1",
            HF_HUB_DISABLE_TELEMETRY="1",
            HF_HUB_DISABLE_PROGRESS_BARS="1",
            TRANSFORMERS_VERBOSITY="error",
        )
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer

        self._threads = torch.get_num_threads()
        self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(int(self._model.max_seq_length))
        self._tokenizer.no_padding()

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, truncated where the model cannot take more."""
        return [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Return one vector of length 1 for each of some token lists, computed at once; equal lengths are fastest."""
        import torch

        # a thread's own setting. A question is so short that several cores mostly wait for each other: beside other
        # work it took 130 ms on two, 23 ms on one
        torch.set_num_threads(1 if len(batch) == 1 else self._threads)
        longest = max(len(tokens) for tokens in batch)
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = torch.tensor(tokens)
        lengths = torch.tensor([len(tokens) for tokens in batch])
        there = (torch.arange(longest) < lengths[:, None]).long()
        with torch.inference_mode():
            made = self._model({"input_ids": ids, "attention_mask": there})["sentence_embedding"]
            vectors: Vectors = torch.nn.functional.normalize(made, dim=1).numpy()
        return vectors
