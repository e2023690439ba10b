"""The model worker as a real process on the tiny Phi-3."""

import dataclasses
import json
import threading
import time

import pytest

from phi3desk import file_hash
from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.messages import Source
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import Passage
from phi3desk.model.llama.engine import Engine
from phi3desk.model.measured import MeasuredStore
from phi3desk.model.store import ModelStore
from phi3desk.model.types import (
    AdapterUse,
    Ending,
    LoadedModel,
    LoadOptions,
    ModelKind,
    ModelRef,
    ModelUse,
    Sampling,
    Turn,
)
from phi3desk.paths import Paths
from phi3desk.workers import model_worker
from phi3desk.workers.model_worker import PROGRESS_EVERY, TEXT_EVERY, ModelService, TextPieces
from phi3desk.workers.protocol import FailureKind, News
from phi3desk.workers.requests import (
    Cancel,
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
    SetAdapters,
    TextPiece,
    WriteAnswer,
    WriteQuery,
)
from tests.helpers.cancelled_after import CancelledAfter
from tests.helpers.worker_process import WorkerProcess

OPTIONS = LoadOptions(context=1024, gpu_layers=0, threads=1)


def request(words: int = 20, history: tuple[Turn, ...] = ()) -> PromptRequest:
    text = "the pump " * words
    passage = Passage(1, 1, "a.pdf", "/a.pdf", "A", 1, 0, len(text), text, ())
    return PromptRequest("", (Source(1, passage),), history, "which valve is it?")


@pytest.fixture
def worker(home):
    with WorkerProcess("model", home) as running:
        yield running


@pytest.fixture
def tiny(home, tiny_phi3) -> ModelRef:
    return ModelStore(home).add(tiny_phi3).ref


def answer(worker: WorkerProcess, max_tokens: int = 24) -> Completion:
    return worker.ask(WriteAnswer(request(), Sampling(max_tokens=max_tokens)))


def test_worker_greets_first(worker):
    assert (worker.hello.id, worker.hello.name, worker.hello.data.worker) == (0, News.HELLO, "model")


def test_load_tells_progress_and_what_is_loaded(worker, tiny, home):
    events = []
    loaded = worker.ask(LoadModel(tiny, OPTIONS), events.append)
    assert loaded.architecture == "phi3"
    assert not loaded.has_system_role
    assert len(loaded.sha256) == 64
    assert loaded.ref == tiny
    assert loaded.ref.fingerprint == ModelStore(home).find(tiny.name).fingerprint == loaded.sha256
    progress = [event.data.fraction for event in events if isinstance(event.data, LoadProgress)]
    assert progress
    assert progress == sorted(progress)


def test_load_of_many_tensors_tells_few_notices(home, tiny, monkeypatch):
    told = []

    class Asked:
        cancelled = threading.Event()
        emit = staticmethod(told.append)

    def load(path, options, on_progress):
        assert all(on_progress(part / 5000) for part in range(5000))
        Asked.cancelled.set()
        assert not on_progress(1.0)
        raise Cancelled

    monkeypatch.setattr(Engine, "load", load)
    started = time.monotonic()
    with pytest.raises(Cancelled):
        ModelService(ModelStore(home)).load(LoadModel(tiny, OPTIONS), Asked())
    assert 1 <= len(told) <= 1 + (time.monotonic() - started) / PROGRESS_EVERY


def test_a_load_is_stopped_while_its_file_is_read_for_the_first_time(home, tiny, monkeypatch):
    class Asked:
        cancelled = threading.Event()
        emit = staticmethod(lambda _: None)

    freed = []

    def close(engine):
        freed.append(engine)
        free(engine)

    def use_states(*_):
        raise OSError("the model's file is gone")

    hashed, free = file_hash.sha256, Engine.close
    monkeypatch.setattr(Engine, "close", close)
    monkeypatch.setattr("phi3desk.model.store.sha256", lambda path, cancelled: hashed(path, CancelledAfter(0)))
    service = ModelService(ModelStore(home), paths=home)
    with pytest.raises(Cancelled):
        service.load(LoadModel(tiny, OPTIONS), Asked())
    assert not ModelStore(home).find(tiny.name).fingerprint
    # the next load reads it, and leaves nothing in memory where it fails behind that
    monkeypatch.setattr("phi3desk.model.store.sha256", hashed)
    monkeypatch.setattr(service, "_use_states", use_states)
    with pytest.raises(OSError):
        service.load(LoadModel(tiny, OPTIONS), Asked())
    assert ModelStore(home).find(tiny.name).fingerprint
    assert [engine.is_open for engine in freed] == [False, False]


