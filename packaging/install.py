"""Makes .venv and installs phi3desk into it; a second run finds all in place and returns at once.

Usage: python packaging/install.py [EXTRA ...]   (extras of pyproject.toml, such as starter and test)

With `starter` the model that answers is fetched, too (`starter_model.py`), but not with `test`: the tests do without.

Runs with any Python from 3.11 on and nothing else installed, on Linux, macOS and Windows.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import starter_model
from llama_wheel import AUTHORS_INDEX, COMPILING, PACKAGE, LlamaCpp, Site, answers
from machine import Machine, old_system, python_of, system_version, this_machine
from progress import Clock, Log, fail, minutes_and_seconds, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
#: torch for the processor alone, all that is used of it; for Linux the package index has it with gigabytes of CUDA
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"


def main(extras: Sequence[str]) -> int:
    """Install what is missing; returns the exit code."""
    if sys.version_info < OLDEST:
        return fail(f"Python 3.11 or newer is needed; this one is {sys.version.split()[0]}.")
    wanted = fingerprint()
    marks = [VENV / f"installed-{extra}" for extra in ("plain", *extras)]
    if all(mark.exists() and mark.read_text(encoding="utf-8") == wanted for mark in marks):
        get_starter(extras)
        return 0
    if not has_pip() and not make_environment():
        return fail("Python could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv.")
    began = time.monotonic()
    try_to("pip", [*pip(), "install", "--quiet", "--upgrade", "pip"], "going on with the one that is there")
    problem = install(extras)
    if problem:
        return fail(problem)
    say(f"Installed in {minutes_and_seconds(time.monotonic() - began)} min")
    make_embedder()
    for mark in marks:
        mark.write_text(wanted, encoding="utf-8")
    get_starter(extras)
    return 0


def has_pip() -> bool:
    """Return whether there is an environment that packages can be installed into."""
    try:
        return not subprocess.run([*pip(), "--version"], check=False, capture_output=True, cwd=VENV).returncode
    except OSError:
        return False


def make_environment() -> bool:
    """Make .venv, or mend one that was not finished or whose Python is gone; returns whether it is there now."""
    # Debian has Python without it: what is there already is not to be taken away for nothing
    if importlib.util.find_spec("ensurepip") is None:
        return False
    say("Making .venv")
    was_there = VENV.exists()
    if run_venv():
        return True
    clear_environment()
    return was_there and run_venv()


def run_venv() -> bool:
    """Have Python make .venv, or add to it what it lacks; returns whether it is there now."""
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    return not made.returncode and has_pip()


def clear_environment() -> None:
    """Take away what is in .venv but the models that were fetched into it: gigabytes that pip does not bring back."""
    kept = VENV / starter_model.models_folder(VENV).relative_to(VENV).parts[0]
    for path in VENV.iterdir() if VENV.is_dir() else ():
        with suppress(OSError):
            if path.is_symlink() or not path.is_dir():
                path.unlink()
            elif path != kept:
                shutil.rmtree(path)
    with suppress(OSError):
        VENV.rmdir()


def make_embedder() -> None:
    """Make ready for all who use the installation what embeds texts and what checks answers.

    The program does it itself where this fails.
    """
    with Clock() as clock:
        clock.tell("Making the embedding model ready: about a minute at most, this once")
        for name, module in (
            ("The embedding model", "embedding.e5_small"),
            ("The model that checks answers", "entailment.making"),
        ):
            try_to(
                name,
                [str(python_of(VENV)), "-m", f"phi3desk.library.{module}"],
                "the program makes it ready when it first needs it",
            )


def get_starter(extras: Sequence[str]) -> None:
    """Have the starter model fetched, where it is for; without it a smaller one answers."""
    if "starter" in extras and "test" not in extras:
        starter_model.ensure(VENV)


def fingerprint() -> str:
    """Return what decides whether an extra is installed and up to date: the project file, its place, the Python."""
    project = (ROOT / "pyproject.toml").read_bytes()
    # what is installed looks for the program where it lay then: a folder that was moved or copied is installed anew
    return hashlib.sha256(project + os.fsencode(ROOT) + sys.version.encode()).hexdigest()


def install(extras: Sequence[str]) -> str:
    """Install the project and what it needs; returns what stands in the way, empty where all is in place.

    llama.cpp is compiled, where it must be, while the other packages are fetched and unpacked.
    """
    machine = this_machine()
    problem = old_system(sys.version_info[:2], machine.system, machine.processor, system_version())
    if problem:
        return problem
    log = Log(VENV / "install.log")
    log.begin()
    say(f"Installing; the whole log is in {log.path.relative_to(ROOT)}")
    llama, others = requirements()
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    index = environment.get("PHI3DESK_LLAMA_INDEX", AUTHORS_INDEX)
    llama_cpp = LlamaCpp(Site(python_of(VENV), log, llama, index, environment), machine)
    with Clock(llama_cpp.told) as clock:
        clock.doing = "Looking for llama.cpp"
        if not llama_cpp.is_there() and not llama_cpp.get_ready_made():
            problem = missing_compiler()
            if problem:
                return problem
            llama_cpp.begin_compiling()
        if pip_install(log, environment, clock, [*torch_options(machine), *others]):
            llama_cpp.stop_compiling()
            return failed(log)
        if llama_cpp.told():
            clock.tell("Everything else is there")
        problem = llama_cpp.finish()
        if problem:
            return f"{problem} {failed(log, COMPILING)}"
        target = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
        return failed(log) if pip_install(log, environment, clock, ["-e", target]) else ""


def requirements() -> tuple[str, list[str]]:
    """Return what the project file asks for: of llama-cpp-python, and all else that needs no extra."""
    # not at the head: an older Python lacks it, and is to be told so in words
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted: list[str] = project["dependencies"]
    llama = next(one for one in wanted if one.startswith(PACKAGE))
    return llama, [one for one in wanted if one is not llama]


def pip() -> list[str]:
    """Return the beginning of a command of the environment's pip."""
    return [str(python_of(VENV)), "-m", "pip"]


def torch_options(machine: Machine) -> list[str]:
    """Return the options that have pip take torch for the processor alone, where its makers' index can be reached."""
    wanted = machine.system == "Linux" and answers(f"{TORCH_INDEX}/torch/")
    return ["--extra-index-url", TORCH_INDEX] if wanted else []


def missing_compiler() -> str:
    """Return what to do where llama.cpp cannot be compiled for want of a compiler; empty where there is one."""
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


def pip_install(log: Log, environment: dict[str, str], clock: Clock, wanted: Sequence[str]) -> int:
    """Have pip install something, telling what it does at the moment; returns pip's exit code."""

    def on_line(line: str) -> None:
        if line.startswith("Collecting "):
            clock.doing = f"Fetching {re.split('[<>=!~;[ ]', line.split()[1])[0]}"
        elif line.startswith("Installing collected packages"):
            clock.tell("Unpacking")

    return log.run([*pip(), "install", "--progress-bar", "off", *wanted], on_line, environment)


def failed(log: Log, name: str = "") -> str:
    """Return that the installation failed, with the end of its log, or of what one of its commands printed there."""
    return f"The installation did not succeed. The last lines of {log.path}:\n{log.tail(name)}"


def try_to(what: str, command: Sequence[str], otherwise: str) -> None:
    """Run a command that need not succeed; tell how it goes on where it does not."""
    if subprocess.run(command, check=False, capture_output=True, cwd=VENV).returncode:
        say(f"{what} could not be made ready or brought up to date; {otherwise}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
