"""What stands where a conversation will be: the first steps, then questions that the documents answer."""

from __future__ import annotations

from PySide6.QtCore import QObject

from phi3desk.library.documents import Collection, LibraryStatus
from phi3desk.library.samples import questions_for
from phi3desk.ui.chat.start_page import StartPage
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.models.get_phi3 import GetPhi3
from phi3desk.ui.services import Services

HAD_DOCUMENTS = "had_documents"


class StartController(QObject):
    """Keeps the start page as the library and the expert in use are."""

    def __init__(
        self, services: Services, expert: ActiveExpert, progress: LibraryProgress, page: StartPage, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services, self._expert, self._progress, self._page = services, expert, progress, page
        self._sample_questions: list[str] = []
        page.model.add_part(GetPhi3(services.downloads, page.model))
        services.library.status_changed.connect(self._on_library_status)
        services.library.collections_changed.connect(self._on_collections)
        progress.changed.connect(self._show_progress)

    @property
    def is_first(self) -> bool:
        """Whether nothing has been asked yet, or there is nothing to ask."""
        return not self._has_documents() or not self._services.conversations.has_any()

    def show(self) -> None:
        """Show the page as things are now."""
        profile = self._expert.current
        if self.is_first:
            title = self.tr("Ask your documents")
            lead = self.tr("Answers come with the document, the page and the sentence they rest on.")
        else:
            title = self.tr("Ask {expert}").format(expert=profile.name)
            lead = self._expert.summary()
        self._page.show_expert(title, lead, self.is_first)
        self._show_progress()
        questions = list(profile.first_questions) or (self._sample_questions if self._has_documents() else [])
        self._page.show_questions(questions)

    def _show_progress(self) -> None:
        far = self._progress
        self._page.show_documents(far.figures, far.progress)

    def _has_documents(self) -> bool:
        """Whether there is something to ask; until the library has told, what it was the last time."""
        status = self._services.library.status
        return bool(status.passages) if status else bool(self._services.settings.remembered(HAD_DOCUMENTS))

    def _on_library_status(self, status: LibraryStatus) -> None:
        had = bool(self._services.settings.remembered(HAD_DOCUMENTS))
        if bool(status.passages) != had:
            self._services.settings.remember(HAD_DOCUMENTS, bool(status.passages))
        self.show()

    def _on_collections(self, collections: list[Collection]) -> None:
        questions = questions_for(collections)
        if questions != self._sample_questions:
            self._sample_questions = questions
            self.show()
