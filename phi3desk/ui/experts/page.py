"""The experts: who there is and in which order, the form in which one is changed, and how it answers meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.errors import UserError
from phi3desk.model.types import AdapterEntry, ModelEntry
from phi3desk.packs.outcome import ImportedPack
from phi3desk.profiles.profile import Profile
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.experts.adapter_checks import FormAdapterChecks
from phi3desk.ui.experts.editor import ExpertEditor
from phi3desk.ui.experts.expert_list import ExpertList
from phi3desk.ui.experts.header import ExpertHeader
from phi3desk.ui.experts.preview import ExpertPreview
from phi3desk.ui.experts.teaching_guide import TeachingGuide
from phi3desk.ui.formatting import counted, number, translate
from phi3desk.ui.packs.transfer import PackTransfer
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_XL
from phi3desk.ui.widgets.focus import focus_first, focus_into
from phi3desk.ui.widgets.scroll_column import ScrollColumn
from phi3desk.workers.protocol import Failure

SAVE_MS = 400
FORM_WIDTH = 720
#: of the page, in pixels; below it the preview stands under the form
SIDE_BY_SIDE = 900
#: of the preview, where it stands under the form: the least height in pixels, and its share of the whole
LEAST_PREVIEW, PREVIEW_SHARE = 150, 0.38


class ExpertsPage(QWidget):
    """Keeps what is typed as it is typed.

    `profile_saved` and `profile_used` carry an id.
    """

    profile_saved = Signal(str)
    profile_used = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profiles, self._library = services.profiles, services.library
        self._adapters, self._models = services.adapters, services.models
        self._notices = services.notices
        self._model_entries: list[ModelEntry] = []
        self._adapter_entries: list[AdapterEntry] = []
        self._chosen = self._profiles.current.id
        #: the expert in use when the page was last looked at: after a switch elsewhere the page opens on it
        self._used = self._chosen
        self._tab_names: dict[str, QWidget] = {}
        self.setAccessibleName(self.tr("Experts"))
        self.tabs = QTabWidget()
        self.expert_list = ExpertList()
        self.header = ExpertHeader()
        self.editor = ExpertEditor()
        self.preview = ExpertPreview(services)
        self._adapter_checks = FormAdapterChecks(self.editor, services.adapters, services.models, self)
        self.guide = TeachingGuide()
        self.pack_transfer = PackTransfer(services, self)
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(SAVE_MS)
        self._due.timeout.connect(self.save)
        self._build()
        self._connect()
        self._show_list()
        self._show_chosen()

    def answer_with(self, model: ModelClient, is_answering: Callable[[], bool]) -> None:
        """Take the model that the preview answers with; `is_answering` tells whether something else goes first."""
        self.preview.answer_with(model, is_answering)

    def add_tab(self, name: str, page: QWidget, title: str) -> None:
        """Add a page beside the experts; `name` is what `show_tab` is given."""
        self._tab_names[name] = page
        self.tabs.addTab(page, title)

    def show_tab(self, name: str) -> None:
        """Show a page that was added; the experts where there is none of that name."""
        self.tabs.setCurrentWidget(self._tab_names.get(name, self._experts_tab))
        focus_into(self.tabs.currentWidget())

    @property
    def chosen(self) -> Profile:
        """The expert in the form."""
        return self._profiles.profile(self._chosen)

    @property
    def validity(self) -> str:
        """Whether what is in the form is kept, in a sentence."""
        return self.header.validity

    def choose(self, profile_id: str) -> None:
        """Show an expert in the form; what is typed in the one before is kept first."""
        self.save()
        self._chosen = profile_id
        self.close_guide()
        self._show_list()
        self._show_chosen()

    def add_expert(self, template_id: str = "") -> None:
        """Add an expert, empty or like one of the built-in ones, and let the user name it."""
        self.save()
        template = next((one for one in self._profiles.templates() if one.id == template_id), None)
        name = template.name if template else self.tr("New expert")
        self.choose(self._profiles.create(name, template).id)
        self.profile_saved.emit(self._chosen)
        self.editor.name.setFocus()
        self.editor.name.selectAll()

    def copy(self) -> None:
        """Add a copy of the expert in the form."""
        self.save()
        name = self.tr("{name} (copy)").format(name=self.chosen.name)
        self.choose(self._profiles.copy(self._chosen, name).id)
        self.profile_saved.emit(self._chosen)

    def move_expert(self, profile_id: str, position: int) -> None:
        """Put an expert at a position in the order, from 0; the keys that switch follow it."""
        self.save()
        self._profiles.move(profile_id, position)
        self._show_list()
        self.profile_saved.emit(profile_id)

    def take_in(self, packs: Sequence[str]) -> None:
        """Take in experts from files, and show this page meanwhile."""
        if packs:
            self._notices.show_page(Page.EXPERTS)
        for pack in packs:
            self.pack_transfer.take_in(pack)

    def delete(self) -> None:
        """Put the expert in the form into the bin; offers to undo it."""
        was_in_use = self._profiles.current.id == self._chosen
        self._due.stop()
        deleted = self._delete(self._chosen)
        if deleted is None:
            return

        def restore() -> None:
            if self.bring_back(deleted.id) and was_in_use:
                self.use()

        self._notices.offer_undo(self.tr("The expert “{name}” was deleted.").format(name=deleted.name), restore)

    def bring_back(self, profile_id: str) -> bool:
        """Take an expert out of the bin and show it in the form; False where it is not there any more."""
        if self._profiles.restore(profile_id) is None:
            return False
        self.choose(profile_id)
        self.profile_saved.emit(profile_id)
        return True

    def _delete(self, profile_id: str) -> Profile | None:
        """Delete an expert and return it; None, with the reason told, where it stays."""
        was_in_use = self._profiles.current.id == profile_id
        try:
            deleted = self._profiles.delete(profile_id)
        except UserError as error:
            self.header.say(translate(error.sentence), bad=True)
            return None
        if profile_id == self._chosen:
            self._chosen = self._profiles.current.id
            self._show_chosen()
        self._show_list()
        self.profile_saved.emit(deleted.id)
        if was_in_use:
            self.profile_used.emit(self._profiles.current.id)
        return deleted

    def use(self) -> None:
        """Switch to the expert in the form."""
        self.save()
        self._profiles.use(self._chosen)
        self._used = self._chosen
        self._show_list()
        if self.isAncestorOf(QApplication.focusWidget() or self):
            # the button that was pressed goes, and the next one would have the keyboard
            self.expert_list.list.setFocus()
        self._show_header()
        self.profile_used.emit(self._chosen)

    def save(self) -> None:
        """Keep what is in the form, where it differs from what is kept.

        What is refused is told in place, and is kept as it was before; all else is kept as it is typed.
        """
        self._due.stop()
        profile, kept = self.editor.profile, self._kept()
        if profile is None or profile == kept:
            return
        try:
            passing, refused = self._profiles.what_passes(profile)
            if passing != kept:
                self._profiles.save(passing)
        except UserError as error:
            # another process has deleted it meanwhile, or taken the name
            self.header.say(translate(error.sentence), bad=True)
            return
        if refused is not None:
            self.header.say(translate(refused.sentence), bad=True)
        else:
            self.header.say(self.tr("Saved."))
        if passing == kept:
            return
        self._show_list()
        self._show_header()
        self.profile_saved.emit(profile.id)

    def open_guide(self) -> None:
        """Show the guide in place of the form."""
        self.save()
        self._right.setCurrentWidget(self.guide)
        focus_into(self.guide)

    def close_guide(self) -> None:
        """Show the form again."""
        self._right.setCurrentWidget(self._work)

    def refresh(self) -> None:
        """Read models and adapters anew."""
        in_background(self, lambda: (self._models.list(), self._adapters.list()), self._on_lists, self._on_failed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        used = self._profiles.current.id
        if used != self._used:
            self._used = used
            self.choose(used)
        self._show_list()
        self._show_header()

    def hideEvent(self, event: QHideEvent) -> None:
        self.save()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= SIDE_BY_SIDE
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if orientation != self._work.orientation():
            self._work.setOrientation(orientation)
            # by itself the preview takes what its answer needs, and the form is left with two lines
            self.preview.setMinimumHeight(0 if wide else LEAST_PREVIEW)
            QTimer.singleShot(0, self, self._share_work)

    def _share_work(self) -> None:
        """Give most of the room to the form."""
        if self._work.orientation() is Qt.Orientation.Horizontal:
            self._work.setSizes([460, 300])
        else:
            preview = max(LEAST_PREVIEW, round(self._work.height() * PREVIEW_SHARE))
            self._work.setSizes([self._work.height() - preview, preview])

    def _build(self) -> None:
        self._scroll = ScrollColumn(FORM_WIDTH + 2 * SPACE_XL)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = self._scroll.column
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_XL)
        column.setSpacing(SPACE_M)
        column.addWidget(self.header)
        column.addWidget(self.editor)
        column.addStretch(1)
        self._lay_out()

    def _lay_out(self) -> None:
        self._work = _splitter(self._scroll, self.preview)
        self._work.setSizes([460, 300])
        self._work.setStretchFactor(0, 1)
        self._right = QStackedWidget()
        self._right.addWidget(self._work)
        self._right.addWidget(self.guide)
        self._experts_tab = _splitter(self.expert_list, self._right)
        self._experts_tab.setStretchFactor(1, 1)
        self.expert_list.setMinimumWidth(180)
        self._experts_tab.setSizes([220, 800])
        self.tabs.setTabBarAutoHide(True)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._experts_tab, self.tr("Experts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pack_transfer.bar)
        column.addWidget(self.tabs, 1)
        focus_first(self, self.expert_list.list)
        self.expert_list.show_templates(self._profiles.templates())

    def _connect(self) -> None:
        self.expert_list.chosen.connect(self.choose)
        self.expert_list.list.clicked.connect(lambda _: self.close_guide())
        self.expert_list.used.connect(lambda _: self.use())
        # a row may not be given new contents while the view still moves it
        self.expert_list.moved.connect(self.move_expert, Qt.ConnectionType.QueuedConnection)
        self.expert_list.new_requested.connect(self.add_expert)
        self.expert_list.delete_requested.connect(self.delete)
        self.expert_list.guide_requested.connect(self.open_guide)
        self.header.use_requested.connect(self.use)
        self.header.copy_requested.connect(self.copy)
        self.header.delete_requested.connect(self.delete)
        self.header.export_requested.connect(self._on_export_requested)
        self.expert_list.import_requested.connect(lambda: self.pack_transfer.choose_pack(self))
        self.pack_transfer.imported.connect(self._on_imported)
        self.guide.closed.connect(self.close_guide)
        self.editor.changed.connect(self._on_edited)
        self._library.collections_changed.connect(lambda _: self._show_choices())

    def _on_edited(self) -> None:
        self._due.start()
        profile = self.editor.profile
        if profile is not None:
            self.header.show_appearance(profile)
            self.preview.show_profile(profile)

    def _on_export_requested(self) -> None:
        self.save()
        self.pack_transfer.ask_what(self.chosen, self)

    def _on_imported(self, imported: ImportedPack) -> None:
        """Show the new expert, but not in place of one that is being changed."""
        self.refresh()
        if self._right.isAncestorOf(QApplication.focusWidget() or self):
            self._show_list()
        else:
            self.choose(imported.profile.id)
        self.profile_saved.emit(imported.profile.id)
        text = self.tr("“{name}” was taken in.").format(name=imported.profile.name)
        self._notices.offer_undo(text, lambda: self._take_out(imported))

    def _take_out(self, imported: ImportedPack) -> None:
        """Undo the taking in of an expert, with all that came with it."""
        is_here = any(profile.id == imported.profile.id for profile in self._profiles.profiles())
        if is_here and self._delete(imported.profile.id) is None:
            return
        # its adapters and documents go with it, so that it could not come back as it was
        self._profiles.delete_for_good(imported.profile.id)
        self.pack_transfer.forget(
            imported, {use.name for profile in self._profiles.profiles() for use in profile.adapters}
        )
        self.refresh()

    def _on_lists(self, lists: tuple[list[ModelEntry], list[AdapterEntry]]) -> None:
        if lists != (self._model_entries, self._adapter_entries):
            self._model_entries, self._adapter_entries = lists
            self._show_choices()

    def _on_failed(self, failure: Failure) -> None:
        self.header.say(translate(failure.sentence), bad=True)

    def _kept(self) -> Profile | None:
        return next((one for one in self._profiles.profiles() if one.id == self._chosen), None)

    def _show_choices(self) -> None:
        """Offer what there is now, without touching what the user is typing."""
        profile = self.editor.profile
        if profile is not None:
            self.editor.show_choices(profile, self._model_entries, self._adapter_entries, self._library.collections)
            self._show_list()
            self._show_header()

    def _show_list(self) -> None:
        profiles = [(profile, self._made_of_text(profile)) for profile in self._profiles.profiles()]
        self.expert_list.show_profiles(profiles, self._profiles.current.id, self._chosen)
        self.header.delete.setEnabled(len(profiles) > 1)

    def _show_chosen(self) -> None:
        self.editor.show_profile(self.chosen, self._model_entries, self._adapter_entries, self._library.collections)
        self.preview.show_profile(self.chosen)
        self.header.say(self.tr("Changes are saved as you type."))
        self._show_header()
        self._scroll.verticalScrollBar().setValue(0)

    def _show_header(self) -> None:
        profile = self.chosen
        self.header.show_profile(profile, self._made_of_text(profile), self._profiles.current.id == profile.id)

    def _made_of_text(self, profile: Profile) -> str:
        parts = [profile.model] if profile.model else []
        if len(profile.adapters) == 1:
            use = profile.adapters[0]
            parts.append(self.tr("{name} {strength}").format(name=use.name, strength=number(use.strength, 2)))
        elif profile.adapters:
            parts.append(counted(len(profile.adapters), "adapters"))
        parts.append(self._documents_text(profile))
        return " · ".join(parts)

    def _documents_text(self, profile: Profile) -> str:
        if profile.answer_mode is AnswerMode.MODEL_ALONE:
            return self.tr("no documents")
        if not profile.collections:
            return self.tr("all documents")
        if len(profile.collections) == 1:
            named = {collection.id: collection.name for collection in self._library.collections}
            return named.get(profile.collections[0], self.tr("a deleted collection"))
        return counted(len(profile.collections), "collections")


def _splitter(first: QWidget, second: QWidget) -> QSplitter:
    made = QSplitter()
    made.setHandleWidth(1)
    made.setChildrenCollapsible(False)
    made.addWidget(first)
    made.addWidget(second)
    return made
