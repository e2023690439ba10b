"""The commands that get models, against a look-alike hub on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.model.hub.catalogue import PHI3_MINI, catalogue, find_entry
from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from tests.helpers.commands import run_command
from tests.helpers.lookalike_hub import Fault, LookalikeHub

PHI3 = find_entry(PHI3_MINI)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny_phi3: Path) -> Iterator[LookalikeHub]:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr("phi3desk.model.hub.download.WAITS", (0.0,))
    made = LookalikeHub()
    made.files[PHI3.file] = tiny_phi3.read_bytes()
    monkeypatch.setenv("HF_ENDPOINT", made.address)
    yield made
    made.close()


def test_the_catalogue_is_listed_without_the_network(home: Paths, hub: LookalikeHub) -> None:
    done = run_command(home.home, "models", "available")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [entry.key for entry in catalogue()]
    assert "phi-3-mini  Phi-3 mini, about 2.4 GB, MIT, from microsoft/Phi-3-mini-4k-instruct-gguf" in done.stdout
    (rows,) = map(json.loads, run_command(home.home, "models", "available", "--json").stdout.splitlines())
    assert rows[0] == {
        "name": "phi-3-mini", "title": "Phi-3 mini", "repository": PHI3.repository, "file": PHI3.file,
        "licence": "MIT", "about_bytes": 2_400_000_000,
    }  # fmt: skip
    assert hub.asked == []


def test_a_model_is_downloaded_after_a_failure_and_added(home: Paths, hub: LookalikeHub, tiny_phi3: Path) -> None:
    hub.files["other.gguf"] = b"something"
    listed = run_command(home.home, "models", "available", PHI3.repository)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["other.gguf", PHI3.file]
    unclear = run_command(home.home, "models", "download", PHI3.repository)
    assert (unclear.returncode, "holds 2 models" in unclear.stderr) == (1, True)
    unknown = run_command(home.home, "models", "download", "phi-9")
    assert (unknown.returncode, "no model called “phi-9”" in unknown.stderr) == (1, True)
    hub.faults = [Fault(cut_after=10_000), *[Fault(status=404)] * 2]
    failed = run_command(home.home, "models", "download", PHI3_MINI)
    assert (failed.returncode, "any more" in failed.stderr) == (1, True)
    assert "% are here" in run_command(home.home, "models", "available").stdout
    hub.faults = []
    done = run_command(home.home, "models", "download", PHI3.repository, "--file", PHI3.file, "--json")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert Path(row["path"]).read_bytes() == tiny_phi3.read_bytes()
    assert hub.file_requests[-1].range == "bytes=10000-"
    assert ModelStore(home).find(row["name"]).size == row["size"] == tiny_phi3.stat().st_size
    assert ModelFolder(home).unfinished() == []


def test_models_of_other_programs_are_listed(
    home: Paths, tmp_path: Path, tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "person"))
    for name in ("HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "OLLAMA_MODELS"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "person/.lmstudio/models/a/b/Phi-3-mini-q4.gguf"
    place.parent.mkdir(parents=True)
    place.write_bytes(tiny_phi3.read_bytes())
    assert str(place) in run_command(home.home, "models", "found").stdout
    (rows,) = map(json.loads, run_command(home.home, "models", "found", "--json").stdout.splitlines())
    mine = [row for row in rows if row["program"] == "LM Studio"]
    assert mine == [
        {"program": "LM Studio", "name": "Phi-3 mini", "path": str(place), "size": tiny_phi3.stat().st_size}
    ]


def test_that_other_programs_have_no_model_is_said(home: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phi3desk.cli.downloads.find_models", list)
    assert run_command(home.home, "models", "found").stdout.startswith("No other program on this computer")
    assert run_command(home.home, "models", "found", "--json").stdout.strip() == "[]"
