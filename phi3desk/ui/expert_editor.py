"""The form in which an expert is described; what is typed becomes a profile."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import Collection
from phi3desk.model.models import AdapterEntry, AdapterUse, ModelEntry
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.store import COLORS, LONGEST_NAME
from phi3desk.ui.theme import SPACE_M, SPACE_XS, tokens
from phi3desk.ui.widgets import Card, FlowLayout, label
from phi3desk.ui.words import counted, number

STRENGTH_STEPS = 100
STRONGEST = 2


class Swatch(QAbstractButton):
    """A colour to choose; the chosen one carries a ring, the one with the focus a second."""

    SIZE = 32

    def __init__(self, color: str, name: str) -> None:
        super().__init__()
        self.color = color
        self.setCheckable(True)
        self.setFixedSize(self.SIZE, self.SIZE)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(self.SIZE, self.SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        painter.drawEllipse(self.rect().adjusted(6, 6, -6, -6))
        if self.isChecked() or self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(QColor(tokens().accent if self.hasFocus() else tokens().text))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.rect().adjusted(2, 2, -2, -2))


class StrengthRow(QWidget):
    """An adapter with the strength at which an expert uses it."""

    changed = Signal()

    def __init__(self, name: str, path: str, facts: str, strength: float | None) -> None:
        super().__init__()
        self.name, self._path = name, path
        self.box = QCheckBox(name)
        self.box.setToolTip(facts)
        self.box.setChecked(strength is not None)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STRONGEST * STRENGTH_STEPS)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(25)
        self.slider.setValue(round((1.0 if strength is None else strength) * STRENGTH_STEPS))
        self.slider.setAccessibleName(self.tr("Strength of {name}").format(name=name))
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.setMinimumWidth(90)
        self.slider.installEventFilter(self)
        policy = self.slider.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.slider.setSizePolicy(policy)
        self._value = label(wraps=False)
        self._value.setMinimumWidth(30)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.box)
        words.addWidget(label(facts, "quiet"))
        row.addLayout(words, 3)
        row.addWidget(self.slider, 2)
        row.addWidget(self._value)
        self.box.toggled.connect(self._on_changed)
        self.slider.valueChanged.connect(self._on_changed)
        self._show()

    @property
    def use(self) -> AdapterUse | None:
        """The adapter as the expert uses it, None where it does not."""
        if not self.box.isChecked():
            return None
        return AdapterUse(self.name, self._path, self.slider.value() / STRENGTH_STEPS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not self.slider.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.slider.setVisible(self.box.isChecked())
        text = number(self.slider.value() / STRENGTH_STEPS, 2)
        self._value.setText(text if self.box.isChecked() else "")
        self.slider.setAccessibleDescription(text)


class ExpertEditor(QWidget):
    """Everything an expert is made of; `changed` is emitted at each change by the person, `profile` reads it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: Profile | None = None
        self._filling = False
        self.name = QLineEdit()
        self.instructions = QPlainTextEdit()
        self.model = QComboBox()
        self.questions = QPlainTextEdit()
        self.strengths: list[StrengthRow] = []
        self.collections: list[tuple[int, QCheckBox]] = []
        self._colors = QButtonGroup(self)
        self._swatch_list: list[Swatch] = []
        self._build()

    @property
    def profile(self) -> Profile | None:
        """The expert as the form describes it."""
        if self._profile is None:
            return None
        uses = [row.use for row in self.strengths]
        return dataclasses.replace(
            self._profile,
            name=self.name.text(),
            color=self._color,
            instructions=self.instructions.toPlainText().strip(),
            model=str(self.model.currentData() or ""),
            adapters=tuple(use for use in uses if use is not None),
            collections=tuple(collection for collection, box in self.collections if box.isChecked()),
            first_questions=tuple(line.strip() for line in self.questions.toPlainText().splitlines() if line.strip()),
        )

    def show_profile(
        self,
        profile: Profile,
        models: Sequence[ModelEntry],
        adapters: Sequence[AdapterEntry],
        collections: Sequence[Collection],
    ) -> None:
        """Fill the form; what the expert names and this machine does not have is shown as missing, and kept."""
        self._filling = True
        self._profile = profile
        self.name.setText(profile.name)
        self._show_color(profile.color)
        self.instructions.setPlainText(profile.instructions)
        self.questions.setPlainText("\n".join(profile.first_questions))
        self.show_choices(profile, models, adapters, collections)

    def show_choices(
        self,
        profile: Profile,
        models: Sequence[ModelEntry],
        adapters: Sequence[AdapterEntry],
        collections: Sequence[Collection],
    ) -> None:
        """Offer these models, adapters and collections; the texts under the person's hands stay as they are."""
        self._filling = True
        self._fill_models(profile, models)
        self._fill_adapters(profile, adapters)
        self._fill_collections(profile, collections)
        self._filling = False

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.textChanged.connect(self._on_changed)
        self._swatches = FlowLayout(SPACE_XS)
        for color, name in zip(COLORS, self._color_names(), strict=True):
            self._add_swatch(color, name)
        self._other = Swatch("#888888", self.tr("Another colour"))
        self._colors.addButton(self._other)
        self._swatches.addWidget(self._other)
        self._other.clicked.connect(self._choose_color)
        self._other_hint = label(self.tr("The last one lets you choose any colour."), "quiet")
        column.addWidget(self._card(self.tr("Name and colour"), "", self.name, self._swatches, self._other_hint))
        self.instructions.setPlaceholderText(
            self.tr("You are an expert on pumps. Give figures with their units, and say when the documents do not.")
        )
        column.addWidget(
            self._card(
                self.tr("Instructions"),
                self.tr("Who the expert is and how it answers. It reads this before every question."),
                self._text(self.instructions, self.tr("Instructions"), 6),
            )
        )
        column.addWidget(self._build_model())
        self._collection_flow = FlowLayout(SPACE_M)
        self._collection_hint = label(kind="quiet")
        column.addWidget(self._card(self.tr("Collections"), "", self._collection_hint, self._collection_flow))
        column.addWidget(
            self._card(
                self.tr("First questions"),
                self.tr("One a line; offered where a conversation is empty."),
                self._text(self.questions, self.tr("First questions"), 3),
            )
        )

    def _build_model(self) -> Card:
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model.setMinimumContentsLength(16)
        self.model.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.model.installEventFilter(self)
        self.model.currentIndexChanged.connect(self._on_changed)
        self._adapter_rows = QVBoxLayout()
        self._adapter_rows.setSpacing(SPACE_XS)
        self._adapter_hint = label(kind="quiet")
        return self._card(self.tr("Model and adapters"), "", self.model, self._adapter_hint, self._adapter_rows)

    def _card(self, title: str, hint: str, *parts: QWidget | FlowLayout | QVBoxLayout) -> Card:
        card = Card(title)
        card.column.addWidget(label(title, "section"))
        if hint:
            card.column.addWidget(label(hint, "quiet"))
        for part in parts:
            if isinstance(part, QWidget):
                card.column.addWidget(part)
            else:
                card.column.addLayout(part)
        return card

    def _text(self, edit: QPlainTextEdit, name: str, lines: int) -> QPlainTextEdit:
        edit.setAccessibleName(name)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(edit.fontMetrics().lineSpacing() * lines + 24)
        edit.textChanged.connect(self._on_changed)
        return edit

    def _color_names(self) -> tuple[str, ...]:
        return (
            self.tr("Blue"), self.tr("Green"), self.tr("Ochre"), self.tr("Red"), self.tr("Violet"), self.tr("Teal"),
            self.tr("Wine red"), self.tr("Slate"),
        )  # fmt: skip

    def _add_swatch(self, color: str, name: str) -> None:
        swatch = Swatch(color, name)
        self._colors.addButton(swatch)
        self._swatch_list.append(swatch)
        self._swatches.addWidget(swatch)
        swatch.clicked.connect(lambda: self._take_color(color))

    def _take_color(self, color: str) -> None:
        self._show_color(color)
        self._on_changed()

    def _show_color(self, color: str) -> None:
        self._color = color
        swatch = next((one for one in self._swatch_list if one.color.lower() == color.lower()), None)
        if swatch is None:
            self._other.color = color
            self._other.update()
        (swatch or self._other).setChecked(True)

    def _choose_color(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._color), self, self.tr("Colour of the expert"))
        if chosen.isValid():
            self._take_color(chosen.name().upper())
        else:
            self._show_color(self._color)

    def _fill_models(self, profile: Profile, models: Sequence[ModelEntry]) -> None:
        self.model.clear()
        self.model.addItem(self.tr("The model in use"), "")
        for entry in models:
            self.model.addItem(entry.name, entry.name)
        if profile.model and self.model.findData(profile.model) < 0:
            self.model.addItem(self.tr("{name} (not on this machine)").format(name=profile.model), profile.model)
        self.model.setCurrentIndex(max(0, self.model.findData(profile.model)))

    def _fill_adapters(self, profile: Profile, adapters: Sequence[AdapterEntry]) -> None:
        for row in self.strengths:
            self._adapter_rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.strengths = []
        used = {use.name: use for use in profile.adapters}
        for entry in adapters:
            strength = used[entry.name].strength if entry.name in used else None
            facts = self.tr("rank {rank}, for {base}").format(
                rank=number(entry.rank), base=entry.base or entry.architecture
            )
            self._add_strength(StrengthRow(entry.name, entry.path, facts, strength))
        for use in profile.adapters:
            if all(entry.name != use.name for entry in adapters):
                missing = self.tr("Not on this machine. Add it on the Models page, or take it out here.")
                self._add_strength(StrengthRow(use.name, use.path, missing, use.strength))
        self._adapter_hint.setText(
            self.tr("Strength: 0 leaves the model as it is, 1 is as trained, 2 is twice as strong.")
            if self.strengths
            else self.tr("No adapter yet. Add one on the Models page to give this expert the words of a trade.")
        )

    def _add_strength(self, row: StrengthRow) -> None:
        row.changed.connect(self._on_changed)
        self.strengths.append(row)
        self._adapter_rows.addWidget(row)

    def _fill_collections(self, profile: Profile, collections: Sequence[Collection]) -> None:
        for _, box in self.collections:
            self._collection_flow.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.collections = []
        for collection in collections:
            box = QCheckBox(collection.name)
            box.setToolTip(counted(collection.documents, "documents"))
            box.setChecked(collection.id in profile.collections)
            box.toggled.connect(self._on_changed)
            box.toggled.connect(self._show_collection_hint)
            self.collections.append((collection.id, box))
            self._collection_flow.addWidget(box)
        self._show_collection_hint()

    def _show_collection_hint(self) -> None:
        checked = sum(box.isChecked() for _, box in self.collections)
        if not self.collections:
            self._collection_hint.setText(self.tr("The library has no collections yet; the expert searches all of it."))
        elif not checked:
            self._collection_hint.setText(self.tr("None is checked: the expert searches all of them."))
        else:
            self._collection_hint.setText(self.tr("The expert searches the checked ones only."))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and watched is self.model and not self.model.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _on_changed(self) -> None:
        if not self._filling:
            self.changed.emit()
