"""Gets llama.cpp onto this machine: built by its Python package's author where that fits, else compiled here.

The package index has llama-cpp-python as source only. Its author keeps an index of built wheels, one folder for each
kind of machine; what they are compiled with stands in `.github/workflows` of the source.
"""

from __future__ import annotations

import hashlib
import http.client
import operator
import os
import platform
import re
import shlex
import shutil
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from machine import Card, Machine, compilers, cores, total_memory
from progress import BuildProgress, Log, minutes_and_seconds, say

HERE = Path(__file__).resolve().parent
PACKAGE = "llama-cpp-python"
#: begins the lines of the compilation in the log
COMPILING = "llama.cpp: "
AUTHORS_INDEX = "https://abetlen.github.io/llama-cpp-python/whl"
#: names of the author's folders, newest first, and the CUDA that each wants
CUDA_FOLDERS = {
    "cu132": (13, 2), "cu130": (13, 0), "cu125": (12, 5), "cu124": (12, 4), "cu123": (12, 3), "cu122": (12, 2),
    "cu121": (12, 1), "cu118": (11, 8),
}  # fmt: skip
#: what a card must be for the wheels of a CUDA
CAPABILITIES = {13: (7, 5), 12: (6, 0), 11: (6, 0)}
#: packages with the libraries of CUDA that the wheels leave out, and that a driver does not bring
CUDA_LIBRARIES = {
    13: ("nvidia-cuda-runtime>=13,<14", "nvidia-cublas>=13,<14"),
    12: ("nvidia-cuda-runtime-cu12", "nvidia-cublas-cu12"),
    11: ("nvidia-cuda-runtime-cu11", "nvidia-cublas-cu11"),
}
#: how long an index may be silent, and how long a wheel of it may take, in seconds
SILENCE_S = 5
CPU_FETCH_S, CUDA_FETCH_S = 300, 1800
#: leaves out vision (mtmd), the helpers of the command-line programs, and warnings about code that is not ours
PROJECT_FILE = HERE / "llama.cmake"
LEAN = (
    "-DLLAVA_BUILD=OFF",
    "-DLLAMA_ALL_WARNINGS=OFF",
    f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={PROJECT_FILE.as_posix()}",
)


class Stopped(Exception):
    """The compilation is not wanted any more."""


@dataclass(frozen=True)
class Plan:
    """Which folders of the author's index are asked, and how it is compiled where none has a fitting wheel."""

    why: str
    folders: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Site:
    """The virtual environment that llama.cpp goes into."""

    python: Path
    log: Log
    requirement: str
    index: str = AUTHORS_INDEX
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def wheels(self) -> Path:
        """Return the folder for wheels on their way."""
        return self.log.path.parent / "wheels"

    def pip(self, *arguments: str) -> list[str]:
        """Return a command of the environment's pip."""
        return [str(self.python), "-m", "pip", *arguments]


def plan(machine: Machine, environment: Mapping[str, str]) -> Plan:
    """Decide by the machine, and by what the user set, where llama.cpp comes from."""
    if environment.get("CMAKE_ARGS"):
        return Plan("CMAKE_ARGS is set, so llama.cpp is compiled here with it.")
    if environment.get("PHI3DESK_COMPILE"):
        return Plan("PHI3DESK_COMPILE is set, so llama.cpp is compiled here.", options=_cuda_options(machine))
    if machine.card and machine.nvcc:
        return Plan(
            f"{machine.card.name} and the CUDA toolkit are here, so llama.cpp is compiled for both. That takes longer; "
            "the ready-made builds for CUDA are slow in the part that runs on the processor.",
            options=_cuda_options(machine),
        )
    if machine.system == "Darwin" and machine.processor == "arm64":
        return Plan("A ready-made llama.cpp for Apple's processors, with Metal, is looked for.", ("metal",))
    if machine.processor != "x86_64" or machine.system not in ("Linux", "Windows"):
        return Plan("llama.cpp is compiled here: ready-made ones leave out the faster instructions of this processor.")
    if machine.lacks:
        lacking = ", ".join(name.upper() for name in machine.lacks)
        return Plan(f"llama.cpp is compiled here: ready-made ones need instructions this processor lacks ({lacking}).")
    folders = cuda_folders(machine.card)
    if machine.card and folders:
        return Plan(
            f"A ready-made llama.cpp for {machine.card.name} is looked for. The part of it that runs on the processor "
            "is slow; with NVIDIA's CUDA toolkit installed, one is compiled here that is fast in both.",
            (*folders, "cpu"),
        )
    return Plan("A ready-made llama.cpp for this processor is looked for.", ("cpu",))


