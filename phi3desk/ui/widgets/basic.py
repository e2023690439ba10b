"""Small parts the pages are made of; their look comes from the application's style sheet and the palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from phi3desk.paths import resource
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, follow_scheme, icon, tokens
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.scroll_column import ScrollColumn
from phi3desk.ui.widgets.tooltip import plain_tooltip

ICON_PX = 18
COLUMN_WIDTH = 860
#: the one colour in which the pictures under resources/icons are drawn
PICTURE_COLOR = b"#5F605B"


def label(text: str = "", kind: str = "", *, wraps: bool = True) -> QLabel:
    """Return a label of plain text; `kind` is one of the style sheet's: title, section, quiet, bad."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if kind:
        made.setProperty("kind", kind)
    if wraps:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


def selectable(text: str = "", kind: str = "") -> QLabel:
    """Return a label whose text can be selected by mouse and keyboard."""
    made = label(text, kind)
    flags = Qt.TextInteractionFlag
    made.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
    return made


class Button(QPushButton):
    """A button with an icon that follows the colour scheme; `kind` is one of the style sheet's, or empty."""

    def __init__(self, text: str = "", icon_name: str = "", kind: str = "", tip: str = "") -> None:
        super().__init__(text)
        self._icon_name = icon_name
        self._kind = kind
        if kind:
            self.setProperty("kind", kind)
        if tip:
            self.setToolTip(plain_tooltip(tip))
        self.setAccessibleName(tip or text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(32)
        if not text:
            self.setFixedWidth(36)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self._recolor()
        follow_scheme(self, self._recolor)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._recolor()

    def _recolor(self) -> None:
        if self._icon_name:
            self.setIcon(icon(self._icon_name, tokens().on_accent if self._kind == "primary" else tokens().text))


class Card(QFrame):
    """A framed surface with a column of its own, `column`."""

    def __init__(self, name: str = "", kind: str = "card") -> None:
        super().__init__()
        self.setProperty("kind", kind)
        if name:
            self.setAccessibleName(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        self.column.setSpacing(SPACE_S)


class Rule(QFrame):
    """A thin line between two things."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "line")


class Page(QWidget):
    """A page with a title, room for buttons beside it (`buttons`), and a scrolled column (`column`)."""

    def __init__(self, title: str, parent: QWidget | None = None, subtitle: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.title = label(title, "title", wraps=False)
        self.subtitle = label(subtitle, "quiet")
        self.subtitle.setVisible(bool(subtitle))
        self.buttons = FlowLayout(SPACE_S)
        self.area = ScrollColumn(COLUMN_WIDTH)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column = self.area.column
        self.column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self.column.setSpacing(SPACE_M)
        head = QVBoxLayout()
        head.setSpacing(SPACE_XS)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        self.column.addLayout(head)
        self.column.addLayout(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)


class StateBadge(QWidget):
    """An icon and a word in one of the colours good, attention, bad, accent or quiet."""

    def __init__(self, word: str, icon_name: str, color: str) -> None:
        super().__init__()
        self._icon_name, self._color = icon_name, color
        self._icon = QLabel()
        self._word = label(word, wraps=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._icon)
        row.addWidget(self._word)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(word)
        self._recolor()
        follow_scheme(self, self._recolor)

    def _recolor(self) -> None:
        color = getattr(tokens(), self._color)
        self._icon.setPixmap(icon(self._icon_name, color).pixmap(QSize(16, 16), self.devicePixelRatioF()))
        style = f"color: {color};"
        if self._word.styleSheet() != style:
            self._word.setStyleSheet(style)


class Picture(QWidget):
    """One of the program's line drawings, in the scheme's quiet text."""

    def __init__(self, name: str, size: QSize) -> None:
        super().__init__()
        path = resource("icons", name)
        self._source = path.read_bytes() if path.is_file() else b""
        self.setFixedSize(size)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._source:
            return
        renderer = QSvgRenderer(self._source.replace(PICTURE_COLOR, tokens().quiet.encode()))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(QPainter(self), QRectF(self.rect()))


def clear(layout: QLayout) -> None:
    """Take every widget and layout out of a layout and let them go."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
            inner.deleteLater()


def on_click(button: QPushButton, act: Callable[[], None]) -> QPushButton:
    """Connect a button to something that takes no argument; returns the button."""
    button.clicked.connect(lambda _checked=False: act())
    return button
