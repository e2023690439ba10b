"""What the installer does before anything is installed."""

from __future__ import annotations

import ast
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGING = ROOT / "packaging"
#: the oldest Python that is told in words that it is too old
OLDEST_TOLD = (3, 7)
sys.path.insert(0, str(PACKAGING))

import install  # noqa: E402
import starter_model  # noqa: E402


@pytest.fixture
def without_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an environment as Debian's Python leaves it, or Ctrl+C; a model was fetched into it."""
    folder = tmp_path / ".venv"
    venv.create(folder, with_pip=False)
    models = starter_model.models_folder(folder)
    models.mkdir(parents=True)
    (models / "starter.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(install, "VENV", folder)
    return folder


def starter_of(folder: Path) -> bytes:
    return (starter_model.models_folder(folder) / "starter.gguf").read_bytes()


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


def test_environment_without_pip_is_mended(without_pip: Path) -> None:
    assert not install.has_pip()
    assert install.make_environment()
    assert install.has_pip()
    assert starter_of(without_pip) == b"GGUF"


def test_environment_that_cannot_be_mended_is_made_anew_without_losing_the_model(
    without_pip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[list[str]] = []

    def run_venv() -> bool:
        found.append(sorted(path.name for path in without_pip.iterdir()))
        return len(found) == 2

    monkeypatch.setattr(install, "run_venv", run_venv)
    assert install.make_environment()
    assert "pyvenv.cfg" in found[0]
    assert found[1] == ["share"]
    assert starter_of(without_pip) == b"GGUF"


@pytest.mark.parametrize("lacks_module", [True, False])
def test_python_that_makes_no_environment_is_told_each_time(
    without_pip: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lacks_module: bool
) -> None:
    if lacks_module:
        monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(install, "run_venv", lambda: False)
    for _ in range(2):
        assert install.main([]) == 1
        assert capsys.readouterr().err.endswith("apt install python3-venv.\n")
    # what cannot be made anew is not taken away
    assert install.python_of(without_pip).exists() == lacks_module
    assert starter_of(without_pip) == b"GGUF"


def test_nothing_is_started_where_all_is_installed(without_pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for extra in ("plain", "test"):
        (without_pip / f"installed-{extra}").write_text(install.fingerprint(), encoding="utf-8")
    monkeypatch.setattr(subprocess, "run", None)
    assert install.main(["test"]) == 0
