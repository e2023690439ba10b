"""Profiles are kept, named once, and switched."""

import json
from dataclasses import replace

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Source
from phi3desk.chat.prompt import PromptRequest, compose
from phi3desk.errors import UserError
from phi3desk.library.documents import Passage
from phi3desk.model.types import AdapterUse, Sampling
from phi3desk.profiles.profile import Profile, SamplingChoice
from phi3desk.profiles.store import ProfileStore
from phi3desk.profiles.validation import check_profile


@pytest.fixture
def store(tmp_path):
    return ProfileStore(tmp_path / "profiles.json")


def test_there_is_always_an_expert_to_start_with(store):
    assert store.current.name == "General"
    names = [profile.name for profile in store.profiles()]
    assert names == ["General", "Maintenance", "Safety officer", "Tender law", "Clinic", "Plain assistant"]
    for profile in store.profiles():
        check_profile(profile)
        assert profile.built_in and not profile.adapters and not profile.collections


def test_profile_returns_whole_after_a_restart(store, tmp_path):
    profile = replace(
        store.create("Pump maintenance"),
        instructions="You know pumps.",
        adapters=(AdapterUse("grease", "/a/grease.gguf", 0.8),),
        collections=(1, 3),
        icon="pump",
        answer_mode=AnswerMode.DOCUMENTS_FIRST,
        sampling=SamplingChoice(temperature=0.4, max_tokens=200),
        first_questions=("How often?",),
    )
    store.save(profile)
    store.use(profile.id)
    again = ProfileStore(tmp_path / "profiles.json")
    assert again.current == profile


@pytest.mark.parametrize("name", ["", "   ", "general", "x" * 61])
def test_name_that_is_empty_taken_or_too_long_is_refused(store, name):
    profile = store.create("Bid law")
    with pytest.raises(UserError):
        store.save(replace(profile, name=name))
    assert store.profile(profile.id).name == "Bid law"


def test_what_passes_is_all_but_the_parts_that_are_refused(store):
    before = replace(store.create("Bid law"), instructions="Be brief.", first_questions=("How hot?",))
    store.save(before)
    typed = replace(before, name="GENERAL", instructions="x" * 8001, first_questions=("How often?",), icon="pump")
    passing, refused = store.what_passes(typed)
    assert passing == replace(before, first_questions=("How often?",), icon="pump")
    assert str(refused) == "There is an expert named “GENERAL” already. Choose another name."
    assert store.what_passes(passing) == (passing, None)
    assert store.profile(before.id) == before


def test_new_profiles_get_free_names(store):
    assert [store.create("Expert").name for _ in range(3)] == ["Expert", "Expert 2", "Expert 3"]


def test_deleted_profile_lies_in_the_bin_for_thirty_days_and_current_falls_back(store, tmp_path):
    profile = store.create("Bid law")
    store.use(profile.id)
    store.delete(profile.id)
    assert store.current.name == "General"
    again = ProfileStore(tmp_path / "profiles.json")
    assert [one.profile.name for one in again.bin()] == ["Bid law"]
    assert again.restore(profile.id) == profile
    assert store.named("bid LAW").id == profile.id
    assert not store.bin() and store.restore(profile.id) is None

    for name in ("General", "Clinic"):
        store.delete(store.named(name).id)
    store.delete_for_good("general")
    kept = store.bin()
    assert [one.profile.name for one in kept] == ["Clinic"]
    path = tmp_path / "profiles.json"
    path.write_text(path.read_text().replace(f"{kept[0].deleted}", f"{kept[0].deleted - 31 * 86400}"))
    assert not ProfileStore(path).bin()


def test_last_profile_stays(store):
    *others, last = store.profiles()
    for profile in others:
        store.delete(profile.id)
    with pytest.raises(UserError, match="last"):
        store.delete(last.id)


def test_damaged_file_is_kept_aside(tmp_path):
    path = tmp_path / "profiles.json"
    path.write_text("[]")
    assert ProfileStore(path).current.name == "General"
    assert (tmp_path / "profiles.json.unreadable").exists()


def test_file_of_an_earlier_version_is_taken_over(tmp_path):
    path = tmp_path / "profiles.json"
    path.write_text(
        '{"profiles":[{"id":"general","name":"General","instructions":"Be plain.","color":"#2459D3","model":"",'
        '"adapters":[],"collections":[],"first_questions":[],"built_in":true},{"id":"x","name":"Pumps","adapters":'
        '[{"name":"grease","path":"/a/grease.gguf","strength":0.8}],"collections":[2]}],"current":"x","version":1}'
    )
    store = ProfileStore(path)
    assert [profile.name for profile in store.profiles()] == ["General", "Pumps"]
    assert store.current == Profile(
        "x", "Pumps", adapters=(AdapterUse("grease", "/a/grease.gguf", 0.8),), collections=(2,)
    )
    assert store.current.answer_mode is AnswerMode.DOCUMENTS_ONLY


def test_copies_are_numbered_and_stand_after_their_original(store):
    pumps = store.create("Pump expert")
    store.create("Last")
    first, second = store.copy(pumps.id), store.copy(store.named("Pump expert").id)
    assert store.copy(first.id).name == "Pump expert 4"
    assert (first.name, second.name) == ("Pump expert 2", "Pump expert 3")
    names = [profile.name for profile in store.profiles()]
    assert names[-5:] == ["Pump expert", "Pump expert 3", "Pump expert 2", "Pump expert 4", "Last"]


