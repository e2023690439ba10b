"""Adapters on the command line: added, checked, listed, used, removed."""

import json
from dataclasses import replace

import numpy as np
import pytest

from phi3desk.cli.parser import parse
from phi3desk.model.starter import ADAPTER
from tests.helpers.commands import run_command
from tests.helpers.peft_adapters import write_peft
from tests.helpers.tiny_phi3 import config, write_tiny_adapter, write_tiny_phi3


@pytest.fixture
def phi3desk(tmp_path):
    """Return a function that runs one command on a home of its own; with --json it returns what was printed."""

    def run(*arguments: object, code: int = 0):
        done = run_command(tmp_path / "home", *arguments)
        assert done.returncode == code, done.stderr
        if code:
            assert (done.stdout, len(done.stderr.splitlines())) == ("", 1)
            return done.stderr
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    return run


@pytest.fixture
def phi3desk_with_model(phi3desk, tiny_phi3):
    phi3desk("models", "add", tiny_phi3, "--name", "tiny")
    phi3desk("models", "use", "tiny")
    return phi3desk


def listed(run):
    """Return the adapters that were added; the starter's own is always there."""
    return [row for row in run("adapters", "list", "--json") if row["name"] != ADAPTER]


def test_adapters_are_added_listed_and_removed(phi3desk_with_model, tmp_path):
    run = phi3desk_with_model
    source = write_tiny_adapter(tmp_path / "pumps.gguf", rank=8, alpha=16)
    added = run("adapters", "add", source, "--json")
    assert set(added) == {"name", "file", "base", "architecture", "rank", "alpha", "bytes", "sha256", "fits"}
    assert (added["name"], added["base"], added["architecture"]) == ("pumps", "Tiny Phi3", "phi3")
    assert (added["rank"], added["alpha"], added["bytes"]) == (8, 16.0, source.stat().st_size)
    assert added["fits"] is True
    other = write_tiny_adapter(tmp_path / "other.gguf", replace(config(), architecture="qwen2"))
    assert run("adapters", "add", other, "--name", "mine", "--json")["fits"] is False
    assert [(row["name"], row["fits"]) for row in listed(run)] == [("mine", False), ("pumps", True)]
    run("adapters", "remove", "mine")
    assert listed(run) == [added]
    assert {file.stem for file in (tmp_path / "home" / "adapters").iterdir()} == {"pumps"}
    assert "mine" in run("adapters", "remove", "mine", code=1)
    assert run("adapters", "add", other, "--name", "mine").strip() == "Added: mine (does not fit the model in use)"
    assert "not there" in run("adapters", "check", tmp_path / "none.gguf", code=1)


def test_adapter_folder_becomes_gguf(phi3desk_with_model, tmp_path):
    run = phi3desk_with_model
    width = config().width
    weights = np.ones((4, width), np.float32)
    key = "base_model.model.model.layers.0.self_attn.o_proj.lora_{}.weight"
    folder = write_peft(tmp_path / "seals", {key.format("A"): weights, key.format("B"): weights.T.copy()})
    checked = run("adapters", "check", folder, "--json")
    assert (checked["fits"], checked["model"], checked["rank"]) == (True, "tiny", 4)
    assert listed(run) == []
    added = run("adapters", "add", folder / "adapter_model.safetensors", "--json")
    assert (added["name"], added["rank"], added["fits"]) == ("seals", 4, True)
    assert added["file"].endswith("seals.gguf")


def test_sibling_is_added_only_where_its_base_is_named(phi3desk, tmp_path):
    model = write_tiny_phi3(tmp_path / "phi.gguf", name="Phi 3 Mini 4k Instruct")
    phi3desk("models", "add", model)
    phi3desk("models", "use", "phi")
    sibling = write_tiny_adapter(tmp_path / "law.gguf", base_name="Phi 3 Mini 128k Instruct")
    said = phi3desk("adapters", "add", sibling, code=1)
    assert "Phi 3 Mini 128k Instruct" in said
    assert '--base "phi"' in said
    assert "sibling" in phi3desk("adapters", "check", sibling, code=1)
    base = write_tiny_phi3(tmp_path / "long.gguf", name="Phi 3 Mini 128k Instruct")
    phi3desk("models", "add", base)
    added = phi3desk("adapters", "add", sibling, "--json")
    assert added["fits"] is None
    assert "sibling" in phi3desk("ask", "what", "--adapter", "law=1", code=1)
    assert phi3desk("adapters", "add", added["file"], "--base", "phi", "--json")["fits"] is True
    assert "nobody" in phi3desk("adapters", "add", sibling, "--base", "nobody", code=1)


def test_adapter_of_strength_0_is_the_model_without_it(phi3desk_with_model, tmp_path):
    run = phi3desk_with_model
    run("adapters", "add", write_tiny_adapter(tmp_path / "pumps.gguf"))
    question = ("ask", "What must be checked before use?", "--profile", "Plain assistant", "--json")
    without = run(*question)["answer"]
    assert run(*question, "--adapter", "pumps=0")["answer"] == without
    assert run(*question, "--adapter", "pumps=1")["answer"] != without
    assert "nobody" in run(*question, "--adapter", "nobody=1", code=1)


@pytest.mark.parametrize("given", ["pumps", "pumps=", "pumps=3", "pumps=-1", "pumps=nan", "=1"])
def test_impossible_strength_is_wrong_use(given, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(["ask", "what", "--adapter", given])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
