"""The embedding model in memory: tokens become vectors, in ONNX Runtime or, for what is no plain BERT, in torch.

ONNX Runtime is loaded in a third of a second where torch, transformers and sentence-transformers take several. Tokens
are made here rather than by sentence-transformers' `encode`, which tokenises with settings that two threads must not
change at once: a question can be embedded beside a batch of passages.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from phi3desk.library.embedding.formats.bert_graph import BertShape

    Vectors = np.ndarray[Any, np.dtype[np.float32]]
    Numbers = np.ndarray[Any, np.dtype[np.int64]]

Tokens = list[int]
_ROBERTA = ("roberta", "xlm-roberta")
_POOLINGS = ("pooling_mode_mean_tokens", "pooling_mode_cls_token")


@dataclass(frozen=True)
class ReadWord:
    """A word of a text, and the vectors of its tokens as a model reads them amid the others.

    `vectors` are float32 of the shape (tokens, dimensions), each of length 1.
    """

    text: str
    vectors: Vectors


class Encoder(Protocol):
    """A model that any thread may use at any time."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, truncated where the model cannot take more."""

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Return one vector of length 1 for each of some token lists, computed at once; equal lengths are fastest."""

    def words(self, texts: Sequence[str]) -> list[list[ReadWord]] | None:
        """Return the words of each text as the model reads them, None where it cannot be asked that."""


def open_encoder(folder: Path) -> Encoder:
    """Load the model of a folder that is laid out as sentence-transformers does it."""
    return BertEncoder(folder) if is_plain_bert(folder) else SentenceTransformersEncoder(folder)


def is_plain_bert(folder: Path) -> bool:
    """Return whether a folder holds a BERT or RoBERTa whose vector is the mean over its tokens, or the first of them.

    The vector is brought to the length 1 in any case: what the library compares are cosines.
    """
    try:
        model = json_of(folder / "config.json")
        modules = [module["type"].rsplit(".", 1)[-1] for module in json_of(folder / "modules.json")]
        wanted = (model["hidden_act"], model.get("position_embedding_type") or "absolute")
        is_pooled = modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        is_known = model["model_type"] in ("bert", *_ROBERTA) and wanted == ("gelu", "absolute")
        return is_pooled and is_known and _pooling(folder) in _POOLINGS and (folder / "model.safetensors").is_file()
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def bert_shape(folder: Path) -> BertShape:
    """Return the numbers of a plain BERT."""
    from phi3desk.library.embedding.formats.bert_graph import BertShape

    config = json_of(folder / "config.json")
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        dimensions=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
        # theirs are counted from the one after that of the padding
        first_position=config.get("pad_token_id", 1) + 1 if config["model_type"] in _ROBERTA else 0,
        is_first_token=_pooling(folder) == "pooling_mode_cls_token",
    )


def bert_weights(folder: Path) -> Iterator[tuple[str, Any]]:
    """Return the weights of a plain BERT in float32, one after the other, by the names and shapes of transformers."""
    import numpy as np
    from safetensors import safe_open

    with safe_open(str(folder / "model.safetensors"), "np") as file:
        for name in file.keys():  # noqa: SIM118 a file of safetensors is no dictionary
            short = name.removeprefix("bert.").removeprefix("roberta.")
            if short.startswith(("embeddings.", "encoder.")) and not short.endswith("position_ids"):
                yield short, file.get_tensor(name).astype(np.float32, copy=False)


def max_tokens(folder: Path) -> int:
    """Return how many tokens of a text the model of a folder reads."""
    return int(json_of(folder / "sentence_bert_config.json")["max_seq_length"])


def _pooling(folder: Path) -> str:
    """Return the one way in which the vectors of tokens become one; "" where there are several."""
    modes = [name for name, on in json_of(folder / "1_Pooling" / "config.json").items() if on is True]
    modes = [name for name in modes if name.startswith("pooling_mode_")]
    return modes[0] if len(modes) == 1 else ""


class _Tokenizing:
    """What both encoders do to texts with the tokenizer of their folder."""

    _tokenizer: Any

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, truncated where the model cannot take more."""
        return [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]

    def words(self, texts: Sequence[str]) -> list[list[ReadWord]] | None:
        """Return None: these models are not asked for words."""
        return None


class BertEncoder(_Tokenizing):
    """A plain BERT (see `is_plain_bert`) in ONNX Runtime."""

    def __init__(self, folder: Path) -> None:
        import numpy as np
        import onnxruntime

        from phi3desk.library.embedding.formats.bert_graph import bert_graph, is_transposed

        onnxruntime.disable_telemetry_events()
        weights = {
            name: np.ascontiguousarray(weight.T) if is_transposed(name, weight.ndim) else weight
            for name, weight in bert_weights(folder)
        }
        options = onnxruntime.SessionOptions()
        # its threads would spin while they wait for each other, at the cost of whatever else the machine has to do,
        # such as the model that writes an answer
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
        options.add_external_initializers(list(weights), values)
        graph = bert_graph(bert_shape(folder), {name: weight.shape for name, weight in weights.items()})
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = hugging_face_tokenizer(folder, max_tokens(folder))

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Return one vector of length 1 for each of some token lists, computed at once; equal lengths are fastest."""
        ids, mask = padded(batch)
        made: Vectors = self._session.run(["vectors"], {"ids": ids, "mask": mask})[0]
        return made


class SentenceTransformersEncoder(_Tokenizing):
    """Any model of sentence-transformers, in torch, without any network."""

    def __init__(self, folder: Path) -> None:
        prepare_for_torch()
        import torch
        from sentence_transformers import SentenceTransformer

        self._threads = torch.get_num_threads()
        self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
        self._tokenizer = hugging_face_tokenizer(folder, int(self._model.max_seq_length))

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Return one vector of length 1 for each of some token lists, computed at once; equal lengths are fastest."""
        import torch

        # a thread's own setting. A question is so short that several cores mostly wait for each other: beside other
        # work it took 130 ms on two, 23 ms on one
        torch.set_num_threads(1 if len(batch) == 1 else self._threads)
        ids, mask = (torch.from_numpy(numbers) for numbers in padded(batch))
        with torch.inference_mode():
            made = self._model({"input_ids": ids, "attention_mask": mask})["sentence_embedding"]
            vectors: Vectors = torch.nn.functional.normalize(made, dim=1).numpy()
        return vectors


def prepare_for_torch() -> None:
    """Keep torch and the libraries of Hugging Face offline and quiet; to be called before they are imported."""
    os.environ.update(
        HF_HUB_OFFLINE="1",
        TRANSFORMERS_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        TRANSFORMERS_VERBOSITY="error",
    )
    # GNU's OpenMP spins while its threads wait for each other; read once, when torch is loaded
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def padded(batch: Sequence[Tokens]) -> tuple[Numbers, Numbers]:
    """Return token lists as one array filled up with zeros, and another that has 1 where a token is."""
    import numpy as np

    lengths = np.array([len(tokens) for tokens in batch])
    ids = np.zeros((len(batch), int(lengths.max())), dtype=np.int64)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
    return ids, (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)


def hugging_face_tokenizer(folder: Path, most_tokens: int | None = None) -> Any:
    """Return the tokenizer of a folder; texts are data to it, whatever they spell.

    Texts are truncated to `most_tokens`, with those the model wants around each.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    if most_tokens is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(most_tokens)
    tokenizer.no_padding()
    return tokenizer


def json_of(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))
