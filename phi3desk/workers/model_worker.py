"""The process that owns the language model: one loaded GGUF, its adapters, one answer at a time."""

from __future__ import annotations

import dataclasses
import logging
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Never, TypeVar

from phi3desk.chat.answer import write
from phi3desk.chat.follow_up_model import WrittenQuestion, write_complete
from phi3desk.chat.judging.matter import judge
from phi3desk.chat.prompt import Completion, opening, prompt_format_for
from phi3desk.chat.series import Speed, speed_of
from phi3desk.chat.sheets.query_model import write_query
from phi3desk.errors import Cancelled, UserError
from phi3desk.line_protocol import take_standard_output
from phi3desk.logs import log_to_file
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.llama.bindings import build
from phi3desk.model.llama.engine import Engine
from phi3desk.model.llama.hardware import hardware
from phi3desk.model.llama.saved_states import SavedStates, forget_files
from phi3desk.model.measured import MeasuredStore, machine_of
from phi3desk.model.starter import find_checker, find_reader
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, LoadedModel, LoadOptions, Measured, ModelUse
from phi3desk.paths import Paths, open_paths
from phi3desk.workers.protocol import Operation, Task
from phi3desk.workers.requests import (
    CompleteQuestion,
    ForgetConversation,
    ForgetOtherConversations,
    GetHardware,
    Judge,
    LoadModel,
    LoadProgress,
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
from phi3desk.workers.worker import Outlet, Worker

#: bytes of what was read of conversations that stay in memory beside the one that is led
MOST_STATES_IN_MEMORY = 1 << 30
#: seconds between two notices of how far a load is
PROGRESS_EVERY = 0.1
#: Seconds between two lines of an answer's text: the window reads each while both cores write the next token, and shows
#: them ten times a second.
TEXT_EVERY = 1 / 12


log = logging.getLogger(__name__)

Asked = TypeVar("Asked")
Telling = TypeVar("Telling", bound=Task[ModelChanged])
Told = TypeVar("Told")


def _where_the_card_may_fail(
    serve: Callable[[ModelService, Asked, Telling], Told],
) -> Callable[[ModelService, Asked, Telling], Told]:
    """Have a request tell what a graphics card that failed in it has left of the model."""

    @wraps(serve)
    def serve_and_look(service: ModelService, request: Asked, task: Telling) -> Told:
        before = service.gpu_layers
        try:
            return serve(service, request, task)
        finally:
            service.tell_what_is_left(before, task)

    return serve_and_look


class ModelService:
    """Answers the requests to the model; they share one lane, for there is one model."""

    def __init__(self, models: ModelStore, measured: MeasuredStore | None = None, paths: Paths | None = None) -> None:
        """Without `paths` nothing is kept of what was read of conversations."""
        self._models = models
        self._measured = measured
        self._paths = paths
        self._may_measure = False
        #: tells whether another request waits for the model
        self.has_waiting: Callable[[], bool] = lambda: False
        self._engine: Engine | None = None
        self._name = self._sha256 = ""
        #: those that were set last: a request that is meant for others has them only for itself
        self._adapters: tuple[AdapterUse, ...] = ()
        self._refused: tuple[AdapterUse, ...] = ()
        #: whether there is no model because a graphics card took it along
        self._taken_along = False
        #: how fast the loaded model was when it wrote last
        self._speed: Speed | None = None

    def lanes(self) -> dict[str, list[Operation]]:
        """Return the operations, by the thread that serves them."""
        return {
            "model": [
                # the model before is let go also by a load that is stopped before it begins
                LoadModel.served_by(self.load, even_cancelled=True),
                SetAdapters.served_by(self.set_adapters),
                WriteAnswer.served_by(self.answer),
                ReadAhead.served_by(self.read_ahead),
                # what was deleted is not to stay because the program ends
                ForgetConversation.served_by(self.forget, even_cancelled=True),
                ForgetOtherConversations.served_by(self.forget_others),
                CompleteQuestion.served_by(self.complete_question),
                Judge.served_by(self.judge),
                WriteQuery.served_by(self.write_query),
                MeasureModel.served_by(self.measure),
                ReleaseModel.served_by(lambda request, task: self.close()),
            ],
            "hardware": [GetHardware.served_by(lambda request, task: hardware())],
        }

    def load(self, request: LoadModel, task: Task[LoadProgress]) -> LoadedModel:
        """Load a model and its adapters in place of the one before; where one does not fit, none is attached.

        Raises UserError where the model is no longer listed, or its file cannot be used.
        """
        self.close()
        if task.cancelled.is_set():
            raise Cancelled
        entry = self._models.find(request.model.name)

        told = -PROGRESS_EVERY

        def on_progress(fraction: float) -> bool:
            # llama.cpp tells of every tensor: hundreds within a moment, and the window would answer nothing else
            nonlocal told
            now = time.monotonic()
            if now - told >= PROGRESS_EVERY:
                told = now
                task.emit(LoadProgress(fraction))
            return not task.cancelled.is_set()

        engine = Engine.load(entry.path, request.options, on_progress)
        try:
            self._set_up(engine, request, task.cancelled)
            if task.cancelled.is_set():
                raise Cancelled
        except BaseException:
            engine.close()
            raise
        self._engine, self._name, self._speed = engine, entry.name, None
        return self._loaded(engine)

    def _set_up(self, engine: Engine, request: LoadModel, cancelled: threading.Event) -> None:
        """Make a model that was loaded ready for questions; seconds, where its file was not read before."""
        self._sha256 = self._models.fingerprint(engine.loaded.path, cancelled)
        self._use_states(engine, request.options)
        for use, own in ((engine.use_reader, find_reader), (engine.use_checker, find_checker)):
            try:
                use(own(self._sha256))
            except UserError:
                # it answers without, too
                log.exception("an adapter that came with the program cannot be used")
        self._refused = ()
        try:
            engine.set_adapters(request.adapters)
        except UserError:
            self._refused = request.adapters
        self._adapters = engine.loaded.adapters
        # a number of cores that a person chose is kept to, and a graphics card has none
        self._may_measure = not request.options.threads and not engine.loaded.gpu_layers
        kept = self._measured.find(*self._measured_as(engine)) if self._measured and self._may_measure else None
        if kept is not None:
            engine.run_as(kept)

    def set_adapters(self, request: SetAdapters, _: Task[Never]) -> LoadedModel:
        """Attach exactly the given adapters; where one does not fit, none is attached: those before are not wanted."""
        engine = self._loaded_engine()
        self._refused = ()
        try:
            engine.set_adapters(request.adapters)
        except UserError:
            self._refused = request.adapters
            engine.set_adapters([])
            raise
        finally:
            self._adapters = engine.loaded.adapters
        return self._loaded(engine)

    @_where_the_card_may_fail
    def answer(self, request: WriteAnswer, task: Task[PromptRead | TextPiece | ModelChanged]) -> Completion:
        """Write an answer, telling how much of the prompt is read and each piece of text."""
        engine = self._engine_of(request.by)
        pieces = TextPieces(task.emit)

        def on_prefill(done: int, total: int) -> None:
            # all of an answer is there before it is told that it is checked
            pieces.give_out()
            task.emit(PromptRead(done, total))

        try:
            written = write(
                engine,
                request.request,
                request.sampling,
                on_prefill=on_prefill,
                on_text=pieces.add,
                cancelled=task.cancelled,
                speed=self._speed,
            )
            self._speed = speed_of(written.generation) or self._speed
            return dataclasses.replace(written, model=self._loaded(engine))
        finally:
            pieces.give_out()

    def read_ahead(self, request: ReadAhead, task: Task[Never]) -> int:
        """Read what the prompt of the next question begins with, until a question is asked."""
        if self._engine is None:
            return 0
        engine = self._engine_of(None)
        loaded = engine.loaded
        prompt_format = prompt_format_for(loaded.parameters, loaded.prompt)
        turns = opening(request.request, engine.count_turns, loaded.context, request.room_for_answer, prompt_format)
        return engine.read_ahead(turns, task.cancelled, request.request.conversation) if turns else 0

    def forget(self, request: ForgetConversation, _: Task[Never]) -> None:
        """Forget what was read of a conversation."""
        if self._engine is not None:
            self._engine.forget(request.conversation)
        elif self._paths is not None:
            forget_files(self._paths.saved_states, lambda conversation: conversation == request.conversation)

    def forget_others(self, request: ForgetOtherConversations, _: Task[Never]) -> None:
        """Forget what was read of all conversations but some."""
        kept = frozenset(request.conversations)
        if self._engine is not None:
            self._engine.forget_others(kept)
        elif self._paths is not None:
            forget_files(self._paths.saved_states, lambda conversation: conversation not in kept)

    @_where_the_card_may_fail
    def complete_question(self, request: CompleteQuestion, task: Task[ModelChanged]) -> WrittenQuestion:
        """Complete a follow-up in a few tokens."""
        return write_complete(self._engine_of(request.by), request.follow_up, task.cancelled)

    @_where_the_card_may_fail
    def judge(self, request: Judge, task: Task[ModelChanged]) -> tuple[float, ...]:
        """Judge matters by the scores of yes and no."""
        return judge(self._engine_of(request.by), request.matters, task.cancelled)

    @_where_the_card_may_fail
    def write_query(self, request: WriteQuery, task: Task[ModelChanged]) -> str:
        """Write a query for a question to a sheet."""
        return write_query(self._engine_of(request.by), request.request, task.cancelled)

    def measure(self, _: MeasureModel, task: Task[Never]) -> Measured | None:
        """Measure how the loaded model is run fastest and keep it; given up for any other request to the model."""
        engine = self._engine
        if engine is None or not self._may_measure:
            return None
        measured = engine.measure(lambda: task.cancelled.is_set() or self.has_waiting())
        if measured is not None and self._measured is not None:
            self._measured.keep(*self._measured_as(engine), measured)
        return measured

    def _measured_as(self, engine: Engine) -> tuple[str, str]:
        return self._sha256, machine_of(engine.loaded.device, build())

    def close(self) -> None:
        """Let the model go, if there is one."""
        self._taken_along = False
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    @property
    def gpu_layers(self) -> int:
        """How many layers of the model are on the graphics card."""
        return self._engine.gpu_layers if self._engine is not None else 0

    def tell_what_is_left(self, layers: int, task: Task[ModelChanged]) -> None:
        """Tell where the card holds fewer layers than before, or the model is gone; the engine is let go then."""
        engine = self._engine
        if engine is None:
            return
        if not engine.is_open:
            self._engine, self._taken_along = None, True
            task.emit(ModelChanged(None))
        elif engine.gpu_layers != layers:
            task.emit(ModelChanged(self._loaded(engine)))

    def _use_states(self, engine: Engine, options: LoadOptions) -> None:
        """Have what is read of conversations kept; what models and adapters that are gone had read is removed."""
        if self._paths is None:
            return
        in_memory = min(MOST_STATES_IN_MEMORY, hardware().memory_free // 4)
        states = SavedStates(self._paths.saved_states, in_memory, options.saved_states)
        models = {entry.fingerprint for entry in self._models.list()}
        states.keep_only(models, {entry.sha256 for entry in AdapterStore(self._paths).list()})
        engine.use_states(states, self._sha256)

    def _loaded(self, engine: Engine) -> LoadedModel:
        return dataclasses.replace(engine.loaded, name=self._name, sha256=self._sha256)

    def _loaded_engine(self) -> Engine:
        if self._engine is not None:
            return self._engine
        if self._taken_along:
            raise UserError(
                "The graphics card ran out of memory, and the model stopped. Ask again to have it loaded anew, or "
                "choose a smaller one on the Models page."
            )
        raise UserError("No model is loaded. Choose one on the Models page.")

    def _engine_of(self, use: ModelUse | None) -> Engine:
        """Return the loaded model with the adapters that a request is meant for, or those that were set last.

        What was refused when it was to be set is left out, which was told then. Raises UserError where another model is
        loaded, or one of the adapters does not fit.
        """
        engine = self._loaded_engine()
        if use is not None and not use.model.same_file(self._loaded(engine).ref):
            raise UserError(
                "The model “{name}” was switched for another one while the answer was on its way. Ask again.",
                name=use.model.name,
            )
        wanted = use.adapters if use is not None else self._adapters
        engine.set_adapters(() if wanted == self._refused else wanted)
        return engine


class TextPieces:
    """Joins pieces of text that come sooner after each other than TEXT_EVERY."""

    def __init__(self, emit: Callable[[TextPiece], None]) -> None:
        self._emit = emit
        self._held = ""
        self._told = -TEXT_EVERY

    def add(self, text: str) -> None:
        """Take the next piece; it is given out with those before it once it is time."""
        self._held += text
        if time.monotonic() - self._told >= TEXT_EVERY:
            self.give_out()

    def give_out(self) -> None:
        """Give out what is held."""
        if self._held:
            text, self._held = self._held, ""
            self._told = time.monotonic()
            self._emit(TextPiece(text))


def main() -> int:
    """Run the worker; returns the exit code."""
    outlet = Outlet(take_standard_output())
    paths = open_paths()
    log_to_file(paths.logs, "model-worker")
    service = ModelService(ModelStore(paths), MeasuredStore(paths.measured), paths)
    try:
        worker = Worker("model", service.lanes(), outlet)
        service.has_waiting = lambda: worker.has_waiting("model")
        worker.run(sys.stdin.buffer)
    finally:
        service.close()
    return 0
