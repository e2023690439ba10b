"""The settings, made from their declarations, and where the data of this installation is kept."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QWidget,
)

from phi3desk.paths import Paths
from phi3desk.settings import DECLARED, SETTINGS, Settings
from phi3desk.ui.formatting import translated_literal
from phi3desk.ui.settings.copies_card import CopiesCard
from phi3desk.ui.settings.reranker_row import RERANKER, RerankerRow
from phi3desk.ui.settings.row import SettingRow
from phi3desk.ui.settings.wait_row import WAIT, WaitRow
from phi3desk.ui.theme import SPACE_M, SPACE_S, follow_scheme, icon
from phi3desk.ui.widgets.basic import Button, Card, Page, Rule, label, on_click, selectable
from phi3desk.ui.widgets.focus import focus_first


class SettingsPage(Page):
    """Every declared setting; `setting_changed` carries key and value after a change was kept.

    `restore_requested` carries the `phi3desk.backups.Copy` that is to be put back.
    """

    setting_changed = Signal(str, object)
    restore_requested = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._settings = settings
        self.title.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self.rows: dict[str, SettingRow] = {}
        self.reranker = RerankerRow(DECLARED[RERANKER], settings)
        self.wait = WaitRow(DECLARED[WAIT], settings)
        self._own_rows: dict[str, SettingRow] = {RERANKER: self.reranker, WAIT: self.wait}
        self._sections: list[tuple[QWidget, Card, list[tuple[SettingRow, QWidget | None]]]] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search settings"))
        self.search.setAccessibleName(self.tr("Search settings"))
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._apply_search)
        focus_first(self, self.search)
        self.column.addWidget(self.search)
        self.nothing = label(self.tr("No settings match"), "quiet")
        self.nothing.hide()
        self.column.addWidget(self.nothing)
        for section in dict.fromkeys(setting.section for setting in SETTINGS):
            self._add_section(section)
        self._data = self._data_card()
        self.copies = CopiesCard(Paths(settings.folder))
        self.copies.restore_requested.connect(self.restore_requested)
        self.column.addWidget(self.copies)
        self.column.addStretch(1)
        follow_scheme(self, self._recolor)

    def _recolor(self) -> None:
        self._search_icon.setIcon(icon("magnify"))

    def _add_section(self, section: str) -> None:
        title = label(translated_literal(section), "section", wraps=False)
        card = Card(translated_literal(section))
        rows: list[tuple[SettingRow, QWidget | None]] = []
        for setting in (setting for setting in SETTINGS if setting.section == section):
            rule = Rule() if rows else None
            if rule is not None:
                card.column.addWidget(rule)
            row = self._own_rows.get(setting.key) or SettingRow(setting, self._settings)
            row.changed.connect(self.setting_changed)
            card.column.addWidget(row)
            self.rows[setting.key] = row
            rows.append((row, rule))
        self.column.addSpacing(SPACE_S)
        self.column.addWidget(title)
        self.column.addWidget(card)
        self._sections.append((title, card, rows))

    def _data_card(self) -> Card:
        title = label(self.tr("Your data"), "section", wraps=False)
        card = Card(self.tr("Your data"))
        card.column.setSpacing(SPACE_M)
        card.column.addWidget(
            label(
                self.tr(
                    "Documents, questions and answers stay on this machine. phi3desk goes online for one thing only, a "
                    "model that you ask it to download. It collects no usage figures, and its logs hold no text of "
                    "yours. Your documents stay where they are; what was read from them is kept in the folder below, "
                    "which only your account can open."
                )
            )
        )
        folder = selectable(str(self._settings.folder), "quiet")
        folder.setAccessibleName(self.tr("Folder of the data"))
        self._folder_reason = label(kind="bad")
        self._folder_reason.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(folder, 1)
        row.addWidget(on_click(Button(self.tr("Open the folder"), "folder-open-outline"), self._open_folder))
        card.column.addLayout(row)
        card.column.addWidget(self._folder_reason)
        self.column.addSpacing(SPACE_S)
        self.column.addWidget(title)
        self.column.addWidget(card)
        return card

    def _open_folder(self) -> None:
        opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._settings.folder)))
        self._folder_reason.setText("" if opened else self.tr("No program was found that shows folders."))
        self._folder_reason.setVisible(not opened)

    def _apply_search(self, words: str) -> None:
        found = 0
        for title, card, rows in self._sections:
            first = True
            for row, rule in rows:
                fits = row.matches(words)
                row.setVisible(fits)
                if rule is not None:
                    rule.setVisible(fits and not first)
                first = first and not fits
                found += fits
            title.setVisible(not first)
            card.setVisible(not first)
        self.nothing.setVisible(found == 0)
        if found == 0:
            QAccessible.updateAccessibility(QAccessibleEvent(self.nothing, QAccessible.Event.Alert))
