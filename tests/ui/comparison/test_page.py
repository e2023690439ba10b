"""The comparison with the real model worker and the tiny model; the examples page on its real store."""

import csv
import dataclasses
import io
import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.examples import AskedWith, ExampleStore, Verdict
from phi3desk.chat.messages import Basis
from phi3desk.chat.prompt import FORMS
from phi3desk.comparison.plan import Outcome, Plan, variants_of
from phi3desk.comparison.questions import typed_questions
from phi3desk.comparison.store import ComparisonStore
from phi3desk.disk import full_disk
from phi3desk.errors import say
from phi3desk.model.starter import ADAPTER
from phi3desk.model.types import AdapterUse, LoadOptions, ModelKind, ModelRef, Role
from phi3desk.ui.chat.conversation.message_actions import MessageAction, MessageActions
from phi3desk.ui.comparison.launcher import ComparisonLauncher
from phi3desk.ui.comparison.page import ComparisonPage
from phi3desk.ui.comparison.runner import ComparisonRunner
from phi3desk.ui.examples.feedback import Feedback
from phi3desk.ui.examples.page import ExamplesPage
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure, FailureKind
from phi3desk.workers.requests import ModelChanged
from tests.helpers.tiny_phi3 import write_tiny_adapter
from tests.ui.recorded_worker import RecordedWorker, recorded_library


@pytest.fixture
def store(services: Services) -> ComparisonStore:
    return services.comparisons


@pytest.fixture
def model(services: Services, tiny_phi3: Path):
    services.models.add(tiny_phi3, "tiny")
    services.models.use("tiny")
    yield services.model
    services.model.close()


@pytest.fixture
def page(services: Services, model, tiny_adapters, qtbot: QtBot):
    profiles = services.profiles
    adapter = services.adapters.add(tiny_adapters[0])
    profiles.save(dataclasses.replace(profiles.current, adapters=(AdapterUse(adapter.name, adapter.path, 1.0),)))
    services.settings.set("answers.max_tokens", 32)
    library = recorded_library(RecordedWorker())
    recorded = dataclasses.replace(services, library=library)
    window = QWidget()
    window.given_back, window.is_answering = [], False
    runner = ComparisonRunner(recorded, lambda: window.given_back.append(True), window)
    launcher = ComparisonLauncher(recorded, runner, lambda: window.is_answering, window)
    made = ComparisonPage(recorded, runner, launcher, window)
    library.setParent(made)
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    made.resize(1000, 700)
    return made


def example_comparison(store: ComparisonStore, page: ComparisonPage, make_answer, *, blind: bool = False) -> int:
    variants = variants_of(["alone", "both"], page.form.base, [])
    comparison = store.begin(Plan("Pumps", typed_questions("How hot?\nHow often?"), variants, blind=blind, seed=1))
    for asked in comparison.plan.questions:
        for variant in variants:
            text = f"{asked.question} by {variant.key} [1]"
            store.keep(comparison.id, Outcome(asked.id, variant.key, make_answer(text).answer, 1.0))
    return comparison.id


def test_comparison_runs_through_the_workers_and_gives_the_model_back(page, store, model, qtbot: QtBot):
    page.form.text.setPlainText("How hot may the bearing be?\nHow often is it greased?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    used = []
    page.runner.answered.connect(lambda _: used.append(tuple(use.name for use in model.model.adapters)))
    model.start()
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: page.running)
    assert ended.args == [True, ""]
    assert used == [(), (), ("tiny-a",), ("tiny-a",)]
    assert page.window().given_back == [True]
    (kept,) = store.comparisons()
    assert kept.answered == 4
    assert page.state == "4 of 4 answers"


def test_comparison_stopped_goes_on_where_it_was(page, store, model, qtbot: QtBot):
    page.form.text.setPlainText("\n".join(f"How hot is bearing {n}?" for n in range(6)))
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    model.start()
    with qtbot.waitSignal(page.runner.answered, timeout=60_000):
        page.start()
    page.runner.stop()
    assert not page.running
    (kept,) = store.comparisons()
    assert 1 <= kept.answered < 12
    with qtbot.waitSignal(page.runner.ended, timeout=60_000):
        page.go_on()
    assert store.comparison(kept.id).answered == 12


