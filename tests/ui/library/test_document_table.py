"""The rows of the library: batches, changes in place, order and filters."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk.errors import say
from phi3desk.library.documents import Document, FileOutcome, State
from phi3desk.library.reading.kinds import refusal
from phi3desk.ui.library.document_report import write_report
from phi3desk.ui.library.document_states import UNREADABLE, state_word
from phi3desk.ui.library.document_table import ADVICE, NAME, PAGES, STATE, DocumentTableModel
from tests.ui.recorded_worker import document


def ids(model: DocumentTableModel) -> list[int]:
    return [model.document_at(row).id for row in range(model.rowCount())]


def test_document_table_takes_batches_in_any_order_and_keeps_its_own() -> None:
    model = DocumentTableModel()
    numbers = list(range(1, 3001))
    random.Random(7).shuffle(numbers)
    for start in range(0, len(numbers), 500):
        model.take([document(number) for number in numbers[start : start + 500]])
    assert ids(model) == list(range(1, 3001))
    model.sort(NAME, Qt.SortOrder.DescendingOrder)
    model.take([document(3001), document(0)])
    assert ids(model) == list(range(3001, -1, -1))
    model.sort(PAGES, Qt.SortOrder.DescendingOrder)
    assert model.document_at(0).pages == 89


def test_document_table_changes_rows_without_a_reset(qtbot: QtBot) -> None:
    model = DocumentTableModel()
    model.take([document(number) for number in range(1, 500)])
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged) as told:
        model.take([document(number, State.WORDS if number == 7 else State.READY) for number in range(1, 500)])
    assert (told.args[0].row(), told.args[1].row()) == (6, 6)
    assert model.document_at(6).state is State.WORDS
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsRemoved):
        model.keep_only(number for number in range(1, 500) if number != 7)
    assert 7 not in ids(model)


def test_document_table_takes_what_became_of_a_file() -> None:
    model = DocumentTableModel()
    model.take([document(1, State.FOUND)])
    assert model.update(FileOutcome("/plant/Report 1.pdf", State.READY, 12, 40, None, 1))
    assert (model.document_at(0).state, model.document_at(0).passages) == (State.READY, 40)
    assert not model.update(FileOutcome("/plant/new.pdf", State.READY, 12, 40, None, 99))


def test_document_table_follows_its_filter_when_states_change() -> None:
    model = DocumentTableModel()
    model.set_filter("", frozenset({State.FAILED}))
    model.take([document(1), document(2, State.FAILED)])
    assert ids(model) == [2]
    model.take([document(1, State.FAILED), document(2)])
    assert ids(model) == [1]
    assert model.counts() == {State.FAILED: 1, State.READY: 1}


def test_document_table_sorts_what_needs_attention_first() -> None:
    model = DocumentTableModel()
    model.take([document(1), document(2, State.NEEDS_OCR), document(3, State.FAILED), document(4, State.WORDS)])
    model.sort(STATE)
    assert ids(model) == [3, 2, 4, 1]


def test_document_table_filters_by_words_and_state() -> None:
    model = DocumentTableModel()
    model.take([document(1, name="Pump manual.pdf"), document(2, State.LOCKED, "pump list.pdf"), document(3)])
    model.set_filter("PUMP", None)
    assert model.matching == 2
    model.set_filter("pump", UNREADABLE)
    assert ids(model) == [2]
    assert model.total == 3


def test_document_table_tells_the_state_by_a_word_and_the_reason_by_a_sentence() -> None:
    model = DocumentTableModel()
    model.take([document(1, State.NEEDS_OCR)])
    assert model.index(0, STATE).data() == "Needs OCR"
    assert state_word(State.EMPTY) == "No text"
    assert not model.index(0, STATE).data(Qt.ItemDataRole.DecorationRole).isNull()
    assert model.index(0, ADVICE).data() == "See “Folders and rules” to have its text recognised."
    told = model.index(0, ADVICE).data(Qt.ItemDataRole.ToolTipRole)
    assert told.endswith("All 14 pages are pictures without text.")


ADVISED = "Save it as PDF, Word, Excel or text, and add that."


def unsupported(place: Path) -> dict[str, Document]:
    """Return documents that a library does not read, by their names, each with the reason that it gives."""
    files = {"old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "data.zip": b"PK\x05\x06", "~$notes.docx": b"owner"}
    reasons = {}
    for name, content in {**files, "photo.png": b"\x89PNG\r\n\x1a\n"}.items():
        (place / name).write_bytes(content)
        refused = refusal(place / name)
        assert refused is not None and refused.state is State.UNSUPPORTED
        reasons[name] = refused.reason
    # what is told of places that were not looked at, and of files that the rules keep out
    reasons["link.png"] = say("This is a link, which is not followed. Add what it leads to by itself: /p.")
    reasons["big.pdf"] = say("The file is larger than {megabytes} MB.", megabytes=200)
    return {
        name: replace(document(number, State.UNSUPPORTED, name), reason=reason)
        for number, (name, reason) in enumerate(reasons.items())
    }


def test_document_table_advises_another_kind_only_where_the_kind_is_what_cannot_be_read(tmp_path: Path) -> None:
    model, known = DocumentTableModel(), unsupported(tmp_path)
    model.take(list(known.values()))
    report = tmp_path / "report.csv"
    write_report(report, list(known.values()))
    with report.open(encoding="utf-8-sig", newline="") as file:
        steps = {row["Name"]: row["What to do"] for row in csv.DictReader(file)}
    for name, one in known.items():
        advised, reason = ADVISED if name == "photo.png" else "", str(one.reason)
        told = model.index(model.row_of(one.id), ADVICE)
        assert (told.data(), steps[name]) == (advised or reason, advised)
        assert told.data(Qt.ItemDataRole.ToolTipRole) == f"{advised} {reason}".strip()
    model.take([replace(known["big.pdf"], reason=None)])
    assert model.index(model.row_of(known["big.pdf"].id), ADVICE).data() == ADVISED
