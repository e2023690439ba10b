"""The window: how soon it is there, how much memory it takes, how long it ever stands still."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.paths import open_paths
from phi3desk.profiles.profile import Profile, SamplingChoice
from phi3desk.profiles.store import ProfileStore
from tests.benchmarks.engine.bench import Bench, note
from tests.benchmarks.engine.program import Program
from tests.benchmarks.material import write_pages
from tests.benchmarks.processes import ROOT
from tests.benchmarks.table import Row, at_most

IN_WINDOW = Path(__file__).with_name("in_window.py")
_IN_START = Path(__file__).with_name("in_start.py")
#: the first start compiles what was changed since, and reads all from the disk
_STARTS = 6
_PAGES = 40
_SWEPT = 10_000
_SCREEN = "tests/helpers/screen.json"
_QUESTION = "What is a pump good for? Tell all that you know of pumps, their parts and their faults."


def start_rows(bench: Bench) -> Iterator[Row]:
    """Start every program's window in turn, some times over."""
    homes = {program: bench.home("window", program) for program in bench.programs}
    told = [{program: _started(program, homes[program]) for program in bench.programs} for _ in range(_STARTS)][1:]
    for program in bench.programs:
        seconds = statistics.median(each[program]["seconds"] for each in told)
        megabytes = max(each[program]["megabytes"] for each in told)
        computed = statistics.median(each[program]["computed"] for each in told)
        note(f"the window's process computed {computed:.2f} s until it was painted{program.named}")
        yield at_most(f"window painted after start, the middle of {len(told)}{program.named}", seconds, "s", 1)
        yield at_most(f"memory of the window's process at rest{program.named}", megabytes, "MB", 200)


def stall_rows(bench: Bench) -> Iterator[Row]:
    """Import written pages while answers are written, in the window."""
    folder = bench.folder / "pages"
    write_pages(folder, _PAGES)
    for program in bench.programs:
        home = bench.home("stalls", program)
        lead_alone(home, 200)
        with program.partner(IN_WINDOW, home, **screen()) as window:
            window.do("open")
            told = window.do("stall", folder=str(folder), question=_QUESTION)
            window.do("close")
        note(
            f"event loop{program.named}: {told['beats']:,} beats in {told['seconds']:.0f} s with {told['answers']} "
            f"answers, {told['over']} of them more than 50 ms late"
        )
        what = f"longest stall of the event loop, import and answers together{program.named}"
        yield at_most(what, told["longest"], "ms", 50)
        yield at_most(f"the longest that the window itself computes in it{program.named}", told["own"], "ms", 50)


def table_rows(bench: Bench) -> Iterator[Row]:
    """Open, filter and sort a sweep of ten thousand rows, and answer some of them."""
    for program in bench.programs:
        home = bench.home("table", program)
        with program.partner(IN_WINDOW, home, **screen()) as window:
            window.do("open")
            told = window.do("sweep", rows=_SWEPT)
            window.do("close")
        most = max(told, key=lambda act: told[act]["own"])
        note(f"table of {_SWEPT:,} rows{program.named}: the window computes most where it is {most}")
        for act, figures in told.items():
            yield at_most(
                f"the longest that the window computes, a sweep {act}{program.named}", figures["own"], "ms", 50
            )


def lead_alone(home: Path, tokens: int) -> None:
    """Give a data folder an expert in use that answers without documents, in so many tokens at most."""
    store = ProfileStore(open_paths(home).profiles)
    sampling = SamplingChoice(temperature=0.0, max_tokens=tokens)
    expert = store.create("Alone", Profile("", "Alone", answer_mode=AnswerMode.MODEL_ALONE, sampling=sampling))
    store.use(expert.id)


def screen() -> dict[str, str]:
    """Return what a window off screen needs of its environment."""
    return {"QT_QPA_PLATFORM": f"offscreen:configfile={_SCREEN}", "PYTHONWARNINGS": "ignore"}


def _started(program: Program, home: Path) -> dict[str, float]:
    command = [sys.executable, "-P", str(_IN_START), str(time.time())]
    environment = program.environment(home) | screen()
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True
    )
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found