def test_answer_streams_what_it_returns(worker, tiny):
    worker.ask(LoadModel(tiny, OPTIONS))
    events = []
    written = worker.ask(WriteAnswer(request(), Sampling(max_tokens=24)), events.append)
    assert "".join(e.data.text for e in events if isinstance(e.data, TextPiece)) == written.generation.text
    assert any(isinstance(event.data, PromptRead) for event in events)
    assert written.sources_read == (1,)


def test_text_that_comes_quickly_is_told_in_few_lines(monkeypatch):
    now, told = [100.0], []
    monkeypatch.setattr("phi3desk.workers.model_worker.time.monotonic", lambda: now[0])
    pieces = TextPieces(told.append)
    for number in range(90):
        pieces.add(f"{number} ")
        now[0] += TEXT_EVERY / 3
    now[0] += 1
    pieces.add("slow ")
    now[0] += 1
    pieces.add("end")
    assert [piece.text for piece in told][-2:] == [told[-2].text, "end"]
    assert told[-2].text.endswith("slow ")
    pieces.add(".")
    pieces.give_out()
    pieces.give_out()
    assert "".join(piece.text for piece in told) == "".join(f"{number} " for number in range(90)) + "slow end."
    assert len(told) <= 34


def test_a_model_is_measured_once_and_gives_way(home, tiny, monkeypatch):
    class Asked:
        cancelled = threading.Event()
        emit = staticmethod(lambda _: None)

    monkeypatch.setattr("phi3desk.model.llama.tuning.psutil.cpu_percent", lambda interval: 0.0)
    automatic = LoadOptions(context=512, gpu_layers=0)

    def loaded(options: LoadOptions) -> tuple[ModelService, LoadedModel]:
        service = ModelService(ModelStore(home), MeasuredStore(home.measured))
        return service, service.load(LoadModel(tiny, options), Asked())

    service, model = loaded(automatic)
    assert model.measured is None
    service.has_waiting = lambda: True
    assert service.measure(MeasureModel(), Asked()) is None
    assert not home.measured.exists()
    service.has_waiting = lambda: False
    measured = service.measure(MeasureModel(), Asked())
    assert measured.threads >= 1
    assert measured.read > 0 < measured.written
    service.close()
    # the next load has it at once; a number of cores that a person chose is kept to
    for options, expected in ((automatic, measured), (OPTIONS, None)):
        service, model = loaded(options)
        assert model.measured == expected
        service.close()
    assert service.measure(MeasureModel(), Asked()) is None
    home.measured.write_text("{")
    service, model = loaded(automatic)
    assert model.measured is None
    assert service.measure(MeasureModel(), Asked()).threads >= 1
    service.close()
    assert loaded(automatic)[1].measured is not None


@pytest.mark.parametrize("operation", ["answer", "complete_question", "judge", "write_query"])
def test_a_model_that_a_card_took_along_is_not_asked_again(home, tiny, monkeypatch, operation):
    class Asked:
        cancelled = threading.Event()
        emit = staticmethod(lambda _: None)

    service = ModelService(ModelStore(home))
    service.load(LoadModel(tiny, OPTIONS), Asked())

    def fail(engine: Engine, *_: object, **__: object) -> None:
        engine.close()
        raise UserError("The model stopped.")

    for name in ("generate", "judge"):
        monkeypatch.setattr(Engine, name, fail)
    requests = {
        "answer": WriteAnswer(request(), Sampling()),
        "complete_question": CompleteQuestion(FollowUp("and the valve?", "which pump is it?", "The feed pump.")),
        "judge": Judge((Matter("the pump has oil", "Is there oil?"),)),
        "write_query": WriteQuery(QueryRequest("how many?", "table_1(name)")),
    }
    told: list[object] = []
    monkeypatch.setattr(Asked, "emit", staticmethod(told.append))
    with pytest.raises(UserError, match="stopped"):
        getattr(service, operation)(requests[operation], Asked())
    assert told == [ModelChanged(None)]
    with pytest.raises(UserError, match="Models page"):
        service.answer(WriteAnswer(request(), Sampling()), Asked())
    # what was asked meanwhile is not told that nobody has chosen a model
    with pytest.raises(UserError, match="graphics card ran out of memory"):
        service.answer(WriteAnswer(request(), Sampling()), Asked())
    service.close()
    with pytest.raises(UserError, match="No model is loaded"):
        service.answer(WriteAnswer(request(), Sampling()), Asked())


