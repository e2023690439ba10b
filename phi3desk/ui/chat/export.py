"""Saving a conversation or one answer as a dossier."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from phi3desk.chat.dossier.dossier import Dossier, dossier_of
from phi3desk.chat.dossier.writing import Kind, kind_of_file
from phi3desk.chat.messages import Message
from phi3desk.errors import UserError
from phi3desk.model.types import Role
from phi3desk.ui.chat.dossier_dialog import DossierDialog, Pictures, Scope, Wanted
from phi3desk.ui.chat.dossier_job import DossierJob
from phi3desk.ui.formatting import translate
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.file_dialogs import EXPORT_FOLDER, save_dialog, saved_text
from phi3desk.workers.protocol import Failure

#: remembered: the kind of file and the pictures that were chosen last
_KIND, _PICTURES = "dossier.kind", "dossier.pictures"
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')

Dossiers = Mapping[Scope, Callable[[], Dossier]]


class ConversationExport(QObject):
    """Asks what to save and where, has the file made, and says how it went."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._store = services.conversations
        self._settings = services.settings
        self._library = services.library
        self._window = window

    def save_conversation(self, conversation_id: int) -> None:
        """Save a conversation with all its questions and answers."""
        messages = self._store.messages(conversation_id)
        self._ask(conversation_id, {Scope.CONVERSATION: messages})

    def save_answer(self, conversation_id: int, message_id: int) -> None:
        """Save one answer with the question before it, or the conversation it is in."""
        messages = self._store.messages(conversation_id)
        at = next((i for i, message in enumerate(messages) if message.id == message_id), -1)
        if at >= 0:
            question = next((i for i in range(at, -1, -1) if messages[i].role is Role.USER), at)
            one = [messages[i] for i in sorted({question, at})]
            self._ask(conversation_id, {Scope.ANSWER: one, Scope.CONVERSATION: messages})

    def _ask(self, conversation_id: int, scopes: Mapping[Scope, Sequence[Message]]) -> None:
        title = self._store.conversation(conversation_id).title

        def dossier(scope: Scope, *, whole_pages: bool = False) -> Dossier:
            return dossier_of(title, scopes[scope], time.time(), whole_pages=whole_pages)

        offered = {scope: (lambda scope=scope: dossier(scope)) for scope in scopes}
        dialog = DossierDialog(offered, self._wanted_before(next(iter(scopes))), self._window)

        def on_chosen(wanted: Wanted) -> None:
            made = dossier(wanted.scope, whole_pages=wanted.pictures is Pictures.PAGES)
            self._ask_where(dialog, wanted, made)

        dialog.chosen.connect(on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _wanted_before(self, scope: Scope) -> Wanted:
        kind, pictures = self._settings.remembered(_KIND), self._settings.remembered(_PICTURES)
        return Wanted(
            scope,
            Kind(kind) if kind in tuple(Kind) else Kind.PDF,
            Pictures(pictures) if pictures in tuple(Pictures) else Pictures.PARTS,
        )

    def _ask_where(self, dialog: DossierDialog, wanted: Wanted, dossier: Dossier) -> None:
        self._settings.remember(_KIND, wanted.kind.value)
        if dialog.pictures.isEnabled():
            self._settings.remember(_PICTURES, wanted.pictures.value)
        name = (_UNFIT.sub(" ", dossier.title).strip(" .…") or self.tr("Conversation")) + wanted.kind.value
        where = save_dialog(dialog, self.tr("Save as a dossier"), self._settings, EXPORT_FOLDER, name)
        filters = {
            Kind.PDF: self.tr("PDF (*.pdf)"),
            Kind.DOCX: self.tr("Word (*.docx)"),
            Kind.MARKDOWN: self.tr("Markdown (*.md)"),
        }
        where.setNameFilters([filters[wanted.kind]])
        where.fileSelected.connect(lambda path: self._make(dialog, Path(path), wanted, dossier))
        where.open()

    def _make(self, dialog: DossierDialog, path: Path, wanted: Wanted, dossier: Dossier) -> None:
        try:
            kind_of_file(path)
        except UserError:
            # a name that was typed with another ending
            path = path.with_name(path.name + wanted.kind.value)
        job = DossierJob(self._library, dossier, path, pictures=wanted.pictures is not Pictures.NONE, parent=dialog)
        job.progressed.connect(dialog.show_progress)
        job.finished.connect(lambda end: dialog.show_end(path, _told(path, end), written=end is True))
        dialog.cancel_requested.connect(job.cancel)
        job.start()


def _told(path: Path, end: bool | Failure) -> str:
    return translate(end.sentence) if isinstance(end, Failure) else saved_text(path, written=end)
