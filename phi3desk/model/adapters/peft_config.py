"""Reads the adapter_config.json of a PEFT adapter and refuses what a GGUF adapter cannot carry.

Source of the fields: huggingface/peft, LoraConfig.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phi3desk.errors import UserError
from phi3desk.model.adapters.peft_folder import CONFIG

MAX_CONFIG = 1 << 20
MAX_RANK = 1 << 12
SMALLEST = 1e-6
MAX_PATTERNS = 4096
MAX_PATTERN = 300
#: patterns with repetitions, repetitions and groups of one pattern: what can be tried in a bounded time
MAX_REPEATING, MAX_REPETITIONS, MAX_GROUPS = 16, 3, 2

#: starts of training that leave the base as it was; the others keep part of the adapter in a changed base
PLAIN_STARTS = (True, False, None, "gaussian", "orthogonal", "eva")

#: field -> what an adapter with it has beside low-rank weights, and how to ask for one without
EXTRAS = {
    "use_dora": ("DoRA", "trained without DoRA (use_dora=False)"),
    "modules_to_save": ("whole layers trained beside the adapter", "trained without modules_to_save"),
    "trainable_token_indices": ("newly trained tokens", "trained without trainable_token_indices"),
    "target_parameters": ("changes to single parameters", "trained on target_modules only"),
    "layer_replication": ("repeated layers", "trained without layer_replication"),
    "lora_bias": ("trained biases", "trained with lora_bias=False"),
    "use_qalora": ("QALoRA", "trained as plain LoRA"),
    "use_bdlora": ("block-diagonal LoRA", "trained as plain LoRA"),
    "alora_invocation_tokens": ("a keyword it waits for (aLoRA)", "trained as plain LoRA"),
    "arrow_config": ("a choice among several adapters (Arrow)", "trained as plain LoRA"),
    "kasa_config": ("KaSA", "trained as plain LoRA"),
    "monteclora_config": ("MonteCLoRA", "trained as plain LoRA"),
}


@dataclass(frozen=True)
class PeftConfig:
    """What a PEFT adapter says of its training; `base` is a model's name on Hugging Face or a folder, or empty."""

    rank: int
    alpha: float
    rslora: bool
    base: str
    revision: str
    version: str
    rank_patterns: Mapping[str, float]
    alpha_patterns: Mapping[str, float]

    def rank_of(self, module: str) -> int:
        """Return the rank of a module such as `model.layers.0.self_attn.q_proj`."""
        return int(_by_pattern(self.rank_patterns, module, self.rank))

    def scale_of(self, module: str) -> float:
        """Return by what PEFT multiplies B·A of a module: alpha / rank, or alpha / sqrt(rank) for rsLoRA."""
        rank = self.rank_of(module)
        return _by_pattern(self.alpha_patterns, module, self.alpha) / (math.sqrt(rank) if self.rslora else rank)


def read_config(folder: Path) -> PeftConfig:
    """Read and check a folder's configuration; UserError with the reason, and with what to ask for."""
    content = _content(folder / CONFIG)
    name = folder.name
    kind = content.get("peft_type")
    if kind != "LORA":
        raise UserError(
            "“{name}” is an adapter of another kind ({kind}); only LoRA can be used. Ask for it to be trained as LoRA.",
            name=name,
            kind=_shown(kind) or "unnamed",
        )
    for field, (what, wish) in EXTRAS.items():
        if content.get(field):
            raise UserError(
                "“{name}” has more than a LoRA adapter can carry: {what}. Ask for it to be {wish}.",
                name=name,
                what=what,
                wish=wish,
            )
    if content.get("bias", "none") != "none":
        raise UserError(
            "“{name}” has more than a LoRA adapter can carry: {what}. Ask for it to be {wish}.",
            name=name,
            what="trained biases",
            wish='trained with bias="none"',
        )
    start = content.get("init_lora_weights", True)
    if not any(start is plain or (isinstance(plain, str) and start == plain) for plain in PLAIN_STARTS):
        raise UserError(
            "“{name}” was begun from a changed base ({start}) and does not fit the plain model. Ask for it "
            "to be converted to plain LoRA when it is saved.",
            name=name,
            start=_shown(start),
        )
    return PeftConfig(
        rank=int(_number(content.get("r"), name, MAX_RANK, whole=True)),
        alpha=_number(content.get("lora_alpha"), name, 1e6),
        rslora=content.get("use_rslora") is True,
        base=_shown(content.get("base_model_name_or_path"), 300),
        revision=_shown(content.get("revision")),
        version=_shown(content.get("peft_version")),
        rank_patterns=_patterns(content.get("rank_pattern"), name, MAX_RANK, whole=True),
        alpha_patterns=_patterns(content.get("alpha_pattern"), name, 1e6),
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_CONFIG + 1)
    except FileNotFoundError:
        raise UserError(
            "“{folder}” is no adapter folder: {file} is missing in it.", folder=path.parent.name, file=CONFIG
        ) from None
    except OSError as error:
        raise UserError("“{name}” cannot be read: {reason}.", name=path.name, reason=error.strerror or "") from None
    try:
        content = json.loads(raw) if len(raw) <= MAX_CONFIG else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise UserError("“{name}” is damaged: it cannot be read. Fetch it again.", name=path.name)
    return content


def _shown(value: Any, most: int = 60) -> str:
    """Return a text or a flag of the configuration as it may be shown: one line, of a bounded length."""
    return " ".join(str(value).split())[:most] if isinstance(value, (str, bool)) else ""


def _number(value: Any, name: str, most: float, whole: bool = False) -> float:
    right = isinstance(value, int) if whole else isinstance(value, (int, float))
    if not right or isinstance(value, bool) or not SMALLEST <= value <= most:
        raise UserError("“{name}” is damaged: the rank or the alpha in {file} is impossible.", name=name, file=CONFIG)
    return float(value)


def _patterns(value: Any, name: str, most: float, whole: bool = False) -> dict[str, float]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MAX_PATTERNS:
        raise UserError("“{name}” is damaged: the patterns in {file} cannot be read.", name=name, file=CONFIG)
    for pattern in value:
        if not _bounded(pattern):
            raise UserError(
                "“{name}” chooses its layers by a pattern that this program does not follow "
                "(“{pattern}”). Ask for the layers to be listed by name.",
                name=name,
                pattern=_shown(pattern),
            )
    if sum(_repetitions(pattern) > 0 for pattern in value) > MAX_REPEATING:
        raise UserError(
            "“{name}” chooses its layers by too many patterns. Ask for the layers to be listed by name.", name=name
        )
    return {pattern: _number(number, name, most, whole) for pattern, number in value.items()}


def _bounded(pattern: str) -> bool:
    """Tell whether a pattern is a regular expression that cannot run away: no repeated groups, few repetitions."""
    try:
        re.compile(f"({pattern})")
    except (re.error, RecursionError, OverflowError):
        return False
    literal = pattern.replace("\\.", "")
    return (
        len(pattern) <= MAX_PATTERN
        and _repetitions(pattern) <= MAX_REPETITIONS
        and literal.count("(") <= MAX_GROUPS
        and not re.search(r"\)\s*[*+?{]|\(\?|\\\d", literal)
    )


def _repetitions(pattern: str) -> int:
    return sum(pattern.count(sign) for sign in "*+?{")


def _by_pattern(patterns: Mapping[str, float], module: str, default: float) -> float:
    """Return the number of the first pattern that is the module's name or an end of it, as PEFT chooses."""
    for pattern, number in patterns.items():
        if re.match(rf"(.*\.)?({pattern})$", module):
            return number
    return default
