"""How an answer was found, under the answer: in sentences, then a row for each passage that was looked at."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from phi3desk.chat.inspection import telling
from phi3desk.chat.inspection.account import Fate, Seen, seen
from phi3desk.chat.inspection.telling import RANKER_NAMES, Tongue
from phi3desk.chat.messages import Answer, Source
from phi3desk.ui.answers.candidate_row import Bar, CandidateRow, RowText, longest
from phi3desk.ui.formatting import number, place_of, translate
from phi3desk.ui.inert_text import plain
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click, selectable
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.shortcuts import tell_keys

#: letters of a passage that a row shows, and its tool tip
_EXCERPT, _TIP = 160, 400


class Inspector(Card):
    """`source_requested` carries a Source and an empty text, `close_requested` asks to take this away."""

    source_requested = Signal(object, str)
    close_requested = Signal()
    copied = Signal()

    def __init__(self, answer: Answer, message_id: int = 0) -> None:
        super().__init__()
        self._answer = answer
        self.message_id = message_id
        self._tongue = Tongue(translate, number, language_named)
        self.setAccessibleName(self.tr("How the answer was found"))
        self.rows: list[CandidateRow] = []
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(label(self.tr("How this was found"), "section"), 1)
        self.close_button = on_click(Button("", "close", "quiet", self.tr("Close (Esc)")), self.close_requested.emit)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(head)
        self.summary = selectable(plain(" ".join(telling.summary(answer, self._tongue))))
        self.column.addWidget(self.summary)
        ranked = label(
            self.tr("The number behind a bar is the place that this way of searching gave the passage."), "quiet"
        )
        self.column.addWidget(ranked)
        self._add_rows(seen(answer))
        ranked.setVisible(any(row.text_shown.bars for row in self.rows))
        self.steps = label("" if answer.trace is None else telling.steps(answer.trace, self._tongue), "quiet")
        self.steps.hide()
        self.column.addWidget(self.steps)
        self.column.addLayout(self._make_buttons())
        tell_keys(self, [(self.tr("Esc"), self.tr("Close"))])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_requested.emit()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put all that is told on the clipboard, with the figures."""
        QGuiApplication.clipboard().setText(telling.text(self._answer, self._tongue))
        self.copied.emit()

    def show_figures(self, wanted: bool) -> None:
        """Say, or no longer say, what the scores were added up from and what each step took."""
        self.steps.setVisible(wanted and bool(self.steps.text()))
        for row in self.rows:
            row.show_figures(wanted)

    def _make_buttons(self) -> FlowLayout:
        row = FlowLayout(SPACE_S)
        self.figures = Button(self.tr("Show figures"), "", "chip", self.tr("Show what each score was added up from"))
        self.figures.setCheckable(True)
        self.figures.toggled.connect(self.show_figures)
        self.figures.setVisible(bool(self.rows))
        self.copy_button = on_click(Button(self.tr("Copy as text"), "content-copy", "chip"), self.copy)
        row.addWidget(self.figures)
        row.addWidget(self.copy_button)
        return row

    def _add_rows(self, all_seen: tuple[Seen, ...]) -> None:
        most = {
            name: longest([one.candidate.places[name].score for one in all_seen if name in one.candidate.places])
            for name in RANKER_NAMES
            if any(name in one.candidate.places for one in all_seen)
        }
        tokens = longest([float(one.read.tokens) for one in all_seen if one.read is not None])
        for one in all_seen:
            row = CandidateRow(self._row_text(one, most, tokens))
            source = one.source or Source(0, one.candidate.passage)
            row.clicked.connect(lambda _=False, source=source: self.source_requested.emit(source, ""))
            self.rows.append(row)
            self.column.addWidget(row)

    def _row_text(self, one: Seen, most: dict[str, float], tokens: float) -> RowText:
        passage = one.candidate.passage
        bars = []
        for name, whole in most.items():
            at = one.candidate.places.get(name)
            told = translate(RANKER_NAMES[name])
            bars.append(Bar(told, at.score / whole, number(at.rank)) if at else Bar(told, 0.0, "–"))
        if one.read is not None and one.read.tokens:
            bars.append(Bar(self.tr("Tokens"), one.read.tokens / tokens, number(one.read.tokens)))
        text = (one.read.text if one.read is not None else "") or passage.text
        return RowText(
            title=plain(f"{passage.document}, {place_of(passage)}"),
            excerpt=plain(" ".join(passage.text.split())[:_EXCERPT]),
            fate=plain(telling.fate(one, self._tongue)),
            bars=tuple(bars),
            figures=telling.sum_of(one, self._tongue),
            good=one.fate in (Fate.CITED, Fate.READ),
            tip=" ".join(text.split())[:_TIP],
        )


def language_named(code: str) -> str:
    """Return a language by its code in words."""
    language = QLocale.codeToLanguage(code)
    known = language not in (QLocale.Language.AnyLanguage, QLocale.Language.C)
    return QLocale.languageToString(language) if known else code
