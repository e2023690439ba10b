"""What is mapped of a file, and no longer needed, leaves this process's memory and can still be read."""

from __future__ import annotations

import mmap
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from phi3desk.model.llama import engine as engines
from phi3desk.model.llama.mapped_pages import give_back_pages
from phi3desk.model.types import LoadOptions, Role, Sampling, Turn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts such pages as the process's")
_SIZE = 64 << 20


def test_pages_of_a_mapped_file_leave_memory_and_come_back(tmp_path: Path) -> None:
    linked = tmp_path / "model.gguf"
    (tmp_path / "of it").mkdir()
    linked.symlink_to(file := tmp_path / "of it" / "blob")
    file.write_bytes(bytes(range(256)) * (_SIZE // 256))
    other = tmp_path / "other.gguf"
    other.write_bytes(b"x" * _SIZE)
    with linked.open("rb") as mapped, other.open("rb") as not_asked:
        pages = mmap.mmap(mapped.fileno(), 0, prot=mmap.PROT_READ)
        others = mmap.mmap(not_asked.fileno(), 0, prot=mmap.PROT_READ)
        assert sum(pages[:: mmap.PAGESIZE]) == 0
        assert others[:: mmap.PAGESIZE].count(b"x") == _SIZE // mmap.PAGESIZE
        before = _of_files()
        assert give_back_pages(tmp_path / "of it") == _SIZE
        assert 0.9 * _SIZE < before - _of_files() < 1.1 * _SIZE
        assert pages[_SIZE - 256 :] == bytes(range(256))


def test_pages_of_its_own_that_were_written_to_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(bytes(_SIZE))
    with file.open("rb") as mapped:
        written = mmap.mmap(mapped.fileno(), 0, access=mmap.ACCESS_COPY)
        written[:4] = b"kept"
        assert give_back_pages(tmp_path) == 0
        assert written[:4] == b"kept"


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_model_gives_back_the_pages_of_its_files_once_it_is_asked(
    tiny_phi3: Path, tmp_path: Path, is_linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []
    monkeypatch.setattr(engines, "give_back_pages", folders.append)
    path = tiny_phi3
    if is_linked:
        path = tmp_path / "model.gguf"
        path.symlink_to(tiny_phi3)
    with closing(engines.Engine.load(path, LoadOptions(gpu_layers=0, threads=1))) as engine:
        assert not folders
        for _ in range(2):
            engine.generate([Turn(Role.USER, "a")], Sampling(max_tokens=1), _ignore, _ignore, threading.Event())
            assert folders == [tiny_phi3.resolve().parent]


def _ignore(*_: object) -> None:
    """Take progress that nobody looks at."""


def _of_files() -> int:
    """Return the bytes of mapped files that this process holds, those of a file system in memory included."""
    lines = (line.split() for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return sum(int(words[1]) for words in lines if words[0] in ("RssFile:", "RssShmem:")) * 1024
