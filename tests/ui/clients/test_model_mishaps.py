"""The window's model client over a real worker: its file goes away, the card fails, it is let go, and all ends well."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Source
from phi3desk.chat.prompt import PromptRequest
from phi3desk.library.documents import Passage
from phi3desk.model.store import ModelStore
from phi3desk.model.types import LoadOptions, Sampling
from phi3desk.paths import Paths
from phi3desk.ui.clients import model_client
from phi3desk.ui.clients.model_client import ModelClient, model_worker
from phi3desk.workers.protocol import VERSION, Failure, FailureKind

PASSAGE = Passage(1, 1, "a.pdf", "/a.pdf", "A", 1, 0, 20, "the pump has a valve", ())
REQUEST = PromptRequest("", (Source(1, PASSAGE),), (), "which valve is it?")
OPTIONS = LoadOptions(context=512, threads=1, idle_minutes=1)


@pytest.fixture
def client(home: Paths, qtbot: QtBot) -> Iterator[ModelClient]:
    made = ModelClient(model_worker(home))
    yield made
    made.close()


def ask(client: ModelClient, qtbot: QtBot, on_text=lambda _: None) -> object:
    """Have an answer written; return the Completion or the Failure."""
    ended: list[object] = []
    client.answer(REQUEST, Sampling(max_tokens=64), lambda *_: None, on_text, ended.append, ended.append)
    qtbot.waitUntil(lambda: bool(ended))
    return ended[0]


@pytest.mark.skipif(sys.platform == "win32", reason="no file can be cut there while it is mapped")
def test_a_model_whose_file_is_cut_away_beneath_it_is_told_and_loaded_when_it_is_back(
    client: ModelClient, home: Paths, tiny_phi3: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    file = Path(shutil.copy(tiny_phi3, tmp_path / "pump.gguf"))
    entry = ModelStore(home).add(file)
    client.start()
    with qtbot.waitSignal(client.loaded):
        client.load(entry.ref, OPTIONS)
    assert ask(client, qtbot).generation.text

    # the system takes away what is mapped: reading it ends the process
    os.truncate(file, 5000)
    told: list[object] = []
    client.noticed.connect(told.append)
    with qtbot.waitSignal(client.load_failed) as failed:
        assert ask(client, qtbot).kind is FailureKind.DIED
    assert "“pump” was changed or taken away" in str(told[0])
    failure = failed.args[0]
    assert (failure.kind, "is damaged" in str(failure.sentence)) == (FailureKind.USER, True)

    shutil.copy(tiny_phi3, file)
    with qtbot.waitSignal(client.loaded):
        client.load(entry.ref, OPTIONS)
    assert ask(client, qtbot).generation.text
    # a file that another took the place of is still there for the process that mapped it
    Path(shutil.copy(tiny_phi3, tmp_path / "other.gguf")).replace(file)
    assert ask(client, qtbot).generation.text

    _card_fails(client, qtbot)
    _is_let_go(client, qtbot)


def _card_fails(client: ModelClient, qtbot: QtBot) -> None:
    """Have the process end as CUDA ends it: no model of this machine is on a card, so the client is told that it is."""
    with qtbot.waitSignal(client.loaded):
        client.load(*client._wanted)
    assert client.model is not None
    client.model = dataclasses.replace(client.model, gpu_layers=33, blocks=32)
    died = []

    def end(_: str) -> None:
        if not died:
            died.append(client.worker.process_id)
            # as of ggml_cuda_error and ggml_abort in llama-cpp-python 0.3.36
            with client.worker.error_log.open("a") as said:
                said.write("/build/vendor/llama.cpp/ggml/src/ggml-cuda/ggml-cuda.cu:109: CUDA error\n")
            os.kill(died[0], signal.SIGABRT)

    told: list[object] = []
    client.noticed.connect(told.append)
    with qtbot.waitSignal(client.loaded):
        assert ask(client, qtbot, end).kind is FailureKind.DIED
    assert "16 of 33 layers on the card" in str(told[0])
    assert client._wanted is not None and client._wanted[1].gpu_layers == 16
    assert ask(client, qtbot).generation.text


def _is_let_go(client: ModelClient, qtbot: QtBot) -> None:
    assert client._idle.isActive() and client._idle.interval() == 60_000
    with qtbot.waitSignal(client.released):
        client._idle.timeout.emit()
    assert client.model is None
    failure = ask(client, qtbot)
    assert "No model is loaded" in str(failure.sentence)


def test_a_model_that_does_not_stop_is_ended(
    client: ModelClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    hello = f'{{"id":0,"name":"hello","data":{{"protocol":{VERSION},"worker":"w","version":"","pid":1}}}}'
    script = tmp_path / "worker.py"
    script.write_text(f"import sys\nprint({hello!r}, flush=True)\nfor line in sys.stdin:\n    pass\n")
    monkeypatch.setattr("phi3desk.ui.clients.worker_client.worker_command", lambda _: [sys.executable, str(script)])
    monkeypatch.setattr(model_client, "STUCK_AFTER_MS", 200)
    monkeypatch.setattr(client, "look_at_hardware", lambda: None)
    with qtbot.waitSignal(client.worker.ready):
        client.start()
    ended: list[Failure] = []
    answer = client.answer(REQUEST, Sampling(), lambda *_: None, lambda _: None, lambda _: None, ended.append)
    # what waits behind another is not what is stuck
    second = client.answer(REQUEST, Sampling(), lambda *_: None, lambda _: None, lambda _: None, ended.append)
    client.worker.end_where_stuck(second)
    assert client.worker.is_running(answer)
    with qtbot.waitSignal(client.worker.ready):
        client.cancel(answer)
    assert [failure.kind for failure in ended] == [FailureKind.DIED] * 2


def test_a_model_that_ends_its_process_at_each_load_is_given_up(
    client: ModelClient, home: Paths, tiny_phi3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    hello = f'{{"id":0,"name":"hello","data":{{"protocol":{VERSION},"worker":"w","version":"","pid":1}}}}'
    script = tmp_path / "worker.py"
    script.write_text(
        f"import os, sys\nprint({hello!r}, flush=True)\n"
        "for line in sys.stdin:\n    if 'LoadModel' in line:\n        os.abort()\n"
    )
    monkeypatch.setattr("phi3desk.ui.clients.worker_client.worker_command", lambda _: [sys.executable, str(script)])
    entry = ModelStore(home).add(tiny_phi3)
    client.start()
    with qtbot.waitSignal(client.load_failed) as failed:
        client.load(entry.ref, OPTIONS)
    assert "“tiny-phi3” cannot be loaded: it ended its process each time" in str(failed.args[0].sentence)
    qtbot.waitSignal(client.worker.ready).wait()
    assert not client.is_loading
