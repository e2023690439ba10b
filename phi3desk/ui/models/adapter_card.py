"""An adapter as the models page shows it beneath its base, and the question that a doubtful one raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from phi3desk.errors import Sentence, UserError, say
from phi3desk.model.adapters.base_models import Base, open_base
from phi3desk.model.adapters.preparation import Fit, fit_of
from phi3desk.model.types import AdapterEntry, ModelEntry
from phi3desk.ui.formatting import number, size_of, translated
from phi3desk.ui.theme import SPACE_L, SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, StateBadge, label, on_click


@dataclass(frozen=True)
class Placed:
    """An adapter beneath the model that it fits best; `model` is that one's name, empty where it fits none here."""

    entry: AdapterEntry
    model: str
    fit: Fit


def place_adapters(adapters: Sequence[AdapterEntry], models: Sequence[ModelEntry]) -> list[Placed]:
    """Find the base of each adapter among the models, those of the same name first; reads headers, off the window."""
    bases = []
    for model in sorted(models, key=lambda model: not model.in_use) if adapters else ():
        try:
            bases.append(open_base(model))
        except UserError:
            continue
    return [_placed(entry, bases) for entry in adapters]


def _placed(entry: AdapterEntry, bases: Sequence[Base]) -> Placed:
    doubtful: Placed | None = None
    refused: Sentence | None = None
    for base in bases:
        fit = fit_of(entry, base)
        placed = Placed(entry, base.entry.name, fit)
        if fit.fits:
            return placed
        if fit.fits is None:
            doubtful = doubtful or placed
        elif base.info.architecture == entry.architecture:
            refused = refused or fit.reason
    missing = say("Its model is not on this machine. Add it to use this adapter.")
    return doubtful or Placed(entry, "", Fit(False, refused or missing))


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
        words.addWidget(self.facts)
        if entry.made_by:
            words.addWidget(label(self.tr("Made by {maker}").format(maker=entry.made_by), "quiet"))
        self.reason = label(translated(placed.fit.reason), "" if placed.fit.fits is None else "bad")
        self.reason.setVisible(not placed.fit.fits)
        words.addWidget(self.reason)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        if entry.starter:
            words.addWidget(label(self.tr("Came with the program, for the starter alone."), "quiet"))
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
        facts = [self.tr("rank {rank}").format(rank=number(entry.rank))]
        if entry.tensors:
            facts.append(self.tr("{count} tensors").format(count=number(entry.tensors)))
        facts.append(size_of(entry.size))
        if entry.base or entry.architecture:
            facts.append(self.tr("trained on {base}").format(base=entry.base or entry.architecture))
        return facts


class DoubtDialog(QDialog):
    """Names what speaks against an adapter that would load; accepted where the person uses it all the same."""

    def __init__(self, name: str, doubt: Sentence, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Is this adapter for this model?"))
        self.setAccessibleDescription(translated(doubt))
        self.setMinimumWidth(440)
        self.doubt = label(translated(doubt))
        self.anyway = on_click(Button(self.tr("Use it anyway")), self.accept)
        self.leave = on_click(Button(self.tr("Leave it"), kind="primary"), self.reject)
        self.leave.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_L)
        column.addWidget(label(name, "section"))
        column.addWidget(self.doubt)
        self.hint = label(self.tr("The comparison on the Experts page shows whether it helps or harms."), "quiet")
        column.addWidget(self.hint)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.anyway)
        buttons.addWidget(self.leave)
        column.addLayout(buttons)
        self.leave.setFocus()
