"""What stands over an expert's form: who it is, what it is made of, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from phi3desk.profiles.profile import Profile
from phi3desk.ui.experts.avatar import ExpertAvatar
from phi3desk.ui.theme import SPACE_M, SPACE_S, set_kind
from phi3desk.ui.widgets.basic import Button, StateBadge, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout


class ExpertHeader(QWidget):
    """Disc, name and a line of what the expert is made of, the buttons, and whether the form is kept."""

    use_requested = Signal()
    copy_requested = Signal()
    delete_requested = Signal()
    export_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._avatar = ExpertAvatar()
        self._title = label("", "title")
        self._made_of = label(kind="quiet")
        self._validity = label(kind="quiet")
        self._use = on_click(Button(self.tr("Use this expert"), "check", "primary"), self.use_requested.emit)
        self._badge = StateBadge(self.tr("In use"), "check-circle", "good")
        copy = Button("", "content-copy", "quiet", self.tr("Copy this expert"))
        self.delete = Button("", "trash-can-outline", "quiet", self.tr("Delete this expert"))
        self.more = Button("", "dots-horizontal", "quiet", self.tr("More"))
        self.menu = QMenu(self)
        self.more.setMenu(self.menu)
        export = self.menu.addAction(self.tr("Save as a file for a colleague"))
        export.triggered.connect(lambda _=False: self.export_requested.emit())
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._made_of)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        buttons = FlowLayout(SPACE_S)
        for part in (
            self._badge,
            self._use,
            on_click(copy, self.copy_requested.emit),
            on_click(self.delete, self.delete_requested.emit),
            self.more,
        ):
            buttons.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        column.addLayout(buttons)
        column.addWidget(self._validity)

    @property
    def validity(self) -> str:
        """Whether what is in the form is kept, in a sentence."""
        return self._validity.text()

    def show_profile(self, profile: Profile, made_of: str, in_use: bool) -> None:
        """Show an expert as it is kept."""
        self._avatar.show_profile(profile)
        self._title.setText(profile.name)
        self._made_of.setText(made_of)
        self._use.setVisible(not in_use)
        self._badge.setVisible(in_use)

    def show_appearance(self, profile: Profile) -> None:
        """Show the avatar of what is in the form."""
        self._avatar.show_profile(profile)

    def say(self, text: str, *, bad: bool = False) -> None:
        """Tell whether what is in the form is kept."""
        self._validity.setText(text)
        set_kind(self._validity, "bad" if bad else "quiet")
