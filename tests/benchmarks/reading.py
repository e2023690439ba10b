"""Prints what is left of the evidence when less is read: python -m tests.benchmarks.reading [--sets NAME ...] ...

For each set of questions with known answers (see `finding.questions`) the program imports the documents and searches. A
question counts where the passages found hold a reference answer on a page that answers it. Then only some sentences are
read: as many as a model reads within each wait, at the speed that --speed gives, and a quarter of all. The evidence
survived where a reference answer still stands in what is read of such a page. Beside it: chosen by words alone, without
the embedder, and the first passages from their beginning. Tokens are counted as three bytes each. Searches take
minutes; --keep FOLDER keeps them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from phi3desk.chat.reading.wait import Wait, tokens_within
from tests.benchmarks.evidence.searches import Searches
from tests.benchmarks.evidence.survival import (
    Allowed,
    Survival,
    best_sentences,
    by_words_alone,
    first_passages,
    survival,
)
from tests.benchmarks.finding.measuring import some_of
from tests.benchmarks.finding.questions import CONVERSATIONS, FOREIGN, SPLITS, QuestionSet, chosen_sets, known_sets
from tests.benchmarks.table import line

QUARTER = 0.25


def main(arguments: Sequence[str] | None = None) -> int:
    """Search, read less and print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure what is left of the evidence when less is read.")
    names = [name for name in known_sets() if name not in (CONVERSATIONS, FOREIGN)]
    parser.add_argument("--sets", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--split", choices=SPLITS, help="one half of every set only")
    parser.add_argument("--questions", type=int, metavar="N", help="so many of each set only, evenly from all of it")
    parser.add_argument("--speed", type=float, default=20.0, metavar="TOKENS", help="tokens read in a second (20)")
    parser.add_argument("--passages", type=int, default=5, metavar="N", help="passages that are searched (5)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep libraries and searches there")
    chosen = parser.parse_args(arguments)
    found = chosen_sets(chosen.sets, chosen.split)
    for sentence in found.missing:
        print(sentence, file=sys.stderr)
    if not found.sets:
        print("There is nothing to ask: PHI3DESK_CORPUS names no folder with questions.", file=sys.stderr)
        return 1
    temporary = tempfile.TemporaryDirectory(prefix="phi3desk-bench-")
    with nullcontext(str(chosen.keep)) if chosen.keep else temporary as folder:
        head = ("set", "evidence found", "tokens of all", *_columns(chosen.speed))
        for cells in (head, ("---",) * len(head)):
            print(line(cells), flush=True)
        searches = Searches(Path(folder), chosen.passages)
        for each in found.sets:
            if chosen.questions:
                each = replace(each, asked=tuple(some_of(each.asked, chosen.questions)))
            print(line(_row(each, searches, chosen.speed, chosen.passages)), flush=True)
    return 0


def _waits(speed: float) -> dict[str, Allowed]:
    """Return what is read within each wait, and a quarter of all, by the name of its column."""
    allowed: dict[str, Allowed] = {}
    for wait in Wait:
        tokens = tokens_within(wait.seconds, speed)
        allowed[f"{wait.value}, {tokens} tokens"] = lambda _, tokens=tokens: float(tokens)
    allowed["a quarter"] = lambda every: QUARTER * every
    return allowed


def _columns(speed: float) -> list[str]:
    return [*_waits(speed), "a quarter by words alone", "a quarter, first passages"]


def _row(each: QuestionSet, searches: Searches, speed: float, passages: int) -> tuple[str, ...]:
    found = searches.found(each, each.asked)

    def measured(allowed: Allowed, read=best_sentences) -> Survival:  # type: ignore[no-untyped-def]
        return survival(each.asked, found, allowed, read, passages)

    def quarter(every: float) -> float:
        return QUARTER * every

    by_wait = [measured(allowed) for allowed in _waits(speed).values()]
    others = [measured(quarter, read) for read in (by_words_alone, first_passages)]
    every = measured(lambda tokens: tokens + 1)
    cells = [f"{one.share:.3f} ({one.tokens:.0f} tokens, {one.tokens / speed:.0f} s)" for one in by_wait]
    return (
        each.name,
        f"{every.questions} of {len(each.asked)}",
        f"{every.tokens:.0f}",
        *cells,
        *(f"{one.share:.3f}" for one in others),
    )


if __name__ == "__main__":
    sys.exit(main())
