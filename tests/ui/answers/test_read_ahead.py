"""What the next question begins with is read in a pause, and gives way to whatever is asked."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.chat.prompt import PromptRequest
from phi3desk.line_protocol import decode_line
from phi3desk.model.types import LoadedModel, Sampling
from phi3desk.paths import Paths
from phi3desk.ui.answers.read_ahead import ReadAhead
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.clients.worker_client import WorkerClient, ignore

MODEL = LoadedModel("m", "/m.gguf", "phi3", 4096, 4096, 0, 2, 1, 1, True, "CPU")


@pytest.fixture
def client(qtbot: QtBot, home: Paths) -> ModelClient:
    """Return a client whose worker has not begun: what it is asked waits."""
    made = ModelClient(WorkerClient("model", home, ()))
    made.model = MODEL
    return made


def asked(client: ModelClient) -> list[str]:
    return [decode_line(line).name for line in client.worker._waiting]


def request(instructions: str) -> PromptRequest:
    return PromptRequest(instructions, (), (), "")


def test_pause_reads_once_and_again_for_something_else(qtbot: QtBot, client: ModelClient) -> None:
    wanted = [request("You know pumps.")]
    ahead = ReadAhead(client, lambda: (wanted[0], 512), client)
    for _ in range(3):
        ahead.begin(0)
        qtbot.waitUntil(lambda: not ahead._pause.isActive())
    assert asked(client) == ["ReadAhead"]
    wanted[0] = request("You know valves.")
    ahead.begin(0)
    qtbot.waitUntil(lambda: len(asked(client)) == 3)
    assert asked(client) == ["ReadAhead", "Cancel", "ReadAhead"]


def test_question_stops_reading_ahead_and_is_not_disturbed_by_it(client: ModelClient) -> None:
    assert client.read_ahead(request("You know pumps."), 512)
    client.answer(request("You know pumps."), Sampling(), ignore, ignore, ignore, ignore)  # type: ignore[arg-type]
    assert asked(client) == ["ReadAhead", "Cancel", "WriteAnswer"]
    assert not client.read_ahead(request("You know pumps."), 512)
    client.model = None
    assert not client.read_ahead(request("You know pumps."), 512)
    assert len(asked(client)) == 3


def test_nothing_is_read_ahead_while_a_question_is_out(qtbot: QtBot, client: ModelClient) -> None:
    ahead = ReadAhead(client, lambda: None, client)
    ahead.begin(0)
    qtbot.waitUntil(lambda: not ahead._pause.isActive())
    assert asked(client) == []
    assert not ahead.has_begun


def test_nothing_is_read_ahead_while_the_program_ends(qtbot: QtBot, client: ModelClient) -> None:
    ahead = ReadAhead(client, lambda: (request("You know pumps."), 512), client)
    ahead.begin(0)
    ahead.stop()
    client.adapters_changed.emit(MODEL)
    assert not ahead._pause.isActive()
    qtbot.wait(1)
    assert asked(client) == []
