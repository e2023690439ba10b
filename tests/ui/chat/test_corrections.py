"""Correct it: in the real window, with its workers, a document and the tiny model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.correcting.corrections import answer_of
from phi3desk.chat.examples import Chosen, Verdict
from phi3desk.chat.messages import Answer, Mention, Message, Source
from phi3desk.chat.question import Question
from phi3desk.errors import say
from phi3desk.library.documents import Document, Found, SearchResult, SearchScope, State
from phi3desk.model.types import Role
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.answers.markup import fragments
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.conversation.message_links import action_address
from phi3desk.ui.examples.correction_form import CorrectionForm
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import Failure, FailureKind
from tests.helpers.pdf import BEARING_PAGES, write_pdf

WAIT = 90_000
ASKED = "How often is the main bearing greased?"
QUOTE = "Re-grease the main bearing every 2,000 operating hours."
RIGHT = "Every 2,000 operating hours."


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    return write_pdf(tmp_path / "docs" / "pump.pdf", BEARING_PAGES, "Pump manual")


@pytest.fixture
def window(qtbot: QtBot, services: Services, tiny_phi3: Path, manual: Path) -> Iterator[MainWindow]:
    """Return the window with its workers, the manual and the tiny model."""
    services.settings.set("answers.max_tokens", 24)
    services.models.use(services.models.add(tiny_phi3).name)
    made = MainWindow(services)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    app.start_workers(made, services)
    qtbot.waitUntil(lambda: services.model.model is not None, timeout=WAIT)
    import_again(qtbot, made, manual)
    yield made
    app.close(made, services)


def import_again(qtbot: QtBot, window: MainWindow, manual: Path) -> None:
    library = window._services.library
    with qtbot.waitSignal(library.import_finished, timeout=WAIT):
        window.document_import.add([str(manual.parent)])
    qtbot.waitUntil(lambda: library.status is not None and library.status.passages > 0, timeout=WAIT)


def ask(qtbot: QtBot, window: MainWindow, question: str) -> Message:
    with qtbot.waitSignal(window.conversation_controller.answer_ended, timeout=WAIT) as ended:
        window.presenter.ask(question)
    message: Message = ended.args[0]
    return message


def form_under(window: MainWindow, message: Message) -> CorrectionForm:
    window.chat.view.action_requested.emit(MessageAction.CORRECT, message.id)
    embedded = window.chat.view._embedded
    assert embedded is not None
    assert isinstance(embedded.widget, CorrectionForm)
    return embedded.widget


def correct(qtbot: QtBot, window: MainWindow, message: Message) -> Callable[[], None]:
    """Correct an answer with its form, and return what undoes it."""
    form = form_under(window, message)
    form.text.setPlainText(RIGHT)
    form.sentence.setCurrentIndex(form.sentence.findData(QUOTE))
    with qtbot.waitSignal(window._services.notices.undo_offered) as offered:
        form.keep.click()
    undo: Callable[[], None] = offered.args[1]
    return undo


def follow(window: MainWindow, message: Message, action: MessageAction) -> None:
    address = action_address(message.id, action)
    runs = fragments(window.chat.view.document())
    assert address in [run.charFormat().anchorHref() for run in runs], "the link stands in the conversation"
    window.chat.view.anchorClicked.emit(QUrl(address))


def test_answer_is_corrected_where_it_stands_and_given_again(
    qtbot: QtBot, window: MainWindow, services: Services, manual: Path
):
    wrong = ask(qtbot, window, ASKED)
    assert wrong.answer is not None
    undo = correct(qtbot, window, wrong)
    kept = services.conversations.message(wrong.id)
    assert kept.answer is not None
    assert (kept.text, kept.versions, kept.answer.is_own) == (f"{RIGHT[:-1]} [1].", 2, True)
    assert [(c.page, c.quote) for c in kept.answer.citations] == [(2, QUOTE)]
    text = window.chat.view.toPlainText()
    assert "Yours, corrected on " in text
    assert QUOTE in text
    (example,) = services.examples.examples()
    assert (example.verdict, example.correction) == (Verdict.CORRECTED, kept.text)

    undo()
    back = services.conversations.message(wrong.id)
    assert (back.text, back.versions, services.examples.examples()) == (wrong.text, 1, [])
    assert "Yours, corrected on " not in window.chat.view.toPlainText()

    correct(qtbot, window, wrong)
    window.conversation_controller.begin()
    again = ask(qtbot, window, ASKED.upper())
    assert again.answer is not None
    assert (again.text, again.answer.is_own, again.answer.made_by.model) == (kept.text, True, "")
    assert again.answer.timings.search_s == 0
    with qtbot.waitSignal(window.conversation_controller.answer_ended, timeout=WAIT) as ended:
        follow(window, again, MessageAction.ASK_AGAIN)
    asked_anyway: Message = ended.args[0]
    assert asked_anyway.answer is not None
    assert (asked_anyway.answer.is_own, asked_anyway.versions) == (False, 2)
    assert asked_anyway.answer.made_by.model


def test_similar_question_is_answered_and_offered_the_correction(qtbot: QtBot, window: MainWindow, services: Services):
    correct(qtbot, window, ask(qtbot, window, ASKED))
    similar = ask(qtbot, window, "How often must the main bearing be greased?")
    assert similar.answer is not None
    assert not similar.answer.is_own
    assert f"You answered a similar question before: “{ASKED}”" in window.chat.view.toPlainText()
    follow(window, similar, MessageAction.USE_OWN)
    shown = services.conversations.message(similar.id)
    assert shown.answer is not None
    assert (shown.text, shown.answer.is_own, shown.versions) == (f"{RIGHT[:-1]} [1].", True, 2)


def test_corrected_answer_tells_that_its_document_changed(
    qtbot: QtBot, window: MainWindow, services: Services, manual: Path
):
    correct(qtbot, window, ask(qtbot, window, ASKED))
    changed = tuple(tuple(line.replace("2,000", "1,000") for line in page) for page in BEARING_PAGES)
    write_pdf(manual, changed, "Pump manual")
    import_again(qtbot, window, manual)
    again = ask(qtbot, window, ASKED)

    def is_told() -> bool:
        answer = services.conversations.message(again.id).answer
        return answer is not None and answer.corrected is not None and answer.corrected.gone == (1,)

    qtbot.waitUntil(is_told, timeout=WAIT)
    told = "pump.pdf no longer holds the sentence this rests on: check your answer."
    assert told in window.chat.view.toPlainText()


def test_corrected_answer_follows_a_document_that_was_renamed(
    bare_window: MainWindow, services: Services, make_answer: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
):
    controller, library = bare_window.conversation_controller, services.library
    made, missing = make_answer("Every 500 hours [1].").answer, Failure(FailureKind.USER, say("There is none."))
    assert made is not None
    passage = made.sources[0].passage
    renamed = replace(passage, path="/m/renamed.pdf", document="renamed.pdf", text=f"Maintenance. {QUOTE}")
    known = Document(passage.document_id, 1, "M", renamed.path, "renamed.pdf", "", State.READY, None, 1, 1, 1, 0.0, 0.0)
    documents = [replace(known, passages=0)]

    def search(_: str, __: int, scope: SearchScope, on_result: Callable[..., None], on_failure: Callable[..., None]):
        if scope.documents == (renamed.path,):
            on_result(SearchResult((Found(renamed, 1.0, True),), 1, "en", 0.0, by_meaning=False))
        else:
            on_failure(missing)

    monkeypatch.setattr(library, "search", search)
    monkeypatch.setattr(library, "documents", lambda _, on_result, on_failure: on_result(documents))

    def ask_own() -> Answer:
        assert controller.ask(ASKED)
        job = controller.findChildren(AnswerJob)[-1]
        known = job.question.known
        by = job.question.made_by
        job.finished.emit(answer_of(known, by) if known is not None else replace(made, made_by=by))
        answer = services.conversations.messages(1)[-1].answer
        assert answer is not None
        return answer

    ask_own()
    answered = services.conversations.messages(1)[-1].id
    bare_window.expert_tabs.feedback.correct(1, answered, RIGHT, [Chosen(made.sources[0], QUOTE)])
    told = ask_own()
    assert told.is_own and told.corrected is not None
    assert (told.corrected.gone, [c.path for c in told.citations]) == ((), [passage.path])
    documents[:] = [known]
    told = ask_own()
    assert told.corrected is not None
    assert (told.corrected.gone, [c.path for c in told.citations]) == ((), [renamed.path])
    assert "no longer holds" not in bare_window.chat.view.toPlainText()


def test_sentence_selected_on_the_page_becomes_the_source(qtbot: QtBot, window: MainWindow, services: Services):
    wrong = ask(qtbot, window, ASKED)
    form = form_under(window, wrong)
    form.use_selection.click()
    assert form.hint.isVisible()
    with qtbot.waitSignal(window.chat.view.source_requested):
        form.sentence.activated.emit(form.sentence.currentIndex())
    page = window.source.view
    qtbot.waitUntil(lambda: not page.image.isNull(), timeout=WAIT)
    drag_over(qtbot, page, window, "Use 30 g of lithium complex grease for each bearing.")
    selected = window.source.selected()
    assert selected is not None
    assert (selected.text, selected.page) == ("Use 30 g of lithium complex grease for each bearing.", 2)
    form.use_selection.click()
    assert not form.hint.isVisible()
    assert form.chosen is not None
    assert form.chosen.quote == selected.text
    form.text.setPlainText("30 g of grease.")
    form.keep.click()
    kept = services.conversations.message(wrong.id)
    assert kept.answer is not None
    (citation,) = kept.answer.citations
    assert (citation.quote, citation.page, kept.role) == (selected.text, 2, Role.ASSISTANT)


def test_correction_of_one_named_collection_is_not_given_for_another(
    qtbot: QtBot, services: Services, make_answer: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
):
    window = MainWindow(services)
    qtbot.addWidget(window)
    controller = window.conversation_controller
    monkeypatch.setattr(controller, "_reason_not_to_ask", lambda _: "")
    controller.choose_collections((3, 4))

    def known_of(*named: Mention) -> Question:
        """Ask, have it answered, and return what was asked."""
        assert controller.ask(ASKED, named)
        job = controller.findChildren(AnswerJob)[-1]
        answer = make_answer("Every 500 hours [1].").answer
        assert answer is not None
        job.finished.emit(replace(answer, made_by=job.question.made_by, searched_for=""))
        return job.question

    old, new = Mention("Manuals 2023", 3), Mention("Manuals 2024", 4)
    assert known_of(old).known is None
    (asked, answer) = services.conversations.messages(1)
    assert (asked.text, asked.named) == (ASKED, (old,))
    assert answer.answer is not None
    window.expert_tabs.feedback.correct(1, answer.id, RIGHT, [Chosen(answer.answer.sources[0], QUOTE)])
    assert known_of(new).known is None
    assert known_of().known is None
    assert known_of(old).is_answered
    app.close(window, services)


@pytest.fixture
def bare_window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """Return the window without its workers, in which a question can be asked."""
    made = MainWindow(services)
    qtbot.addWidget(made)
    monkeypatch.setattr(made.conversation_controller, "_reason_not_to_ask", lambda _: "")
    yield made
    app.close(made, services)


def test_correction_waits_for_the_answer_that_is_written_anew(
    qtbot: QtBot, bare_window: MainWindow, services: Services, make_answer: Callable[..., Message]
):
    window, store, controller = bare_window, services.conversations, bare_window.conversation_controller
    first, second = (make_answer(text).answer for text in ("Every week [1].", "Every month [1]."))
    assert first is not None and second is not None
    conversation = store.create("Pumps")
    store.add(conversation.id, Role.USER, ASKED)
    message = store.add(conversation.id, Role.ASSISTANT, first.text, first)
    controller.open(conversation.id)
    form = form_under(window, message)
    form.text.setPlainText(RIGHT)
    window.chat.view.action_requested.emit(MessageAction.ASK_AGAIN, message.id)
    with qtbot.waitSignal(services.notices.said) as said:
        form.keep.click()
    assert "still being written" in said.args[0]
    with qtbot.waitSignal(services.notices.said):
        window.chat.view.action_requested.emit(MessageAction.GOOD, message.id)
    assert services.examples.examples() == []
    assert (window.chat.view.below, form.text.toPlainText()) == (form, RIGHT)

    controller.findChildren(AnswerJob)[-1].finished.emit(second)
    form.keep.click()
    kept = store.message(message.id)
    assert kept.answer is not None
    assert (kept.text, kept.answer.is_own, kept.versions) == (f"{RIGHT[:-1]} [1].", True, 3)
    assert [one.answer for one in services.examples.examples()] == [second.text]


def test_own_answer_is_not_put_in_place_of_one_that_is_written(
    qtbot: QtBot, bare_window: MainWindow, services: Services, make_answer: Callable[..., Message]
):
    controller, made = bare_window.conversation_controller, make_answer("Every 500 hours [1].").answer
    assert made is not None

    def ask_bare(question: str) -> AnswerJob:
        assert controller.ask(question)
        return controller.findChildren(AnswerJob)[-1]

    job = ask_bare(ASKED)
    job.finished.emit(replace(made, made_by=job.question.made_by))
    bare_window.expert_tabs.feedback.correct(1, services.conversations.messages(1)[-1].id, RIGHT, ())
    job = ask_bare("How often must the main bearing be greased?")
    similar = services.conversations.messages(1)[-1]
    assert similar.answer is not None
    assert similar.answer.corrected is not None
    with qtbot.waitSignal(services.notices.said) as said:
        bare_window.chat.view.action_requested.emit(MessageAction.USE_OWN, similar.id)
    assert "still being written" in said.args[0]
    job.finished.emit(replace(job.unfinished, text=made.text))
    assert services.conversations.message(similar.id).text == made.text
    bare_window.chat.view.action_requested.emit(MessageAction.USE_OWN, similar.id)
    assert services.conversations.message(similar.id).text == RIGHT


def asked_bare(
    window: MainWindow, make_answer: Callable[..., Message], question: str, searched_for: str = ""
) -> Question:
    """Ask, have it answered after a search for other words, and return what was asked."""
    assert window.conversation_controller.ask(question)
    job = window.conversation_controller.findChildren(AnswerJob)[-1]
    made = make_answer("Class 3 [1].").answer
    assert made is not None
    by = job.question.made_by
    job.finished.emit(replace(made, made_by=by, searched_for=searched_for or job.question.search_text))
    return job.question


@pytest.mark.parametrize("searched", ["storage class of CARAMBA 100", "What is the storage class of CARAMBA 70?"])
def test_correction_is_given_again_whatever_was_searched_for_the_answer(
    bare_window: MainWindow, services: Services, make_answer: Callable[..., Message], searched: str
):
    controller, store = bare_window.conversation_controller, services.conversations
    ask_bare = partial(asked_bare, bare_window, make_answer)
    ask_bare("Which flash point does CARAMBA 70 have?")
    follow_up = ask_bare("and the storage class?", searched)
    assert follow_up.search_text not in ("", searched)
    bare_window.expert_tabs.feedback.correct(1, store.messages(1)[-1].id, "Class 2 B.", ())
    for question, before in (("and the storage class?", "Which flash point does CARAMBA 70 have?"), (searched, "")):
        controller.begin()
        assert not before or not ask_bare(before).is_answered
        assert ask_bare(question).is_answered
    controller.begin()
    ask_bare("Which flash point does CARAMBA 100 have?")
    assert not ask_bare("and the storage class?").is_answered


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("How often?", "How often is the main bearing greased?"),
        ("Kako pogosto?", "Kako pogosto se maže glavni ležaj?"),
        ("What is the limit?", "exposure limit of asbestos"),
    ],
)
def test_correction_is_only_offered_where_a_question_is_typed_that_other_words_were_searched_for(
    bare_window: MainWindow, services: Services, make_answer: Callable[..., Message], question: str, searched: str
):
    controller, store = bare_window.conversation_controller, services.conversations
    ask_bare = partial(asked_bare, bare_window, make_answer)
    ask_bare(question, searched)
    bare_window.expert_tabs.feedback.correct(1, store.messages(1)[-1].id, RIGHT, ())
    (kept,) = services.examples.examples()
    controller.begin()
    typed = ask_bare(question)
    assert typed.known is not None and not typed.is_answered
    assert typed.known.example == kept
    controller.begin()
    assert ask_bare(searched).is_answered


def test_form_marks_the_source_that_is_chosen(
    qtbot: QtBot, make_answer: Callable[..., Message], make_source: Callable[..., Source]
):
    answer = make_answer("Every week [1].", sources=2).answer
    assert answer is not None
    passage = make_source(text="Another sentence.", page=3).passage
    form = CorrectionForm(ASKED, answer, lambda: passage)
    qtbot.addWidget(form)
    form.source.setCurrentIndex(1)
    form.source.activated.emit(1)
    assert form.text.toPlainText() == "Every week [2]."
    form.use_selection.click()
    assert form.text.toPlainText() == "Every week [3]."
    assert form.chosen is not None
    assert (form.chosen.source.n, form.chosen.quote) == (3, "Another sentence.")
    form.use_sentence.click()
    with qtbot.waitSignal(form.kept) as kept:
        form.keep.click()
    assert kept.args == ["Another sentence.", (form.chosen,)]
    last = form.source.count() - 1
    form.source.setCurrentIndex(last)
    form.source.activated.emit(last)
    assert form.chosen is None
    form.text.clear()
    assert not form.keep.isEnabled()
    with qtbot.waitSignal(form.cancelled):
        qtbot.keyClick(form, Qt.Key.Key_Escape)


@pytest.fixture
def two_sources(qtbot: QtBot, make_answer: Callable[..., Message]) -> CorrectionForm:
    """Return the form of an answer whose sentences cite a source each; the first one's comes first."""
    answer = make_answer("Pumps 🙂 are old [1]. Valves are new [2]. Pumps leak [1].", sources=2).answer
    assert answer is not None
    form = CorrectionForm(ASKED, answer, lambda: None)
    qtbot.addWidget(form)
    return form


