"""The bar above the experts while one is saved as a file or taken in, and the sentence that tells how it ended."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from phi3desk.packs.manifest import PackProgress
from phi3desk.ui.formatting import number
from phi3desk.ui.theme import SPACE_L, SPACE_M, set_kind
from phi3desk.ui.widgets.basic import Button, Card, on_click, selectable
from phi3desk.ui.widgets.elided_label import ElidedLabel


class PackBar(QWidget):
    """What is done, how far it is, and a button that stops it; `cancel_requested` asks for that."""

    cancel_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Expert as a file"))
        self._doing = ElidedLabel()
        self._ended = selectable()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 100)
        self._bar.setAccessibleName(self.tr("Done so far, in percent"))
        self._file = ElidedLabel("quiet", keeps_line=True)
        self.cancel = on_click(Button(self.tr("Cancel"), tip=self.tr("Stop; nothing is left behind")), self._on_cancel)
        self._close = on_click(Button("", "close", "quiet", self.tr("Close this notice")), self.hide)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        for part, stretch in ((self._doing, 1), (self._ended, 1), (self.cancel, 0), (self._close, 0)):
            head.addWidget(part, stretch)
        card = Card()
        card.column.addLayout(head)
        card.column.addWidget(self._bar)
        card.column.addWidget(self._file)
        # the room around it goes with it
        around = QVBoxLayout(self)
        around.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        around.addWidget(card)
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says now."""
        return (self._doing if self._close.isHidden() else self._ended).text()

    def begin(self, doing: str) -> None:
        """Show that something begins, or waits."""
        self._show_running(True)
        self.cancel.setEnabled(True)
        self._bar.setValue(0)
        self._file.show_text("")
        self._say(doing)
        self.show()

    def show_progress(self, doing: str, progress: PackProgress) -> None:
        """Show how far it is."""
        percent = round(100 * progress.share)
        self._bar.setValue(percent)
        self._file.show_text(progress.current)
        if self.cancel.isEnabled():
            self._say(self.tr("{doing}, {percent} %").format(doing=doing, percent=number(percent)))

    def finish(self, text: str, *, bad: bool) -> None:
        """Tell how it ended, until the user has read it."""
        self._show_running(False)
        set_kind(self._ended, "bad" if bad else "")
        self._ended.setText(text)
        self.setAccessibleDescription(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _say(self, text: str) -> None:
        self._doing.show_text(text)
        self.setAccessibleDescription(text)

    def _show_running(self, running: bool) -> None:
        for while_running in (self._doing, self._bar, self._file, self.cancel):
            while_running.setVisible(running)
        self._ended.setVisible(not running)
        self._close.setVisible(not running)

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self._say(self.tr("Stopping"))
        self.cancel_requested.emit()
