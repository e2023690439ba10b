"""Trains nothing: makes tiny PEFT adapters with random weights, saved as PEFT saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def save_peft(model: Any, folder: Path, *, seed: int = 3, kind: str = "float32", **settings: Any) -> Any:
    """Put a LoRA with random halves on a transformers model, save it to `folder`, and return the adapted model.

    `kind` is the type the weights are saved in; the returned model computes with the same rounded values.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    adapted = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings))
    random = torch.Generator().manual_seed(seed)
    saved_as = getattr(torch, kind)
    with torch.no_grad():
        for name, values in adapted.named_parameters():
            if "lora_" in name:
                values.copy_(torch.randn(values.shape, generator=random) / values.shape[-1] ** 0.5)
                values.data = values.data.to(saved_as)
    adapted.save_pretrained(folder)
    return adapted.float().eval()


def logits_of(model: Any, tokens: list[int]) -> npt.NDArray[np.float32]:
    """Return the scores of every token to come after a prompt."""
    import torch

    with torch.no_grad():
        values: npt.NDArray[np.float32] = model(torch.tensor([tokens])).logits[0, -1].float().numpy()
    return values


def write_peft(folder: Path, tensors: dict[str, npt.NDArray[Any]], **config: Any) -> Path:
    """Write an adapter folder by hand, with a configuration that PEFT would read."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    given = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["o_proj"], **config}
    (folder / "adapter_config.json").write_text(json.dumps(given), encoding="utf-8")
    save_file(tensors, folder / "adapter_model.safetensors")
    return folder
