"""Turns a trained adapter into the files that come with the program: 16 bits, with its licence and its prompt form.

    python ship.py FOLDER [--reader | --checker]

`FOLDER` is the --out folder of train.py, or of packaging/reading/train.py for the reader and the checker of the large
starter; resources/adapters is written.
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
from phi3desk.model.starter import ADAPTER, CHECKER, READER, find_large_starter, find_small_starter
from phi3desk.model.types import ModelEntry, model_name
from phi3desk.paths import resource

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
NOTES = {
    ADAPTER: {
        "general.description": "Answers from numbered passages with the sentence that tells and its mark, or refuses.",
        "general.license": "cc-by-sa-4.0",
        PROMPT_KEY: next(name for name, manner in FORMS.items() if manner is WITH_REFUSAL),
    },
    READER: {
        "general.description": "Copies the words of sentences that answer a question, or says that none do.",
        "general.license": "apache-2.0",
    },
    CHECKER: {
        "general.description": "Says yes or no to whether a text says that a claim is true.",
        "general.license": "apache-2.0",
    },
}


def main() -> None:
    """Read the command line and write the adapter and its record."""
    parser = argparse.ArgumentParser(description="Make the starter's adapter ready to come with the program.")
    parser.add_argument("folder", type=Path, help="what train.py wrote")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--reader", dest="name", action="store_const", const=READER, help="the large starter's reader")
    kind.add_argument("--checker", dest="name", action="store_const", const=CHECKER, help="its checker of claims")
    parser.set_defaults(name=ADAPTER)
    parser.add_argument("--to", type=Path, default=resource("adapters"))
    options = parser.parse_args()
    starter = find_small_starter() if options.name == ADAPTER else find_large_starter()
    if starter is None:
        parser.error("the starter is not installed: python packaging/install.py starter")
    print(ship(options.folder, starter, options.to, options.name))


def ship(folder: Path, starter: Path, to: Path, name: str = ADAPTER) -> Path:
    """Write the GGUF of a trained adapter, and beside it the record the program lists it by; return the GGUF."""
    to.mkdir(parents=True, exist_ok=True)
    target = to / f"{name}.gguf"
    base = open_base(ModelEntry(model_name(starter), str(starter), starter.stat().st_size))
    with tempfile.TemporaryDirectory() as room:
        half = Path(room) / name
        half.mkdir()
        shutil.copyfile(folder / CONFIG, half / CONFIG)
        save_file(
            {name: value.to(torch.float16) for name, value in load_file(folder / WEIGHTS).items()}, half / WEIGHTS
        )
        convert(read_peft(half), base, target, NOTES[name])
    entry = adapter_entry(name, target.name, target, inspect(target, "adapter"))
    record = {field: value for field, value in asdict(entry).items() if field not in ("confirmed", "starter")}
    (to / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    main()
