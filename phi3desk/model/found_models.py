"""Models that other programs on this computer hold already; they are used where they lie, never copied or changed.

Where each program keeps its models, after its own documentation and source:
LM Studio: `models` in its home, or the folder that its settings name. Ollama: manifests that name a blob by its digest.
GPT4All and Jan: a folder of the user's data, or the one that their settings name. Hugging Face: `hub` in its cache.
"""

from __future__ import annotations

import configparser
import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from phi3desk.errors import UserError
from phi3desk.model.gguf import inspect
from phi3desk.model.names import is_nameless, spoken_name

log = logging.getLogger(__name__)

#: the most files that are looked at for each program, and the deepest folders
MOST_FILES, DEEPEST = 500, 8
#: a settings file or a manifest is no larger, in bytes
LARGEST_RECORD = 1 << 20
_LATER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_OLLAMA_MODEL = "application/vnd.ollama.image.model"


@dataclass(frozen=True)
class FoundModel:
    """A model of another program: whose it is, what it is called there, where it lies, and its bytes."""

    program: str
    name: str
    path: str
    size: int


@dataclass(frozen=True)
class Computer:
    """Where this computer's programs keep their data: its system, the person's home, the environment."""

    system: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def own(cls) -> Computer:
        """Return the one that this process runs on."""
        return cls(sys.platform, Path.home(), os.environ)

    def folder(self, variable: str, *default: str) -> Path:
        """Return the folder that an environment variable names, else one in the person's home."""
        named = self.environment.get(variable, "")
        return Path(named).expanduser() if named else self.home.joinpath(*default)

    @property
    def data(self) -> Path:
        """The folder of programs' data, of which Windows has a roaming one too."""
        if self.system == "win32":
            return self.folder("LOCALAPPDATA", "AppData", "Local")
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        return self.folder("XDG_DATA_HOME", ".local", "share")

    @property
    def roaming(self) -> Path:
        """The folder of programs' settings."""
        if self.system == "win32":
            return self.folder("APPDATA", "AppData", "Roaming")
        if self.system == "darwin":
            return self.home / "Library" / "Application Support"
        return self.folder("XDG_CONFIG_HOME", ".config")


def find_models(computer: Computer | None = None) -> list[FoundModel]:
    """Return the language models of other programs, each file once; what cannot be read is left out.

    Reads each model's header: some tenths of a second for one with a large vocabulary.
    """
    computer = computer or Computer.own()
    found: dict[Path, FoundModel] = {}
    for program, search in _SEARCHES.items():
        for path, name in islice(search(computer), MOST_FILES):
            with suppress(OSError, ValueError):
                place, real = path.parent.resolve() / path.name, path.resolve()
                if real not in found and (size := _size_of_model(place)):
                    found[real] = FoundModel(program, name, str(place), size)
    return sorted(found.values(), key=lambda model: (model.program, model.name.casefold(), model.path))


def _size_of_model(path: Path) -> int:
    """Return a language model's bytes, those of all its parts; 0 where the file is none."""
    try:
        return inspect(path, "model").size
    except UserError as refusal:
        log.info("not a model: %s", refusal)
    except OSError as error:
        log.info("cannot be read: %s", error.strerror)
    return 0


def _of_lm_studio(computer: Computer) -> Iterator[tuple[Path, str]]:
    homes = [computer.home / ".lmstudio", computer.home / ".cache" / "lm-studio"]
    pointer = _text(computer.home / ".lmstudio-home-pointer").strip()
    if pointer:
        homes.insert(0, Path(pointer))
    for home in homes:
        settings = _record(home / "settings.json")
        for folder in (settings.get("downloadsFolder"), home / "models"):
            yield from _named_by_file(folder)


