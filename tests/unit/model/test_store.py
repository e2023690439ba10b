from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.errors import UserError
from phi3desk.file_hash import sha256
from phi3desk.model import starter
from phi3desk.model.adapters.base_models import DoubtfulBase, open_base
from phi3desk.model.adapters.compatibility import check_adapter, fit_of
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.gguf import inspect, tensors_of
from phi3desk.model.starter import (
    ADAPTER,
    CHECKER,
    READER,
    adapters_on,
    find_checker,
    find_reader,
    find_small_starter,
    find_starter,
    find_starters,
)
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, ModelKind, ModelRef
from phi3desk.paths import Paths, resource
from tests.helpers.own_adapters import own_adapters
from tests.helpers.tiny_phi3 import config, write_tiny_adapter, write_tiny_phi3


@pytest.fixture
def models(home: Paths) -> ModelStore:
    return ModelStore(home)


def added(store: ModelStore) -> list[str]:
    return [entry.name for entry in store.list() if not entry.starter]


def test_models_are_kept_where_they_are(models: ModelStore, home: Paths, tiny_phi3: Path) -> None:
    entry = models.add(tiny_phi3)
    assert (entry.name, entry.path, entry.size) == ("tiny-phi3", str(tiny_phi3), tiny_phi3.stat().st_size)
    assert added(ModelStore(home)) == ["tiny-phi3"]
    assert list(home.home.rglob("*.gguf")) == []


