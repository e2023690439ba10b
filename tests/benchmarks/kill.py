"""Kills imports at random moments and looks whether anything is lost: python -m tests.benchmarks.kill --runs 200

Every run imports a small folder, or follows changes in it, in a process that gets SIGKILL at a moment drawn evenly
over the time an undisturbed one takes, or changes its embedder. Further processes open the library anew and go on,
killed again now and then, until one comes to the end. Documents, passages and vectors must then be those of an
undisturbed library. This process loads the libraries once and forks the others, which takes an operating system that
can: Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psutil

from phi3desk.library.embedding.embedder import Embedder, open_embedder
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.benchmarks.kill_folder import apply_changes, write_folder
from tests.benchmarks.kill_state import State, differences, state_of
from tests.helpers.word_embedder import WordEmbedder

_KILLED_AGAIN = 1 / 3
_LONGEST_SECONDS = 120.0
_CLEARED_SECONDS = 5.0
_READ_AT_LEAST = 6
OTHER = "another"
SCENARIOS = ("import", "changes", "changes while away", "another embedder")


@dataclass(frozen=True)
class Ended:
    """How a process ended: by itself or killed, how long it took, how many processes it left behind."""

    code: int
    seconds: float
    left: int


class Stage:
    """The folder that is imported and the library that imports it, always at the same places."""

    def __init__(self, base: Path, embedder: Embedder) -> None:
        self._template = base / "template"
        self._finished = base / "finished"
        self._written = base / "state.json"
        self._embedder = embedder
        self.folder = base / "folder"
        self.home = base / "home"
        self.folder.mkdir()
        write_folder(self._template)

    def begin(self, scenario: str) -> None:
        """Put folder and library into the state in which a scenario begins."""
        for there in self.folder.iterdir():
            shutil.rmtree(there) if there.is_dir() else there.unlink()
        shutil.copytree(self._template, self.folder, dirs_exist_ok=True)
        shutil.rmtree(self.home, ignore_errors=True)
        if scenario in ("changes", "another embedder"):
            shutil.copytree(self._finished, self.home)
        if scenario == "changes":
            apply_changes(self.folder)

    def keep_finished(self) -> None:
        """Keep the library as it is for the scenarios that begin with a finished one."""
        shutil.copytree(self.home, self._finished)

    def process(self, work: Callable[[], object], kill_after: float | None = None) -> Ended:
        """Run work in a process of its own, killed after so many seconds where that is given."""
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            self._child(work)
        code = None
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(pid, signal.SIGKILL)
        while code is None:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() - started > _LONGEST_SECONDS:
                os.kill(pid, signal.SIGKILL)
            else:
                time.sleep(0.005)
        return Ended(code, time.monotonic() - started, clear_session(pid))

    @staticmethod
    def _child(work: Callable[[], object]) -> NoReturn:
        code = 1
        try:
            os.setsid()
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def do_import(self) -> None:
        """Import the folder."""
        library = self._open()
        library.import_paths([self.folder], library.collection_id(DEFAULT_COLLECTION, create=True))
        library.close()

    def do_sync(self) -> None:
        """Go on with what is half done, as the program does at its start.

        Where the import was killed before the folder was bound to anything, the user drops it again.
        """
        library = self._open()
        if any(collection.sources for collection in library.collections()):
            library.sync()
        else:
            library.import_paths([self.folder], library.collection_id(DEFAULT_COLLECTION, create=True))
        library.close()

    def do_change(self) -> None:
        """Have another embedder make the vectors of all, and go on with that."""
        library = self._open()
        if any(collection.embedder.name != OTHER for collection in library.collections()):
            library.use_embedder(OTHER)
        library.sync()
        library.close()

    def state(self) -> State:
        """Return what the library holds, read by a process of its own; AssertionError where that fails."""
        assert self.process(self._write_state).code == 0, "the library cannot be looked at"
        found: State = json.loads(self._written.read_text(encoding="utf-8"))
        return found

    def _write_state(self) -> None:
        state = state_of(self._open(), Paths(self.home), self.folder)
        self._written.write_text(json.dumps(state), encoding="utf-8")

    def _open(self) -> Library:
        paths = open_paths(self.home)
        other = WordEmbedder(OTHER, "other", 48)
        return Library(paths, Settings(paths.settings), embedder=self._embedder, others=[other])


class Undisturbed:
    """What undisturbed runs come to: the library at the end, and how long it took."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.imported, self.import_seconds = self._end_of("import", stage.do_import)
        stage.keep_finished()
        self.changed, self.change_seconds = self._end_of("changes", stage.do_sync)
        self.embedded, self.embed_seconds = self._end_of("another embedder", stage.do_change)
        self._changed_before: State | None = None

    def _end_of(self, scenario: str, work: Callable[[], object]) -> tuple[State, float]:
        self._stage.begin(scenario)
        if scenario == "changes while away":
            apply_changes(self._stage.folder)
        ended = self._stage.process(work)
        assert ended.code == 0, f"undisturbed, “{scenario}” failed"
        state = self._stage.state()
        assert not state["faults"], state["faults"]
        read = sum(document[0] == "ready" for document in state["documents"].values())
        assert read >= _READ_AT_LEAST, f"undisturbed, only {read} files of “{scenario}” could be read"
        return state, ended.seconds

    def allowed(self, scenario: str) -> list[State]:
        """Return the states a scenario may come to; they differ in vectors only."""
        if scenario == "import":
            return [self.imported]
        if scenario == "changes":
            return [self.changed]
        if scenario == "another embedder":
            return [self.embedded]
        if self._changed_before is None:
            self._changed_before = self._end_of(scenario, self._stage.do_import)[0]
        return [self.changed, self._changed_before]

    def seconds(self, scenario: str) -> float:
        """Return over how many seconds the moments of a scenario's kills are spread."""
        seconds = {"changes": self.change_seconds, "another embedder": self.embed_seconds}
        return seconds.get(scenario, self.import_seconds)


