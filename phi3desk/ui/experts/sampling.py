"""How an expert's answers are worded: folded away, for most experts leave it as it is in Settings."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QVBoxLayout, QWidget

from phi3desk.profiles.profile import SAMPLING_LIMITS, SamplingChoice
from phi3desk.ui.theme import SPACE_XS
from phi3desk.ui.widgets.basic import Button, label
from phi3desk.ui.widgets.wheel_guard import WheelGuard


class _Figure(QDoubleSpinBox):
    """A figure whose lowest value, `unset`, means: as in Settings. It gives back what it was shown until it is edited:
    that may have more decimals than there is room for.
    """

    def __init__(self, name: str, limits: tuple[float, float], unset: float, step: float, decimals: int) -> None:
        super().__init__()
        self._least, most = limits
        self._given: float | None = None
        self.setAccessibleName(name)
        self.setDecimals(decimals)
        self.setRange(unset, most)
        self._shown = self.value()
        self.setSingleStep(step)
        self.setSpecialValueText(self.tr("As in Settings"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(32)
        self.setMaximumWidth(240)
        WheelGuard(self)
        self.editingFinished.connect(self._on_edited)

    @property
    def chosen(self) -> float | None:
        """The figure, None where Settings decide."""
        if self.value() == self._shown:
            return self._given
        return None if self.value() == self.minimum() else max(self._least, round(self.value(), self.decimals()))

    def show_chosen(self, value: float | None) -> None:
        """Show a figure, or that Settings decide."""
        self.setValue(self.minimum() if value is None else value)
        self._given, self._shown = value, self.value()

    def _on_edited(self) -> None:
        if self.minimum() < self.value() < self._least and self.value() != self._shown:
            self.setValue(self._least)


class ExpertSampling(QWidget):
    """Temperature, top-p and the longest answer; `changed` is emitted at each change."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept = SamplingChoice()
        self.fold = Button(self.tr("Sampling"), "chevron-right", "quiet")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._on_folded)
        self.temperature = _Figure(self.tr("Variety (temperature)"), SAMPLING_LIMITS["temperature"], -0.1, 0.1, 2)
        self.top_p = _Figure(self.tr("Words considered (top-p)"), SAMPLING_LIMITS["top_p"], 0.0, 0.05, 2)
        self.max_tokens = _Figure(self.tr("Longest answer, in tokens"), SAMPLING_LIMITS["max_tokens"], 0, 32, 0)
        self._inner = QWidget()
        inner = QVBoxLayout(self._inner)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE_XS)
        for figure, hint in (
            (
                self.temperature,
                self.tr("0 words the same answer the same way each time; more varies and invents more."),
            ),
            (self.top_p, self.tr("Below 1 the least likely words are left out. It counts only above a variety of 0.")),
            (self.max_tokens, self.tr("A token is about three quarters of a word. Longer answers take longer.")),
        ):
            inner.addWidget(label(figure.accessibleName()))
            inner.addWidget(figure)
            inner.addWidget(label(hint, "quiet"))
            figure.valueChanged.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.fold)
        column.addWidget(self._inner)
        self._inner.hide()

    @property
    def choice(self) -> SamplingChoice:
        """What the user wants; what this form does not show stays as it was."""
        tokens = self.max_tokens.chosen
        return dataclasses.replace(
            self._kept,
            temperature=self.temperature.chosen,
            top_p=self.top_p.chosen,
            max_tokens=None if tokens is None else int(tokens),
        )

    def show_choice(self, choice: SamplingChoice) -> None:
        """Fill the form; unfolded where something differs from Settings."""
        self._kept = choice
        self.temperature.show_chosen(choice.temperature)
        self.top_p.show_chosen(choice.top_p)
        self.max_tokens.show_chosen(choice.max_tokens)
        self.fold.setChecked(choice != SamplingChoice())

    def _on_folded(self, unfolded: bool) -> None:
        self._inner.setVisible(unfolded)
        self.fold.set_icon("chevron-down" if unfolded else "chevron-right")
