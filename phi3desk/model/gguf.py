"""Says what a GGUF file is, from its header alone, and refuses what llama.cpp could not use."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.model.gguf_header import STRING, TENSOR_TYPES, TOKENS, ArrayValue, Header, TensorInfo, read_header
from phi3desk.model.types import GgufInfo, ModelShape

#: `general.file_type` -> name (enum llama_ftype of llama.h)
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4", 39: "NVFP4",
    40: "Q1_0",
}  # fmt: skip

#: architectures that turn text into vectors and cannot write
EMBEDDERS = frozenset({
    "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert",
    "gemma-embedding", "llama-embed", "t5encoder",
})  # fmt: skip

KIND_WORDS = {
    "model": "a model",
    "adapter": "an adapter",
    "vocabulary": "a vocabulary without weights",
    "projector": "the picture reader of a vision model",
    "embedder": "an embedding model, which cannot write answers",
    "imatrix": "a table made for quantizing",
}

#: the table of the tokens' embeddings, and the one of their scores where that is another
INPUT_TENSOR, OUTPUT_TENSOR = "token_embd.weight", "output.weight"
_BLOCK_NAME = re.compile(r"^blk\.(\d{1,4})\.")
_SPLIT_NAME = re.compile(r"^(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$")
#: types of weights that llama.cpp can multiply with, and an adapter may therefore have
ADAPTER_TYPES = frozenset({"F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
                           "Q6_K", "IQ4_NL", "IQ4_XS"})  # fmt: skip
#: what this program notes in an adapter it converted: its rank before stacking, and what made it
RANK_KEY = "phi3desk.lora.rank"
MADE_BY_KEY = "phi3desk.lora.made_by"
#: the form of prompt an adapter was trained on; the forms are those of chat/prompt.py
PROMPT_KEY = "phi3desk.lora.prompt"
#: bases that an adapter may name
MAX_BASES = 8

#: blocks beyond this are no model's
MAX_BLOCKS = 512
#: tokens that a model must be able to read at a time
LEAST_CONTEXT = 64


def inspect(path: str | Path, wanted: str = "") -> GgufInfo:
    """Read what a GGUF file says of itself; `wanted` ("model" or "adapter") refuses every other kind.

    Raises UserError with the reason where the file is not a GGUF, is damaged or cut off, or is not what is wanted.
    Reads the header only: a few milliseconds, up to half a second where the vocabulary is large.
    """
    return describe(read_header(Path(path)), wanted)


def describe(header: Header, wanted: str = "") -> GgufInfo:
    """Say what the file of a header is, as `inspect` does of a path."""
    kind = _kind(header)
    if wanted and kind != wanted:
        raise _not_wanted(header.path.name, kind, wanted)
    parts = [header] if kind != "model" else [header, *_other_parts(header)]
    if kind == "model":
        _check_vocabulary(header)
        _check_shape(header)
    if kind == "adapter":
        _check_adapter(header)
    return _info(kind, parts)


def tensors_of(path: str | Path) -> dict[str, TensorInfo]:
    """Return the tensors of a model or an adapter by name, those of a split model's other parts too."""
    return tensors_under(read_header(Path(path)))


def tensors_under(header: Header) -> dict[str, TensorInfo]:
    """Return the tensors of the file of a header, as `tensors_of` does of a path."""
    parts = [header, *_other_parts(header)]
    return {tensor.name: tensor for part in parts for tensor in part.tensors}


def _kind(header: Header) -> str:
    name = header.path.name
    declared = header.text("general.type")
    architecture = header.text("general.architecture")
    if not header.metadata:
        raise UserError("“{name}” holds no model: its header is empty.", name=name)
    if declared == "imatrix":
        return "imatrix"
    if header.whole("split.count") > 1 and header.whole("split.no") > 0:
        # only the first part says what the model is
        _other_parts(header)
    if not architecture:
        raise UserError("“{name}” does not say which architecture its model has.", name=name)
    if declared == "adapter":
        return "adapter"
    if architecture == "clip" or declared == "mmproj":
        return "projector"
    if not header.tensors:
        if header.whole("split.count") > 1:
            return "model"
        if TOKENS in header.metadata:
            return "vocabulary"
        raise UserError("“{name}” holds no weights.", name=name)
    return "embedder" if architecture in EMBEDDERS else "model"


