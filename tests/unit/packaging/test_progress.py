"""How far a compilation is, and how long it still takes, comes from what it prints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

from progress import BuildProgress, Log, steps_of  # noqa: E402

#: what pip wheel --verbose printed while it compiled llama.cpp, until it was interrupted; most is cut
RECORDED = Path(__file__).with_name("recorded_build.txt")


def test_progress_follows_the_recorded_build() -> None:
    seconds = 0.0
    progress = BuildProgress(lambda: seconds)
    told = [str(progress)]
    for line in RECORDED.read_text(encoding="utf-8").splitlines(keepends=True):
        progress.read(line)
        seconds += 0 if steps_of(line) is None else 10
        if str(progress) != told[-1]:
            told.append(str(progress))

    assert told[:3] == ["preparing", "0 % (1 of 193 steps)", "1 % (2 of 193 steps)"]
    shares = [int(words.split()[0]) for words in told[1:]]
    assert shares == sorted(shares) and len(shares) == 112
    assert told[-1] == "58 % (112 of 193 steps), about 14 minutes left"


def test_time_left_is_that_of_the_share_so_far() -> None:
    seconds = 100.0
    progress = BuildProgress(lambda: seconds)
    progress.read("  [1/200] /usr/bin/c++ -c first.cpp\n")
    seconds += 240
    progress.read("  [80/200] /usr/bin/c++ -c other.cpp\n")

    assert str(progress) == "40 % (80 of 200 steps), about 6 minutes left"
    seconds += 80
    progress.read("  [160/200] /usr/bin/c++ -c last.cpp\n")
    assert str(progress) == "80 % (160 of 200 steps), about 80 seconds left"


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("  [7/193] /usr/bin/g++ -DGGML_BUILD -c ggml.c", (7, 193)),
        ("[  7%] Building CXX object src/llama.cpp.o", (7, 100)),
        ("  [1/0] strange", None),
        ("  [9/8] strange", None),
        ("  -- [3/4] of something else", None),
        ("Collecting numpy", None),
        ("", None),
    ],
)
def test_only_steps_of_the_build_count(line: str, steps: tuple[int, int] | None) -> None:
    assert steps_of(line) == steps


def test_command_that_hangs_is_ended_and_all_it_printed_is_kept(tmp_path: Path) -> None:
    log = Log(tmp_path / "install.log")
    log.begin()
    lines: list[str] = []
    program = "import time; print('begun', flush=True); time.sleep(60)"

    assert log.run([sys.executable, "-c", program], lines.append, limit_s=2, name="one: ") != 0
    assert log.run([sys.executable, "-c", "print('second')"]) == 0

    assert lines == ["begun\n"]
    assert log.tail() == "second" and log.tail("one: ") == "one: begun"
