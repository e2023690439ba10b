"""Models of other programs, found in folders laid out as those programs lay them out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from phi3desk.file_hash import sha256
from phi3desk.model.found_models import Computer, find_models
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths

DATA = {
    "linux": ".local/share",
    "darwin": "Library/Application Support",
    "win32": "AppData/Local",
}
SETTINGS = {"linux": ".config", "darwin": "Library/Application Support", "win32": "AppData/Roaming"}


def put(model: Path, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(model, place)
    return place


def ollama(models: Path, model: Path, name: str, tag: str) -> Path:
    digest = sha256(model)
    blob = put(model, models / "blobs" / f"sha256-{digest}")
    manifest = models / "manifests" / "registry.ollama.ai" / "library" / name / tag
    manifest.parent.mkdir(parents=True, exist_ok=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "1" * 64, "size": 3},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}", "size": 9},
    ]
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}), encoding="utf-8")
    return blob


@pytest.mark.parametrize("system", DATA)
def test_models_of_five_programs_are_found_where_they_lie(
    system: str, tmp_path: Path, tiny_phi3: Path, tiny_adapters: list[Path]
) -> None:
    home = tmp_path / "person"
    data, settings = home / DATA[system], home / SETTINGS[system]
    studio = put(tiny_phi3, home / ".lmstudio/models/microsoft/Phi-3-mini-4k-instruct-gguf/Phi-3-mini-q4.gguf")
    older = put(tiny_phi3, home / ".cache/lm-studio/models/a/b/older.gguf")
    blob = ollama(home / ".ollama/models", tiny_phi3, "phi3", "medium")
    gpt4all = put(tiny_phi3, data / "nomic.ai/GPT4All/Phi-3-mini-4k-instruct.Q4_0.gguf")
    jan = put(tiny_phi3, settings / "Jan/data/llamacpp/models/Phi-4-mini/model.gguf")
    # what is not one: an adapter, notes, a download that is not finished, broken records
    put(tiny_adapters[0], home / ".lmstudio/models/a/b/adapter.gguf")
    (home / ".lmstudio/models/a/b/notes.gguf").write_bytes(b"these are notes")
    (home / ".lmstudio/models/a/b/half.gguf").write_bytes(tiny_phi3.read_bytes()[:5000])
    (home / ".lmstudio/settings.json").write_text("[" * 20_000, encoding="utf-8")
    (home / ".ollama/models/manifests/registry.ollama.ai/library/phi3/broken").write_bytes(b"\xff{")
    (home / ".ollama/models/manifests/registry.ollama.ai/library/phi3/up").write_text(
        json.dumps({"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../x"}, 3]})
    )
    cache = home / ".cache/huggingface/hub/models--microsoft--Phi-3-mini-4k-instruct-gguf"
    linked = cache / "snapshots" / ("c" * 40) / "Phi-3-mini-4k-instruct-q4.gguf"
    linked.parent.mkdir(parents=True)
    linked.symlink_to(put(tiny_phi3, cache / "blobs" / "abc"))
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    found = find_models(Computer(system, home, {}))
    assert [(one.program, one.name, one.path) for one in found] == [
        ("GPT4All", "Phi-3 mini 4k", str(gpt4all)),
        ("Hugging Face", "Phi-3 mini 4k", str(linked)),
        ("Jan", "Phi-4 mini", str(jan)),
        ("LM Studio", "older", str(older)),
        ("LM Studio", "Phi-3 mini", str(studio)),
        ("Ollama", "phi3 medium", str(blob)),
    ]
    assert {one.size for one in found} == {tiny_phi3.stat().st_size}
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_environment_and_settings_name_other_places(tmp_path: Path, tiny_phi3: Path) -> None:
    home, away = tmp_path / "person", tmp_path / "away"
    environment = {
        "OLLAMA_MODELS": str(away / "ollama"), "HF_HOME": str(away / "hf"), "XDG_CONFIG_HOME": str(away / "config"),
    }  # fmt: skip
    ollama(away / "ollama", tiny_phi3, "phi3", "latest")
    put(tiny_phi3, away / "hf/hub/models--a--b/snapshots/1/x.gguf")
    put(tiny_phi3, away / "studio/a/b/studio.gguf")
    put(tiny_phi3, away / "gpt4all/four.gguf")
    put(tiny_phi3, away / "jan/models/five.gguf")
    for path, text in (
        (home / ".lmstudio/settings.json", json.dumps({"downloadsFolder": str(away / "studio")})),
        (away / "config/nomic.ai/GPT4All.ini", f"[General]\nmodelPath={away / 'gpt4all'}\n"),
        (away / "config/Jan/settings.json", json.dumps({"data_folder": str(away / "jan")})),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    found = find_models(Computer("linux", home, environment))
    assert [one.name for one in found] == ["four", "x", "five", "studio", "phi3"]
    environment = {"HF_HUB_CACHE": str(away / "hf/hub"), "HF_HOME": "/nowhere"}
    assert [one.name for one in find_models(Computer("linux", tmp_path, environment))] == ["x"]


def test_a_found_model_is_used_where_it_lies(home: Paths, tmp_path: Path, tiny_phi3: Path) -> None:
    store = ModelStore(home)
    blob = ollama(tmp_path / "ollama", tiny_phi3, "phi3", "latest")
    assert store.add(blob, suggested="phi3").path == str(blob)
    assert store.add(blob, suggested="other").called == "phi3"
    link = tmp_path / "snapshots" / "Phi-3-mini-4k-instruct-q4.gguf"
    link.parent.mkdir()
    link.symlink_to(put(tiny_phi3, tmp_path / "blobs" / "abc"))
    entry = store.add(link)
    # its own name, which the parts of a split model need beside it too, not that of the blob behind it
    assert (entry.name, entry.path) == ("Phi-3-mini-4k-instruct-q4", str(link))
    assert store.add(link) == store.find(entry.name)
    assert store.add(tmp_path / "blobs" / "abc") == store.find(entry.name)
    assert list(home.home.rglob("*.gguf")) == []
