"""The form in which an expert is described; what is typed becomes a profile."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from phi3desk.library.documents import Collection
from phi3desk.model.names import spoken_name
from phi3desk.model.types import AdapterEntry, ModelEntry
from phi3desk.profiles.profile import LONGEST_NAME, Profile
from phi3desk.ui.experts.adapter_row import AdapterRow
from phi3desk.ui.experts.answer_mode import ExpertAnswerMode
from phi3desk.ui.experts.appearance import ExpertAppearance
from phi3desk.ui.experts.sampling import ExpertSampling
from phi3desk.ui.formatting import counted, number
from phi3desk.ui.theme import SPACE_M, SPACE_XS
from phi3desk.ui.widgets.basic import Card, label
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.tooltip import plain_tooltip
from phi3desk.ui.widgets.wheel_guard import WheelGuard


class ExpertEditor(QWidget):
    """Everything an expert is made of; `changed` is emitted at each change by the user, `profile` reads it.

    What was not edited is given back as it came, whatever the form's fields make of it.
    `choices_shown` tells that the form offers models, adapters and collections anew.
    """

    changed = Signal()
    choices_shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: Profile | None = None
        self._shown: dict[str, Any] = {}
        #: the models, adapters and collections that are offered; None: those of another expert, or none yet
        self._models: list[tuple[ModelEntry, str]] | None = None
        self._adapters: list[AdapterEntry] | None = None
        self._collections: list[tuple[int, str]] | None = None
        self._filling = False
        self.name = QLineEdit()
        self.instructions = QPlainTextEdit()
        self.model = Choice()
        self.questions = QPlainTextEdit()
        self.strengths: list[AdapterRow] = []
        self.collections: list[tuple[int, QCheckBox]] = []
        self.appearance = ExpertAppearance()
        self.answer_mode = ExpertAnswerMode()
        self.sampling = ExpertSampling()
        for part in (self.appearance, self.answer_mode, self.sampling):
            part.changed.connect(self._on_changed)
        self._build()

    @property
    def profile(self) -> Profile | None:
        """The expert as the form describes it."""
        if self._profile is None:
            return None
        described = self._described(self._profile)
        edited = {name: value for name, value in described.items() if value != self._shown[name]}
        return dataclasses.replace(self._profile, **edited)

    def _described(self, profile: Profile) -> dict[str, Any]:
        """Return each part of an expert as the fields have it."""
        return {
            "name": self.name.text(),
            "color": self.appearance.color,
            "icon": self.appearance.icon_name,
            "instructions": self.instructions.toPlainText().strip(),
            "answer_mode": self.answer_mode.mode,
            "sampling": self.sampling.choice,
            "first_questions": tuple(
                line.strip() for line in self.questions.toPlainText().splitlines() if line.strip()
            ),
            **self._described_choices(profile),
        }

    def _described_choices(self, profile: Profile) -> dict[str, Any]:
        uses = [row.use for row in self.strengths]
        checked = tuple(collection for collection, box in self.collections if box.isChecked())
        return {
            "model": str(self.model.currentData() or ""),
            "adapters": tuple(use for use in uses if use is not None),
            # without boxes the library has not told its collections yet: what was chosen stays
            "collections": checked if self.collections else profile.collections,
        }

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
        self.appearance.show_appearance(profile.color, profile.icon)
        self.answer_mode.show_mode(profile.answer_mode)
        self.sampling.show_choice(profile.sampling)
        self.instructions.setPlainText(profile.instructions)
        self.questions.setPlainText("\n".join(profile.first_questions))
        self._shown = self._described(profile)
        self._models = self._adapters = self._collections = None
        self.show_choices(profile, models, adapters, collections)

    def show_choices(
        self,
        profile: Profile,
        models: Sequence[ModelEntry],
        adapters: Sequence[AdapterEntry],
        collections: Sequence[Collection],
    ) -> None:
        """Offer these models, adapters and collections; what is under the user's hands stays as it is.

        What is offered already is not made anew: it may have the keyboard, or be dragged.
        """
        self._filling = True
        filled = [
            self._fill_models(profile, models),
            self._fill_adapters(profile, adapters),
            self._fill_collections(profile, collections),
        ]
        if self._profile is not None:
            self._profile = dataclasses.replace(
                self._profile, model=profile.model, adapters=profile.adapters, collections=profile.collections
            )
        self._shown.update(self._described_choices(profile))
        self._filling = False
        if any(filled):
            self.choices_shown.emit()

    def show_fits(self, reasons: Mapping[str, str]) -> None:
        """Tell beside the adapters what speaks against them on the model chosen, by their names."""
        for row in self.strengths:
            row.show_fit(reasons.get(row.name, ""))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.textChanged.connect(self._on_changed)
        column.addWidget(self._card(self.tr("Name, colour and icon"), "", self.name, self.appearance))
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
        column.addWidget(self._card(self.tr("Documents"), "", self._collection_hint, self._collection_flow))
        column.addWidget(self._card(self.tr("Where answers come from"), "", self.answer_mode))
        column.addWidget(
            self._card(
                self.tr("First questions"),
                self.tr("One a line; offered where a conversation is empty."),
                self._text(self.questions, self.tr("First questions"), 3),
            )
        )
        card = Card(self.tr("Sampling"))
        card.column.addWidget(self.sampling)
        column.addWidget(card)

    def _build_model(self) -> Card:
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model.setMinimumContentsLength(16)
        self.model.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        WheelGuard(self.model)
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

    def _fill_models(self, profile: Profile, models: Sequence[ModelEntry]) -> bool:
        """Offer these models; returns False where they are offered already, and so below."""
        offered = [(entry, entry.called) for entry in models]
        if offered == self._models:
            return False
        self._models = offered
        self.model.clear()
        self.model.addItem(self.tr("The model in use"), "")
        for entry in models:
            self.model.addItem(entry.called, entry.name)
        if profile.model and self.model.findData(profile.model) < 0:
            self.model.addItem(self.tr("{name} (not on this machine)").format(name=profile.model), profile.model)
        self.model.setCurrentIndex(max(0, self.model.findData(profile.model)))
        return True

    def _fill_adapters(self, profile: Profile, adapters: Sequence[AdapterEntry]) -> bool:
        if self._adapters == list(adapters):
            return False
        self._adapters = list(adapters)
        for row in self.strengths:
            self._adapter_rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.strengths = []
        used = {use.name: use for use in profile.adapters}
        for entry in adapters:
            strength = used[entry.name].strength if entry.name in used else None
            facts = self.tr("For {base}").format(base=spoken_name(entry.base or entry.architecture))
            row = AdapterRow(entry.name, entry.path, facts, strength)
            details = self.tr("Rank {rank}, for {base}")
            row.box.setToolTip(
                plain_tooltip(details.format(rank=number(entry.rank), base=entry.base or entry.architecture))
            )
            self._add_strength(row)
        for use in profile.adapters:
            if all(entry.name != use.name for entry in adapters):
                missing = self.tr("Not on this machine. Add it on the Models page, or take it out here.")
                self._add_strength(AdapterRow(use.name, use.path, missing, use.strength))
        self._adapter_hint.setText(
            self.tr("Strength: 0 leaves the model as it is, 1 is as trained, 2 is twice as strong.")
            if self.strengths
            else self.tr("No adapter yet. Add one on the Models page to give this expert the words of a trade.")
        )
        return True

    def _add_strength(self, row: AdapterRow) -> None:
        row.changed.connect(self._on_changed)
        self.strengths.append(row)
        self._adapter_rows.addWidget(row)

    def _fill_collections(self, profile: Profile, collections: Sequence[Collection]) -> bool:
        offered = [(collection.id, collection.name) for collection in collections]
        if offered == self._collections:
            self._show_counts(collections)
            return False
        self._collections = offered
        for _, box in self.collections:
            self._collection_flow.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.collections = []
        for collection in collections:
            self._add_collection(collection.id, collection.name, collection.id in profile.collections)
        known = {collection.id for collection in collections}
        for gone in (one for one in profile.collections if known and one not in known):
            # it stays until the user takes it out: without it the expert would search everything
            self._add_collection(gone, self.tr("A deleted collection"), True)
        self._show_counts(collections)
        self._show_collection_hint()
        return True

    def _show_counts(self, collections: Sequence[Collection]) -> None:
        counts = {collection.id: counted(collection.documents, "documents") for collection in collections}
        gone = self.tr("It was deleted from the library. Take the check out to do without it.")
        for collection_id, box in self.collections:
            box.setToolTip(plain_tooltip(counts.get(collection_id, gone)))

    def _add_collection(self, collection_id: int, name: str, checked: bool) -> None:
        box = QCheckBox(name.replace("&", "&&"))
        box.setChecked(checked)
        box.toggled.connect(self._on_changed)
        box.toggled.connect(self._show_collection_hint)
        self.collections.append((collection_id, box))
        self._collection_flow.addWidget(box)

    def _show_collection_hint(self) -> None:
        checked = sum(box.isChecked() for _, box in self.collections)
        if not self.collections:
            self._collection_hint.setText(self.tr("The library has no collections yet; the expert searches all of it."))
        elif not checked:
            self._collection_hint.setText(self.tr("None is checked: the expert searches all of them."))
        else:
            self._collection_hint.setText(self.tr("The expert searches the checked ones only."))

    def _on_changed(self) -> None:
        if not self._filling:
            self.changed.emit()
