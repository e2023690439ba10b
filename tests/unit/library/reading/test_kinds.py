"""Which kind of file: content first, then the name; what cannot be read says what to do."""

import zipfile
from pathlib import Path

import pytest

from phi3desk.library.documents import State
from phi3desk.library.reading.kinds import refusal
from tests.helpers.office import write_docx, write_mail, write_pptx, write_xlsx
from tests.helpers.pdf import write_pump_manual
from tests.helpers.reading import told_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("name", "write", "kind"),
    [
        ("a.txt", write_docx, "docx"),
        ("report", write_xlsx, "xlsx"),
        ("a.docx", write_pptx, "pptx"),
        ("a.docx", write_pump_manual, "pdf"),
        ("scan", write_pump_manual, "pdf"),
        ("mail.eml", write_mail, "eml"),
        ("export.xls", lambda p: p.write_text("<html><body><table><tr><td>a<td>b</table>"), "html"),
        ("a.txt", lambda p: p.write_text("A PDF begins with %PDF-1.7."), "txt"),
        ("page.txt", lambda p: p.write_text("<!DOCTYPE html><p>Hello there"), "html"),
        ("A.CSV", lambda p: p.write_text("a;b\n1;2\n"), "csv"),
    ],
)
def test_the_content_decides_on_the_kind(tmp_path: Path, name, write, kind):
    path = tmp_path / name
    write(path)
    told = told_of(path)
    assert (told.kind, told.state) == (kind, State.READ)


@pytest.mark.parametrize(
    ("name", "content", "state", "word"),
    [
        ("~$report.docx", b"owner", State.UNSUPPORTED, "while the document is open"),
        ("old.doc", OLE, State.UNSUPPORTED, "Save it as DOCX"),
        ("old.xls", OLE, State.UNSUPPORTED, "Save it as XLSX"),
        ("mail.msg", OLE, State.UNSUPPORTED, "EML"),
        ("new.docx", OLE, State.UNSUPPORTED, "Save it as DOCX"),
        ("new.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), State.UNSUPPORTED, "password"),
        ("a.odt", b"PK\x03\x04mimetype", State.UNSUPPORTED, "Save it as DOCX"),
        ("photo.png", b"\x89PNG\r\n\x1a\n", State.UNSUPPORTED, "What can:"),
        ("tool.exe", b"MZ\x90\0", State.UNSUPPORTED, "What can:"),
        ("code.py", b"print(1)", State.UNSUPPORTED, "What can:"),
        ("data.json", b"{}", State.UNSUPPORTED, "What can:"),
        ("nothing.bin", b"", State.UNSUPPORTED, "What can:"),
        ("empty.docx", b"", State.FAILED, "0 bytes"),
        ("empty.txt", b"", State.FAILED, "0 bytes"),
        ("cut.docx", b"PK\x03\x04 and nothing more", State.FAILED, "damaged"),
        ("text.docx", b"just a text", State.FAILED, "no Office document"),
        ("noise.txt", bytes(range(256)) * 8, State.FAILED, "binary"),
        ("blank.txt", b" \n\n\t\n", State.EMPTY, "no text"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name, content, state, word):
    path = tmp_path / name
    path.write_bytes(content)
    told = told_of(path)
    assert told.state == state
    assert word in told.reason
    assert not told.text.strip()


def test_an_archive_is_not_opened_whatever_its_name(tmp_path: Path):
    for name in ("files.zip", "files.docx", "files.csv", "files"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("notes.txt", "secret words")
        told = told_of(tmp_path / name)
        assert told.state in (State.UNSUPPORTED, State.FAILED)
        assert not told.pages


def test_refusal_looks_at_the_first_bytes_only(tmp_path: Path):
    path = tmp_path / "cut.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    assert refusal(path) is None
    missing = refusal(tmp_path / "missing.pdf")
    assert missing is not None
    assert missing.state == State.FAILED
