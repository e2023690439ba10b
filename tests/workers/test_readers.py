"""Reader processes: what they read, and that nothing they meet harms more than one file."""

import itertools
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from phi3desk.library.documents import Page, State
from phi3desk.library.reading import pool as pool_module
from phi3desk.library.reading.pdf import reader
from phi3desk.library.reading.pool import DocumentText, Limits, Reader, ReaderPool
from phi3desk.library.reading.protocol import VERSION, Finished, ReadRequest
from phi3desk.line_protocol import encode
from phi3desk.paths import worker_environment
from tests.helpers.pdf import stream, write_objects, write_pdf, write_pump_manual
from tests.helpers.reading import READER, texts_of

#: A reader that behaves badly when it is given a file of a certain name, and else answers as the real one.
UNRULY = (
    f"VERSION = {VERSION}"
    + """
import json, os, sys, time
def tell(id, name, data=None): print(json.dumps({"id": id, "name": name, "data": data}), flush=True)
tell(0, "Hello", {"protocol": VERSION})
for line in sys.stdin:
    line = json.loads(line)
    id, request = line["id"], line["data"]
    if "elder" in request["path"]: tell(0, "Hello", {"protocol": VERSION - 1})
    if "hang" in request["path"]: time.sleep(60)
    if "slow" in request["path"]: time.sleep(1)
    if "die" in request["path"]: os.abort()
    if "grow" in request["path"]: hoard = bytearray(400 * 1024 * 1024); time.sleep(60)
    while "chatter" in request["path"]: tell(0, "Hello")
    while "babble" in request["path"]: sys.stdout.write("x" * 4096)
    if "nonsense" in request["path"]: print("nonsense", flush=True)
    if "astray" in request["path"]: tell(id, "Page", {})
    if "unknown" in request["path"]: tell(id, "Verse", {})
    if "mistyped" in request["path"]: tell(id, "Page", {"number": "1", "text": "page"})
    if "nested" in request["path"]: print('{"id": 1, "name": "Page", "data":', "[" * 90_000, flush=True)
    while "endless" in request["path"]: tell(id, "Page", {"number": 1, "text": "page"})
    tell(id, "Finished", {"state": "empty"})
    tell(id, "Done", {})
"""
)


def read(path: Path, command: list[str] = READER) -> DocumentText:
    reader = Reader(command, Limits(30, 1024))
    try:
        return reader.read(ReadRequest(str(path)), threading.Event())
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
    pool = ReaderPool(READER, Limits(30, 1024), 2)
    futures = {path: pool.read(ReadRequest(str(path)), threading.Event()) for path in expected}
    results = {path: future.result() for path, future in futures.items()}
    pool.close()
    assert {path: result.state for path, result in results.items()} == expected
    assert all(result.reason for result in results.values() if result.state is not State.READ)
    assert results[tmp_path / "pump.pdf"].title == "Pump manual"
    assert "2,000 operating hours" in results[tmp_path / "pump.pdf"].pages[1].text


@pytest.mark.parametrize(
    ("name", "word", "seconds"),
    [
        ("hang", "longer", 1.5),
        ("chatter", "longer", 1.5),
        ("elder", "different versions", 30),
        ("die", "break down", 30),
        ("babble", "break down", 30),
        ("nonsense", "break down", 30),
        ("astray", "break down", 30),
        ("unknown", "break down", 30),
        ("mistyped", "break down", 30),
        ("nested", "break down", 30),
        ("grow", "memory", 30),
    ],
)
def test_a_reader_that_misbehaves_costs_one_file_only(
    tmp_path: Path, name: str, word: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_LINE_BYTES", 100_000)
    reader = Reader([sys.executable, "-c", UNRULY], Limits(seconds=seconds, megabytes=200))
    result = reader.read(ReadRequest(str(tmp_path / f"{name}.pdf")), threading.Event())
    assert result.state is State.FAILED
    assert word in str(result.reason)
    assert reader.read(ReadRequest(str(tmp_path / "good.pdf")), threading.Event()).state is State.EMPTY
    reader.close()


def test_a_machine_that_slept_is_not_taken_for_a_reader_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, looks = time.monotonic, itertools.count()
    # Windows counts the hours of a sleep; the machine sleeps between the second look and the third
    monkeypatch.setattr(time, "monotonic", lambda: clock() + (3600 * 8 if next(looks) > 1 else 0))
    reader = Reader([sys.executable, "-c", UNRULY], Limits(seconds=30, megabytes=1024))
    result = reader.read(ReadRequest(str(tmp_path / "slow.pdf")), threading.Event())
    assert (result.state, result.reason) == (State.EMPTY, None)
    assert next(looks) > 3
    reader.close()


@pytest.mark.parametrize("limits", [Limits(pages=50), Limits(characters=203)])
def test_a_file_without_end_keeps_what_fits_the_limits(tmp_path: Path, limits: Limits) -> None:
    reader = Reader([sys.executable, "-c", UNRULY], limits)
    result = reader.read(ReadRequest(str(tmp_path / "endless.pdf")), threading.Event())
    assert (result.state, len(result.pages)) == (State.READ, 50)
    assert "first 50 pages" in str(result.reason)
    assert reader.read(ReadRequest(str(tmp_path / "good.pdf")), threading.Event()).state is State.EMPTY
    reader.close()


def test_a_file_may_not_take_endless_time_page_by_page(tmp_path: Path) -> None:
    # far below the limit of a page, which a machine under load could reach between two pages of this
    reader = Reader([sys.executable, "-c", UNRULY], Limits(seconds=60, slow_pages=0.02, pages=10**9))
    result = reader.read(ReadRequest(str(tmp_path / "endless.pdf")), threading.Event())
    assert (result.state, result.pages) == (State.FAILED, [])
    assert "the file took longer" in str(result.reason)
    reader.close()


def test_a_file_that_claims_countless_pages_is_read_as_far_as_is_sensible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_PAGES", 3)
    path = write_pdf(tmp_path / "long.pdf", [["one"], ["two"], ["three"], ["four"]])
    events = list(reader.read_pdf(ReadRequest(str(path)), path))
    assert sum(isinstance(event, Page) for event in events) == 3
    (ended,) = (event for event in events if isinstance(event, Finished))
    assert (ended.state, str(ended.reason)) == (State.READ, "Only the first 3 of 4 pages were read.")


def test_a_page_whose_text_is_noise_counts_as_a_picture(tmp_path: Path) -> None:
    to_private_use = (
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"1 beginbfrange <00> <FF> <E000> endbfrange endcmap"
    )
    path = write_objects(
        tmp_path / "noise.pdf",
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            stream(b"BT /F 12 Tf 72 700 Td (The signs of this font have no names) Tj ET"),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
            stream(to_private_use),
        ],
    )
    result = read(path)
    assert (result.state, result.scanned, texts_of(result)) == (State.NEEDS_OCR, [1], [""])