def _not_wanted(name: str, kind: str, wanted: str) -> UserError:
    if kind == "adapter":
        return UserError("“{name}” is an adapter, not a model. Add it under Adapters.", name=name)
    if kind == "model":
        return UserError("“{name}” is a model, not an adapter. Add it under Models.", name=name)
    return UserError(
        "“{name}” is not {wanted} but {kind}.", name=name, wanted=KIND_WORDS[wanted], kind=KIND_WORDS[kind]
    )


def _other_parts(header: Header) -> list[Header]:
    count, number = header.whole("split.count"), header.whole("split.no")
    if count < 2:
        return []
    name = header.path.name
    match = _SPLIT_NAME.match(name)
    if match is None or int(match["count"]) != count:
        raise UserError(
            "“{name}” is one of {count} parts of a model, but its name does not say which. "
            "Give the parts back their own names.",
            name=name,
            count=count,
        )
    names = [f"{match['stem']}-{i:05d}-of-{count:05d}.gguf" for i in range(1, count + 1)]
    missing = [part for part in names if not header.path.with_name(part).is_file()]
    if missing:
        shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        raise UserError(
            "“{name}” is one of {count} parts of a model. Missing beside it: {missing}.",
            name=name,
            count=count,
            missing=shown,
        )
    if number != 0:
        raise UserError(
            "“{name}” is a later part of a model. Choose its first part, “{first}”.", name=name, first=names[0]
        )
    others = [read_header(header.path.with_name(part)) for part in names[1:]]
    for index, part in enumerate(others, start=1):
        if part.types.get("split.no") != 2 or part.whole("split.no") != index:
            raise UserError("“{name}” is not the part of the model that its name says.", name=part.path.name)
    return others


def _check_vocabulary(header: Header) -> None:
    """Check what llama.cpp takes for granted, and would end the process over."""
    name = header.path.name
    tokens = header.metadata.get(TOKENS)
    readable = header.text("tokenizer.ggml.model") not in ("", "none", "no_vocab")
    if not readable or not isinstance(tokens, ArrayValue) or tokens.item_type != STRING or tokens.length == 0:
        raise UserError("“{name}” has no vocabulary, so it cannot read text.", name=name)
    for key, item_types in (("tokenizer.ggml.scores", (5, 6)), ("tokenizer.ggml.token_type", (5,))):
        values = header.metadata.get(key, ArrayValue(item_types[0], tokens.length))
        if not isinstance(values, ArrayValue) or values.item_type not in item_types or values.length < tokens.length:
            raise _bad_vocabulary(name)
    # llama.cpp reads each text up to its first zero, and names the empty ones itself
    listed = [text for text in (raw.partition(b"\0")[0] for raw in header.vocabulary) if text]
    texts = set(listed)
    if len(texts) != len(listed):
        raise _bad_vocabulary(name)
    if header.text("tokenizer.ggml.model") == "llama" and not all(_has_byte(texts, value) for value in range(256)):
        raise _bad_vocabulary(name)


