"""The offer to embed documents again with a model that knows more languages than the one that serves them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from phi3desk.library.documents import Collection, EmbedderInfo
from phi3desk.ui.formatting import duration
from phi3desk.ui.library.embedder_form import TYPICAL_SECONDS, EmbedderText
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout

#: under which the window remembers for which model the offer was declined
DECLINED = "embedder.declined"


class EmbedderNotice(Card):
    """Shown while there is something to offer; what was declined is not offered again."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("A better model for the search by meaning"))
        self._library, self._settings = services.library, services.settings
        self._text = EmbedderText(self)
        self._default: EmbedderInfo | None = None
        self._poorer: list[Collection] = []
        self.says = label()
        self.again_button = on_click(Button(self.tr("Embed again"), "refresh", "primary"), self._on_again)
        self.later_button = on_click(Button(self.tr("Not now")), self._on_later)
        row = QWidget()
        buttons = FlowLayout(SPACE_S)
        row.setLayout(buttons)
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.later_button)
        self.column.addWidget(self.says)
        self.column.addWidget(row)
        self.hide()
        self._library.collections_changed.connect(self._on_collections_changed)
        self._on_collections_changed(self._library.collections)

    def _on_collections_changed(self, collections: Sequence[Collection]) -> None:
        if self._default is None and any(each.passages for each in collections):
            self._library.embedders(self._on_infos)
        self._show(collections)

    def _on_infos(self, infos: Sequence[EmbedderInfo]) -> None:
        self._default = next((info for info in infos if info.default), None)
        self._show(self._library.collections)

    def _show(self, collections: Sequence[Collection]) -> None:
        default = self._default
        if default is None or self._settings.remembered(DECLINED) == default.name:
            self.hide()
            return
        languages = set(default.languages)
        self._poorer = [
            each
            for each in collections
            if each.passages and not each.embedder.wanted and set(each.embedder.languages) < languages
        ]
        if self._poorer:
            self.says.setText(self._offer(default))
        self.setVisible(bool(self._poorer))

    def _offer(self, default: EmbedderInfo) -> str:
        knows = sorted({code for each in self._poorer for code in each.embedder.languages})
        passages = sum(each.passages for each in self._poorer)
        told = self.tr(
            "The meaning of your documents is searched by a model that knows {languages} only. Embed them again for "
            "{more}? It takes {time} and can be paused; until it is done the search goes on as it is."
        )
        return told.format(
            languages=self._text.knows(knows),
            more=self._text.knows(default.languages),
            time=duration(passages * (default.seconds or TYPICAL_SECONDS)),
        )

    def _on_again(self) -> None:
        if self._default is not None:
            for each in self._poorer:
                self._library.use_embedder(self._default.name, each.id)
        self.hide()

    def _on_later(self) -> None:
        if self._default is not None:
            self._settings.remember(DECLINED, self._default.name)
        self.hide()
