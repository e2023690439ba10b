"""The comparison in the conversation itself, and adapters that do not suit: the real window, worker and tiny model."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.examples import Verdict
from phi3desk.chat.messages import Message
from phi3desk.comparison.plan import KIND_NAMES, Comparison, Plan, Variant
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.model.types import AdapterUse
from phi3desk.profiles.profile import Profile
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.conversation.view import ConversationView
from phi3desk.ui.comparison.inline_view import InlineComparison
from phi3desk.ui.models.doubt_dialog import DoubtDialog
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from tests.helpers.tiny_phi3 import config, write_tiny_adapter

WAIT = 60_000


@pytest.fixture
def window(qtbot: QtBot, services: Services, tiny_phi3: Path) -> Iterator[MainWindow]:
    """Return the window with its workers and the tiny model."""
    services.settings.set("answers.max_tokens", 32)
    services.models.use(services.models.add(tiny_phi3).name)
    made = MainWindow(services)
    qtbot.addWidget(made)
    made.show()
    app.start_workers(made, services)
    qtbot.waitUntil(lambda: services.model.model is not None, timeout=WAIT)
    yield made
    app.close(made, services)


def use_adapter(window: MainWindow, services: Services, file: Path, *, confirmed: bool = False) -> AdapterUse:
    """Give an adapter to a new expert and switch to it."""
    entry = services.adapters.add(file, confirmed=confirmed)
    use = AdapterUse(entry.name, entry.path)
    expert = services.profiles.create("Pump expert")
    # there are no documents here
    services.profiles.save(dataclasses.replace(expert, adapters=(use,), answer_mode=AnswerMode.DOCUMENTS_FIRST))
    window.use_expert(expert.id)
    return use


def ask(qtbot: QtBot, window: MainWindow, question: str) -> Message:
    with qtbot.waitSignal(window.conversation_controller.answer_ended, timeout=WAIT) as ended:
        window.presenter.ask(question)
    return ended.args[0]


def compare(qtbot: QtBot, window: MainWindow, message: Message) -> InlineComparison:
    window.chat.view.action_requested.emit(MessageAction.COMPARE, message.id)
    qtbot.waitUntil(lambda: window.expert_tabs.inline_comparison.shown is not None, timeout=WAIT)
    shown = window.expert_tabs.inline_comparison.shown
    assert shown is not None
    return shown


@pytest.fixture
def compared(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_adapters: list[Path]
) -> tuple[Message, InlineComparison]:
    """Return an answer and its finished comparison, with and without the expert's adapter."""
    use_adapter(window, services, tiny_adapters[0])
    message = ask(qtbot, window, "What is a pump?")
    shown = compare(qtbot, window, message)
    qtbot.waitUntil(lambda: not window.expert_tabs.runner.running, timeout=WAIT)
    return message, shown


def test_question_is_compared_where_it_was_asked(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_adapters: list[Path]
) -> None:
    use = use_adapter(window, services, tiny_adapters[0])
    message = ask(qtbot, window, "What is a pump?")
    with qtbot.waitSignal(window.expert_tabs.runner.ended, timeout=WAIT) as ended:
        shown = compare(qtbot, window, message)
        assert shown.stop.hasFocus()
        with qtbot.waitSignal(window.conversation_controller.refused) as refused:
            assert not window.conversation_controller.ask("And a valve?")
        assert refused.args == ["A comparison has the model. Stop it, or wait."]
    assert ended.args == [True, ""]
    assert window.page is Page.CHAT
    assert list(shown.answers) == ["alone", "adapter"]
    assert message.text.strip() == shown.answers["adapter"].text.toPlainText().strip()
    assert shown.answers["alone"].text.toPlainText() != shown.answers["adapter"].text.toPlainText()
    assert " s  ·  ○\u00a0Model alone  ·  No documents were searched" in shown.answers["alone"].foot.text()
    assert not shown.stop.isVisible()
    qtbot.waitUntil(lambda: services.model.model is not None and services.model.model.adapters == (use,), timeout=WAIT)
    assert ask(qtbot, window, "What is a pump?").answer is not None
    (kept,) = services.comparisons.comparisons()
    assert (kept.plan.title, kept.answered) == ("What is a pump?", 2)