def cuda_folders(card: Card | None) -> tuple[str, ...]:
    """Return the two newest folders of wheels that a card and its driver run."""
    if card is None:
        return ()
    fitting = (
        name for name, cuda in CUDA_FOLDERS.items() if cuda <= card.cuda and card.capability >= CAPABILITIES[cuda[0]]
    )
    return tuple(fitting)[:2]


class LlamaCpp:
    """llama.cpp on its way into an environment: asked for, compiled beside other work, put in and tried out."""

    def __init__(self, site: Site, machine: Machine) -> None:
        self._site = site
        self._machine = machine
        self._plan = plan(machine, site.environment)
        self._progress = BuildProgress()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._wheel: Path | None = None
        self._from_before = False

    def is_there(self) -> bool:
        """Return whether the environment has one that fits and computes."""
        return is_fitting(self._site) and not problem_of(self._site)

    def get_ready_made(self) -> bool:
        """Install a wheel of the author's that works here; returns whether there was one."""
        say(self._plan.why)
        site = self._site
        if not self._plan.folders:
            return False
        if not answers(f"{site.index}/{self._plan.folders[0]}/{PACKAGE}/"):
            say("Ready-made ones cannot be reached, so llama.cpp is compiled here.")
            return False
        for folder in self._plan.folders:
            wheel = fetch(site, folder)
            if wheel and self._works(wheel, folder):
                return True
        say("No ready-made one fits this machine, so llama.cpp is compiled here.")
        return False

    def begin_compiling(self) -> None:
        """Compile in the background, unless a wheel that was compiled here before fits."""
        self._progress = BuildProgress()
        self._thread = threading.Thread(target=self._compile, daemon=True)
        self._thread.start()

    def stop_compiling(self) -> None:
        """End the compilation."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def told(self) -> str:
        """Return how far the compilation is; empty where none runs."""
        return f"compiling llama.cpp: {self._progress}" if self._thread and self._thread.is_alive() else ""

    def finish(self) -> str:
        """Wait for the compilation and install what it made; returns what stands in the way, empty where nothing."""
        if self._thread is None:
            return ""
        self._thread.join()
        if self._wheel is None:
            return "llama.cpp could not be compiled."
        put_in(self._site, self._wheel)
        reason = problem_of(self._site)
        if reason and self._from_before:
            say(f"The one that was compiled here before does not work any more: {reason}. It is compiled anew.")
            self._wheel.unlink()
            self.begin_compiling()
            return self.finish()
        shutil.rmtree(self._site.wheels, ignore_errors=True)
        return f"The llama.cpp that was compiled does not work: {reason}." if reason else ""

    def _works(self, wheel: Path, folder: str) -> bool:
        """Install a ready-made wheel and try it out; takes it away again where it does not work."""
        site = self._site
        put_in(site, wheel)
        if folder in CUDA_FOLDERS:
            add_cuda_libraries(site, CUDA_FOLDERS[folder][0])
        reason = problem_of(site)
        if reason:
            say(f"The ready-made one ({folder}) does not work on this machine: {reason}.")
            site.log.run(site.pip("uninstall", "--yes", PACKAGE))
        else:
            say(f"Installed the ready-made llama.cpp ({folder}, {wheel.name.split('-')[1]})")
            shutil.rmtree(site.wheels, ignore_errors=True)
        return not reason

    def _compile(self) -> None:
        site = self._site
        attempts = [(*LEAN, *self._plan.options), LEAN, ()] if self._plan.options else [LEAN, ()]
        kept = kept_folder(site)
        for options in attempts:
            folder = kept / key_of(options, site.environment, self._machine) if kept else site.wheels
            self._wheel = fitting_wheel(folder, site.requirement)
            self._from_before = self._wheel is not None
            if self._wheel:
                say(f"Taking the llama.cpp that was compiled here before: {self._wheel.name}")
                return
            began = time.monotonic()
            try:
                code = compile_wheel(site, options, folder, self._read)
            except Stopped:
                return
            if not code:
                self._wheel = fitting_wheel(folder, site.requirement)
                say(f"Compiled llama.cpp in {minutes_and_seconds(time.monotonic() - began)} min")
                return
            if "No space left on device" in site.log.tail(COMPILING, 200):
                return
            if options:
                say("Compiling llama.cpp did not succeed this way; trying it with fewer options")
                self._progress = BuildProgress()

    def _read(self, line: str) -> None:
        self._progress.read(line)
        if self._stopped.is_set():
            raise Stopped


def answers(address: str) -> bool:
    """Return whether a web server answers soon, be it that there is no such page."""
    try:
        with urllib.request.urlopen(address, timeout=SILENCE_S) as page:
            page.read(1)
    except urllib.error.HTTPError:
        return True
    except urllib.error.URLError as error:
        # pip may know a certificate that Python does not
        return isinstance(error.reason, ssl.SSLError)
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True


def fetch(site: Site, folder: str) -> Path | None:
    """Fetch the newest wheel of one of the author's folders that fits; None where there is none."""
    target = site.wheels / folder
    shutil.rmtree(target, ignore_errors=True)
    command = site.pip(
        "download", "--no-deps", "--only-binary", ":all:", "--progress-bar", "off", "--retries", "0",
        "--timeout", str(SILENCE_S), "--index-url", f"{site.index}/{folder}", "--dest", str(target), site.requirement,
    )  # fmt: skip
    limit = CUDA_FETCH_S if folder in CUDA_FOLDERS else CPU_FETCH_S
    code = site.log.run(command, str, site.environment, limit)
    return None if code else next(iter(target.glob("llama_cpp_python-*.whl")), None)


