"""A short notice at the foot of the window, with one thing to do: mostly Undo, one deletion after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QPushButton, QWidget
from shiboken6 import isValid

from phi3desk.ui.theme import SPACE_M, SPACE_S, SPACE_XL, icon

SECONDS = 10
#: seconds for a notice in front of one with something to undo
SECONDS_BETWEEN = 3


@dataclass(frozen=True)
class Offer:
    """A notice with what its button does."""

    text: str
    action: str
    act: Callable[[], None]


class Toast(QFrame):
    """One notice at a time over a window; it goes after ten seconds, not while the pointer or the focus is on it.

    What can be undone lies beneath it, the last on top: Ctrl+Z or the button takes it back, and the notice before
    comes up again. Ctrl+Z stays the text's own where something was typed since the notice came.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Notice"))
        self._act: Callable[[], None] | None = None
        self._undoable: list[Offer] = []
        self._typing: QWidget | None = None
        self._typed = False
        self._before: QWidget | None = None
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
        for button in (self.action, self.close_button):
            # a click leaves the keyboard where it is: a question may be half written there
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
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
        self._undo_shortcut = QShortcut(QKeySequence.StandardKey.Undo, window)
        self._undo_shortcut.setEnabled(False)
        self._undo_shortcut.activated.connect(self.undo)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)
        window.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What the notice says."""
        return self._text.text()

    def offer(self, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """Show a notice, in place of the one before; `act` runs when its button, named `action`, is pressed.

        What could be undone before still can be, and is offered again after it.
        """
        seconds = SECONDS_BETWEEN if self._undoable and act is None else SECONDS
        self._show(text, action, act, seconds)

    def offer_undo(self, text: str, undo: Callable[[], None]) -> None:
        """Show what was done; `undo` takes it back, by the button or by Ctrl+Z."""
        self._undoable.append(Offer(text, self.tr("&Undo"), undo))
        self._typed = False
        self._watch(QApplication.focusWidget())
        self._undo_shortcut.setEnabled(True)
        self._show(text, self.tr("&Undo"), self.undo, SECONDS)

    def undo(self) -> None:
        """Take back what was done last, and offer to take back what was done before it."""
        if not self._undoable:
            return
        last = self._undoable.pop()
        before = self._undoable[-1] if self._undoable else None
        if before is None:
            self.dismiss()
        else:
            self._show(before.text, before.action, self.undo, SECONDS)
        last.act()

    def _show(self, text: str, action: str, act: Callable[[], None] | None, seconds: int) -> None:
        self._act = act
        self._text.setText(text)
        self.action.setText(action)
        self.action.setVisible(act is not None)
        self.timer.setInterval(seconds * 1000)
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
        self._act = None
        self._undoable.clear()
        self._undo_shortcut.setEnabled(False)
        self._watch(None)
        if self.isAncestorOf(QApplication.focusWidget() or self):
            before = self._before
            (before if before is not None and isValid(before) and before.isVisible() else self._window).setFocus()
        self.hide()

    def _on_action(self) -> None:
        act = self._act
        if act is not None and act != self.undo:
            self.dismiss()
        if act is not None:
            act()

    def _on_time_up(self) -> None:
        if self.underMouse() or self.action.hasFocus() or self.close_button.hasFocus():
            self.timer.start()
        elif self._undoable and self._act != self.undo:
            last = self._undoable[-1]
            self._show(last.text, last.action, self.undo, SECONDS)
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
        if watched is self._typing and isinstance(event, QKeyEvent):
            return self._on_key(event)
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        """Keep Ctrl+Z from a text in which nothing was typed since the notice came, so that it is the window's."""
        if event.matches(QKeySequence.StandardKey.Undo):
            return event.type() == QEvent.Type.ShortcutOverride and not self._typed
        if event.type() == QEvent.Type.KeyPress and event.text().strip():
            self._typed = True
        return False

    def _watch(self, widget: QWidget | None) -> None:
        """Look at the keys of the widget that has the keyboard, while there is something to undo."""
        if self._typing is not None and isValid(self._typing):
            self._typing.removeEventFilter(self)
        self._typing = widget if widget is not self._window else None
        if self._typing is not None:
            self._typing.installEventFilter(self)

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        inside = now is not None and self.isAncestorOf(now)
        if inside and before is not None and not self.isAncestorOf(before):
            self._before = before
        if self._undoable:
            self._watch(now if now is not None and self._window.isAncestorOf(now) else None)