def run(stage: Stage, expected: Undisturbed, seed: int) -> tuple[str, int, list[str]]:
    """Do one run; return its scenario, how often it was killed, and what is wrong at its end."""
    draw = random.Random(seed)
    scenario = SCENARIOS[draw.choices(range(4), weights=(3, 2, 2, 2))[0]]
    longest, allowed = expected.seconds(scenario), expected.allowed(scenario)
    stage.begin(scenario)
    works = {"changes": stage.do_sync, "another embedder": stage.do_change}
    work = works.get(scenario, stage.do_import)
    ends = [stage.process(work, kill_after=draw.uniform(0, longest))]
    if scenario == "changes while away":
        apply_changes(stage.folder)
    go_on = stage.do_change if scenario == "another embedder" else stage.do_sync
    while draw.random() < _KILLED_AGAIN:
        ends.append(stage.process(go_on, kill_after=draw.uniform(0, longest)))
    ends.append(stage.process(go_on))
    wrong = [] if ends[-1].code == 0 else [f"the last process ended with {ends[-1].code}"]
    wrong += [f"{end.left} processes left behind" for end in ends if end.left]
    if not wrong:
        wrong = differences(allowed, stage.state())
    return scenario, sum(end.code == -signal.SIGKILL for end in ends), wrong


def clear_session(session: int) -> int:
    """Wait until no process of a session is left; kill those that stay and return how many they were."""
    last = time.monotonic() + _CLEARED_SECONDS
    while left := [process for process in psutil.process_iter() if _is_of(process, session)]:
        if time.monotonic() > last:
            for process in left:
                process.kill()
            return len(left)
        time.sleep(0.05)
    return 0


def _is_of(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):
        return False


def unloaded() -> Embedder:
    """Return an embedder in a process that has one thread only, so that it may be forked.

    Its model and its tokenizer have threads of their own: each fork loads them, which takes a second.
    """
    # loaded once, before the forks
    import chromadb  # noqa: F401

    embedder = open_embedder()
    assert len(psutil.Process().threads()) == 1, "a process with threads is not to be forked"
    return embedder


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the runs, tell of each that failed; returns the exit code."""
    parser = argparse.ArgumentParser(description="Kill imports at random moments and compare with undisturbed ones.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first run; the next has the next number")
    parser.add_argument("--keep", type=Path, help="where the library of a failed run is put, by its seed")
    chosen = parser.parse_args(arguments)
    if "OPENBLAS_NUM_THREADS" not in os.environ:
        # numpy starts its threads when it is imported, so that only a process begun anew can do without them
        again = [sys.executable, "-m", "tests.benchmarks.kill", *(sys.argv[1:] if arguments is None else arguments)]
        os.execve(sys.executable, again, os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    embedder = unloaded()
    failed = kills = 0
    with tempfile.TemporaryDirectory(prefix="phi3desk-kill-") as base:
        stage = Stage(Path(base), embedder)
        expected = Undisturbed(stage)
        tell_size(expected)
        for seed in range(chosen.seed, chosen.seed + chosen.runs):
            scenario, killed, wrong = run(stage, expected, seed)
            kills += killed
            if wrong:
                failed += 1
                print(f"seed {seed}, {scenario}, killed {killed} times: {'; '.join(wrong[:5])}", flush=True)
                if chosen.keep:
                    shutil.copytree(stage.home, chosen.keep / str(seed), dirs_exist_ok=True)
    print(f"{chosen.runs} runs, {kills} kills, {failed} runs with another end than the undisturbed one", flush=True)
    return 1 if failed else 0


def tell_size(expected: Undisturbed) -> None:
    """Print what the runs work on."""
    state = expected.imported
    print(
        f"{len(state['documents'])} files, {len(state['passages'])} passages; undisturbed: import "
        f"{expected.import_seconds:.1f} s, changes {expected.change_seconds:.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
