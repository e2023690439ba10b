"""How an expert answers while it is being described: one question, asked anew when something changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTextBrowser, QVBoxLayout, QWidget

from phi3desk.chat.messages import Answer, Source
from phi3desk.errors import UserError
from phi3desk.library.documents import SearchScope
from phi3desk.model.types import LoadedModel
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import model_of, on_model
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.answers.doubts import checked_texts, support_line
from phi3desk.ui.answers.footer import AnswerFooter
from phi3desk.ui.answers.markup import answer_document
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.formatting import number, place_of, translate
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_M, SPACE_S, reading_font, tokens
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.workers.protocol import Failure

DEBOUNCE_MS = 900
WAIT_MS = 1000
QUESTION = "experts.preview"


class ExpertPreview(QWidget):
    """Answers one question by the expert in the form, in the way of the chat; the expert in use is given its adapters
    back after each answer.

    The question is the remembered one, or the first of the expert's first questions. `borrowing_changed` tells that the
    model is borrowed for an answer, or given back.
    """

    borrowing_changed = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._profiles, self._models = services.profiles, services.models
        self._library, self._settings = services.library, services.settings
        self._model: ModelClient | None = None
        self._is_answering: Callable[[], bool] = lambda: False
        self._profile: Profile | None = None
        self._asked: tuple[object, ...] = ()
        self._job: AnswerJob | None = None
        self._waiting = False
        self._borrowed = False
        self._footer = AnswerFooter(self)
        self._clock = QElapsedTimer()
        self._shown: QTextDocument | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._ask)
        self.setAccessibleName(self.tr("Preview"))
        self.question = QLineEdit()
        self.status = label(kind="quiet")
        self.answer = QTextBrowser()
        self.sources = label(kind="quiet")
        self.foot = label(kind="quiet")
        self._build()

    def answer_with(self, model: ModelClient, is_answering: Callable[[], bool]) -> None:
        """Take the model to answer with; `is_answering` tells whether it is busy with something that goes first."""
        self._model, self._is_answering = model, is_answering
        model.adapters_changed.connect(self._on_adapters_changed)
        model.adapters_failed.connect(self._on_adapters_failed)
        model.loaded.connect(lambda _: self.ask_soon())
        model.load_started.connect(lambda _: self._on_model_gone())
        model.stopped.connect(lambda _: self._on_model_gone())

    @property
    def borrows(self) -> bool:
        """Whether the model has the adapters of the expert in the form, and not of the one in use."""
        return self._borrowed

    def show_profile(self, profile: Profile) -> None:
        """Take the expert as the form describes it; asks anew where that changes what it answers."""
        self._profile = profile
        first = profile.first_questions[0] if profile.first_questions else ""
        self.question.setPlaceholderText(first or self.tr("A question to try this expert with"))
        if self._state() != self._asked:
            self.ask_soon()

    def ask_soon(self) -> None:
        """Ask after a moment in which nothing else changes; an answer under way is stopped."""
        self._asked = ()
        self._stop()
        if self.isVisible():
            self._due.start(DEBOUNCE_MS)

    def stop(self) -> None:
        """Stop asking and give the model back to the expert in use."""
        self._due.stop()
        self._stop()
        self._give_back()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._profile is not None and self._state() != self._asked:
            self.ask_soon()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._job is not None or self._waiting:
            self._asked = ()
        self.stop()
        super().hideEvent(event)

    def _build(self) -> None:
        remembered = self._settings.remembered(QUESTION)
        self.question.setText(remembered if isinstance(remembered, str) else "")
        self.question.setCursorPosition(0)
        self.question.setAccessibleName(self.tr("Question of the preview"))
        self.question.setMinimumHeight(32)
        self.question.textEdited.connect(self._on_question_edited)
        self.question.returnPressed.connect(self._ask_now)
        again = on_click(Button("", "refresh", "quiet", self.tr("Ask again")), self._ask_now)
        self.answer.setAccessibleName(self.tr("Answer of the preview"))
        self.answer.setOpenLinks(False)
        self.answer.setProperty("kind", "answer")
        self.answer.setMinimumHeight(80)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.question, 1)
        row.addWidget(again)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addWidget(label(self.tr("Preview"), "section"))
        column.addLayout(row)
        column.addWidget(self.status)
        column.addWidget(self.answer, 1)
        column.addWidget(self.sources)
        column.addWidget(self.foot)

    def _text(self) -> str:
        first = self._profile.first_questions[0] if self._profile and self._profile.first_questions else ""
        return self.question.text().strip() or first

    def _answering_as(self, profile: Profile) -> Profile:
        """Return an expert with those of its adapters that hold for the model it answers with."""
        try:
            entry = model_of(profile.model, self._models)
        except UserError:
            entry = None
        return on_model(profile, entry)

    def _state(self) -> tuple[object, ...]:
        """Return all that decides the answer."""
        one = self._profile
        if one is None:
            return ()
        return (self._text(), one.instructions, one.model, one.adapters, one.collections, one.answer_mode, one.sampling)

    def _on_question_edited(self, text: str) -> None:
        self._settings.remember(QUESTION, text.strip())
        self.ask_soon()

    def _ask_now(self) -> None:
        self.ask_soon()
        self._due.start(0)

    def _ask(self) -> None:
        """Begin with the adapters; the question follows once they are attached."""
        profile = self._profile
        if profile is None or not self.isVisible():
            return
        self._show_nothing()
        reason = self._reason_not_to_ask(profile)
        if reason or self._model is None or self._model.model is None:
            self._give_back()
            self.status.setText(reason)
            return
        if self._is_answering():
            self._give_back()
            self.status.setText(self.tr("Waiting until the answer in the conversation is written."))
            self._due.start(WAIT_MS)
            return
        self._asked = self._state()
        profile = self._answering_as(profile)
        self._borrow()
        self._waiting = tuple(self._model.model.adapters) != profile.adapters
        self.status.setText(self.tr("Attaching the adapters") if self._waiting else "")
        self._model.set_adapters(profile.adapters)
        if not self._waiting:
            self._begin(profile, self._model.model)

    def _reason_not_to_ask(self, profile: Profile) -> str:
        loaded = self._model.model if self._model is not None else None
        if self._model is None or loaded is None:
            if self._model is not None and self._model.is_loading:
                return self.tr("The model is being loaded; the answer follows.")
            return self.tr("No model is loaded, so there is nothing to answer with. Choose one on the Models page.")
        if not self._text():
            return self.tr("Write a question above to see how this expert answers.")
        if profile.model:
            try:
                wanted = self._models.find(profile.model).ref
            except UserError as error:
                return translate(error.sentence)
            if not self._model.has_loaded(wanted):
                return self.tr(
                    "This expert answers with “{model}”, which is not loaded. Use this expert to load it."
                ).format(model=profile.model)
        return ""

    def _begin(self, profile: Profile, loaded: LoadedModel) -> None:
        if self._model is None:
            return
        question = question_of(
            profile,
            self._text(),
            self._settings,
            made_by(profile, loaded),
            scope=SearchScope(profile.collections or None),
        )
        self._job = AnswerJob(question, self._library, self._model, self)
        job = self._job
        job.searching.connect(lambda _: self.status.setText(self.tr("Searching the documents")))
        job.sources_found.connect(self._show_sources)
        job.reading.connect(self._on_reading)
        job.text_received.connect(self.answer.setPlainText)
        job.finished.connect(lambda answer: self._on_ended(job, answer))
        job.failed.connect(lambda failure, answer: self._on_ended(job, answer, failure))
        self._clock.start()
        job.start()

    def _on_reading(self, done: int, total: int) -> None:
        percent = number(round(100 * done / total) if total else 0)
        self.status.setText(self.tr("Reading, {percent} %").format(percent=percent))

    def _on_ended(self, job: AnswerJob, answer: Answer, failure: Failure | None = None) -> None:
        job.deleteLater()
        if job is not self._job:
            return
        self._job = None
        self._give_back()
        self.status.setText(translate(failure.sentence) if failure else "")
        if failure is None:
            checked = checked_texts(answer)
            self._shown = answer_document(answer.text, lambda _n, _nth: None, reading_font(14), tokens(), checked)
            self.answer.setDocument(self._shown)
            self._show_sources(answer.sources)
            seconds = self.tr("{seconds} s").format(seconds=number(self._clock.elapsed() / 1000, 1))
            told = (support_line(answer), self._footer.mode(answer), self._footer.made(answer), seconds)
            self.foot.setText("  ·  ".join(part for part in told if part))

    def _show_nothing(self) -> None:
        for part in (self.status, self.sources, self.foot):
            part.setText("")
        self.answer.setDocument(QTextDocument(self.answer))

    def _show_sources(self, sources: tuple[Source, ...]) -> None:
        self.sources.setText(
            "\n".join(f"[{source.n}] {source.passage.document}, {place_of(source.passage)}" for source in sources)
        )

    def _stop(self) -> None:
        self._due.stop()
        self._waiting = False
        job, self._job = self._job, None
        if job is not None:
            for signal in (job.searching, job.sources_found, job.reading, job.text_received):
                signal.disconnect()
            job.stop()
            self.status.setText("")

    def _borrow(self) -> None:
        if not self._borrowed:
            self._borrowed = True
            self.borrowing_changed.emit()

    def _give_back(self) -> None:
        """Attach the adapters of the expert in use again; the worker does it after what it was asked before."""
        if self._borrowed and self._model is not None:
            self._borrowed = False
            self._model.set_adapters(self._answering_as(self._profiles.current).adapters)
            self.borrowing_changed.emit()

    def _on_adapters_changed(self, loaded: LoadedModel) -> None:
        if self._waiting and self._profile is not None:
            self._waiting = False
            self._begin(self._answering_as(self._profile), loaded)

    def _on_adapters_failed(self, failure: Failure) -> None:
        if self._waiting:
            self._waiting = False
            self.status.setText(translate(failure.sentence))
            self._give_back()

    def _on_model_gone(self) -> None:
        self._stop()
        self._give_back()
        self._asked = ()
        if self.isVisible() and self._profile is not None:
            self._show_nothing()
            self.status.setText(self._reason_not_to_ask(self._profile))
