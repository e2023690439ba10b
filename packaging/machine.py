"""What of this machine decides how llama.cpp comes onto it: processor, graphics card, tools."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: what the author's built wheels for x86-64 processors are compiled with (GGML_NATIVE=off)
WHEEL_FEATURES = ("avx2", "fma", "f16c", "bmi2")
#: memory in bytes that one compiler takes for the largest files of llama.cpp
BYTES_PER_COMPILER = 1 << 30
#: PF_AVX2_INSTRUCTIONS_AVAILABLE of winnt.h; every processor with AVX2 that Windows runs on has the other three
_WINDOWS_AVX2 = 40


@dataclass(frozen=True)
class Card:
    """An NVIDIA card: its name, its compute capability, and the newest CUDA that its driver runs."""

    name: str
    capability: tuple[int, int] = (0, 0)
    cuda: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Machine:
    """This machine; `system` as Python names it, `processor` x86_64 or arm64 or as the system names another one."""

    system: str
    processor: str
    features: frozenset[str] = frozenset()
    card: Card | None = None
    nvcc: str = ""

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return which of the instructions of built wheels an x86-64 processor does not have."""
        return tuple(name for name in WHEEL_FEATURES if name not in self.features)


def this_machine() -> Machine:
    """Look at this machine; starts the tools of a graphics card's driver where there are any."""
    names = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}
    processor = platform.machine().lower()
    return Machine(platform.system(), names.get(processor, processor), _features(), _card(), find_nvcc())


def compilers(cores: int, memory: int) -> int:
    """Return how many compilers may run at a time with so many cores and so much memory (bytes; 0 where unknown)."""
    return max(1, min(cores, memory // BYTES_PER_COMPILER) if memory else cores)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def total_memory() -> int:
    """Return the machine's memory in bytes; 0 where the system does not tell."""
    if os.name == "nt":
        kilobytes = ctypes.c_ulonglong()
        told = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 if told else 0
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return 0


def python_of(venv: Path) -> Path:
    """Return the interpreter inside a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def find_nvcc() -> str:
    """Return the path of the CUDA toolkit's compiler; empty where there is none."""
    found = shutil.which("nvcc")
    if found:
        return found
    homes = [os.environ.get(name, "") for name in ("CUDA_HOME", "CUDA_PATH")] + ["/usr/local/cuda", "/opt/cuda"]
    program = "nvcc.exe" if os.name == "nt" else "nvcc"
    files = (Path(home, "bin", program) for home in homes if home)
    return next((str(file) for file in files if file.is_file()), "")


def old_system(python: tuple[int, int], system: str, processor: str, version: tuple[int, ...]) -> str:
    """Return what to do on a system that is older than the window's libraries for this Python; empty where it is not.

    `version` is glibc's on Linux and the system's on a Mac; () where it is unknown.
    """
    if python < (3, 12) or not version:
        return ""
    oldest = {"Linux": (2, 39) if processor == "arm64" else (2, 34), "Darwin": (14,)}.get(system, ())
    if not oldest or version >= oldest:
        return ""
    what = "glibc" if system == "Linux" else "macOS"
    number, least = (".".join(map(str, one)) for one in (version, oldest))
    return (
        f"With Python {python[0]}.{python[1]} the window needs {what} {least} or newer, and this system has {number}. "
        "Python 3.11 takes an older Qt that runs here: python3.11 packaging/install.py"
    )


def system_version() -> tuple[int, ...]:
    """Return the version of glibc on Linux, of the system on a Mac; () where it is unknown."""
    told = platform.mac_ver()[0] if platform.system() == "Darwin" else platform.libc_ver()[1]
    return tuple(int(part) for part in told.split(".") if part.isdigit())


def card_of(listing: str, report: str) -> Card | None:
    """Return the first card of what nvidia-smi tells; None where it tells none.

    `listing` is what it prints for --query-gpu=name,compute_cap, `report` what it prints by itself: the newest CUDA
    that the driver runs stands in its head.
    """
    row = re.match(r"(.+), (\d+)\.(\d+)\s*$", listing.splitlines()[0]) if listing.strip() else None
    if not row:
        return None
    cuda = re.search(r"CUDA Version: *(\d+)\.(\d+)", report)
    newest = (int(cuda[1]), int(cuda[2])) if cuda else (0, 0)
    return Card(row[1].strip(), (int(row[2]), int(row[3])), newest)


def _card() -> Card | None:
    listing = _told("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader")
    return card_of(listing, _told("nvidia-smi")) if listing else None


def _features() -> frozenset[str]:
    if os.name == "nt":
        present = ctypes.windll.kernel32.IsProcessorFeaturePresent(_WINDOWS_AVX2)  # type: ignore[attr-defined]
        return frozenset(WHEEL_FEATURES) if present else frozenset()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(_flags(lines))


def _flags(lines: list[str]) -> Iterator[str]:
    """Yield the flags of the first processor of /proc/cpuinfo."""
    for line in lines:
        if line.startswith(("flags", "Features")):
            yield from line.partition(":")[2].split()
            return


def _told(*command: str) -> str:
    """Return what a tool prints; empty where it is missing, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if not done.returncode else ""
