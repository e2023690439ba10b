"""The commands of embedders: which there are, which made a collection's vectors, and a change to another one."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.cli.documents import end_import, open_library, told_import
from phi3desk.cli.models import print_change, print_rows
from phi3desk.cli.output import Output
from phi3desk.errors import UserError
from phi3desk.library.documents import Collection, EmbedderInfo
from phi3desk.paths import Paths
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

#: languages that a line names one by one
_NAMED = 6


def run_embedders(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """List, add or choose embedders; what is chosen embeds again what there is, which can be stopped and goes on."""
    with open_library(paths, settings) as library:
        if options.action == "list":
            infos, collections = library.embedders(), library.collections()
            rows = [embedder_row(info, collections) for info in infos]
            print_rows(rows, [line for info in infos for line in embedder_lines(info, collections)], options, output)
        elif options.action == "add":
            added = library.add_embedder(Path(options.folder).expanduser())
            row = embedder_row(added, library.collections())
            print_change(
                row,
                f"Added: {added.name}. To embed with it: phi3desk embedders use {shlex.quote(added.name)}",
                options,
                output,
            )
        else:
            _use(library, options, output)


def _use(library: AnyLibrary, options: argparse.Namespace, output: Output) -> None:
    collection = library.collection_id(options.collection) if options.collection else None
    library.use_embedder(options.name, collection)
    with told_import(options, output) as told:
        end_import(options, output, library.sync(collection, *told))
    unfinished = [
        each.name
        for each in library.collections()
        if each.embedder.wanted and collection in (None, each.id) and each.embedder.done < each.embedder.passages
    ]
    if unfinished:
        raise UserError(
            "Not all is embedded yet: {names}. The earlier vectors serve until then; phi3desk sync, or the window, "
            "goes on with it.",
            names=", ".join(unfinished),
        )


def embedder_row(info: EmbedderInfo, collections: list[Collection]) -> dict[str, Any]:
    """Return the JSON of an embedder, with the collections whose vectors it made or is making."""
    return {
        "name": info.name,
        "dimensions": info.dimensions,
        "languages": list(info.languages),
        "megabytes": info.megabytes,
        "default": info.default,
        "folder": info.folder or None,
        "problem": str(info.problem) if info.problem else None,
        "collections": [
            {
                "name": each.name,
                "serves": each.embedder.name == info.name,
                "passages": each.embedder.passages if each.embedder.wanted else each.passages,
                "embedded": each.embedder.done if each.embedder.wanted == info.name else None,
            }
            for each in collections
            if info.name in (each.embedder.name, each.embedder.wanted)
        ],
    }


def embedder_lines(info: EmbedderInfo, collections: list[Collection]) -> list[str]:
    """Return an embedder as lines for people."""
    named = ", ".join(info.languages) if len(info.languages) <= _NAMED else f"{len(info.languages)} languages"
    mark = "*" if info.default else " "
    lines = [f"{mark} {info.name}  {info.dimensions} dimensions  {named}  {info.megabytes} MB  {info.folder}".rstrip()]
    if info.problem:
        lines.append(f"    {info.problem}")
    for each in collections:
        if each.embedder.name == info.name:
            lines.append(f"    {each.name}: {each.passages} passages")
        elif each.embedder.wanted == info.name:
            lines.append(f"    {each.name}: {each.embedder.done} of {each.embedder.passages} passages embedded")
    return lines
