"""What the window tells in its notice: what the rooms say, and what arrived, ended or failed while nobody looked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from phi3desk.errors import Sentence
from phi3desk.library.documents import ImportSummary
from phi3desk.model.types import AdapterEntry, ModelEntry
from phi3desk.ui.chat.page import ChatPage
from phi3desk.ui.chat.start_controller import StartController
from phi3desk.ui.clients.downloads_client import Download
from phi3desk.ui.formatting import translate
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.models.model_import import ModelImport
from phi3desk.ui.notices import NoticeAction
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.window.toast import Toast
from phi3desk.workers.protocol import Failure


class Arrivals(QObject):
    """Shows in a notice what comes from rooms, workers and files; what the page in view tells by itself it leaves out.

    `page` returns the page in view; `answers_with` whether the expert in use answers with a model from now on.
    """

    def __init__(
        self,
        services: Services,
        toast: Toast,
        chat: ChatPage,
        start: StartController,
        documents: DocumentImport,
        models: ModelImport,
        page: Callable[[], Page],
        answers_with: Callable[[ModelEntry], bool],
    ) -> None:
        super().__init__(toast)
        self._notices, self._toast, self._chat, self._start = services.notices, toast, chat, start
        self._documents, self._page, self._answers_with = documents, page, answers_with
        chat.foot_resized.connect(self.lift)
        self._notices.said.connect(self._on_said)
        self._notices.undo_offered.connect(self._on_undo_offered)
        services.library.import_finished.connect(self._on_import_finished)
        services.library.failed.connect(self._on_failed)
        services.model.noticed.connect(self._on_noticed)
        for worker in (services.library.worker, services.model.worker):
            worker.died.connect(self._on_noticed)
        services.downloads.failed.connect(self._on_download_failed)
        models.model_added.connect(self._on_model_added)
        models.model_listed.connect(self._on_model_listed)
        models.adapter_added.connect(self._on_adapter_added)
        models.refused.connect(self._on_file_refused)

    def lift(self) -> None:
        """Keep the notice off the composer."""
        self._toast.set_lift(self._chat.foot_height if self._page() is Page.CHAT else 0)

    def _tell(self, text: str) -> None:
        self.lift()
        self._toast.offer(text)

    def _tell_with_page(self, text: str, page: Page) -> None:
        """Tell of something that is seen on a page."""
        self.lift()
        self._toast.offer(text, self.tr("&Show"), lambda: self._notices.show_page(page))

    def _on_said(self, text: str, action: NoticeAction | None) -> None:
        self.lift()
        if action is None:
            self._toast.offer(text)
        else:
            self._toast.offer(text, action.text, action.act)

    def _on_undo_offered(self, text: str, undo: Callable[[], None]) -> None:
        self.lift()
        self._toast.offer_undo(text, undo)

    def _on_noticed(self, sentence: Sentence) -> None:
        self._tell(translate(sentence))

    def _on_failed(self, failure: Failure) -> None:
        self._tell(translate(failure.sentence))

    def _on_import_finished(self, summary: ImportSummary | Failure | None) -> None:
        if isinstance(summary, ImportSummary) and summary.notice is not None and self._page() is not Page.LIBRARY:
            self._tell(translate(summary.notice))
            return
        if not isinstance(summary, ImportSummary) or not summary.states:
            return
        text, look_after = self._documents.summary(summary)
        if self._page() is Page.LIBRARY:
            return
        if look_after:
            self._tell_with_page(text, Page.LIBRARY)
        elif not self._chat.shows_start:
            self._tell(text)

    def _on_model_added(self, entry: ModelEntry) -> None:
        if self._answers_with(entry):
            self._tell(self.tr("{name} answers from now on.").format(name=entry.called))

    def _on_model_listed(self, entry: ModelEntry) -> None:
        text = self.tr("{name} has arrived. Use it on the Models page.").format(name=entry.called)
        self._tell_with_page(text, Page.MODELS)

    def _on_download_failed(self, download: Download) -> None:
        """Tell at once; the start page and the models page keep the reason."""
        on_start = self._page() is Page.CHAT and self._chat.shows_start and self._start.is_first
        if self._page() is not Page.MODELS and not on_start:
            self._tell_with_page(translate(download.reason), Page.MODELS)

    def _on_adapter_added(self, entry: AdapterEntry) -> None:
        text = self.tr("The adapter {name} was added. Give it to an expert to use it.").format(name=entry.name)
        self._tell_with_page(text, Page.EXPERTS)

    def _on_file_refused(self, _path: str, failure: Failure) -> None:
        """Tell at once; the models page keeps the reason."""
        if self._page() is not Page.MODELS:
            self._tell_with_page(translate(failure.sentence), Page.MODELS)
