"""Saving a conversation or one answer as a Markdown file."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from phi3desk.chat.dossier.dossier import dossier_of
from phi3desk.chat.dossier.writing import write_dossier
from phi3desk.chat.messages import Message
from phi3desk.model.types import Role
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.file_dialogs import EXPORT_FOLDER, save_dialog, saved_text

_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class ConversationExport(QObject):
    """Asks where to save, writes the file, and says how it went."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._store = services.conversations
        self._settings = services.settings
        self._notices = services.notices
        self._window = window

    def save_conversation(self, conversation_id: int) -> None:
        """Save a conversation with all its questions and answers."""
        self._ask(self._store.conversation(conversation_id).title, self._store.messages(conversation_id))

    def save_answer(self, conversation_id: int, message_id: int) -> None:
        """Save one answer with the question before it."""
        messages = self._store.messages(conversation_id)
        at = next((i for i, message in enumerate(messages) if message.id == message_id), -1)
        if at >= 0:
            question = next((i for i in range(at, -1, -1) if messages[i].role is Role.USER), at)
            self._ask(self._store.conversation(conversation_id).title, [messages[i] for i in sorted({question, at})])

    def _ask(self, title: str, messages: Sequence[Message]) -> None:
        name = (_UNFIT.sub(" ", title).strip(" .…") or self.tr("Conversation")) + ".md"
        dialog = save_dialog(self._window, self.tr("Save as Markdown"), self._settings, EXPORT_FOLDER, name)
        dialog.setNameFilters([self.tr("Markdown (*.md)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self._write(Path(path), title, messages))
        dialog.open()

    def _write(self, path: Path, title: str, messages: Sequence[Message]) -> None:
        try:
            write_dossier(dossier_of(title, messages, time.time()), path)
        except OSError:
            self._notices.say(saved_text(path, written=False))
        else:
            self._notices.say(saved_text(path, written=True))
