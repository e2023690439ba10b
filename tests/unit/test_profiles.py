"""Profiles are kept, named once, and switched."""

from dataclasses import replace

import pytest

from phi3desk.errors import UserError
from phi3desk.model.models import AdapterUse
from phi3desk.profiles.store import ProfileStore


@pytest.fixture
def store(tmp_path):
    return ProfileStore(tmp_path / "profiles.json")


def test_there_is_always_an_expert_to_start_with(store):
    assert [profile.name for profile in store.profiles()] == ["General"]
    assert store.current.built_in


def test_profile_returns_whole_after_a_restart(store, tmp_path):
    profile = replace(
        store.create("Pump maintenance"),
        instructions="You know pumps.",
        adapters=(AdapterUse("grease", "/a/grease.gguf", 0.8),),
        collections=(1, 3),
    )
    store.save(profile)
    store.use(profile.id)
    again = ProfileStore(tmp_path / "profiles.json")
    assert again.current == profile


@pytest.mark.parametrize("name", ["", "   ", "general", "x" * 61])
def test_name_that_is_empty_taken_or_too_long_is_refused(store, name):
    profile = store.create("Tender law")
    with pytest.raises(UserError):
        store.save(replace(profile, name=name))
    assert store.profile(profile.id).name == "Tender law"


def test_new_profiles_get_free_names(store):
    assert [store.create("Expert").name for _ in range(3)] == ["Expert", "Expert 2", "Expert 3"]


def test_deleted_profile_can_be_restored_and_current_falls_back(store):
    profile = store.create("Tender law")
    store.use(profile.id)
    gone = store.delete(profile.id)
    assert store.current.name == "General"
    store.restore(gone)
    assert store.named("tender LAW").id == profile.id


def test_last_profile_stays(store):
    with pytest.raises(UserError, match="last"):
        store.delete("general")


def test_damaged_file_is_kept_aside(tmp_path):
    path = tmp_path / "profiles.json"
    path.write_text("[]")
    assert [profile.name for profile in ProfileStore(path).profiles()] == ["General"]
    assert (tmp_path / "profiles.json.unreadable").exists()