@pytest.mark.parametrize("fits", [True, False])
def test_a_model_gets_the_reader_and_the_checker_that_came_for_it(
    home, tiny, tiny_adapters, tmp_path, monkeypatch, fits
):
    asked = []
    file = tiny_adapters[0] if fits else tmp_path / "gone.gguf"

    def find_reader(sha256: str) -> AdapterUse:
        asked.append(sha256)
        return AdapterUse("reader", str(file))

    monkeypatch.setattr(model_worker, "find_reader", find_reader)
    monkeypatch.setattr(model_worker, "find_checker", lambda sha256: AdapterUse("checker", str(tiny_adapters[1])))

    class Asked:
        cancelled = threading.Event()
        emit = staticmethod(lambda _: None)

    service = ModelService(ModelStore(home))
    try:
        loaded = service.load(LoadModel(tiny, OPTIONS), Asked())
        assert loaded.has_reader is fits
        # one that cannot be used does not cost the other
        assert loaded.has_checker
        assert loaded.adapters == ()
        assert asked == [ModelStore(home).find(tiny.name).fingerprint] == [loaded.sha256]
    finally:
        service.close()


def test_all_of_an_answer_is_told_before_it_is_checked(home, tiny, tiny_adapters, monkeypatch):
    told = []

    class Asked:
        cancelled = threading.Event()
        emit = staticmethod(told.append)

    def generate(engine, *given, **named):
        # of itself the tiny model writes on until it is cut
        return dataclasses.replace(write(engine, *given, **named), ended=Ending.STOP)

    write = Engine.generate
    monkeypatch.setattr(Engine, "generate", generate)
    monkeypatch.setattr(model_worker, "find_checker", lambda _: AdapterUse("checker", str(tiny_adapters[1])))
    service = ModelService(ModelStore(home))
    try:
        service.load(LoadModel(tiny, OPTIONS), Asked())
        told.clear()
        written = service.answer(WriteAnswer(request(), Sampling(max_tokens=24)), Asked())
    finally:
        service.close()
    texts = [at for at, event in enumerate(told) if isinstance(event, TextPiece)]
    assert "".join(told[at].text for at in texts) == written.generation.text
    assert {type(event) for event in told[texts[-1] + 1 :]} == {PromptRead}
    assert {opinion.n for opinion in written.opinions} == {1}


def test_adapter_changes_the_answer_and_back_gives_the_first_one(worker, tiny, tiny_adapters):
    worker.ask(LoadModel(tiny, OPTIONS))
    plain = answer(worker).generation.tokens
    uses = [AdapterUse(path.stem, str(path), 1.0) for path in tiny_adapters]
    adapted = []
    for use in uses:
        worker.ask(SetAdapters((use,)))
        adapted.append(answer(worker).generation.tokens)
    worker.ask(SetAdapters(()))
    assert len({plain, *adapted}) == 3
    assert answer(worker).generation.tokens == plain


def test_answer_is_written_by_what_it_is_meant_for_or_fails(worker, tiny, tiny_adapters):
    loaded = worker.ask(LoadModel(tiny, OPTIONS))
    first, second = (AdapterUse(path.stem, str(path), 1.0) for path in tiny_adapters)
    expected = []
    for uses in ((first,), (second,)):
        worker.ask(SetAdapters(uses))
        expected.append(answer(worker).generation.tokens)
    # the adapters that were set last are those of the expert that was switched to
    sampling = Sampling(max_tokens=24)
    written = worker.ask(WriteAnswer(request(), sampling, ModelUse(loaded.ref, (first,))))
    assert (written.generation.tokens, written.generation.adapters) == (expected[0], (first,))
    assert (written.model.ref, written.model.sha256, written.model.path) == (loaded.ref, loaded.sha256, loaded.path)
    assert answer(worker).generation.tokens == expected[1]

    unread = dataclasses.replace(loaded.ref, fingerprint="")
    assert worker.ask(WriteAnswer(request(), sampling, ModelUse(unread))).generation.adapters == ()
    for other in (ModelRef(ModelKind.GGUF, "pump"), dataclasses.replace(loaded.ref, fingerprint="aa")):
        for asked in (WriteAnswer(request(), sampling, ModelUse(other)), Judge((Matter("it runs"),), ModelUse(other))):
            told = worker.end_of(worker.send(asked))
            assert told.data.kind is FailureKind.USER
            assert f"“{other.name}” was switched" in str(told.data.sentence)


@pytest.mark.parametrize("at_load", [True, False])
def test_answer_is_written_without_the_adapters_that_were_refused(worker, tiny, at_load):
    gone = (AdapterUse("gone", "/gone.gguf", 1.0),)
    loaded = worker.ask(LoadModel(tiny, OPTIONS, gone if at_load else ()))
    if not at_load:
        assert worker.end_of(worker.send(SetAdapters(gone))).data.kind is FailureKind.USER
    asked = WriteAnswer(request(), Sampling(max_tokens=4), ModelUse(loaded.ref, gone))
    assert worker.ask(asked).generation.adapters == ()


