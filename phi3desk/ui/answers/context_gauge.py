"""How much of what the model can read at a time a conversation takes: a quiet ring with its figures in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from phi3desk.chat.messages import Reading
from phi3desk.ui.formatting import number
from phi3desk.ui.theme import tokens

SIDE = 36
_RING = 18
_WIDTH = 3
#: share from which the ring asks for attention: the next questions take the oldest passages out
_NEARLY_FULL = 0.8


class ContextGauge(QWidget):
    """Shows what the last answer of a conversation took; hidden where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(QSize(SIDE, SIDE))
        self._share = 0.0
        self.hide()

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return self._share

    def show_reading(self, reading: Reading | None) -> None:
        """Show what the model read and wrote for an answer, None for no answer of a model."""
        if reading is None or reading.context <= 0:
            self.hide()
            return
        self._share = min(1.0, reading.used / reading.context)
        told = self._told(reading)
        self.setToolTip(told)
        self.setAccessibleName(told)
        self.show()
        self.update()

    def _told(self, reading: Reading) -> str:
        taken = self.tr("This conversation takes {used} of the {room} tokens that the model reads at a time.")
        parts = [taken.format(used=number(reading.used), room=number(reading.context))]
        if reading.fitted.shortened:
            shortened = self.tr(
                "%Ln earlier question(s) stay without their passages, to make room.", "", reading.fitted.shortened
            )
            parts.append(shortened)
        if reading.fitted.left_out:
            left_out = self.tr("%Ln earlier question(s) are no longer read.", "", reading.fitted.left_out)
            parts.append(left_out)
        return " ".join(parts)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring, from the top clockwise as far as it is full."""
        shown = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF((SIDE - _RING) / 2, (SIDE - _RING) / 2, _RING, _RING)
        painter.setPen(QPen(QColor(shown.line), _WIDTH))
        painter.drawEllipse(ring)
        color = shown.attention if self._share >= _NEARLY_FULL else shown.quiet
        painter.setPen(QPen(QColor(color), _WIDTH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        # Qt counts sixteenths of a degree, counterclockwise from three o'clock
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * self._share))
        painter.end()
