"""Prints how many of the forty questions are answered right: by the rules alone, and with a model that writes queries.

    python -m tests.benchmarks.sheets [--model FILE.gguf] [--only tune|check] [--each] [--model-first]

A figure counts where it is the result, or one of the results' first row; a text where the rows or the sentence tell it;
rows where they and no others are shown. An answer from a sheet that is not right is wrong; none is told apart.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.decision import QueryStep, Writing, sheet_step, step_after_query, step_after_sheets
from phi3desk.chat.messages import Answer, MadeBy
from phi3desk.chat.question import Question
from phi3desk.chat.sheets.query_model import write_query
from phi3desk.library.documents import EVERYWHERE
from phi3desk.library.library import Library
from phi3desk.library.sheets.told import SheetResult, SheetsTold
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import LoadOptions, Sampling
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.benchmarks.sheets.material import QUESTIONS, TUNED_ON, Asked, write_sheets

_CLOSE = 0.006


def main() -> None:
    """Read the sheets, ask the questions, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a GGUF that writes queries where the rules make none")
    parser.add_argument("--only", choices=("tune", "check"), help="one half of the sheets")
    parser.add_argument("--each", action="store_true", help="print each question with its answer")
    parser.add_argument("--model-first", action="store_true", help="let the model write every query, without the rules")
    options = parser.parse_args()
    engine = Engine.load(str(options.model), LoadOptions(), lambda _: True) if options.model else None
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "sheets"
        folder.mkdir()
        write_sheets(folder)
        paths = open_paths(Path(place) / "home")
        library = Library(paths, Settings(paths.settings))
        try:
            library.import_paths([folder], library.create_collection("Sheets"))
            _print(library, engine, options)
        finally:
            library.close()
            if engine is not None:
                engine.close()


def _print(library: Library, engine: Engine | None, options: argparse.Namespace) -> None:
    counts: dict[str, Counter[str]] = {"tune": Counter(), "check": Counter()}
    seconds = 0.0
    for asked in QUESTIONS:
        half = "tune" if asked.sheet in TUNED_ON else "check"
        if options.only not in (None, half):
            continue
        started = time.monotonic()
        answer, told = answered(library, engine, asked.question, by_rules=not options.model_first)
        seconds += time.monotonic() - started
        outcome = "none" if answer is None else "right" if is_right(asked, answer, told) else "wrong"
        if answer is not None and told.told is not SheetsTold.FOUND:
            outcome = "rows"
        counts[half][outcome] += 1
        if options.each:
            print(f"{outcome:<6}{asked.sheet:<18}{asked.question}")
            if answer is not None:
                print("      " + answer.text.replace("\n", "\n      "))
                print(f"      {'model: ' if answer.sheet and answer.sheet.by_model else ''}{told.sql}")
    print(f"{'sheets':<8}{'right':>7}{'wrong':>7}{'rows':>7}{'none':>7}")
    for half, count in counts.items():
        if count:
            print(f"{half:<8}{count['right']:>7}{count['wrong']:>7}{count['rows']:>7}{count['none']:>7}")
    print(f"{seconds / max(1, sum(sum(count.values()) for count in counts.values())):.2f} s a question")


def answered(
    library: Library, engine: Engine | None, text: str, *, by_rules: bool = True
) -> tuple[Answer | None, SheetResult]:
    """Return the answer of the sheets, None where they give none, and what they told."""
    question = Question(text, "", (), EVERYWHERE, 5, Sampling(), MadeBy(model="model"), AnswerMode.DOCUMENTS_ONLY)
    writing = Writing(engine.loaded if engine is not None else None)
    step = sheet_step(question)
    if step is not None and not by_rules:
        step = replace(step, asked=replace(step.asked, refused=True))
    told = SheetResult(SheetsTold.ORDINARY)
    while step is not None:
        told = library.ask_sheets(step.asked, step.scope, step.written[-1] if step.written else None)
        following = step_after_sheets(question, step, told, writing)
        if isinstance(following, Answer):
            return following, told
        if not isinstance(following, QueryStep) or engine is None:
            return None, told
        step = step_after_query(following, write_query(engine, following.request, threading.Event()))
    return None, told


def is_right(asked: Asked, answer: Answer, told: SheetResult) -> bool:
    """Return whether an answer from a sheet is the one that the question has."""
    if told.document != asked.sheet:
        return False
    shown = [row.number for row in told.rows]
    if asked.rows:
        return sorted(shown) == list(asked.rows)
    if asked.text:
        first = answer.text.split("\n\n")[0] + (answer.text.split("\n- ")[1] if "\n- " in answer.text else "")
        return asked.text in first
    values = [value for row in told.result for value in row if isinstance(value, float)]
    if len(told.result) > 1 and told.asked.group:
        return any(abs(value - (asked.figure or 0)) <= _CLOSE for value in values)
    first_values = [value for value in (told.result[0] if told.result else ()) if isinstance(value, float)]
    return any(abs(value - (asked.figure or 0)) <= _CLOSE for value in first_values[:1])


if __name__ == "__main__":
    main()
