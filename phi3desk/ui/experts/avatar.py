"""An expert's avatar: a disc in its colour with its icon, or with the first letter of its name."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from phi3desk.profiles.profile import ICONS, Profile
from phi3desk.ui.colors import DARK, LIGHT, contrast
from phi3desk.ui.theme import icon

ICON_SHARE = 0.6


def paint_avatar(painter: QPainter, place: QRectF, color: str, icon_name: str, name: str) -> None:
    """Paint an avatar; its icon or letter is dark or light, whichever is easier to see on the colour."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(place)
    ink = max((LIGHT.surface, DARK.on_accent), key=lambda shade: contrast(shade, color))
    if icon_name in ICONS:
        side = place.height() * ICON_SHARE
        corner = place.center() - QPointF(side / 2, side / 2)
        icon(icon_name, ink).paint(painter, QRectF(corner, place.size() * ICON_SHARE).toRect())
        return
    font = QFont(painter.font())
    font.setPixelSize(round(place.height() * 0.46))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name.strip()[:1].upper())


def avatar_icon(profile: Profile, ratio: float = 1.0) -> QIcon:
    """Return an expert's avatar as an icon; `ratio` is that of device pixels."""
    pixmap = QPixmap(round(20 * ratio), round(20 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_avatar(painter, QRectF(QPointF(1, 1), QPointF(19, 19)), profile.color, profile.icon, profile.name)
    painter.end()
    return QIcon(pixmap)


class ExpertAvatar(QWidget):
    """An expert's avatar; `size` is its width and height in pixels."""

    def __init__(self, size: int = 40) -> None:
        super().__init__()
        self._color, self._icon_name, self._name = LIGHT.accent, "", ""
        self.setFixedSize(size, size)

    def show_profile(self, profile: Profile) -> None:
        """Show an expert's colour and icon."""
        self._color, self._icon_name, self._name = profile.color, profile.icon, profile.name
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_avatar(painter, QRectF(self.rect()), self._color, self._icon_name, self._name)
        painter.end()
