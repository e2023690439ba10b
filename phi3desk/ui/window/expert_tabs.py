"""What stands beside the experts: comparing them, and the examples that answers become."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.view import ConversationView
from phi3desk.ui.comparison.inline_controller import InlineComparisonController
from phi3desk.ui.comparison.launcher import ComparisonLauncher
from phi3desk.ui.comparison.page import ComparisonPage
from phi3desk.ui.comparison.runner import ComparisonRunner
from phi3desk.ui.examples.feedback import Feedback
from phi3desk.ui.examples.page import ExamplesPage
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.experts.adapter_checks import ActiveAdapterChecks
from phi3desk.ui.experts.page import ExpertsPage
from phi3desk.ui.experts.switcher import ExpertSwitcher
from phi3desk.ui.services import Services

COMPARISON, EXAMPLES = "comparison", "examples"


class ExpertTabs(QObject):
    """Makes the tabs of the experts page and lets a conversation's answers be judged and compared.

    `told` carries a sentence for the person, `undo_offered` a text and what undoes it, `page_wanted` a page's name.
    """

    told = Signal(str)
    undo_offered = Signal(str, object)
    page_wanted = Signal(str)

    def __init__(
        self,
        services: Services,
        page: ExpertsPage,
        conversation_controller: ConversationController,
        expert: ActiveExpert,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._page = page
        self._conversation_controller = conversation_controller
        self.runner = ComparisonRunner(
            services.comparisons,
            services.models,
            services.library,
            services.model,
            services.settings,
            expert.apply,
            self,
        )
        begin = ComparisonLauncher(
            services.comparisons,
            services.profiles,
            services.models,
            services.adapters,
            self.runner,
            lambda: conversation_controller.is_answering,
            window,
        )
        self.comparison = ComparisonPage(services.comparisons, services.profiles, services.settings, self.runner, begin)
        self.examples = ExamplesPage(services.examples, services.model, services.settings)
        self.feedback = Feedback(services.examples, services.conversations, services.profiles, window)
        self.spot = InlineComparisonController(
            services.comparisons,
            services.conversations,
            services.profiles,
            services.library,
            self.runner,
            begin,
            self.feedback,
            conversation_controller,
            self,
        )
        self.fit = ActiveAdapterChecks(expert, services.adapters, services.model, self)
        self._connect(services)

    def _connect(self, services: Services) -> None:
        page = self._page
        page.add_tab(COMPARISON, self.comparison, self.tr("Does it help?"))
        page.add_tab(EXAMPLES, self.examples, self.tr("Examples"))
        page.answer_with(services.model, lambda: self._conversation_controller.is_answering or self.runner.running)
        page.page_wanted.connect(self.page_wanted)
        page.tabs.currentChanged.connect(self._on_tab_changed)
        for teller in (self.comparison, self.examples, self.spot):
            teller.told.connect(self.told)
        for part in (page, self.comparison, self.examples, self.feedback, self.spot):
            part.undo_offered.connect(self.undo_offered)
        self.feedback.changed.connect(self.examples.refresh)
        self.runner.running_changed.connect(self._on_running_changed)
        self.spot.many_requested.connect(self._on_many)

    def follow(self, view: ConversationView) -> None:
        """Let the answers of a conversation be judged and compared."""
        view.good_requested.connect(lambda message: self.feedback.good(self._conversation, message))
        view.not_good_requested.connect(lambda message: self.feedback.not_good(self._conversation, message))
        self.spot.follow(view)

    def warn_in(self, switcher: ExpertSwitcher) -> None:
        """Say beside the expert in use that an adapter of it does not suit its model."""
        self.fit.changed.connect(lambda: switcher.show_warning(self.fit.line, self.fit.words()))

    def close(self) -> None:
        """Stop a comparison; its answers so far are kept."""
        self.runner.stop()

    @property
    def _conversation(self) -> int:
        """The id of the conversation that is shown, 0 before there is one."""
        return (
            self._conversation_controller.conversation.id
            if self._conversation_controller.conversation is not None
            else 0
        )

    def _on_many(self, question: str, profile_id: str, variants: list[str]) -> None:
        self.page_wanted.emit("experts")
        self._page.show_tab(COMPARISON)
        self.comparison.prepare(question, profile_id, variants)

    def _on_tab_changed(self, _: int) -> None:
        if self._page.tabs.currentWidget() is self.comparison:
            self.comparison.refresh()

    def _on_running_changed(self, running: bool) -> None:
        reason = self.tr("A comparison has the model. Stop it, or wait.")
        self._conversation_controller.set_busy(reason if running else "")
