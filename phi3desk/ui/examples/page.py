"""The answers that the user judged: looked through, corrected, taken out, and written as files to train on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QHideEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.example_export import Exported, Room, export_examples, free_folder
from phi3desk.chat.examples import Example, Verdict
from phi3desk.chat.prompt import USUAL, prompt_format_for
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.formatting import number, place_of, translate
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, icon, tokens
from phi3desk.ui.widgets.basic import Button, label, on_click, selectable
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.file_dialogs import EXPORT_FOLDER, folder_dialog
from phi3desk.ui.widgets.shortcuts import bind
from phi3desk.workers.protocol import Failure

Index = QModelIndex | QPersistentModelIndex
ICONS = {
    Verdict.GOOD: ("thumb-up", "good"),
    Verdict.CORRECTED: ("pencil", "attention"),
    Verdict.REJECTED: ("thumb-down", "bad"),
}


class ExampleListModel(QAbstractListModel):
    """The examples, the last judged first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.examples: list[Example] = []

    def show(self, examples: list[Example]) -> None:
        """Show these."""
        self.beginResetModel()
        self.examples = examples
        self.endResetModel()

    def replace(self, row: int, example: Example) -> None:
        """Show another state of one of them."""
        self.examples[row] = example
        self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.examples)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        example = self.examples[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(example.question.split())
        if role == Qt.ItemDataRole.DecorationRole:
            name, color = ICONS[example.verdict]
            return icon(name, getattr(tokens(), color))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._word(example.verdict)}: {example.question}"
        return None

    def _word(self, verdict: Verdict) -> str:
        return {
            Verdict.GOOD: self.tr("Good"),
            Verdict.CORRECTED: self.tr("Corrected"),
            Verdict.REJECTED: self.tr("Not good"),
        }[verdict]


