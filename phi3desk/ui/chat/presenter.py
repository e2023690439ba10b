"""Shows on the chat page what becomes of a conversation, and does there what its user asks for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Message
from phi3desk.ui.answers.inspector import Inspector
from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.export import ConversationExport
from phi3desk.ui.chat.own_answers import OwnAnswers
from phi3desk.ui.chat.page import ChatPage
from phi3desk.ui.chat.search_form import SearchForm
from phi3desk.ui.notices import Notices
from phi3desk.ui.widgets.shortcuts import bind

VERSION_STEPS = {MessageAction.VERSION_BEFORE: -1, MessageAction.VERSION_AFTER: 1}


class ChatPresenter(QObject):
    """Joins a chat page and the controller of its conversation; `start_left` tells that the start page went."""

    start_left = Signal()

    def __init__(
        self,
        chat: ChatPage,
        controller: ConversationController,
        export: ConversationExport,
        notices: Notices,
        own_answers: OwnAnswers,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._chat, self._controller, self._export, self._notices = chat, controller, export, notices
        #: what the person put right, in the place of answers
        self.own_answers = own_answers
        controller.message_added.connect(self._on_message_added)
        controller.activity_changed.connect(chat.view.set_activity)
        controller.sources_found.connect(chat.view.set_sources)
        controller.text_received.connect(chat.view.set_text)
        controller.answer_ended.connect(self._on_answer_ended)
        controller.answering_changed.connect(chat.composer.set_answering)
        controller.refused.connect(notices.say)
        controller.version_shown.connect(self._on_version_shown)
        chat.composer.sent.connect(self.ask)
        chat.composer.stop_requested.connect(controller.stop)
        chat.composer.left.connect(controller.end_edit)
        chat.composer.edit.textChanged.connect(controller.read_ahead)
        controller.conversation_opened.connect(self._show_gauge)
        controller.message_added.connect(self._show_gauge)
        chat.start.question_chosen.connect(self.ask)
        chat.view.copied.connect(self._on_copied)
        chat.view.action_requested.connect(self._on_action_requested)
        bind(chat, "Ctrl+I", self._explain_at_hand, self.tr("Show how the answer was found"))

    def ask(self, text: str) -> None:
        """Ask a question, as it is sent from the composer; it stays there where it cannot be asked now.

        So does another one that is being written there.
        """
        composer = self._chat.composer
        if self._controller.ask(text, composer.named, composer.mode_button.chosen_mode):
            composer.mode_button.choose(None)
            if composer.text == text:
                composer.clear()
            composer.setFocus()

    def _on_message_added(self, message: Message, writing: bool) -> None:
        if self._chat.shows_start:
            conversation = self._controller.conversation
            self._chat.show_conversation(conversation.title if conversation else "", empty=False)
            self.start_left.emit()
        self._chat.view.add_message(message, writing)

    def _show_gauge(self, *_: object) -> None:
        self._chat.composer.gauge.show_reading(self._controller.reading)

    def _on_answer_ended(self, message: Message, notice: str) -> None:
        conversation = self._controller.conversation
        if conversation is not None and conversation.id == message.conversation_id:
            self._chat.view.finish(message, notice)
            self._show_gauge()
        elif notice:
            self._notices.say(notice)

    def _on_action_requested(self, action: MessageAction, message_id: int) -> None:
        controller = self._controller
        if action in (MessageAction.ASK_AGAIN, MessageAction.WITHOUT_DOCUMENTS):
            mode_button = self._chat.composer.mode_button
            mode = AnswerMode.MODEL_ALONE if action is MessageAction.WITHOUT_DOCUMENTS else mode_button.chosen_mode
            controller.ask_again(message_id, mode)
            mode_button.choose(None)
        elif action is MessageAction.USE_OWN:
            self.own_answers.use(message_id)
        elif action in VERSION_STEPS:
            controller.step_version(message_id, VERSION_STEPS[action])
        elif action is MessageAction.EDIT:
            self._chat.composer.set_text(controller.edit(message_id), controller.named_in(message_id))
        elif action is MessageAction.EDIT_SEARCH:
            self._edit_search(message_id)
        elif action is MessageAction.EXPLAIN:
            self._explain(message_id)
        elif action is MessageAction.EXPORT and controller.conversation is not None:
            self._export.save_answer(controller.conversation.id, message_id)

    def _edit_search(self, message_id: int) -> None:
        """Let a form stand under an answer that asks what to search for in place of what was searched."""
        asked = self._controller.question_of(message_id)
        if asked is None or asked[1].answer is None:
            return
        view = self._chat.view
        form = SearchForm(asked[1].answer.searched_for)

        def leave() -> None:
            view.take_below_away()
            view.setFocus()

        def search(text: str) -> None:
            if self._controller.ask_again(message_id, search_text=text):
                leave()

        form.sent.connect(search)
        form.cancelled.connect(leave)
        view.show_below(message_id, form)
        form.text.setFocus()

    def _explain_at_hand(self) -> None:
        message = self._chat.view.answer_at_hand
        if message is not None:
            self._explain(message.id)

    def _explain(self, message_id: int) -> None:
        """Tell under an answer how it was found; take that away again where it is told already."""
        view = self._chat.view
        if self._inspects(message_id):
            self._leave_inspector()
            return
        asked = self._controller.question_of(message_id)
        if asked is None or asked[1].answer is None:
            return
        inspector = Inspector(asked[1].answer, message_id)
        inspector.source_requested.connect(view.source_requested)
        inspector.close_requested.connect(self._leave_inspector)
        inspector.copied.connect(lambda: self._notices.say(self.tr("Copied.")))
        view.show_below(message_id, inspector)
        (inspector.rows[0] if inspector.rows else inspector.close_button).setFocus()

    def _inspects(self, message_id: int) -> bool:
        below = self._chat.view.below
        return isinstance(below, Inspector) and below.message_id == message_id

    def _leave_inspector(self) -> None:
        self._chat.view.take_below_away()
        self._chat.view.setFocus()

    def _on_version_shown(self, message: Message) -> None:
        self._chat.view.finish(message)
        self._show_gauge()
        if self._inspects(message.id):
            self._chat.view.take_below_away()

    def _on_copied(self, with_sources: bool) -> None:
        self._notices.say(self.tr("Copied, with its sources.") if with_sources else self.tr("Copied."))