def test_comparison_stands_under_its_answer_and_lets_it_go(qtbot: QtBot, window: MainWindow, compared) -> None:
    message, shown = compared
    view = window.chat.view
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: shown.columns == 2)
    top, bottom = shown.y(), shown.geometry().bottom()
    frame = view.place_of(message.id)
    assert bottom <= frame.bottom() - view.verticalScrollBar().value() <= bottom + 20
    assert top > frame.top() - view.verticalScrollBar().value()
    shown.resize(500, shown.height())
    assert shown.columns == 1

    window.conversation_controller.begin()
    qtbot.waitUntil(lambda: not shown.isVisible())
    window.conversation_controller.open(message.conversation_id)
    qtbot.waitUntil(shown.isVisible)
    qtbot.waitUntil(lambda: view.document().size().height() > shown.height() + 100)
    height = view.document().size().height()
    shown.close_button.click()
    assert window.expert_tabs.inline_comparison.shown is None
    assert view.document().size().height() < height - 100


def test_comparison_under_way_is_stopped_and_goes_on(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_adapters: list[Path]
) -> None:
    use = use_adapter(window, services, tiny_adapters[0])
    message = ask(qtbot, window, "What is a pump?")
    services.settings.set("answers.max_tokens", 1500)
    with qtbot.waitSignal(window.expert_tabs.runner.text_received, timeout=WAIT):
        shown = compare(qtbot, window, message)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.expert_tabs.runner.running
    assert shown.state.text() == "0 of 2 answers"
    assert shown.answers["alone"].state.text() == "Not answered"
    services.settings.set("answers.max_tokens", 32)
    with qtbot.waitSignal(window.expert_tabs.runner.ended, timeout=WAIT) as ended:
        shown.go_on.click()
    assert ended.args == [True, ""]
    qtbot.waitUntil(lambda: services.model.model is not None and services.model.model.adapters == (use,), timeout=WAIT)


@pytest.mark.parametrize("action", [MessageAction.EXPLAIN, MessageAction.EDIT_SEARCH, MessageAction.CORRECT])
def test_comparison_whose_place_is_taken_is_closed_and_takes_nothing_else_away(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_adapters: list[Path], action: MessageAction
) -> None:
    use_adapter(window, services, tiny_adapters[0])
    message = ask(qtbot, window, "What is a pump?")
    services.settings.set("answers.max_tokens", 1500)
    inline, view = window.expert_tabs.inline_comparison, window.chat.view
    with qtbot.waitSignal(window.expert_tabs.runner.text_received, timeout=WAIT):
        shown = compare(qtbot, window, message)
    with qtbot.waitSignals([shown.destroyed, window.expert_tabs.runner.ended], timeout=WAIT):
        view.action_requested.emit(action, message.id)
    assert (window.expert_tabs.runner.running, inline.shown) == (False, None)
    (kept,) = services.comparisons.comparisons()
    assert kept.answered == 0
    form = view.below
    assert form is not None
    inline.close()
    assert view.below is form
    services.settings.set("answers.max_tokens", 32)
    with qtbot.waitSignal(window.expert_tabs.runner.ended, timeout=WAIT) as ended:
        assert compare(qtbot, window, message) is view.below
    assert ended.args == [True, ""]
    # one that is finished goes too
    view.action_requested.emit(action, message.id)
    assert inline.shown is None
    assert view.below is not None


def test_model_whose_loading_was_stopped_in_a_comparison_is_loaded_at_the_next_question(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path, tmp_path: Path
) -> None:
    models, runner = services.models, window.expert_tabs.runner
    other = models.add(shutil.copy(tiny_phi3, tmp_path / "other.gguf"), "other")
    profile = dataclasses.replace(services.profiles.current, model="other", answer_mode=AnswerMode.MODEL_ALONE)
    plan = Plan("t", (ComparedQuestion("1", "What is a pump?"),), (Variant("alone", "Model alone", profile),))
    started: list[object] = []
    services.model.load_started.connect(started.append)
    with qtbot.waitSignal(runner.ended, timeout=WAIT):
        runner.start(services.comparisons.begin(plan))
        services.model.cancel_load()
    assert not runner.running
    assert (started, services.model.is_loading) == ([other.ref], False)
    assert ask(qtbot, window, "What is a pump?").answer is not None
    assert started == [other.ref, models.in_use().ref]


def test_compared_answer_is_judged_kept_taken_and_given_back(
    qtbot: QtBot, window: MainWindow, services: Services, compared
) -> None:
    message, shown = compared
    card = shown.answers["alone"]
    for button in shown.findChildren(QAbstractButton):
        assert button.accessibleName()
    qtbot.mouseClick(card.good, Qt.MouseButton.LeftButton)
    (rated,) = [one for one in services.comparisons.outcomes(shown.comparison.id) if one.thumb]
    assert (rated.variant, rated.thumb) == ("alone", 1)
    assert card.good.isChecked() and not card.bad.isChecked()
    for _ in range(2):
        card.keep.click()
    (example,) = services.examples.examples()
    assert (example.verdict, example.question) == (Verdict.GOOD, "What is a pump?")
    assert example.asked.made_by.adapters == ()

    card.take.click()
    taken = services.conversations.messages(message.conversation_id)[-1]
    assert taken.answer is not None and taken.answer.made_by.adapters == ()
    assert taken.text.strip() in window.chat.view.toPlainText()
    window.toast.action.click()
    assert services.conversations.messages(message.conversation_id)[-1] == message


