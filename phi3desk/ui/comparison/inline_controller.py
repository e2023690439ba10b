"""Leads a comparison in the conversation: the same question answered in the variants that its expert has."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from phi3desk.chat.examples import AskedWith
from phi3desk.chat.history import TITLE_LENGTH, turns_of
from phi3desk.chat.messages import Message, Source
from phi3desk.comparison.plan import Comparison, offered
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.errors import UserError
from phi3desk.model.types import Role
from phi3desk.profiles.profile import Profile
from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.conversation.view import ConversationView
from phi3desk.ui.comparison.inline_view import InlineComparison
from phi3desk.ui.comparison.launcher import ComparisonLauncher, ComparisonRequest
from phi3desk.ui.comparison.runner import ComparisonRunner
from phi3desk.ui.examples.feedback import Feedback
from phi3desk.ui.formatting import number
from phi3desk.ui.services import Services


class InlineComparisonController(QObject):
    """One comparison at a time; it stays under its answer until it is closed or another one takes its place.

    `many_requested` carries the question, the expert's id and the variants, to compare more questions so.
    """

    many_requested = Signal(str, str, object)

    def __init__(
        self,
        services: Services,
        runner: ComparisonRunner,
        launcher: ComparisonLauncher,
        feedback: Feedback,
        conversation_controller: ConversationController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._conversations, self._profiles = (
            services.comparisons,
            services.conversations,
            services.profiles,
        )
        self._library, self._notices = services.library, services.notices
        self._runner, self._launcher = runner, launcher
        self._feedback, self._conversation_controller = feedback, conversation_controller
        self._view: ConversationView | None = None
        self._message: Message | None = None
        self._writing = ""
        self.shown: InlineComparison | None = None
        runner.asked.connect(self._on_asked)
        runner.searching.connect(self._on_searching)
        runner.reading.connect(self._on_reading)
        runner.text_received.connect(self._on_text)
        runner.answered.connect(self._on_answered)
        runner.ended.connect(self._on_ended)
        conversation_controller.message_added.connect(self._on_message_added)

    def follow(self, view: ConversationView) -> None:
        """Compare in this conversation."""
        self._view = view
        view.action_requested.connect(self._on_action_requested)

    def _on_action_requested(self, action: MessageAction, message_id: int) -> None:
        if action is MessageAction.COMPARE:
            self.compare(message_id)

    def compare(self, message_id: int) -> None:
        """Ask the question of an answer again, in each variant that makes sense."""
        asked = self._conversation_controller.question_of(message_id)
        if asked is None:
            return
        question, answer = asked
        base = self._launcher.on_its_model(self._expert_of(answer))
        formed = bool(self._launcher.only_with_passages([base]))
        variants = offered(base, has_documents=self._has_documents(), only_with_passages=formed)
        if len(variants) < 2:
            reason = self.tr("There is nothing to compare: “{expert}” has no adapter, and there are no documents.")
            if not base.answer_mode.searches:
                reason = self.tr("There is nothing to compare: “{expert}” has no adapter and searches no documents.")
            if formed:
                reason = self.tr(
                    "There is nothing to compare: the adapter of “{expert}” takes part only in answers from documents, "
                    "and there are none."
                )
            self._notices.say(reason.format(expert=base.name))
            return
        named = self._conversation_controller.named_in(question.id)
        before = [one for one in self._conversations.messages(question.conversation_id) if one.id < question.id]
        wanted = ComparisonRequest(
            title=question.text[:TITLE_LENGTH],
            questions=(ComparedQuestion("1", question.text),),
            base=base,
            variants=variants,
            collections=self._conversation_controller.chosen_collections or None,
            history=turns_of(before),
            named=named,
        )
        self._launcher.begin(wanted, partial(self._show, answer), self._notices.say)

    def close(self) -> None:
        """Take the comparison out of the conversation; one under way is stopped. It stays among the earlier ones."""
        if self._view is not None and self.shown is not None:
            self._view.take_below_away()

    def _on_taken_away(self) -> None:
        """Stop what is no longer seen, also where something else was put in its place."""
        shown, self.shown, self._message = self.shown, None, None
        if shown is not None and self._runner.runs(shown.comparison.id):
            self._runner.stop()

    def _expert_of(self, answer: Message) -> Profile:
        """Return the expert that wrote an answer, the one in use where it is gone."""
        try:
            return self._profiles.profile(answer.answer.made_by.profile_id if answer.answer else "")
        except UserError:
            return self._profiles.current

    def _has_documents(self) -> bool:
        status = self._library.status
        return status is not None and status.passages > 0

    def _show(self, message: Message, comparison: Comparison) -> None:
        self.close()
        if self._view is None:
            return
        shown = InlineComparison(comparison)
        self.shown, self._message = shown, message
        shown.stop_requested.connect(self._runner.stop)
        shown.go_on_requested.connect(self._on_go_on)
        shown.close_requested.connect(self.close)
        shown.many_requested.connect(self._on_many)
        for key, card in shown.answers.items():
            card.source_requested.connect(self._on_source_requested)
            card.rated.connect(partial(self._rate, key))
            card.kept.connect(partial(self._keep, key))
            card.taken.connect(partial(self._take, key))
        self._view.show_below(message.id, shown).taken_away.connect(self._on_taken_away)
        shown.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _running(self) -> InlineComparison | None:
        """What is shown, while it is what the model is answering now."""
        runs = self.shown is not None and self._runner.runs(self.shown.comparison.id)
        return self.shown if runs else None

    def _on_asked(self, _question: str, key: str) -> None:
        self._writing = key
        self._say(self.tr("Reading the question"))

    def _on_searching(self, _: int) -> None:
        self._say(self.tr("Searching the documents"))

    def _on_reading(self, done: int, total: int) -> None:
        percent = number(round(100 * done / total) if total else 0)
        self._say(self.tr("Reading, {percent} %").format(percent=percent))

    def _say(self, text: str) -> None:
        if self._running is not None:
            self._running.answers[self._writing].show_state(text)

    def _on_text(self, text: str) -> None:
        if self._running is not None and text.strip():
            self._running.answers[self._writing].show_text(text)

    def _on_answered(self, _question: str) -> None:
        shown = self._running
        if shown is not None:
            shown.show_outcomes(self._store.outcomes(shown.comparison.id))
            shown.show_running(running=True)

    def _on_ended(self, _done: bool, problem: str) -> None:
        if self.shown is not None and self._runner.ran(self.shown.comparison.id):
            self.shown.show_running(running=False, problem=problem)

    def _on_go_on(self) -> None:
        if self.shown is not None:
            shown = self.shown

            def on_begun(_: object) -> None:
                # it may have been closed in the meantime
                if self.shown is shown:
                    shown.show_running(running=True)

            self._launcher.go_on(shown.comparison, on_begun, self._notices.say)

    def _on_many(self) -> None:
        if self.shown is not None:
            plan = self.shown.comparison.plan
            keys = [variant.key for variant in plan.variants]
            self.many_requested.emit(plan.questions[0].question, plan.variants[0].profile.id, keys)

    def _on_source_requested(self, source: Source, quote: str) -> None:
        if self._view is not None:
            self._view.source_requested.emit(source, quote)

    def _rate(self, key: str, thumb: int) -> None:
        if self.shown is not None:
            comparison = self.shown.comparison
            self._store.rate(comparison.id, comparison.plan.questions[0].id, key, thumb)
            self.shown.show_outcomes(self._store.outcomes(comparison.id))

    def _keep(self, key: str) -> None:
        """Keep a variant's answer as a good example, once however often it is asked for."""
        shown = self.shown
        outcome = shown.answers[key].outcome if shown is not None else None
        if shown is None or outcome is None:
            return
        comparison, profile, answer = shown.comparison, shown.variant(key).profile, outcome.answer
        plan = comparison.plan
        # no message of a conversation has such an id, and each variant a time of its own
        at = comparison.created + [one.key for one in plan.variants].index(key)
        message = Message(-comparison.id, 0, Role.ASSISTANT, answer.text, at, answer)
        asked = AskedWith(
            profile.instructions,
            answer.mode or profile.answer_mode,
            answer.sources,
            plan.history,
            answer.basis,
            answer.made_by,
            searched_for=answer.searched_for,
        )
        self._feedback.keep_good(plan.questions[0].question, message, asked)

    def _take(self, key: str) -> None:
        """Show a variant's answer as another version of the one it was compared with; offers to undo it."""
        shown, compared = self.shown, self._message
        outcome = shown.answers[key].outcome if shown is not None else None
        if compared is None or outcome is None or not self._conversation_controller.can_change(compared.id):
            return
        before = self._conversations.message(compared.id)
        if before.answer == outcome.answer:
            return
        taken = self._conversations.begin_version(before.id, outcome.answer)
        self._conversation_controller.version_shown.emit(taken)
        self._notices.offer_undo(self.tr("The answer was replaced."), lambda: self._give_back(before, taken))

    def _give_back(self, before: Message, taken: Message) -> None:
        """Show the version of an answer that was in view before another was taken, and forget that one.

        It stays where a later one was written.
        """
        controller, store = self._conversation_controller, self._conversations
        if not controller.can_undo(taken) or not controller.can_change(taken.id):
            return
        with store.transaction():
            if store.message(taken.id).versions == taken.version:
                store.show_version(taken.id, taken.version)
                store.drop_version(taken.id)
            given_back = store.show_version(before.id, before.version)
        controller.version_shown.emit(given_back)

    def _on_message_added(self, message: Message, _writing: bool) -> None:
        """A new message may have the number of one that was deleted: the comparison was of that one."""
        if self._message is not None and message.id <= self._message.id:
            self.close()
