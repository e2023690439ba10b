"""Asks under an answer what it should have said, and which sentence of which source says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit

from phi3desk.chat.citations import MARKS, best_sentence
from phi3desk.chat.correcting.corrections import source_chosen
from phi3desk.chat.examples import Chosen
from phi3desk.chat.messages import Answer, Source
from phi3desk.library.documents import Passage
from phi3desk.library.text import sentences
from phi3desk.ui.examples.source_marks import SourceMarks
from phi3desk.ui.formatting import place_of
from phi3desk.ui.inert_text import plain
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.replaced_text import replace_text

_LINES = 4
#: letters of a sentence in the list
_LONGEST = 160


class CorrectionForm(Card):
    """The answer's text to change, with a choice of sources and of their sentences.

    `kept` carries the text and the Chosen sentences, `source_wanted` a Source and the sentence that is chosen of it;
    Escape and Cancel emit `cancelled`. `selected` returns what is selected on the page that is shown, None for nothing.
    """

    kept = Signal(str, object)
    source_wanted = Signal(object, str)
    cancelled = Signal()

    def __init__(self, question: str, answer: Answer, selected: Callable[[], Passage | None]) -> None:
        super().__init__(kind="group")
        self._answer, self._selected = answer, selected
        self._sources: list[Source] = list(answer.sources)
        self.setAccessibleName(self.tr("Correct the answer"))
        self.text = QPlainTextEdit(answer.text)
        self.text.setAccessibleName(self.tr("What should it have said?"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * _LINES + 4 * SPACE_S)
        first = self._first()
        self._marks = SourceMarks(self.text.document(), self._sources[first].n if self._sources else 0)
        self.source = Choice()
        self.source.setAccessibleName(self.tr("Source"))
        self.sentence = Choice()
        self.sentence.setAccessibleName(self.tr("Sentence of the source"))
        for choice in (self.source, self.sentence):
            choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.hint = label("", "quiet")
        self.hint.hide()
        self.use_sentence = on_click(Button(self.tr("Use it as the answer"), "format-quote-open"), self._use_sentence)
        self.use_selection = on_click(
            Button(self.tr("Use what is selected on the page"), "text-box-check-outline"), self._on_use_selection
        )
        self.cancel = on_click(Button(self.tr("Cancel")), self.cancelled.emit)
        self.keep = on_click(Button(self.tr("Keep the correction"), "check", "primary"), self._keep)
        self._lay_out(question)
        self._fill_sources(first)
        self.source.activated.connect(lambda _: self._on_source_chosen())
        self.sentence.activated.connect(lambda _: self._show_source())
        self.text.textChanged.connect(lambda: self.keep.setEnabled(bool(self.text.toPlainText().strip())))

    def _lay_out(self, question: str) -> None:
        chosen, row = QHBoxLayout(), QHBoxLayout()
        for line in (chosen, row):
            line.setSpacing(SPACE_S)
        chosen.addWidget(self.use_sentence)
        chosen.addWidget(self.use_selection)
        chosen.addStretch(1)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.keep)
        self.column.addWidget(label(self.tr("What should it have said?"), "section"))
        self.column.addWidget(label(plain(question), "quiet"))
        self.column.addWidget(self.text)
        self.column.addWidget(label(self.tr("Which sentence says so?"), "section"))
        self.column.addWidget(self.source)
        self.column.addWidget(self.sentence)
        self.column.addLayout(chosen)
        self.column.addWidget(self.hint)
        self.column.addLayout(row)

    @property
    def chosen(self) -> Chosen | None:
        """The sentence that is chosen, None where the correction rests on no source."""
        source, quote = self.source.currentData(), self.sentence.currentData()
        return Chosen(source, quote or "") if source is not None else None

    def _first(self) -> int:
        """Return which source is chosen at first: the one that the answer cites first, or the first of all."""
        cited = [citation.n for citation in self._answer.quoted]
        return next((at for at, one in enumerate(self._sources) if cited and one.n == cited[0]), 0)

    def _fill_sources(self, current: int) -> None:
        self.source.clear()
        for one in self._sources:
            self.source.addItem(f"[{one.n}] {plain(one.passage.document)}, {plain(place_of(one.passage))}", one)
        self.source.addItem(self.tr("No source: I know it"), None)
        self.source.setCurrentIndex(current)
        self._fill_sentences()

    def _fill_sentences(self, quote: str = "") -> None:
        source = self.source.currentData()
        self._marks.choose(source.n if source is not None else 0)
        self.sentence.clear()
        for choice in (self.sentence, self.use_sentence):
            choice.setEnabled(source is not None)
        if source is None:
            return
        wanted = quote or self._quote_of(source)
        for sentence in _sentences(source.passage.text):
            line = " ".join(plain(sentence).split())
            self.sentence.addItem(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…", sentence)
        self.sentence.setCurrentIndex(max(0, self.sentence.findData(wanted)))

    def _quote_of(self, source: Source) -> str:
        cited = next((citation.quote for citation in self._answer.quoted if citation.n == source.n), "")
        return cited or best_sentence(source, self.text.toPlainText())

    def _on_source_chosen(self) -> None:
        self._fill_sentences()
        self._show_source()

    def _show_source(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.source_wanted.emit(chosen.source, chosen.quote)

    def _use_sentence(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            replace_text(self.text, " ".join(MARKS.sub("", chosen.quote).split()))
            self.text.setFocus()

    def _on_use_selection(self) -> None:
        passage = self._selected()
        self.hint.setVisible(passage is None)
        if passage is None:
            self.hint.setText(self.tr("Select the sentence on the page beside first, with the mouse."))
            return
        source = source_chosen(self._sources, passage)
        if source not in self._sources:
            self._sources.append(source)
        self._fill_sources(self._sources.index(source))
        self._fill_sentences(passage.text)

    def _keep(self) -> None:
        text = self.text.toPlainText().strip()
        if text:
            chosen = self.chosen
            self.kept.emit(text, (chosen,) if chosen is not None else ())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


def _sentences(text: str) -> Sequence[str]:
    """Return the sentences of a passage, each once; all of it where it has none."""
    return list(dict.fromkeys(one.strip() for one in sentences(text) if one.strip())) or [text]
