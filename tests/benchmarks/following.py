"""Imports beside LangChain and beside their limits, folders that do not change or are renamed, searches meanwhile."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.material import Material, pages_of, write_files
from tests.benchmarks.processes import measured
from tests.benchmarks.table import Row, at_most, sooner, within

#: Pages imported while searches are timed: enough for some hundred searches.
_SEARCHED_PAGES = 250


def import_rows(folder: Path, pages: int) -> Iterator[Row]:
    """Import pages, and measure LangChain, the reader alone and the embedder alone on the same ones."""
    material = pages_of(folder / "pages", pages)
    home = folder / "home"
    ours = measured("imports", "first", home, material.folder)
    theirs = measured("langchain_pipeline", material.folder, folder / "langchain")
    reader = measured("limits", "reader", material.folder)
    embedder = measured("limits", "embedder", home)
    note(
        f"{material.name}: {ours['passages']:,} passages here, {embedder['passages']:,} of them embedded (each text "
        f"once, none in a language the embedder does not know); {theirs['passages']:,} passages of LangChain, all of "
        f"them embedded, {theirs['failed']} files it could not read; the embedder alone is best in batches of "
        f"{embedder['batch']} and loads in {embedder['loaded']:.1f} s; ends of our import: {ours['states']}"
    )
    what = f"first question about {material.name}"
    yield sooner(what, ours["asked"], theirs["asked"], "LangChain", 20)
    yield Row(f"{what}, beside reading alone", ours["asked"], "s", reader["seconds"], "PDFium")
    what = f"{material.name} embedded"
    yield sooner(what, ours["embedded"], theirs["embedded"], "LangChain", 1.5)
    yield within(f"{what}, beside the limit", ours["embedded"], embedder["seconds"], "embedder alone", 1.1)
    each = 1000 / max(1, ours["passages"])
    yield Row(
        "the same for each passage",
        ours["embedded"] * each,
        "ms",
        theirs["embedded"] * 1000 / max(1, theirs["passages"]),
        "LangChain",
    )
    yield Row("memory at its largest, readers included", ours["megabytes"], "MB", theirs["megabytes"], "LangChain")


def unchanged_rows(folder: Path, files: int) -> Iterator[Row]:
    """Import a folder of small files, import it again, rename it."""
    material = write_files(folder / "files", files)
    home = folder / "home-of-files"
    measured("imports", "fill", home, material.folder)
    again = measured("imports", "again", home, material.folder)
    renamed = measured("imports", "renamed", home, material.folder, folder / "files renamed")
    yield Row(f"library of {files:,} files opened", again["opening"], "s")
    yield at_most(f"second import of {files:,} unchanged files", again["seconds"], "s", 2)
    yield none("files opened for it, readers started", again["opened"] + again["reader_started"])
    yield at_most(f"a folder of {files:,} files renamed", renamed["seconds"], "s", 3)
    yield none(
        "embedder loaded for it, readers started, files not ready",
        renamed["embedder_loaded"] + renamed["reader_started"] + files - renamed["ready"],
    )


def none(what: str, count: int) -> Row:
    """Return a row of a count that must be none."""
    return Row(what, float(count), "", to_reach="none", reached=count == 0)


def search_rows(folder: Path, pages: int) -> Iterator[Row]:
    """Search while pages are imported."""
    material: Material = pages_of(folder / "searched", min(pages, _SEARCHED_PAGES))
    seconds = measured("imports", "searches", folder / "home-of-searches", material.folder)["seconds"]
    slow = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    yield at_most(f"search during an import, 95 % of {len(seconds):,}", slow, "s", 0.5)
    yield Row("search during an import, slowest", max(seconds), "s")


def note(text: str) -> None:
    """Tell what the table cannot."""
    print(text, file=sys.stderr, flush=True)
