"""An adapter in an expert's form: whether it is used, and how strongly."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from phi3desk.model.types import STRONGEST, AdapterUse
from phi3desk.ui.formatting import number
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.tooltip import plain_tooltip
from phi3desk.ui.widgets.wheel_guard import WheelGuard

#: a step of the slider, in strength
STEP = 0.05
AS_TRAINED = round(1 / STEP)


class AdapterRow(QWidget):
    """An adapter with the strength at which an expert uses it."""

    changed = Signal()

    def __init__(self, name: str, path: str, facts: str, strength: float | None) -> None:
        super().__init__()
        self.name, self._path = name, path
        #: kept as it is until the user moves the slider, for it may lie between two steps
        self._strength = 1.0 if strength is None else strength
        self.box = QCheckBox(name)
        self.box.setToolTip(plain_tooltip(facts))
        self.box.setChecked(strength is not None)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round(STRONGEST / STEP))
        self.slider.setPageStep(5)
        self.slider.setValue(round(self._strength / STEP))
        self.slider.setAccessibleName(self.tr("Strength of {name}").format(name=name))
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.setMinimumWidth(90)
        WheelGuard(self.slider)
        self.value = label(wraps=False)
        self.value.setMinimumWidth(30)
        self.reset = Button("", "restore", "quiet", self.tr("Set the strength of {name} to 1").format(name=name))
        on_click(self.reset, lambda: self.slider.setValue(AS_TRAINED))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.box)
        column.addWidget(label(facts, "quiet"))
        self.fit = label(kind="bad")
        self.fit.hide()
        column.addWidget(self.fit)
        self._strong = QWidget()
        row = QHBoxLayout(self._strong)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        row.addWidget(self.reset)
        column.addWidget(self._strong)
        self.box.toggled.connect(self._on_changed)
        self.slider.valueChanged.connect(self._on_moved)
        self._show()

    @property
    def use(self) -> AdapterUse | None:
        """The adapter as the expert uses it, None where it does not."""
        return AdapterUse(self.name, self._path, self._strength) if self.box.isChecked() else None

    def show_fit(self, text: str) -> None:
        """Tell what speaks against the adapter on the model chosen; an empty text says nothing."""
        self.fit.setText(text)
        self.fit.setVisible(bool(text))
        self.box.setAccessibleDescription(text)

    def _on_moved(self, value: int) -> None:
        self._strength = round(value * STEP, 2)
        self._on_changed()

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._strong.setVisible(self.box.isChecked())
        text = number(self._strength, 2)
        self.value.setText(text)
        self.reset.setEnabled(self._strength != 1.0)
        self.slider.setAccessibleDescription(text)
