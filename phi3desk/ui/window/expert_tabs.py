"""What stands beside the experts: comparing them, and the examples that answers become."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from phi3desk.ui.chat.controller import Assistant
from phi3desk.ui.chat.view import ConversationView
from phi3desk.ui.comparison.inline_controller import SpotComparing
from phi3desk.ui.comparison.launcher import ComparisonStart
from phi3desk.ui.comparison.page import ComparisonPage
from phi3desk.ui.comparison.runner import Comparing
from phi3desk.ui.examples.feedback import Judging
from phi3desk.ui.examples.page import ExamplesPage
from phi3desk.ui.experts.active import ExpertInUse
from phi3desk.ui.experts.adapter_checks import AdapterFit
from phi3desk.ui.experts.page import ExpertsPage
from phi3desk.ui.experts.switcher import ExpertSwitcher
from phi3desk.ui.services import Parts

COMPARISON, EXAMPLES = "comparison", "examples"


class ExpertTools(QObject):
    """Makes the tabs of the experts page and lets a conversation's answers be judged and compared.

    `told` carries a sentence for the person, `undo_offered` a text and what undoes it, `page_wanted` a page's name.
    """

    told = Signal(str)
    undo_offered = Signal(str, object)
    page_wanted = Signal(str)

    def __init__(
        self, parts: Parts, page: ExpertsPage, assistant: Assistant, expert: ExpertInUse, window: QWidget
    ) -> None:
        super().__init__(window)
        self._page = page
        self._assistant = assistant
        self.comparing = Comparing(
            parts.comparisons, parts.models, parts.library, parts.model, parts.settings, expert.apply, self
        )
        begin = ComparisonStart(
            parts.comparisons,
            parts.profiles,
            parts.models,
            parts.adapters,
            self.comparing,
            lambda: assistant.is_answering,
            window,
        )
        self.comparison = ComparisonPage(parts.comparisons, parts.profiles, parts.settings, self.comparing, begin)
        self.examples = ExamplesPage(parts.examples, parts.model, parts.settings)
        self.judging = Judging(parts.examples, parts.conversations, parts.profiles, window)
        self.spot = SpotComparing(
            parts.comparisons,
            parts.conversations,
            parts.profiles,
            parts.library,
            self.comparing,
            begin,
            self.judging,
            assistant,
            self,
        )
        self.fit = AdapterFit(expert, parts.adapters, parts.model, self)
        self._connect(parts)

    def _connect(self, parts: Parts) -> None:
        page = self._page
        page.add_tab(COMPARISON, self.comparison, self.tr("Does it help?"))
        page.add_tab(EXAMPLES, self.examples, self.tr("Examples"))
        page.answer_with(parts.model, lambda: self._assistant.is_answering or self.comparing.running)
        page.page_wanted.connect(self.page_wanted)
        page.tabs.currentChanged.connect(self._on_tab_changed)
        for teller in (self.comparison, self.examples, self.spot):
            teller.told.connect(self.told)
        for part in (page, self.comparison, self.examples, self.judging, self.spot):
            part.undo_offered.connect(self.undo_offered)
        self.judging.changed.connect(self.examples.refresh)
        self.comparing.running_changed.connect(self._on_running_changed)
        self.spot.many_requested.connect(self._on_many)

    def follow(self, view: ConversationView) -> None:
        """Let the answers of a conversation be judged and compared."""
        view.good_requested.connect(lambda message: self.judging.good(self._conversation, message))
        view.not_good_requested.connect(lambda message: self.judging.not_good(self._conversation, message))
        self.spot.follow(view)

    def warn_in(self, switcher: ExpertSwitcher) -> None:
        """Say beside the expert in use that an adapter of it does not suit its model."""
        self.fit.changed.connect(lambda: switcher.show_warning(self.fit.line, self.fit.words()))

    def close(self) -> None:
        """Stop a comparison; its answers so far are kept."""
        self.comparing.stop()

    @property
    def _conversation(self) -> int:
        """The id of the conversation that is shown, 0 before there is one."""
        return self._assistant.conversation.id if self._assistant.conversation is not None else 0

    def _on_many(self, question: str, profile_id: str, variants: list[str]) -> None:
        self.page_wanted.emit("experts")
        self._page.show_tab(COMPARISON)
        self.comparison.prepare(question, profile_id, variants)

    def _on_tab_changed(self, _: int) -> None:
        if self._page.tabs.currentWidget() is self.comparison:
            self.comparison.refresh()

    def _on_running_changed(self, running: bool) -> None:
        reason = self.tr("A comparison has the model. Stop it, or wait.")
        self._assistant.set_busy(reason if running else "")
