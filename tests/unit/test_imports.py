"""Imports run one way, heavy libraries stay in their room, and the window starts without them."""

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import phi3desk

PACKAGE = Path(phi3desk.__file__).parent
#: packages in the order of their imports; those of one line do not know each other
PACKAGES = (
    ("__init__", "errors"),
    ("paths", "line_protocol", "csv_safe", "foreign_text", "logs", "disk", "file_lock", "file_hash"),
    ("settings", "sqlite_file"),
    ("backups",),
    ("library", "model"),
    ("chat",),
    ("profiles",),
    ("comparison", "packs", "sweep"),
    ("workers",),
    ("ui", "cli"),
    ("app",),
    ("__main__",),
)
#: rooms of a package in the order of their imports, "" first: the package's own modules. One of these that needs a room
#: is named behind it.
ROOMS = {
    "library": (
        "", "words", "chunking", "content", "embedding", "entailment", "sheets", "reading", "search", "overview",
        "importing", "transfer", "integrity", "library",
    ),
    "model": ("", "adapters", "hub", "llama"),
    "chat": (
        "", "wording", "inspection", "grounding", "reading", "prompt", "judging", "series", "answer", "example_export",
        "correcting", "languages", "intent", "catalogue_answer", "follow_up", "follow_up_model", "question", "summary",
        "document_comparison", "sheets", "decision", "dossier",
    ),
    "ui": (
        "", "widgets", "clients", "services", "answers", "library", "packs", "experts", "models", "source", "examples",
        "dossiers", "chat", "comparison", "sweep", "settings", "window",
    ),
}  # fmt: skip
MOST_MODULES = {"": 20, "ui": 15}
HOMES = {
    "chromadb": {"library"}, "sentence_transformers": {"library"}, "torch": {"library"}, "pypdf": {"library"},
    "pypdfium2": {"library"}, "PIL": {"library"}, "docx": {"library", "chat", "sweep"}, "pptx": {"library"},
    "openpyxl": {"library", "sweep"}, "lxml": {"library"},
    "markdown_it": {"library"}, "watchdog": {"library"}, "keyring": {"library"},
    "tokenizers": {"library"}, "onnx": {"library"}, "onnxruntime": {"library"},
    "py3langid": {"library"}, "Stemmer": {"library"}, "simplemma": {"library"},
    "reportlab": {"chat"},
    "huggingface_hub": {"model"},
    "llama_cpp": {"model"}, "gguf": {"model"}, "jinja2": {"model"}, "PySide6": {"ui", "app"}, "qtawesome": {"ui"},
}  # fmt: skip
HEAVY = (
    "torch",
    "onnxruntime",
    "onnx",
    "chromadb",
    "sentence_transformers",
    "llama_cpp",
    "transformers",
    "huggingface_hub",
    "pypdf",
    "pypdfium2",
    "docx",
    "reportlab",
    "PIL",
    "pptx",
    "openpyxl",
    "lxml",
    "watchdog",
    "keyring",
)
MODULES = sorted(PACKAGE.rglob("*.py"))
RANK = {name: rank for rank, names in enumerate(PACKAGES) for name in names}


def package_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_by(path: Path) -> set[str]:
    """Return what a module imports, with the names taken from it, such as phi3desk.paths.Paths."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_imports(path: Path) -> list[tuple[str, ...]]:
    """Return what a module imports of phi3desk, in parts, without the first one."""
    parts = [tuple(name.split(".")) for name in sorted(imported_by(path))]
    return [each[1:] for each in parts if each[0] == "phi3desk" and len(each) > 1 and each[1] in RANK]


def room_rank(package: str, parts: tuple[str, ...]) -> int:
    """Return where a module (its path within its package, in parts) stands in the order of the package's rooms."""
    rooms = ROOMS[package]
    return rooms.index(parts[0]) if parts[0] in rooms else 0


def test_every_module_has_a_place_in_the_order():
    assert {package_of(path) for path in MODULES} == set(RANK)
    for package, rooms in ROOMS.items():
        folders = {path.parent.name for path in (PACKAGE / package).glob("*/__init__.py")}
        modules = {path.stem for path in (PACKAGE / package).glob("*.py")}
        assert folders <= set(rooms[1:]) <= folders | modules


def test_imports_between_packages_run_one_way():
    wrong = []
    for path in MODULES:
        here = package_of(path)
        for parts in own_imports(path):
            there = parts[0]
            if here != there and RANK[there] >= RANK[here] and not _may(here, there):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {'.'.join(parts)}")
    assert not wrong


def _may(here: str, there: str) -> bool:
    """Return whether two single modules of one line may know each other."""
    return RANK[here] == RANK[there] and not {here, there} & {
        "library",
        "model",
        "comparison",
        "packs",
        "sweep",
        "ui",
        "cli",
    }


@pytest.mark.parametrize("package", ROOMS)
def test_imports_between_rooms_run_one_way(package: str):
    wrong = []
    for path in (PACKAGE / package).rglob("*.py"):
        rank = room_rank(package, path.relative_to(PACKAGE / package).with_suffix("").parts)
        taken = [parts for parts in own_imports(path) if parts[0] == package and len(parts) > 1]
        above = [parts for parts in taken if room_rank(package, parts[1:]) > rank]
        wrong += [f"{path.relative_to(PACKAGE)} imports {'.'.join(parts)}" for parts in above]
    assert not wrong


def test_no_folder_holds_too_many_modules():
    for folder in {path.parent for path in MODULES}:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        package = folder.relative_to(PACKAGE).parts[:1]
        most = MOST_MODULES["ui" if package == ("ui",) else ""]
        assert len(modules) <= most, folder


def test_each_library_stays_in_its_room():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        for name in imported_by(path)
        if name.split(".")[0] in HOMES and package_of(path) not in HOMES[name.split(".")[0]]
    ]
    assert not wrong


def loaded_by(statement: str, names: Sequence[str] = HEAVY) -> set[str]:
    code = f"{statement}; import sys; print(' '.join(n for n in {tuple(names)!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_window_loads_nothing_heavy():
    assert loaded_by("import phi3desk.app") == set()


def test_window_is_seen_before_the_rest_of_it_is_loaded():
    """What costs a start much, and what only a page needs that nobody has entered yet."""
    pages = [f"phi3desk.ui.{room}.page" for room in ("library", "experts", "models", "settings", "comparison")]
    late = [*pages, "phi3desk.ui.source.pane", "PySide6.QtPdf", "phi3desk.packs.exporter", "phi3desk.library.catalog"]
    assert loaded_by("import phi3desk.app", ["qtawesome", "qtpy", "filelock", "asyncio", "psutil", *late]) == set()


def test_parsing_the_command_line_loads_nothing_heavy():
    assert loaded_by("from phi3desk.cli.parser import parse; parse(['doctor'])") == set()
    assert loaded_by("import phi3desk.cli.run") == set()