def _check_shape(header: Header) -> None:
    """Check the numbers that llama.cpp builds its computation from without looking."""
    name = header.path.name
    architecture = header.text("general.architecture")
    if not 0 < header.whole(f"{architecture}.block_count") <= MAX_BLOCKS:
        raise UserError("“{name}” does not say how many blocks its model has.", name=name)
    heads = header.whole(f"{architecture}.attention.head_count")
    width = header.whole(f"{architecture}.embedding_length")
    # a context shorter than any question of llama.cpp's own templates ends the process at the first one
    if 0 < header.whole(f"{architecture}.context_length") < LEAST_CONTEXT:
        raise UserError(
            "“{name}” says that its model reads no more than {count} tokens at a time, too few for any question.",
            name=name,
            count=header.whole(f"{architecture}.context_length"),
        )
    _check_fractions(header, architecture)
    head_width = max(header.whole(f"{architecture}.attention.key_length"), width // heads if heads > 0 else 0)
    rope = header.metadata.get(f"{architecture}.rope.dimension_count", 2)
    # llama.cpp turns numbers by pairs: without end where there are none, and it ends the process over a half one
    if not isinstance(rope, int) or rope <= 0 or rope % 2 or (head_width and rope > head_width):
        raise UserError(
            "“{name}” is damaged: the numbers in its header do not fit together. Fetch the file again.", name=name
        )


def _check_fractions(header: Header, architecture: str) -> None:
    """Refuse what is no number among the model's, and what must not be negative."""
    for key, value in header.metadata.items():
        if not isinstance(value, float) or not key.startswith(f"{architecture}."):
            continue
        if not math.isfinite(value) or (key.endswith("epsilon") and value < 0):
            raise UserError(
                "“{name}” is damaged: “{key}” in its header is impossible. Fetch the file again.",
                name=header.path.name,
                key=key,
            )


def _has_byte(texts: set[bytes], value: int) -> bool:
    """Tell whether a SentencePiece vocabulary can spell a byte."""
    return f"<0x{value:02X}>".encode() in texts or bytes([value]) in texts


def _bad_vocabulary(name: str) -> UserError:
    return UserError("“{name}” is damaged: its vocabulary does not fit together. Fetch the file again.", name=name)


def _check_adapter(header: Header) -> None:
    """Check what llama.cpp asserts, and would end the process over, when it reads an adapter."""
    name = header.path.name
    if header.text("adapter.type") != "lora":
        raise UserError("“{name}” is an adapter of a kind that cannot be used; only LoRA can.", name=name)
    if header.types.get("adapter.lora.alpha") != 6:
        raise UserError("“{name}” is damaged: it does not say how strongly the adapter was trained.", name=name)
    alpha = header.metadata["adapter.lora.alpha"]
    if not isinstance(alpha, float) or not math.isfinite(alpha):
        raise UserError("“{name}” is damaged: the strength that it was trained with is no number.", name=name)
    if "adapter.alora.invocation_tokens" in header.metadata:
        raise UserError(
            "“{name}” is an adapter that waits for a keyword (aLoRA); only plain LoRA can be used.", name=name
        )
    norms = sum(tensor.name.endswith("_norm.weight") for tensor in header.tensors)
    if norms:
        raise UserError(
            "“{name}” has trained norms too ({count} tensors), which llama.cpp leaves out: its answers would not be "
            "what it was trained for. Ask for it to be trained without modules_to_save.",
            name=name,
            count=norms,
        )
    pairs: dict[str, set[str]] = {}
    for tensor in header.tensors:
        if TENSOR_TYPES[tensor.type][0] not in ADAPTER_TYPES or len(tensor.shape) > 2:
            raise UserError(
                "“{name}” stores its weights in a form ({kind}) that cannot be used. Ask for it in 16 or 32 bits.",
                name=name,
                kind=TENSOR_TYPES[tensor.type][0],
            )
        base, _, half = tensor.name.rpartition(".")
        if half in ("lora_a", "lora_b"):
            pairs.setdefault(base, set()).add(half)
        else:
            raise UserError(
                "“{name}” holds more than a LoRA adapter (“{tensor}”) and cannot be used.",
                name=name,
                tensor=tensor.name,
            )
    if not pairs:
        raise UserError("“{name}” holds no adapter weights.", name=name)
    halved = [base for base, halves in pairs.items() if len(halves) != 2]
    if halved:
        raise UserError("“{name}” is damaged: one half of “{tensor}” is missing.", name=name, tensor=halved[0])


def _info(kind: str, parts: list[Header]) -> GgufInfo:
    header = parts[0]
    architecture = header.text("general.architecture")
    tensors = [tensor for part in parts for tensor in part.tensors]
    alpha = header.metadata.get("adapter.lora.alpha", 0.0)
    names = _base_names(header) if kind == "adapter" else _names(header)
    return GgufInfo(
        path=str(header.path),
        kind=kind,
        architecture=architecture,
        name=header.text("general.name") or header.path.stem,
        size=sum(part.size for part in parts),
        parameters=sum(tensor.elements for tensor in tensors),
        quantization=_quantization(header, tensors),
        context_train=header.whole(f"{architecture}.context_length"),
        blocks=header.whole(f"{architecture}.block_count"),
        embedding_width=header.whole(f"{architecture}.embedding_length"),
        kv_bytes_per_token=2 * sum(_cached(header, architecture)),
        has_template=bool(header.text("tokenizer.chat_template")),
        shape=_shape(header, architecture, tensors) if kind == "model" else ModelShape(),
        rank=(header.whole(RANK_KEY) or _rank(tensors)) if kind == "adapter" else 0,
        alpha=float(alpha) if kind == "adapter" and isinstance(alpha, (int, float)) else 0.0,
        base_name=names[0] if kind == "adapter" and names else "",
        tensors=len(tensors),
        names=names,
        made_by=_made_by(header),
        prompt=header.text(PROMPT_KEY) if kind == "adapter" else "",
    )


def _names(header: Header) -> tuple[str, ...]:
    """Return what a model calls itself, where it came from, and its file's stem; each once."""
    sources = [header.text(f"general.source.{key}") for key in ("huggingface.repository", "repo_url", "url")]
    named = [header.text("general.name"), header.text("general.basename"), *map(_last_part, sources)]
    return tuple(dict.fromkeys(name for name in (*named, header.path.stem) if name))


def _base_names(header: Header) -> tuple[str, ...]:
    """Return what an adapter's bases are called; a file without them may give the base as its own `basename`."""
    names: list[str] = []
    for number in range(min(header.whole("general.base_model.count"), MAX_BASES)):
        base = f"general.base_model.{number}"
        names += [header.text(f"{base}.name"), _last_part(header.text(f"{base}.repo_url"))]
    named = [name for name in names if name] or [header.text("general.basename")]
    return tuple(dict.fromkeys(name for name in named if name))


def _last_part(url: str) -> str:
    """Return the last part of an address or of owner/name."""
    return url.rstrip("/").rpartition("/")[2]


def _made_by(header: Header) -> str:
    """Return who or what made a file, empty where it does not say."""
    keys = (MADE_BY_KEY, "general.author", "general.organization", "general.quantized_by")
    return next((text for text in map(header.text, keys) if text), "")


def _quantization(header: Header, tensors: Iterable[TensorInfo]) -> str:
    declared = FILE_TYPES.get(header.whole("general.file_type")) if "general.file_type" in header.metadata else None
    if declared is not None:
        return declared
    weights: Counter[int] = Counter()
    for tensor in tensors:
        weights[tensor.type] += tensor.nbytes
    return TENSOR_TYPES[weights.most_common(1)[0][0]][0] if weights else ""


def _rank(tensors: Iterable[TensorInfo]) -> int:
    """Return the largest rank of an adapter: the second dimension of its lora_a tensors."""
    ranks = [tensor.shape[1] for tensor in tensors if tensor.name.endswith(".lora_a") and len(tensor.shape) > 1]
    return max(ranks, default=0)


def _shape(header: Header, architecture: str, tensors: list[TensorInfo]) -> ModelShape:
    """Return what of a model takes memory, from its tensors and its header."""
    blocks = [0] * min(MAX_BLOCKS, header.whole(f"{architecture}.block_count"))
    inputs = outputs = 0
    for tensor in tensors:
        match = _BLOCK_NAME.match(tensor.name)
        if match and int(match[1]) < len(blocks):
            blocks[int(match[1])] += tensor.nbytes
        elif tensor.name == INPUT_TENSOR:
            inputs += tensor.nbytes
        else:
            outputs += tensor.nbytes
    tokens, merges = header.metadata.get(TOKENS), header.metadata.get("tokenizer.ggml.merges")
    return ModelShape(
        block_bytes=tuple(blocks),
        cached=_cached(header, architecture),
        input_bytes=inputs,
        output_bytes=outputs,
        tied=all(tensor.name != OUTPUT_TENSOR for tensor in tensors),
        heads=max(_per_block(header, f"{architecture}.attention.head_count", len(blocks)), default=0),
        tokens=tokens.length if isinstance(tokens, ArrayValue) else 0,
        merges=merges.length if isinstance(merges, ArrayValue) else 0,
    )


def _cached(header: Header, architecture: str) -> tuple[int, ...]:
    """Return how many numbers a token leaves in the KV cache of each block: heads x (key length + value length)."""
    blocks = header.whole(f"{architecture}.block_count")
    if not 0 < blocks <= MAX_BLOCKS:
        return ()
    heads = _per_block(header, f"{architecture}.attention.head_count", blocks)
    kv_heads = _per_block(header, f"{architecture}.attention.head_count_kv", blocks) or heads
    if not kv_heads or not heads or max(heads) <= 0:
        return ()
    even = header.whole(f"{architecture}.embedding_length") // max(heads)
    key = header.whole(f"{architecture}.attention.key_length") or even
    value = header.whole(f"{architecture}.attention.value_length") or even
    return tuple(count * (key + value) for count in kv_heads)


def _per_block(header: Header, key: str, blocks: int) -> list[int]:
    value = header.metadata.get(key)
    if isinstance(value, ArrayValue):
        return [int(item) for item in value.items or () if isinstance(item, int)][:blocks]
    return [value] * blocks if isinstance(value, int) and value > 0 else []
