"""The expert in use, with the menu that switches it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from phi3desk.profiles.profile import Profile
from phi3desk.ui.colors import mixed
from phi3desk.ui.experts.avatar import avatar_icon, paint_avatar
from phi3desk.ui.theme import RADIUS, icon, list_px, tokens
from phi3desk.ui.widgets.tooltip import plain_tooltip

AVATAR = 28


class ExpertSwitcher(QPushButton):
    """A button with the expert's avatar and name, and a line of what it is made of; its menu lists all experts.

    `expert_chosen` carries the profile's id, `manage_requested` asks for the page of experts.
    """

    expert_chosen = Signal(str)
    manage_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: Profile | None = None
        self._summary = ""
        self._told: tuple[list[Profile], Profile, str] | None = None
        self._warning, self._warning_words = "", ""
        self.expert_menu = QMenu(self)
        self.expert_menu.setToolTipsVisible(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)

    def show_experts(self, profiles: list[Profile], current: Profile, summary: str) -> None:
        """Show the expert in use and fill the menu."""
        if (profiles, current, summary) == self._told:
            return
        self._told = profiles, current, summary
        self._profile, self._summary = current, summary
        self._describe()
        self.expert_menu.clear()
        group = QActionGroup(self.expert_menu)
        for number, profile in enumerate(profiles, 1):
            label = profile.name.replace("&", "&&")
            action = self.expert_menu.addAction(avatar_icon(profile, self.devicePixelRatioF()), label)
            if number <= 9:
                action.setText(f"{label}\tCtrl+{number}")
            action.setCheckable(True)
            action.setChecked(profile.id == current.id)
            group.addAction(action)
            action.triggered.connect(lambda _=False, chosen=profile.id: self.expert_chosen.emit(chosen))
        self.expert_menu.addSeparator()
        manage = self.expert_menu.addAction(icon("account-cog-outline"), self.tr("Change and add experts"))
        manage.triggered.connect(lambda _=False: self.manage_requested.emit())
        self.update()

    def show_warning(self, line: str, words: str) -> None:
        """Say in place of what the expert is made of that an adapter does not suit; an empty line takes it away."""
        self._warning, self._warning_words = line, words
        self._describe()
        self.update()

    def _describe(self) -> None:
        if self._profile is None:
            return
        name = self._profile.name
        self.setAccessibleName(self.tr("Expert in use: {name}. {summary}").format(name=name, summary=self._summary))
        self.setAccessibleDescription(self._warning_words)
        self.setToolTip(plain_tooltip("\n".join(line for line in (name, self._summary, self._warning_words) if line)))

    @property
    def warning(self) -> str:
        """The line about an adapter that does not suit, empty where there is none."""
        return self._warning

    @property
    def summary(self) -> str:
        """The line under the name."""
        return self._summary

    def experts(self) -> list[str]:
        """Return the names in the menu."""
        return [action.text().split("\t")[0] for action in self.expert_menu.actions() if action.isCheckable()]

    def _on_clicked(self) -> None:
        self.expert_menu.setMinimumWidth(self.width())
        self.expert_menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def sizeHint(self) -> QSize:
        return QSize(200, max(60, 2 * self.fontMetrics().height() + 26))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._profile is None:
            return
        shown = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        pointed = self.underMouse() or self.isDown() or self.expert_menu.isVisible()
        if pointed:
            painter.setBrush(QColor(mixed(shown.text, shown.window, 0.07)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shown.accent), 2))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        place = QRectF(10, (self.height() - AVATAR) / 2, AVATAR, AVATAR)
        paint_avatar(painter, place, self._profile.color, self._profile.icon, self._profile.name)
        text = area.adjusted(AVATAR + 20, 9, -28, -9)
        font = QFont(self.font())
        font.setPixelSize(list_px() + 1)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(shown.text))
        name = painter.fontMetrics().elidedText(self._profile.name, Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, name)
        font.setPixelSize(list_px() - 1)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(shown.attention if self._warning else shown.quiet))
        if self._warning:
            icon("alert-outline", shown.attention).paint(painter, int(text.left()), int(text.bottom()) - 16, 16, 16)
            text.adjust(20, 0, 0, 0)
        said = self._warning or self._summary
        line = painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, line)
        icon("unfold-more-horizontal").paint(painter, self.width() - 28, self.height() // 2 - 9, 18, 18)
        painter.end()
