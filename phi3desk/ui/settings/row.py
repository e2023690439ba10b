"""One setting: its label, its control and what it costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from phi3desk.errors import UserError
from phi3desk.settings import Setting, Settings
from phi3desk.ui.formatting import number, translate, translated_literal
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.wheel_guard import WheelGuard

CONTROL_WIDTH = 170


class SettingRow(QWidget):
    """One setting: its label, its control, what it costs, and the way back to the default."""

    changed = Signal(str, object)

    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__()
        self.setting, self._settings = setting, settings
        self._name = translated_literal(setting.label)
        self._cost = translated_literal(setting.cost)
        self._reason = label(kind="bad")
        self._reason.hide()
        self.reset = on_click(
            Button("", "restore", "quiet", self.tr("Set “{name}” back to its default").format(name=self._name)),
            lambda: self.set_value(setting.default),
        )
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.automatic: QCheckBox | None = None
        self.control, self._show = self._control()
        self.control.setAccessibleName(self._name)
        self.control.setAccessibleDescription(self._cost)
        WheelGuard(self.control)
        self._build()
        self.show_value()

    @property
    def reason(self) -> str:
        """Why the last value was refused; empty where it was taken."""
        return self._reason.text()

    def matches(self, words: str) -> bool:
        """Whether the row speaks of all these words."""
        text = f"{self._name} {self._cost} {translated_literal(self.setting.section)}".casefold()
        return all(word in text for word in words.casefold().split())

    def set_value(self, value: Any) -> None:
        """Check and keep a value; a refused one is told in place and changes nothing."""
        try:
            before = self._settings.get(self.setting.key)
            self._settings.set(self.setting.key, value)
        except UserError as error:
            self._reason.setText(translate(error.sentence))
            self._reason.show()
            return
        self._reason.clear()
        self._reason.hide()
        self.show_value()
        if self._settings.get(self.setting.key) != before:
            self.changed.emit(self.setting.key, self._settings.get(self.setting.key))

    def show_value(self) -> None:
        """Show the value that is kept."""
        value = self._settings.get(self.setting.key)
        blocked = self.control.blockSignals(True)
        if self.automatic is not None:
            automatic = value == self.setting.automatic
            self.automatic.blockSignals(True)
            self.automatic.setChecked(automatic)
            self.automatic.blockSignals(False)
            self.control.setVisible(not automatic)
            if not automatic:
                self._show(value)
        else:
            self._show(value)
        self.control.blockSignals(blocked)
        self.reset.setVisible(value != self.setting.default)

    def _build(self) -> None:
        words = self._words = QVBoxLayout()
        words.setSpacing(2)
        name = label(self._name)
        name.setBuddy(self.control)
        words.addWidget(name)
        words.addWidget(label(self._cost, "quiet"))
        words.addWidget(self._reason)
        controls = QHBoxLayout()
        controls.setSpacing(SPACE_M)
        controls.setAlignment(Qt.AlignmentFlag.AlignTop)
        if self.automatic is not None:
            controls.addWidget(self.automatic)
        controls.addWidget(self.control)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        row.setSpacing(SPACE_L)
        row.addLayout(words, 1)
        row.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(controls)

    def _control(self) -> tuple[QWidget, Callable[[Any], None]]:
        """Return the control that suits the declaration, and what shows a value in it."""
        setting = self.setting
        if setting.choices:
            choice = Choice()
            for value, text in setting.choices:
                choice.addItem(translated_literal(text), value)
            choice.currentIndexChanged.connect(lambda _: self.set_value(choice.currentData()))
            choice.setMinimumWidth(CONTROL_WIDTH)
            choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            return choice, lambda value: choice.setCurrentIndex(choice.findData(value))
        if isinstance(setting.default, bool):
            box = QCheckBox()
            box.toggled.connect(self.set_value)
            return box, box.setChecked
        if isinstance(setting.default, (int, float)):
            return self._number()
        line = QLineEdit()
        line.editingFinished.connect(lambda: self.set_value(line.text()))
        line.setMinimumWidth(CONTROL_WIDTH)
        return line, line.setText

    def _number(self) -> tuple[QAbstractSpinBox, Callable[[Any], None]]:
        setting = self.setting
        low, high = setting.low or 0, setting.high if setting.high is not None else 999_999
        spin: QSpinBox | QDoubleSpinBox
        if isinstance(setting.default, float):
            spin = QDoubleSpinBox()
            spin.setDecimals(1)
            spin.setSingleStep(0.1)
            spin.setRange(low, high)
        else:
            spin = QSpinBox()
            spin.setRange(int(low), int(high))
            spin.setSingleStep(10 ** max(0, len(str(int(high - low))) - 3))
            spin.setGroupSeparatorShown(True)
        if setting.unit:
            spin.setSuffix(" " + translated_literal(setting.unit))
        spin.setToolTip(
            self.tr("{low} to {high}").format(low=number(low, _decimals(low)), high=number(high, _decimals(high)))
        )
        spin.setValue(_middle(low, high))
        spin.lineEdit().setTextMargins(SPACE_S, 0, 0, 0)
        spin.setKeyboardTracking(False)
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        spin.setMinimumWidth(CONTROL_WIDTH)
        spin.valueChanged.connect(self.set_value)
        if setting.automatic is not None:
            self.automatic = QCheckBox(self.tr("Automatic"))
            self.automatic.setAccessibleName(self.tr("{name}: automatic").format(name=self._name))
            self.automatic.toggled.connect(lambda on: self.set_value(setting.automatic if on else spin.value()))
        return spin, spin.setValue


def _middle(low: float, high: float) -> int:
    """Return where to begin when the user leaves the automatic choice: the middle on a logarithmic scale."""
    return round(math.sqrt(max(low, 1) * max(high, 1)))


def _decimals(value: float) -> int:
    return 0 if float(value).is_integer() else 1
