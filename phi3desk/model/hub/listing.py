"""Which models a repository holds, of what the hub tells of its files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phi3desk.errors import UserError
from phi3desk.model.hub.types import RemoteFile, RemoteModel, Repository, Wanted

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
#: hosts that are told from an owner where a browser or a person leaves out https://
_HOSTS = ("huggingface.co", "hf.co")
_SPLIT = re.compile(r"^(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{64}")
#: what Windows takes for a device, whatever follows the first dot
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = set('\\:*?"<>|') | {chr(code) for code in range(32)}
#: names that say of a GGUF that it is no language model
_NO_MODEL = ("mmproj", "imatrix")


def repository_name(text: str, host: str = "") -> str:
    """Return `owner/name` of what a person typed or pasted, an address of a page of the hub too, at its `host`.

    Raises UserError where it is neither.
    """
    address, has_scheme = _SCHEME.subn("", text.strip())
    parts = [part for part in re.split("[?#]", address)[0].split("/") if part]
    has_host = has_scheme or (parts and parts[0].casefold() in (*_HOSTS, host.casefold()))
    owner_and_name = parts[1:3] if has_host else parts[:2]
    if len(owner_and_name) < 2 or not all(_NAME.fullmatch(part) and ".." not in part for part in owner_and_name):
        raise UserError(
            "“{text}” is no repository. Write its owner and its name, as in microsoft/Phi-3-mini-4k-instruct-gguf, "
            "or paste the address of its page.",
            text=text.strip()[:200],
        )
    return "/".join(owner_and_name)


def models_of(files: Iterable[RemoteFile]) -> tuple[RemoteModel, ...]:
    """Return the models among a repository's files, by name: a split one once, and only where no part is missing.

    A file whose name could lead out of its folder, and one without a SHA-256, is left out.
    """
    models = []
    parts: dict[tuple[str, int], dict[int, RemoteFile]] = {}
    for file in files:
        if not _is_fit(file):
            continue
        split = _SPLIT.match(file.name)
        if split is None:
            models.append(RemoteModel((file,)))
        else:
            parts.setdefault((split["stem"], int(split["count"])), {})[int(split["number"])] = file
    for (_, count), numbered in parts.items():
        if sorted(numbered) == list(range(1, count + 1)):
            models.append(RemoteModel(tuple(numbered[number] for number in sorted(numbered))))
    return tuple(sorted(models, key=lambda model: model.name.casefold()))


def choose(repository: Repository, file: str) -> RemoteModel:
    """Return the model that a file of a repository belongs to; raises UserError where it has none such."""
    for model in repository.models:
        if any(part.name == file for part in model.files):
            return model
    raise UserError(
        "“{repository}” has no model “{file}” that can be used and checked. Choose another of its files.",
        repository=repository.name,
        file=file,
    )


def wanted_of(repository: Repository, model: RemoteModel) -> Wanted:
    """Return how a model of a repository is asked for."""
    return Wanted(repository.name, model.name)


def _is_fit(file: RemoteFile) -> bool:
    name = file.name.rpartition("/")[2].casefold()
    return (
        name.endswith(".gguf")
        and not any(word in name for word in _NO_MODEL)
        and file.size > 0
        and bool(_HASH.fullmatch(file.sha256))
        and is_safe(file.name)
    )


def is_safe(name: str) -> bool:
    """Tell whether a path of a repository stays within its folder, on every system."""
    parts = name.split("/")
    return len(name) <= 400 and all(
        part
        and not part.startswith(".")
        and not part.endswith((".", " "))
        and not _FORBIDDEN & set(part)
        and not _DEVICES.fullmatch(part)
        for part in parts
    )