def test_compared_answer_does_not_take_the_place_of_one_that_is_written(
    qtbot: QtBot, window: MainWindow, services: Services, compared
) -> None:
    message, shown = compared
    controller = window.conversation_controller
    with qtbot.waitSignal(controller.answer_ended, timeout=WAIT):
        window.chat.view.action_requested.emit(MessageAction.ASK_AGAIN, message.id)
        with qtbot.waitSignal(controller.refused) as refused:
            shown.answers["alone"].take.click()
    assert "still being written" in refused.args[0]
    assert services.conversations.message(message.id).text == message.text
    shown.answers["alone"].take.click()
    assert services.conversations.message(message.id).text != message.text


def test_compared_answer_takes_the_place_of_no_version_that_was_written_since(
    window: MainWindow, services: Services, compared
) -> None:
    message, shown = compared
    store, controller = services.conversations, window.conversation_controller
    card = shown.answers["alone"]
    later = dataclasses.replace(message.answer, text="Written anew.")
    store.begin_version(message.id, later)
    for _ in range(2):
        card.take.click()
    taken = store.message(message.id)
    assert (taken.answer, taken.version, taken.versions) == (card.outcome.answer, 3, 3)
    controller.step_version(message.id, -1)
    controller.step_version(message.id, -1)
    window.toast.action.click()
    given_back = store.message(message.id)
    assert (given_back.answer, given_back.version, given_back.versions) == (later, 2, 2)
    assert "Written anew." in window.chat.view.toPlainText()
    assert store.show_version(message.id, 1).answer == message.answer


def test_undo_of_a_compared_answer_leaves_what_was_written_after_it(
    window: MainWindow, services: Services, compared
) -> None:
    message, shown = compared
    store, card = services.conversations, shown.answers["alone"]
    card.take.click()
    later = dataclasses.replace(message.answer, text="Written anew.")
    store.begin_version(message.id, later)
    window.toast.action.click()
    given_back = store.message(message.id)
    assert (given_back.answer, given_back.version, given_back.versions) == (message.answer, 1, 3)
    assert store.show_version(message.id, 2).answer == card.outcome.answer
    assert store.show_version(message.id, 3).answer == later


def test_comparison_of_many_questions_begins_with_this_one(window: MainWindow, compared) -> None:
    _, shown = compared
    shown.many.click()
    form = window.expert_tabs.comparison.form
    assert window.page is Page.EXPERTS
    assert form.text.toPlainText() == "What is a pump?\n"
    assert form.base.name == "Pump expert"
    assert form.variants == ["alone", "adapter"]


def test_comparison_of_many_questions_keeps_those_that_were_typed(window: MainWindow, compared) -> None:
    _, shown = compared
    window.show_page(Page.EXPERTS)
    form = window.expert_tabs.comparison.form
    form.text.setPlainText("How is it greased?")
    for _ in range(2):
        shown.many.click()
    assert form.text.toPlainText() == "How is it greased?\nWhat is a pump?\n"