def test_order_is_the_persons_and_kept(store, tmp_path):
    moved = store.profiles()[-1]
    store.move(moved.id, 0)
    store.move(store.profiles()[1].id, 99)
    names = [profile.name for profile in ProfileStore(tmp_path / "profiles.json").profiles()]
    assert (names[0], names[-1]) == (moved.name, "General")
    gone = store.delete(store.profiles()[2].id)
    store.restore(gone.id)
    assert store.profiles()[2] == gone


def test_template_becomes_a_profile_of_its_own(store):
    template = next(profile for profile in store.templates() if profile.name == "Clinic")
    made = store.create("Ward 3", template)
    assert made.instructions == template.instructions
    assert made.answer_mode is AnswerMode.DOCUMENTS_ONLY
    assert (made.name, made.built_in, made.id == template.id) == ("Ward 3", False, False)


def test_changes_of_another_process_are_seen_and_not_lost(store, tmp_path):
    store.create("Mine")
    other = ProfileStore(tmp_path / "profiles.json")
    theirs = other.create("Theirs")
    store.create("Mine too")
    assert [profile.name for profile in other.profiles()][-3:] == ["Mine", "Theirs", "Mine too"]
    other.use(theirs.id)
    assert store.current == theirs


@pytest.mark.parametrize(
    "wrong",
    [
        {"adapters": (AdapterUse("a", "/a", 2.5),)},
        {"adapters": (AdapterUse("a", "/a"), AdapterUse("a", "/a"))},
        {"color": "red"},
        {"icon": "../../evil"},
        {"instructions": "x" * 9000},
        {"first_questions": ("x",) * 20},
        {"sampling": SamplingChoice(temperature=9.0)},
        {"sampling": SamplingChoice(max_tokens=0)},
    ],
)
def test_profile_that_makes_no_sense_is_refused_and_not_kept(store, wrong):
    profile = store.create("Pumps")
    with pytest.raises(UserError):
        store.save(replace(profile, **wrong))
    assert store.profile(profile.id) == profile


def test_sampling_of_a_profile_goes_before_the_settings():
    usual = Sampling(temperature=0.0, max_tokens=512)
    assert SamplingChoice().over(usual) == usual
    assert SamplingChoice(temperature=0.7).over(usual) == Sampling(temperature=0.7, max_tokens=512)


@pytest.mark.parametrize(
    ("stored", "mode", "searches", "refuses"),
    [
        ("documents", AnswerMode.DOCUMENTS_ONLY, True, True),
        ("documents_only", AnswerMode.DOCUMENTS_ONLY, True, True),
        ("documents_first", AnswerMode.DOCUMENTS_FIRST, True, False),
        ("model_alone", AnswerMode.MODEL_ALONE, False, False),
    ],
)
def test_answer_mode_decides_what_is_refused_and_old_ones_are_read(tmp_path, stored, mode, searches, refuses):
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps({"profiles": [{"id": "x", "name": "Pumps", "answer_mode": stored}], "current": "x"}))
    read = ProfileStore(path).current.answer_mode
    assert (read, read.searches, read.refuses) == (mode, searches, refuses)
    assert len(AnswerMode) == len({str(one.label) for one in AnswerMode}) == 3
    assert all(str(one.promise).count(".") == 1 for one in AnswerMode)


def count(turns) -> int:
    return sum(len(turn.text) for turn in turns)


def test_prompt_tells_the_model_what_the_mode_lets_it_say():
    source = Source(1, Passage(1, 1, "pump.pdf", "/pump.pdf", "Pump", 1, 0, 9, "Grease every 500 h."))
    said = {mode: compose(PromptRequest("", (source,), (), "How often?", mode), count, 9000, 10) for mode in AnswerMode}
    assert "nothing else" in said[AnswerMode.DOCUMENTS_ONLY].turns[0].text
    assert "from what you know" in said[AnswerMode.DOCUMENTS_FIRST].turns[0].text
    assert "from what you know" not in said[AnswerMode.DOCUMENTS_ONLY].turns[0].text


def test_expert_of_documents_only_is_never_answered_without_a_passage():
    source = Source(1, Passage(1, 1, "pump.pdf", "/pump.pdf", "Pump", 1, 0, 9, "Grease every 500 h. " * 100))
    request = PromptRequest("", (source,), (), "How often?", AnswerMode.DOCUMENTS_ONLY)
    with pytest.raises(UserError, match="No passage fits"):
        compose(request, count, 600, 10)
    assert compose(replace(request, mode=AnswerMode.DOCUMENTS_FIRST), count, 600, 10).sources_read == ()


@pytest.mark.parametrize("name", ["\0", "a\nb", "\u202eexpert", "pump\u200bexpert", "\u2066x\u2069"])
def test_a_name_with_unseen_characters_is_refused(tmp_path, name):
    with pytest.raises(UserError, match="cannot be seen"):
        check_profile(Profile("p", name))
    check_profile(Profile("p", "\U0001f469\u200d\U0001f527 mechanic"))
