"""Keeps an answer while it is written and when it has ended, so that what there is of it outlives the program."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from phi3desk.chat.history import ConversationStore
from phi3desk.chat.messages import Answer, Message
from phi3desk.model.types import Ending
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.clients.steps import guarded, logged_failure
from phi3desk.workers.protocol import Failure

SAVE_INTERVAL_MS = 1000


class AnswerKeeper(QObject):
    """Keeps one answer at a time as far as it has come, each second.

    `failed` carries a Failure each time that it cannot be kept; it is tried again. `kept` tells each time that it can.
    """

    failed = Signal(object)
    kept = Signal()

    def __init__(self, store: ConversationStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._job: AnswerJob | None = None
        self._message_id = 0
        self._timer = QTimer(self)
        self._timer.setInterval(SAVE_INTERVAL_MS)
        self._timer.timeout.connect(self.keep)

    def begin(self, job: AnswerJob, message_id: int) -> None:
        """Keep the answer of a job in a message from now on."""
        self._job, self._message_id = job, message_id
        self._timer.start()

    def stop(self) -> None:
        """Keep it no more."""
        self._timer.stop()
        self._job = None

    def keep(self) -> None:
        """Keep what there is of the answer."""
        if self._job is not None:
            guarded(self._write, self.failed.emit)(self._job.unfinished)

    def _write(self, answer: Answer) -> None:
        self._store.update(self._message_id, answer.text, answer)
        self.kept.emit()

    def end(self, ended: Message) -> tuple[Message, Failure | None]:
        """Keep a message whose answer has ended; return what is to be seen in its place, and why it is not kept."""
        try:
            return self._keep_ended(ended), None
        except Exception as error:
            return ended, logged_failure(error, "an answer could not be kept")

    def _keep_ended(self, ended: Message) -> Message:
        answer = ended.answer
        self._store.update(ended.id, ended.text, answer)
        self.kept.emit()
        came_to_nothing = answer is not None and answer.ended in (Ending.CANCELLED, Ending.FAILED)
        if ended.versions > 1 and came_to_nothing and not ended.text.strip():
            return self._store.drop_version(ended.id)
        return ended
