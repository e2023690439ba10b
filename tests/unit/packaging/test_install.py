"""What the installer does before anything is installed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGING = ROOT / "packaging"
#: the oldest Python that is told in words that it is too old
OLDEST_TOLD = (3, 7)
sys.path.insert(0, str(PACKAGING))

import install  # noqa: E402


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the modules that a module imports at its head."""
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
        elif isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)


def test_older_python_can_read_all_that_tells_it_that_it_is_too_old() -> None:
    open_ones, read = ["install"], set()
    while open_ones:
        name = open_ones.pop()
        file = PACKAGING / f"{name}.py"
        if name not in read and file.exists():
            read.add(name)
            open_ones += imported(ast.parse(file.read_text(encoding="utf-8"), feature_version=OLDEST_TOLD))
    assert read >= {"install", "progress", "machine"}


def test_folder_that_was_moved_or_copied_is_installed_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for name in ("here", "there"):
        place = tmp_path / name
        place.mkdir()
        (place / "pyproject.toml").write_text("[project]", encoding="utf-8")
        monkeypatch.setattr(install, "ROOT", place)
        told += [install.fingerprint(), install.fingerprint()]
    assert told[0] == told[1] != told[2] == told[3]