def test_models_get_unique_names(models: ModelStore, tiny_phi3: Path, tmp_path: Path) -> None:
    models.add(tiny_phi3)
    assert models.add(tiny_phi3).name == "tiny-phi3"
    copy = Path(shutil.copy(tiny_phi3, tmp_path / "tiny-phi3.gguf"))
    assert models.add(copy).name == "tiny-phi3 2"
    with pytest.raises(UserError, match="already"):
        models.add(copy, "tiny-phi3")
    assert models.add(copy, "mine").name == "mine"
    assert added(models) == ["tiny-phi3", "tiny-phi3 2", "mine"]


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "a\nb", "x" * 101])
def test_models_refuse_odd_names(models: ModelStore, tiny_phi3: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be a name"):
        models.add(tiny_phi3, name)


def test_models_refuse_what_is_not_a_model(models: ModelStore, tiny_adapters: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="adapter"):
        models.add(tiny_adapters[0])
    with pytest.raises(UserError, match="not there"):
        models.add(tmp_path / "none.gguf")
    assert added(models) == []


def test_starter_is_in_use_until_another_is_chosen(models: ModelStore, tiny_phi3: Path) -> None:
    file = find_starter()
    if file is None:
        pytest.skip("the starter model is not installed")
    models.add(tiny_phi3)
    in_use = models.in_use()
    assert in_use is not None
    assert in_use.starter
    assert models.list()[0].path == str(file)
    with pytest.raises(UserError, match="stays"):
        models.remove(in_use.name)
    models.use("tiny-phi3")
    assert [entry.name for entry in models.list() if entry.in_use] == ["tiny-phi3"]


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the starter as the installer puts it there: a file of its size, which takes no disk."""
    told = json.loads(resource("starter.json").read_text(encoding="utf-8"))
    file = tmp_path / "installed" / told["kept_as"]
    file.parent.mkdir()
    with open(file, "wb") as written:
        written.truncate(told["size"])
    monkeypatch.setattr(starter, "INSTALLED", file.parent)
    monkeypatch.delenv(starter.CHOICE, raising=False)
    return file


def test_fetched_starter_answers_before_the_small_one_and_takes_nothing_from_what_was_chosen(
    models: ModelStore, home: Paths, fetched: Path, tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = find_small_starter()
    if small is None:
        pytest.skip("the small starter is not installed")
    large, stand_in = models.list()
    assert (Path(large.path), large.starter, large.stand_in, large.in_use) == (fetched, True, False, True)
    assert (Path(stand_in.path), stand_in.starter, stand_in.stand_in, stand_in.in_use) == (small, True, True, False)
    assert large.called == "Qwen2.5 Coder 1.5B"
    assert adapters_on([AdapterUse(ADAPTER, "")], large) == ()
    assert [use.name for use in adapters_on([AdapterUse(ADAPTER, "")], stand_in)] == [ADAPTER]
    for entry in (large, stand_in):
        with pytest.raises(UserError, match="stays in the list"):
            models.remove(entry.name)

    # added before the starter came
    aside = fetched.rename(fetched.with_suffix(".aside"))
    models.add(tiny_phi3, large.name)
    aside.rename(fetched)
    names = [entry.name for entry in models.list()]
    assert (len(set(names)), names[2]) == (3, large.name)
    for chosen in (stand_in.name, large.name):
        models.use(chosen)
        in_use = ModelStore(home).in_use()
        assert in_use is not None
        assert (in_use.name, in_use.starter) == (chosen, chosen == stand_in.name)
        assert models.find(chosen).path == in_use.path


def test_small_starter_answers_where_the_fetched_one_is_cut_unwanted_or_too_large(
    models: ModelStore, fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = find_small_starter()
    if small is None:
        pytest.skip("the small starter is not installed")
    assert find_starters() == (fetched, small)
    monkeypatch.setattr(starter, "_has_memory", lambda: False)
    assert find_starters() == (small, fetched)
    monkeypatch.setenv(starter.CHOICE, starter.SMALL)
    assert find_starters() == (small,)
    monkeypatch.delenv(starter.CHOICE)
    with open(fetched, "r+b") as file:
        file.truncate(1000)
    assert find_starters() == (small,)
    assert [entry.stand_in for entry in models.list()] == [True]


def test_models_without_starter(home: Paths, tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phi3desk.model.starter.PACKAGE", "no_such_package_here")
    models = ModelStore(home)
    assert models.list() == []
    assert models.in_use() is None
    models.add(tiny_phi3)
    in_use = models.in_use()
    assert in_use is not None
    assert in_use.name == "tiny-phi3"


def test_removed_model_can_be_put_back(models: ModelStore, tiny_phi3: Path) -> None:
    models.add(tiny_phi3)
    models.use("tiny-phi3")
    entry = models.remove("tiny-phi3")
    assert entry.in_use
    assert added(models) == []
    assert tiny_phi3.exists()
    models.restore(entry)
    in_use = models.in_use()
    assert in_use is not None
    assert in_use.name == "tiny-phi3"
    with pytest.raises(UserError, match="no model called"):
        models.remove("other")


def test_model_whose_file_is_gone_is_shown_as_missing(models: ModelStore, tiny_phi3: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(tiny_phi3, tmp_path / "mine.gguf"))
    models.add(copy)
    copy.unlink()
    assert models.find("mine").missing
    with pytest.raises(UserError, match="not there"):
        models.use("mine")


def test_removed_model_whose_file_is_gone_is_put_back_as_it_was(
    models: ModelStore, tiny_phi3: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(tiny_phi3, tmp_path / "mine.gguf"))
    models.add(tiny_phi3)
    models.add(copy)
    models.use("mine")
    copy.unlink()
    before = models.list()
    restored = models.restore(models.remove("mine"))
    assert restored.in_use and restored.missing
    assert models.list() == before


def test_fingerprint_follows_the_content(models: ModelStore, home: Paths, tmp_path: Path) -> None:
    path = tmp_path / "file.gguf"
    path.write_bytes(b"one")
    first = models.fingerprint(path)
    assert first == sha256(path)
    assert str(path) in home.models.read_text()
    path.write_bytes(b"three")
    assert models.fingerprint(path) == sha256(path) != first


@pytest.mark.parametrize("content", ["", "{", "[]", '{"models": 3, "hashes": []}', '{"models": [{"name": 1}, 2]}'])
def test_damaged_list_does_not_stop_anything(home: Paths, tiny_phi3: Path, content: str) -> None:
    home.models.write_text(content)
    models = ModelStore(home)
    assert added(models) == []
    models.add(tiny_phi3)
    assert added(models) == ["tiny-phi3"]


def test_adapters_are_copied_in_with_their_hash(home: Paths, tmp_path: Path) -> None:
    source = write_tiny_adapter(tmp_path / "pumps.gguf", rank=8, alpha=16)
    store = AdapterStore(home)
    entry = store.add(source)
    source.unlink()
    assert (entry.name, entry.architecture, entry.rank, entry.alpha, entry.base) == (
        "pumps",
        "phi3",
        8,
        16.0,
        "Tiny Phi3",
    )
    assert Path(entry.path).parent == home.adapters
    assert sha256(Path(entry.path)) == entry.sha256
    assert own_adapters(home) == [entry]
    assert AdapterStore(home).find("pumps") == entry


def test_adapters_get_unique_names(home: Paths, tiny_adapters: list[Path], tmp_path: Path) -> None:
    store = AdapterStore(home)
    one = store.add(tiny_adapters[0])
    assert store.add(tiny_adapters[0]) == one
    other = Path(shutil.copy(tiny_adapters[1], tmp_path / tiny_adapters[0].name))
    assert store.add(other).name == "tiny-a 2"
    with pytest.raises(UserError, match="already"):
        store.add(tiny_adapters[1], "Tiny-A")
    with pytest.raises(UserError, match="cannot be a name"):
        store.add(tiny_adapters[1], "../../evil")


def test_adapters_refuse_a_model(home: Paths, tiny_phi3: Path) -> None:
    with pytest.raises(UserError, match="is a model"):
        AdapterStore(home).add(tiny_phi3)
    assert list(home.adapters.iterdir()) == []


def test_adapter_of_another_size_is_refused_and_one_of_another_kind_is_kept(
    home: Paths, tiny_phi3: Path, tmp_path: Path
) -> None:
    ModelStore(home).add(tiny_phi3, "tiny")
    store = AdapterStore(home)
    wide = write_tiny_adapter(tmp_path / "wide.gguf", replace(config(), feed_forward=256))
    other = write_tiny_adapter(tmp_path / "other.gguf", replace(config(), architecture="qwen2"))
    with pytest.raises(UserError, match="does not fit the model “Tiny Phi3”"):
        store.add(wide)
    with pytest.raises(UserError, match="another kind of model"):
        store.add(other, base="tiny")
    with pytest.raises(UserError, match="no model called"):
        store.add(other, base="nobody")
    entry = store.add(other)
    assert entry.architecture == "qwen2"
    fit = fit_of(entry, open_base(ModelStore(home).find("tiny")))
    assert fit.fits is False
    assert "another kind of model (qwen2)" in str(fit.reason)


def test_adapter_of_a_sibling_is_kept_once_its_base_is_confirmed(home: Paths, tmp_path: Path) -> None:
    models, store = ModelStore(home), AdapterStore(home)
    model = models.add(write_tiny_phi3(tmp_path / "long.gguf", name="Phi 3 Mini 128k Instruct"))
    source = write_tiny_adapter(tmp_path / "law.gguf", base_name="Phi 3 Mini 4k Instruct")
    with pytest.raises(DoubtfulBase, match="sibling") as asked:
        store.add(source)
    assert asked.value.base == model.name
    assert list(home.adapters.iterdir()) == []
    entry = store.add(source, confirmed=True)
    assert fit_of(store.find("law"), open_base(model)).fits is True
    other = models.add(write_tiny_phi3(tmp_path / "new.gguf", name="Phi 3.5 Mini Instruct"))
    doubt = fit_of(entry, open_base(other))
    assert doubt.fits is None
    assert "Phi 3.5 Mini Instruct" in str(doubt.reason)
    again = store.add(source, base=other.name, confirmed=True)
    assert again.name == "law"
    assert [fit_of(store.find("law"), open_base(base)).fits for base in (model, other)] == [True, True]


def test_adapter_goes_to_the_model_that_is_its_base(home: Paths, tmp_path: Path) -> None:
    """The model in use is a sibling; the base itself is in the list too, so nothing is asked."""
    models = ModelStore(home)
    for name in ("Phi 3 Mini 128k Instruct", "Phi 3 Mini 4k Instruct"):
        models.add(write_tiny_phi3(tmp_path / f"{name}.gguf", name=name))
    models.use("Phi 3 Mini 128k Instruct")
    entry = AdapterStore(home).add(write_tiny_adapter(tmp_path / "law.gguf", base_name="Phi 3 Mini 4k Instruct"))
    assert entry.confirmed == ()


def test_check_keeps_nothing(home: Paths, tiny_phi3: Path, tiny_adapters: list[Path]) -> None:
    ModelStore(home).add(tiny_phi3, "tiny")
    checked = AdapterStore(home).check(tiny_adapters[0], "tiny")
    assert (checked.model, checked.entry.name, checked.entry.rank) == ("tiny", "tiny-a", 4)
    assert list(home.adapters.iterdir()) == []


def test_record_of_an_earlier_version_is_read(home: Paths, tiny_adapters: list[Path]) -> None:
    store = AdapterStore(home)
    entry = store.add(tiny_adapters[0])
    record = home.adapters / f"{entry.name}.json"
    content = json.loads(record.read_text())
    for key in ("tensors", "made_by", "confirmed"):
        del content[key]
    record.write_text(json.dumps(content))
    assert store.find(entry.name).sha256 == entry.sha256


def test_removed_adapter_can_be_put_back(home: Paths, tiny_adapters: list[Path]) -> None:
    store = AdapterStore(home)
    entry = store.add(tiny_adapters[0])
    removed = store.remove(entry.name)
    assert own_adapters(home) == []
    assert store.restore(removed) == entry
    assert own_adapters(home) == [entry]
    removed = store.remove(entry.name)
    Path(removed.held).unlink()
    with pytest.raises(UserError, match="cannot be put back"):
        store.restore(removed)


def test_each_of_two_removed_adapters_can_be_put_back(home: Paths, tiny_adapters: list[Path]) -> None:
    store = AdapterStore(home)
    entries = [store.add(file) for file in tiny_adapters[:2]]
    for removed in [store.remove(entry.name) for entry in entries]:
        store.restore(removed)
    assert own_adapters(home) == entries


def test_one_name_removed_twice_is_put_back_with_the_file_of_either(home: Paths, tiny_adapters: list[Path]) -> None:
    store = AdapterStore(home)
    removed = [store.remove(store.add(file, "law").name) for file in tiny_adapters[:2]]
    assert store.restore(removed[0]) == removed[0].entry
    store.remove("law")
    assert store.restore(removed[1]) == removed[1].entry


def test_files_of_removed_adapters_go_for_good(home: Paths, tiny_adapters: list[Path]) -> None:
    store = AdapterStore(home)
    kept, gone = (store.add(file) for file in tiny_adapters[:2])
    store.remove(gone.name)
    # what earlier versions left
    (home.adapters / "removed.gguf.held").write_bytes(b"GGUF")
    store.forget_removed()
    assert own_adapters(home) == [kept]
    assert {file.suffix for file in home.adapters.iterdir()} == {".gguf", ".json"}
    forgotten = store.remove(kept.name)
    store.forget_removed(forgotten)
    assert list(home.adapters.iterdir()) == []


def test_fingerprint_of_a_listed_model_is_known_until_its_file_changes(models: ModelStore, tiny_phi3: Path, tmp_path):
    copy = Path(shutil.copy(tiny_phi3, tmp_path / "mine.gguf"))
    entry = models.add(copy)
    assert entry.ref == ModelRef(ModelKind.GGUF, "mine")
    assert models.find("mine").fingerprint == ""
    digest = models.fingerprint(copy)
    assert models.find("mine").ref.fingerprint == digest == sha256(copy)
    with open(copy, "ab") as file:
        file.write(b"\0")
    assert models.find("mine").fingerprint == ""
    copy.unlink()
    assert (models.find("mine").fingerprint, models.find("mine").missing) == ("", True)


def test_model_ref_is_kind_and_name_and_its_fingerprint_tells_the_file() -> None:
    unknown, first, second = (ModelRef(ModelKind.GGUF, "phi3", fingerprint) for fingerprint in ("", "aa", "bb"))
    assert unknown == first == second
    assert len({unknown, first, second}) == 1
    assert first != ModelRef(ModelKind.GGUF, "other", "aa")
    assert first.same_file(first)
    assert unknown.same_file(first)
    assert not first.same_file(second)
    assert not first.same_file(unknown)
    assert not unknown.same_file(ModelRef(ModelKind.GGUF, "other"))


@pytest.mark.parametrize(("find", "name"), [(find_reader, READER), (find_checker, CHECKER)])
def test_what_came_with_the_program_is_for_the_large_starter_and_fits_it(
    find: Callable[[str], AdapterUse | None], name: str
) -> None:
    told = json.loads(resource("starter.json").read_text(encoding="utf-8"))
    own = find(told["sha256"])
    assert own is not None
    assert find("0" * 64) is None
    record = json.loads(resource("adapters", f"{name}.json").read_text(encoding="utf-8"))
    assert record["sha256"] == sha256(Path(own.path))
    assert record["base"].startswith(told["name"])
    large = starter.INSTALLED / told["kept_as"]
    if not large.is_file():
        pytest.skip("the large starter is not here")
    check_adapter(Path(own.path), inspect(large, "model"), tensors_of(str(large)))
