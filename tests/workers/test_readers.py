"""Reader processes: what they read, and that nothing they meet harms more than one file."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from phi3desk.library.documents import State
from phi3desk.library.reading.pool import Limits, Reader, ReaderPool
from phi3desk.paths import worker_environment
from tests.helpers.pdf import write_pump_manual

COMMAND = [sys.executable, "-m", "phi3desk.library.reading.process"]
#: A reader that behaves badly when it is given a file of a certain name, and else answers as the real one.
UNRULY = """
import json, os, sys, time
print(json.dumps({"event": "hello"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "hang" in request["path"]: time.sleep(60)
    if "die" in request["path"]: os.abort()
    if "grow" in request["path"]: hoard = bytearray(400 * 1024 * 1024); time.sleep(60)
    for event in ({"event": "finished", "state": "empty", "reason": None}, {"event": "done"}):
        print(json.dumps({"id": request["id"], **event}), flush=True)
"""


def read(path: Path, command: list[str] = COMMAND) -> object:
    reader = Reader(command, Limits(30, 1024))
    try:
        return reader.read(path, threading.Event())
    finally:
        reader.close()


def encrypted(path: Path, user: str) -> Path:
    writer = pypdf.PdfWriter(clone_from=write_pump_manual(path))
    writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
    writer.write(path)
    return path


def pictures(path: Path, drawn: bool) -> Path:
    canvas = Canvas(str(path))
    if drawn:
        canvas.rect(50, 50, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    return path


def test_readers_tell_what_each_kind_of_file_is(tmp_path: Path) -> None:
    (tmp_path / "zero.pdf").touch()
    (tmp_path / "text.pdf").write_text("just text")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    expected = {
        write_pump_manual(tmp_path / "pump.pdf"): State.READ,
        encrypted(tmp_path / "permissions.pdf", ""): State.READ,
        encrypted(tmp_path / "password.pdf", "secret"): State.LOCKED,
        pictures(tmp_path / "drawn.pdf", drawn=True): State.NEEDS_OCR,
        pictures(tmp_path / "blank.pdf", drawn=False): State.EMPTY,
        tmp_path / "zero.pdf": State.FAILED,
        tmp_path / "text.pdf": State.FAILED,
        tmp_path / "picture.png": State.UNSUPPORTED,
        tmp_path / "gone.pdf": State.FAILED,
    }
    pool = ReaderPool(COMMAND, Limits(30, 1024), 2)
    futures = {path: pool.read(path, threading.Event()) for path in expected}
    results = {path: future.result() for path, future in futures.items()}
    pool.close()
    assert {path: result.state for path, result in results.items()} == expected
    assert all(result.reason for result in results.values() if result.state is not State.READ)
    assert results[tmp_path / "pump.pdf"].title == "Pump manual"
    assert "2,000 operating hours" in results[tmp_path / "pump.pdf"].texts[1]


@pytest.mark.parametrize(("name", "word"), [("hang", "longer"), ("die", "break down"), ("grow", "memory")])
def test_a_reader_that_misbehaves_costs_one_file_only(tmp_path: Path, name: str, word: str) -> None:
    reader = Reader([sys.executable, "-c", UNRULY], Limits(seconds=1.5, megabytes=200))
    result = reader.read(tmp_path / f"{name}.pdf", threading.Event())
    assert result.state is State.FAILED
    assert word in str(result.reason)
    assert reader.read(tmp_path / "good.pdf", threading.Event()).state is State.EMPTY
    reader.close()


def test_readers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    stuck = (
        "import time; from phi3desk.library.reading import process as r; "
        "r.read_document = lambda path: time.sleep(60); r.main()"
    )
    script = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); "
        'p.stdin.write(b\'{"id": 1, "path": "a.pdf"}\\n\'); p.stdin.flush(); print(p.pid, flush=True); sys.stdin.read()'
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, sys.executable, "-c", stuck],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=worker_environment(),
    )
    assert parent.stdout is not None
    reader = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    reader.wait(10)


def test_offsets_select_the_same_characters_in_qtpdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtPdf import QPdfDocument

    path = write_pump_manual(tmp_path / "pump.pdf")
    text = read(path).texts[1]  # type: ignore[attr-defined]
    document = QPdfDocument()
    document.load(str(path))
    start = text.index("Use 30 g")
    assert document.getSelectionAtIndex(1, start, 24).text() == text[start : start + 24]
    assert document.getSelectionAtIndex(1, 0, len(text)).text() == text
