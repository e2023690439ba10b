"""A command's own model worker: it answers, it is stopped, and its death ends in a sentence, not in the command's."""

import os
import signal
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.cli.model_process import ModelProcess
from phi3desk.errors import Cancelled, UserError
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, Ending, LoadedModel, Sampling
from phi3desk.settings import Settings
from phi3desk.workers.requests import LoadModel, ModelChanged, SetAdapters
from tests.workers.test_model_worker import request


def ignore(*_: object) -> None:
    pass


def test_command_outlives_its_model(home, tiny_phi3, tiny_adapters):
    entry = ModelStore(home).add(tiny_phi3)
    settings = Settings(home.settings)
    settings.set("model.context", 1024)
    with ModelProcess(home, settings) as model:
        fractions: list[float] = []
        model.load(entry, (), fractions.append)
        assert fractions
        assert model.loaded == entry.ref
        read, pieces = [], []
        written = model.write(request(), Sampling(max_tokens=8), lambda *at: read.append(at), pieces.append, no())
        assert written.generation.text == "".join(pieces)
        assert written.sources_read == (1,)
        assert written.model == model.model and len(written.model.sha256) == 64
        assert read[-1][0] == read[-1][1] == written.generation.prompt_tokens

        with pytest.raises(UserError, match="adapter “a” is not there"):
            model.load(entry, (AdapterUse("a", "/no-such.gguf", 1.0),))
        model.load(entry, (AdapterUse("tiny-a", str(tiny_adapters[0]), 1.0),))
        assert model.write(request(), Sampling(max_tokens=2), ignore, ignore, no()).generation.adapters

        likelihoods = model.judge((Matter("the pump has oil"), Matter("the pump has oil", claim="the seal is steel")))
        assert len(likelihoods) == 2
        assert all(0 < likelihood < 1 for likelihood in likelihoods)

        stop = threading.Event()
        stopped = model.write(request(), Sampling(max_tokens=900), ignore, lambda _: stop.set(), stop)
        assert stopped.generation.ended is Ending.CANCELLED

        # what a failed assertion of llama.cpp does to its process
        def abort(*_: object) -> None:
            os.kill(model.process_id, signal.SIGABRT)

        with pytest.raises(UserError, match=f"“{entry.name}” ended its process unexpectedly"):
            model.write(request(), Sampling(max_tokens=900), ignore, abort, no())
        assert model.loaded is None
        # Ctrl+C while it is loaded
        stop = threading.Event()
        stop.set()
        with pytest.raises(Cancelled):
            model.load(entry, (), cancelled=stop)
        assert model.loaded is None
        model.load(entry, ())
        assert model.write(request(), Sampling(max_tokens=2), ignore, ignore, no()).generation.text


def test_model_that_a_card_took_along_is_loaded_for_the_next_question(home, tiny_phi3):
    entry = ModelStore(home).add(tiny_phi3)
    loaded = LoadedModel(entry.name, entry.path, "phi3", 512, 2048, 3, 2, 1, 1, False, "Card", "aa")
    asked: list[str] = []

    def ask(request: object, on_event: Callable[[ModelChanged], None], _: threading.Event | None) -> LoadedModel:
        asked.append(type(request).__name__)
        if isinstance(request, LoadModel):
            return loaded
        on_event(ModelChanged(None))
        raise UserError("The model stopped.")

    model = ModelProcess(home, Settings(home.settings))
    model._child = SimpleNamespace(link=SimpleNamespace(ask=ask), process=SimpleNamespace(pid=7))
    for question in (
        lambda: model.write(request(), Sampling(), ignore, ignore, no()),
        lambda: model.judge((Matter("the pump has oil"),)),
        lambda: model.write_query(QueryRequest("how many?", "table_1(name)"), no()),
    ):
        model.load(entry, ())
        assert (model.model, model.loaded) == (loaded, entry.ref)
        with pytest.raises(UserError, match="stopped"):
            question()
        assert (model.model, model.loaded, model.process_id) == (None, None, 7)
    assert asked == ["LoadModel", "WriteAnswer", "LoadModel", "Judge", "LoadModel", "WriteQuery"]


def test_model_is_there_only_once_its_adapters_are_attached(home, tiny_phi3):
    entry = ModelStore(home).add(tiny_phi3)
    loaded = LoadedModel(entry.name, entry.path, "phi3", 512, 2048, 3, 2, 1, 1, False, "Card", "aa")
    asked: list[str] = []

    def ask(request: object, *_: object) -> LoadedModel:
        asked.append(type(request).__name__)
        if isinstance(request, SetAdapters) and request.adapters:
            raise UserError("The adapter is not there.")
        return loaded

    model = ModelProcess(home, Settings(home.settings))
    model._child = SimpleNamespace(link=SimpleNamespace(ask=ask), process=SimpleNamespace(pid=7))
    for _ in range(2):
        with pytest.raises(UserError, match="adapter is not there"):
            model.load(entry, (AdapterUse("a", "/no-such.gguf", 1.0),))
        assert model.model is None
    for _ in range(2):
        model.load(entry, ())
        assert model.model == loaded
    assert asked == ["LoadModel", "SetAdapters", "SetAdapters", "SetAdapters"]


def no() -> threading.Event:
    return threading.Event()
