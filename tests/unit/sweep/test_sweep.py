"""What a sweep asks, how a cell is made from real documents, and what is kept of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Answer, Basis, CheckedSentence, MadeBy, Source, Timings, Why
from phi3desk.chat.prompt import Completion, PromptFormat, PromptRequest, Task, compose
from phi3desk.chat.reading.wait import Wait
from phi3desk.chat.series import Speed, tokens_in
from phi3desk.errors import UserError
from phi3desk.library.documents import Document, Passage, SearchScope, State
from phi3desk.library.library import Library
from phi3desk.library.search.scope import fitting
from phi3desk.model.types import Ending, Generation, Sampling
from phi3desk.paths import open_paths, resource
from phi3desk.sweep.cell import (
    LONGEST_ANSWER,
    CellWriting,
    cell_of,
    failed_cell,
    outcome_of,
    room_to_read,
    sampling_of,
    search_for,
    source_of,
    step_after_search,
)
from phi3desk.sweep.plan import (
    MOST_QUESTIONS,
    NO_LONGER_THERE,
    NOT_READ_YET,
    Answered,
    Cell,
    Changes,
    Outcome,
    Row,
    SweepPlan,
    SweptDocument,
    changes,
    counts,
    news,
    questions_in,
    swept,
)
from phi3desk.sweep.report import line_of
from phi3desk.sweep.run import Pace, known_answer, run
from phi3desk.sweep.store import MIGRATIONS, SweepStore
from tests.helpers.packs import opened

ASKED = SweepPlan(("How often must pump bearings be re-greased?", "What torque do the casing bolts need?"))
DOCUMENTS = tuple(SweptDocument(f"/docs/{name}.pdf", f"{name}.pdf", "pdf", 1.0) for name in "abc")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with opened(open_paths(tmp_path_factory.mktemp("swept") / "home")) as library:
        files = [resource("samples", f"{name}.pdf") for name in ("pump-manual", "tender-terms", "lab-handbook")]
        library.import_paths(files, library.create_collection("Samples"))
        yield library


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SweepStore]:
    made = SweepStore(tmp_path / "sweeps.db")
    yield made
    made.close()


def named(library: Library, name: str) -> SweptDocument:
    return next(each for each in swept(library.documents()) if each.name == name)


def step(
    library: Library, question: int, name: str, *, with_model: bool, plan: SweepPlan = ASKED, room: int = 260
) -> Answered | CellWriting:
    document = named(library, name)
    search = search_for(plan, question, document)
    found = library.search(search.text, search.passages, search.scope)
    return step_after_search(plan, question, document, found, (lambda: room) if with_model else None)


def completion(text: str, read: tuple[int, ...] = (1,)) -> Completion:
    return Completion(Generation(text, (), Ending.STOP, 200, 0, 1.0, 1.0, 12, 8.0), read, 0)


def cell(
    question: int = 0, path: str = DOCUMENTS[0].path, outcome: Outcome = Outcome.FOUND, **more: object
) -> Answered:
    return Answered(replace(Cell(question, path, outcome, "Every 2,000 hours", seconds=2.0), **more))


# what is asked


def test_questions_are_lines_each_once():
    assert questions_in("  How  often?\n\nHow hot?\nHow often?\n") == ("How often?", "How hot?")
    with pytest.raises(UserError, match="no question"):
        questions_in(" \n ")
    with pytest.raises(UserError, match=str(MOST_QUESTIONS)):
        questions_in("\n".join(f"How hot is {n}?" for n in range(MOST_QUESTIONS + 1)))


def document(path: str, state: State, passages: int = 0, **more: object) -> Document:
    made = Document(1, 1, "All", path, Path(path).name, "", state, None, 1, passages, 10, 1.0, 1.0)
    return replace(made, **more)


def test_documents_are_taken_up_once_with_the_reason_where_they_cannot_be_asked():
    taken = swept(
        [
            document("/a.pdf", State.READY, 3),
            document("/a.pdf", State.READY, 3, collection_id=2),
            document("/copy.pdf", State.DUPLICATE),
            document("/scan.pdf", State.NEEDS_OCR),
            document("/new.pdf", State.FOUND),
        ]
    )
    assert [(each.name, each.searchable) for each in taken] == [
        ("a.pdf", True), ("copy.pdf", True), ("scan.pdf", False), ("new.pdf", False),
    ]  # fmt: skip
    assert taken[3].problem == NOT_READ_YET
    assert taken[2].problem is not None


def test_news_are_documents_added_or_read_anew():
    changed = replace(DOCUMENTS[1], imported=9.0)
    added = SweptDocument("/docs/d.pdf", "d.pdf")
    assert news(DOCUMENTS, (DOCUMENTS[0], changed, added)) == (changed, added)


NUMBERED = tuple(replace(each, id=n, imported=10.0 + n) for n, each in enumerate(DOCUMENTS, 1))


def at_place(document: SweptDocument, path: str) -> SweptDocument:
    return replace(document, path=path, name=Path(path).name)


def gone(document: SweptDocument) -> SweptDocument:
    return replace(document, searchable=False, problem=NO_LONGER_THERE, gone=True)


def test_changes_tell_what_was_moved_what_is_gone_and_what_is_to_be_asked():
    first, second, third = NUMBERED
    moved, renamed = at_place(first, "/other/a.pdf"), at_place(second, "/docs/x.pdf")
    added = replace(third, path="/docs/d.pdf", id=4, imported=20.0)
    found = changes(NUMBERED, (moved, renamed, added))
    assert found == Changes((added,), ((first.path, moved), (second.path, renamed)), (gone(third),))
    assert not changes(NUMBERED, NUMBERED)
    # read anew at its new place, with the number of another one, or in an old sweep that kept no numbers
    for known, now in (
        (first, replace(moved, imported=99.0)),
        (first, replace(moved, id=9)),
        (replace(first, id=0), replace(moved, id=0)),
    ):
        assert changes((known,), (now,)) == Changes((now,), (), (gone(known),))


def test_changes_tell_of_what_is_back_that_its_answers_hold_unless_it_was_read_anew():
    first = NUMBERED[0]
    away, elsewhere = gone(first), at_place(first, "/other/a.pdf")
    assert not changes((away,), ())
    for now in (first, elsewhere):
        assert changes((away,), (now,)) == Changes(kept=((first.path, now),))
    anew = replace(first, imported=99.0)
    assert changes((away,), (anew,)) == Changes((anew,))
    unread = replace(first, searchable=False, problem=NOT_READ_YET)
    assert changes((unread,), (first,)) == changes((away, unread), (first,)) == Changes((first,))


def test_what_could_not_be_read_is_no_longer_gone_once_it_is_back(store: SweepStore):
    first, second, _ = NUMBERED
    unread = replace(second, searchable=False, problem=NOT_READ_YET)
    sweep = store.begin(ASKED, (first, unread))
    store.bring_up_to_date(sweep.id, changes(store.documents(sweep.id), (first,)))
    found = changes(store.documents(sweep.id), (first, unread))
    assert found == Changes(kept=((unread.path, unread),))
    store.bring_up_to_date(sweep.id, found)
    assert store.documents(sweep.id) == [first, unread]
    assert not changes(store.documents(sweep.id), (first, unread))
    # what was read and is back so that it cannot be asked keeps its answers as well
    assert changes((gone(second),), (unread,)) == Changes(kept=((second.path, unread),))


def test_files_that_changed_places_are_asked_again():
    first, second, third = NUMBERED
    swapped = (replace(second, path=first.path), replace(first, path=second.path), third)
    assert changes(NUMBERED, swapped) == Changes(swapped[:2])


def test_scope_of_a_sweep_is_that_of_a_search(library: Library):
    found = fitting(library.documents(), SearchScope(documents=("pump-manual.pdf", "tender-terms")))
    assert sorted(each.name for each in found) == ["pump-manual.pdf", "tender-terms.pdf"]
    with pytest.raises(UserError, match="nowhere"):
        fitting(library.documents(), SearchScope(documents=("nowhere",)))


# a cell


def test_the_model_reads_few_sentences_of_one_document(library: Library):
    wanted = step(library, 1, "pump-manual.pdf", with_model=True)
    assert isinstance(wanted, CellWriting)
    assert "280 N·m" in wanted.evidence
    assert tokens_in(wanted.evidence) <= 260
    assert {source.passage.document for source in wanted.request.sources} == {"pump-manual.pdf"}
    assert len(wanted.evidence) < sum(len(source.passage.text) for source in wanted.sources)
    prompt = compose(wanted.request, lambda turns: sum(len(turn.text) // 4 for turn in turns), 4096, 96)
    assert "one short sentence" in prompt.turns[0].text
    assert sum(len(turn.text) for turn in prompt.turns) < 2_500
    assert sampling_of(Sampling(max_tokens=512)).max_tokens == LONGEST_ANSWER


def test_a_longer_wait_reads_more_of_a_document(library: Library):
    rooms = [room_to_read(replace(ASKED, wait=wait), None, Speed(30.0, 8.0)) for wait in Wait]
    assert rooms == sorted(set(rooms))
    assert rooms[-1] <= 60 * 30
    read = [step(library, 1, "pump-manual.pdf", with_model=True, room=room) for room in rooms]
    assert all(isinstance(each, CellWriting) and "280 N·m" in each.evidence for each in read)
    lengths = [len(each.evidence) for each in read]
    assert lengths[0] < lengths[1] < lengths[2]


def test_how_long_is_read_is_kept_with_a_plan(store: SweepStore, tmp_path: Path):
    quick, thorough = (replace(ASKED, wait=wait) for wait in (Wait.QUICK, Wait.THOROUGH))
    first = store.begin(quick, DOCUMENTS)
    store.close()
    again = SweepStore(tmp_path / "sweeps.db")
    try:
        assert again.sweep(first.id).plan.wait is Wait.QUICK
        assert again.last_of(thorough) == again.sweep(first.id)
        assert again.last_of(thorough, Wait.THOROUGH) is None
        second = again.begin(thorough, DOCUMENTS)
        assert again.last_of(quick, Wait.QUICK) == first
        assert again.last_of(quick) == second
    finally:
        again.close()


def test_a_sweep_kept_before_waits_could_be_chosen_opens(store: SweepStore):
    kept = store.begin(ASKED, DOCUMENTS)
    store._db.execute("UPDATE sweep SET plan = json_remove(plan, '$.wait')")
    assert store.sweep(kept.id).plan.wait is Wait.BALANCED
    assert store.last_of(ASKED) == kept


def test_nothing_is_asked_of_a_model_where_nothing_is_to_be_read(library: Library):
    document = named(library, "lab-handbook.pdf")
    search = search_for(ASKED, 1, document)
    found = library.search(search.text, search.passages, search.scope)

    def room() -> int:
        raise AssertionError("the model would be loaded")

    assert isinstance(step_after_search(ASKED, 1, document, found, room), Answered)


def test_a_document_that_says_nothing_of_it_is_not_read(library: Library):
    answered = step(library, 1, "lab-handbook.pdf", with_model=True)
    assert isinstance(answered, Answered)
    assert answered.cell.outcome is Outcome.NOT_FOUND
    assert (answered.cell.text, answered.cell.quote, answered.cell.page) == ("", "", 0)


def test_without_a_model_the_best_sentence_is_the_answer(library: Library):
    answered = step(library, 0, "tender-terms.pdf", with_model=False)
    assert isinstance(answered, Answered)
    assert answered.cell.outcome is Outcome.QUOTE
    assert "every 2,000 operating hours" in answered.cell.quote
    assert answered.cell.page == 5
    assert answered.answer is not None
    source = source_of(answered.answer, answered.cell)
    assert source is not None
    assert source.passage.page == 5


def test_a_supported_answer_is_found_and_quotes_its_sentence(library: Library):
    wanted = step(library, 0, "tender-terms.pdf", with_model=True)
    assert isinstance(wanted, CellWriting)
    text = "Pump bearings must not need re-greasing more often than every 2,000 operating hours at full load"
    answered = cell_of(wanted, completion(f"{text} [1].", (1, 2, 3)), MadeBy("tiny"), 3.0)
    assert (answered.cell.outcome, answered.cell.text) == (Outcome.FOUND, f"{text}.")
    assert "every 2,000 operating hours" in answered.cell.quote
    assert (answered.cell.page, answered.cell.seconds) == (5, 3.0)
    assert answered.answer is not None
    assert answered.answer.made_by.model == "tiny"


def test_a_figure_that_the_document_does_not_hold_is_to_be_checked(library: Library):
    wanted = step(library, 1, "pump-manual.pdf", with_model=True)
    assert isinstance(wanted, CellWriting)
    answered = cell_of(wanted, completion("The casing bolts are tightened to 999 N·m [1].", (1, 2, 3)), MadeBy(), 3.0)
    assert answered.cell.outcome is Outcome.TO_CHECK
    assert answered.cell.quote


def test_a_refusal_is_not_found(library: Library):
    wanted = step(library, 1, "pump-manual.pdf", with_model=True)
    assert isinstance(wanted, CellWriting)
    for text in ("The documents do not tell.", ""):
        answered = cell_of(wanted, completion(text), MadeBy(), 3.0)
        assert (answered.cell.outcome, answered.cell.text, answered.cell.quote) == (Outcome.NOT_FOUND, "", "")


@pytest.mark.parametrize(
    ("held", "unknown"),
    [
        ("The fire began in hall 3.", "The inspectors could not determine the cause."),
        ("Das Feuer begann in Halle 3.", "Die Dokumente sagen nichts über die Ursache, sie ist nicht angegeben."),
        ("Požar se je začel v dvorani 3.", "Dokumenti ne navajajo vzroka."),
        ("Пожежа почалася в залі 3.", "Документи не називають причини."),
        ("Incendiul a început în hala 3.", "Documentele nu spun cauza."),
        ("Branden började i hall 3.", "Dokumenten säger inte vad orsaken var."),
    ],
)
def test_what_is_supported_stays_beside_what_is_not_known(held: str, unknown: str):
    wanted = writing(DOCUMENTS[0], (3, held), evidence=held)
    kept = cell_of(wanted, completion(f"{held[:-1]} [1]. {unknown[:-1]} [1]."), MadeBy(), 3.0)
    assert (kept.cell.outcome, kept.cell.text) == (Outcome.TO_CHECK, f"{held} {unknown}")
    assert (kept.cell.quote, kept.cell.page) == (held, 3)


@pytest.mark.parametrize(
    "rule",
    [
        "The shipping documents do not include the invoice.",
        "Dokumenti ne smejo zapustiti stavbe.",
        "Документи не можна виносити з архіву.",
        "Dokumenten får inte kopieras.",
    ],
)
def test_what_a_document_says_of_documents_is_found(rule: str):
    wanted = writing(DOCUMENTS[0], (3, rule), evidence=rule)
    kept = cell_of(wanted, completion(f"{rule[:-1]} [1]."), MadeBy(), 3.0)
    assert (kept.cell.outcome, kept.cell.text, kept.cell.page) == (Outcome.FOUND, rule, 3)


def test_sentences_that_were_checked_decide():
    checked = (CheckedSentence("It is 7.", True, 0.9), CheckedSentence("It is 8.", False, 0.1, Why.FIGURE))
    answer = Answer("It is 7. It is 8.", (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings(), sentences=checked)
    assert outcome_of(answer) is Outcome.TO_CHECK
    assert outcome_of(replace(answer, refused=True)) is Outcome.NOT_FOUND


def test_a_cell_task_is_put_as_an_adapter_was_trained(library: Library):
    wanted = step(library, 1, "pump-manual.pdf", with_model=True)
    assert isinstance(wanted, CellWriting)
    form = PromptFormat(most_passages=1, excerpts=True, task="Answer as you were taught.", history=False)
    prompt = compose(wanted.request, lambda turns: 10, 4096, 96, form)
    assert prompt.turns[0].text == "Answer as you were taught."
    assert wanted.request.task is Task.CELL


# what is kept


def test_each_cell_is_kept_and_open_ones_are_taken_up(store: SweepStore, tmp_path: Path):
    unread = SweptDocument("/docs/scan.pdf", "scan.pdf", searchable=False, problem=NOT_READ_YET)
    sweep = store.begin(ASKED, (*DOCUMENTS, unread))
    assert (sweep.documents, sweep.answered, sweep.total) == (4, 0, 6)
    store.keep(sweep.id, cell(problem=NOT_READ_YET, quote="A quote", page=3, kind="pdf"))
    store.close()
    again = SweepStore(tmp_path / "sweeps.db")
    try:
        kept = again.sweep(sweep.id)
        assert (kept.plan, kept.answered, kept.is_complete) == (ASKED, 1, False)
        assert again.open_cells(sweep.id)[0] == (1, DOCUMENTS[0])
        assert len(again.open_cells(sweep.id)) == 5
        rows = again.rows(sweep.id)
        assert [(row.question, row.document.name) for row in rows[:4]] == [
            (0, "a.pdf"), (0, "b.pdf"), (0, "c.pdf"), (0, "scan.pdf"),
        ]  # fmt: skip
        assert rows[0].cell == cell(problem=NOT_READ_YET, quote="A quote", page=3, kind="pdf").cell
        assert rows[3].document == unread
    finally:
        again.close()


def test_a_document_read_anew_is_asked_again(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    for each in DOCUMENTS:
        for number in range(2):
            store.keep(sweep.id, cell(number, each.path))
    assert store.sweep(sweep.id).is_complete
    store.take_up(sweep.id, [replace(DOCUMENTS[1], imported=2.0), SweptDocument("/docs/z.pdf", "z.pdf")])
    assert [(n, each.name) for n, each in store.open_cells(sweep.id)] == [
        (0, "b.pdf"), (1, "b.pdf"), (0, "z.pdf"), (1, "z.pdf"),
    ]  # fmt: skip


def test_what_is_gone_is_a_record_that_is_neither_asked_nor_counted(store: SweepStore):
    first, second, third = NUMBERED
    sweep = store.begin(ASKED, NUMBERED)
    for each in NUMBERED:
        store.keep(sweep.id, cell(0, each.path))
    store.keep(sweep.id, cell(1, third.path, Outcome.FAILED))
    store.bring_up_to_date(sweep.id, changes(store.documents(sweep.id), (first,)))
    kept = store.sweep(sweep.id)
    assert (kept.documents, kept.answered, kept.total, kept.is_complete) == (1, 1, 2, False)
    assert store.sweeps() == [kept]
    assert store.open_cells(sweep.id) == [(1, first)]
    rows = {(row.question, row.document.path): row for row in store.rows(sweep.id)}
    record, asked_in_vain = rows[0, third.path], rows[1, third.path]
    assert (record.document, record.outcome) == (gone(third), Outcome.FOUND)
    assert (line_of(ASKED, record).support, line_of(ASKED, record).remark) == ("Found", str(NO_LONGER_THERE))
    assert (asked_in_vain.cell, line_of(ASKED, asked_in_vain).support) == (None, "No longer there")
    store.bring_up_to_date(sweep.id, changes(store.documents(sweep.id), NUMBERED))
    assert store.documents(sweep.id) == list(NUMBERED)
    back = store.sweep(sweep.id)
    assert (back.documents, back.answered, back.total) == (3, 3, 6)
    store.bring_up_to_date(sweep.id, changes(store.documents(sweep.id), NUMBERED[:2]))
    anew = replace(third, imported=99.0)
    store.bring_up_to_date(sweep.id, changes(store.documents(sweep.id), (first, second, anew)))
    assert [each.name for n, each in store.open_cells(sweep.id) if n == 0] == ["c.pdf"]


def test_a_document_that_was_moved_while_it_was_asked_is_asked_where_it_is_now(store: SweepStore):
    first, second, third = NUMBERED
    sweep = store.begin(ASKED, NUMBERED)
    moved, asked = at_place(first, "/other/a.pdf"), []

    def ask(question: int, document: SweptDocument) -> Answered:
        asked.append((question, document.path))
        if len(asked) == 1:
            with closing(SweepStore(store.path)) as other:
                other.bring_up_to_date(sweep.id, changes(other.documents(sweep.id), (moved, second, third)))
        return cell(question, document.path)

    assert run(sweep, store, ask, lambda *_: None, threading.Event())
    assert asked.count((0, first.path)) == asked.count((0, moved.path)) == asked.count((0, second.path)) == 1
    assert not store.open_cells(sweep.id)


def test_an_answer_that_comes_when_its_document_was_moved_or_is_gone_completes_no_sweep(store: SweepStore):
    first, second, third = NUMBERED
    sweep = store.begin(ASKED, NUMBERED)
    for each in (first, second):
        assert store.keep(sweep.id, cell(0, each.path))
    moved = at_place(first, "/other/a.pdf")
    with closing(SweepStore(store.path)) as other:
        other.bring_up_to_date(sweep.id, changes(other.documents(sweep.id), (moved, second)))
    for each in (first, third):
        assert not store.keep(sweep.id, cell(1, each.path))
    # as it was kept until now
    store._db.execute(
        "INSERT INTO cell SELECT sweep_id, ?, 1, outcome, answer, quote, page, kind, label, seconds, problem, evidence,"
        " record FROM cell WHERE path = ?",
        (first.path, moved.path),
    )
    kept = store.sweep(sweep.id)
    assert (kept.documents, kept.answered, kept.total, kept.is_complete) == (2, 2, 4, False)
    assert store.open_cells(sweep.id) == [(1, second), (1, moved)]


def test_rows_are_counted_by_what_became_of_them():
    first, second, third = DOCUMENTS
    found = [Row(0, each, cell(0, each.path).cell) for each in (first, gone(second))]
    unread = Row(0, replace(third, searchable=False, problem=NOT_READ_YET))
    assert counts([*found, unread, Row(1, first), Row(1, gone(second))]) == ({Outcome.FOUND: 1, None: 2}, 1, 2)


def test_what_was_moved_keeps_its_answers_under_its_path_of_now(store: SweepStore):
    old = SweptDocument('/docs/Öl "neu"/a.pdf', "a.pdf", "pdf", 1.0, id=7)
    sweep = store.begin(ASKED, (old, DOCUMENTS[1]))
    told = f'It says "path":"{old.path}". {CLAUSE}'
    store.keep(sweep.id, cell_of(writing(old, (3, told)), completion(f"{CLAUSE[:-1]} [1]."), MadeBy("tiny"), 2.0))
    before = store.answer(sweep.id, 0, old.path)
    assert before is not None
    new = at_place(old, "/elsewhere/Öl/b.pdf")
    store.bring_up_to_date(sweep.id, changes(store.documents(sweep.id), (new, DOCUMENTS[1])))
    assert store.documents(sweep.id) == [DOCUMENTS[1], new]
    assert store.answer(sweep.id, 0, old.path) is None
    after = store.answer(sweep.id, 0, new.path)
    (row,) = [row for row in store.rows(sweep.id) if row.cell is not None]
    assert after is not None and row.cell is not None
    assert (row.document, row.cell.path, row.cell.page) == (new, new.path, 3)
    source = source_of(after, row.cell)
    assert source is not None
    assert (source.passage.path, source.passage.document, source.passage.text) == (new.path, "b.pdf", told)
    assert [each.path for each in after.citations] == [new.path] * len(before.citations)
    assert (store.sweep(sweep.id).documents, store.sweep(sweep.id).answered) == (2, 1)


def kept_by_an_older_program(file: Path) -> SweepStore:
    """Return a store with a sweep of one document, from before a sweep kept numbers."""
    with closing(sqlite3.connect(file)) as db:
        for script in MIGRATIONS[:2]:
            db.executescript(script)
        plan = json.dumps({"questions": ["How often?"]})
        db.execute("INSERT INTO sweep VALUES (1, '', ?, 1, 1.0, NULL)", (plan,))
        db.execute("INSERT INTO document VALUES (1, '/docs/a.pdf', 'a.pdf', 'pdf', 11.0, 1, '')")
        db.execute("INSERT INTO cell VALUES (1, '/docs/a.pdf', 0, 'found', 'x', '', 0, '', '', 1.0, '', '', 'null')")
        db.execute("PRAGMA user_version = 2")
        db.commit()
    return SweepStore(file)


def test_a_sweep_of_an_older_program_tells_what_is_gone_and_asks_what_was_moved(tmp_path: Path):
    store = kept_by_an_older_program(tmp_path / "old.db")
    try:
        moved = at_place(NUMBERED[0], "/other/a.pdf")
        store.bring_up_to_date(1, changes(store.documents(1), (moved,)))
        assert store.open_cells(1) == [(0, moved)]
        assert (store.sweep(1).documents, store.sweep(1).answered, store.sweep(1).total) == (1, 0, 1)
    finally:
        store.close()


def test_a_sweep_of_an_older_program_learns_the_numbers_of_what_is_as_it_was(tmp_path: Path):
    first = NUMBERED[0]
    with closing(kept_by_an_older_program(tmp_path / "old.db")) as store:
        found = changes(store.documents(1), (first,))
        assert (found, bool(found)) == (Changes(numbered=(first,)), False)
        store.bring_up_to_date(1, found)
        assert store.documents(1) == [first]
        assert changes(store.documents(1), (first,)) == Changes()
        moved = at_place(first, "/other/a.pdf")
        store.bring_up_to_date(1, changes(store.documents(1), (moved,)))
        assert (store.sweep(1).documents, store.sweep(1).answered, store.open_cells(1)) == (1, 1, [])


def test_a_deleted_sweep_comes_back_until_it_is_forgotten(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    store.keep(sweep.id, cell())
    store.delete(sweep.id)
    assert store.sweeps() == []
    assert store.last_of(ASKED) is None
    store.restore(sweep.id)
    assert [one.answered for one in store.sweeps()] == [1]
    store.delete(sweep.id)
    store.forget_deleted()
    with pytest.raises(KeyError):
        store.sweep(sweep.id)


CLAUSE = "Each party may end this contract with a notice of ninety days."
PRICE = "The price is 9,000 euros a year."


def passage(document: SweptDocument, page: int, text: str) -> Passage:
    return Passage(page, ord(document.name[0]), document.name, document.path, "", page, 0, len(text), text)


def writing(document: SweptDocument, *found: tuple[int, str], question: int = 0, evidence: str = CLAUSE) -> CellWriting:
    """Return what is to be written from the pages found in a document, in the order in which they were found."""
    sources = tuple(Source(n, passage(document, page, text)) for n, (page, text) in enumerate(found, 1))
    read = (replace(sources[0], passage=replace(sources[0].passage, text=evidence)),)
    request = PromptRequest("", read, (), "How long is the notice?", AnswerMode.DOCUMENTS_ONLY, task=Task.CELL)
    return CellWriting(question, document, request, sources, evidence, 0.1)


def test_the_same_words_in_another_file_are_not_read_again(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    kept = cell_of(writing(DOCUMENTS[0], (3, CLAUSE)), completion(f"{CLAUSE[:-1]} [1]."), MadeBy("tiny"), 2.0)
    store.keep(sweep.id, kept)
    store.keep(sweep.id, cell(1, evidence="Bolts.", outcome=Outcome.FAILED))
    known = known_answer(store, sweep.id, writing(DOCUMENTS[1], (3, CLAUSE)))
    assert known is not None
    assert (known.cell.path, known.cell.text, known.cell.seconds) == (DOCUMENTS[1].path, CLAUSE, 0.0)
    assert known_answer(store, sweep.id, writing(DOCUMENTS[1], (3, CLAUSE), question=1)) is None
    assert known_answer(store, sweep.id, writing(DOCUMENTS[1], (3, "Bolts."), question=1, evidence="Bolts.")) is None
    assert known_answer(store, sweep.id, writing(DOCUMENTS[1], (3, ""), evidence="")) is None


def test_the_same_words_are_quoted_from_where_they_stand_in_each_file(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    first, second = DOCUMENTS[:2]
    wrote = completion(f"{PRICE[:-1]} [1]. {CLAUSE[:-1]} [2].", (1, 2))
    kept = cell_of(
        writing(first, (2, f"The buyer pays. {PRICE}"), (3, f"It ends. {CLAUSE}")), wrote, MadeBy("tiny"), 2.0
    )
    assert (kept.cell.outcome, kept.cell.page) == (Outcome.FOUND, 2)
    store.keep(sweep.id, kept)
    wanted = writing(second, (9, "The seat is in Graz."), (7, f"It can end. {CLAUSE}"), (6, f"He pays. {PRICE}"))
    known = known_answer(store, sweep.id, wanted)
    assert known is not None and known.answer is not None
    assert (known.cell.outcome, known.cell.text, known.cell.page) == (Outcome.FOUND, f"{PRICE} {CLAUSE}", 6)
    assert known.answer.text == f"{PRICE[:-1]} [3]. {CLAUSE[:-1]} [2]."
    assert known.answer.sources == wanted.sources
    assert [(each.n, each.path, each.page) for each in known.answer.citations] == [
        (3, second.path, 6), (2, second.path, 7),
    ]  # fmt: skip
    assert [each.citations for each in known.answer.sentences] == [(3,), (2,)]
    assert (known.answer.made_by.model, known.answer.reading, known.answer.spent) == ("tiny", None, None)
    source = source_of(known.answer, known.cell)
    assert source is not None and source.passage.path == second.path


def test_an_answer_that_quotes_what_the_other_file_does_not_hold_is_written_anew(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    wrote = completion(f"{PRICE[:-1]} [1]. {CLAUSE[:-1]} [2].", (1, 2))
    store.keep(sweep.id, cell_of(writing(DOCUMENTS[0], (2, PRICE), (3, CLAUSE)), wrote, MadeBy(), 2.0))
    assert known_answer(store, sweep.id, writing(DOCUMENTS[1], (7, CLAUSE), (8, "It costs nothing."))) is None
    # what two marks told apart stands on one page there
    assert known_answer(store, sweep.id, writing(DOCUMENTS[1], (7, f"{CLAUSE} {PRICE}"))) is None


def test_what_was_not_found_in_the_same_words_shows_no_other_file(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    store.keep(
        sweep.id, cell_of(writing(DOCUMENTS[0], (3, CLAUSE)), completion("The documents do not tell."), MadeBy(), 2.0)
    )
    wanted = writing(DOCUMENTS[1], (7, CLAUSE))
    known = known_answer(store, sweep.id, wanted)
    assert known is not None and known.answer is not None
    assert (known.cell.outcome, known.cell.path, known.cell.page) == (Outcome.NOT_FOUND, DOCUMENTS[1].path, 0)
    assert known.answer.sources == wanted.sources


def test_what_is_to_be_checked_is_quoted_from_the_file_it_was_asked_of(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    wrote = completion("The notice is of seven hundred hours [1].")
    kept = cell_of(writing(DOCUMENTS[0], (3, CLAUSE)), wrote, MadeBy(), 2.0)
    assert (kept.cell.outcome, kept.cell.page) == (Outcome.TO_CHECK, 3)
    store.keep(sweep.id, kept)
    known = known_answer(store, sweep.id, writing(DOCUMENTS[1], (7, CLAUSE)))
    assert known is not None
    assert (known.cell.outcome, known.cell.page, known.cell.quote) == (Outcome.TO_CHECK, 7, CLAUSE)


def test_a_run_keeps_each_cell_and_stops_where_it_is_told_to(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    cancelled, told = threading.Event(), []

    def ask(question: int, document: SweptDocument) -> Answered | None:
        if len(told) == 3:
            cancelled.set()
        return cell(question, document.path)

    def on_progress(done: int, total: int, document: SweptDocument, left: float | None) -> None:
        told.append((done, total, document.name, left))

    assert not run(sweep, store, ask, on_progress, cancelled)
    assert store.sweep(sweep.id).answered == 3
    assert told == [(0, 6, "a.pdf", None), (1, 6, "a.pdf", 10.0), (2, 6, "b.pdf", 8.0)]
    cancelled.clear()
    assert run(store.sweep(sweep.id), store, ask, on_progress, threading.Event())
    assert store.sweep(sweep.id).is_complete


def test_a_run_that_is_broken_off_asks_the_same_cell_again(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    assert not run(sweep, store, lambda *_: None, lambda *_: None, threading.Event())
    assert store.open_cells(sweep.id)[0] == (0, DOCUMENTS[0])


def test_time_left_is_told_from_measured_cells():
    pace = Pace()
    assert pace.left(5) is None
    pace.took(2.0)
    pace.took(4.0)
    assert pace.left(5) == 15.0


def test_what_could_not_be_answered_can_be_asked_again(store: SweepStore):
    sweep = store.begin(ASKED, DOCUMENTS)
    store.keep(sweep.id, failed_cell(0, DOCUMENTS[0], NOT_READ_YET, 1.0))
    assert len(store.open_cells(sweep.id)) == 5
    store.forget_cells(sweep.id, Outcome.FAILED)
    assert len(store.open_cells(sweep.id)) == 6