def test_passwords_open_locked_files(tmp_path: Path) -> None:
    path = encrypted(tmp_path / "locked.pdf", "gehäuse")
    reader = Reader(READER, Limits(30, 1024))
    results = {
        password: reader.read(ReadRequest(str(path), password=password), threading.Event())
        for password in ("", "wrong", "gehäuse", "owner")
    }
    reader.close()
    assert [result.state for result in results.values()] == [State.LOCKED, State.LOCKED, State.READ, State.READ]
    assert "Give the password" in str(results[""].reason)
    assert "does not open" in str(results["wrong"].reason)
    assert "2,000 operating hours" in results["gehäuse"].pages[1].text
    assert results["owner"].title == "Pump manual"


def test_walls_let_a_reader_neither_write_nor_call_nor_start_anything(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("kept")
    program = f"""
import os, pathlib, shutil, socket, sqlite3, subprocess, sys, tempfile, urllib.request
from phi3desk.library.reading.confinement import confine
kept, new, program = pathlib.Path({str(kept)!r}), pathlib.Path({str(tmp_path / "new")!r}), pathlib.Path(sys.executable)
confine((program,))
child = subprocess.Popen([str(program), "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.kill()
child.communicate()
assert kept.read_text() == "kept"
tries = [
    lambda: kept.write_text("changed"), lambda: kept.open("ab"), lambda: kept.open("r+b"), kept.unlink, new.mkdir,
    lambda: os.open(new, os.O_CREAT | os.O_WRONLY), lambda: kept.rename(new), lambda: shutil.copy(kept, new),
    lambda: tempfile.mkdtemp(dir=kept.parent), lambda: tempfile.TemporaryFile(dir=kept.parent),
    lambda: sqlite3.connect(new), lambda: os.system("echo"), lambda: subprocess.run(["echo"]),
    lambda: socket.create_connection(("127.0.0.1", 9)), lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
]
for number, attempt in enumerate(tries):
    try:
        attempt()
    except PermissionError:
        continue
    except OSError as error:
        if isinstance(getattr(error, "reason", None), PermissionError):
            continue
    print("not refused:", number)
print("tried", len(tries))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=worker_environment(), timeout=60
    )
    assert (done.stdout, done.returncode) == ("tried 16\n", 0), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_parser_that_tries_to_write_fails_its_file(tmp_path: Path) -> None:
    harmful = (
        "import pathlib; from phi3desk.library.reading import process as r; "
        "r.read_document = lambda request: pathlib.Path(request.path + '.new').write_text('harm'); r.main()"
    )
    result = read(tmp_path / "a.pdf", [sys.executable, "-c", harmful])
    assert result.state is State.FAILED
    assert "PermissionError" in str(result.reason)
    assert not list(tmp_path.iterdir())


def test_readers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    line = encode(1, ReadRequest("a.pdf"))
    stuck = (
        "import time; from phi3desk.library.reading import process as r; "
        "r.read_document = lambda request: time.sleep(60); r.main()"
    )
    script = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); "
        f"p.stdin.write({line!r}); p.stdin.flush(); print(p.pid, flush=True); sys.stdin.read()"
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
    text = read(path).pages[1].text
    document = QPdfDocument()
    document.load(str(path))
    start = text.index("Use 30 g")
    assert document.getSelectionAtIndex(1, start, 24).text() == text[start : start + 24]
    assert document.getSelectionAtIndex(1, 0, len(text)).text() == text
