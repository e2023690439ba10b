"""What a comparison asks and in which ways: the form before it starts, and the comparisons made before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.history import TITLE_LENGTH
from phi3desk.comparison.plan import ADAPTER, BOTH, DOCUMENTS, KIND_NAMES, PROFILE, Comparison
from phi3desk.comparison.questions import ComparedQuestion, read_questions
from phi3desk.comparison.questions import typed_questions as questions_typed
from phi3desk.errors import UserError
from phi3desk.profiles.profile import Profile
from phi3desk.ui.formatting import moment, number, translate
from phi3desk.ui.theme import SPACE_M, SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, clear, label, on_click
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.earlier_runs import EarlierRun, EarlierRuns
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.replaced_text import replace_text


class ComparisonForm(QWidget):
    """`start_requested` asks to begin; `open_requested` and `delete_requested` carry the id of an earlier one."""

    start_requested = Signal()
    open_requested = Signal(int)
    delete_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._file: Path | None = None
        self._read: tuple[ComparedQuestion, ...] = ()
        self.expert = Choice()
        self.expert.setAccessibleName(self.tr("Expert"))
        self.kinds: dict[str, QCheckBox] = {}
        self.experts: dict[str, QCheckBox] = {}
        self.blind = QCheckBox(self.tr("Blind: hide which variant wrote which answer until I reveal it"))
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(self.tr("One question to a line"))
        self.text.setAccessibleName(self.tr("Questions, one to a line"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(120)
        self.text.textChanged.connect(self._show_file)
        self.problem = label("", "bad")
        self.problem.hide()
        self._profiles: list[Profile] = []
        self._formed: Collection[str] = ()
        self._left_out: Collection[str] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(self._make_questions())
        column.addWidget(self._make_variants())
        column.addWidget(self.problem)
        self.start = on_click(Button(self.tr("Compare"), "play", "primary"), self.start_requested.emit)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addStretch(1)
        column.addLayout(row)
        self.earlier = EarlierRuns(self.tr("Earlier comparisons"))
        self.earlier.open_requested.connect(self.open_requested)
        self.earlier.delete_requested.connect(self.delete_requested)
        column.addWidget(self.earlier)
        column.addStretch(1)

    def _make_questions(self) -> QWidget:
        card = Card(self.tr("Questions"))
        card.column.addWidget(label(self.tr("Questions"), "section"))
        card.column.addWidget(self.text)
        self.from_file = label("", "quiet")
        choose = on_click(Button(self.tr("Take them from a file"), "file-document-outline"), self._choose_file)
        choose.setToolTip(self.tr("A JSONL file; reference answers and pages in it are compared too"))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(choose)
        row.addWidget(self.from_file, 1)
        card.column.addLayout(row)
        return card

    def _make_variants(self) -> QWidget:
        card = Card(self.tr("Variants"))
        card.column.addWidget(label(self.tr("Answered by"), "section"))
        card.column.addWidget(self.expert)
        kinds = FlowLayout(SPACE_M)
        for key, name in KIND_NAMES.items():
            box = QCheckBox(translate(name))
            box.setChecked(key in ("alone", "documents"))
            self.kinds[key] = box
            kinds.addWidget(box)
        card.column.addLayout(kinds)
        self.why = label("", "quiet")
        card.column.addWidget(self.why)
        self._experts_label = label(self.tr("And by other experts, as they are"), "quiet")
        card.column.addWidget(self._experts_label)
        self._experts = FlowLayout(SPACE_M)
        card.column.addLayout(self._experts)
        card.column.addWidget(self.blind)
        self.expert.currentIndexChanged.connect(self._on_expert)
        return card

    def show_profiles(
        self,
        profiles: list[Profile],
        current: str,
        formed: Collection[str] = (),
        left_out: Collection[str] = (),
    ) -> None:
        """Offer these experts; what is chosen stays where it still exists.

        `formed` are the ids of those whose adapters have no part in answers without passages, `left_out` of those
        whose adapters are for another model than the one they answer with.
        """
        chosen = self.expert.currentData() or current
        ticked = {key for key, box in self.experts.items() if box.isChecked()}
        self._profiles, self._formed, self._left_out = profiles, formed, left_out
        self.expert.blockSignals(True)
        self.expert.clear()
        for profile in profiles:
            self.expert.addItem(profile.name, profile.id)
        self.expert.setCurrentIndex(max(0, self.expert.findData(chosen)))
        self.expert.blockSignals(False)
        clear(self._experts)
        self.experts = {}
        for profile in profiles:
            box = QCheckBox(profile.name.replace("&", "&&"))
            box.setChecked(profile.id in ticked)
            self.experts[profile.id] = box
            self._experts.addWidget(box)
        self._on_expert()

    def show_earlier(self, comparisons: list[Comparison]) -> None:
        """List the comparisons made before, the newest first."""
        self.earlier.show_runs([self._earlier_run(comparison) for comparison in comparisons])

    def _earlier_run(self, comparison: Comparison) -> EarlierRun:
        title = comparison.plan.title
        count = f"{number(comparison.answered)} / {number(comparison.total)}"
        text = self.tr("{title} · {count} answers · {when}")
        told = text.format(title=title, count=count, when=moment(comparison.created))
        return EarlierRun(comparison.id, told, self.tr("Delete the comparison {title}").format(title=title))

    def fill(self, question: str, profile_id: str, variants: Sequence[str]) -> None:
        """Ask this question of an expert, in these variants of it."""
        line = " ".join(question.split())
        written = self.text.toPlainText().strip()
        if line not in written.splitlines():
            cursor = self.text.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(f"{'' if not written or self.text.toPlainText().endswith(chr(10)) else chr(10)}{line}\n")
        self.expert.setCurrentIndex(max(0, self.expert.findData(profile_id)))
        for key, box in self.kinds.items():
            box.setChecked(key in variants)
        for box in self.experts.values():
            box.setChecked(False)
        self.text.setFocus()
        self.text.moveCursor(QTextCursor.MoveOperation.End)

    @property
    def base(self) -> Profile:
        """The expert that is compared with and without its documents and adapter."""
        chosen = self.expert.currentData()
        return next((profile for profile in self._profiles if profile.id == chosen), self._profiles[0])

    @property
    def variants(self) -> list[str]:
        """The names of the chosen variants."""
        kinds = [key for key, box in self.kinds.items() if box.isChecked() and box.isEnabled()]
        return kinds + [PROFILE + key for key, box in self.experts.items() if box.isChecked()]

    @property
    def title(self) -> str:
        """What the comparison is called: by its file, or by its first question."""
        if self._file is not None and not self.text.toPlainText().strip():
            return self._file.stem
        return self.questions()[0].question[:TITLE_LENGTH]

    def questions(self) -> tuple[ComparedQuestion, ...]:
        """Return the questions typed, or those of the file; UserError where there are none."""
        if self._read and not self.text.toPlainText().strip():
            return self._read
        return questions_typed(self.text.toPlainText())

    def take_file(self, path: Path) -> None:
        """Take the questions from a file."""
        try:
            self._read = read_questions(path)
        except UserError as error:
            self.tell(translate(error.sentence))
            return
        self.tell("")
        self._file = path
        replace_text(self.text, "")
        self._show_file()

    def _show_file(self) -> None:
        """Tell which questions will be asked where there are a file's and typed ones."""
        if self._file is None:
            return
        count = len(self._read)
        told = self.tr("%Ln question(s) from {name}", "", count)
        if self.text.toPlainText().strip():
            told = self.tr("Only the typed questions are asked; take them out to ask the %Ln from {name}", "", count)
        self.from_file.setText(told.format(name=self._file.name))

    def tell(self, text: str) -> None:
        """Say why it cannot start; an empty text says nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a file of questions"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Questions (*.jsonl)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.take_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_expert(self, _: int = 0) -> None:
        reasons = self._reasons() if self._profiles else {}
        for key, box in self.kinds.items():
            reason = reasons.get(key, "")
            box.setEnabled(not reason)
            box.setToolTip(reason)
            box.setAccessibleDescription(reason)
        self.why.setText("\n".join(dict.fromkeys(reasons.values())))
        self.why.setVisible(bool(reasons))

    def _reasons(self) -> dict[str, str]:
        """Return why the expert cannot be compared in some ways, by their keys."""
        reasons: dict[str, str] = {}
        if self.base.id in self._formed and self.base.adapters:
            told = self.tr("The adapter of “{expert}” takes part only in answers from documents.")
            reasons[ADAPTER] = told.format(expert=self.base.name)
        if not self.base.answer_mode.searches:
            told = self.tr("“{expert}” answers without documents.")
            reasons |= dict.fromkeys((DOCUMENTS, BOTH), told.format(expert=self.base.name))
        if not self.base.adapters:
            told = self.tr("“{expert}” has no adapter. One is added on the Models page, and given to it in its form.")
            if self.base.id in self._left_out:
                told = self.tr(
                    "The adapter of “{expert}” was made for the starter SmolLM2, not for the model it answers with."
                )
            reasons |= dict.fromkeys((ADAPTER, BOTH), told.format(expert=self.base.name))
        return reasons