def choose_source(form: CorrectionForm, at: int) -> str:
    """Choose a source as a user does, and return the text."""
    form.source.setCurrentIndex(at)
    form.source.activated.emit(at)
    return form.text.toPlainText()


def type_at(form: CorrectionForm, before: str, typed: str) -> None:
    """Type something behind some words of the text."""
    cursor = form.text.document().find(before)
    cursor.setPosition(cursor.selectionEnd())
    form.text.setTextCursor(cursor)
    form.text.insertPlainText(typed)


def test_looking_through_the_sources_leaves_the_marks_of_other_sentences(two_sources: CorrectionForm):
    form = two_sources
    assert choose_source(form, 1) == "Pumps 🙂 are old [2]. Valves are new [2]. Pumps leak [2]."
    assert choose_source(form, 2) == "Pumps 🙂 are old. Valves are new [2]. Pumps leak."
    assert choose_source(form, 1) == "Pumps 🙂 are old [2]. Valves are new [2]. Pumps leak [2]."
    assert choose_source(form, 0) == "Pumps 🙂 are old [1]. Valves are new [2]. Pumps leak [1]."


def test_choosing_a_source_leaves_what_was_typed_and_its_undo(two_sources: CorrectionForm):
    form = two_sources
    type_at(form, "Pumps", " and seals")
    assert choose_source(form, 2) == "Pumps and seals 🙂 are old. Valves are new [2]. Pumps leak."
    type_at(form, "are old", " and worn")
    type_at(form, "leak.", " So says [1].")
    assert choose_source(form, 1) == (
        "Pumps and seals 🙂 are old and worn [2]. Valves are new [2]. Pumps leak [2]. So says [1]."
    )
    form.text.undo()
    assert choose_source(form, 0) == (
        "Pumps and seals 🙂 are old and worn [1]. Valves are new [2]. Pumps leak [1]. So says [1]."
    )
    while form.text.document().isUndoAvailable():
        form.text.undo()
    assert form.text.toPlainText() == "Pumps 🙂 are old [1]. Valves are new [2]. Pumps leak [1]."


