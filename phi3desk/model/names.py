"""What a person would call a model: its file's name without how its weights are stored and packed."""

from __future__ import annotations

import re
from pathlib import Path

# the types of llama.cpp's quantize tool, as publishers write them at the end of a file's name
_STORED = re.compile(
    r"[-_. ](?:ud[-_])?(?:i?q\d+(?:_[0-9a-z]+)*|t?bf16|fp?16|fp?32|mxfp4|gguf|imat(?:rix)?)$", re.IGNORECASE
)
_LEFT_OUT = frozenset({"instruct", "chat", "it", "gguf", "hf", "ggml"})
_VERSION = re.compile(r"\d+(?:\.\d+)?")
_SIZE = re.compile(r"\d+(?:\.\d+)?[bm]", re.IGNORECASE)
#: names of files that say nothing of the model in them
_NAMELESS = frozenset({"", "model", "weights", "unsloth", "ggml model"})


def spoken_name(stem: str) -> str:
    """Return a model's name as it is said: "SmolLM2 135M" of SmolLM2-135M-Instruct.Q4_1."""
    rest = stem
    while (shorter := _STORED.sub("", rest)) != rest:
        rest = shorter
    said = ""
    for word in re.split(r"[-_ ]+", rest):
        if not word or word.casefold() in _LEFT_OUT:
            continue
        shown = word.upper() if _SIZE.fullmatch(word) else word
        joins = "-" if _VERSION.fullmatch(word) and said and said[-1].isalpha() else " "
        said = f"{said}{joins}{shown}" if said else shown
    return said or stem


def is_nameless(stem: str) -> bool:
    """Tell whether a file's name says nothing of the model in it."""
    return spoken_name(stem).casefold().replace("-", " ") in _NAMELESS


def model_title(name: str, path: str) -> str:
    """Return what a model of the list is called: the name its user gave it, or its file's as it is said."""
    stem = Path(path).stem
    if not stem or not name.startswith(stem):
        return name
    return spoken_name(stem) + name.removeprefix(stem)
