"""Leads from the sidebar to the conversations, and shows there which there are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.export import ConversationExport
from phi3desk.ui.chat.page import ChatPage
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.window.bin import Bin
from phi3desk.ui.window.side.sidebar import Sidebar


class SidebarController(QObject):
    """Shows the conversations, those of a search while there is one, and does what the sidebar asks for.

    `page` returns the page in view, `show_page` shows another; with False it does not get the keyboard.
    """

    def __init__(
        self,
        services: Services,
        sidebar: Sidebar,
        controller: ConversationController,
        export: ConversationExport,
        bin_: Bin,
        chat: ChatPage,
        page: Callable[[], Page],
        show_page: Callable[[Page, bool], None],
    ) -> None:
        super().__init__(sidebar)
        self._services, self._sidebar, self._controller, self._bin = services, sidebar, controller, bin_
        self._chat, self._page, self._show_page = chat, page, show_page
        self._searched = ""
        sidebar.new_requested.connect(self.begin)
        sidebar.conversation_chosen.connect(self._on_chosen)
        sidebar.rename_requested.connect(controller.rename)
        sidebar.delete_requested.connect(self._on_delete)
        sidebar.export_requested.connect(export.save_conversation)
        sidebar.writing_wanted.connect(self._on_writing_wanted)
        sidebar.search_changed.connect(self._on_search_changed)
        sidebar.bin_requested.connect(bin_.open)
        bin_.changed.connect(self.show_bin)
        controller.conversations_changed.connect(self.show_conversations)

    def show_conversations(self) -> None:
        """Show the conversations as they are now."""
        found = self._services.conversations.conversations(self._searched)
        self._sidebar.show_conversations(found, self._open_id(), bool(self._searched))
        self.show_bin()
        conversation = self._controller.conversation
        if conversation is not None:
            self._chat.set_title(conversation.title)

    def show_bin(self) -> None:
        """Show how much can be brought back."""
        self._sidebar.show_bin(len(self._bin.rows()))

    def mark(self) -> None:
        """Mark the page in view, and on that of the conversations the open one."""
        self._sidebar.mark_page(self._page())
        self._sidebar.mark(self._open_id())

    def begin(self) -> None:
        """Begin a conversation."""
        self._controller.begin()
        self._show_page(Page.CHAT, True)

    def search(self) -> None:
        """Give the keyboard to the search for conversations."""
        self._sidebar.search.setFocus()
        self._sidebar.search.selectAll()

    def _open_id(self) -> int:
        conversation = self._controller.conversation
        return conversation.id if conversation is not None and self._page() is Page.CHAT else 0

    def _on_chosen(self, conversation_id: int) -> None:
        self._controller.open(conversation_id)
        self._show_page(Page.CHAT, False)

    def _on_writing_wanted(self, text: str) -> None:
        self._show_page(Page.CHAT, True)
        self._chat.composer.edit.insertPlainText(text)

    def _on_delete(self, conversation_id: int) -> None:
        deleted = self._services.conversations.conversation(conversation_id)
        self._controller.delete(conversation_id)
        text = self.tr("“{title}” was deleted.").format(title=deleted.title or self.tr("New conversation"))
        self._services.notices.offer_undo(text, lambda: self._controller.restore(deleted))

    def _on_search_changed(self, words: str) -> None:
        self._searched = words
        self.show_conversations()
