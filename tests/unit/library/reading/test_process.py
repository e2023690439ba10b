"""Every kind of file through a real reader process, within its walls and limits."""

import random
import threading
from pathlib import Path

import pytest

from phi3desk.library.documents import State
from phi3desk.library.reading.pool import Limits, Reader
from phi3desk.library.reading.protocol import ReadRequest
from tests.helpers.office import repacked, replaced, write_docx, write_mail, write_pptx, write_xlsx
from tests.helpers.reading import READER


@pytest.fixture
def reader():
    reader = Reader(READER, Limits(60, 1024))
    yield reader
    reader.close()


def test_every_kind_is_read_behind_the_walls(tmp_path: Path, reader):
    files = [
        write_docx(tmp_path / "a.docx"),
        write_pptx(tmp_path / "a.pptx"),
        write_xlsx(tmp_path / "a.xlsx"),
        write_mail(tmp_path / "a.eml"),
    ]
    for name, text in (("a.html", "<p>one two"), ("a.md", "# One"), ("a.csv", "a;b\n1;2\n"), ("a.txt", "Črpalka")):
        files.append(tmp_path / name)
        files[-1].write_bytes(text.encode("cp1250"))
    for file in files:
        read = reader.read(ReadRequest(str(file)), threading.Event())
        assert (read.state, read.kind) == (State.READ, file.suffix[1:]), (file, str(read.reason))
        assert any(page.text for page in read.pages)
        assert not read.scanned
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(file.name for file in files)


def test_a_document_that_needs_too_much_memory_is_given_up(tmp_path: Path):
    chance = random.Random(1)
    many = b"".join(b"<w:p><w:r><w:t>%d</w:t></w:r></w:p>" % chance.getrandbits(40) for _ in range(600_000))
    large = replaced("word/document.xml", b"<w:body>", b"<w:body>" + many)
    path = repacked(write_docx(tmp_path / "a.docx"), tmp_path / "b.docx", large)
    reader = Reader(READER, Limits(60, 200))
    try:
        read = reader.read(ReadRequest(str(path)), threading.Event())
        assert read.state == State.FAILED
        assert "memory" in str(read.reason)
        assert reader.read(ReadRequest(str(tmp_path / "a.docx")), threading.Event()).state == State.READ
    finally:
        reader.close()
