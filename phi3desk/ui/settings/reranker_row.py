"""The choice of a reranker: its folder, and what it costs on this machine, measured when it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from phi3desk.settings import Setting, Settings
from phi3desk.ui.formatting import number, translate
from phi3desk.ui.settings.row import CONTROL_WIDTH, SettingRow
from phi3desk.ui.widgets.basic import Button, on_click
from phi3desk.ui.widgets.file_dialogs import folder_dialog
from phi3desk.ui.widgets.tooltip import plain_tooltip
from phi3desk.workers.protocol import Failure

RERANKER = "search.reranker"
_FOLDER = "folder.reranker"
_SECONDS = "reranker.seconds"
_NAME_WIDTH = 220


class RerankerRow(SettingRow):
    """Chooses a folder; `wanted` carries it, "" for none, and whoever loads it calls `keep` or `refuse`."""

    wanted = Signal(str)

    def __init__(self, setting: Setting, settings: Settings) -> None:
        self._wanted = ""
        super().__init__(setting, settings)

    def set_value(self, value: Any) -> None:
        """Ask for a reranker to be loaded; it is kept once it is."""
        self._wanted = str(value)
        self.control.setEnabled(False)
        self.reset.setEnabled(False)
        self._say(self.tr("It is loaded and its time is measured."), "quiet")
        self.wanted.emit(self._wanted)

    def keep(self, seconds: float) -> None:
        """Keep the reranker that was wanted, and the time it takes for a question."""
        self._settings.remember(_SECONDS, seconds)
        self._settings.set(RERANKER, self._wanted)
        self._end()
        self.changed.emit(RERANKER, self._wanted)

    def refuse(self, failure: Failure) -> None:
        """Say why the reranker that was wanted cannot be used; the one before stays."""
        self._end()
        self._say(translate(failure.sentence), "bad")

    def _end(self) -> None:
        self.control.setEnabled(True)
        self.reset.setEnabled(True)
        self.show_value()

    def _control(self) -> tuple[QWidget, Callable[[Any], None]]:
        button = on_click(Button(self.tr("Choose a folder"), "folder-outline"), self._choose)
        button.setMinimumWidth(CONTROL_WIDTH)
        button.setMaximumWidth(_NAME_WIDTH + 60)
        return button, self._show_folder

    def _show_folder(self, folder: str) -> None:
        assert isinstance(self.control, Button)
        name = Path(folder).name or self.tr("Choose a folder")
        shown = self.control.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        self.control.setText(shown.replace("&", "&&"))
        self.control.setToolTip(plain_tooltip(folder))
        self._say(self._cost_told() if folder else "", "quiet")

    def _cost_told(self) -> str:
        seconds = self._settings.remembered(_SECONDS)
        if not isinstance(seconds, (int, float)):
            return ""
        return self.tr("About {seconds} s more for a question on this machine.").format(seconds=number(seconds, 1))

    def _choose(self) -> None:
        title = self.tr("Choose the folder of a reranker")
        dialog = folder_dialog(self, title, self._settings, _FOLDER)
        dialog.filesSelected.connect(lambda paths: self.set_value(paths[0]) if paths else None)
        dialog.open()

    def _say(self, text: str, kind: str) -> None:
        """Show a line under the description, empty for none."""
        self._reason.setText(text)
        self._reason.setProperty("kind", kind)
        self._reason.style().unpolish(self._reason)
        self._reason.style().polish(self._reason)
        self._reason.setVisible(bool(text))
