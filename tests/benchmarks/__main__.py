"""Prints the figures as one table: python -m tests.benchmarks [--quick] [--pages N] [--files N] [--json FILE]

Everything is measured in one run, one thing after the other, so that figures can be compared with each other; absolute
ones depend on the machine. LangChain and our imports run in processes of their own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.benchmarks import following, samples
from tests.benchmarks.table import HEAD, Row, line

Part = Callable[[Path], Iterator[Row]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure phi3desk beside LangChain and beside its limits.")
    parser.add_argument("--pages", type=int, default=1000, help="pages that are imported (1000)")
    parser.add_argument("--files", type=int, default=1000, help="files of the folder that does not change (1000)")
    parser.add_argument("--quick", action="store_true", help="two minutes: 60 pages, 100 files, no 200,000 passages")
    parser.add_argument("--only", nargs="+", help="some parts only: imports, unchanged, searches, scale, samples")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    chosen = parser.parse_args(arguments)
    parts = chosen_parts(*((60, 100) if chosen.quick else (chosen.pages, chosen.files)), scale=not chosen.quick)
    rows: list[Row] = []
    for cells in (HEAD, ("---",) * len(HEAD)):
        print(line(cells), flush=True)
    for name, part in parts.items():
        if chosen.only and name not in chosen.only:
            continue
        with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as folder:
            for row in measurable(name, part(Path(folder))):
                print(line(row.cells()), flush=True)
                rows.append(row)
    if chosen.json:
        machine = {"machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
        text = json.dumps({**machine, "rows": [{**asdict(row), "ratio": row.ratio} for row in rows]}, indent=1)
        chosen.json.write_text(text, encoding="utf-8")
    return 1 if any(row.ours is None for row in rows) else 0


def measurable(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows, the last one saying so where a process that measures them failed."""
    try:
        yield from rows
    except subprocess.CalledProcessError as failed:
        print(f"{name}: {failed}", file=sys.stderr, flush=True)
        yield Row(f"the rest of “{name}”", None, "", reached=False)


def chosen_parts(pages: int, files: int, *, scale: bool) -> dict[str, Part]:
    """Return what is measured, by name, in its order."""
    parts: dict[str, Part] = {
        "imports": partial(following.import_rows, pages=pages),
        "unchanged": partial(following.unchanged_rows, files=files),
        "searches": partial(following.search_rows, pages=pages),
        "samples": samples.rows,
    }
    if scale and importlib.util.find_spec("tests.benchmarks.scale"):
        parts["scale"] = importlib.import_module("tests.benchmarks.scale").rows
    return parts


if __name__ == "__main__":
    sys.exit(main())
