"""The language model as the window sees it: which one is loaded, how far loading is, and one answer at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.follow_up_model import WrittenQuestion, may_complete
from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.chat.series import Speed, speed_of
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.errors import Sentence, say
from phi3desk.model.memory import card_failed, fewer_layers
from phi3desk.model.types import AdapterUse, Hardware, LoadedModel, LoadOptions, Measured, ModelRef, ModelUse, Sampling
from phi3desk.paths import Paths
from phi3desk.ui.clients.worker_client import WorkerClient, ignore
from phi3desk.ui.formatting import translate
from phi3desk.workers.protocol import Failure, FailureKind
from phi3desk.workers.requests import (
    CompleteQuestion,
    ForgetConversation,
    ForgetOtherConversations,
    GetHardware,
    Judge,
    LoadModel,
    MeasureModel,
    ModelChanged,
    PromptRead,
    ReadAhead,
    ReleaseModel,
    SetAdapters,
    TextPiece,
    WriteAnswer,
    WriteQuery,
)

#: how long after a load, and after a try that gave way, the model is measured: nobody is to wait for that
MEASURE_AFTER_MS, MEASURE_AGAIN_MS = 5_000, 120_000
#: deaths in a row while one model is being loaded, after which it is not tried again by itself
_DEATHS_LOADING = 2
#: an answer that was to stop and has not by then never will: a file's numbers can have llama.cpp compute without end
STUCK_AFTER_MS = 30_000
#: bytes at the end of what a process said that tell why it ended
_LAST_WORDS = 4096


def model_worker(paths: Paths) -> WorkerClient:
    """Return the client of a model worker, which is not started yet."""
    return WorkerClient("model", paths, (WriteAnswer,))


class ModelClient(QObject):
    """The model worker. After a death the model that was loaded is loaded again by itself.

    `load_started` carries a ModelRef, `load_progressed` 0..1, `loaded` a LoadedModel, and `measured` too, with how fast
    it is; `load_failed` carries a Failure; `load_stopped` tells that the user stopped a load and nothing is loaded,
    `stopped` carries a Sentence when the worker died or was given up, `hardware_known` a Hardware; `noticed` carries a
    Sentence about what became of the model, `released` tells that it was let go, because nothing was asked of it for
    long, or that a graphics card took it along. `speed` is how fast the loaded model was when it wrote last.
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
    noticed = Signal(object)
    released = Signal()

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
        self._distrusts_adapters = False
        self._loading = 0
        self._ahead = 0
        self._too_slow = False
        self._measuring = QTimer(self)
        self._measuring.setSingleShot(True)
        self._measuring.timeout.connect(self._measure)
        self._deaths_loading = 0
        self._file: tuple[int, int] | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
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
    def has_none(self) -> bool:
        """Whether there is no model, and none is being loaded."""
        return self.model is None and not self.is_loading

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
        self._deaths_loading = 0
        self._load_wanted()

    def cancel_load(self) -> None:
        """Stop loading."""
        self.worker.cancel(self._loading)

    def keep_loaded(self) -> None:
        """Count anew how long nothing is asked of the model: it was used, or is meant for a question that began."""
        minutes = self._wanted[1].idle_minutes if self._wanted is not None else 0
        if minutes:
            self._idle.start(minutes * 60_000)

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """The adapters that the next answer is written with."""
        return self._adapters

    def set_adapters(self, adapters: Sequence[AdapterUse]) -> None:
        """Attach exactly these adapters to the loaded model; the model itself is not loaded again.

        Where one does not fit, `adapters_failed` follows and the model answers without any.
        """
        if tuple(adapters) == self._adapters and not self._distrusts_adapters:
            return
        self._adapters = tuple(adapters)
        if self.model is not None:
            self._send_adapters()

    def distrust_adapters(self) -> None:
        """Have adapters attached when they are set next, also the same: their files may be others, or gone."""
        self._distrusts_adapters = True

    def _send_adapters(self) -> None:
        wanted = self._adapters
        self._distrusts_adapters = False
        self._stop_reading_ahead()

        def on_failure(failure: Failure) -> None:
            if self.is_loading:
                return
            if self._adapters == wanted:
                self._on_not_attached(failure)
            self.adapters_failed.emit(failure, wanted)

        self.worker.request(SetAdapters(wanted), self._on_adapters_set, on_failure)

    def _on_not_attached(self, failure: Failure) -> None:
        """Know what is attached where the adapters that are wanted could not be."""
        if failure.kind is not FailureKind.USER:
            # nobody knows what the worker has attached: whoever sets the same again waits for an answer
            self.distrust_adapters()
            return
        self._adapters = ()
        self.model = replace(self.model, adapters=(), prompt="") if self.model is not None else None

    def answer(
        self,
        request: PromptRequest,
        sampling: Sampling,
        on_prefill: Callable[[int, int], None],
        on_text: Callable[[str], None],
        on_written: Callable[[Completion], None],
        on_failure: Callable[[Failure], None],
        by: ModelUse | None = None,
    ) -> int:
        """Write an answer; returns the request's id, for `cancel`. `by` is as in `WriteAnswer`, here and below."""
        self._stop_reading_ahead()

        def on_event(event: PromptRead | TextPiece | ModelChanged) -> None:
            self.keep_loaded()
            if isinstance(event, PromptRead):
                on_prefill(event.tokens, event.total)
            elif isinstance(event, ModelChanged):
                self._on_model_changed(event)
            else:
                on_text(event.text)

        def on_result(written: Completion) -> None:
            self.keep_loaded()
            if not self.is_loading:
                self.speed = speed_of(written.generation) or self.speed
            on_written(written)

        return self.worker.request(WriteAnswer(request, sampling, by), on_result, on_failure, on_event)

    @property
    def can_complete(self) -> bool:
        """Whether the loaded model is large enough to complete a follow-up, and has not been too slow for it."""
        return self.model is not None and not self._too_slow and may_complete(self.model.parameters)

    def complete_question(
        self,
        follow_up: FollowUp,
        on_written: Callable[[str], None],
        on_failure: Callable[[Failure], None],
        by: ModelUse | None = None,
    ) -> int:
        """Complete a follow-up, "" where the model cannot; returns the request's id, for `cancel`."""

        self._stop_reading_ahead()

        def on_result(written: WrittenQuestion) -> None:
            self._too_slow = not written.in_time
            on_written(written.text)

        return self.worker.request(CompleteQuestion(follow_up, by), on_result, on_failure, self._on_model_changed)

    def judge(
        self,
        matters: Sequence[Matter],
        on_judged: Callable[[tuple[float, ...]], None],
        on_failure: Callable[[Failure], None],
        by: ModelUse | None = None,
    ) -> int:
        """Ask how likely the model answers each matter by yes; returns the request's id, for `cancel`."""
        self._stop_reading_ahead()
        self.keep_loaded()
        return self.worker.request(Judge(tuple(matters), by), on_judged, on_failure, self._on_model_changed)

    def write_query(
        self,
        request: QueryRequest,
        on_written: Callable[[str], None],
        on_failure: Callable[[Failure], None],
        by: ModelUse | None = None,
    ) -> int:
        """Have a query for a sheet written, "" where the model writes none; returns the request's id, for `cancel`."""
        self._stop_reading_ahead()
        self.keep_loaded()
        return self.worker.request(WriteQuery(request, by), on_written, on_failure, self._on_model_changed)

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

    def forget_others(self, conversations: Sequence[int]) -> None:
        """Have forgotten what was read of all conversations but these."""
        self.worker.request(ForgetOtherConversations(tuple(conversations)), ignore, ignore)

    def _stop_reading_ahead(self) -> None:
        self.worker.cancel(self._ahead)

    def cancel(self, request_id: int) -> None:
        """Stop an answer, also while the passages are still being read, and a worker that does not stop."""
        self.worker.cancel(request_id)
        QTimer.singleShot(STUCK_AFTER_MS, self, lambda: self.worker.end_where_stuck(request_id))

    def look_at_hardware(self) -> None:
        """Ask what is free now; `hardware_known` follows."""
        self.worker.request(GetHardware(), self._on_hardware, ignore)

    def _on_ready(self) -> None:
        self.look_at_hardware()
        if self._wanted is not None and not self.is_loading:
            self._load_wanted()

    def _load_wanted(self) -> None:
        if self._wanted is None:
            return
        wanted = self._wanted
        model, options = wanted
        self.model = self.speed = self.failed = None
        self._too_slow = self._distrusts_adapters = False
        self._measuring.stop()
        self.load_started.emit(model)
        self._loading = self.worker.request(
            LoadModel(model, options, self._adapters),
            lambda loaded: self._on_loaded(loaded, superseded=self._wanted is not wanted),
            lambda failure: self._on_load_failed(model, failure, superseded=self._wanted is not wanted),
            lambda progress: self.load_progressed.emit(progress.fraction),
        )

    def _on_loaded(self, model: LoadedModel, *, superseded: bool) -> None:
        if superseded:
            return
        self.model = model
        if self._wanted is not None and not self._wanted[1].threads and not model.gpu_layers and model.measured is None:
            self._measuring.start(MEASURE_AFTER_MS)
        self._file = _state_of(model.path)
        self._deaths_loading = 0
        self.keep_loaded()
        self.loaded.emit(model)
        self._notice(model.notices)
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

    def _on_model_changed(self, event: ModelChanged) -> None:
        if self.is_loading:
            return
        model = event.model
        if model is None:
            self._forget_model()
            return
        told = self.model.notices if self.model is not None else ()
        self.model = model
        self.adapters_changed.emit(model)
        self._notice([notice for notice in model.notices if notice not in told])
        if tuple(model.adapters) != self._adapters:
            # it was told in an answer that is written with others
            self._send_adapters()

    def _notice(self, sentences: Sequence[Sentence]) -> None:
        """Tell all of it at once: of several notices only the last would be seen."""
        if len(sentences) > 1:
            first, *others = map(translate, sentences)
            self.noticed.emit(say("{first} {second}", first=first, second=" ".join(others)))
        elif sentences:
            self.noticed.emit(sentences[0])

    def _on_idle(self) -> None:
        if self.model is None or self.worker.is_busy():
            self.keep_loaded()
            return
        self.worker.request(ReleaseModel(), on_failure=ignore)
        self._forget_model()

    def _forget_model(self) -> None:
        self.model = self.speed = self._wanted = None
        self._measuring.stop()
        self.released.emit()

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
        if self.is_loading:
            # told of the model before, which was let go meanwhile
            return
        self.model = model
        self.adapters_changed.emit(model)

    def _on_hardware(self, hardware: Hardware) -> None:
        self.hardware = hardware
        self.hardware_known.emit(hardware)

    def _on_worker_lost(self, sentence: Sentence) -> None:
        self._measuring.stop()
        model, self.model = self.model, None
        if model is not None:
            why = self._why_lost(model)
            self._notice((why,) if why is not None else ())
            sentence = why or sentence
        elif self._wanted is not None:
            self._give_up_loading(self._wanted[0])
        self.stopped.emit(sentence)

    def _why_lost(self, model: LoadedModel) -> Sentence | None:
        """Say why the worker ended while it had a model, where that can be told, and load it otherwise then."""
        if _state_of(model.path) != self._file:
            return say(
                "The file of the model “{name}” was changed or taken away while it was in use, and the model stopped. "
                "What it had written is kept.",
                name=model.name,
            )
        if self._wanted is None or not model.gpu_layers or not card_failed(_last_words(self.worker.error_log)):
            return None
        reference, options = self._wanted
        layers = fewer_layers(model.gpu_layers)
        self._wanted = (reference, replace(options, gpu_layers=layers))
        if layers:
            return say(
                "The graphics card ran out of memory, and the model stopped. What it had written is kept. It is loaded "
                "again with {count} of {all} layers on the card.",
                count=layers,
                all=model.blocks + 1,
            )
        return say(
            "The graphics card ran out of memory, and the model stopped. What it had written is kept. It is loaded "
            "again on the processor, which is slower."
        )

    def _give_up_loading(self, model: ModelRef) -> None:
        """Do not load a model again that ends its process each time."""
        self._deaths_loading += 1
        if self._deaths_loading < _DEATHS_LOADING:
            return
        self._wanted = None
        sentence = say(
            "The model “{name}” cannot be loaded: it ended its process each time. Its file may be damaged, or need "
            "more memory than there is. Choose another model.",
            name=model.name,
        )
        failure = Failure(FailureKind.USER, sentence)
        self.failed = model, failure
        self.load_failed.emit(failure)


def _state_of(path: str) -> tuple[int, int] | None:
    """Return size and time of change of a file, None where there is none."""
    try:
        state = Path(path).stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


def _last_words(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LAST_WORDS))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
