"""Small parts the pages are made of; their look comes from the application's style sheet and the palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
    QWidgetItem,
)

from phi3desk.paths import resource
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, icon, mixed, tokens
from phi3desk.ui.widgets.tooltip import plain_tip

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
            self.setToolTip(plain_tip(tip))
        self.setAccessibleName(tip or text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(32)
        if not text:
            self.setFixedWidth(36)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self._recolor()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._recolor()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
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
        self._held = QWidget()
        self._held.setMaximumWidth(COLUMN_WIDTH)
        self.column = QVBoxLayout(self._held)
        self.column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self.column.setSpacing(SPACE_M)
        head = QVBoxLayout()
        head.setSpacing(SPACE_XS)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        self.column.addLayout(head)
        self.column.addLayout(self.buttons)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self._held, 100)
        row.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(middle)
        self.area.viewport().setAutoFillBackground(False)
        middle.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)


class FlowLayout(QLayout):
    """Lays items in rows, as many to a row as fit; in right-to-left languages from the right."""

    def __init__(self, spacing: int = SPACE_S) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addWidget(self, widget: QWidget) -> None:
        """Add a widget, in an item that Python made: of one that Qt made, Python does not learn when it is deleted."""
        self.addChildWidget(widget)
        self.addItem(QWidgetItem(widget))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(QRect(0, 0, width, 0), apply=False)

    def sizeHint(self) -> QSize:
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(width, max((item.sizeHint().height() for item in shown), default=0))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay(rect, apply=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _rows(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """Return the items row by row, each with its size."""
        rows: list[list[tuple[QLayoutItem, QSize]]] = []
        left = 0
        for item in self._shown():
            size = item.sizeHint().boundedTo(QSize(max(width, 1), 16777215))
            if item.hasHeightForWidth():
                size.setHeight(max(size.height(), item.heightForWidth(size.width())))
            if not rows or size.width() > left:
                rows.append([])
                left = width
            rows[-1].append((item, size))
            left -= size.width() + self.spacing()
        return rows

    def _lay(self, rect: QRect, *, apply: bool) -> int:
        y = rect.y()
        owner = self.parentWidget()
        mirrored = owner is not None and owner.isRightToLeft()
        rows = self._rows(rect.width())
        for row in rows:
            x, height = rect.x(), max(size.height() for _, size in row)
            for item, size in row:
                if apply:
                    left = rect.right() + 1 - (x - rect.x()) - size.width() if mirrored else x
                    item.setGeometry(QRect(QPoint(left, y + (height - size.height()) // 2), size))
                x += size.width() + self.spacing()
            y += height + self.spacing()
        return y - rect.y() - self.spacing() if rows else 0


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

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolor()

    def _recolor(self) -> None:
        color = getattr(tokens(), self._color)
        self._icon.setPixmap(icon(self._icon_name, color).pixmap(QSize(16, 16), self.devicePixelRatioF()))
        style = f"color: {color};"
        if self._word.styleSheet() != style:
            self._word.setStyleSheet(style)


@dataclass(frozen=True)
class Part:
    """A part of a memory bar: what it is, its bytes, and its colour (accent or attention)."""

    text: str
    size: int
    color: str = "accent"


class MemoryBar(QWidget):
    """Memory that something needs against what there is; what does not fit is hatched and said in words.

    `total` and the parts are bytes. The text beneath carries the same figures, so nothing is told by colour alone.
    """

    HEIGHT = 10

    def __init__(self, text: str, parts: tuple[Part, ...], used: int, total: int) -> None:
        """`used` is what other programs hold already; it is drawn in the line's colour at the left."""
        super().__init__()
        self._parts, self._used, self._total = parts, used, total
        self.setFixedHeight(self.HEIGHT)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self.setToolTip(plain_tip("\n".join(part.text for part in parts)))

    @property
    def fits(self) -> bool:
        """Whether all parts have room beside what is used already."""
        return self._used + sum(part.size for part in self._parts) <= self._total

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(shape, self.HEIGHT / 2, self.HEIGHT / 2)
        painter.setClipPath(outline)
        shown = tokens()
        painter.fillRect(shape, QColor(mixed(shown.text, shown.surface, 0.07)))
        whole = max(self._total, self._used + sum(part.size for part in self._parts), 1)
        x = shape.width() * self._used / whole
        painter.fillRect(QRectF(0, 0, x, shape.height()), QColor(mixed(shown.text, shown.surface, 0.24)))
        for index, part in enumerate(self._parts):
            width = shape.width() * part.size / whole
            color = QColor(mixed(getattr(shown, part.color), shown.surface, 1.0 if index == 0 else 0.55))
            painter.fillRect(QRectF(x, 0, width, shape.height()), color)
            x += width
        if not self.fits:
            edge = shape.width() * self._total / whole
            painter.fillRect(QRectF(edge, 0, shape.width() - edge, shape.height()), QColor(shown.bad))
            pattern = QColor(shown.surface)
            painter.fillRect(QRectF(edge - 1, 0, 2, shape.height()), pattern)


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
