"""The tabs beside the experts: comparing them, and the examples that answers become."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from phi3desk.chat.examples import Chosen
from phi3desk.library.documents import Passage
from phi3desk.profiles.teaching import Step
from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.conversation.message_actions import JUDGING, MessageAction
from phi3desk.ui.chat.conversation.view import ConversationView
from phi3desk.ui.chat.own_answers import OwnAnswers
from phi3desk.ui.comparison.inline_controller import InlineComparisonController
from phi3desk.ui.comparison.launcher import ComparisonLauncher
from phi3desk.ui.comparison.page import ComparisonPage
from phi3desk.ui.comparison.runner import ComparisonRunner
from phi3desk.ui.examples.correction_form import CorrectionForm
from phi3desk.ui.examples.feedback import Feedback
from phi3desk.ui.examples.page import ExamplesPage
from phi3desk.ui.experts.page import ExpertsPage
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services

COMPARISON, EXAMPLES = "comparison", "examples"
#: where a step of the teaching guide is taken; examples are collected beside the experts
STEP_PAGES = {Step.ADD_DOCUMENTS: Page.LIBRARY, Step.ADD_ADAPTER: Page.MODELS}


class ExpertTabs(QObject):
    """Lets a conversation's answers be judged and compared, and makes the tabs of the experts page for it."""

    def __init__(
        self,
        services: Services,
        conversation_controller: ConversationController,
        give_back: Callable[[], None],
        own_answers: OwnAnswers,
        selected: Callable[[], Passage | None],
        window: QWidget,
    ) -> None:
        """`give_back` brings the model in line with the expert in use again, after a comparison.

        `selected` returns what is selected on the page of the source that is shown.
        """
        super().__init__(window)
        self._services = services
        self._page: ExpertsPage | None = None
        self._conversation_controller = conversation_controller
        self._notices = services.notices
        self.runner = ComparisonRunner(services, give_back, self)
        self._launcher = ComparisonLauncher(services, self.runner, lambda: conversation_controller.is_answering, window)
        self.feedback = Feedback(services, window)
        self.inline_comparison = InlineComparisonController(
            services, self.runner, self._launcher, self.feedback, conversation_controller, self
        )
        self._selected = selected
        self._view: ConversationView | None = None
        self.feedback.corrected.connect(own_answers.put)
        self.feedback.taken_back.connect(own_answers.take_back)
        self.runner.running_changed.connect(self._on_running_changed)
        self.inline_comparison.many_requested.connect(self._on_many)

    def join(self, page: ExpertsPage) -> None:
        """Put the tabs beside the experts of a page."""
        self._page = page
        self.comparison = ComparisonPage(self._services, self.runner, self._launcher)
        self.examples = ExamplesPage(self._services)
        page.add_tab(COMPARISON, self.comparison, self.tr("Does it help?"))
        page.add_tab(EXAMPLES, self.examples, self.tr("Examples"))
        page.answer_with(
            self._services.model, lambda: self._conversation_controller.is_answering or self.runner.running
        )
        page.guide.step_chosen.connect(self._on_step_chosen)
        page.tabs.currentChanged.connect(self._on_tab_changed)
        self.feedback.changed.connect(self.examples.refresh)

    def follow(self, view: ConversationView) -> None:
        """Let the answers of a conversation be judged and compared."""
        self._view = view
        view.action_requested.connect(self._on_action_requested)
        self.inline_comparison.follow(view)

    def act(self, action: MessageAction, message_id: int) -> None:
        """Do what was asked for of an answer before its conversation was followed."""
        self._on_action_requested(action, message_id)
        if action is MessageAction.COMPARE:
            self.inline_comparison.compare(message_id)

    def _on_action_requested(self, action: MessageAction, message_id: int) -> None:
        if action in JUDGING and not self._conversation_controller.can_change(message_id):
            return
        if action is MessageAction.GOOD:
            self.feedback.good(self._conversation, message_id)
        elif action is MessageAction.NOT_GOOD:
            self.feedback.not_good(self._conversation, message_id)
        elif action is MessageAction.CORRECT:
            self._correct(message_id)

    def _correct(self, message_id: int) -> None:
        """Let a form stand under an answer that asks what it should have said."""
        asked, view = self._conversation_controller.question_of(message_id), self._view
        if asked is None or asked[1].answer is None or view is None:
            return
        conversation = self._conversation
        form = CorrectionForm(asked[0].text, asked[1].answer, self._selected)

        def leave() -> None:
            view.take_below_away()
            view.setFocus()

        def keep(text: str, chosen: Sequence[Chosen]) -> None:
            # it may have been asked again meanwhile: what is typed stays in the form
            if not self._conversation_controller.can_change(message_id):
                return
            leave()
            self.feedback.correct(conversation, message_id, text, chosen)

        form.kept.connect(keep)
        form.cancelled.connect(leave)
        form.source_wanted.connect(view.source_requested)
        view.show_below(message_id, form)
        form.text.setFocus()

    @property
    def _conversation(self) -> int:
        """The id of the conversation that is shown, 0 before there is one."""
        return (
            self._conversation_controller.conversation.id
            if self._conversation_controller.conversation is not None
            else 0
        )

    def _on_many(self, question: str, profile_id: str, variants: list[str]) -> None:
        self._notices.show_page(Page.EXPERTS)
        self._show_tab(COMPARISON)
        self.comparison.prepare(question, profile_id, variants)

    def _on_step_chosen(self, step: Step) -> None:
        if step is Step.COLLECT_EXAMPLES:
            self._show_tab(EXAMPLES)
        else:
            self._notices.show_page(STEP_PAGES[step])

    def _show_tab(self, name: str) -> None:
        if self._page is not None:
            self._page.show_tab(name)

    def _on_tab_changed(self, _: int) -> None:
        if self._page is not None and self._page.tabs.currentWidget() is self.comparison:
            self.comparison.refresh()

    def _on_running_changed(self, running: bool) -> None:
        reason = self.tr("A comparison has the model. Stop it, or wait.")
        self._conversation_controller.set_busy(reason if running else "")
