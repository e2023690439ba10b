"""Imports run one way, heavy libraries stay in their room, and the window starts without them."""

import ast
import subprocess
import sys
from pathlib import Path

import phi3desk

PACKAGE = Path(phi3desk.__file__).parent
RANK = {
    "__init__": 0, "errors": 0, "csv_safe": 0, "paths": 0, "settings": 0, "sqlite_file": 0, "library": 1, "model": 1,
    "chat": 1, "profiles": 1, "comparison": 1, "packs": 1, "workers": 2, "ui": 3, "cli": 3, "app": 4, "__main__": 5,
}  # fmt: skip
ROOMS = {
    "chromadb": {"library"}, "sentence_transformers": {"library"}, "torch": {"library"}, "pypdf": {"library"},
    "pypdfium2": {"library"}, "docx": {"library"}, "pptx": {"library"}, "openpyxl": {"library"}, "lxml": {"library"},
    "markdown_it": {"library"}, "charset_normalizer": {"library"}, "watchdog": {"library"}, "keyring": {"library"},
    "tokenizers": {"library"}, "py3langid": {"library"}, "Stemmer": {"library"},
    "llama_cpp": {"model"}, "gguf": {"model"}, "jinja2": {"model"}, "PySide6": {"ui", "app"}, "qtawesome": {"ui"},
}  # fmt: skip
HEAVY = (
    "torch",
    "chromadb",
    "sentence_transformers",
    "llama_cpp",
    "transformers",
    "pypdf",
    "pypdfium2",
    "docx",
    "pptx",
    "openpyxl",
    "lxml",
    "watchdog",
    "keyring",
)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_by(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


MODULES = sorted(PACKAGE.rglob("*.py"))


def test_imports_run_one_way():
    wrong = []
    for path in MODULES:
        here = room_of(path)
        for name in imported_by(path):
            parts = name.split(".")
            if parts[0] != "phi3desk" or len(parts) < 2 or parts[1] not in RANK:
                continue
            there = parts[1]
            if RANK[there] > RANK[here] or {here, there} == {"library", "model"}:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_each_library_stays_in_its_room():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        for name in imported_by(path)
        if name.split(".")[0] in ROOMS and room_of(path) not in ROOMS[name.split(".")[0]]
    ]
    assert not wrong


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(' '.join(n for n in {HEAVY!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_window_loads_nothing_heavy():
    assert loaded_by("import phi3desk.app") == set()


def test_parsing_the_command_line_loads_nothing_heavy():
    assert loaded_by("from phi3desk.cli.parser import parse; parse(['doctor'])") == set()
    assert loaded_by("import phi3desk.cli.run") == set()
