"""Rows of a sweep as they are read beside its store, part by part; real SQLite files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.errors import DamagedFile, say
from phi3desk.sqlite_file import open_file
from phi3desk.sweep.plan import Answered, Cell, Outcome, Row, SweepPlan, SweptDocument
from phi3desk.sweep.reading import Place, documents_of, rows_from
from phi3desk.sweep.store import MIGRATIONS, SweepStore

PLAN = SweepPlan(("How often?", "How hot?"))
DOCUMENTS = tuple(SweptDocument(f"/docs/{n:03}.pdf", f"{n}.pdf", "pdf", float(n), n % 7 > 0) for n in range(40))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SweepStore]:
    made = SweepStore(tmp_path / "sweeps.db")
    yield made
    made.close()


def swept_in(store: SweepStore) -> int:
    other = store.begin(PLAN, DOCUMENTS)
    sweep = store.begin(PLAN, DOCUMENTS)
    store.keep(other.id, Answered(Cell(0, DOCUMENTS[1].path, Outcome.FOUND, "of another sweep")))
    for n in range(0, 40, 3):
        store.keep(sweep.id, Answered(Cell(n % 2, DOCUMENTS[n].path, Outcome.FOUND, f"Every {n} hours", page=n + 1)))
    return sweep.id


def test_parts_together_are_all_rows(store: SweepStore):
    sweep_id = swept_in(store)
    read: list[Row] = []
    for question in range(2):
        part = rows_from(store.path, sweep_id, Place(question), 15)
        while part:
            read += part
            part = rows_from(store.path, sweep_id, Place(question, part[-1].document.path), 15)
    assert read == store.rows(sweep_id)
    assert sum(row.cell is not None for row in read) == 14


def test_rows_are_read_on_another_thread_while_cells_are_kept(store: SweepStore):
    sweep_id = swept_in(store)
    read: list[Row] = []
    reading = threading.Thread(target=lambda: read.extend(rows_from(store.path, sweep_id, Place(), 100)))
    reading.start()
    for document in DOCUMENTS[1:6]:
        store.keep(sweep_id, Answered(Cell(1, document.path, Outcome.NOT_FOUND)))
    reading.join(30)
    assert len(read) == 40
    assert documents_of(store.path, sweep_id) == store.documents(sweep_id)


def test_a_row_that_is_damaged_is_told_as_damage(store: SweepStore):
    sweep_id = swept_in(store)
    store._db.execute("UPDATE cell SET outcome = 'nonsense' WHERE path = ?", (DOCUMENTS[0].path,))
    with pytest.raises(DamagedFile):
        rows_from(store.path, sweep_id, Place(), 10)


def test_open_cells_come_document_by_document(store: SweepStore):
    sweep_id = swept_in(store)
    every = store.open_cells(sweep_id)
    parts: list[tuple[int, SweptDocument]] = []
    part = store.open_cells(sweep_id, most=4)
    while part:
        assert len({each.path for _, each in part}) <= 4
        parts += part
        part = store.open_cells(sweep_id, part[-1][1].path, 4)
    assert parts == every
    sweep = store.sweep(sweep_id)
    assert len(every) == sweep.total - sum(
        row.cell is not None and row.document.searchable for row in store.rows(sweep_id)
    )
    assert all(each.searchable for _, each in every)


def test_a_file_of_the_first_version_is_taken_over(tmp_path: Path):
    file = tmp_path / "sweeps.db"
    told = say("It cannot be read.")
    open_file(file, MIGRATIONS[:1], damaged=told, newer=told).close()
    store = SweepStore(file)
    try:
        sweep_id = swept_in(store)
        cell = Cell(0, DOCUMENTS[0].path, Outcome.FOUND, "Every hour", evidence="Grease it. " * 20)
        store.keep(sweep_id, Answered(cell))
        known = store.read_alike(sweep_id, 0, cell.evidence)
        assert known is not None
        assert known.cell == cell
        assert store.read_alike(sweep_id, 0, f"{cell.evidence} Now.") is None
    finally:
        store.close()
