"""A BERT in 8 bits: a third of the time and a quarter of the memory of float32, for vectors that are nearly the same.

The weights of each output of a layer have a factor of their own, what goes into a layer one that is found while it is
computed (dynamic quantization). Of the 8 bits weights use 7: with all of them, the sums of processors without VNNI
overflow. Words have a factor each. A text is computed by itself: what it is computed beside would change its factors,
and one text's numbers stay in a core's own cache where those of sixteen do not.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.library.embedding.encoder import (
    BertEncoder,
    ReadWord,
    Tokens,
    bert_shape,
    bert_weights,
    hugging_face_tokenizer,
    max_tokens,
    padded,
)
from phi3desk.library.embedding.formats.unigram import FRAME, UnigramTokenizer, write_pieces

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Vectors = np.ndarray[Any, np.dtype[np.float32]]

_PROVIDERS = ["CPUExecutionProvider"]
#: tells a session that is made of bytes where the weights lie that these name
_FOLDER_OF_WEIGHTS = "session.model_external_initializers_file_folder_path"
GRAPH, WEIGHTS, SETTINGS = "int8.onnx", "int8.weights", "int8.json"
_WORDS = "embeddings.word_embeddings.weight"
_LARGEST_WEIGHT, _LARGEST_WORD = 63, 127
#: what a part of a file has to begin at to be mapped, on every system
_PAGE_BYTES = 65_536
#: the least cosine with the vectors in float32 for which 8 bits are taken
_LEAST_COSINE = 0.98
_TRIED = (
    "How often are the bearings of the pump greased?",
    "Before any maintenance, disconnect the supply of electricity and release the pressure of the hydraulic system.",
    "Die Lager der Pumpe werden nach jeweils 2.000 Betriebsstunden mit 30 Gramm Lithiumfett geschmiert.",
    "Net revenue of the fourth quarter was 4.2 million, compared with 3.9 million in the year before.",
)


def write_quantized(source: Path, folder: Path) -> bool:
    """Make a plain BERT of sentence-transformers into one for `QuantizedEncoder`, in a folder that is there.

    False where the vectors would differ too much from those in float32; what was written is then of no use.
    """
    write_weights(source, bert_weights(source), folder)
    return _agrees(source, folder)


def write_weights(source: Path, weights: Iterable[tuple[str, Array]], folder: Path) -> None:
    """Write some weights of a plain BERT, by the names of `bert_weights`, in 8 bits, and its tokenizer."""
    import numpy as np

    from phi3desk.library.embedding.formats.bert_graph import StoredWeight, is_transposed, quantized_bert_graph

    places: dict[str, StoredWeight] = {}
    with open(folder / WEIGHTS, "wb") as file:

        def keep(name: str, weight: Array) -> None:
            file.write(b"\0" * (-file.tell() % _PAGE_BYTES))
            places[name] = StoredWeight(weight.shape, file.tell(), weight.nbytes, weight.dtype == np.int8)
            file.write(weight.data)

        for name, weight in weights:
            if name == _WORDS or is_transposed(name, weight.ndim):
                values, scale = _rounded_rows(weight, _LARGEST_WORD if name == _WORDS else _LARGEST_WEIGHT)
                keep(name, values if name == _WORDS else np.ascontiguousarray(values.T))
                keep(f"{name}.scale", scale if name == _WORDS else scale[:, 0])
            else:
                keep(name, np.ascontiguousarray(weight))
    (folder / GRAPH).write_bytes(quantized_bert_graph(bert_shape(source), places, WEIGHTS))
    tokenizer = hugging_face_tokenizer(source)
    if not write_pieces(tokenizer, folder):
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / SETTINGS).write_text(json.dumps({"max_tokens": max_tokens(source)}), encoding="utf-8")


class QuantizedEncoder:
    """What `write_quantized` has made, in ONNX Runtime."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        import psutil

        onnxruntime.disable_telemetry_events()
        self._session = onnxruntime.InferenceSession(str(folder / GRAPH), _options(), providers=_PROVIDERS)
        self._folder = folder
        self._word_session: Any = None
        self._opening = threading.Lock()
        self._tokenizer = open_tokenizer(folder)
        self._threads = ThreadPoolExecutor(psutil.cpu_count(logical=False) or 1, "embedding")

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, truncated where the model cannot take more."""
        if isinstance(self._tokenizer, UnigramTokenizer):
            return self._tokenizer.tokens(texts)
        return [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]

    def vectors(self, batch: Sequence[Tokens]) -> Vectors:
        """Return one vector of length 1 for each of some token lists; a single one is computed by this thread."""
        import numpy as np

        if len(batch) == 1:
            return self._vector(batch[0])
        return np.concatenate(list(self._threads.map(self._vector, batch)))

    def words(self, texts: Sequence[str]) -> list[list[ReadWord]] | None:
        """Return the words of each text as half of the layers read them; None for other tokens than SentencePiece's.

        There, words that mean the same in different languages are most alike (Jalili Sabet et al., arXiv 2004.08728).
        """
        tokenizer = self._tokenizer
        if not isinstance(tokenizer, UnigramTokenizer):
            return None
        self._open_words()
        return list(self._threads.map(partial(self._words, tokenizer), texts))

    def _open_words(self) -> None:
        """Open the first half of the layers; their weights are mapped from the file that all of them are in."""
        with self._opening:
            if self._word_session is None:
                self._word_session = open_token_states(self._folder, 0.5)

    def _words(self, tokenizer: UnigramTokenizer, text: str) -> list[ReadWord]:
        import numpy as np

        words = tokenizer.words(text)
        ids, mask = padded([tokenizer.framed([token for _, tokens in words for token in tokens])])
        read: Vectors = self._word_session.run(["tokens"], {"ids": ids, "mask": mask})[0][0]
        read /= np.maximum(np.linalg.norm(read, axis=1, keepdims=True), 1e-12)
        ends = tokenizer.tokens_before + np.cumsum([len(tokens) for _, tokens in words], dtype=int)
        return [ReadWord(word, read[end - len(tokens) : end]) for (word, tokens), end in zip(words, ends, strict=True)]

    def _vector(self, tokens: Tokens) -> Vectors:
        ids, mask = padded([tokens])
        made: Vectors = self._session.run(["vectors"], {"ids": ids, "mask": mask})[0]
        return made


def open_token_states(folder: Path, share: float = 1.0) -> Any:
    """Return a session of what `write_quantized` has made that ends behind a share of its layers.

    It gives what the tokens have become, `tokens` of the shape (texts, tokens, dimensions).
    """
    import onnxruntime

    from phi3desk.library.embedding.formats.bert_graph import token_states

    options = _options()
    # rarely asked, and so not worth the memory that would be kept for the next time
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry(_FOLDER_OF_WEIGHTS, str(folder))
    graph = token_states((folder / GRAPH).read_bytes(), share)
    return onnxruntime.InferenceSession(graph, options, providers=_PROVIDERS)


def _options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return options


def open_tokenizer(folder: Path) -> Any:
    """Return a `UnigramTokenizer` where its pieces were written, else one of `tokenizers`."""
    most = int(json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["max_tokens"])
    return UnigramTokenizer(folder, most) if (folder / FRAME).exists() else hugging_face_tokenizer(folder, most)


def _rounded_rows(weight: Array, largest: int) -> tuple[Array, Array]:
    """Return the rows of a matrix as int8, each divided by a factor of its own, and these factors as a column."""
    import numpy as np

    scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-12).astype(np.float32) / np.float32(largest)
    return np.rint(weight / scale).astype(np.int8), scale


def _agrees(source: Path, folder: Path) -> bool:
    """Return whether some sentences have nearly the same vectors as in float32."""
    exact, rounded = BertEncoder(source), QuantizedEncoder(folder)
    for text in _TRIED:
        (tokens,) = exact.tokens([text])
        if float(exact.vectors([tokens])[0] @ rounded.vectors([tokens])[0]) < _LEAST_COSINE:
            return False
    return True
