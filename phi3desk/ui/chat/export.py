"""Saving a conversation or one answer as a dossier."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from phi3desk.chat.dossier.dossier import Dossier, dossier_of
from phi3desk.chat.messages import Message
from phi3desk.model.types import Role
from phi3desk.ui.dossiers.dialog import Scope
from phi3desk.ui.dossiers.saving import DossierSaving
from phi3desk.ui.services import Services


class ConversationExport(QObject):
    """Has conversations and answers saved."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._store = services.conversations
        self._saving = DossierSaving(services, window)

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

        def dossier(scope: Scope, whole_pages: bool) -> Dossier:
            return dossier_of(title, scopes[scope], time.time(), whole_pages=whole_pages)

        self._saving.ask({scope: partial(dossier, scope) for scope in scopes})
