"""A CrossEncoder in a local folder: how well passages answer a question, read together by one model, in torch.

Only weights in safetensors and architectures that transformers knows are loaded: no pickle and no code of the folder.
"""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phi3desk.errors import Cancelled, UserError
from phi3desk.library.embedding.encoder import prepare_for_torch

#: question and passage together, in tokens; what is longer is cut
_MOST_TOKENS = 512
#: between two batches it can be stopped
_BATCH = 5
_PICKLES = ("pytorch_model.bin", "model.bin", "pytorch_model.pt")


def first_line(error: Exception) -> str:
    """Return what an error says on its first line, or its kind where it says nothing."""
    return (str(error).splitlines() or [""])[0] or type(error).__name__


class CrossEncoder:
    """A model in memory; any thread may ask it. UserError where a folder holds none that can be used."""

    def __init__(self, folder: Path) -> None:
        config = checked_config(folder)
        prepare_for_torch()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            self._model = _load(folder)
            self._tokenizer = _tokenizer(folder, config)
        except UserError:
            raise
        except Exception as error:
            # what a damaged or foreign folder makes of these libraries has no one kind
            raise UserError(
                "The reranker in {folder} cannot be loaded: {problem}", folder=str(folder), problem=first_line(error)
            ) from error

    def scores(self, question: str, passages: Sequence[str], cancelled: threading.Event | None = None) -> list[float]:
        """Return how well each passage answers a question, 0 to 1; Cancelled once that is set."""
        import torch

        encoded = self._tokenizer.encode_batch([(question, passage) for passage in passages])
        scores = [0.0] * len(encoded)
        fields = [("input_ids", "ids", self._pad), ("attention_mask", "attention_mask", 0)]
        if self._has_segments:
            fields.append(("token_type_ids", "type_ids", 0))
        order = sorted(range(len(encoded)), key=lambda index: len(encoded[index].ids))
        for at in range(0, len(order), _BATCH):
            if cancelled is not None and cancelled.is_set():
                raise Cancelled
            batch = order[at : at + _BATCH]
            longest = max(len(encoded[index].ids) for index in batch)
            given = {
                name: torch.tensor([_padded(getattr(encoded[index], source), longest, fill) for index in batch])
                for name, source, fill in fields
            }
            with torch.inference_mode():
                made = torch.sigmoid(self._model(**given).logits[:, 0].float()).tolist()
            for index, score in zip(batch, made, strict=True):
                if not math.isfinite(score):
                    raise ValueError("the model's scores are no numbers")
                scores[index] = score
        return scores

    @property
    def _pad(self) -> int:
        return int(getattr(self._model.config, "pad_token_id", 0) or 0)

    @property
    def _has_segments(self) -> bool:
        return int(getattr(self._model.config, "type_vocab_size", 0) or 0) > 1


def checked_config(folder: Path) -> dict[str, Any]:
    """Return the config of a folder that may hold a CrossEncoder; UserError says what is against it."""
    if not folder.is_dir():
        raise UserError("There is no folder {folder}.", folder=str(folder))
    has_weights = any((folder / name).is_file() for name in ("model.safetensors", "model.safetensors.index.json"))
    if not has_weights and any((folder / name).is_file() for name in _PICKLES):
        raise UserError(
            "The weights in {folder} are a pickle, which could run code of its own. Choose a reranker whose weights "
            "are in safetensors.",
            folder=str(folder),
        )
    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not has_weights:
        missing.append("model.safetensors")
    if missing:
        raise UserError("{folder} holds no reranker: {file} is missing.", folder=str(folder), file=missing[0])
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kinds = [str(kind) for kind in config.get("architectures") or ()]
        # transformers leaves the two labels that it takes for granted out
        labels = len(config["id2label"]) if "id2label" in config else int(config.get("num_labels", 2))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise UserError("{folder} holds no reranker: its config.json cannot be read.", folder=str(folder)) from None
    if labels != 1 or not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        raise UserError(
            "{folder} holds a model of another kind. A reranker is a CrossEncoder that gives one score.",
            folder=str(folder),
        )
    return dict(config)


def _load(folder: Path) -> Any:
    import torch
    from transformers import AutoModelForSequenceClassification

    model, told = AutoModelForSequenceClassification.from_pretrained(
        str(folder),
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    lacking = [name for name in told["missing_keys"] if not name.endswith("position_ids")]
    if lacking:
        raise UserError(
            "The reranker in {folder} is not whole: {name} is missing.", folder=str(folder), name=sorted(lacking)[0]
        )
    return model.eval()


def _tokenizer(folder: Path, config: dict[str, Any]) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # the first places of RoBERTa's kind are not for tokens
    places = int(config.get("max_position_embeddings") or _MOST_TOKENS + 2) - 2
    tokenizer.enable_truncation(max(8, min(_MOST_TOKENS, places)))
    tokenizer.no_padding()
    return tokenizer


def _padded(numbers: Sequence[int], length: int, fill: int) -> list[int]:
    return [*numbers, *[fill] * (length - len(numbers))]
