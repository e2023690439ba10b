"""A folder laid out as sentence-transformers does it, with weights of a few bytes: it can be described, not loaded."""

from __future__ import annotations

import json
from pathlib import Path


def write_model_folder(folder: Path, weight: bytes = b"\0\0\0\0", dimensions: int = 48) -> Path:
    """Write a folder that is described as a model with vectors of so many numbers; the weight decides its hash."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    header = json.dumps({"weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, len(weight)]}}).encode()
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": dimensions}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "README.md").write_text("---\nlanguage:\n- en\n- sl\n---\n")
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + weight)
    return folder
