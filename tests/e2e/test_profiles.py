"""Expert profiles on the command line: shown, packed, taken in elsewhere, obeyed by `ask`."""

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.helpers.commands import run_command
from tests.helpers.pdf import write_pump_manual

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def at(tmp_path: Path) -> Callable[[str], Run]:
    """Return a function that gives the command of one of several homes."""

    def home(name: str) -> Run:
        return partial(run_command, tmp_path / name)

    return home


def test_profile_travels_with_documents_and_index(at, tmp_path):
    here, there = at("here"), at("there")
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    assert here("import", tmp_path / "docs").returncode == 0
    pack = tmp_path / "safety.phi3pack"
    done = here("profiles", "export", "safety OFFICER", pack, "--with-documents", "--with-index", "--json")
    assert done.returncode == 0, done.stderr
    packed = json.loads(done.stdout)
    assert (packed["file"], packed["documents"], packed["files"]) == (str(pack), 1, 1)
    assert packed["bytes"] == pack.stat().st_size
    done = there("profiles", "import", pack, "--json")
    assert done.returncode == 0, done.stderr
    imported = json.loads(done.stdout)
    assert (imported["profile"], imported["documents"]) == ("Safety officer 2", 1)
    shown = json.loads(there("profiles", "show", "Safety officer 2", "--json").stdout)
    assert (shown["answer_mode"], shown["collections"]) == ("documents_only", imported["collections"])
    question = ("search", "How often is the main bearing greased?", "--json")
    ours, theirs = (json.loads(run(*question).stdout)["passages"] for run in (here, there))
    assert [(one["page"], one["text"]) for one in ours] == [(one["page"], one["text"]) for one in theirs]
    # vectors travel in half precision
    assert [one["score"] for one in ours] == pytest.approx([one["score"] for one in theirs], abs=1e-3)


def test_ask_obeys_the_answer_mode_where_there_are_no_documents(at, tiny_phi3):
    run = at("home")
    assert run("models", "add", tiny_phi3, "--name", "tiny").returncode == 0
    asked = ("ask", "When is the bearing greased?", "--model", "tiny", "--json")
    refused = json.loads(run(*asked, "--profile", "Safety officer").stdout)
    assert "documents only" in refused["answer"]
    assert (refused["grounded"], refused["timings"]["generated_tokens"]) == (False, 0)
    alone = json.loads(run(*asked, "--profile", "Plain assistant").stdout)
    assert alone["timings"]["generated_tokens"] > 0
    assert (alone["passages"], alone["citations"]) == ([], [])
    told = run(*asked[:-1], "--profile", "Plain assistant").stdout.strip()
    assert told.endswith("Plain assistant, tiny.")


def test_what_is_no_pack_or_no_profile_fails_with_a_sentence(at, tmp_path):
    run = at("home")
    (tmp_path / "evil.phi3pack").write_bytes(b"PK" + bytes(400))
    for arguments in (
        ("import", tmp_path / "evil.phi3pack"),
        ("import", "/no/such.phi3pack"),
        ("show", "nobody"),
        ("export", "General", "/no/such/folder/x.phi3pack"),
        ("export", "nobody", tmp_path / "x.phi3pack"),
    ):
        done = run("profiles", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stderr
    assert run("profiles", "export", "General").returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.phi3pack", "home"]
