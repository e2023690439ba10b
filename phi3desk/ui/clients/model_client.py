"""The language model as the window sees it: which one is loaded, how far loading is, and one answer at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.follow_up_model import WrittenQuestion, may_complete
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.chat.series import Speed, speed_of
from phi3desk.errors import Sentence
from phi3desk.model.types import AdapterUse, Hardware, LoadedModel, LoadOptions, Measured, ModelRef, Sampling
from phi3desk.paths import Paths
from phi3desk.ui.clients.worker_client import WorkerClient, ignore
from phi3desk.workers.protocol import Failure, FailureKind
from phi3desk.workers.requests import (
    CompleteQuestion,
    ForgetConversation,
    GetHardware,
    LoadModel,
    MeasureModel,
    PromptRead,
    ReadAhead,
    SetAdapters,
    TextPiece,
    WriteAnswer,
)

#: how long after a load, and after a try that gave way, the model is measured: nobody is to wait for that
MEASURE_AFTER_MS, MEASURE_AGAIN_MS = 5_000, 120_000


def model_worker(paths: Paths) -> WorkerClient:
    """Return the client of a model worker, which is not started yet."""
    return WorkerClient("model", paths, (WriteAnswer,))


class ModelClient(QObject):
    """The model worker. After a death the model that was loaded is loaded again by itself.

    `load_started` carries a ModelRef, `load_progressed` 0..1, `loaded` a LoadedModel, and `measured` too, with how fast
    it is; `load_failed` carries a Failure; `load_stopped` tells that the user stopped a load and nothing is loaded,
    `stopped` carries a Sentence when the worker died or was given up, `hardware_known` a Hardware. `speed` is how fast
    the loaded model was when it wrote last.
    """

    load_started = Signal(object)
    load_progressed = Signal(float)
    loaded = Signal(object)
    measured = Signal(object)
    load_failed = Signal(object)
    load_stopped = Signal()
    adapters_changed = Signal(object)
    adapters_failed = Signal(object, object)
    stopped = Signal(object)
    hardware_known = Signal(object)

    def __init__(self, worker: WorkerClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = worker
        worker.setParent(self)
        self.model: LoadedModel | None = None
        self.speed: Speed | None = None
        self.hardware: Hardware | None = None
        #: the model that could not be loaded, and why, until one is loaded again
        self.failed: tuple[ModelRef, Failure] | None = None
        self._wanted: tuple[ModelRef, LoadOptions] | None = None
        self._adapters: tuple[AdapterUse, ...] = ()
        self._loading = 0
        self._ahead = 0
        self._too_slow = False
        self._measuring = QTimer(self)
        self._measuring.setSingleShot(True)
        self._measuring.timeout.connect(self._measure)
        self.worker.ready.connect(self._on_ready)
        self.worker.died.connect(self._on_worker_lost)
        self.worker.gave_up.connect(self._on_worker_lost)
        self.worker.failed.connect(self.load_failed)

    def start(self) -> None:
        """Start the worker; a model asked for earlier is loaded when it is ready."""
        self.worker.start()

    def close(self) -> None:
        """Stop the worker."""
        self.worker.close()

    @property
    def is_loading(self) -> bool:
        """Whether a model is being loaded."""
        return self.worker.is_running(self._loading)

    @property
    def loading(self) -> ModelRef | None:
        """The model that is being loaded."""
        return self._wanted[0] if self._wanted is not None and self.is_loading else None

    def has_loaded(self, model: ModelRef) -> bool:
        """Whether a listed model is the one that is loaded, its file unchanged since."""
        return self.model is not None and self.model.ref.same_file(model)

    def load(self, model: ModelRef, options: LoadOptions, adapters: Sequence[AdapterUse] = ()) -> None:
        """Load a model with adapters in place of the one that is loaded; a load under way is stopped."""
        self.worker.cancel(self._loading)
        self._stop_reading_ahead()
        self._wanted = (model, options)
        self._adapters = tuple(adapters)
        self._load_wanted()

    def cancel_load(self) -> None:
        """Stop loading."""
        self.worker.cancel(self._loading)

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """The adapters that the next answer is written with."""
        return self._adapters

    def set_adapters(self, adapters: Sequence[AdapterUse]) -> None:
        """Attach exactly these adapters to the loaded model; the model itself is not loaded again.

        Where one does not fit, `adapters_failed` follows and the model answers without any.
        """
        if tuple(adapters) == self._adapters:
            return
        self._adapters = tuple(adapters)
        if self.model is not None:
            self._send_adapters()

    def _send_adapters(self) -> None:
        wanted = self._adapters
        self._stop_reading_ahead()

        def on_failure(failure: Failure) -> None:
            if self._adapters == wanted and failure.kind is FailureKind.USER:
                self._adapters = ()
                self.model = replace(self.model, adapters=(), prompt="") if self.model is not None else None
            self.adapters_failed.emit(failure, wanted)

        self.worker.request(SetAdapters(wanted), self._on_adapters_set, on_failure)

    def answer(
        self,
        request: PromptRequest,
        sampling: Sampling,
        on_prefill: Callable[[int, int], None],
        on_text: Callable[[str], None],
        on_written: Callable[[Completion], None],
        on_failure: Callable[[Failure], None],
    ) -> int:
        """Write an answer; returns the request's id, for `cancel`."""
        self._stop_reading_ahead()

        def on_event(event: PromptRead | TextPiece) -> None:
            if isinstance(event, PromptRead):
                on_prefill(event.tokens, event.total)
            else:
                on_text(event.text)

        def on_result(written: Completion) -> None:
            self.speed = speed_of(written.generation) or self.speed
            on_written(written)

        return self.worker.request(WriteAnswer(request, sampling), on_result, on_failure, on_event)

    @property
    def can_complete(self) -> bool:
        """Whether the loaded model is large enough to complete a follow-up, and has not been too slow for it."""
        return self.model is not None and not self._too_slow and may_complete(self.model.parameters)

    def complete_question(
        self, follow_up: FollowUp, on_written: Callable[[str], None], on_failure: Callable[[Failure], None]
    ) -> int:
        """Complete a follow-up, "" where the model cannot; returns the request's id, for `cancel`."""

        self._stop_reading_ahead()

        def on_result(written: WrittenQuestion) -> None:
            self._too_slow = not written.in_time
            on_written(written.text)

        return self.worker.request(CompleteQuestion(follow_up), on_result, on_failure)

    def read_ahead(self, request: PromptRequest, room_for_answer: int) -> bool:
        """Have the model read what the next prompt begins with; False where it is busy or not there.

        It stops as soon as anything else is asked of the model.
        """
        if self.model is None or self.worker.is_busy(ReadAhead, MeasureModel):
            return False
        self._stop_reading_ahead()
        self._ahead = self.worker.request(ReadAhead(request, room_for_answer), ignore, ignore)
        return True

    def forget(self, conversation: int) -> None:
        """Have forgotten what was read of a conversation."""
        self._stop_reading_ahead()
        self.worker.request(ForgetConversation(conversation), ignore, ignore)

    def _stop_reading_ahead(self) -> None:
        self.worker.cancel(self._ahead)

    def cancel(self, request_id: int) -> None:
        """Stop an answer, also while the passages are still being read."""
        self.worker.cancel(request_id)

    def _on_ready(self) -> None:
        self.worker.request(GetHardware(), self._on_hardware)
        if self._wanted is not None and not self.is_loading:
            self._load_wanted()

    def _load_wanted(self) -> None:
        if self._wanted is None:
            return
        wanted = self._wanted
        model, options = wanted
        self.model = self.speed = self.failed = None
        self._too_slow = False
        self._measuring.stop()
        self.load_started.emit(model)
        self._loading = self.worker.request(
            LoadModel(model, options, self._adapters),
            self._on_loaded,
            lambda failure: self._on_load_failed(model, failure, superseded=self._wanted is not wanted),
            lambda progress: self.load_progressed.emit(progress.fraction),
        )

    def _on_loaded(self, model: LoadedModel) -> None:
        self.model = model
        if self._wanted is not None and not self._wanted[1].threads and not model.gpu_layers and model.measured is None:
            self._measuring.start(MEASURE_AFTER_MS)
        self.loaded.emit(model)
        if tuple(model.adapters) != self._adapters:
            self._send_adapters()

    def _measure(self) -> None:
        """Have the loaded model measured; it gives way to any question, and is tried again later then."""
        measured_model = self.model

        def on_result(measured: Measured | None) -> None:
            if self.model is None or measured_model is None or self.model.ref != measured_model.ref:
                return
            if measured is None:
                self._measuring.start(MEASURE_AGAIN_MS)
                return
            self.model = replace(self.model, measured=measured)
            self.measured.emit(self.model)

        if measured_model is not None:
            self.worker.request(MeasureModel(), on_result, ignore)

    def _on_load_failed(self, model: ModelRef, failure: Failure, *, superseded: bool) -> None:
        if superseded or failure.kind is FailureKind.DIED:
            return
        self._wanted = None
        if failure.kind is FailureKind.CANCELLED:
            self.load_stopped.emit()
        else:
            self.failed = model, failure
            self.load_failed.emit(failure)

    def _on_adapters_set(self, model: LoadedModel) -> None:
        self.model = model
        self.adapters_changed.emit(model)

    def _on_hardware(self, hardware: Hardware) -> None:
        self.hardware = hardware
        self.hardware_known.emit(hardware)

    def _on_worker_lost(self, sentence: Sentence) -> None:
        self.model = None
        self._measuring.stop()
        self.stopped.emit(sentence)
