"""The command embedders: what it lists, what it adds, and a change that it makes in the foreground."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from phi3desk.library.embedding import known_embedders
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.commands import run_command
from tests.helpers.model_folder import write_model_folder
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of one collection, made when there was only the first embedder."""
    paths = open_paths(tmp_path / "home")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bearing.md").write_text("The main bearing is greased every 2,000 operating hours.")
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder(*FIRST_EMBEDDER))) as library:
        library.import_paths([tmp_path / "in"], library.create_collection("Manuals"))
    own = [WordEmbedder("many", "2", 48, ("de", "en", "sl")), WordEmbedder(*FIRST_EMBEDDER)]
    monkeypatch.setattr(known_embedders, "own_embedders", lambda _: own)
    return tmp_path / "home"


def listed(home: Path) -> dict[str, dict[str, Any]]:
    done = run_command(home, "embedders", "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_embedders_are_listed_added_and_used(home: Path, tmp_path: Path):
    rows = listed(home)
    assert list(rows) == ["many", FIRST_EMBEDDER[0]]
    assert rows["many"] == {
        "name": "many",
        "dimensions": 48,
        "languages": ["de", "en", "sl"],
        "megabytes": 1,
        "default": True,
        "folder": None,
        "problem": None,
        "collections": [],
    }
    manuals = {"name": "Manuals", "serves": True, "passages": 1, "embedded": None}
    assert rows[FIRST_EMBEDDER[0]]["collections"] == [manuals]
    used = run_command(home, "embedders", "use", "MANY", "--collection", "manuals", "--json")
    assert (used.returncode, used.stderr) == (0, "")
    ended = json.loads(used.stdout)
    assert (ended["summary"], ended["changed"]) == ({}, ["Manuals"])
    assert listed(home)["many"]["collections"] == [manuals]
    text = run_command(home, "embedders", "list").stdout.splitlines()
    assert text[0].startswith("* many  48 dimensions  de, en, sl  1 MB") and text[1] == "    Manuals: 1 passages"

    folder = write_model_folder(tmp_path / "models" / "mine")
    added = run_command(home, "embedders", "add", folder)
    assert added.stdout == "Added: mine. To embed with it: phi3desk embedders use mine\n"
    added = run_command(home, "embedders", "add", folder, "--json")
    assert (json.loads(added.stdout)["name"], json.loads(added.stdout)["folder"]) == ("mine", str(folder))
    # back to the first one for all, and for what is made later
    assert run_command(home, "embedders", "use", FIRST_EMBEDDER[0]).returncode == 0
    rows = listed(home)
    assert rows[FIRST_EMBEDDER[0]]["default"] and rows[FIRST_EMBEDDER[0]]["collections"] == [manuals]
    searched = run_command(home, "search", "Kako pogosto mažemo glavni ležaj črpalke?")
    assert "Searched by words only: the search by meaning does not know the language" in searched.stderr
    folder.rename(tmp_path / "away")
    assert "cannot be found" in listed(home)["mine"]["problem"]
    for words, says in (
        (("use", "none"), "no embedding model called “none”"),
        (("use", "mine"), "cannot be found"),
        (("use", "many", "--collection", "None"), "no collection named “None”"),
        (("add", tmp_path / "in"), "holds no embedding model"),
    ):
        failed = run_command(home, "embedders", *words)
        assert failed.returncode == 1 and says in failed.stderr


def test_a_command_says_that_the_model_of_documents_is_missing_and_searches_by_words(home: Path, monkeypatch):
    monkeypatch.setattr(known_embedders, "own_embedders", lambda _: [WordEmbedder("many", "2", 48)])
    found = run_command(home, "search", "How often is the bearing greased?", "--json")
    assert found.returncode == 0 and json.loads(found.stdout)["passages"][0]["document"] == "bearing.md"
    assert f"“{FIRST_EMBEDDER[0]}” is not on this computer" in found.stderr
