"""Finds the folder that a path means: PEFT saves an adapter as a folder of two files."""

from __future__ import annotations

from pathlib import Path

from phi3desk.errors import UserError

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")


def is_peft(path: Path) -> bool:
    """Tell whether a path is meant as an adapter of PEFT: a folder, or a file as PEFT saves it, a pickle too."""
    return path.is_dir() or path.name == CONFIG or path.suffix.lower() in (".safetensors", *PICKLES)


def peft_folder(path: Path) -> Path:
    """Return the folder of an adapter, which may be given by itself or by one of its files; both files are there.

    Raises UserError for weights in Python's pickle form, which could run a stranger's code, and where a file is
    missing.
    """
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise UserError("The file “{name}” is not there. Look at its folder and its name.", name=path.name)
    if path.suffix.lower() in PICKLES and path.is_file():
        raise _pickled(path.name)
    if (path.suffix.lower() == ".safetensors" and path.name != WEIGHTS) or not (folder / CONFIG).is_file():
        if (folder / "config.json").is_file():
            raise UserError("“{name}” belongs to a whole model, not to an adapter.", name=path.name)
        raise UserError(
            "“{name}” is no adapter: that is a folder with {config} and {weights}.",
            name=path.name,
            config=CONFIG,
            weights=WEIGHTS,
        )
    if not (folder / WEIGHTS).is_file():
        pickled = next((file.name for file in sorted(folder.iterdir()) if file.suffix.lower() in PICKLES), None)
        if pickled:
            raise _pickled(pickled)
        raise UserError("“{folder}” holds no weights: {file} is missing in it.", folder=folder.name, file=WEIGHTS)
    return folder


def _pickled(name: str) -> UserError:
    return UserError(
        "“{name}” holds weights in Python's pickle form, which can run foreign code and is not opened. "
        "Ask for {wanted} (save_pretrained writes it).",
        name=name,
        wanted=WEIGHTS,
    )