def _of_ollama(computer: Computer) -> Iterator[tuple[Path, str]]:
    folders = [computer.folder("OLLAMA_MODELS", ".ollama", "models")]
    if computer.system not in ("win32", "darwin"):
        # where its service keeps them, which runs as a user of its own
        folders += [Path("/usr/share/ollama/.ollama/models"), Path("/var/lib/ollama/.ollama/models")]
    for folder in folders:
        for manifest in _files(folder / "manifests"):
            layers = _record(manifest).get("layers")
            for layer in layers if isinstance(layers, list) else ():
                if isinstance(layer, dict) and layer.get("mediaType") == _OLLAMA_MODEL:
                    digest = _DIGEST.fullmatch(str(layer.get("digest")))
                    if digest is not None:
                        yield folder / "blobs" / f"sha256-{digest[1]}", _tag(manifest)


def _tag(manifest: Path) -> str:
    """Return a model's name and its tag, unless that is the usual one: "phi3", "phi3 medium"."""
    name, tag = manifest.parent.name, manifest.name
    return name if tag == "latest" else f"{name} {tag}"


def _of_gpt4all(computer: Computer) -> Iterator[tuple[Path, str]]:
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    with suppress(configparser.Error):
        settings.read_string(_text(computer.roaming / "nomic.ai" / "GPT4All.ini"))
    yield from _named_by_file(settings.get("General", "modelPath", fallback=""))
    yield from _named_by_file(computer.data / "nomic.ai" / "GPT4All")


def _of_jan(computer: Computer) -> Iterator[tuple[Path, str]]:
    for home in (computer.roaming / "Jan", computer.data / "Jan"):
        named = _record(home / "settings.json").get("data_folder")
        for folder in (Path(named) if isinstance(named, str) and named else home / "data",):
            yield from _named_by_file(folder / "llamacpp" / "models")
            yield from _named_by_file(folder / "models")
    yield from _named_by_file(computer.home / "jan" / "models")


def _of_hugging_face(computer: Computer) -> Iterator[tuple[Path, str]]:
    cache = computer.folder("XDG_CACHE_HOME", ".cache") / "huggingface"
    home = Path(computer.environment.get("HF_HOME") or cache).expanduser()
    named = computer.environment.get("HF_HUB_CACHE") or computer.environment.get("HUGGINGFACE_HUB_CACHE")
    folder = Path(named).expanduser() if named else home / "hub"
    with suppress(OSError):
        for repository in sorted(folder.glob("models--*")):
            yield from _named_by_file(repository / "snapshots")


def _named_by_file(folder: object) -> Iterator[tuple[Path, str]]:
    """Return the GGUF files of a folder, each model once, called after their files or the folder they stand in."""
    if not isinstance(folder, (str, Path)) or not str(folder):
        return
    for path in _files(Path(folder)):
        if path.suffix.casefold() == ".gguf" and not _LATER_PART.search(path.name):
            yield path, spoken_name(path.parent.name if is_nameless(path.stem) else path.stem)


def _files(folder: Path) -> Iterator[Path]:
    """Return the files in a folder and in those within it; links to folders are not followed."""
    depth = len(folder.parts)
    for here, folders, files in os.walk(folder):
        folders.sort()
        if len(Path(here).parts) - depth >= DEEPEST:
            folders.clear()
        yield from (Path(here, name) for name in sorted(files))


def _record(path: Path) -> dict[str, Any]:
    """Return a JSON object, {} where the file holds none."""
    with suppress(ValueError, RecursionError):
        record = json.loads(_text(path) or "{}")
        return record if isinstance(record, dict) else {}
    return {}


def _text(path: Path) -> str:
    """Return a small file's text, "" where it cannot be read or is no small file."""
    with suppress(OSError, ValueError):
        if path.is_file() and path.stat().st_size <= LARGEST_RECORD:
            return path.read_text(encoding="utf-8")
    return ""


_SEARCHES = {
    "LM Studio": _of_lm_studio,
    "Ollama": _of_ollama,
    "GPT4All": _of_gpt4all,
    "Jan": _of_jan,
    "Hugging Face": _of_hugging_face,
}
