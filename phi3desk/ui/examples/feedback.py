"""Good and not good: keeps what the user thinks of an answer, with all that it was made from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.correcting.corrections import standing, with_marks
from phi3desk.chat.examples import AskedWith, Chosen, Example, Verdict
from phi3desk.chat.follow_up import complete
from phi3desk.chat.history import exchanges_of, turns_of
from phi3desk.chat.messages import Message
from phi3desk.chat.question import collections_named, scope_of
from phi3desk.errors import UserError
from phi3desk.model.types import Role
from phi3desk.ui.examples.correction_dialog import CorrectionDialog
from phi3desk.ui.services import Services


class Feedback(QObject):
    """Keeps a judgement and offers to take it back; `changed` tells that there are other examples.

    `corrected` carries the id of a message and the Example with what takes its place, `taken_back` the id of one whose
    correction was undone.
    """

    changed = Signal()
    corrected = Signal(int, object)
    taken_back = Signal(int)

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._examples, self._conversations = services.examples, services.conversations
        self._profiles, self._notices = services.profiles, services.notices
        self._window = window

    def good(self, conversation_id: int, message_id: int) -> None:
        """Keep an answer as a good example."""
        self._keep(conversation_id, message_id, Verdict.GOOD, "")

    def keep_good(self, question: str, answer: Message, asked: AskedWith) -> None:
        """Keep an answer that stands in no conversation as a good example; its id and time say which one it is."""
        self._judge(question, answer, asked, Verdict.GOOD, "")

    def not_good(self, conversation_id: int, message_id: int) -> CorrectionDialog | None:
        """Ask what an answer should have said, and keep it; returns the open dialog, None where there is no answer."""
        found = self._found(conversation_id, message_id)
        if found is None:
            return None
        messages, at = found
        dialog = CorrectionDialog(messages[at - 1].text, messages[at].text, parent=self._window)

        def on_accepted() -> None:
            verdict = Verdict.CORRECTED if dialog.correction else Verdict.REJECTED
            self._keep(conversation_id, message_id, verdict, dialog.correction)

        dialog.accepted.connect(on_accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def correct(self, conversation_id: int, message_id: int, text: str, chosen: Sequence[Chosen]) -> None:
        """Keep what an answer should have said, with the sentences that this rests on."""
        self._keep(conversation_id, message_id, Verdict.CORRECTED, with_marks(text, chosen), chosen)

    def _keep(
        self,
        conversation_id: int,
        message_id: int,
        verdict: Verdict,
        correction: str,
        chosen: Sequence[Chosen] = (),
    ) -> None:
        found = self._found(conversation_id, message_id)
        if found is None:
            return
        messages, at = found
        self._judge(messages[at - 1].text, messages[at], self._asked(messages, at), verdict, correction, chosen)

    def _judge(
        self,
        question: str,
        answer: Message,
        asked: AskedWith,
        verdict: Verdict,
        correction: str,
        chosen: Sequence[Chosen] = (),
    ) -> None:
        """Keep a judgement and tell of it; Undo brings back the one before, if there was one."""
        before = self._examples.before(answer, verdict)
        example = self._examples.judge(question, answer, asked, verdict, correction, chosen)
        told = {
            Verdict.GOOD: self.tr("Kept as a good example."),
            Verdict.CORRECTED: self.tr("Kept with what it should have said."),
            Verdict.REJECTED: self.tr("Kept as a bad example."),
        }[verdict]
        self.changed.emit()
        if verdict is Verdict.CORRECTED and answer.conversation_id:
            self.corrected.emit(answer.id, example)
        self._notices.offer_undo(told, lambda: self._take_back(answer, example, before))

    def _take_back(self, answer: Message, example: Example, before: Example | None) -> None:
        if before is None:
            self._examples.remove(example.id)
        else:
            self._examples.put_back(before)
        self.changed.emit()
        if example.verdict is Verdict.CORRECTED and answer.conversation_id:
            self.taken_back.emit(answer.id)

    def _found(self, conversation_id: int, message_id: int) -> tuple[Sequence[Message], int] | None:
        """Return a conversation and where in it the answer stands; None where it answers no question."""
        messages = self._conversations.messages(conversation_id)
        at = next((n for n, message in enumerate(messages) if message.id == message_id), 0)
        if at == 0 or messages[at].role is not Role.ASSISTANT or messages[at - 1].role is not Role.USER:
            return None
        return messages, at

    def _asked(self, messages: Sequence[Message], at: int) -> AskedWith:
        answer = messages[at].answer
        if answer is None:
            return AskedWith()
        instructions, mode = "", AnswerMode.DOCUMENTS_ONLY
        try:
            profile = self._profiles.profile(answer.made_by.profile_id)
            instructions, mode = profile.instructions, profile.answer_mode
        except UserError:
            pass
        question, before = messages[at - 1], messages[: at - 1]
        # as it is looked up when it is asked again, whatever was searched for it this time
        completed = complete(question.text, exchanges_of(before))
        asked = _standing(completed.text, question)
        searched = _standing(answer.searched_for, question) if answer.searched_for else asked
        # where the rules make nothing of it, the same words may mean another thing in another conversation
        is_bare = searched != asked and not completed.changed
        return AskedWith(
            instructions,
            answer.mode or mode,
            answer.sources,
            turns_of(list(before)),
            answer.basis,
            answer.made_by,
            searched if is_bare else asked,
            answer.searched_for,
            searched if searched != asked and not is_bare else "",
            asked if is_bare else "",
        )


def _standing(text: str, question: Message) -> str:
    return standing(text, scope_of(question.named, None), collections_named(question.named))
