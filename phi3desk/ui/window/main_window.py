"""The window: sidebar, pages and source pane, and what passes between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from phi3desk.backups import Copy
from phi3desk.chat.messages import Conversation, Mention, Message, Source
from phi3desk.chat.question import scope_of
from phi3desk.library.documents import Collection, Document
from phi3desk.model.adapters.base_models import DoubtfulBase
from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.chat.conversation.message_actions import JUDGING, MessageAction
from phi3desk.ui.chat.export import ConversationExport
from phi3desk.ui.chat.own_answers import OwnAnswers
from phi3desk.ui.chat.page import ChatPage
from phi3desk.ui.chat.presenter import ChatPresenter
from phi3desk.ui.chat.readiness import ChatReadiness
from phi3desk.ui.chat.start_controller import StartController
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.experts.adapter_checks import ActiveAdapterChecks
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.models.model_import import ModelImport
from phi3desk.ui.models.status import ModelStatus
from phi3desk.ui.pages import FIRST_WIDTH, Page
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.focus import focus_into, focus_next_pane
from phi3desk.ui.widgets.lazy_stack import LazyStack
from phi3desk.ui.widgets.shortcuts import Keys, bind, told_shortcuts
from phi3desk.ui.window import geometry, rooms
from phi3desk.ui.window.arrivals import Arrivals
from phi3desk.ui.window.bin import Bin
from phi3desk.ui.window.drop_overlay import DropOverlay, dropped_paths
from phi3desk.ui.window.model_turns import ModelTurns
from phi3desk.ui.window.shortcuts import ShortcutsDialog, expert_keys, set_shortcuts
from phi3desk.ui.window.side.controller import SidebarController
from phi3desk.ui.window.side.sidebar import WIDTH, Sidebar
from phi3desk.ui.window.source_dock import SourceDock
from phi3desk.ui.window.toast import Toast
from phi3desk.ui.window.worker_banner import WorkerBanner

if TYPE_CHECKING:
    from phi3desk.ui.experts.page import ExpertsPage
    from phi3desk.ui.library.page import LibraryPage
    from phi3desk.ui.models.page import ModelsPage
    from phi3desk.ui.settings.page import SettingsPage
    from phi3desk.ui.source.pane import SourcePane
    from phi3desk.ui.sweep.page import SweepPage
    from phi3desk.ui.window.expert_tabs import ExpertTabs

#: what the page in the middle keeps beside the panes, in pixels
LEAST_MIDDLE = 400
DRESSING_MS = 400
#: what can be done with an answer that `expert_tabs` does
JUDGED = (*JUDGING, MessageAction.COMPARE)


class MainWindow(QMainWindow):
    """The one window of the program; `scheme_changed` asks for the application to be dressed anew.

    `painted` tells, once, that the window can be seen: what takes its time begins then.
    """

    scheme_changed = Signal()
    painted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setWindowTitle("phi3desk")
        self.setAcceptDrops(True)
        self.active_expert = ActiveExpert(services, self)
        self.conversation_controller = ConversationController(services, self.active_expert, self)
        self.model_turns = ModelTurns(self.conversation_controller, self)
        self.model_status = ModelStatus(self.active_expert, services.model, self)
        self.document_import = DocumentImport(services, self._drop_target, self)
        self.model_import = ModelImport(services, self)
        self.conversation_export = ConversationExport(services, self)
        self.sidebar = Sidebar()
        self.chat = ChatPage()
        self.library_progress = LibraryProgress(services.library, self)
        self.adapter_checks = ActiveAdapterChecks(services, self.active_expert, self)
        self.bin = Bin(
            services, self.conversation_controller, lambda expert: self.experts_page.bring_back(expert), self
        )
        self.pages: LazyStack[Page] = LazyStack(
            {
                Page.CHAT: lambda: self.chat,
                Page.LIBRARY: lambda: self.library_page,
                Page.SWEEP: lambda: self.sweep_page,
                Page.EXPERTS: lambda: self.experts_page,
                Page.MODELS: lambda: self.models_page,
                Page.SETTINGS: lambda: self.settings_page,
            }
        )
        self.worker_banner = WorkerBanner([services.library.worker, services.model.worker])
        self.start_controller = StartController(
            services, self.active_expert, self.library_progress, self.chat.start, self
        )
        self.chat_readiness = ChatReadiness(
            self.chat,
            self.conversation_controller,
            self.active_expert,
            services.library,
            self.model_status,
            self.library_progress,
            self.start_controller,
            self,
        )
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self.presenter = ChatPresenter(
            self.chat,
            self.conversation_controller,
            self.conversation_export,
            services.notices,
            OwnAnswers(services, self.conversation_controller, self),
            self,
        )
        self.source_dock = SourceDock(self._make_source, self.splitter, lambda: self.page, LEAST_MIDDLE, self)
        self.splitter.setCollapsible(2, False)
        self.toast = Toast(self)
        self.drop_overlay = DropOverlay(self)
        #: the copy that is to be put back once the window is closed
        self.wanted_copy: Copy | None = None
        self.sidebar_controller = SidebarController(
            services,
            self.sidebar,
            self.conversation_controller,
            self.conversation_export,
            self.bin,
            self.chat,
            lambda: self.page,
            lambda page, with_keyboard: self.show_page(page, with_keyboard=with_keyboard),
        )
        self._opened = 0
        self._was_painted = False
        self._dressing = QTimer(self, singleShot=True, interval=DRESSING_MS)
        self._dressing.timeout.connect(self._dress_anew)
        self._connect()
        self.arrivals = Arrivals(
            services,
            self.toast,
            self.chat,
            self.start_controller,
            self.document_import,
            self.model_import,
            lambda: self.page,
            self.active_expert.answers_with,
        )
        widths = geometry.restore(self, self.splitter, services.settings, [WIDTH, 600, FIRST_WIDTH])
        self.source_dock.width = widths[2]
        self.show_page(Page.CHAT)
        self._show_expert()
        self.apply_settings()
        self.conversation_controller.begin()
        self.sidebar_controller.show_conversations()
        self.chat.composer.setFocus()

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.worker_banner)
        column.addWidget(self.pages.widget, 1)
        # of its own: what the widest page would like to have pushes the pane beside it out of the window
        middle.setMinimumWidth(LEAST_MIDDLE)
        for position, pane in enumerate((self.sidebar, middle)):
            self.splitter.addWidget(pane)
            self.splitter.setCollapsible(position, False)
            self.splitter.setStretchFactor(position, 1 if pane is middle else 0)
        self.splitter.setHandleWidth(1)
        self.setCentralWidget(self.splitter)

    def _connect(self) -> None:
        self._services.notices.page_requested.connect(self.show_page)
        self._connect_sidebar()
        self._connect_experts()
        self._connect_chat()
        self._connect_model()
        self._set_shortcuts()

    # what is made when it is first needed

    @cached_property
    def library_page(self) -> LibraryPage:
        """The page of the library."""
        page = rooms.library_page(self._services, self.document_import, self.library_progress)
        page.document_opened.connect(self.source_dock.show_document)
        page.documents.ask_requested.connect(self._on_documents_to_ask)
        return page

    @cached_property
    def sweep_page(self) -> SweepPage:
        """The page on which every document is asked the same."""
        page = rooms.sweep_page(self._services, self.active_expert)
        page.source_requested.connect(self.show_source)
        self.model_turns.follow_sweep(page.runner)
        return page

    @cached_property
    def experts_page(self) -> ExpertsPage:
        """The page of the experts, with what stands beside them."""
        page = rooms.experts_page(self._services)
        page.profile_used.connect(self.use_expert)
        page.profile_saved.connect(self._on_expert_saved)
        self.model_turns.follow_preview(page.preview)
        self.expert_tabs.join(page)
        return page

    @cached_property
    def expert_tabs(self) -> ExpertTabs:
        """What judges and compares the answers of the conversation."""
        tabs = rooms.expert_tabs(
            self._services,
            self.conversation_controller,
            self.active_expert.apply,
            self.presenter.own_answers,
            self.source_dock.selected,
            self,
        )
        self.model_turns.follow_comparison(tabs.runner)
        tabs.follow(self.chat.view)
        return tabs

    @cached_property
    def models_page(self) -> ModelsPage:
        """The page of the models."""
        page = rooms.models_page(self._services, self.model_import)
        page.adapters_changed.connect(self._on_adapter_files_changed)
        page.model_chosen.connect(lambda name: self.active_expert.load_chosen(self._services.models.find(name)))
        page.model_in_use_changed.connect(self.active_expert.apply)
        return page

    @cached_property
    def settings_page(self) -> SettingsPage:
        """The page of the settings."""
        page = rooms.settings_page(self._services)
        page.setting_changed.connect(self._on_setting_changed)
        page.restore_requested.connect(self._on_restore_requested)
        page.reranker.wanted.connect(self._on_reranker_wanted)
        return page

    @property
    def source(self) -> SourcePane:
        """The pane of sources."""
        return self.source_dock.pane

    def _make_source(self) -> SourcePane:
        pane = rooms.source_pane(self._services.library)
        pane.set_reading_size(self._services.settings.get("appearance.reading_size"))
        return pane

    def _on_documents_to_ask(self, documents: list[Document]) -> None:
        self.show_page(Page.SWEEP)
        self.sweep_page.ask_documents(documents)

    def _ask_every_document(self, question: str, named: Sequence[Mention]) -> None:
        """Show the form that puts a question to each document, of what it names or of where it would be searched."""
        named = [mention for mention in named if not mention.pages]
        scope = scope_of(named, self.conversation_controller.collections or None)
        in_scope = [each.name for each in self._services.library.collections if each.id in (scope.collections or ())]
        self.show_page(Page.SWEEP)
        self.sweep_page.ask(question, scope, [mention.name for mention in named] or in_scope)

    # what is shown

    def show_page(self, page: Page, *, with_keyboard: bool = True) -> None:
        """Show a page, and give it the keyboard."""
        self.pages.show(page)
        self.sidebar_controller.mark()
        self.source_dock.follow_page()
        self.arrivals.lift()
        if with_keyboard:
            focus_into(self.pages.page(page))

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.pages.shown

    def apply_settings(self) -> None:
        """Take over what was changed on the settings page."""
        size = self._services.settings.get("appearance.reading_size")
        self.chat.view.set_reading_size(size)
        self.chat.composer.set_reading_size(size)
        for pane in self.source_dock.panes:
            pane.set_reading_size(size)

    def say(self, text: str) -> None:
        """Show a notice."""
        self._services.notices.say(text)

    def _show_expert(self) -> None:
        profile = self.active_expert.current
        self.sidebar_controller.show_bin()
        self.sidebar.expert_switcher.show_experts(self.active_expert.all(), profile, self.active_expert.summary())
        self.chat_readiness.show_expert()

    # sidebar

    def _connect_sidebar(self) -> None:
        side = self.sidebar
        side.page_chosen.connect(self.show_page)
        side.shortcuts_requested.connect(self.show_shortcuts)
        side.about_requested.connect(self.show_about)
        side.expert_switcher.expert_chosen.connect(self.use_expert)
        side.expert_switcher.manage_requested.connect(lambda: self.show_page(Page.EXPERTS))

    def _connect_experts(self) -> None:
        checks, switcher = self.adapter_checks, self.sidebar.expert_switcher
        self.active_expert.changed.connect(self._show_expert)
        checks.changed.connect(lambda: switcher.show_warning(checks.line, checks.text()))

    def use_expert(self, profile_id: str) -> None:
        """Switch to an expert, in the conversation that is open too."""
        self.conversation_controller.use_expert(profile_id)
        self._show_expert()

    def _on_expert_saved(self, profile_id: str) -> None:
        if profile_id == self.active_expert.current.id:
            self.active_expert.apply()
        self._show_expert()

    def _on_setting_changed(self, key: str, _value: object) -> None:
        if key.startswith("appearance."):
            self.apply_settings()
        if key == "appearance.scheme":
            self._dress_anew()
        if key == "appearance.reading_size":
            # dressing takes a moment: once, when the wanted size is there
            self._dressing.start()
        if key.startswith("model."):
            self.active_expert.load_in_use()

    def _on_reranker_wanted(self, folder: str) -> None:
        row = self.settings_page.reranker
        self._services.library.use_reranker(folder, row.keep, row.refuse)

    def _on_restore_requested(self, copy: Copy) -> None:
        self.wanted_copy = copy
        self.close()

    def _dress_anew(self) -> None:
        self.scheme_changed.emit()
        # a new style sheet takes away the fonts that widgets were given
        self.apply_settings()

    # conversation

    def _connect_chat(self) -> None:
        conversation_controller, chat = self.conversation_controller, self.chat
        conversation_controller.conversation_opened.connect(self._on_conversation_opened)
        conversation_controller.message_added.connect(self._on_message_added)
        self.presenter.start_left.connect(self.chat_readiness.show_model)
        chat.composer.mentions.follow(self._services.library)
        chat.start.import_requested.connect(self.choose_files)
        chat.start.folder_requested.connect(lambda: self.document_import.choose_folder(self))
        chat.start.samples_requested.connect(self.document_import.add_samples)
        chat.start.choose_model_requested.connect(self.choose_model)
        chat.choose_model_requested.connect(self.choose_model)
        chat.composer.sweep_requested.connect(lambda text: self._ask_every_document(text, chat.composer.named))
        chat.source_pane_toggled.connect(self.source_dock.toggle)
        chat.view.source_requested.connect(self.show_source)
        chat.view.action_requested.connect(self._on_action_requested)

    def _on_conversation_opened(self, conversation: Conversation | None, messages: list[Message], writing: int) -> None:
        opened = conversation.id if conversation else 0
        if opened != self._opened:
            self.source_dock.leave()
        self._opened = opened
        self.chat.view.show_messages(messages, writing)
        self.chat.show_conversation(conversation.title if conversation else "", empty=not messages)
        self.chat_readiness.show()
        if self.page is Page.CHAT:
            self.sidebar.mark(opened)

    def _on_message_added(self) -> None:
        conversation = self.conversation_controller.conversation
        self._opened = conversation.id if conversation else 0

    def _on_action_requested(self, action: MessageAction, message_id: int) -> None:
        """Do what leads out of the conversation.

        What judges and compares answers is made at the first such wish; from then on it follows by itself.
        """
        asked = self.conversation_controller.question_of(message_id)
        if action is MessageAction.ASK_EVERY_DOCUMENT and asked is not None:
            question, answered = asked
            # a follow-up is to be understood without what was said before it
            completed = answered.answer.searched_for if answered.answer is not None else ""
            self._ask_every_document(completed or question.text, question.named)
        if action in JUDGED and "expert_tabs" not in self.__dict__:
            self.expert_tabs.act(action, message_id)

    def show_source(self, source: Source, quote: str) -> None:
        """Show where an answer comes from in the pane on the right."""
        self.source_dock.show_source(source, quote)

    # documents

    def choose_files(self) -> None:
        """Ask for documents and import them."""
        self.document_import.choose_files(self)

    def _drop_target(self) -> Collection | None:
        """Return the collection that documents go to: the one shown in the library, or the one that is searched."""
        library = self._services.library
        chosen = self.library_page.current_collection if self.page is Page.LIBRARY else None
        searched = self.conversation_controller.collections
        wanted = chosen if chosen is not None else (searched[0] if len(searched) == 1 else None)
        return next((c for c in library.collections if c.id == wanted), None)

    # model

    def _connect_model(self) -> None:
        files = self.model_import
        files.model_added.connect(self.active_expert.load_chosen)
        files.adapter_added.connect(lambda _: self._on_adapter_files_changed())
        files.doubted.connect(self._on_file_doubted)
        files.checking.connect(self.model_status.show_check)

    def _on_adapter_files_changed(self) -> None:
        """Answer with the adapters as they are now; a comparison that runs has those of its own until it ends."""
        self.adapter_checks.check_again()
        model = self._services.model
        model.distrust_adapters()
        if not self.model_turns.is_comparing:
            model.set_adapters(self.active_expert.current.adapters)

    def choose_model(self) -> None:
        """Ask for a GGUF file, add it, and answer with it from now on."""
        self.model_import.choose(self)

    def _on_file_doubted(self, path: str, doubt: DoubtfulBase) -> None:
        """Have the models page ask, where it is not there yet to hear of it."""
        if not self.pages.is_made(Page.MODELS):
            self.pages.page(Page.MODELS)
            self.models_page.ask_about(path, doubt)

    # window

    def _set_shortcuts(self) -> None:
        acts: list[tuple[Keys, Callable[[], object], str]] = [
            (QKeySequence.StandardKey.New, self.sidebar_controller.begin, self.tr("New conversation")),
            ("Ctrl+K", self.sidebar_controller.search, self.tr("Search conversations")),
            (QKeySequence.StandardKey.Save, self._on_export_wanted, self.tr("Save the conversation as a dossier")),
            ("Ctrl+L", lambda: self.show_page(Page.CHAT), self.tr("Write a question")),
            (QKeySequence.StandardKey.Open, self.choose_files, self.tr("Add documents")),
            *expert_keys(self._on_expert_number, self.tr("Switch to the first to ninth expert")),
            ("F9", self.source_dock.toggle, self.tr("Show or fold away the source")),
            ("F6", lambda: self._on_next_pane(1), self.tr("Go to the next part of the window")),
            ("Shift+F6", lambda: self._on_next_pane(-1), self.tr("Go to the part before")),
            ("F1", self.show_shortcuts, self.tr("Show this list")),
            ("Ctrl+/", self.show_shortcuts, self.tr("Show this list")),
            ("Ctrl+Q", self.close, self.tr("Close phi3desk")),
        ]
        set_shortcuts(self, acts)
        bind(self.chat, QKeySequence.StandardKey.Find, self._on_find, self.tr("Find in the source"))
        bind(self.sidebar, QKeySequence.StandardKey.Find, self._on_find, "")
        turns, stop = self.model_turns, QShortcut(QKeySequence(Qt.Key.Key_Escape), self, enabled=False)
        stop.activated.connect(turns.stop)
        turns.changed.connect(lambda: stop.setEnabled(turns.can_stop))

    def show_shortcuts(self) -> None:
        """Tell what can be done by which keys, on the pages that were not entered yet too."""
        for page in Page:
            self.pages.page(page)
        _ = self.source_dock.pane
        told = told_shortcuts(self, self.tr("Everywhere"))
        ShortcutsDialog(told, self).open()

    def show_about(self) -> None:
        """Tell what this program is and what it is made of."""
        rooms.show_about(self)

    def _on_export_wanted(self) -> None:
        conversation = self.conversation_controller.conversation
        if conversation is not None and self.page is Page.CHAT:
            self.conversation_export.save_conversation(conversation.id)

    def _on_find(self) -> None:
        if self.source_dock.is_shown:
            self.source.open_search()

    def _on_next_pane(self, step: int) -> None:
        panes = (self.sidebar, self.pages.page(self.page), *self.source_dock.panes)
        focus_next_pane(panes, self.focusWidget(), step)

    def _on_expert_number(self, position: int) -> None:
        experts = self.active_expert.all()
        if position < len(experts):
            self.use_expert(experts[position].id)

    def showEvent(self, event: QShowEvent) -> None:
        """See to it that nothing of the window is beyond the screen: only now it is known what its frame takes."""
        super().showEvent(event)
        QTimer.singleShot(0, self, lambda: geometry.fit_on_screen(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep sizes and what has been written so far."""
        self.conversation_controller.close()
        geometry.keep(self, [*self.splitter.sizes()[:2], self.source_dock.width], self._services.settings)
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        dropped = dropped_paths(event.mimeData())
        if not dropped.any:
            return
        event.acceptProposedAction()
        target = self._drop_target()
        self.drop_overlay.show_target(target.name if target else "", dropped)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import documents, add models and adapters, take in packs."""
        self.drop_overlay.hide()
        dropped = dropped_paths(event.mimeData())
        event.acceptProposedAction()
        if dropped.documents:
            self.document_import.add(dropped.documents)
        self.model_import.add(dropped.models)
        self.experts_page.take_in(dropped.packs)
