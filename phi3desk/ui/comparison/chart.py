"""The figures of a comparison as bars with whiskers for what so few questions leave open."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from phi3desk.comparison.figures import MEASURE_NAMES, Figures
from phi3desk.comparison.statistics import Share
from phi3desk.ui.colors import mixed
from phi3desk.ui.comparison.table import shown_variant
from phi3desk.ui.formatting import number, translate
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, tokens

BAR, BETWEEN, GROUP = 16, 4, 30
LEGEND = 26
AXIS = 24
_STRENGTHS = (1.0, 0.55, 0.3)
_KINDS = ("accent", "good", "attention")


class ComparisonChart(QWidget):
    """Shares of 0 to 100 %; every bar carries its variant's number and its figure, so colour alone tells nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._figures: Figures | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Chart of the comparison"))

    def show_figures(self, figures: Figures | None) -> None:
        """Show other figures."""
        self._figures = figures
        self.setAccessibleDescription(self.description)
        self.setVisible(figures is not None and bool(figures.measures))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    @property
    def description(self) -> str:
        """What the chart shows, in words."""
        if self._figures is None:
            return ""
        lines = []
        for measure in self._figures.measures:
            parts = [
                self.tr("{variant} {share}").format(
                    variant=shown_variant(one.variant.name), share=share_words(one.shares[measure])
                )
                for one in self._figures.variants
            ]
            lines.append(f"{translate(MEASURE_NAMES[measure])}: {', '.join(parts)}.")
        return " ".join(lines)

    def sizeHint(self) -> QSize:
        if self._figures is None:
            return QSize(400, 0)
        variants, measures = len(self._figures.variants), len(self._figures.measures)
        group = 22 + variants * (BAR + BETWEEN) + GROUP - 22 + 8
        return QSize(600, measures * group + AXIS + variants * LEGEND)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._figures is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = 34.0, 64.0
        area = QRectF(left, 0, max(80.0, self.width() - left - right), self.height())
        foot = self._axis(painter, area)
        y = 0.0
        for measure in self._figures.measures:
            painter.setPen(QColor(tokens().text))
            painter.drawText(QPointF(0, y + 14), translate(MEASURE_NAMES[measure]))
            y += 22
            for index, one in enumerate(self._figures.variants):
                self._bar(painter, QRectF(area.left(), y, area.width(), BAR), index, one.shares[measure])
                y += BAR + BETWEEN
            y += GROUP - 22 + 8
        self._legend(painter, foot)

    def _axis(self, painter: QPainter, area: QRectF) -> float:
        figures = self._figures
        if figures is None:
            return 0.0
        foot = self.height() - AXIS - len(figures.variants) * LEGEND
        for percent in (0, 25, 50, 75, 100):
            x = area.left() + area.width() * percent / 100
            painter.setPen(QPen(QColor(tokens().line), 1))
            painter.drawLine(QLineF(x, 18, x, foot))
            painter.setPen(QColor(tokens().quiet))
            place = QRectF(x - 30, foot, 60, AXIS)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.tr("{share} %").format(share=number(percent)))
        return float(foot + AXIS)

    def _bar(self, painter: QPainter, row: QRectF, index: int, share: Share) -> None:
        painter.setPen(QColor(tokens().quiet))
        label = QRectF(0, row.top(), row.left() - SPACE_S, row.height())
        painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(index + 1))
        if share.of == 0:
            painter.drawText(row.adjusted(SPACE_S, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.tr("no question"))
            return
        filled = QRectF(row.left(), row.top(), max(2.0, row.width() * share.value), row.height())
        painter.fillRect(filled, bar_color(index))
        middle = row.center().y()
        low, high = row.left() + row.width() * share.low, row.left() + row.width() * share.high
        whisker = [
            QLineF(low, middle, high, middle),
            QLineF(low, middle - 4, low, middle + 4),
            QLineF(high, middle - 4, high, middle + 4),
        ]
        # a rim in the surface's colour keeps the whisker apart from a dark bar
        for color, width in ((tokens().surface, 4.0), (tokens().text, 1.5)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLines(whisker)
        beside = QRectF(high + SPACE_S, row.top(), 60, row.height())
        told = self.tr("{share} %").format(share=number(100 * share.value))
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, told)

    def _legend(self, painter: QPainter, top: float) -> None:
        if self._figures is None:
            return
        for index, one in enumerate(self._figures.variants):
            y = top + index * LEGEND
            painter.fillRect(QRectF(34, y + 6, SPACE_M, SPACE_M), bar_color(index))
            painter.setPen(QColor(tokens().text))
            name = f"{number(index + 1)}. {shown_variant(one.variant.name)}"
            painter.drawText(QPointF(34 + SPACE_M + SPACE_S, y + SPACE_L + 1), name)


def bar_color(index: int) -> QColor:
    """Return the colour of a variant's bars: accent, good, attention, then paler ones."""
    shown_now = tokens()
    kind = getattr(shown_now, _KINDS[index % len(_KINDS)])
    return QColor(mixed(kind, shown_now.surface, _STRENGTHS[min(index // len(_KINDS), len(_STRENGTHS) - 1)]))


def share_words(share: Share) -> str:
    """Return a share with its interval as the user reads it: "7 of 20 (18 to 57 %)"."""
    if share.of == 0:
        return "–"
    low, high = number(100 * share.low), number(100 * share.high)
    return f"{number(share.count)} / {number(share.of)} ({low}–{high} %)"