def put_in(site: Site, wheel: Path) -> int:
    """Install a wheel in place of what is there; returns pip's exit code."""
    return site.log.run(site.pip("install", "--no-deps", "--force-reinstall", "--no-index", str(wheel)))


def problem_of(site: Site) -> str:
    """Return why the installed llama.cpp cannot be used; empty where it computes as it should."""
    command = [str(site.python), str(HERE / "llama_check.py")]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, cwd=site.python.parent
    )
    if not done.returncode:
        return ""
    if done.returncode != 1:
        return "it uses instructions that this processor does not have, or is damaged"
    return (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]


def is_fitting(site: Site) -> bool:
    """Return whether the installed version is one that is asked for."""
    program = f"from importlib.metadata import version; print(version({PACKAGE!r}))"
    command = [str(site.python), "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=site.python.parent)
    return not done.returncode and fits(done.stdout.strip(), site.requirement)


def compile_wheel(site: Site, options: Sequence[str], folder: Path, on_line: Callable[[str], object]) -> int:
    """Compile a wheel into a folder; returns pip's exit code.

    Without pip's cache: a wheel that lacks what we leave out must not reach the user's other projects through it.
    """
    environment = dict(site.environment)
    options_of_the_user = environment.get("CMAKE_ARGS", "")
    environment["CMAKE_ARGS"] = f"{shlex.join(options)} {options_of_the_user}".strip()
    environment.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(compilers(cores(), total_memory())))
    command = site.pip(
        "wheel", "--verbose", "--no-deps", "--no-cache-dir", "--no-binary", PACKAGE, "--progress-bar", "off",
        "--wheel-dir", str(folder), site.requirement,
    )  # fmt: skip
    return site.log.run(command, on_line, environment, name=COMPILING)