def test_comparison_ends_where_an_answer_cannot_be_kept_and_goes_on_with_it(
    page, store, model, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    page.form.text.setPlainText("How hot?\nHow often?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    keep, kept = store.keep, []

    def keep_until_full(comparison_id: int, outcome: Outcome) -> None:
        if kept:
            raise full_disk()
        kept.append(outcome)
        keep(comparison_id, outcome)

    model.start()
    with monkeypatch.context() as full, qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        full.setattr(store, "keep", keep_until_full)
        page.start()
    assert ended.args == [False, str(full_disk())]
    assert page.window().given_back == [True]
    assert store.comparisons()[0].answered == 1
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.go_on()
    assert ended.args == [True, ""]
    assert store.comparisons()[0].answered == 4


def test_comparison_whose_next_question_cannot_be_asked_ends(
    page, store, model, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    page.form.text.setPlainText("How hot?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)

    def fail(*_: object) -> None:
        raise ValueError("no such variant")

    monkeypatch.setattr(Plan, "question_for", fail)
    model.start()
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.start()
    assert ended.args == [False, "Something went wrong inside the program."]
    assert not page.running
    assert store.comparisons()[0].answered == 0


def test_comparison_ends_where_the_loading_of_its_model_is_stopped(page, store, model, qtbot: QtBot):
    page.form.text.setPlainText("How hot?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    started = []
    model.load_started.connect(started.append)
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.start()
        qtbot.waitUntil(lambda: model.is_loading)
        model.cancel_load()
        model.start()
    assert ended.args == [False, "The loading of the model was stopped, and the comparison with it."]
    assert not page.running
    assert (page.window().given_back, len(started)) == ([], 1)
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.go_on()
    assert ended.args == [True, ""]
    assert store.comparisons()[0].answered == 2


def test_comparison_loads_a_model_again_that_a_card_took_along(page, store, model, monkeypatch, qtbot: QtBot):
    page.form.text.setPlainText("How hot?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)

    def fail(*asked: object) -> int:
        on_failure = asked[5]
        model._on_model_changed(ModelChanged(None))
        on_failure(Failure(FailureKind.USER, say("The model stopped.")))
        return 0

    monkeypatch.setattr(model, "answer", fail)
    started = []
    model.load_started.connect(started.append)
    model.start()
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.start()
    assert ended.args == [True, ""]
    assert len(started) == 2
    (kept,) = store.comparisons()
    assert [outcome.problem for outcome in store.outcomes(kept.id)] == ["The model stopped."] * 2


def test_answer_that_fails_with_another_model_that_cannot_be_loaded_is_asked_again(page, store, model, qtbot: QtBot):
    page.form.text.setPlainText("How hot?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    other = ModelRef(ModelKind.GGUF, "other")
    asked = []

    def use_another_once(question: str, key: str) -> None:
        asked.append((question, key))
        if len(asked) == 1:
            model.load(other, LoadOptions(context=512, threads=1))

    page.runner.asked.connect(use_another_once)
    model.start()
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.start()
    assert ended.args == [True, ""]
    outcomes = store.outcomes(store.comparisons()[0].id)
    assert (len(asked), asked[0]) == (3, asked[1])
    assert {(outcome.answer.made_by.model, outcome.problem) for outcome in outcomes} == {("tiny", "")}


def test_answer_of_other_adapters_is_not_kept(page, store, model, tiny_adapters, qtbot: QtBot):
    page.form.text.setPlainText("How hot?\nHow often?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    began, switched = [], []
    page.runner.progressed.connect(lambda done, *_: began.append(done))
    other = (AdapterUse("other", str(tiny_adapters[1]), 1.0),)

    def switch_once(_: str) -> None:
        if not switched:
            switched.append(True)
            model.set_adapters(other)

    page.runner.answered.connect(switch_once)
    model.start()
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.start()
    assert ended.args == [True, ""]
    assert store.comparisons()[0].answered == 4
    assert began.count(1) > 1


def test_answer_whose_model_was_switched_is_asked_again(page, store, model, services, tiny_phi3, tmp_path, qtbot):
    page.form.text.setPlainText("How hot?\nHow often?")
    page.form.kinds["documents"].setChecked(False)
    page.form.kinds["adapter"].setChecked(True)
    other = services.models.add(shutil.copy(tiny_phi3, tmp_path / "other.gguf"), "other")
    asked = []

    def switch_once(question: str, key: str) -> None:
        asked.append((question, key))
        if len(asked) == 2:
            model.load(other.ref, LoadOptions(context=512, threads=1))

    page.runner.asked.connect(switch_once)
    model.start()
    with qtbot.waitSignal(page.runner.ended, timeout=60_000) as ended:
        page.start()
    assert ended.args == [True, ""]
    outcomes = store.outcomes(store.comparisons()[0].id)
    assert (len(asked), asked[1]) == (5, asked[2])
    assert {(outcome.answer.made_by.model, outcome.problem) for outcome in outcomes} == {("tiny", "")}


def test_adapter_for_answers_from_documents_is_not_compared_without_them(page, services: Services, tmp_path):
    assert page.form.kinds["adapter"].isEnabled()
    formed = write_tiny_adapter(tmp_path / "formed.gguf", seed=6, prompt=next(iter(FORMS)))
    adapter = services.adapters.add(formed)
    profiles = services.profiles
    profiles.save(dataclasses.replace(profiles.current, adapters=(AdapterUse(adapter.name, adapter.path),)))
    page.form.kinds["adapter"].setChecked(True)
    page.refresh()
    assert page.form.kinds["both"].isEnabled()
    assert not page.form.kinds["adapter"].isEnabled()
    assert page.form.variants == ["alone", "documents"]
    for told in (page.form.kinds["adapter"].toolTip(), page.form.why.text()):
        assert "takes part only in answers from documents" in told

    starters = AdapterUse(ADAPTER, "")
    without = dataclasses.replace(profiles.current, adapters=(starters,), answer_mode=AnswerMode.MODEL_ALONE)
    profiles.save(without)
    page.refresh()
    assert page.form.variants == ["alone"]
    assert "answers without documents" in page.form.kinds["documents"].toolTip()
    assert page.form.kinds["both"].toolTip() == page.form.kinds["adapter"].toolTip()
    assert "made for the starter" in page.form.why.text()


def test_comparison_is_refused_while_an_answer_is_written(page, store):
    page.window().is_answering = True
    page.form.text.setPlainText("How hot?")
    page.start()
    assert page.form.problem.text() == "An answer is still being written. Wait for it, or stop it, and compare then."
    assert store.comparisons() == []


def test_answers_are_judged_by_keyboard(page, store, make_answer, qtbot: QtBot):
    number = example_comparison(store, page, make_answer)
    page.open(number)
    table = page.results.table
    table.setCurrentIndex(page.results.model.index(1, 2))
    qtbot.keyClick(table, Qt.Key.Key_G)
    qtbot.keyClick(table, Qt.Key.Key_Left)
    qtbot.keyClick(table, Qt.Key.Key_B)
    thumbs = {(one.question, one.variant): one.thumb for one in store.outcomes(number) if one.thumb}
    assert thumbs == {("2", "both"): 1, ("2", "alone"): -1}
    page.results.setCurrentIndex(1)
    assert "Judged good by you" in page.results.chart.accessibleDescription()


def test_blind_comparison_hides_names_and_figures_until_revealed(page, store, make_answer, tmp_path):
    page.open(example_comparison(store, page, make_answer, blind=True))
    model = page.results.model
    header = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert header == ["Question", "Answer 1", "Answer 2"]
    shown = {str(model.data(model.index(0, column))) for column in (1, 2)}
    assert shown == {"How hot? by alone", "How hot? by both"}
    page.results.table.setCurrentIndex(model.index(0, 1))
    assert page.results.answer.toPlainText() in shown
    assert page.results.marks.text() == ""
    page.results.setCurrentIndex(1)
    assert page.results.figures_table.isHidden()
    assert not page.csv_button.isEnabled()
    page.reveal()
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Model alone"
    assert model.data(model.index(0, 1)).endswith("How hot? by alone [1]")
    assert not page.results.figures_table.isHidden()
    page.save(tmp_path / "out.html", "html")
    assert "How hot? by alone" in (tmp_path / "out.html").read_text()
    for button, suffix in ((page.csv_button, "*.csv"), (page.html_button, "*.html")):
        button.click()
        dialog = page.findChildren(QFileDialog)[-1]
        assert suffix in dialog.nameFilters()[0] and len(dialog.nameFilters()) == 2
        dialog.reject()


def test_table_is_saved_with_the_line_ends_of_a_table_on_every_system(
    page, store, make_answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "linesep", "\r\n")
    page.open(example_comparison(store, page, make_answer))
    page.save(tmp_path / "out.csv", "csv")
    table = (tmp_path / "out.csv").read_bytes()
    assert table.count(b"\r\n") == len(list(csv.reader(io.StringIO(table.decode(), newline="")))) > 1
    assert b"\r\r" not in table


def test_deleted_comparison_is_brought_back_by_undo(page, store, notices: Notices, make_answer, qtbot: QtBot):
    number = example_comparison(store, page, make_answer)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        page.delete(number)
    assert store.comparisons() == []
    offered.args[1]()
    assert [one.id for one in store.comparisons()] == [number]


@pytest.fixture
def examples(services: Services) -> ExampleStore:
    return services.examples


def test_judged_answer_becomes_an_example_and_undo_takes_it_back(
    services: Services, notices: Notices, examples, make_answer, qtbot: QtBot, page
):
    conversations = services.conversations
    conversation = conversations.create("Pumps")
    conversations.add(conversation.id, Role.USER, "How often?")
    record = make_answer("Every 2,000 hours [1].").answer
    message = conversations.add(conversation.id, Role.ASSISTANT, record.text, record)
    feedback = Feedback(services, page)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        feedback.good(conversation.id, message.id)
    (kept,) = examples.examples()
    assert (kept.verdict, kept.question, kept.asked.sources) == (Verdict.GOOD, "How often?", record.sources)
    offered.args[1]()
    assert examples.examples() == []
    dialog = feedback.not_good(conversation.id, message.id)
    dialog.text.setPlainText("Every 2,000 operating hours [1].")
    dialog.accept()
    (kept,) = examples.examples()
    assert (kept.verdict, kept.correction) == (Verdict.CORRECTED, "Every 2,000 operating hours [1].")
    with qtbot.waitSignal(notices.undo_offered) as offered:
        feedback.good(conversation.id, message.id)
    assert examples.examples()[0].verdict is Verdict.GOOD
    offered.args[1]()
    (kept,) = examples.examples()
    assert (kept.verdict, kept.correction) == (Verdict.CORRECTED, "Every 2,000 operating hours [1].")


def test_judged_answer_is_kept_with_its_own_mode_and_what_was_searched_for(services: Services, page, make_answer):
    conversation = services.conversations.create("Pumps")
    services.conversations.add(conversation.id, Role.USER, "And how often?")
    record = make_answer("Every 2,000 hours [1].").answer
    record = dataclasses.replace(record, mode=AnswerMode.DOCUMENTS_FIRST, searched_for="And how often (CP 40)?")
    message = services.conversations.add(conversation.id, Role.ASSISTANT, record.text, record)
    Feedback(services, page).good(conversation.id, message.id)
    (kept,) = services.examples.examples()
    assert (kept.asked.mode, kept.asked.searched_for) == (record.mode, record.searched_for)


def test_undone_judgement_of_a_replaced_answer_brings_back_the_answer_that_was_good(
    services: Services, notices: Notices, examples, make_answer, qtbot: QtBot, page
):
    conversations = services.conversations
    conversation = conversations.create("Pumps")
    conversations.add(conversation.id, Role.USER, "How often?")
    record = make_answer("Every 2,000 hours [1].").answer
    message = conversations.add(conversation.id, Role.ASSISTANT, record.text, record)
    feedback = Feedback(services, page)
    feedback.good(conversation.id, message.id)
    (before,) = examples.examples()
    taken = make_answer("Every week [2].", sources=2).answer
    conversations.update(message.id, taken.text, taken)
    dialog = feedback.not_good(conversation.id, message.id)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        dialog.accept()
    assert [one.answer for one in examples.examples()] == ["Every week [2]."]
    offered.args[1]()
    assert examples.examples() == [before]


def test_examples_page_corrects_removes_and_exports(
    services: Services, notices: Notices, examples, model, make_answer, tmp_path, qtbot: QtBot
):
    message = make_answer("Every 2,000 hours [1].")
    examples.judge(
        "How often?", message, AskedWith(sources=message.answer.sources, basis=Basis.DOCUMENTS), Verdict.GOOD
    )
    made = ExamplesPage(services)
    qtbot.addWidget(made)
    made.show()
    made.correction.setPlainText("Every 2,000 operating hours [1].")
    made.save()
    assert examples.examples()[0].verdict is Verdict.CORRECTED
    with qtbot.waitSignal(notices.undo_offered) as offered:
        made.remove()
    assert examples.examples() == []
    offered.args[1]()
    with qtbot.waitSignal(notices.said):
        made.export(tmp_path)
    text = (tmp_path / "phi3desk examples" / "train.jsonl").read_text()
    assert "Every 2,000 operating hours [1]." in text
    assert "Passages:" in text


def test_examples_page_keeps_a_correction_that_was_typed_when_another_is_chosen(
    services: Services, examples, model, make_answer, qtbot: QtBot
):
    for number in (2, 4):
        examples.judge(f"How often {number}?", make_answer("Every hour [1].", id=number), AskedWith(), Verdict.GOOD)
    made = ExamplesPage(services)
    qtbot.addWidget(made)
    made.show()
    first, second = (example.id for example in made.rows.examples)
    made.correction.insertPlainText("Every two hours [1].")
    made.list.setCurrentIndex(made.rows.index(1))
    assert (examples.example(first).verdict, examples.example(first).correction) == (
        Verdict.CORRECTED,
        "Every two hours [1].",
    )
    assert made.correction.toPlainText() == ""
    made.correction.insertPlainText("Every three hours [1].")
    made.hide()
    assert examples.example(second).correction == "Every three hours [1]."


def test_undone_removal_leaves_what_was_typed_meanwhile_with_its_example(
    services: Services, notices: Notices, examples, make_answer, qtbot: QtBot
):
    for number in (2, 4):
        examples.judge(f"How often {number}?", make_answer("Every hour [1].", id=number), AskedWith(), Verdict.GOOD)
    made = ExamplesPage(services)
    qtbot.addWidget(made)
    made.show()
    removed, other = (example.id for example in made.rows.examples)
    made.correction.insertPlainText("Every two hours [1].")
    with qtbot.waitSignal(notices.undo_offered) as offered:
        made.remove()
    made.correction.insertPlainText("Every three hours [1].")
    offered.args[1]()
    kept = {one.id: (one.verdict, one.correction) for one in examples.examples()}
    assert kept == {
        removed: (Verdict.CORRECTED, "Every two hours [1]."),
        other: (Verdict.CORRECTED, "Every three hours [1]."),
    }
    assert (made._shown, made.correction.toPlainText()) == (removed, "Every two hours [1].")


@pytest.mark.parametrize("leave", ["other_tab", "refreshed"])
def test_correction_kept_on_leaving_stays_one_when_it_is_kept_again(
    services: Services, examples, make_answer, qtbot: QtBot, leave
):
    examples.judge("How often?", make_answer("Every hour [1]."), AskedWith(), Verdict.GOOD)
    made = ExamplesPage(services)
    qtbot.addWidget(made)
    made.show()
    made.correction.insertPlainText("Every two hours [1].")
    if leave == "other_tab":
        made.hide()
        made.show()
    else:
        made.refresh()
    assert made.verdict.currentData() == Verdict.CORRECTED
    assert made.correction.toPlainText() == "Every two hours [1]."
    made._save.click()
    (kept,) = examples.examples()
    assert (kept.verdict, kept.wanted) == (Verdict.CORRECTED, "Every two hours [1].")


def test_examples_page_does_not_write_over_a_judgement_made_elsewhere(
    services: Services, examples, model, make_answer, qtbot: QtBot
):
    message = make_answer("Every hour [1].")
    examples.judge("How often?", message, AskedWith(), Verdict.CORRECTED, "Every two hours [1].")
    made = ExamplesPage(services)
    qtbot.addWidget(made)
    made.show()
    examples.judge("How often?", message, AskedWith(), Verdict.GOOD)
    made.refresh()
    made.hide()
    assert examples.examples()[0].verdict is Verdict.GOOD
    assert made.correction.toPlainText() == ""


def test_comparison_tells_which_questions_are_asked(page, tmp_path):
    form = page.form
    form.text.setPlainText("How hot?")
    file = tmp_path / "pumps.jsonl"
    file.write_text('{"question": "How often?"}\n{"question": "How much?"}\n')
    form.take_file(file)
    assert [asked.question for asked in form.questions()] == ["How often?", "How much?"]
    assert form.from_file.text() == "2 questions from pumps.jsonl"
    form.text.undo()
    assert [asked.question for asked in form.questions()] == ["How hot?"]
    assert form.from_file.text().startswith("Only the typed questions are asked")


def test_message_actions_offer_judging_and_comparing(make_answer, qtbot: QtBot):
    from PySide6.QtWidgets import QMenu, QTextEdit

    view, menu = QTextEdit(), QMenu()
    qtbot.addWidget(view)
    qtbot.addWidget(menu)
    actions = MessageActions(view)
    made = actions.menu_actions(make_answer("Text [1]."), menu)
    chosen = []
    actions.chosen.connect(lambda action, message: chosen.append((action, message)))
    for action in made:
        action.trigger()
    judging = (
        MessageAction.GOOD,
        MessageAction.NOT_GOOD,
        MessageAction.CORRECT,
        MessageAction.ASK_EVERY_DOCUMENT,
        MessageAction.COMPARE,
    )
    assert [(action, 2) for action in judging] == chosen[3:8]
    nothing = actions.menu_actions(make_answer("", 0), menu)
    assert len(nothing) == len(made) - 3
