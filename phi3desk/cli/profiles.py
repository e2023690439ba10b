"""The commands of expert profiles and of the packs they travel in."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from phi3desk.cli.documents import open_library, stopped_by_user
from phi3desk.cli.models import print_change, print_rows
from phi3desk.cli.output import Output, ProgressLine
from phi3desk.errors import Cancelled
from phi3desk.library.library import Library
from phi3desk.packs.checks import read_manifest
from phi3desk.packs.exporter import export_pack
from phi3desk.packs.importer import import_pack
from phi3desk.packs.manifest import OnPackProgress, PackProgress
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.paths import Paths
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings


class _Packed(TypedDict):
    """What goes into a pack, and what is told while it is written."""

    with_documents: bool
    with_index: bool
    on_progress: OnPackProgress


def run_profiles(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """List, show or switch profiles, or carry one to or from another installation."""
    store = ProfileStore(paths.profiles)
    if options.action == "list":
        current, profiles = store.current, store.profiles()
        lines = [f"{'*' if profile == current else ' '} {profile.name}" for profile in profiles]
        print_rows([profile_row(profile, current) for profile in profiles], lines, options, output)
    elif options.action == "show":
        profile = store.named(options.name)
        if options.json:
            output.json(profile_row(profile, store.current))
        else:
            for line in profile_lines(profile):
                output.text(line)
    elif options.action == "use":
        profile = store.use(store.named(options.name).id)
        print_change(profile_row(profile, profile), f"In use from now on: {profile.name}", options, output)
    elif options.action == "export":
        run_export(store.named(options.name), options, paths, settings, output)
    else:
        run_import(options, paths, settings, output)


def run_export(profile: Profile, options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Write a profile into a pack."""
    wants_library = options.with_documents or options.with_index
    file = Path(options.file).expanduser()
    line = ProgressLine()

    def show(progress: PackProgress) -> None:
        line.show(progress_text("Packing", progress))

    what: _Packed = {"with_documents": options.with_documents, "with_index": options.with_index, "on_progress": show}
    with stopped_by_user() as cancelled:
        if not wants_library:
            packed = export_pack(paths, None, profile, file, **what, cancelled=cancelled)
        else:
            with open_library(paths, settings) as library:
                if isinstance(library, Library):
                    with library.transferring() as transfer:
                        packed = export_pack(paths, transfer, profile, file, **what, cancelled=cancelled)
                else:
                    packed = library.export_pack(profile.id, file, **what, cancelled=cancelled)
    line.clear()
    print_change(packed_row(packed), packed_text(packed), options, output)


def run_import(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Take in a pack; files that came without an index are read at once."""
    pack = Path(options.file).expanduser()
    line = ProgressLine()

    def show(progress: PackProgress) -> None:
        line.show(progress_text("Taking in", progress))

    with stopped_by_user() as cancelled:
        if not read_manifest(pack).collections:
            imported = import_pack(paths, None, pack, on_progress=show, cancelled=cancelled)
        else:
            with open_library(paths, settings) as library:
                if isinstance(library, Library):
                    with library.transferring() as transfer:
                        imported = import_pack(paths, transfer, pack, on_progress=show, cancelled=cancelled)
                else:
                    imported = library.import_pack(pack, show, cancelled)
                for collection in imported.collections if imported.reads or imported.embeds else ():
                    if library.sync(collection, cancelled=cancelled).cancelled:
                        raise Cancelled
    line.clear()
    print_change(imported_row(imported), imported_text(imported), options, output)


def profile_row(profile: Profile, current: Profile) -> dict[str, Any]:
    """Return the JSON of a profile."""
    return {
        "name": profile.name,
        "in_use": profile.id == current.id,
        "instructions": profile.instructions,
        "color": profile.color,
        "icon": profile.icon,
        "model": profile.model,
        "adapters": [{"name": use.name, "strength": use.strength} for use in profile.adapters],
        "collections": list(profile.collections),
        "answer_mode": profile.answer_mode,
        "sampling": msgspec.to_builtins(profile.sampling),
        "first_questions": list(profile.first_questions),
        "built_in": profile.built_in,
    }


def profile_lines(profile: Profile) -> list[str]:
    """Return a profile as lines for people."""
    adapters = ", ".join(f"{use.name} {use.strength:g}" for use in profile.adapters)
    lines = [
        profile.name,
        f"  answers: {profile.answer_mode.label}",
        f"  model: {profile.model or 'the one in use'}",
        f"  adapters: {adapters or 'none'}",
        f"  collections: {', '.join(map(str, profile.collections)) or 'all'}",
    ]
    lines += [f"  asks: {question}" for question in profile.first_questions]
    return [*lines, *([f"  {profile.instructions}"] if profile.instructions else [])]


def packed_row(packed: ExportedPack) -> dict[str, Any]:
    """Return the JSON of a pack that was written."""
    return {
        "file": str(packed.path),
        "bytes": packed.bytes,
        "documents": packed.documents,
        "files": packed.files,
        "passages": packed.passages,
        "adapters": packed.adapters,
        "left_out": list(packed.left_out),
        "embedders": list(packed.embedders),
        "unread": list(packed.unread),
    }


def packed_text(packed: ExportedPack) -> str:
    """Return what was packed in a sentence."""
    text = f"Packed into {packed.path}, {packed.bytes / 1e6:.1f} MB"
    if packed.left_out:
        text += f"; without {len(packed.left_out)} files that are gone or have changed: {', '.join(packed.left_out)}"
    if packed.unread:
        text += f"; without {len(packed.unread)} files not read yet or not readable: {', '.join(packed.unread)}"
    if packed.embedders:
        text += (
            f"; without the embedding model {', '.join(packed.embedders)}: where it is missing, all is embedded again"
        )
    return text


def imported_row(imported: ImportedPack) -> dict[str, Any]:
    """Return the JSON of a pack that was taken in."""
    return {
        "profile": imported.profile.name,
        "collections": list(imported.collections),
        "adapters": list(imported.adapters),
        "adapters_reused": list(imported.adapters_reused),
        "documents": imported.documents,
        "passages": imported.passages,
        "model_missing": imported.model_missing or None,
        "embedder_missing": imported.embedder or None,
    }


def imported_text(imported: ImportedPack) -> str:
    """Return what was taken in in a sentence."""
    text = f"Taken in: {imported.profile.name}"
    if imported.model_missing:
        text += f"; its model “{imported.model_missing}” is not here, so the one in use answers until it is added"
    if imported.embeds:
        text += f"; its vectors were made by “{imported.embedder}”, which is not here, so they were made again"
    return text


def progress_text(doing: str, progress: PackProgress) -> str:
    """Return how far a pack is in a line."""
    return f"{doing}, {progress.share:.0%}: {progress.current}"
