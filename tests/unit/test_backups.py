"""Copies are kept by themselves, of sound files only, and take the place of a damaged one without losing it."""

import json
import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from phi3desk import backups
from phi3desk.backups import Kept, closed, copies, copy_name, explained, keep_copy, restore, start_anew
from phi3desk.chat.history import ConversationStore
from phi3desk.disk import disk_refusal
from phi3desk.errors import DamagedFile, UserError
from phi3desk.library.library import Library
from phi3desk.paths import Paths, write_atomically
from phi3desk.settings import Settings
from tests.helpers.word_embedder import WordEmbedder


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """Return a function that lets a minute pass for the names of copies."""
    now = [backups.datetime(2026, 1, 1, tzinfo=backups.UTC)]

    class Clock(backups.datetime):
        @classmethod
        def now(cls, tz=None):
            return now[0]

    monkeypatch.setattr(backups, "datetime", Clock)

    def later() -> None:
        now[0] += backups.datetime(2026, 1, 1, 0, 1) - backups.datetime(2026, 1, 1)

    return later


def with_conversation(paths: Paths, title: str) -> None:
    with closing(ConversationStore(paths.conversations)) as store:
        store.create(title)


def titles(paths: Paths) -> set[str]:
    with closing(ConversationStore(paths.conversations)) as store:
        return {conversation.title for conversation in store.conversations()}


def test_last_three_states_are_kept_for_the_owner_only_and_only_where_something_changed(home: Paths, clock):
    for number in range(5):
        with_conversation(home, f"talk {number}")
        assert keep_copy(home, Kept.CONVERSATIONS)
        clock()
    kept = copies(home, Kept.CONVERSATIONS)
    assert len(kept) == 3
    assert kept[0].made > kept[1].made > kept[2].made
    titles(home)
    assert keep_copy(home, Kept.CONVERSATIONS)
    assert copies(home, Kept.CONVERSATIONS) == kept
    if sys.platform != "win32":
        assert {stat.S_IMODE(copy.path.stat().st_mode) for copy in kept} == {0o600}
        assert stat.S_IMODE(home.backups.stat().st_mode) == 0o700
    assert {path.suffix for path in home.backups.iterdir()} == {".db"}


def test_copy_takes_the_place_of_a_damaged_file_which_stays(home: Paths):
    with_conversation(home, "kept")
    assert keep_copy(home, Kept.CONVERSATIONS)
    damaged = home.conversations.read_bytes()[:5000] + b"\xff" * 500
    home.conversations.write_bytes(damaged)
    assert not keep_copy(home, Kept.CONVERSATIONS)
    assert len(copies(home, Kept.CONVERSATIONS)) == 1
    with pytest.raises(DamagedFile, match="phi3desk restore"):
        ConversationStore(home.conversations)
    with closed(home, Kept.CONVERSATIONS):
        aside = restore(home, copies(home, Kept.CONVERSATIONS)[0])
    assert titles(home) == {"kept"}
    assert aside is not None
    assert (aside / "conversations.db").read_bytes() == damaged
    assert not list(home.home.glob("*.restored*"))


def test_file_that_is_given_up_makes_room_for_an_empty_one(home: Paths):
    with_conversation(home, "lost")
    keep_copy(home, Kept.CONVERSATIONS)
    home.conversations.write_bytes(b"")
    with pytest.raises(DamagedFile, match="it is empty"):
        titles(home)
    start_anew(home, Kept.CONVERSATIONS)
    assert titles(home) == set()


def test_copy_that_is_damaged_itself_changes_nothing(home: Paths):
    home.settings.write_text('{"answers.passages": 8}')
    assert keep_copy(home, Kept.SETTINGS)
    copy = copies(home, Kept.SETTINGS)[0]
    copy.path.write_text("{")
    with pytest.raises(UserError, match="cannot be read either"):
        restore(home, copy)
    assert Settings(home.settings).get("answers.passages") == 8
    home.settings.write_text("[]")
    assert not keep_copy(home, Kept.SETTINGS)