def test_expert_with_nothing_to_compare_is_told_of(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    expert = services.profiles.create("Bare")
    window.use_expert(expert.id)
    message = ask(qtbot, window, "What is a pump?")
    window.chat.view.action_requested.emit(MessageAction.COMPARE, message.id)
    assert window.toast.text == "There is nothing to compare: “Bare” has no adapter, and there are no documents."


def test_doubtful_adapter_is_named_on_switching_and_asked_about_before_comparing(
    qtbot: QtBot, window: MainWindow, services: Services, tmp_path: Path
) -> None:
    sibling = write_tiny_adapter(tmp_path / "sibling.gguf", base_name="Giant Phi9")
    entry = services.adapters.add(sibling, confirmed=True)
    # what was confirmed for this model is taken back: as an adapter that came in a pack
    record = Path(entry.path).with_suffix(".json")
    record.write_text(record.read_text().replace(entry.confirmed[0], "another model"))
    expert = services.profiles.create("Pump expert")
    services.profiles.save(dataclasses.replace(expert, adapters=(AdapterUse(entry.name, entry.path),)))
    with qtbot.waitSignal(services.notices.said, timeout=WAIT):
        window.use_expert(expert.id)
    assert window.sidebar.expert_switcher.warning == "sibling: made for another model?"
    assert "Giant Phi9" in window.toast.text

    message = ask(qtbot, window, "What is a pump?")
    window.chat.view.action_requested.emit(MessageAction.COMPARE, message.id)
    qtbot.waitUntil(lambda: bool(window.findChildren(DoubtDialog)), timeout=WAIT)
    (dialog,) = window.findChildren(DoubtDialog)
    assert "Giant Phi9" in dialog.doubt.text()
    dialog.leave.click()
    assert services.comparisons.comparisons() == []
    assert window.toast.text == "Nothing was compared."

    qtbot.waitUntil(lambda: not window.findChildren(DoubtDialog), timeout=WAIT)
    window.chat.view.action_requested.emit(MessageAction.COMPARE, message.id)
    qtbot.waitUntil(lambda: bool(window.findChildren(DoubtDialog)), timeout=WAIT)
    with qtbot.waitSignal(window.expert_tabs.runner.ended, timeout=WAIT) as ended:
        window.findChildren(DoubtDialog)[0].anyway.click()
    assert ended.args == [True, ""]


def test_adapter_that_does_not_fit_is_named_and_leaves_no_trace(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_adapters: list[Path], tmp_path: Path
) -> None:
    first = use_adapter(window, services, tiny_adapters[0])
    qtbot.waitUntil(
        lambda: services.model.model is not None and services.model.model.adapters == (first,), timeout=WAIT
    )
    wide = write_tiny_adapter(tmp_path / "wide.gguf", base_config=dataclasses.replace(config(), width=128, heads=8))
    kept = Path(services.adapters.add(tiny_adapters[1]).path)
    kept.write_bytes(wide.read_bytes())
    expert = services.profiles.create("Wide")
    use = AdapterUse(kept.stem, str(kept))
    services.profiles.save(dataclasses.replace(expert, adapters=(use,)))
    with qtbot.waitSignals([window.adapter_checks.changed, services.model.adapters_failed], timeout=WAIT):
        window.use_expert(expert.id)
    assert window.sidebar.expert_switcher.warning == f"{use.name} does not fit"
    assert window.toast.text.endswith("This expert answers without adapters until that is settled.")
    answer = ask(qtbot, window, "What is a pump?").answer
    assert answer is not None and answer.made_by.adapters == ()

    window.use_expert(services.profiles.create("Bare").id)
    plain = ask(qtbot, window, "What is a pump?").answer
    assert plain is not None
    assert window.sidebar.expert_switcher.warning == ""


def test_retrained_adapter_of_the_same_name_answers_at_once(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_adapters: list[Path], tmp_path: Path
) -> None:
    pumps = tmp_path / "pumps.gguf"
    pumps.write_bytes(tiny_adapters[0].read_bytes())
    use = use_adapter(window, services, pumps)
    qtbot.waitUntil(lambda: services.model.model is not None and services.model.model.adapters == (use,), timeout=WAIT)
    before = ask(qtbot, window, "What is a pump?").answer
    window.show_page(Page.MODELS)
    qtbot.waitUntil(lambda: "pumps" in window.models_page.adapter_cards, timeout=WAIT)
    with qtbot.waitSignal(services.model.adapters_failed, timeout=WAIT):
        window.models_page.adapter_cards["pumps"].remove_requested.emit("pumps")
    pumps.write_bytes(tiny_adapters[1].read_bytes())
    with qtbot.waitSignal(services.model.adapters_changed, timeout=WAIT) as told:
        window.model_import.add([str(pumps)])
    assert told.args[0].adapters == (use,)
    window.conversation_controller.begin()
    after = ask(qtbot, window, "What is a pump?").answer
    assert before is not None and after is not None
    assert before.made_by.adapters == after.made_by.adapters == (use,)
    assert before.text != after.text


def test_end_of_a_comparison_leaves_the_conversation_where_it_is(
    qtbot: QtBot, make_answer: Callable[..., Message]
) -> None:
    """The button that had the keyboard is gone then; the focus must not go to a link far above."""
    view = ConversationView()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    qtbot.waitExposed(view)
    view.show_messages([make_answer("Every two hours [1]. " + "word " * 200, id=number) for number in range(1, 8)])
    variants = tuple(Variant(key, str(KIND_NAMES[key]), Profile("p", "Pump expert")) for key in ("alone", "documents"))
    plan = Plan("How often?", (ComparedQuestion("1", "How often?"),), variants)
    shown = InlineComparison(Comparison(1, plan, 0.0, False))
    view.show_below(4, shown)
    shown.stop.setFocus()
    qtbot.waitUntil(shown.stop.hasFocus)
    bar = view.verticalScrollBar()
    before = bar.value()
    assert before > 300
    shown.show_running(running=False)
    qtbot.waitUntil(shown.close_button.hasFocus)
    assert bar.value() == before
