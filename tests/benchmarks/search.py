"""Prints how well and how fast pages are found: python -m tests.benchmarks.search [--sets NAME ...] [--json FILE] ...

One table, set by set, for this program, for the program at another commit and for a plain LangChain pipeline with this
program's embedder, all in one run; then which questions were told to have no answer, and an import beside the embedder
alone. The sets are named in `finding.questions`. With --rankers: what the search finds without one of its features.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.finding import langchain, rankers, tables
from tests.benchmarks.finding.measuring import Measuring, Report, plain_sets
from tests.benchmarks.finding.pipelines import Documents, Pipeline
from tests.benchmarks.finding.program import Program, check_out
from tests.benchmarks.finding.questions import SPLITS, QuestionSet, chosen_sets, known_sets, paths_of
from tests.benchmarks.processes import ROOT

PROGRAM, BASE, LANGCHAIN = "program", "base", "langchain"
#: The last commit whose embedder knows English only.
_BASE_REVISION = "7af6c1d"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    found = chosen_sets(chosen.sets, chosen.split)
    for sentence in found.missing:
        _say(sentence)
    if not found.sets:
        _say("There is nothing to ask: the corpus is not here. PHI3DESK_CORPUS names its folder.")
        return 1
    with _folder(chosen.keep) as folder:
        if chosen.rankers:
            _print(_rankers(_program(folder), found.sets))
            return 0
        pipelines = _pipelines(chosen.only, chosen.base, folder)
        if not pipelines:
            return 1
        reports: list[Report] = []
        for pipeline in pipelines:
            measuring = Measuring(pipeline, found.sets)
            reports.append(measuring.report)
            measuring.measure_small()
            if chosen.passages:
                measuring.measure_large(chosen.passages, folder)
            if chosen.json:
                _write(chosen.json, reports)
    _print(tables.all_tables(reports))
    return 0 if all(row.scores for report in reports for row in report.rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure how well and how fast pages are found.")
    parser.add_argument("--sets", nargs="+", choices=known_sets(), metavar="NAME", help=", ".join(known_sets()))
    parser.add_argument("--only", nargs="+", choices=(PROGRAM, BASE, LANGCHAIN), help="some of the pipelines only")
    parser.add_argument("--base", default=_BASE_REVISION, metavar="REV", help=f"the other commit ({_BASE_REVISION})")
    parser.add_argument("--split", choices=SPLITS, help="one half of every set only")
    parser.add_argument(
        "--passages", type=int, default=200_000, metavar="N", help="of the large library (200000); 0: none"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep the libraries there, and use those of an earlier run: delete them where reading has changed since",
    )
    parser.add_argument("--rankers", action="store_true", help="leave one feature of the search out at a time")
    return parser


def _pipelines(only: Sequence[str] | None, base: str, folder: Path) -> list[Pipeline]:
    """Return what is compared, as far as it is here."""
    wanted = only or (PROGRAM, BASE, LANGCHAIN)
    pipelines: list[Pipeline] = []
    if PROGRAM in wanted:
        pipelines.append(_program(folder))
    if BASE in wanted:
        checkout = folder / f"checkout-{base}"
        if checkout.is_dir() or check_out(base, checkout):
            homes = folder / f"{BASE}-{base}"
            pipelines.append(Program(f"phi3desk {base}", checkout, homes, completes_questions=False))
        else:
            _say(f"This clone has no commit {base}: there is nothing to compare with. --base names another one.")
    if LANGCHAIN in wanted:
        if langchain.is_installed():
            pipelines.append(langchain.LangChain(folder / LANGCHAIN))
        else:
            _say("LangChain is not installed: python packaging/install.py bench")
    return pipelines


def _program(folder: Path) -> Program:
    return Program("phi3desk", ROOT, folder / PROGRAM, completes_questions=True)


def _rankers(program: Program, sets: Sequence[QuestionSet]) -> Iterator[str]:
    plain = plain_sets(sets)
    for library in dict.fromkeys(each.library for each in plain):
        program.build(Documents(library, paths_of(library)))
    return rankers.table(program, plain)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as folder:
        yield Path(folder)


def _write(file: Path, reports: Sequence[Report]) -> None:
    machine = {"machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()}
    text = json.dumps({**machine, "reports": [asdict(report) for report in reports]}, indent=1, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")


def _print(lines: Iterable[str]) -> None:
    for text in lines:
        print(text, flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
