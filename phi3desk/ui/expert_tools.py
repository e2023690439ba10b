"""What stands beside the experts: comparing them, and the examples that answers become."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from phi3desk.ui.assistant import Assistant
from phi3desk.ui.comparison_page import ComparisonPage
from phi3desk.ui.conversation_view import ConversationView
from phi3desk.ui.examples_page import ExamplesPage
from phi3desk.ui.expert_in_use import ExpertInUse
from phi3desk.ui.experts_page import ExpertsPage
from phi3desk.ui.judging import Judging
from phi3desk.ui.parts import Parts

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
        self.comparison = ComparisonPage(
            parts.comparisons,
            parts.profiles,
            parts.models,
            parts.library,
            parts.model,
            parts.settings,
            expert.apply,
            lambda: assistant.is_answering,
        )
        self.examples = ExamplesPage(parts.examples, parts.model, parts.settings)
        self.judging = Judging(parts.examples, parts.conversations, parts.profiles, window)
        page.add_tab(COMPARISON, self.comparison, self.tr("Does it help?"))
        page.add_tab(EXAMPLES, self.examples, self.tr("Examples"))
        page.answer_with(parts.model, lambda: assistant.is_answering or self.comparison.running)
        page.page_wanted.connect(self.page_wanted)
        page.tabs.currentChanged.connect(self._on_tab_changed)
        self.comparison.told.connect(self.told)
        self.examples.told.connect(self.told)
        for part in (page, self.comparison, self.examples, self.judging):
            part.undo_offered.connect(self.undo_offered)
        self.judging.changed.connect(self.examples.refresh)
        self.comparison.running_changed.connect(self._on_running_changed)

    def follow(self, view: ConversationView) -> None:
        """Let the answers of a conversation be judged and compared."""
        view.good_requested.connect(lambda message: self.judging.good(self._conversation, message))
        view.not_good_requested.connect(lambda message: self.judging.not_good(self._conversation, message))
        view.compare_requested.connect(self._on_compare)

    def close(self) -> None:
        """Stop a comparison; its answers so far are kept."""
        self.comparison.comparing.stop()

    @property
    def _conversation(self) -> int:
        """The id of the conversation that is shown, 0 before there is one."""
        return self._assistant.conversation.id if self._assistant.conversation is not None else 0

    def _on_compare(self, message_id: int) -> None:
        asked = self._assistant.question_of(message_id)
        if asked is None:
            return
        question, answer = asked
        made_by = answer.answer.made_by if answer.answer is not None else None
        self.page_wanted.emit("experts")
        self._page.show_tab(COMPARISON)
        self.comparison.compare_question(question.text, made_by.profile_id if made_by is not None else "")

    def _on_tab_changed(self, _: int) -> None:
        if self._page.tabs.currentWidget() is self.comparison:
            self.comparison.refresh()

    def _on_running_changed(self, running: bool) -> None:
        reason = self.tr("A comparison has the model. Stop it on the Experts page, or wait.")
        self._assistant.set_busy(reason if running else "")
