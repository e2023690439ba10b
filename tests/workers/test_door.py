"""Commands while a window has the library open: they go through its worker, and nobody else gets in."""

import json
import os
import subprocess
import sys
import threading
from contextlib import closing, suppress
from multiprocessing.connection import Client, Listener, answer_challenge
from queue import SimpleQueue

import pytest

from phi3desk.cli.documents import open_library
from phi3desk.cli.shared_library import SharedLibrary
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import SearchScope, State
from phi3desk.line_protocol import decode_line, encode
from phi3desk.settings import Settings
from phi3desk.workers.door import Door, knock
from phi3desk.workers.protocol import News
from phi3desk.workers.requests import GetStatus, PauseImports
from tests.helpers.worker_process import WorkerProcess

MORE_THAN_A_PIPE_HOLDS = 1 << 20


def test_commands_work_while_the_window_is_open(home, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "bearing.md").write_text("# Care\nThe main bearing is greased every 2,000 hours.\n")
    with WorkerProcess("library", home) as window:
        with open_library(home, Settings(home.settings)) as library:
            assert isinstance(library, SharedLibrary)
            with pytest.raises(UserError, match="Manuals"):
                library.collection_id("Manuals")
            collection = library.collection_id("Manuals", create=True)
            assert library.collection_id(" manuals ") == collection
            files, progress = [], []
            summary = library.import_paths([tmp_path / "docs"], collection, progress.append, files.append)
            assert (summary.states, [file.state for file in files]) == ({State.READY: 1}, [State.READY])
            assert progress
            assert [document.name for document in library.documents()] == ["bearing.md"]
            assert library.search("How often is the bearing greased?", 3).found[0].passage.document == "bearing.md"
            with pytest.raises(UserError, match="no text to search at"):
                library.search("bearing", 3, SearchScope((collection,), ("bearing",), ("docs",), ((2, 3),)))
            assert library.check() == library.repair() == []
            used = library.collections()[0].embedder.name
            assert used in [info.name for info in library.embedders()]
            library.use_embedder(used, collection)
            with pytest.raises(UserError, match="no embedding model called “none”"):
                library.use_embedder("none")
            with pytest.raises(UserError, match="holds no embedding model"):
                library.add_embedder(tmp_path / "docs")
            stopped = threading.Event()
            stopped.set()
            # it is held until the stop arrives; it is stopped before it begins, or says itself that it was
            window.ask(PauseImports(True))
            more = tmp_path / "docs" / "more.md"
            more.write_text("The spare key is in the porter's lodge.\n")
            with suppress(Cancelled):
                assert library.sync(cancelled=stopped).cancelled
            window.ask(PauseImports(False))
            more.unlink()
            library.sync()
        news: list[str] = []
        assert window.ask(GetStatus(), lambda line: news.append(line.name)).documents == 1
        assert News.CHANGED in news

        command = [sys.executable, "-m", "phi3desk", "--home", str(home.home), "documents", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert [row["state"] for row in json.loads(done.stdout)] == ["ready"]

        door = json.loads(home.library_door.read_text())
        stranger = tmp_path / "stranger.door"
        stranger.write_text(json.dumps(door | {"key": "00" * 32}))
        assert knock(stranger) is None
        if os.name == "posix":
            assert home.library_door.stat().st_mode & 0o077 == 0
        left = knock(home.library_door)
        assert left is not None
        window.process.stdin.close()
        window.process.wait()
        with closing(SharedLibrary(left)) as library, pytest.raises(UserError, match="window"):
            library.documents()
    assert not home.library_door.exists()
    assert knock(home.library_door) is None


def test_guests_that_say_nothing_or_garbage_keep_nobody_out(tmp_path):
    file = tmp_path / "library.door"
    door = Door(file, lambda lines, _outlet: list(lines))
    with closing(door):
        told = json.loads(file.read_text())
        with closing(Client(told["address"])):
            assert knock(file) is not None
        with closing(Client(told["address"])) as garbage:
            answer_challenge(garbage, bytes.fromhex(told["key"]))
            garbage.send_bytes(b"garbage")
            assert knock(file) is not None


def test_a_command_that_stands_still_does_not_hold_up_the_window(home):
    with WorkerProcess("library", home) as window:
        guest = knock(home.library_door)
        assert guest is not None
        with closing(guest):
            told = 2 * MORE_THAN_A_PIPE_HOLDS // len(encode(1, window.ask(GetStatus())))
            for number in range(1, told):
                guest.send_bytes(encode(number, GetStatus()))
            # asked in the lane that all of these are served in
            assert window.ask(GetStatus()).documents == 0
            assert decode_line(guest.recv_bytes()).name == News.HELLO


def test_a_command_that_stands_still_for_too_long_is_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr("phi3desk.workers.door._PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("phi3desk.workers.door._MOST_WAITING", MORE_THAN_A_PIPE_HOLDS)
    file, outlets, left = tmp_path / "library.door", SimpleQueue(), threading.Event()

    def serve(lines, outlet):
        outlets.put(outlet)
        for _ in lines:
            pass
        left.set()

    with closing(Door(file, serve)):
        guest = knock(file)
        assert guest is not None
        outlet = outlets.get()
        for _ in range(300):
            outlet.write(0, "x" * (MORE_THAN_A_PIPE_HOLDS // 100), "changed")
        assert left.wait(timeout=60)
        with closing(SharedLibrary(guest)) as library, pytest.raises(UserError, match="stood still for too long"):
            library.documents()


def test_a_worker_that_hangs_keeps_no_command_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr("phi3desk.workers.door._KNOCK_SECONDS", 0.5)
    with Listener() as hanging:
        file = tmp_path / "library.door"
        file.write_text(json.dumps({"address": str(hanging.address), "key": "00" * 32}))
        assert knock(file) is None
