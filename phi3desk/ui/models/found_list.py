"""Models that other programs on this computer hold, each to be used where it lies."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from phi3desk.model.found_models import FoundModel
from phi3desk.ui.formatting import size_of
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, Rule, clear, label, on_click
from phi3desk.ui.widgets.elided_label import ElidedLabel


class FoundList(QWidget):
    """The models that are not on the list yet; hidden while there is none. `use_requested` carries a FoundModel."""

    use_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._found: list[FoundModel] = []
        self._listed: set[str] = set()
        self._shown: list[FoundModel] | None = None
        #: the button of each model, by its path
        self.buttons: dict[str, Button] = {}
        self.setAccessibleName(self.tr("On this computer already"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(label(self.tr("On this computer already"), "section", wraps=False))
        column.addWidget(
            label(
                self.tr(
                    "Other programs have these models. They are used where they lie: nothing is copied or changed."
                ),
                "quiet",
            )
        )
        self._card = Card()
        column.addWidget(self._card)
        self.hide()

    def show_found(self, found: list[FoundModel]) -> None:
        """Show what was found."""
        self._found = found
        self._show()

    def show_listed(self, paths: Collection[str]) -> None:
        """Leave out what is on the list of models."""
        self._listed = set(paths)
        self._show()

    def _show(self) -> None:
        shown = [model for model in self._found if model.path not in self._listed]
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._card.column)
        self.buttons = {}
        for number, model in enumerate(shown):
            if number:
                self._card.column.addWidget(Rule())
            self._card.column.addLayout(self._row(model))
        self.setVisible(bool(shown))

    def _row(self, model: FoundModel) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(0)
        name = ElidedLabel()
        name.show_text(model.name)
        words.addWidget(name)
        facts = ElidedLabel("quiet")
        facts.show_text("  ·  ".join((model.program, size_of(model.size), model.path)))
        words.addWidget(facts)
        use = Button(
            self.tr("Use"), tip=self.tr("Use {name} of {program}").format(name=model.name, program=model.program)
        )
        on_click(use, lambda: self.use_requested.emit(model))
        self.buttons[model.path] = use
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addLayout(words, 1)
        row.addWidget(use)
        return row
