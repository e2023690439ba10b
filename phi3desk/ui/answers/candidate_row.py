"""A passage that a search looked at, as a row: where it stands, what became of it, and a small bar for each ranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from phi3desk.ui.colors import mixed
from phi3desk.ui.theme import RADIUS, SPACE_M, SPACE_S, SPACE_XS, TARGET, tokens
from phi3desk.ui.widgets.tooltip import plain_tooltip

_BAR, _BAR_HEIGHT = 44, 6
_SIDE = SPACE_M


@dataclass(frozen=True)
class Bar:
    """What a ranker, or the reading, says of a passage: a share of the longest bar, and a word behind it."""

    name: str
    share: float
    word: str


@dataclass(frozen=True)
class RowText:
    """What a row says: the place, how the passage begins, what became of it, its bars; `figures` where that is wished.

    `good` tells that the passage was read.
    """

    title: str
    excerpt: str
    fate: str
    bars: tuple[Bar, ...]
    figures: str = ""
    good: bool = False
    tip: str = ""


class CandidateRow(QAbstractButton):
    """A click, or Enter, opens the page."""

    def __init__(self, text: RowText) -> None:
        super().__init__()
        self._text = text
        self._with_figures = False
        self._hovered = False
        self._heights: dict[tuple[int, bool], int] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        bars = ", ".join(f"{bar.name}: {bar.word}" for bar in text.bars)
        self.setAccessibleName(". ".join(part.rstrip(".") for part in (text.title, text.fate, bars) if part))
        self.setAccessibleDescription(text.figures)
        self.setToolTip(plain_tooltip(text.tip))

    @property
    def text_shown(self) -> RowText:
        """What the row says."""
        return self._text

    def show_figures(self, wanted: bool) -> None:
        """Say, or no longer say, what the score was added up from."""
        self._with_figures = wanted
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        known = (width, self._with_figures)
        if known not in self._heights:
            self._heights[known] = max(TARGET, self._lay_out(width, None))
        return self._heights[known]

    def sizeHint(self) -> QSize:
        return QSize(320, TARGET)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, TARGET)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._heights.clear()
            self.updateGeometry()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = tokens()
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._hovered or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mixed(shown.text, shown.surface, 0.07)))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
        self._lay_out(self.width(), painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(shown.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, RADIUS, RADIUS)

    def _lay_out(self, width: int, painter: QPainter | None) -> int:
        """Return the height that the row takes in a width; paint it where there is a painter."""
        shown, metrics = tokens(), self.fontMetrics()
        line, room = metrics.height(), width - 2 * _SIDE
        y = SPACE_S
        strong = QFont(self.font())
        strong.setWeight(QFont.Weight.DemiBold if self._text.good else QFont.Weight.Normal)
        title_width = metrics.horizontalAdvance(self._text.title) + SPACE_M
        fate_width = metrics.horizontalAdvance(self._text.fate) + SPACE_XS
        beside = title_width * 1.1 + fate_width <= room
        if painter is not None:
            painter.setFont(strong)
            painter.setPen(QColor(shown.text))
            wide = room - fate_width if beside else room
            title = painter.fontMetrics().elidedText(self._text.title, Qt.TextElideMode.ElideMiddle, wide)
            painter.drawText(QRectF(_SIDE, y, wide, line), Qt.AlignmentFlag.AlignLeft, title)
            painter.setFont(self.font())
            painter.setPen(QColor(shown.good if self._text.good else shown.quiet))
        if beside:
            self._write(painter, QRectF(_SIDE, y, room, line), self._text.fate, Qt.AlignmentFlag.AlignRight)
            y += line
        else:
            y += line + 2
            y += self._write(painter, QRectF(_SIDE, y, room, 10_000), self._text.fate, Qt.AlignmentFlag.AlignLeft)
        if self._text.excerpt:
            if painter is not None:
                painter.setPen(QColor(shown.quiet))
                excerpt = metrics.elidedText(self._text.excerpt, Qt.TextElideMode.ElideRight, room)
                painter.drawText(QRectF(_SIDE, y + 2, room, line), Qt.AlignmentFlag.AlignLeft, excerpt)
            y += line + 2
        if self._text.bars:
            y = self._bars(painter, y + SPACE_XS, room, line)
        if self._with_figures and self._text.figures:
            if painter is not None:
                painter.setPen(QColor(shown.quiet))
            y += SPACE_XS
            y += self._write(painter, QRectF(_SIDE, y, room, 10_000), self._text.figures, Qt.AlignmentFlag.AlignLeft)
        return y + SPACE_S

    def _write(self, painter: QPainter | None, area: QRectF, text: str, align: Qt.AlignmentFlag) -> int:
        flags = Qt.TextFlag.TextWordWrap.value | align.value
        if painter is not None:
            painter.drawText(area, flags, text)
        return self.fontMetrics().boundingRect(area.toRect(), flags, text).height()

    def _bars(self, painter: QPainter | None, y: int, room: int, line: int) -> int:
        """Lay the bars out from left to right, in as many lines as they need; return where the last one ends."""
        shown, metrics = tokens(), self.fontMetrics()
        x = 0
        for bar in self._text.bars:
            name, word = metrics.horizontalAdvance(bar.name), metrics.horizontalAdvance(bar.word)
            wide = name + SPACE_XS + _BAR + SPACE_XS + word
            if x and x + wide > room:
                x, y = 0, y + line + 2
            if painter is not None:
                left, middle = float(_SIDE + x), y + line / 2
                painter.setPen(QColor(shown.quiet))
                painter.drawText(QRectF(left, y, name, line), Qt.AlignmentFlag.AlignLeft, bar.name)
                left += name + SPACE_XS
                track = QRectF(left, middle - _BAR_HEIGHT / 2, _BAR, _BAR_HEIGHT)
                _paint_bar(painter, track, bar.share)
                painter.setPen(QColor(shown.quiet))
                painter.drawText(
                    QRectF(left + _BAR + SPACE_XS, y, word + 1, line), Qt.AlignmentFlag.AlignLeft, bar.word
                )
            x += wide + SPACE_M
        return y + line


def _paint_bar(painter: QPainter, track: QRectF, share: float) -> None:
    shown = tokens()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(mixed(shown.text, shown.surface, 0.14)))
    painter.drawRoundedRect(track, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
    if share > 0:
        filled = QRectF(track)
        filled.setWidth(max(float(_BAR_HEIGHT), track.width() * min(1.0, share)))
        painter.setBrush(QColor(shown.accent))
        painter.drawRoundedRect(filled, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)


def longest(values: Sequence[float]) -> float:
    """Return what a full bar stands for; 1 where there is nothing to show."""
    return max(values, default=0.0) or 1.0
