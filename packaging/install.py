"""Makes .venv and installs phi3desk into it; a second run finds all in place and returns at once.

Usage: python packaging/install.py [EXTRA ...]   (extras of pyproject.toml, such as starter and test)

With `starter` the model that answers is fetched, too (`starter_model.py`), but not with `test`: the tests do without.

Runs with any Python from 3.11 on and nothing else installed, on Linux, macOS and Windows.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import starter_model

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
BUILD_MINUTES_TIMES_CORES = 16


def main(extras: Sequence[str]) -> int:
    """Install what is missing; returns the exit code."""
    if sys.version_info < OLDEST:
        return fail(f"Python 3.11 or newer is needed; this one is {sys.version.split()[0]}.")
    wanted = fingerprint()
    marks = [VENV / f"installed-{extra}" for extra in ("plain", *extras)]
    if all(mark.exists() and mark.read_text(encoding="utf-8") == wanted for mark in marks):
        get_starter(extras)
        return 0
    if not python_of(VENV).exists():
        say("Making .venv")
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
        if made.returncode:
            return fail("Python could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv.")
    problem = missing_compiler()
    if problem:
        return fail(problem)
    pip = [str(python_of(VENV)), "-m", "pip"]
    try_to("pip", [*pip, "install", "--quiet", "--upgrade", "pip"], "going on with the one that is there")
    log = VENV / "install.log"
    target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    code = install([*pip, "install", "--progress-bar", "off", "-e", target], log)
    if code:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return fail("The installation did not succeed. The last lines of " + f"{log}:\n" + "\n".join(tail))
    make_embedder()
    for mark in marks:
        mark.write_text(wanted, encoding="utf-8")
    get_starter(extras)
    return 0


def make_embedder() -> None:
    """Make the embedding model ready for all who use the installation; the program does it itself where this fails."""
    with Clock() as clock:
        clock.tell("Making the embedding model ready: about a minute at most, this once")
        try_to(
            "The embedding model",
            [str(python_of(VENV)), "-m", "phi3desk.library.embedding.e5_small"],
            "the program makes it ready when it first needs it",
        )


def get_starter(extras: Sequence[str]) -> None:
    """Have the starter model fetched, where it is for; without it a smaller one answers."""
    if "starter" in extras and "test" not in extras:
        starter_model.ensure(VENV)


def fingerprint() -> str:
    """Return what decides whether an extra is installed and up to date: the project file, the Python."""
    project = (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(project + sys.version.encode()).hexdigest()


def python_of(venv: Path) -> Path:
    """Return the interpreter inside a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def missing_compiler() -> str:
    """Return what to do where llama.cpp cannot be compiled for want of a compiler; empty where there is one."""
    built = subprocess.run([str(python_of(VENV)), "-c", "import llama_cpp"], capture_output=True, check=False, cwd=VENV)
    if not built.returncode:
        return ""
    if os.name == "nt":
        folder = os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)")
        there = Path(folder, "Microsoft Visual Studio", "Installer", "vswhere.exe").exists() or shutil.which("cl")
        advice = "Install “Build Tools for Visual Studio” with “Desktop development with C++”."
    else:
        there = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
        advice = (
            "Debian, Ubuntu: apt install build-essential. Fedora: dnf install gcc-c++. macOS: xcode-select --install."
        )
    return "" if there else f"A C++ compiler is needed to build llama.cpp. {advice}"


def install(command: Sequence[str], log: Path) -> int:
    """Run pip with its output in a log, telling what it does at the moment; returns pip's exit code."""
    minutes = max(2, round(BUILD_MINUTES_TIMES_CORES / (os.cpu_count() or 1)))
    say("Installing; the whole log is in " + str(log.relative_to(ROOT)))
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
    with (
        open(log, "w", encoding="utf-8") as file,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            text=True,
            encoding="utf-8",
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
        Clock() as clock,
    ):
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            if line.startswith("Collecting "):
                clock.doing = f"Fetching {line.split()[1]}"
            elif "Building wheel for llama" in line and "started" in line:
                clock.tell(f"Compiling llama.cpp for this machine: about {minutes} minutes, this once")
            elif line.startswith("Installing collected packages"):
                clock.tell("Unpacking")
    return process.returncode


class Clock:
    """Shows every half minute what is being done and for how long, so that nobody thinks it stands still."""

    def __init__(self) -> None:
        self.doing = "Working"
        self._since = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Clock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def tell(self, doing: str) -> None:
        """Begin another piece of work, and say so."""
        self.doing, self._since = doing, time.monotonic()
        say(doing)

    def _run(self) -> None:
        while not self._ended.wait(30):
            minutes, seconds = divmod(int(time.monotonic() - self._since), 60)
            say(f"{self.doing} … {minutes}:{seconds:02d} min")


def try_to(what: str, command: Sequence[str], otherwise: str) -> None:
    """Run a command that need not succeed; tell how it goes on where it does not."""
    if subprocess.run(command, check=False, capture_output=True, cwd=VENV).returncode:
        say(f"{what} could not be made ready or brought up to date; {otherwise}")


def say(text: str) -> None:
    """Tell the user how it goes on."""
    print(f"phi3desk: {text}", flush=True)


def fail(text: str) -> int:
    """Tell what stands in the way; returns the exit code."""
    print(f"phi3desk: {text}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
