"""An adapter as the models page shows it beneath its base, and the question that a doubtful one raises."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from phi3desk.model.adapters.compatibility import Placed
from phi3desk.model.names import spoken_name
from phi3desk.ui.formatting import number, size_of, translate
from phi3desk.ui.theme import SPACE_L
from phi3desk.ui.widgets.basic import Button, Card, StateBadge, label, on_click
from phi3desk.ui.widgets.tooltip import plain_tooltip


class AdapterCard(Card):
    """An adapter: what it is, what made it, whether it fits, and the way out."""

    remove_requested = Signal(str)

    def __init__(self, placed: Placed) -> None:
        entry = placed.entry
        super().__init__(entry.name)
        self.entry = entry
        words = QVBoxLayout()
        words.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        name = label(entry.name, wraps=False)
        name.setMinimumWidth(60)
        head.addWidget(name)
        self.badge = self._badge(placed.fit.fits)
        head.addWidget(self.badge)
        head.addStretch(1)
        words.addLayout(head)
        self.facts = label("  ·  ".join(self._facts()), "quiet")
        self.facts.setToolTip(plain_tooltip("  ·  ".join(self._details())))
        self.facts.setAccessibleDescription("  ·  ".join(self._details()))
        words.addWidget(self.facts)
        self.reason = label(translate(placed.fit.reason), "" if placed.fit.fits is None else "bad")
        self.reason.setVisible(not placed.fit.fits)
        words.addWidget(self.reason)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        if entry.starter:
            words.addWidget(label(self.tr("Came with the program, for the small starter alone."), "quiet"))
        else:
            remove = Button("", "trash-can-outline", "quiet", self.tr("Remove {name}").format(name=entry.name))
            remove.setObjectName("remove")
            row.addWidget(on_click(remove, lambda: self.remove_requested.emit(entry.name)))
        self.column.addLayout(row)

    def _badge(self, fits: bool | None) -> StateBadge:
        if fits:
            return StateBadge(self.tr("Fits"), "check-circle", "good")
        if fits is None:
            return StateBadge(self.tr("Doubtful"), "help-circle-outline", "attention")
        return StateBadge(self.tr("Fits no model here"), "alert-circle-outline", "bad")

    def _facts(self) -> list[str]:
        entry = self.entry
        facts = [size_of(entry.size)]
        if entry.base or entry.architecture:
            facts.append(self.tr("trained on {base}").format(base=spoken_name(entry.base or entry.architecture)))
        return facts

    def _details(self) -> list[str]:
        entry = self.entry
        details = [self.tr("rank {rank}").format(rank=number(entry.rank))]
        if entry.tensors:
            details.append(self.tr("%Ln tensor(s)", "", entry.tensors))
        details += [one for one in (entry.base, entry.architecture) if one]
        return [*details, self.tr("made by {maker}").format(maker=entry.made_by)] if entry.made_by else details