def test_a_load_stopped_before_it_began_lets_the_model_before_go(worker, tiny):
    worker.ask(LoadModel(tiny, OPTIONS))
    writing = worker.send(WriteAnswer(request(), Sampling(max_tokens=900, temperature=1.0)))
    loading = worker.send(LoadModel(tiny, OPTIONS))
    worker.send(Cancel(loading))
    worker.send(Cancel(writing))
    ended = worker.end_of(loading)
    assert ended.failed
    assert ended.data.kind is FailureKind.CANCELLED
    told = worker.end_of(worker.send(WriteAnswer(request(), Sampling())))
    assert "Models page" in str(told.data.sentence)


def test_a_request_that_waits_is_stopped_at_once_and_answered_once(worker, tiny):
    worker.ask(LoadModel(tiny, OPTIONS))
    writing = worker.send(WriteAnswer(request(), Sampling(max_tokens=900, temperature=1.0)))
    waiting = worker.send(WriteAnswer(request(), Sampling(max_tokens=4)))
    worker.send(Cancel(waiting))
    seen = []
    ended = worker.end_of(waiting, seen.append)
    assert (ended.failed, ended.data.kind) == (True, FailureKind.CANCELLED)
    assert not any(line.id == writing and isinstance(line.data, Completion) for line in seen)
    worker.ask(Cancel(waiting))
    worker.send(Cancel(writing))
    worker.end_of(writing, seen.append)
    worker.ask(WriteAnswer(request(), Sampling(max_tokens=4)), seen.append)
    assert not any(line.id == waiting for line in seen)


def led(number: int, max_tokens: int = 4) -> WriteAnswer:
    """Return a question of a conversation that nothing else begins as, long enough for what is read to be kept."""
    asked = dataclasses.replace(request(words=0), instructions=f"Talk {number}. " + "oil " * 300, conversation=number)
    return WriteAnswer(asked, Sampling(max_tokens=max_tokens, temperature=1.0))


def kept_of(home: Paths) -> list[int]:
    records = [json.loads(path.read_text()) for path in home.saved_states.glob("*.json")]
    return sorted(record["conversation"] for record in records)


def test_a_conversation_deleted_before_the_end_leaves_nothing_on_the_disk(home, tiny):
    with WorkerProcess("model", home) as worker:
        worker.ask(LoadModel(tiny, OPTIONS))
        for number in (1, 2, 3):
            worker.ask(led(number))
        writing = worker.send(led(3, max_tokens=600))
        worker.send(ForgetConversation(1))
        worker.send(Cancel(writing))
        worker.process.stdin.close()
        assert worker.process.wait(timeout=60) == 0
    assert kept_of(home) == [2, 3]
    with WorkerProcess("model", home) as worker:
        worker.ask(ForgetOtherConversations((1, 3)))
        assert kept_of(home) == [3]
        worker.ask(LoadModel(tiny, OPTIONS))
        worker.ask(led(2))
        worker.ask(ForgetOtherConversations((2,)))
        assert kept_of(home) == []


def test_answer_is_cancelled_while_it_is_written(worker, tiny):
    worker.ask(LoadModel(tiny, OPTIONS))
    running = worker.send(WriteAnswer(request(), Sampling(max_tokens=900, temperature=1.0)))
    seen = []

    def stop_at_first_text(line):
        if line.id == running and isinstance(line.data, TextPiece):
            seen.append(line)
            if len(seen) == 1:
                worker.send(Cancel(running))

    written = worker.end_of(running, stop_at_first_text).data
    assert written.generation.ended in (Ending.CANCELLED, Ending.STOP)
    assert written.generation.generated_tokens < 900


def test_refused_file_is_told_and_the_worker_goes_on(worker, tiny, home, tiny_phi3, tmp_path):
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_phi3.read_bytes())
    entry = ModelStore(home).add(cut)
    cut.write_bytes(tiny_phi3.read_bytes()[:5000])
    line = worker.end_of(worker.send(LoadModel(entry.ref, OPTIONS)))
    assert line.failed
    assert line.data.kind is FailureKind.USER
    worker.ask(LoadModel(tiny, OPTIONS))


def test_model_that_is_not_listed_is_told(worker):
    line = worker.end_of(worker.send(LoadModel(ModelRef(ModelKind.GGUF, "nowhere"), OPTIONS)))
    assert line.data.kind is FailureKind.USER
    assert "nowhere" in str(line.data.sentence)


def test_question_without_a_model_says_what_to_do(worker):
    line = worker.end_of(worker.send(WriteAnswer(request(), Sampling())))
    assert "Models page" in str(line.data.sentence)


def test_unknown_and_wrong_requests_are_answered(worker):
    assert worker.end_of(worker.send_line(LoadModel, {}, "Fly")).failed
    assert worker.end_of(worker.send_line(LoadModel, {"model": 5})).failed
    assert worker.ask(GetHardware()).cores >= 1


def test_worker_ends_when_the_window_is_gone(worker):
    worker.process.stdin.close()
    assert worker.process.wait(timeout=60) == 0
