"""SQLite files are made for their owner, brought to the newest version step by step, or refused as they are."""

import sqlite3
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from phi3desk.errors import UserError, say
from phi3desk.sqlite_file import open_file

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
