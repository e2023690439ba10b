"""One variant's answer of a comparison in the conversation: as it is written, then with sources, figures and thumbs."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QTextBrowser

from phi3desk.chat.citations import citation_index, shown_quotes
from phi3desk.chat.messages import Answer, Citation, MadeBy, Source
from phi3desk.comparison.grading import Expected, judge
from phi3desk.comparison.plan import Outcome
from phi3desk.comparison.report import marks_of
from phi3desk.ui.answers.doubts import checked_texts, support_line
from phi3desk.ui.answers.footer import AnswerFooter
from phi3desk.ui.answers.markup import LINK, answer_document
from phi3desk.ui.formatting import number, place_of, translate
from phi3desk.ui.inert_text import InertDocument, plain
from phi3desk.ui.theme import SPACE_S, SPACE_XS, follow_scheme, reading_font, tokens
from phi3desk.ui.widgets.basic import Button, Card, clear, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout

READING_PX = 14


class AnswerText(QTextBrowser):
    """Text as high as it is; all of it is inert but links to its own sources."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setProperty("kind", "answer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self._shown: QTextDocument | None = None
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self._fit)
        self.show_document(InertDocument(self))

    def loadResource(self, _type: int, _name: QUrl | str) -> None:
        """Refuse every resource."""

    def doSetSource(self, _name: QUrl | str, _type: object = None) -> None:
        """Go nowhere."""

    def show_document(self, document: QTextDocument) -> None:
        """Show another text."""
        document.setParent(self)
        document.setDocumentMargin(0)
        document.setDefaultFont(reading_font(READING_PX))
        before, self._shown = self._shown, document
        self.setDocument(document)
        if before is not None:
            before.deleteLater()
        # the layout is still at work on the document when it tells of its size
        document.documentLayout().documentSizeChanged.connect(self._fitting.start)
        self._fitting.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fitting.start()

    def _fit(self) -> None:
        height = round(self.document().size().height()) + 8
        if height != self.height():
            self.setFixedHeight(height)


