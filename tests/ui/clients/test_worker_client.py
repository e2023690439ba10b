"""The client of a worker that does not keep to the protocol: every request ends, and bugs of the window are seen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.library.documents import LibraryStatus
from phi3desk.paths import Paths
from phi3desk.ui.clients.worker_client import WorkerClient
from phi3desk.workers.protocol import VERSION, Failure, FailureKind
from phi3desk.workers.requests import GetStatus, ListDocuments

STATUS = """{"documents":1,"passages":2,"embedded":2,"embedder":"","embedder_loaded":false,"importing":false}"""
Start = Callable[..., WorkerClient]


@pytest.fixture
def start(home: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Start:
    """Return a function that starts a worker which answers each request with some lines; ID stands for its id."""
    clients = []

    def begin(*answers: str, protocol: int = VERSION) -> WorkerClient:
        hello = f'{{"id":0,"name":"hello","data":{{"protocol":{protocol},"worker":"w","version":"","pid":1}}}}'
        script = tmp_path / "worker.py"
        script.write_text(
            "import json, sys\n"
            f"print({hello!r}, flush=True)\n"
            "for line in sys.stdin:\n"
            "    asked = json.loads(line)\n"
            "    if asked['name'] == 'Shutdown':\n"
            "        break\n"
            f"    for answer in {list(answers)!r}:\n"
            "        print(answer.replace('ID', str(asked['id'])), flush=True)\n",
            encoding="utf-8",
        )
        monkeypatch.setattr("phi3desk.ui.clients.worker_client.worker_command", lambda _: [sys.executable, str(script)])
        client = WorkerClient("library", home, (GetStatus,))
        clients.append(client)
        client.start()
        return client

    yield begin
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    "answer",
    [
        '{"id":ID,"name":"result","data":{"documents":"many"}}',
        '{"id":ID,"name":"error","data":{"kind":"odd","sentence":{"template":"No."}}}',
        '{"id":ID,"name":"error","data":5}',
    ],
)
def test_an_answer_that_is_something_else_ends_its_request_as_a_bug(qtbot: QtBot, start: Start, answer: str) -> None:
    client = start(answer)
    failures: list[Failure] = []
    results: list[LibraryStatus] = []
    number = client.request(GetStatus(), results.append, failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].kind is FailureKind.BUG
    assert not results
    assert not client.is_running(number)


def test_lines_that_are_of_no_protocol_are_passed_over(qtbot: QtBot, start: Start) -> None:
    client = start(
        "not JSON",
        "[]",
        '{"id":0,"name":"news from elsewhere","data":null}',
        '{"id":ID,"name":"NoSuchEvent","data":null}',
        '{"id":ID,"name":"DocumentRows","data":7}',
        '{"id":77,"name":"result","data":null}',
        '{"id":ID,"name":"result","data":null}',
    )
    ended: list[None] = []
    client.request(ListDocuments(), ended.append)
    qtbot.waitUntil(lambda: bool(ended))


def test_a_bug_of_the_window_is_no_fault_of_the_protocol(qtbot: QtBot, start: Start) -> None:
    client = start('{"id":ID,"name":"result","data":' + STATUS + "}")
    seen: list[LibraryStatus] = []

    def stumble(status: LibraryStatus) -> None:
        seen.append(status)
        raise KeyError("a bug")

    with qtbot.captureExceptions() as raised:
        client.request(GetStatus(), stumble)
        qtbot.waitUntil(lambda: bool(seen) and bool(raised))
    assert [kind for kind, *_ in raised] == [KeyError]


def test_a_worker_of_another_version_is_given_up(qtbot: QtBot, start: Start) -> None:
    client = start(protocol=VERSION + 1)
    with qtbot.waitSignal(client.gave_up) as given_up:
        pass
    assert "different versions" in str(given_up.args[0])


def test_a_worker_that_died_as_the_window_closed_is_not_started_again(qtbot: QtBot, start: Start) -> None:
    client = start()
    with qtbot.waitSignal(client.ready):
        pass
    client.died.connect(client.close)
    process = client._process
    assert process is not None
    with qtbot.waitSignal(client.died):
        process.kill()
    qtbot.wait(50)
    assert client.process_id == 0


def test_a_worker_that_is_started_by_hand_meanwhile_is_started_once(qtbot: QtBot, start: Start) -> None:
    client = start()
    with qtbot.waitSignal(client.ready):
        pass
    processes: list[int] = []
    client.died.connect(client.restart)
    client.died.connect(lambda: processes.append(client.process_id))
    process = client._process
    assert process is not None
    with qtbot.waitSignal(client.died):
        process.kill()
    with qtbot.waitSignal(client.ready):
        pass
    assert [client.process_id] == processes
