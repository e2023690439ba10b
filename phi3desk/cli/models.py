"""The commands of models and adapters."""

from __future__ import annotations

import argparse
from typing import Any

from phi3desk.cli.downloads import available_models, download_model, found_models
from phi3desk.cli.output import Output
from phi3desk.errors import UserError
from phi3desk.model.adapters.base_models import Base, DoubtfulBase, open_base
from phi3desk.model.adapters.compatibility import fit_of
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.gguf import inspect
from phi3desk.model.llama.hardware import hardware
from phi3desk.model.memory import GB, Fit, memory_fit
from phi3desk.model.options import load_options
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterEntry, Hardware, ModelEntry
from phi3desk.paths import Paths
from phi3desk.settings import Settings

FIT_WORDS = {True: "fits the model in use", False: "does not fit the model in use", None: "not known to fit"}


def run_models(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """List, get, add, choose or forget models; every action prints what it changed."""
    store = ModelStore(paths)
    if options.action == "available":
        print_rows(*available_models(options, paths), options, output)
        return
    if options.action == "found":
        print_rows(*found_models(), options, output)
        return
    if options.action == "list":
        entries = store.list()
        fits = fits_of(entries, settings)
        rows = [model_row(entry) | fit_row(fit) for entry, fit in zip(entries, fits, strict=True)]
        lines = [model_line(entry, fit) for entry, fit in zip(entries, fits, strict=True)]
        print_rows(rows, lines, options, output)
        return
    if options.action == "add":
        entry, says = store.add(options.file, options.name or ""), "Added"
    elif options.action == "download":
        entry, says = download_model(options, paths), "Downloaded, checked and added"
    elif options.action == "use":
        entry, says = store.use(options.name), "In use from now on"
    else:
        entry, says = store.remove(options.name), "Forgotten; its file stays"
    print_change(model_row(entry), f"{says}: {entry.name}", options, output)


def run_adapters(options: argparse.Namespace, paths: Paths, _: Settings, output: Output) -> None:
    """List, add, check or remove adapters."""
    store = AdapterStore(paths)
    if options.action == "list":
        base = base_in_use(paths)
        entries = [(entry, fit_of(entry, base).fits if base else None) for entry in store.list()]
        rows = [adapter_row(entry, fits) for entry, fits in entries]
        print_rows(rows, [adapter_line(entry, fits) for entry, fits in entries], options, output)
    elif options.action == "add":
        entry = add_adapter(store, options)
        base = base_in_use(paths)
        fits = fit_of(entry, base).fits if base else None
        print_change(adapter_row(entry, fits), f"Added: {entry.name} ({FIT_WORDS[fits]})", options, output)
    elif options.action == "check":
        checked = store.check(options.file, options.base or "")
        print_change(
            {**adapter_row(checked.entry, True), "model": checked.model}, f"It fits {checked.model}.", options, output
        )
    else:
        removed = store.remove(options.name)
        store.forget_removed(removed)
        print_change(adapter_row(removed.entry, None), f"Removed: {removed.entry.name}", options, output)


def add_adapter(store: AdapterStore, options: argparse.Namespace) -> AdapterEntry:
    """Add what the options name; a base named by the user is confirmed by that."""
    try:
        return store.add(options.file, options.name or "", options.base or "", confirmed=bool(options.base))
    except DoubtfulBase as doubt:
        raise UserError(
            '{doubt} If it is meant for that model all the same, add it with --base "{model}".',
            doubt=str(doubt),
            model=doubt.base,
        ) from None


def base_in_use(paths: Paths) -> Base | None:
    """Return the model in use as adapters are checked against it; None where there is none that can be read."""
    entry = ModelStore(paths).in_use()
    try:
        return open_base(entry) if entry else None
    except UserError:
        return None


def print_rows(rows: list[dict[str, Any]], lines: list[str], options: argparse.Namespace, output: Output) -> None:
    """Print a list: as JSON, or a line each."""
    if options.json:
        output.json(rows)
    for line in [] if options.json else lines:
        output.text(line)


def print_change(row: dict[str, Any], sentence: str, options: argparse.Namespace, output: Output) -> None:
    """Print what was changed."""
    if options.json:
        output.json(row)
    else:
        output.text(sentence)


def model_row(entry: ModelEntry) -> dict[str, Any]:
    """Return the JSON of a model."""
    return {
        "name": entry.name,
        "path": entry.path,
        "size": entry.size,
        "starter": entry.starter,
        "in_use": entry.in_use,
        "missing": entry.missing,
    }


def model_line(entry: ModelEntry, fit: Fit | None = None) -> str:
    """Return a model as a line for people, with a second one about the memory it takes."""
    starter = ("small starter" if entry.stand_in else "starter", entry.starter)
    notes = [note for note, holds in (starter, ("file missing", entry.missing)) if holds]
    shown = f"  ({', '.join(notes)})" if notes else ""
    memory = "\n    " + " ".join([fit_line(fit), *map(str, fit.advice)]) if fit else ""
    return f"{'*' if entry.in_use else ' '} {entry.name}  {entry.size / GB:.2f} GB  {entry.path}{shown}{memory}"


def fits_of(entries: list[ModelEntry], settings: Settings) -> list[Fit | None]:
    """Return whether each model fits what is free now; None where its file cannot be read."""
    machine = hardware()
    return [_fit_of(entry, settings, machine) for entry in entries]


def _fit_of(entry: ModelEntry, settings: Settings, machine: Hardware) -> Fit | None:
    try:
        return memory_fit(inspect(entry.path, "model"), load_options(settings), machine)
    except UserError:
        return None


def fit_line(fit: Fit) -> str:
    """Return in a sentence whether a model fits, and what it needs."""
    layers = f", {fit.need.card / GB:.1f} GB on the graphics card," if fit.need.card else ""
    free = f", {fit.card_free / GB:.1f} GB on the card" if fit.need.card else ""
    return (
        f"{fit.verdict}: needs {fit.need.main / GB:.1f} GB{layers} with a context of {fit.setup.context} tokens, "
        f"{fit.free / GB:.1f} GB free{free}."
    )


def fit_row(fit: Fit | None) -> dict[str, Any]:
    """Return the JSON of what a model needs, in bytes."""
    if fit is None:
        return {}
    return {
        "fits": str(fit.verdict),
        "memory": fit.need.main,
        "card_memory": fit.need.card,
        "context": fit.setup.context,
        "gpu_layers": fit.setup.gpu_layers,
        "advice": [str(sentence) for sentence in fit.advice],
    }


def adapter_row(entry: AdapterEntry, fits: bool | None) -> dict[str, Any]:
    """Return the JSON of an adapter; `fits` the model in use, None where that cannot be told."""
    return {
        "name": entry.name,
        "file": entry.path,
        "base": entry.base,
        "architecture": entry.architecture,
        "rank": entry.rank,
        "alpha": entry.alpha,
        "bytes": entry.size,
        "sha256": entry.sha256,
        "fits": fits,
    }


def adapter_line(entry: AdapterEntry, fits: bool | None) -> str:
    """Return an adapter as a line for people."""
    made = f", made by {entry.made_by}" if entry.made_by else ""
    base = entry.base or "an unnamed base"
    size = f"{entry.tensors} tensors, {entry.size / 1e6:.1f} MB"
    return f"  {entry.name}  {entry.architecture}, rank {entry.rank}, {size}, for {base}{made}  ({FIT_WORDS[fits]})"
