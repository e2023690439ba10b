"""Keeps the adapters, each copied in under its own name, with what is known of their base."""

from __future__ import annotations

import json
import logging
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.file_hash import sha256
from phi3desk.model.adapters.base_models import Choice, DoubtfulBase
from phi3desk.model.adapters.preparation import Prepared, prepared
from phi3desk.model.gguf import inspect
from phi3desk.model.starter import ADAPTER, find_starter_adapter
from phi3desk.model.store import AdapterEntries, ModelStore, checked_name, free_name
from phi3desk.model.types import AdapterEntry, GgufInfo
from phi3desk.paths import Paths, write_atomically

log = logging.getLogger(__name__)

#: ending of the files of removed adapters
_HELD = ".held"


@dataclass(frozen=True)
class RemovedAdapter:
    """A removed adapter, for putting it back; its file waits under `held` until `forget_removed`."""

    entry: AdapterEntry
    held: str


@dataclass(frozen=True)
class CheckedAdapter:
    """An adapter that fits a model, as it would be kept; its path is where it came from."""

    entry: AdapterEntry
    model: str


class AdapterStore:
    """The adapters in the program's own folder, each with a small JSON file beside it, and the starter's."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.adapters
        self._models = ModelStore(paths)

    def list(self) -> AdapterEntries:
        """Return every adapter by name; a damaged record is left out and logged."""
        starter = find_starter_adapter()
        entries = [starter] if starter is not None else []
        for record in sorted(self._folder.glob("*.json")):
            entry = _read_adapter(record)
            if entry is None:
                log.warning("an adapter's record cannot be read: %s", record.name)
            elif Path(entry.path).is_file():
                entries.append(entry)
        return sorted(entries, key=lambda entry: entry.name.casefold())

    def find(self, name: str) -> AdapterEntry:
        """Return an adapter by its name; raises UserError for an unknown one."""
        for entry in self.list():
            if entry.name == name:
                return entry
        raise UserError("There is no adapter called “{name}”.", name=name)

    def add(self, file: str | Path, name: str = "", base: str = "", *, confirmed: bool = False) -> AdapterEntry:
        """Check a LoRA adapter and copy it in; an adapter folder of PEFT becomes GGUF on the way.

        `file` is a GGUF, a folder of PEFT, or a file in one. `base` names the model it was made for; without it that
        is the model in use or another of the list that it fits. The same content is kept once. Raises DoubtfulBase
        where it names another base than a model of its shape and `confirmed` is not given; UserError where it is not
        usable, fits no model of its kind, or the name is taken.
        """
        source = Path(file).expanduser().resolve()
        named = checked_name(name) if name else ""
        entries = [self._models.find(base)] if base else self._models.list()
        with prepared(source, entries, self._folder, named=bool(base)) as adapter:
            choice = adapter.choice
            if choice.base and choice.doubt and not confirmed:
                raise DoubtfulBase(choice.doubt, choice.base.entry.name)
            accepted = (choice.base.info.identity,) if choice.base and choice.doubt else ()
            return self._take_in(adapter, named, accepted)

    def check(self, file: str | Path, base: str = "") -> CheckedAdapter:
        """Check an adapter, converted where it is PEFT's, against the model of that name or the one in use.

        Raises as `add` does, and UserError where there is no model; nothing is kept.
        """
        model = self._models.find(base) if base else self._models.in_use()
        if model is None:
            raise UserError("There is no model to check the adapter against. Add one first.")
        source = Path(file).expanduser().resolve()
        with prepared(source, [model], self._folder, named=True) as adapter:
            if adapter.choice.doubt:
                raise DoubtfulBase(adapter.choice.doubt, model.name)
            return CheckedAdapter(adapter_entry(adapter.name, str(source), adapter.file, adapter.info), model.name)

    def take(self, file: Path, name: str) -> tuple[AdapterEntry, bool]:
        """Move a GGUF of this disk in under a free name, whatever models are here, for they may come later.

        The same content is kept once: tells whether the adapter is new, and only then may `forget` undo it. Raises
        UserError where the file is no usable adapter.
        """
        known = {entry.name for entry in self.list()}
        entry = self._take_in(Prepared(name, file, inspect(file, "adapter"), Choice(None)), "", ())
        return entry, entry.name not in known

    def forget(self, entry: AdapterEntry) -> None:
        """Delete an adapter for good; one that is gone already is no error."""
        Path(entry.path).unlink(missing_ok=True)
        self._record(entry.name).unlink(missing_ok=True)

    def _take_in(self, adapter: Prepared, named: str, accepted: tuple[str, ...]) -> AdapterEntry:
        """Move a prepared file into the folder and write its record."""
        digest, entries = sha256(adapter.file), self.list()
        for entry in entries:
            is_new = bool(set(accepted) - set(entry.confirmed))
            if entry.sha256 != digest or named not in ("", entry.name) or (entry.starter and is_new):
                continue
            if is_new:
                entry = replace(entry, confirmed=(*entry.confirmed, *accepted))
                self._write(entry)
            return entry
        # the starter's is taken although the starter may come later; a file may be there whose record is damaged
        taken = {ADAPTER, *(entry.name for entry in entries), *(file.stem for file in self._folder.glob("*.gguf"))}
        chosen = named or free_name(adapter.name, taken)
        if chosen.casefold() in {name.casefold() for name in taken}:
            raise UserError("There is already an adapter called “{name}”. Choose another name.", name=chosen)
        target = self._folder / f"{chosen}.gguf"
        entry = replace(adapter_entry(chosen, str(target), adapter.file, adapter.info), confirmed=accepted)
        adapter.file.replace(target)
        try:
            self._write(entry)
        except OSError:
            target.unlink(missing_ok=True)
            raise
        return entry

    def remove(self, name: str) -> RemovedAdapter:
        """Take an adapter out of the list; what is returned puts it back through `restore`."""
        entry = self.find(name)
        if entry.starter:
            raise UserError("The starter's adapter came with the program and stays in the list.")
        # a name for each removal: one of the same name, or the same content, may wait there too
        held = self._folder / f"removed-{secrets.token_hex(8)}.gguf{_HELD}"
        Path(entry.path).replace(held)
        self._record(entry.name).unlink(missing_ok=True)
        return RemovedAdapter(entry, str(held))

    def restore(self, removed: RemovedAdapter) -> AdapterEntry:
        """Put back what `remove` took out; raises UserError where its file is gone or its name is taken."""
        entry, held = removed.entry, Path(removed.held)
        if not held.is_file() or sha256(held) != entry.sha256:
            raise UserError("The adapter “{name}” cannot be put back; add its file again.", name=entry.name)
        if any(known.name == entry.name for known in self.list()):
            raise UserError("There is already an adapter called “{name}”. Choose another name.", name=entry.name)
        held.replace(entry.path)
        self._write(entry)
        return entry

    def forget_removed(self, removed: RemovedAdapter | None = None) -> None:
        """Delete the file of a removed adapter for good, or those of all: nobody can put them back any more."""
        for held in [Path(removed.held)] if removed is not None else list(self._folder.glob(f"*{_HELD}")):
            # one that is still open elsewhere goes the next time
            with suppress(OSError):
                held.unlink(missing_ok=True)

    def _record(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _write(self, entry: AdapterEntry) -> None:
        write_atomically(
            self._record(entry.name), json.dumps({**asdict(entry), "path": Path(entry.path).name}, indent=1)
        )


def adapter_entry(name: str, path: str, file: Path, info: GgufInfo) -> AdapterEntry:
    """Return the record of an adapter that is to stand at `path`, from the file that holds it now."""
    return AdapterEntry(
        name,
        path,
        info.size,
        sha256(file),
        info.architecture,
        info.rank,
        info.alpha,
        info.base_name,
        info.tensors,
        info.made_by,
        form=info.prompt,
    )


def _read_adapter(record: Path) -> AdapterEntry | None:
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        entry = AdapterEntry(**content)
        path = record.with_name(Path(entry.path).name)
        return replace(entry, path=str(path), confirmed=tuple(map(str, entry.confirmed)), starter=False)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
