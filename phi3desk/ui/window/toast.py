"""A short notice at the foot of the window, with one thing to do: mostly Undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QPushButton, QWidget

from phi3desk.ui.theme import SPACE_M, SPACE_S, SPACE_XL, icon

SECONDS = 10


class Toast(QFrame):
    """One notice at a time over a window; it goes after ten seconds, not while the pointer or the focus is on it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Notice"))
        self._undo: Callable[[], None] | None = None
        self._lift = 0
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.action = QPushButton(self.tr("&Undo"), self)
        self.action.clicked.connect(self._on_action)
        self.close_button = QPushButton(self)
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName(self.tr("Close this notice"))
        self.close_button.setToolTip(self.tr("Close this notice"))
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M + SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_S)
        row.addWidget(self._text, 1)
        row.addWidget(self.action)
        row.addWidget(self.close_button)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 4)
        shadow.setColor(Qt.GlobalColor.black)
        self._shadow = shadow
        self.setGraphicsEffect(shadow)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(SECONDS * 1000)
        self.timer.timeout.connect(self._on_time_up)
        window.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What the notice says."""
        return self._text.text()

    def offer(self, text: str, action: str = "", undo: Callable[[], None] | None = None) -> None:
        """Show a notice, in place of the one before; `undo` runs when its button is pressed."""
        self._undo = undo
        self._text.setText(text)
        self.action.setText(action or self.tr("&Undo"))
        self.action.setVisible(undo is not None)
        self.close_button.setIcon(icon("close"))
        shadow = self.palette().shadow().color()
        shadow.setAlpha(110)
        self._shadow.setColor(shadow)
        self.show()
        self.raise_()
        self._place()
        self.timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def set_lift(self, pixels: int) -> None:
        """Stay this far above the foot of the window, so that nothing needed there is covered."""
        self._lift = pixels
        self._place()

    def dismiss(self) -> None:
        """Take the notice away; what it offered can no longer be undone from here."""
        self.timer.stop()
        self._undo = None
        if self.isAncestorOf(self.focusWidget() or self):
            self._window.setFocus()
        self.hide()

    def _on_action(self) -> None:
        undo = self._undo
        self.dismiss()
        if undo is not None:
            undo()

    def _on_time_up(self) -> None:
        if self.underMouse() or self.action.hasFocus() or self.close_button.hasFocus():
            self.timer.start()
        else:
            self.dismiss()

    def _place(self) -> None:
        window = self._window
        width = min(560, window.width() - 2 * SPACE_XL)
        needed = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 190
        self.setFixedWidth(min(width, max(280, needed)))
        self.adjustSize()
        self.move(QPoint((window.width() - self.width()) // 2, window.height() - self.height() - SPACE_XL - self._lift))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the notice."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
