"""SQLite files are made for their owner, brought to the newest version step by step, or refused as they are."""

import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from phi3desk.errors import DamagedFile, UserError, say
from phi3desk.sqlite_file import open_file, refusal_of, roll_back

FIRST = "CREATE TABLE note (text TEXT NOT NULL); INSERT INTO note VALUES ('kept');"
SECOND = "ALTER TABLE note ADD COLUMN number INTEGER NOT NULL DEFAULT 7;"


def opened(path: Path, *migrations: str) -> sqlite3.Connection:
    return open_file(
        path,
        migrations,
        damaged=say("The notes in {path} cannot be read ({problem}).", path=path.name),
        newer=say("The notes are of a newer program."),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


def test_older_file_gets_the_steps_it_lacks_and_keeps_what_it_holds(path: Path):
    opened(path, FIRST).close()
    for _ in range(2):
        with closing(opened(path, FIRST, SECOND)) as notes:
            assert notes.execute("SELECT text, number FROM note").fetchall() == [("kept", 7)]
            assert notes.execute("PRAGMA user_version").fetchone() == (2,)


def test_file_that_several_open_at_once_gets_each_step_once(path: Path):
    steps = (FIRST, SECOND, *(f"CREATE TABLE t{number} (a TEXT); -- the {number}th; all of it" for number in range(20)))
    with ThreadPoolExecutor(8) as pool:
        for connection in pool.map(lambda _: open_it(path, steps), range(8)):
            assert connection == ([("kept", 7)], (len(steps),))


def open_it(path: Path, steps: tuple[str, ...]) -> tuple[list[tuple[str, int]], tuple[int]]:
    with closing(opened(path, *steps)) as notes:
        held = notes.execute("SELECT text, number FROM note").fetchall()
        return held, notes.execute("PRAGMA user_version").fetchone()


def test_step_that_fails_leaves_the_version_before_it(path: Path):
    with pytest.raises(UserError, match="no such table: missing"):
        opened(path, FIRST, SECOND + "DELETE FROM missing;")
    with closing(opened(path, FIRST)) as notes:
        assert notes.execute("SELECT * FROM note").fetchall() == [("kept",)]


def test_file_of_a_newer_program_or_without_a_database_is_refused_as_it_is(path: Path, tmp_path: Path):
    opened(path, FIRST, SECOND).close()
    before = path.read_bytes()
    with pytest.raises(UserError, match="newer program"):
        opened(path, FIRST)
    assert path.read_bytes() == before
    path.write_bytes(b"not a database" * 500)
    with pytest.raises(UserError, match=r"The notes in notes.db cannot be read \(file is not a database\)"):
        opened(path, FIRST)
    assert path.read_bytes() == b"not a database" * 500
    with pytest.raises(UserError, match="cannot be read"):
        opened(tmp_path / "no folder" / "notes.db", FIRST)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such permissions")
def test_new_file_is_for_its_owner_only(path: Path):
    with closing(opened(path, FIRST)) as notes:
        notes.execute("INSERT INTO note VALUES ('in the log')")
        written = list(path.parent.iterdir())
        assert len(written) == 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in written} == {0o600}


def flipped(path: Path, what: bytes, byte: bytes) -> None:
    """Put another byte in place of the first one of some bytes in a file."""
    content = path.read_bytes()
    assert what in content
    path.write_bytes(content.replace(what, byte + what[1:], 1))


def filled(path: Path, rows: int = 3) -> None:
    with closing(opened(path, FIRST)) as notes:
        notes.executemany("INSERT INTO note VALUES (?)", [(f"note {n} " + "x" * 900,) for n in range(rows)])


@pytest.mark.parametrize("what", [b"TABLE note", b"note (text"])
def test_flipped_byte_of_the_schema_is_damage_whatever_sqlite_says_of_it(path: Path, what: bytes):
    filled(path)
    flipped(path, what, b"\xc5")
    before = path.read_bytes()
    with pytest.raises(DamagedFile, match=r"The notes in notes\.db cannot be read") as raised:
        opened(path, FIRST)
    assert raised.value.path == path
    assert path.read_bytes() == before


