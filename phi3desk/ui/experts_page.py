"""The experts: who there is, what each is made of, and the form in which one is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from phi3desk.errors import UserError
from phi3desk.model.models import AdapterEntry, ModelEntry
from phi3desk.model.store import AdapterStore, ModelStore
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.ui.background import in_background
from phi3desk.ui.expert_editor import ExpertEditor
from phi3desk.ui.expert_list import ExpertList
from phi3desk.ui.library_client import LibraryClient
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, set_kind
from phi3desk.ui.widgets import Button, Disc, StateBadge, label, on_click
from phi3desk.ui.words import counted, number, translated
from phi3desk.workers.protocol import Failure

SAVE_MS = 400
FORM_WIDTH = 720


class ExpertsPage(QWidget):
    """Keeps what is typed as it is typed.

    `profile_saved` and `profile_used` carry an id, `undo_offered` a text and what undoes it.
    """

    profile_saved = Signal(str)
    profile_used = Signal(str)
    undo_offered = Signal(str, object)

    def __init__(
        self,
        profiles: ProfileStore,
        library: LibraryClient,
        adapters: AdapterStore,
        models: ModelStore,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._profiles, self._library, self._adapters, self._models = profiles, library, adapters, models
        self._settings = settings
        self._model_entries: list[ModelEntry] = []
        self._adapter_entries: list[AdapterEntry] = []
        self._chosen = profiles.current.id
        self.setAccessibleName(self.tr("Experts"))
        self.experts = ExpertList()
        self.editor = ExpertEditor()
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(SAVE_MS)
        self._due.timeout.connect(self.save)
        self._build()
        self._connect()
        self._show_list()
        self._show_chosen()

    @property
    def chosen(self) -> Profile:
        """The expert in the form."""
        return self._profiles.profile(self._chosen)

    @property
    def validity(self) -> str:
        """Whether what is in the form is kept, in a sentence."""
        return self._validity.text()

    def choose(self, profile_id: str) -> None:
        """Show an expert in the form; what is typed in the one before is kept first."""
        self.save()
        self._chosen = profile_id
        self._show_list()
        self._show_chosen()

    def add_expert(self) -> None:
        """Add an expert and let the person name it."""
        self.save()
        self.choose(self._profiles.create(self.tr("New expert")).id)
        self.profile_saved.emit(self._chosen)
        self.editor.name.setFocus()
        self.editor.name.selectAll()

    def copy(self) -> None:
        """Add a copy of the expert in the form."""
        self.save()
        name = self.tr("{name} (copy)").format(name=self.chosen.name)
        self.choose(self._profiles.copy(self._chosen, name).id)
        self.profile_saved.emit(self._chosen)

    def delete(self) -> None:
        """Delete the expert in the form; offers to undo it."""
        was_in_use = self._profiles.current.id == self._chosen
        self._due.stop()
        try:
            deleted = self._profiles.delete(self._chosen)
        except UserError as error:
            self._say(translated(error.sentence), bad=True)
            return
        self._chosen = self._profiles.current.id
        self._show_list()
        self._show_chosen()
        self.profile_saved.emit(deleted.id)
        if was_in_use:
            self.profile_used.emit(self._profiles.current.id)

        def restore() -> None:
            self._profiles.restore(deleted)
            self.choose(deleted.id)
            self.profile_saved.emit(deleted.id)
            if was_in_use:
                self.use()

        self.undo_offered.emit(self.tr("The expert “{name}” was deleted.").format(name=deleted.name), restore)

    def use(self) -> None:
        """Switch to the expert in the form."""
        self.save()
        self._profiles.use(self._chosen)
        self._show_list()
        self._show_head()
        self.profile_used.emit(self._chosen)

    def save(self) -> None:
        """Keep what is in the form, where it differs from what is kept; a refused name is told in place."""
        self._due.stop()
        profile = self.editor.profile
        if profile is None or profile == self._kept():
            return
        try:
            self._profiles.save(profile)
        except UserError as error:
            self._say(translated(error.sentence), bad=True)
            return
        self._say(self.tr("Saved."))
        self._show_list()
        self._show_head()
        self.profile_saved.emit(profile.id)

    def refresh(self) -> None:
        """Read models and adapters anew."""
        in_background(self, lambda: (self._models.list(), self._adapters.list()), self._on_lists, self._on_list_failed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._show_list()
        self._show_head()

    def hideEvent(self, event: QHideEvent) -> None:
        self.save()
        super().hideEvent(event)

    def _build(self) -> None:
        self._disc = Disc("#2459D3", "", 40)
        self._title = label("", "title")
        self._made_of = label(kind="quiet")
        self._use = on_click(Button(self.tr("Use this expert"), "check", "primary"), self.use)
        self._badge = StateBadge(self.tr("In use"), "check-circle", "good")
        copy = on_click(Button("", "content-copy", "quiet", self.tr("Copy this expert")), self.copy)
        self._delete = on_click(Button("", "trash-can-outline", "quiet", self.tr("Delete this expert")), self.delete)
        self._validity = label(kind="quiet")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._made_of)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        for part in (self._badge, self._use, copy, self._delete):
            buttons.addWidget(part)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self._disc, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        head.addLayout(buttons)
        form = QWidget()
        form.setMaximumWidth(FORM_WIDTH + 2 * SPACE_XL)
        column = QVBoxLayout(form)
        column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_XL)
        column.setSpacing(SPACE_M)
        column.addLayout(head)
        column.addWidget(self._validity)
        column.addWidget(self.editor)
        column.addStretch(1)
        self._lay_out(form)

    def _lay_out(self, form: QWidget) -> None:
        middle = QWidget()
        centred = QHBoxLayout(middle)
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addStretch(1)
        centred.addWidget(form, 100)
        centred.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(middle)
        self._scroll.viewport().setAutoFillBackground(False)
        middle.setAutoFillBackground(False)
        splitter = QSplitter()
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.experts)
        splitter.addWidget(self._scroll)
        splitter.setStretchFactor(1, 1)
        self.experts.setMinimumWidth(180)
        splitter.setSizes([240, 780])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)
        self.setFocusProxy(self.experts.list)

    def _connect(self) -> None:
        self.experts.chosen.connect(self.choose)
        self.experts.used.connect(lambda _: self.use())
        self.experts.new_requested.connect(self.add_expert)
        self.experts.delete_requested.connect(self.delete)
        self.editor.changed.connect(self._on_edited)
        self._library.collections_changed.connect(lambda _: self._show_choices())

    def _on_edited(self) -> None:
        self._due.start()
        profile = self.editor.profile
        if profile is not None:
            self._disc.show_color(profile.color, profile.name)

    def _on_lists(self, lists: tuple[list[ModelEntry], list[AdapterEntry]]) -> None:
        if lists != (self._model_entries, self._adapter_entries):
            self._model_entries, self._adapter_entries = lists
            self._show_choices()

    def _on_list_failed(self, failure: Failure) -> None:
        self._say(translated(failure.sentence), bad=True)

    def _kept(self) -> Profile | None:
        return next((one for one in self._profiles.profiles() if one.id == self._chosen), None)

    def _show_choices(self) -> None:
        """Offer what there is now, without touching what the person is typing."""
        profile = self.editor.profile
        if profile is not None:
            self.editor.show_choices(profile, self._model_entries, self._adapter_entries, self._library.collections)
            self._show_list()
            self._show_head()

    def _show_list(self) -> None:
        profiles = [(profile, self._made_of_text(profile)) for profile in self._profiles.profiles()]
        self.experts.show_profiles(profiles, self._profiles.current.id, self._chosen)
        self._delete.setEnabled(len(profiles) > 1)

    def _show_chosen(self) -> None:
        self.editor.show_profile(self.chosen, self._model_entries, self._adapter_entries, self._library.collections)
        self._say(self.tr("Changes are saved as you type."))
        self._show_head()
        self._scroll.verticalScrollBar().setValue(0)

    def _show_head(self) -> None:
        profile = self.chosen
        self._disc.show_color(profile.color, profile.name)
        self._title.setText(profile.name)
        self._made_of.setText(self._made_of_text(profile))
        in_use = self._profiles.current.id == profile.id
        self._use.setVisible(not in_use)
        self._badge.setVisible(in_use)

    def _made_of_text(self, profile: Profile) -> str:
        parts = [profile.model or self.tr("model in use")]
        if len(profile.adapters) == 1:
            use = profile.adapters[0]
            parts.append(self.tr("{name} {strength}").format(name=use.name, strength=number(use.strength, 1)))
        elif profile.adapters:
            parts.append(counted(len(profile.adapters), "adapters"))
        named = {collection.id: collection.name for collection in self._library.collections}
        if not profile.collections:
            parts.append(self.tr("all documents"))
        elif len(profile.collections) == 1:
            parts.append(named.get(profile.collections[0], self.tr("a deleted collection")))
        else:
            parts.append(counted(len(profile.collections), "collections"))
        return " · ".join(parts)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self._validity.setText(text)
        set_kind(self._validity, "bad" if bad else "quiet")