class ExamplesPage(QWidget):
    """Lists the examples, and corrects, removes and saves them."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._model = services.examples, services.model
        self._settings, self._notices = services.settings, services.notices
        self._shown = 0
        self.setAccessibleName(self.tr("Examples"))
        self.rows = ExampleListModel(self)
        self.list = QListView()
        self.list.setModel(self.rows)
        self.list.setAccessibleName(self.tr("Examples"))
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(lambda index, _: self._show(index.row()))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_empty())
        self._stack.addWidget(self._make_filled())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        remove = self.tr("Delete the examples that are selected")
        bind(self.list, QKeySequence.StandardKey.Delete, self.remove, remove, Qt.ShortcutContext.WidgetShortcut)
        self.refresh()

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        column.addStretch(1)
        text = label(
            self.tr(
                "There are no examples yet. Mark an answer in a conversation as good, or correct it: it is kept here, "
                "to train an adapter on. What you correct is answered so when it is asked again."
            ),
            "quiet",
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(text)
        column.addStretch(1)
        return empty

    def _make_filled(self) -> QWidget:
        self._counts = label("", "quiet")
        self._export = on_click(
            Button(self.tr("Save for training"), "download-outline", "primary"), self._choose_folder
        )
        self._export.setToolTip(self.tr("Writes train.jsonl, valid.jsonl and rejected.jsonl"))
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self._counts, 1)
        head.addWidget(self._export)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.list)
        splitter.addWidget(self._make_one())
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([300, 560])
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(label(self.tr("Examples"), "title"))
        column.addLayout(head)
        column.addWidget(splitter, 1)
        return filled

    def _make_one(self) -> QWidget:
        self.verdict = Choice()
        self.verdict.setAccessibleName(self.tr("What you think of the answer"))
        for verdict, text in (
            (Verdict.GOOD, self.tr("Good as it is")),
            (Verdict.CORRECTED, self.tr("Should have said")),
            (Verdict.REJECTED, self.tr("Not good")),
        ):
            self.verdict.addItem(text, verdict.value)
        self.verdict.activated.connect(lambda _: self.save())
        self._question = selectable("", "section")
        self._answer = selectable("")
        self._sources = selectable("", "quiet")
        self.correction = QPlainTextEdit()
        self.correction.setAccessibleName(self.tr("What it should have said"))
        self.correction.setPlaceholderText(self.tr("What should it have said?"))
        self.correction.setTabChangesFocus(True)
        self._save = on_click(Button(self.tr("Keep the correction"), "check"), self.save)
        self._remove = on_click(Button(self.tr("Remove"), "trash-can-outline", "quiet"), self.remove)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.verdict)
        row.addStretch(1)
        row.addWidget(self._save)
        row.addWidget(self._remove)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(SPACE_L, 0, 0, 0)
        column.setSpacing(SPACE_M)
        for part in (self._question, self._answer, self._sources):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.correction, 1)
        column.addStretch(0)
        return made

    def refresh(self) -> None:
        """Show the examples as they are now."""
        row = self.list.currentIndex().row()
        examples = self._store.examples()
        self.rows.show(examples)
        self._stack.setCurrentIndex(1 if examples else 0)
        counts = {verdict: sum(1 for one in examples if one.verdict == verdict) for verdict in Verdict}
        self._counts.setText(
            self.tr("{good} good, {corrected} corrected, {rejected} not good").format(
                good=number(counts[Verdict.GOOD]),
                corrected=number(counts[Verdict.CORRECTED]),
                rejected=number(counts[Verdict.REJECTED]),
            )
        )
        if examples:
            wanted = next((n for n, one in enumerate(examples) if one.id == self._shown), max(0, row))
            self.list.setCurrentIndex(self.rows.index(min(wanted, len(examples) - 1)))

    def _current(self) -> Example | None:
        row = self.list.currentIndex().row()
        return self.rows.examples[row] if 0 <= row < len(self.rows.examples) else None

    def _show(self, row: int) -> None:
        self._keep_typed()
        example = self._current()
        if example is None:
            return
        self._shown = example.id
        self._question.setText(example.question)
        self._answer.setText(example.answer)
        sources = [f"[{s.n}] {s.passage.document}, {place_of(s.passage)}" for s in example.asked.sources]
        rests = [
            self.tr("The correction rests on [{number}] {document}: “{sentence}”").format(
                number=one.source.n, document=one.source.passage.document, sentence=" ".join(one.quote.split())
            )
            for one in example.chosen
        ]
        self._sources.setText("\n".join([*sources, *rests]) or self.tr("Written without documents"))
        self.verdict.setCurrentIndex(self.verdict.findData(example.verdict.value))
        self.correction.setPlainText(example.correction)

    def hideEvent(self, event: QHideEvent) -> None:
        self._keep_typed()
        super().hideEvent(event)

    def _keep_typed(self) -> None:
        """Keep a correction that was typed, before another example takes its place."""
        at = next((n for n, one in enumerate(self.rows.examples) if one.id == self._shown), None)
        text = self.correction.toPlainText().strip()
        # what is only shown may have been judged otherwise in a conversation meanwhile
        if at is None or not text or not self.correction.document().isModified():
            return
        self._store.change(self._shown, Verdict.CORRECTED, text)
        self.correction.document().setModified(False)
        self.verdict.setCurrentIndex(self.verdict.findData(Verdict.CORRECTED.value))
        self.rows.replace(at, self._store.example(self._shown))

    def save(self) -> None:
        """Keep the judgement and the correction as they stand in the form; a corrected answer needs its correction."""
        example = self._current()
        if example is None:
            return
        text = self.correction.toPlainText().strip()
        verdict = Verdict(self.verdict.currentData())
        if text and text != example.correction:
            verdict = Verdict.CORRECTED
        if verdict == Verdict.CORRECTED and not text:
            self.correction.setFocus()
            return
        self._store.change(example.id, verdict, text)
        self.correction.document().setModified(False)
        self.refresh()

    def remove(self) -> None:
        """Remove the example that is shown; offers to undo it."""
        example = self._current()
        if example is None:
            return
        self._keep_typed()
        self._store.remove(example.id)
        self.refresh()
        self._notices.offer_undo(self.tr("The example was removed."), lambda: self._restore(example.id))

    def _restore(self, example_id: int) -> None:
        # it belongs to the example that took the place of the removed one
        self._keep_typed()
        self._store.restore(example_id)
        self._shown = example_id
        self.refresh()

    def _choose_folder(self) -> None:
        dialog = folder_dialog(self, self.tr("Where shall the examples go?"), self._settings, EXPORT_FOLDER)
        dialog.fileSelected.connect(lambda path: self.export(Path(path)))
        dialog.open()

    def export(self, parent: Path) -> None:
        """Write the examples into a new folder in `parent`, as the loaded model is asked, and say how it went."""
        examples = self._store.examples()
        loaded = self._model.model
        prompt_format = prompt_format_for(loaded.parameters, loaded.prompt) if loaded is not None else USUAL
        room = Room(loaded.context if loaded is not None else Room.context, self._settings.get("answers.max_tokens"))
        in_background(
            self,
            lambda: export_examples(examples, free_folder(parent, "phi3desk examples"), prompt_format, room),
            self._on_exported,
            self._on_failed,
        )

    def _on_exported(self, made: Exported) -> None:
        text = self.tr(
            "Saved in {folder}: {train} to train, {valid} to validate, {rejected} not good. {left_out} were left out."
        )
        self._notices.say(
            text.format(
                folder=str(made.folder),
                train=number(made.train),
                valid=number(made.valid),
                rejected=number(made.rejected),
                left_out=number(made.repeated + made.left_out),
            )
        )

    def _on_failed(self, failure: Failure) -> None:
        self._notices.say(translate(failure.sentence))