def test_one_bit_that_makes_bytes_of_a_text_is_damage_and_a_damaged_letter_is_one_wrong_letter(path: Path):
    with closing(opened(path, FIRST)) as notes:
        notes.execute("INSERT INTO note VALUES ('a letter')")
    flipped(path, b"letter", b"\xff")
    with closing(opened(path, FIRST)) as notes:
        assert notes.execute("SELECT text FROM note").fetchall()[-1] == ("a �etter",)
    # the header of the row: a text of 8 bytes has the type 29, as many bytes without a charset have 28
    flipped(path, b"\x1da \xffetter", b"\x1c")
    with pytest.raises(DamagedFile, match="a row of note holds what it cannot"):
        opened(path, FIRST)


@pytest.mark.parametrize("read", ["all", "each", "one", "part"])
def test_damage_that_is_met_after_the_file_was_opened_is_told_in_words(
    path: Path, read: str, monkeypatch: pytest.MonkeyPatch
):
    filled(path, rows=400)
    with open(path, "r+b") as file:
        for page in range(2, path.stat().st_size // 4096):
            file.seek(4096 * page)
            file.write(bytes(4096))
    # as for a file that is too large to be looked through each time
    monkeypatch.setattr("phi3desk.sqlite_file.CHECKED_AT_OPENING", 0)
    with closing(opened(path, FIRST)) as notes, pytest.raises(DamagedFile, match="malformed"):
        cursor = notes.execute("SELECT text FROM note")
        if read == "one":
            while cursor.fetchone():
                pass
        elif read == "part":
            while cursor.fetchmany(5):
                pass
        else:
            cursor.fetchall() if read == "all" else list(cursor)


def test_file_that_is_all_but_gone_is_damage_and_an_empty_one_where_there_are_copies_too(path: Path):
    path.write_bytes(b"S")
    with pytest.raises(DamagedFile, match="most of it is gone"):
        opened(path, FIRST)
    path.write_bytes(b"")
    opened(path, FIRST).close()
    (path.parent / "backups").mkdir()
    (path.parent / "backups" / "notes.20260101-000000.db").write_bytes(path.read_bytes())
    opened(path, FIRST).close()
    path.write_bytes(b"")
    with pytest.raises(DamagedFile, match="it is empty"):
        opened(path, FIRST)
    path.unlink()
    with pytest.raises(DamagedFile, match="not there any more"):
        opened(path, FIRST)


def test_full_disk_is_called_that_and_loses_nothing(path: Path):
    filled(path)
    with closing(opened(path, FIRST)) as notes:
        pages = notes.execute("PRAGMA page_count").fetchone()[0]
        notes.execute(f"PRAGMA max_page_count = {pages}")
        notes.execute("BEGIN")
        with pytest.raises(UserError, match=r"^The disk is full: .*notes.db could not be written") as raised:
            notes.executemany("INSERT INTO note VALUES (?)", [("y" * 4000,) for _ in range(50)])
        assert not isinstance(raised.value, DamagedFile)
        roll_back(notes)
        assert notes.execute("SELECT count(*) FROM note").fetchone() == (4,)
        notes.execute("PRAGMA max_page_count = 100000")
        notes.execute("INSERT INTO note VALUES ('room again')")


def test_input_output_error_is_a_full_disk_only_where_there_is_no_room(path: Path, monkeypatch: pytest.MonkeyPatch):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    told = refusal_of(error, path, say("damaged"))
    assert "cannot be read or written: disk I/O error" in str(told)
    monkeypatch.setattr("phi3desk.disk.shutil.disk_usage", lambda _: SimpleNamespace(free=4096))
    told = refusal_of(error, path, say("damaged"))
    assert str(told).startswith("The disk is full")
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert "in use by another program" in str(refusal_of(busy, path, say("damaged")))
    assert refusal_of(sqlite3.IntegrityError("a bug"), path, say("damaged")) is None
