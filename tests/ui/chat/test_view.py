"""The conversation shows messages safely, streams without jumping, and opens sources by pointer and key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QPalette, QTextDocument
from PySide6.QtWidgets import QPushButton, QStackedWidget, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Basis, CheckedSentence, Message, Source, Why
from phi3desk.library.documents import WordsOnly
from phi3desk.model.types import Ending, Role
from phi3desk.ui.answers.markup import fragments
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.conversation.message_text import copied
from phi3desk.ui.chat.conversation.message_writer import REFUSAL
from phi3desk.ui.chat.conversation.view import SHOWN_AT_FIRST, ConversationView
from phi3desk.ui.theme import tokens
from tests.ui.conftest import SENTENCE

HOSTILE = '<img src="file:///etc/passwd"><a href="https://evil.example">x</a> ![p](https://evil.example/p.png) [1]'


@pytest.fixture
def view(qtbot: QtBot) -> ConversationView:
    made = ConversationView()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def question(text: str = "How often?", id: int = 1) -> Message:
    return Message(id, 1, Role.USER, text, 0.0)


def links(view: ConversationView) -> list[str]:
    return [run.charFormat().anchorHref() for run in fragments(view.document()) if run.charFormat().isAnchor()]


def test_view_shows_question_answer_and_sources(view: ConversationView, make_answer: Callable[..., Message]) -> None:
    view.show_messages([question(), make_answer("Every **2,000** hours. [1]")])

    text = view.toPlainText()
    assert "How often?" in text
    assert "Every 2,000 hours. [1]" in text
    assert "pump manual.pdf, p. 2" in text
    assert SENTENCE in text
    assert "From documents  ·  1 source  ·  Pump expert, Phi-3  ·  3.4 s" in text
    foot = view.document().find("Pump expert").charFormat()
    assert foot.toolTip() == "Phi-3: 300 tokens read, 17 written at 6.8 a second"


def test_view_says_where_an_answer_without_documents_is_from(
    view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Perhaps.", sources=0)])

    assert "From the model alone, not from documents" in view.toPlainText()


def test_view_tells_a_refusal_from_an_answer_without_a_source(
    view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    def shown(text: str) -> str:
        message = make_answer(text)
        assert message.answer is not None
        view.show_messages([question(), replace(message, answer=replace(message.answer, citations=()))])
        return view.toPlainText()

    assert "The model found no answer in the documents" in shown("The documents do not tell.")
    assert "No sentence of the documents found says this" in shown("Every 2,000 hours.")


def test_view_says_how_long_an_answer_took(view: ConversationView, make_answer: Callable[..., Message]) -> None:
    message = make_answer("Every 2,000 hours. [1]")
    assert message.answer is not None
    for prefill_s, told in ((0.5, "3.5 s"), (56.8, "1 min 0 s"), (102.2, "1 min 45 s")):
        answer = replace(message.answer, timings=replace(message.answer.timings, prefill_s=prefill_s))
        view.show_messages([question(), replace(message, answer=answer)])
        assert f"Pump expert, Phi-3  ·  {told}" in view.toPlainText().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("words_only", "told"),
    [
        (WordsOnly.LANGUAGE, "does not know the language of the question"),
        (WordsOnly.NO_VECTORS, "still being prepared"),
    ],
)
def test_view_says_where_only_words_could_search(
    view: ConversationView, make_answer: Callable[..., Message], words_only: WordsOnly, told: str
) -> None:
    for basis, sources in ((Basis.DOCUMENTS, 1), (Basis.NOTHING_FOUND, 0)):
        message = make_answer("Every 2,000 hours. [1]", sources=sources, basis=basis)
        assert message.answer is not None
        view.show_messages([question(), message])
        assert "by words" not in view.toPlainText()
        answer = replace(message.answer, words_only=words_only, meanings=0.0)
        view.show_messages([question(), replace(message, answer=answer)])
        assert f"Searched by words only: {'the search by meaning' if words_only == 'language' else 'these'}" in (
            view.toPlainText()
        )
        assert told in view.toPlainText()
        assert "0 %" not in view.toPlainText()


def test_view_offers_an_answer_without_documents_where_nothing_was_found(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Nothing was found.", sources=0, basis=Basis.NOTHING_FOUND)])

    with qtbot.waitSignal(view.action_requested) as asked:
        view.anchorClicked.emit(QUrl(next(link for link in links(view) if link.startswith("without:"))))
    assert asked.args == [MessageAction.WITHOUT_DOCUMENTS, 2]


def test_view_says_over_an_answer_that_the_model_gave_it_where_the_documents_do_not_tell(
    view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    message = make_answer("It stays soft in the cold.", basis=Basis.MODEL)
    assert message.answer is not None
    for mode, told in ((AnswerMode.DOCUMENTS_FIRST, True), (AnswerMode.MODEL_ALONE, False)):
        view.show_messages([question(), replace(message, answer=replace(message.answer, mode=mode, citations=()))])
        text = view.toPlainText()
        assert ("From the model, not found in the documents\nIt stays soft" in text) is told
        assert ("Nearest passages:" in text) is told
        assert "Not answered" not in text


def test_view_takes_markup_of_questions_answers_and_passages_as_text(
    view: ConversationView, make_answer: Callable[..., Message], make_source: Callable[..., Source]
) -> None:
    answer = make_answer(HOSTILE)
    assert answer.answer is not None
    view.show_messages([question(HOSTILE), answer])
    view.add_message(Message(3, 1, Role.ASSISTANT, "", 0.0), writing=True)
    view.set_sources(3, (make_source(1, HOSTILE, f"/x/{HOSTILE}.pdf"),))
    view.set_text(3, HOSTILE)

    assert HOSTILE in view.toPlainText()
    assert not any(run.charFormat().isImageFormat() for run in fragments(view.document()))
    assert all(link.startswith("cite:") for link in links(view))
    assert view.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl("file:///etc/passwd")) is None
    assert not view.openExternalLinks()
    assert not view.openLinks()


def doubted(message: Message) -> Message:
    """Return an answer of two sentences, of which the sources hold the first."""
    assert message.answer is not None
    sentences = (
        CheckedSentence("Every 2,000 hours.", True, 0.9, Why.SUPPORTED, (1,)),
        CheckedSentence("Use 900 g.", False, 0.2, Why.FIGURE),
    )
    return replace(message, answer=replace(message.answer, sentences=sentences, mode=AnswerMode.DOCUMENTS_ONLY))


def test_view_shows_how_much_of_an_answer_is_in_its_sources(
    view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), doubted(make_answer("Every **2,000** hours [1]. Use 900 g."))])

    text = view.toPlainText()
    assert "Use 900 g. (another figure than in the sources)" in text
    assert "1 of 2 sentences found in the sources" in text
    assert "●\xa0Only documents" in view.document().toRawText()
    told = view.document().find("1 of 2").charFormat()
    assert told.foreground().color().name() == tokens().attention.lower()


def test_view_explains_a_doubt_by_keyboard(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), doubted(make_answer("Every 2,000 hours [1]. Use 900 g."))])
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Return)

    assert QToolTip.text().startswith("The sources that were read give another figure.")
    QToolTip.hideText()


def test_view_copies_a_message_with_its_doubts(view: ConversationView, make_answer: Callable[..., Message]) -> None:
    view.show_messages([question(), doubted(make_answer("Every **2,000** hours [1]. Use 900 g."))])
    view.copy_message(2)

    assert (
        QGuiApplication.clipboard()
        .text()
        .startswith(
            "Every **2,000** hours [1]. Use 900 g. (another figure than in the sources)\n\n"
            "1 of 2 sentences found in the sources.\n\nSources:\n[1] pump manual.pdf"
        )
    )


def test_view_shows_a_figure_that_the_source_does_not_hold(
    view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    message = make_answer("Every 9 hours. [1]")
    assert message.answer is not None
    citations = tuple(replace(citation, missing=("9",)) for citation in message.answer.citations)
    view.show_messages([question(), replace(message, answer=replace(message.answer, citations=citations))])

    told = view.document().find("check 9: the source does not hold it")
    assert told.charFormat().foreground().color().name() == tokens().attention.lower()


def test_view_shows_a_refusal_as_no_answer(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    message = make_answer("The documents do not tell who founded the company.", sources=2)
    assert message.answer is not None
    refused = replace(message.answer, refused=True, citations=(), mode=AnswerMode.DOCUMENTS_ONLY)
    view.show_messages([question(), replace(message, answer=refused)])

    text = view.toPlainText().replace("\xa0", " ")
    assert "Not answered\nThe documents do not tell who founded the company." in text
    assert "Nearest passages:  [1] pump manual.pdf, p. 2" in text
    assert "From documents" not in text
    assert [part for part, _ in view.parts_of(2)] == [REFUSAL]
    with qtbot.waitSignal(view.action_requested) as asked:
        view.anchorClicked.emit(QUrl(next(link for link in links(view) if link.startswith("without:"))))
    assert asked.args == [MessageAction.WITHOUT_DOCUMENTS, 2]


def test_view_shows_the_nearest_sentences_of_a_refusal_and_leads_to_each(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    message = make_answer("The documents do not tell. [1]", sources=2)
    assert message.answer is not None
    told = ((2, "Grease it."), (1, "Oil it."), (2, "Wipe it."))
    nearest = tuple(replace(message.answer.citations[0], n=n, quote=quote) for n, quote in told)
    refused = replace(
        message.answer, refused=True, citations=(), nearest=nearest, mode=AnswerMode.DOCUMENTS_ONLY, text="No."
    )
    view.show_messages([question(), replace(message, text="The documents do not tell.", answer=refused)])

    text = view.toPlainText()
    assert text.index("Nearest sentences") < text.index("“Grease it.”") < text.index("“Oil it.”") < text.index("“Wipe")
    assert "Nearest passages" not in text
    for at, (n, quote) in enumerate(told):
        with qtbot.waitSignal(view.source_requested) as asked:
            view.anchorClicked.emit(QUrl(next(link for link in links(view) if link.endswith(f"/{n}/{at}"))))
        assert (asked.args[0].n, asked.args[1]) == (n, quote)
    text = copied(replace(message, answer=refused))
    assert text.count("“Oil it.”") == 1
    assert "\n\nNearest in the documents:\n[" in text
    assert "Sources:" not in text


@pytest.mark.parametrize(
    "link",
    ["https://evil.example", "file:///etc/passwd", "cite:9/9/9", "doubt:2/9", "doubt:9/9", "cite:a/b/c", "cite:"],
)
def test_view_follows_no_other_link(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message], link: str
) -> None:
    view.show_messages([question(), make_answer("Yes [1].")])
    before = view.toPlainText()

    with qtbot.assertNotEmitted(view.source_requested):
        view.anchorClicked.emit(QUrl(link))
    assert view.toPlainText() == before


def test_view_opens_a_source_with_its_sentence(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Yes [1].")])

    with qtbot.waitSignal(view.source_requested) as asked:
        view.anchorClicked.emit(QUrl("cite:2/1/0"))
    source, quote = asked.args
    assert (source.n, quote) == (1, SENTENCE)


def test_view_opens_a_source_by_keyboard(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Yes [1].")])
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Tab)

    with qtbot.waitSignal(view.source_requested):
        qtbot.keyClick(view, Qt.Key.Key_Return)


def test_view_opens_a_source_by_a_click_beside_its_words(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Yes [1].")])
    _, place = next(iter(view.parts_of(2)))

    with qtbot.waitSignal(view.source_requested):
        at = QPoint(round(place.right()) - 6, round(place.top()) + 6 - view.verticalScrollBar().value())
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_view_leaves_no_frame_around_a_link_that_was_clicked(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Yes [1].")])
    mark = view.document().find("[1]")
    mark.setPosition(mark.selectionStart() + 1)
    with qtbot.waitSignal(view.source_requested):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.cursorRect(mark).center())
    assert not view.textCursor().hasSelection()


def test_view_streams_and_then_formats(view: ConversationView, make_answer: Callable[..., Message]) -> None:
    view.show_messages([question()])
    view.add_message(Message(2, 1, Role.ASSISTANT, "", 0.0), writing=True)
    view.set_activity(2, "Reading 5 passages, 62 %")
    assert "Reading 5 passages, 62 %" in view.toPlainText()

    view.set_text(2, "Every **2,0")
    view.set_text(2, "Every **2,000** hours")
    assert "Every **2,000** hours" in view.toPlainText()
    assert "Reading 5 passages" not in view.toPlainText()

    view.finish(make_answer("Every **2,000** hours. [1]"))
    assert "Every 2,000 hours. [1]" in view.toPlainText()


def test_view_shows_sources_before_the_first_word_and_writes_above_them(
    view: ConversationView, make_source: Callable[..., Source]
) -> None:
    view.show_messages([question()])
    view.add_message(Message(2, 1, Role.ASSISTANT, "", 0.0), writing=True)
    view.set_sources(2, (make_source(1),))
    assert "pump manual.pdf" in view.toPlainText()

    for text in ("Every", "Every two", "Every two thousand\n\nhours"):
        view.set_text(2, text)
    text = view.toPlainText()
    assert text.index("hours") < text.index("pump manual.pdf")


def test_view_says_how_an_answer_broke_off(view: ConversationView, make_answer: Callable[..., Message]) -> None:
    view.show_messages([question()])
    view.add_message(Message(2, 1, Role.ASSISTANT, "", 0.0), writing=True)
    view.finish(make_answer("Every two", sources=0, ended=Ending.FAILED), "The model stopped unexpectedly.")
    assert "Every two" in view.toPlainText()
    assert "The model stopped unexpectedly." in view.toPlainText()

    view.show_messages([question(), make_answer("Every two", sources=0, ended=Ending.WRITING)])
    assert "phi3desk was closed while this was written." in view.toPlainText()

    view.show_messages([question(), make_answer("Every two, every two,", sources=0, ended=Ending.REPEATED)])
    assert "The model repeated itself without end and was stopped." in view.toPlainText()


def test_view_follows_the_end_only_while_it_is_in_view(view: ConversationView) -> None:
    view.show_messages([question("A long question. " * 60, id) for id in range(1, 9)])
    view.add_message(Message(20, 1, Role.ASSISTANT, "", 0.0), writing=True)
    bar = view.verticalScrollBar()
    view.set_text(20, "word " * 400)
    assert bar.value() == bar.maximum()

    bar.triggerAction(bar.SliderAction.SliderToMinimum)
    view.set_text(20, "word " * 800)
    assert bar.value() == 0
    assert not view.follows_end

    bar.triggerAction(bar.SliderAction.SliderToMaximum)
    view.set_text(20, "word " * 1200)
    assert bar.value() == bar.maximum()


def test_view_copies_a_message_with_its_sources(view: ConversationView, make_answer: Callable[..., Message]) -> None:
    view.show_messages([question(), make_answer("Every **2,000** hours. [1]")])
    view.copy_message(2)

    assert (
        QGuiApplication.clipboard()
        .text()
        .startswith("Every **2,000** hours. [1]\n\nSources:\n[1] pump manual.pdf, p. 2: “The")
    )


def test_view_shows_the_end_of_a_long_conversation_first(view: ConversationView) -> None:
    messages = [question(f"Question {id}.", id) for id in range(1, SHOWN_AT_FIRST + 11)]
    view.show_messages(messages)
    assert "Question 11." in view.toPlainText()
    assert "Question 10." not in view.toPlainText()

    view.anchorClicked.emit(QUrl("earlier:"))
    assert "Question 1." in view.toPlainText()
    assert "earlier" not in view.toPlainText()


def test_view_asks_for_actions_by_keyboard(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Yes.", sources=0)])
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    again = next(b for b in view.action_buttons() if b.accessibleName() == "Ask again")

    assert again.isVisible()
    with qtbot.waitSignal(view.action_requested) as asked:
        qtbot.keyClick(again, Qt.Key.Key_Space)
    assert asked.args == [MessageAction.ASK_AGAIN, 2]


def test_actions_of_an_answer_hide_no_part_of_a_line_they_stand_over(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    answer = make_answer("Every 2,000 hours. [1]")
    assert answer.answer is not None
    made_by = replace(answer.answer.made_by, profile="Feed pumps " * 4, model="Phi-3-mini-4k-instruct.Q4_K_M" * 2)
    long = replace(answer, answer=replace(answer.answer, made_by=made_by))
    view.show_messages([question(), long])
    answered = view.place_of(long.id).translated(0, -view.verticalScrollBar().value()).center().toPoint()
    qtbot.mouseMove(view.viewport(), answered)
    actions = view.message_actions
    qtbot.waitUntil(actions.isVisible)
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    image = actions.grab().toImage()
    # between two buttons nothing but the window's own colour is seen, whatever is written below
    gap = QPoint(actions.width() // len([b for b in actions.buttons() if b.isVisible()]), actions.height() // 2)
    assert image.pixelColor(gap) == window


def test_view_filled_before_it_is_shown_opens_at_its_end(qtbot: QtBot) -> None:
    pages, page, view = QStackedWidget(), QWidget(), ConversationView()
    QVBoxLayout(page).addWidget(view)
    pages.addWidget(QWidget())
    pages.addWidget(page)
    qtbot.addWidget(pages)
    pages.resize(700, 500)
    pages.show()
    qtbot.waitExposed(pages)
    view.show_messages([question(id=number, text="word " * 80) for number in range(1, 12)])
    pages.setCurrentWidget(page)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 500 and bar.value() == bar.maximum())


def test_view_shows_the_head_of_a_tall_widget_and_the_part_that_has_the_keyboard(
    qtbot: QtBot, view: ConversationView, make_answer: Callable[..., Message]
) -> None:
    view.show_messages([question(), make_answer("Yes [1].")])
    tall = QWidget()
    column = QVBoxLayout(tall)
    buttons = [QPushButton(str(n)) for n in range(60)]
    for button in buttons:
        column.addWidget(button)
    view.show_below(2, tall)

    area = view.viewport().rect()
    assert area.contains(buttons[0].mapTo(view.viewport(), QPoint(0, 0)))
    for button in (buttons[40], buttons[59], buttons[0]):
        button.setFocus()
        assert area.contains(button.mapTo(view.viewport(), QPoint(0, 0)))
        assert area.contains(button.mapTo(view.viewport(), QPoint(0, button.height())))
    view.take_below_away()
    view.setFocus()
