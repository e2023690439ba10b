"""The adapter that comes with the program: what it is, and that it serves the starter alone."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.chat.answer import write
from phi3desk.chat.messages import Source
from phi3desk.chat.prompt import FORMS, Completion, PromptRequest
from phi3desk.errors import UserError
from phi3desk.file_hash import sha256
from phi3desk.library.documents import Passage
from phi3desk.model.adapters.base_models import open_base
from phi3desk.model.adapters.compatibility import fit_of
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.gguf import inspect
from phi3desk.model.gguf_header import read_header
from phi3desk.model.llama.engine import Engine
from phi3desk.model.starter import ADAPTER, adapters_on, find_small_starter
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, LoadOptions, ModelEntry, Sampling
from phi3desk.paths import Paths, resource
from tests.helpers.tiny_phi3 import write_tiny_adapter

FILE = resource("adapters", f"{ADAPTER}.gguf")
OTHER = ModelEntry("other", "/other.gguf", 1)
FORM = next(iter(FORMS))
needs_starter = pytest.mark.skipif(find_small_starter() is None, reason="the starter model is not installed")


def starter_entry(home: Paths) -> ModelEntry:
    return next(entry for entry in ModelStore(home).list() if entry.stand_in)


def test_shipped_adapter_is_what_its_record_says():
    record = json.loads(FILE.with_suffix(".json").read_text(encoding="utf-8"))
    info = inspect(FILE, "adapter")
    assert (record["sha256"], record["size"]) == (sha256(FILE), FILE.stat().st_size)
    assert (record["rank"], record["alpha"], record["tensors"]) == (info.rank, info.alpha, info.tensors)
    assert info.size < 12_000_000
    assert record["form"] == info.prompt
    assert info.prompt in FORMS
    assert read_header(FILE).text("general.license") == "cc-by-sa-4.0"


@needs_starter
def test_shipped_adapter_fits_the_starter_and_stays_in_the_list(home: Paths):
    store = AdapterStore(home)
    entry = store.find(ADAPTER)
    assert entry.starter
    assert Path(entry.path) == FILE
    assert fit_of(entry, open_base(starter_entry(home))).fits
    with pytest.raises(UserError, match="came with the program"):
        store.remove(ADAPTER)
    assert FILE.is_file()


def test_without_the_starter_its_adapter_is_not_listed(home: Paths, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("phi3desk.model.starter.PACKAGE", "no_such_package_here")
    assert AdapterStore(home).list() == []
    assert adapters_on([AdapterUse(ADAPTER, "")], OTHER) == ()
    assert adapters_on([AdapterUse(ADAPTER, str(FILE))], OTHER) == ()


def test_name_of_the_starters_adapter_stays_free_for_it(
    home: Paths, tiny_phi3: Path, tiny_adapters: list[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("phi3desk.model.starter.PACKAGE", "no_such_package_here")
    ModelStore(home).add(tiny_phi3)
    store = AdapterStore(home)
    with pytest.raises(UserError, match="already an adapter"):
        store.add(tiny_adapters[0], name=ADAPTER)
    packed = tiny_adapters[0].with_name("packed.gguf")
    packed.write_bytes(tiny_adapters[0].read_bytes())
    entry, is_new = store.take(packed, ADAPTER)
    assert is_new and entry.name != ADAPTER


@needs_starter
def test_expert_uses_the_adapter_on_the_starter_and_nowhere_else(home: Paths):
    uses = (AdapterUse(ADAPTER, ""),)
    (use,) = adapters_on(uses, starter_entry(home))
    assert (Path(use.path), use.strength) == (FILE, 1.0)
    assert adapters_on(uses, OTHER) == ()
    assert adapters_on(uses, None) == ()


@needs_starter
def test_other_adapters_of_an_expert_stay_whatever_the_model(home: Paths):
    uses = (AdapterUse("pumps", "/pumps.gguf", 0.5), AdapterUse(ADAPTER, "/where/it/was.gguf", 2.0))
    assert adapters_on(uses, OTHER) == uses[:1]
    assert adapters_on(uses, starter_entry(home)) == (uses[0], AdapterUse(ADAPTER, str(FILE), 2.0))


def test_engine_tells_the_prompt_form_of_what_is_attached(tiny_phi3: Path, tmp_path: Path):
    plain = write_tiny_adapter(tmp_path / "plain.gguf", seed=5)
    formed = write_tiny_adapter(tmp_path / "formed.gguf", seed=6, prompt=FORM)
    engine = Engine.load(tiny_phi3, LoadOptions(threads=1))
    try:
        told = []
        for strengths in ((1.0, 0.0), (1.0, 1.0), (0.0, 0.5), (0.0, 0.0)):
            pairs = zip((plain, formed), strengths, strict=True)
            engine.set_adapters([AdapterUse(path.stem, str(path), strength) for path, strength in pairs])
            told.append(engine.loaded.prompt)
    finally:
        engine.close()
    assert told == ["", FORM, FORM, ""]


def test_adapter_of_a_prompt_form_has_no_part_in_an_answer_without_passages(tiny_phi3: Path, tmp_path: Path):
    plain = write_tiny_adapter(tmp_path / "plain.gguf", seed=5)
    formed = write_tiny_adapter(tmp_path / "formed.gguf", seed=6, prompt=FORM)
    uses = [AdapterUse(path.stem, str(path)) for path in (plain, formed)]
    sampling = Sampling(temperature=0.0, max_tokens=12)
    source = Source(1, Passage(1, 0, "", "", "", 1, 0, 20, "The pump leaks."))

    def written(sources: tuple[Source, ...], attached: list[AdapterUse]) -> Completion:
        engine.set_adapters(attached)
        request = PromptRequest("", sources, (), "What leaks?")
        told = write(engine, request, sampling, lambda *_: None, lambda _: None, threading.Event())
        assert list(engine.loaded.adapters) == attached
        return told

    engine = Engine.load(tiny_phi3, LoadOptions(threads=1))
    try:
        without, plain_alone = written((), uses), written((), uses[:1])
        assert without.generation.tokens == plain_alone.generation.tokens
        assert [use.name for use in without.generation.adapters] == ["plain"]
        strong, weak = written((source,), uses), written((source,), [uses[0], replace(uses[1], strength=0.1)])
        assert strong.generation.tokens != weak.generation.tokens
        assert [use.name for use in strong.generation.adapters] == ["plain", "formed"]
    finally:
        engine.close()
