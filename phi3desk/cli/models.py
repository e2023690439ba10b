"""The commands of models, adapters and profiles."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from phi3desk.cli.output import Output
from phi3desk.model.models import AdapterEntry, ModelEntry
from phi3desk.model.store import AdapterStore, ModelStore
from phi3desk.paths import Paths
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings

GIGABYTE = 1_000_000_000


def run_models(options: argparse.Namespace, paths: Paths, _: Settings, output: Output) -> None:
    """List, add, choose or forget models; every action prints what it changed."""
    store = ModelStore(paths)
    if options.action == "list":
        entries = store.list()
        print_rows([dataclasses.asdict(entry) for entry in entries], [model_line(e) for e in entries], options, output)
        return
    if options.action == "add":
        entry, says = store.add(options.file, options.name or ""), "Added"
    elif options.action == "use":
        entry, says = store.use(options.name), "In use from now on"
    else:
        entry, says = store.remove(options.name), "Forgotten; its file stays"
    print_change(dataclasses.asdict(entry), f"{says}: {entry.name}", options, output)


def run_adapters(options: argparse.Namespace, paths: Paths, _: Settings, output: Output) -> None:
    """List or add adapters."""
    store = AdapterStore(paths)
    if options.action == "list":
        entries = store.list()
        print_rows([adapter_row(e) for e in entries], [adapter_line(e) for e in entries], options, output)
        return
    entry = store.add(options.file, options.name or "")
    print_change(adapter_row(entry), f"Added: {entry.name}", options, output)


def run_profiles(options: argparse.Namespace, paths: Paths, _: Settings, output: Output) -> None:
    """List profiles, or switch to one."""
    store = ProfileStore(paths.profiles)
    if options.action == "list":
        current = store.current
        profiles = store.profiles()
        rows = [profile_row(profile, current) for profile in profiles]
        lines = [f"{'*' if profile == current else ' '} {profile.name}" for profile in profiles]
        print_rows(rows, lines, options, output)
        return
    profile = store.use(store.named(options.name).id)
    print_change(profile_row(profile, profile), f"In use from now on: {profile.name}", options, output)


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


def model_line(entry: ModelEntry) -> str:
    """Return a model as a line for people."""
    notes = [note for note, holds in (("starter", entry.starter), ("file missing", entry.missing)) if holds]
    shown = f"  ({', '.join(notes)})" if notes else ""
    return f"{'*' if entry.in_use else ' '} {entry.name}  {entry.size / GIGABYTE:.2f} GB  {entry.path}{shown}"


def adapter_row(entry: AdapterEntry) -> dict[str, Any]:
    """Return the JSON of an adapter."""
    return {
        "name": entry.name,
        "file": entry.path,
        "base": entry.base,
        "architecture": entry.architecture,
        "rank": entry.rank,
        "alpha": entry.alpha,
        "bytes": entry.size,
        "sha256": entry.sha256,
    }


def adapter_line(entry: AdapterEntry) -> str:
    """Return an adapter as a line for people."""
    return f"  {entry.name}  {entry.architecture}, rank {entry.rank}, for {entry.base or 'an unnamed base'}"


def profile_row(profile: Profile, current: Profile) -> dict[str, Any]:
    """Return the JSON of a profile."""
    return {
        "name": profile.name,
        "in_use": profile.id == current.id,
        "instructions": profile.instructions,
        "model": profile.model,
        "adapters": [{"name": use.name, "strength": use.strength} for use in profile.adapters],
        "collections": list(profile.collections),
    }
