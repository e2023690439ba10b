"""The model worker as a real process on the tiny Phi-3."""

import pytest

from phi3desk.chat.messages import Source
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.library.documents import Passage
from phi3desk.model.types import AdapterUse, LoadedModel, LoadOptions, Sampling, Turn
from phi3desk.workers.protocol import Failure, decode
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


def answer(worker: WorkerProcess, max_tokens: int = 24) -> Completion:
    data = worker.ask_raw("answer", request=request(), sampling=Sampling(max_tokens=max_tokens))
    return decode(data, Completion)


def test_worker_greets_first(worker):
    assert (worker.hello.id, worker.hello.event, worker.hello.data["worker"]) == (0, "hello", "model")


def test_load_tells_progress_and_what_is_loaded(worker, tiny_phi3):
    events = []
    line = worker.end_of(worker.send("load", path=str(tiny_phi3), options=OPTIONS, adapters=[]), events.append)
    loaded = decode(line.raw, LoadedModel)
    assert loaded.architecture == "phi3"
    assert not loaded.has_system_role
    assert len(loaded.sha256) == 64
    progress = [event.data for event in events if event.event == "progress"]
    assert progress
    assert progress == sorted(progress)


def test_answer_streams_what_it_returns(worker, tiny_phi3):
    worker.ask("load", path=str(tiny_phi3), options=OPTIONS, adapters=[])
    events = []
    line = worker.end_of(worker.send("answer", request=request(), sampling=Sampling(max_tokens=24)), events.append)
    written = decode(line.raw, Completion)
    assert "".join(event.data for event in events if event.event == "text") == written.generation.text
    assert any(event.event == "prefill" for event in events)
    assert written.sources_read == (1,)


def test_adapter_changes_the_answer_and_back_gives_the_first_one(worker, tiny_phi3, tiny_adapters):
    worker.ask("load", path=str(tiny_phi3), options=OPTIONS, adapters=[])
    plain = answer(worker).generation.tokens
    uses = [AdapterUse(path.stem, str(path), 1.0) for path in tiny_adapters]
    adapted = []
    for use in uses:
        worker.ask("set_adapters", adapters=[use])
        adapted.append(answer(worker).generation.tokens)
    worker.ask("set_adapters", adapters=[])
    assert len({plain, *adapted}) == 3
    assert answer(worker).generation.tokens == plain


def test_answer_is_cancelled_while_it_is_written(worker, tiny_phi3):
    worker.ask("load", path=str(tiny_phi3), options=OPTIONS, adapters=[])
    running = worker.send("answer", request=request(), sampling=Sampling(max_tokens=900, temperature=1.0))
    seen = []

    def stop_at_first_text(line):
        seen.append(line)
        if line.id == running and line.event == "text" and not any(e.event == "text" for e in seen[:-1]):
            worker.send("cancel", target=running)

    written = decode(worker.end_of(running, stop_at_first_text).raw, Completion)
    assert written.generation.ended in ("cancelled", "stop")
    assert written.generation.generated_tokens < 900


def test_refused_file_is_told_and_the_worker_goes_on(worker, tiny_phi3, tmp_path):
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_phi3.read_bytes()[:5000])
    line = worker.end_of(worker.send("load", path=str(cut), options=OPTIONS, adapters=[]))
    assert line.event == "error"
    assert decode(line.raw, Failure).kind == "user"
    worker.ask("load", path=str(tiny_phi3), options=OPTIONS, adapters=[])


def test_question_without_a_model_says_what_to_do(worker):
    line = worker.end_of(worker.send("answer", request=request(), sampling=Sampling()))
    assert "Models page" in str(decode(line.raw, Failure).sentence)


def test_unknown_and_wrong_requests_are_answered(worker):
    assert worker.end_of(worker.send("fly")).event == "error"
    assert worker.end_of(worker.send("load", path=5)).event == "error"
    assert worker.ask("hardware")["cores"] >= 1


def test_worker_ends_when_the_window_is_gone(worker):
    worker.process.stdin.close()
    assert worker.process.wait(timeout=60) == 0