class InlineAnswer(Card):
    """`source_requested` carries a Source and the sentence to highlight, `rated` 1, -1 or 0; `kept` asks to keep the
    answer as an example, `taken` to put it in the conversation.
    """

    source_requested = Signal(object, str)
    rated = Signal(int)
    kept = Signal()
    taken = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.outcome: Outcome | None = None
        self._sources: tuple[Source, ...] = ()
        self._footer = AnswerFooter(self)
        self.state = label(self.tr("Waiting"), "quiet")
        self.text = AnswerText(self.tr("Answer: {variant}").format(variant=name))
        self.text.anchorClicked.connect(self._on_anchor_clicked)
        self.chips = FlowLayout(SPACE_XS)
        self.foot = label("", "quiet")
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        title = label(name, "strong")
        head.addWidget(title, 1)
        self.column.addLayout(head)
        self.column.addWidget(self.state)
        self.column.addWidget(self.text)
        self.column.addLayout(self.chips)
        self.column.addWidget(self.foot)
        self.column.addStretch(1)
        self.column.addLayout(self._make_actions())
        self._show_actions()
        follow_scheme(self, self._recolor)

    def _make_actions(self) -> FlowLayout:
        self.good = self._thumb("thumb-up-outline", self.tr("Good: {variant}"), 1)
        self.bad = self._thumb("thumb-down-outline", self.tr("Not good: {variant}"), -1)
        self.keep = on_click(Button(self.tr("Keep as example"), "bookmark-plus-outline", "chip"), self.kept.emit)
        self.take = on_click(Button(self.tr("Use this answer"), "arrow-up-left", "chip"), self.taken.emit)
        self.keep.setAccessibleName(self.tr("Keep as an example: {variant}").format(variant=self.name))
        self.take.setAccessibleName(self.tr("Put this answer in the conversation: {variant}").format(variant=self.name))
        row = FlowLayout(SPACE_S)
        buttons: tuple[QPushButton, ...] = (self.good, self.bad, self.keep, self.take)
        for button in buttons:
            row.addWidget(button)
        return row

    def _thumb(self, icon_name: str, named: str, thumb: int) -> Button:
        button = Button("", icon_name, "chip", named.format(variant=self.name))
        button.setCheckable(True)
        button.setFixedSize(QSize(44, 32))
        button.clicked.connect(lambda on: self.rated.emit(thumb if on else 0))
        return button

    def show_state(self, text: str) -> None:
        """Say what is being done before the first word; an empty text says nothing."""
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def show_text(self, text: str) -> None:
        """Show the answer as far as it is written."""
        self.show_state("")
        self.text.setPlainText(plain(text).lstrip())

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show a finished answer; None shows that it is still to come."""
        self.outcome = outcome
        clear(self.chips)
        self._show_actions()
        if outcome is None:
            self.show_state(self.tr("Waiting"))
            self.text.setPlainText("")
            self.foot.setText("")
            return
        answer = outcome.answer
        self._sources = answer.sources
        self.show_state(plain(outcome.problem))
        checked = checked_texts(answer)
        font = reading_font(READING_PX)
        self.text.show_document(answer_document(answer.text, self._link_of, font, tokens(), checked))
        for source, citation in self._cited(answer):
            self._add_chip(source, citation)
        self.foot.setText("  ·  ".join(self._figures(outcome)))

    def stop_waiting(self) -> None:
        """Say that this answer does not come for now."""
        if self.outcome is None:
            self.text.setPlainText("")
            self.show_state(self.tr("Not answered"))

    def _show_actions(self) -> None:
        outcome = self.outcome
        written = outcome is not None and bool(outcome.answer.text.strip())
        for button, thumb in ((self.good, 1), (self.bad, -1)):
            button.setVisible(outcome is not None)
            button.setChecked(outcome is not None and outcome.thumb == thumb)
        for offered in (self.keep, self.take):
            offered.setVisible(written)
        self.foot.setVisible(outcome is not None)

    def _figures(self, outcome: Outcome) -> list[str]:
        """Return seconds, where the answer came from, and what the program found in it."""
        parts = [self.tr("{seconds} s").format(seconds=number(outcome.seconds, 1))]
        if not outcome.problem:
            parts += [part for part in (support_line(outcome.answer), self._footer.mode(outcome.answer)) if part]
            parts.append(self._footer.made(replace(outcome.answer, made_by=MadeBy())))
        return parts + marks_of(judge(Expected(), outcome.answer), replace(outcome, thumb=0), translate)

    def _cited(self, answer: Answer) -> list[tuple[Source, Citation]]:
        return [(source, answer.quoted[index]) for source, index in shown_quotes(answer)]

    def _add_chip(self, source: Source, citation: Citation) -> None:
        text = f"[{source.n}] {plain(citation.document)}, {plain(place_of(citation))}"
        chip = Button("", kind="chip", tip=text)
        chip.setMinimumWidth(0)
        chip.setMaximumWidth(16_777_215)
        chip.setText(chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 240).replace("&", "&&"))
        on_click(chip, lambda: self.source_requested.emit(source, citation.quote))
        self.chips.addWidget(chip)

    def _link_of(self, n: int, occurrence: int) -> str | None:
        if all(source.n != n for source in self._sources):
            return None
        citations = self.outcome.answer.citations if self.outcome is not None else ()
        return f"{LINK}{n}/{citation_index(citations, n, occurrence)}"

    def _on_anchor_clicked(self, link: QUrl) -> None:
        n, _, index = link.toString().removeprefix(LINK).partition("/")
        source = next((one for one in self._sources if str(one.n) == n), None)
        if source is None or self.outcome is None:
            return
        quote = self.outcome.answer.citations[int(index)].quote if int(index) >= 0 else ""
        self.source_requested.emit(source, quote)

    def _recolor(self) -> None:
        if self.outcome is not None:
            self.show_outcome(self.outcome)
