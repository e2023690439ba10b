"""What the chat page says beside the messages: who answers, what is searched, how far model and library are."""

from __future__ import annotations

from PySide6.QtCore import QObject

from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.page import ChatPage
from phi3desk.ui.chat.start_controller import StartController
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.models.status import ModelStatus


class ChatReadiness(QObject):
    """Keeps the lines and choices around the composer as expert, collections, model and library are."""

    def __init__(
        self,
        chat: ChatPage,
        controller: ConversationController,
        expert: ActiveExpert,
        library: LibraryClient,
        model_status: ModelStatus,
        progress: LibraryProgress,
        start: StartController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._chat, self._controller, self._expert, self._library = chat, controller, expert, library
        self._model_status, self._progress, self._start = model_status, progress, start
        #: what is said of the model over the composer
        self._said_of_model = ""
        library.status_changed.connect(lambda _: self.show_model())
        library.collections_changed.connect(lambda _: self._show_collections())
        library.import_finished.connect(lambda _: start.show())
        progress.changed.connect(self._show_status)
        model_status.changed.connect(self.show_model)
        chat.composer.named_changed.connect(self._show_collections)
        chat.composer.mode_button.chosen.connect(self._show_collections)
        chat.collections_chosen.connect(self._on_collections_chosen)

    def show_expert(self) -> None:
        """Show the page as it is with the expert in use."""
        self._chat.composer.mode_button.set_expert(self._expert.current.answer_mode)
        self._chat.composer.set_placeholder(self.tr("Ask {expert}").format(expert=self._expert.current.name))
        self.show()

    def show(self) -> None:
        """Show what is searched, the start page and the model as they are for the conversation that is open."""
        self._show_collections()
        self._start.show()
        self.show_model()

    def show_model(self) -> None:
        """Show how far the model is, in one place."""
        text = self._model_status.text()
        told_above = self._chat.shows_start and self._start.is_first
        self._chat.set_banner("" if told_above else text.banner)
        self._chat.start.show_model(text.card, text.settled, text.share)
        self._said_of_model = text.status
        self._show_status()

    def _show_status(self) -> None:
        """Say over the composer what the model is doing, and how questions are searched for."""
        said = (self._said_of_model, self._progress.text())
        self._chat.set_status("  ·  ".join(part for part in said if part))

    def _show_collections(self) -> None:
        searches = self._chat.composer.mode_button.mode.searches
        self._chat.composer.set_searches(searches)
        self._chat.show_searched(
            self._library.collections, self._controller.collections, self._chat.composer.named, searches
        )

    def _on_collections_chosen(self, collections: tuple[int, ...]) -> None:
        self._controller.choose_collections(collections)
        self._show_collections()