def kept_folder(site: Site) -> Path | None:
    """Return the folder beside pip's own caches where compiled wheels are kept; None where pip keeps nothing."""
    command = site.pip("cache", "dir")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(site.environment))
    return Path(done.stdout.strip(), "phi3desk") if not done.returncode and done.stdout.strip() else None


def key_of(options: Sequence[str], environment: Mapping[str, str], machine: Machine) -> str:
    """Return a name for all that decides what a compilation makes, beside the version."""
    set_by_user = (f"{name}={environment.get(name, '')}" for name in ("CMAKE_ARGS", "CC", "CXX", "CFLAGS", "CXXFLAGS"))
    # the file's words and not its path, which is another one in each clone
    project_file = PROJECT_FILE.read_text(encoding="utf-8") if options else ""
    own = [option for option in options if str(PROJECT_FILE.as_posix()) not in option]
    parts = [*own, project_file, *set_by_user, machine.system, machine.processor, *sorted(machine.features)]
    parts += [*platform.libc_ver(), machine.nvcc if "-DGGML_CUDA=on" in own else ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def fitting_wheel(folder: Path, requirement: str) -> Path | None:
    """Return the newest wheel of a folder that fits a requirement; None where there is none."""
    named = ((re.match(r"llama_cpp_python-(\d+(?:\.\d+)*)-", file.name), file) for file in folder.glob("*.whl"))
    fitting = [(numbers(found[1]), file) for found, file in named if found and fits(found[1], requirement)]
    return max(fitting)[1] if fitting else None


def fits(version: str, requirement: str) -> bool:
    """Return whether a version such as 0.3.36 fits a requirement such as llama-cpp-python>=0.3.36,<0.4.

    Knows >=, <=, <, > and ==, without wildcards; raises ValueError at another one.
    """
    compare = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt, "==": operator.eq}
    for clause in requirement.removeprefix(PACKAGE).split(","):
        found = re.fullmatch(r"\s*(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)\s*", clause)
        if found is None:
            raise ValueError(f"a requirement this does not know: {clause}")
        if not re.fullmatch(r"\d+(\.\d+)*", version) or not compare[found[1]](numbers(version), numbers(found[2])):
            return False
    return True


def numbers(version: str) -> tuple[int, ...]:
    """Return the parts of a version, comparable with those of another."""
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (4 - len(parts)))


def add_cuda_libraries(site: Site, major: int) -> None:
    """Fetch the libraries of CUDA that a ready-made build leaves out, and put them where it looks for them."""
    say("Fetching NVIDIA's libraries for it: about 600 MB, this once")
    code = site.log.run(site.pip("install", "--progress-bar", "off", *CUDA_LIBRARIES[major]), str, site.environment)
    packages = site_packages(site)
    if not code and packages:
        link_libraries(packages / "nvidia", packages / "llama_cpp" / "lib")


def site_packages(site: Site) -> Path | None:
    """Return where the environment keeps its packages; None where it cannot tell."""
    command = [str(site.python), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=site.python.parent)
    return Path(done.stdout.strip()) if not done.returncode else None


def link_libraries(source: Path, target: Path) -> None:
    """Put the libraries under a folder into another one too, without taking disk for them twice where that can be."""
    for file in source.rglob("*"):
        if not re.search(r"\.so(\.\d+)*$|\.dll$", file.name) or (target / file.name).exists():
            continue
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copy2(file, target / file.name)


def _cuda_options(machine: Machine) -> tuple[str, ...]:
    if not machine.card or not machine.nvcc:
        return ()
    return ("-DGGML_CUDA=on", f"-DCMAKE_CUDA_COMPILER={Path(machine.nvcc).as_posix()}")