def test_library_keeps_a_copy_when_something_changed_and_never_replaces_a_lost_catalogue_silently(home: Paths, clock):
    settings = Settings(home.settings)

    def opened() -> Library:
        return Library(home, settings, embedder=WordEmbedder())

    with closing(opened()) as library:
        collection = library.create_collection("Pumps")
        # the vector store is made when it is first needed
        assert library.vectors.count(collection) == 0
    first = copies(home, Kept.CATALOGUE)
    assert len(first) == 1
    clock()
    with closing(opened()) as library:
        library.collections()
    assert copies(home, Kept.CATALOGUE) == first
    for content in (b"", b"\n", None):
        home.catalog.unlink()
        if content is not None:
            home.catalog.write_bytes(content)
        with pytest.raises(DamagedFile, match=r"catalogue .* cannot be read"):
            opened()
        assert not home.catalog.exists() or home.catalog.read_bytes() == content
        with closed(home, Kept.CATALOGUE):
            restore(home, first[0])
        with closing(opened()) as library:
            assert [collection.name for collection in library.collections()] == ["Pumps"]
    # without any copy, the vectors show that there was a catalogue
    for copy in copies(home, Kept.CATALOGUE):
        copy.path.unlink()
    home.catalog.unlink()
    with pytest.raises(DamagedFile, match="not there any more"):
        opened()
    with closed(home, Kept.CATALOGUE):
        aside = start_anew(home, Kept.CATALOGUE)
    assert aside is not None
    assert (aside / "chroma" / "chroma.sqlite3").is_file()
    with closing(opened()) as library:
        assert library.collections() == []


@pytest.mark.parametrize("kept", [Kept.CATALOGUE, Kept.COMPARISONS, Kept.SWEEPS])
@pytest.mark.parametrize("by_window", [False, True])
def test_what_a_command_with_the_library_writes_is_not_exchanged(home: Paths, kept: Kept, by_window: bool):
    with (
        closing(Library(home, Settings(home.settings), embedder=WordEmbedder())),
        pytest.raises(UserError, match="in use"),
        closed(home, kept, by_window=by_window),
    ):
        pass
    with closed(home, kept, by_window=by_window):
        pass


def test_nothing_is_exchanged_beneath_an_open_window(home: Paths):
    (home.home / "window.lock").write_text(f"{os.getpid()}\nphi3desk\nhere\n")
    with pytest.raises(UserError, match="window of phi3desk is open"), closed(home, Kept.SETTINGS):
        pass


def test_copying_gives_up_in_time_and_leaves_nothing(home: Paths):
    with_conversation(home, "long " * 10)
    assert not keep_copy(home, Kept.CONVERSATIONS, seconds=-1)
    assert list(home.backups.iterdir()) == []


def test_damage_and_a_full_disk_are_found_behind_an_unexpected_error(home: Paths):
    bug = TypeError("expected str")
    with_conversation(home, "sound")
    assert explained(bug, home) is bug
    with closing(sqlite3.connect(home.conversations)) as file:
        file.execute("PRAGMA ignore_check_constraints = 1")
        file.execute("UPDATE conversation SET title = CAST(title AS BLOB)")
        file.commit()
    told = explained(bug, home)
    assert isinstance(told, DamagedFile)
    assert told.path == home.conversations
    full = RuntimeError("Internal error: error returned from database: (code: 13) database or disk is full")
    assert str(explained(full, home)).startswith("The disk is full")
    assert disk_refusal(bug) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_full_disk_is_called_that_where_a_list_is_written_and_leaves_no_half_file(home: Paths):
    settings = Settings(home.settings)
    settings.set("answers.passages", 8)
    (home.home / "settings.json.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space") as raised:
        write_atomically(home.settings, json.dumps({}))
    assert str(disk_refusal(raised.value)).startswith(f"The disk is full: {home.settings} could not be written")
    assert sorted(path.name for path in home.home.glob("settings*")) == ["settings.json"]
    assert Settings(home.settings).get("answers.passages") == 8


def test_copies_are_named_by_when_they_were_made(home: Paths):
    home.models.write_text("{}")
    keep_copy(home, Kept.MODELS)
    (home.backups / "models.json").write_text("{}")
    (home.backups / "models.99999999-999999.json").write_text("{}")
    assert [len(copy_name(copy)) for copy in copies(home, Kept.MODELS)] == [15]
