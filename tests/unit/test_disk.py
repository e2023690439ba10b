"""Files that the user names, before they are written."""

from pathlib import Path

import pytest

from phi3desk.disk import check_file
from phi3desk.errors import UserError


def test_a_file_is_checked_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "older.csv").write_text("kept")
    for name in ("older.csv", "table.csv"):
        check_file(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["older.csv"]
    assert (tmp_path / "older.csv").read_text() == "kept"


def test_a_file_that_cannot_be_written_is_told_before_any_work(tmp_path: Path) -> None:
    for path, why in (
        (tmp_path / "none" / "table.csv", f"There is no folder {tmp_path / 'none'}."),
        (tmp_path, "is a folder. Name a file in it."),
        (tmp_path / ("x" * 300), "cannot be written: "),
    ):
        with pytest.raises(UserError) as raised:
            check_file(path)
        assert why in str(raised.value)