def test_undone_choice_of_a_source_can_be_chosen_otherwise(two_sources: CorrectionForm):
    form = two_sources
    choose_source(form, 1)
    form.text.undo()
    assert form.text.toPlainText() == "Pumps 🙂 are old [1]. Valves are new [2]. Pumps leak [1]."
    assert choose_source(form, 2) == "Pumps 🙂 are old. Valves are new [2]. Pumps leak."
    form.text.undo()
    assert choose_source(form, 1) == "Pumps 🙂 are old [2]. Valves are new [2]. Pumps leak [2]."


def test_mark_that_was_deleted_does_not_come_back_with_another_source(two_sources: CorrectionForm):
    form = two_sources
    cursor = form.text.document().find(" [1]")
    cursor.removeSelectedText()
    assert choose_source(form, 1) == "Pumps 🙂 are old. Valves are new [2]. Pumps leak [2]."
    assert choose_source(form, 0) == "Pumps 🙂 are old. Valves are new [2]. Pumps leak [1]."
    choose_source(form, 2)
    form.text.selectAll()
    form.text.insertPlainText("Only this.")
    assert choose_source(form, 0) == "Only this. [1]"


def test_mark_before_another_one_leaves_it_its_space(qtbot: QtBot, make_answer: Callable[..., Message]):
    answer = make_answer("[1] says so, and so do others [1][2]: a[0].", sources=2).answer
    assert answer is not None
    form = CorrectionForm(ASKED, answer, lambda: None)
    qtbot.addWidget(form)
    assert not form.text.document().isUndoAvailable()
    assert choose_source(form, 2) == " says so, and so do others [2]: a[0]."
    assert choose_source(form, 0) == answer.text
    bare = CorrectionForm(ASKED, replace(answer, sources=()), lambda: answer.sources[0].passage)
    qtbot.addWidget(bare)
    bare.use_selection.click()
    assert bare.text.toPlainText() == answer.text


def test_sentence_used_as_the_answer_can_be_undone(two_sources: CorrectionForm):
    form = two_sources
    form.use_sentence.click()
    assert "[1]" not in form.text.toPlainText()
    assert choose_source(form, 1) == choose_source(form, 0) == choose_source(form, 2)
    form.text.undo()
    assert form.text.toPlainText() == "Pumps 🙂 are old [1]. Valves are new [2]. Pumps leak [1]."


def drag_over(qtbot: QtBot, page: QWidget, window: MainWindow, line: str) -> None:
    """Select a line of the page with the mouse, from its first letter to its last."""
    document = window.source._pdf.document
    text = document.getAllText(1).text()
    found = document.getSelectionAtIndex(1, text.index(line), len(line)).bounds()
    area = window.source.view.on_widget(found[0].boundingRect())
    begin, end = (QPointF(x, area.center().y()).toPoint() for x in (area.left() + 1, area.right() + 2))
    qtbot.mousePress(page, Qt.MouseButton.LeftButton, pos=begin)
    window.source.view.select(QPointF(begin), QPointF(end))
    qtbot.mouseRelease(page, Qt.MouseButton.LeftButton, pos=end)
