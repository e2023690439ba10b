"""The rows of the library: batches, changes in place, order and filters."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk.library.documents import FileOutcome, State
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
