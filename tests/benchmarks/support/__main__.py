"""Prints how often claims are called supported: python -m tests.benchmarks.support [--model NAME] [--by CHECK] ..."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.support.pairs import FILE, SPLITS, pairs_of, rows
from tests.benchmarks.support.scoring import command, function, judged_by, table, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask about every pair and print the tables; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure which claims are called supported by their passages.")
    parser.add_argument("--file", type=Path, default=FILE, help="pairs to ask about; the project's own unless given")
    parser.add_argument("--split", choices=SPLITS, help="one half only")
    parser.add_argument("--languages", nargs="+", metavar="CODE", help="some languages of claims only, such as en de")
    parser.add_argument("--model", default="", metavar="NAME", help="handed to `phi3desk verify`; none for no model")
    parser.add_argument("--home", type=Path, metavar="DIR", help="handed to `phi3desk verify`")
    parser.add_argument("--by", metavar="MODULE:FUNCTION", help="ask a function of this process, not the command")
    parser.add_argument("--wrong", choices=SPLITS, metavar="HALF", help="show what was judged wrongly in this half")
    chosen = parser.parse_args(arguments)
    lines = [row for row in rows(chosen.file) if chosen.split in (None, row["split"])]
    lines = [row for row in lines if not chosen.languages or row["lang"] in chosen.languages]
    found = pairs_of(lines)
    for sentence in found.missing:
        print(sentence, file=sys.stderr)
    check = function(chosen.by) if chosen.by else command(chosen.home, chosen.model)
    began = time.perf_counter()
    judged = judged_by(check, found.pairs)
    seconds = time.perf_counter() - began
    for text in table(judged):
        print(text)
    print(f"\n{len(judged)} pairs in {seconds:.1f} s")
    if chosen.wrong:
        for text in wrong(judged, chosen.wrong):
            print(f"\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
