"""What stands where a conversation will be: the first start with its two questions, later the expert's own."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import Figures, ImportProgress, Phase
from phi3desk.ui.formatting import duration, number
from phi3desk.ui.library.progress import ProgressText
from phi3desk.ui.theme import READING_WIDTH, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, follow_scheme, icon, set_kind, tokens
from phi3desk.ui.widgets.scroll_column import ScrollColumn
from phi3desk.ui.widgets.tooltip import plain_tooltip

MOST_QUESTIONS = 3
SIDE_BY_SIDE = 720


class StepCard(QFrame):
    """A card with a question, what has been chosen so far, a bar while it works, and its buttons."""

    def __init__(self, symbol: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._symbol = symbol
        self._done = False
        self._picture = QLabel()
        self._title = QLabel(title)
        self._title.setProperty("kind", "section")
        self._title.setWordWrap(True)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setProperty("kind", "quiet")
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.hide()
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self._picture)
        head.addWidget(self._title, 1)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L + 4, SPACE_L, SPACE_L + 4, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        column.addWidget(self.bar)
        column.addLayout(self.buttons)
        self._recolor()
        follow_scheme(self, self._recolor)

    def add_button(self, button: QPushButton) -> None:
        """Add a button at the foot of the card."""
        button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.buttons.addWidget(button)

    def add_part(self, part: QWidget) -> None:
        """Add something of its own between what has been chosen and the buttons."""
        self._column.insertWidget(self._column.count() - 1, part)

    def set_done(self, done: bool) -> None:
        """Show that this is settled."""
        self._done = done
        self._recolor()

    def set_progress(self, share: float | None) -> None:
        """Show how far the work is, 0 to 1; None while none runs."""
        self.bar.setVisible(share is not None)
        self.bar.setValue(round(1000 * (share or 0.0)))

    def _recolor(self) -> None:
        shown = tokens()
        made = icon("check-circle", shown.good) if self._done else icon(self._symbol, shown.accent)
        self._picture.setPixmap(made.pixmap(QSize(22, 22)))
        self._picture.setFixedSize(24, 24)


class StartPage(ScrollColumn):
    """One page. `import_requested` and `folder_requested` ask for documents from disk, `samples_requested` for those
    that came along, `choose_model_requested` for a GGUF; `question_chosen` carries a question to ask.
    """

    import_requested = Signal()
    folder_requested = Signal()
    samples_requested = Signal()
    choose_model_requested = Signal()
    question_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(READING_WIDTH + 2 * SPACE_XL, parent, share=10_000)
        self._progress_text = ProgressText(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = QLabel()
        self._title.setProperty("kind", "title")
        self._title.setWordWrap(True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._lead = QLabel()
        self._lead.setProperty("kind", "quiet")
        self._lead.setWordWrap(True)
        self._lead.setTextFormat(Qt.TextFormat.PlainText)
        self._lead.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.documents = StepCard("file-document-multiple-outline", self.tr("Which documents?"))
        self.model = StepCard("cube-outline", self.tr("Which model?"))
        self._make_buttons()
        self._cards = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._cards)
        self._row.setContentsMargins(0, SPACE_L, 0, 0)
        self._row.setSpacing(SPACE_L)
        self._row.addWidget(self.documents, 4)
        self._row.addWidget(self.model, 3)
        #: a button for each question on offer
        self.offered: list[QPushButton] = []
        self._questions_shown: list[str] = []
        self._questions = QVBoxLayout()
        self._questions.setSpacing(SPACE_S)
        self._questions.setContentsMargins(0, SPACE_L, 0, 0)
        column = self.column
        column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        column.setSpacing(SPACE_S)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._lead)
        column.addWidget(self._cards)
        column.addLayout(self._questions)
        column.addStretch(3)
        self.show_documents(None, None)

    def _make_buttons(self) -> None:
        samples = QPushButton(self.tr("Use the samples"))
        samples.clicked.connect(self.samples_requested)
        files = QPushButton(self.tr("Choose files"))
        files.setProperty("kind", "primary")
        files.clicked.connect(self.import_requested)
        folder = QPushButton(self.tr("Choose a folder"))
        folder.clicked.connect(self.folder_requested)
        self._choose_model = QPushButton(self.tr("Choose a GGUF file"))
        self._choose_model.clicked.connect(self.choose_model_requested)
        self._samples = samples
        for button in (files, folder, samples):
            self.documents.add_button(button)
        self.documents.buttons.addStretch(1)
        self.model.add_button(self._choose_model)
        self.model.buttons.addStretch(1)

    def show_expert(self, title: str, lead: str, first_start: bool) -> None:
        """Say who is asked; with `first_start` the two cards ask for documents and a model."""
        self._title.setText(title)
        self._lead.setText(lead)
        self._cards.setVisible(first_start)

    def show_documents(self, figures: Figures | None, progress: ImportProgress | None) -> None:
        """Show how many documents can be asked, and how far the import is that runs."""
        card = self.documents
        if progress is not None:
            card.set_done(False)
            card.set_progress(figures.share if figures is not None else 0.0)
            card.text.setText(self._import_words(figures, progress))
        elif figures is not None and figures.passages:
            card.set_done(True)
            card.set_progress(None)
            card.text.setText(self.tr("%Ln document(s) are ready to be asked.", "", figures.files_by_words))
        else:
            card.set_done(False)
            card.set_progress(None)
            card.text.setText(
                self.tr(
                    "Drop documents or a folder anywhere on this window. They are read here and never leave "
                    "this computer."
                )
            )

    def show_model(self, text: str, settled: bool, share: float | None) -> None:
        """Show which model answers, and how far its loading is."""
        self.model.text.setText(text)
        self.model.set_done(settled and share is None)
        self.model.set_progress(share)

    def show_questions(self, questions: list[str]) -> None:
        """Offer questions to begin with; buttons whose questions stay are left to whoever points at them."""
        questions = questions[:MOST_QUESTIONS]
        if questions == self._questions_shown:
            return
        self._questions_shown = questions
        for button in self.offered:
            self._questions.removeWidget(button)
            button.deleteLater()
        self.offered = []
        for question in questions:
            button = QPushButton(question.replace("&", "&&"))
            set_kind(button, "row")
            button.setToolTip(plain_tooltip(question))
            button.setMinimumHeight(40)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, question=question: self.question_chosen.emit(question))
            self._questions.addWidget(button)
            self.offered.append(button)

    def questions(self) -> list[str]:
        """Return the questions on offer."""
        return list(self._questions_shown)

    def _import_words(self, figures: Figures | None, progress: ImportProgress) -> str:
        parts = [self._progress_text.phase(progress.phase)]
        if figures is not None and figures.files:
            files = self.tr("{done} of {all} files read")
            if progress.phase is Phase.READING:
                files = self.tr("{done} of {all} files")
            parts.append(files.format(done=number(figures.files_read), all=number(figures.files)))
        if progress.seconds_left is not None and progress.seconds_left >= 1:
            parts.append(self.tr("{time} left").format(time=duration(progress.seconds_left)))
        words = "  ·  ".join(parts)
        if figures is not None and figures.passages:
            words += "\n" + self.tr("You can ask already: %Ln document(s) can be searched.", "", figures.files_by_words)
        return words

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # laid out before its texts had their fonts, the cards keep a height in which they do not fit
        QTimer.singleShot(0, self, self._cards.updateGeometry)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.LeftToRight if self.viewport().width() >= SIDE_BY_SIDE else ways.TopToBottom)
