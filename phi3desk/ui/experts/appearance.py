"""How an expert appears: its colour and its icon, chosen in its form."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QColorDialog, QVBoxLayout, QWidget

from phi3desk.profiles.profile import COLORS, ICONS
from phi3desk.ui.theme import SPACE_S, SPACE_XS, icon, tokens
from phi3desk.ui.widgets.basic import label
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.tooltip import plain_tooltip

SIZE = 32


class Swatch(QAbstractButton):
    """A colour or an icon to choose; the chosen one carries a ring, the one with the focus an accent ring."""

    def __init__(self, name: str, color: str = "", icon_name: str = "") -> None:
        super().__init__()
        self.color, self.icon_name = color, icon_name
        self.setCheckable(True)
        self.setFixedSize(SIZE, SIZE)
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(SIZE, SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        inner = self.rect().adjusted(6, 6, -6, -6)
        if self.color:
            painter.setBrush(QColor(self.color))
            painter.drawEllipse(inner)
        else:
            icon(self.icon_name, tokens().text).paint(painter, inner)
        if self.isChecked() or self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(QColor(tokens().accent if self.hasFocus() else tokens().text))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.end()


class ExpertAppearance(QWidget):
    """Chooses colour and icon; `changed` is emitted at each change by the user."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.color, self.icon_name = COLORS[0], ""
        self._colors, self._icons = QButtonGroup(self), QButtonGroup(self)
        self.swatches = [Swatch(name, color=color) for color, name in zip(COLORS, self._color_names(), strict=False)]
        self._other = Swatch(self.tr("Another colour"), color="#888888")
        self.icons = [Swatch(self.tr("The first letter of the name"), icon_name="format-letter-case")]
        self.icons += [Swatch(name.replace("-", " "), icon_name=name) for name in ICONS]
        colors, icons = FlowLayout(SPACE_XS), FlowLayout(SPACE_XS)
        for swatch in (*self.swatches, self._other):
            self._colors.addButton(swatch)
            colors.addWidget(swatch)
        for swatch in self.swatches:
            swatch.clicked.connect(lambda _=False, one=swatch: self._take(one.color, self.icon_name))
        self._other.clicked.connect(self._choose_color)
        for swatch in self.icons:
            self._icons.addButton(swatch)
            icons.addWidget(swatch)
            swatch.clicked.connect(lambda _=False, one=swatch: self._take(self.color, self._name_of(one)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(colors)
        column.addWidget(label(self.tr("The last one lets you choose any colour."), "quiet"))
        column.addLayout(icons)

    def show_appearance(self, color: str, icon_name: str) -> None:
        """Show a colour and an icon; tells nobody."""
        self.color, self.icon_name = color, icon_name if icon_name in ICONS else ""
        swatch = next((one for one in self.swatches if one.color.lower() == color.lower()), None)
        if swatch is None:
            self._other.color = color
            self._other.update()
        (swatch or self._other).setChecked(True)
        next(one for one in self.icons if self._name_of(one) == self.icon_name).setChecked(True)

    def _name_of(self, swatch: Swatch) -> str:
        return "" if swatch is self.icons[0] else swatch.icon_name

    def _take(self, color: str, icon_name: str) -> None:
        self.show_appearance(color, icon_name)
        self.changed.emit()

    def _choose_color(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.color), self, self.tr("Colour of the expert"))
        if chosen.isValid():
            self._take(chosen.name().upper(), self.icon_name)
        else:
            self.show_appearance(self.color, self.icon_name)

    def _color_names(self) -> tuple[str, ...]:
        return (
            self.tr("Blue"),
            self.tr("Green"),
            self.tr("Ochre"),
            self.tr("Red"),
            self.tr("Violet"),
            self.tr("Teal"),
            self.tr("Wine red"),
            self.tr("Slate"),
        )
