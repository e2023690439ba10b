"""A widget that stands in the conversation, under a message, in room that the text leaves for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QTextFrame
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from phi3desk.ui.theme import SPACE_M, SPACE_XL

#: of the widget, in pixels; text is narrower, for it is read line by line
WIDEST = 1100


class EmbeddedWidget(QObject):
    """Keeps the widget where its message is, as wide as the view allows, while text and widget grow.

    `frame_of` returns the message's frame, None while it is not in the view: the widget is hidden then.
    `taken_away` tells that the widget goes, whoever wanted that.
    """

    taken_away = Signal()

    def __init__(self, view: QTextEdit, widget: QWidget, frame_of: Callable[[], QTextFrame | None]) -> None:
        super().__init__(view)
        self._view, self._frame_of = view, frame_of
        self.widget = widget
        frame = frame_of()
        #: the room under the message that is its own
        self._room = frame.frameFormat().bottomMargin() if frame is not None else 0.0
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self.place)
        widget.setParent(view.viewport())
        widget.installEventFilter(self)
        view.viewport().installEventFilter(self)
        view.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)
        view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._application = QApplication.instance()
        if isinstance(self._application, QApplication):
            self._application.focusChanged.connect(self._on_focus_changed)
        self.place()

    def place(self) -> None:
        """Make room under the message and put the widget there."""
        self._due.stop()
        frame = self._frame_of()
        self.widget.setVisible(frame is not None)
        if frame is None:
            return
        room = self._view.viewport().width() - 2 * SPACE_XL
        width = max(200, min(room, WIDEST))
        height = self._height(width)
        look = frame.frameFormat()
        needed = self._room + height + SPACE_M
        if look.bottomMargin() != needed:
            look.setBottomMargin(needed)
            frame.setFrameFormat(look)
        self.widget.resize(width, height)
        self._move(frame)

    def bring_into_view(self, part: QWidget | None = None) -> None:
        """Scroll as little as shows a part of the widget, or all of it; the top of what is taller than the view."""
        part = part or self.widget
        bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
        top = part.mapTo(self._view.viewport(), QPoint(0, 0)).y() - SPACE_M
        hidden = top + part.height() + 2 * SPACE_M - height
        if top < 0 or hidden > 0:
            bar.setValue(bar.value() + (min(hidden, top) if top > 0 else top))

    def take_away(self) -> None:
        """Let the widget go, and close the room it had."""
        frame = self._frame_of()
        if frame is not None:
            look = frame.frameFormat()
            look.setBottomMargin(self._room)
            frame.setFrameFormat(look)
        self._due.stop()
        if isinstance(self._application, QApplication):
            self._application.focusChanged.disconnect(self._on_focus_changed)
        self.widget.removeEventFilter(self)
        self._view.viewport().removeEventFilter(self)
        self.widget.hide()
        self.widget.deleteLater()
        self.deleteLater()
        self.taken_away.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        resized = event.type() == QEvent.Type.Resize and watched is self._view.viewport()
        changed = event.type() == QEvent.Type.LayoutRequest and watched is self.widget
        if resized or changed:
            self._due.start()
        return False

    def _height(self, width: int) -> int:
        layout = self.widget.layout()
        if layout is None:
            return self.widget.sizeHint().height()
        return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def _move(self, frame: QTextFrame) -> None:
        area = self._view.document().documentLayout().frameBoundingRect(frame)
        bottom = area.bottom() - self._view.verticalScrollBar().value()
        left = (self._view.viewport().width() - self.widget.width()) // 2
        self.widget.move(left, round(bottom - self.widget.height() - SPACE_M))

    def _on_size_changed(self) -> None:
        # the layout is still at work on the document
        self._due.start()

    def _on_focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.widget.isAncestorOf(now):
            return
        if now.height() < self._view.viewport().height():
            self.bring_into_view(now)

    def _on_scrolled(self) -> None:
        frame = self._frame_of()
        if frame is not None:
            self._move(frame)
