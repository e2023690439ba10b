"""The list of embedding models: folders that are added, moved, changed or gone, and a list that cannot be read."""

import shutil
from pathlib import Path

import pytest

from phi3desk.errors import UserError
from phi3desk.library.embedding import known_embedders
from phi3desk.library.embedding.known_embedders import KnownEmbedders
from tests.helpers.model_folder import write_model_folder
from tests.helpers.word_embedder import WordEmbedder


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownEmbedders:
    monkeypatch.setattr(known_embedders, "_LOOKED_AT", 0.0)
    return again(tmp_path)


def again(home: Path) -> KnownEmbedders:
    own = [WordEmbedder("own", "1"), WordEmbedder("light", "2")]
    return KnownEmbedders(home / "embedders.json", home / "kept", own)


def test_a_folder_that_is_added_stays_known(tmp_path: Path, known: KnownEmbedders):
    added = known.add(write_model_folder(tmp_path / "models" / "own"))
    # the name is taken by one that came with the program
    assert (added.name, added.dimensions, added.languages) == ("own 2", 48, frozenset({"en", "sl"}))
    other = known.add(write_model_folder(tmp_path / "models" / "other", b"\1\0\0\0"))
    assert known.add(tmp_path / "models" / "own").name == "own 2"
    later = again(tmp_path)
    assert [each.name for each in later.usable()] == ["own", "light", "own 2", "other"]
    assert later.find("OTHER").fingerprint == other.fingerprint
    assert later.default.name == "own"
    later.use_for_new("other")
    assert again(tmp_path).default.name == "other"
    with pytest.raises(UserError, match="no embedding model called “unknown”"):
        later.find("unknown")
    with pytest.raises(UserError, match="holds no embedding model"):
        later.add(tmp_path)


def test_a_folder_that_has_gone_or_changed_is_told_and_comes_back(tmp_path: Path, known: KnownEmbedders):
    folder = write_model_folder(tmp_path / "models" / "mine")
    added = known.add(folder)
    known.use_for_new("mine")
    moved = folder.rename(tmp_path / "moved")
    assert known.by_fingerprint(added.fingerprint) is None
    assert str(folder) in str(known.problem_of(added.fingerprint))
    # new collections need one that is there
    assert known.default.name == "own"
    with pytest.raises(UserError, match="cannot be found"):
        known.find("mine")
    # found again elsewhere, it is the same one, and the one that was chosen
    assert known.add(moved).name == "mine" and known.default.name == "mine"
    write_model_folder(moved, b"\2\0\0\0")
    assert "is not the one any more" in str(known.problem_of(added.fingerprint))
    shutil.rmtree(moved)
    write_model_folder(moved)
    # written anew, but the same: its files are read once and it is used again
    assert known.problem_of(added.fingerprint) is None
    assert again(tmp_path).by_fingerprint(added.fingerprint) is not None


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"added": [{"files": 3}]}', b"\xff\xfe", b'{"default": 7}'])
def test_a_list_that_cannot_be_read_is_put_aside(tmp_path: Path, known: KnownEmbedders, content: bytes):
    (tmp_path / "embedders.json").write_bytes(content)
    assert [each.name for each in known.usable()] == ["own", "light"]
    assert known.problem is not None and "embedders.json.unreadable" in str(known.problem)
    assert (tmp_path / "embedders.json.unreadable").read_bytes() == content
    assert known.add(write_model_folder(tmp_path / "mine")).name == "mine"
