"""Prints what the model engine costs: python -m tests.benchmarks.model [--rows NAME ...] [--base REV] [--json FILE] ...

One table. What is compared is measured in turn in one run: this program beside llama-cpp-python's bare loop or
llama.cpp's own calls, a prompt that goes on beside the same one read anew, and all that another commit of this program
can do too beside that. Figures hold for the machine, ratios for the program.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from phi3desk.model.starter import find_starter
from tests.benchmarks.engine import conversations, drafting, loading, memory, streaming, windows
from tests.benchmarks.engine.bench import Bench, note
from tests.benchmarks.engine.program import Program
from tests.benchmarks.finding.program import check_out
from tests.benchmarks.processes import ROOT
from tests.benchmarks.table import HEAD, Row, line

PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "streaming": streaming.rows,
    "conversations": conversations.rows,
    "drafting": drafting.rows,
    "window": windows.start_rows,
    "stalls": windows.stall_rows,
    "table": windows.table_rows,
    "load": loading.rows,
    "memory": memory.rows,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    model = chosen.model or find_starter()
    if model is None:
        note("There is no model to measure: the starter is not installed. --model names a GGUF.")
        return 1
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as name:
        folder = Path(name)
        programs = [Program("", ROOT)]
        if chosen.base:
            checkout = folder / "checkout"
            if not check_out(chosen.base, checkout):
                note(f"This clone has no commit {chosen.base}.")
                return 1
            programs.append(Program(chosen.base, checkout))
        bench = Bench(folder, tuple(programs), model.resolve(), chosen.phi3)
        for cells in (HEAD, ("---",) * len(HEAD)):
            print(line(cells), flush=True)
        for part in chosen.rows:
            for row in _measurable(part, PARTS[part](bench)):
                print(line(row.cells()), flush=True)
                rows.append(row)
    if chosen.json:
        _write(chosen.json, model, rows)
    return 1 if any(row.ours is None for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure what the model engine costs.")
    parser.add_argument(
        "--rows", nargs="+", choices=PARTS, default=tuple(PARTS), metavar="NAME", help=f"some only: {', '.join(PARTS)}"
    )
    parser.add_argument("--model", type=Path, metavar="FILE", help="the GGUF that answers (the starter)")
    parser.add_argument("--phi3", type=Path, metavar="FILE", help="a model of Phi-3-mini's shape; else it is written")
    parser.add_argument("--base", metavar="REV", help="measure the program at that commit, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser


def _measurable(part: str, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows, the last one saying so where what measures them failed."""
    try:
        yield from rows
    except (OSError, RuntimeError, ValueError) as failed:
        note(f"{part}: {failed}")
        yield Row(f"the rest of “{part}”", None, "", reached=False)


def _write(file: Path, model: Path, rows: Sequence[Row]) -> None:
    machine = {"machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
    measured = [{**asdict(row), "ratio": row.ratio} for row in rows]
    text = json.dumps({**machine, "model": model.name, "rows": measured}, indent=1, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
