"""When the window has a model measured; the worker's process is not started, what is asked of it is looked at."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.messages import MadeBy
from phi3desk.chat.prompt import PromptRequest
from phi3desk.chat.question import Question
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.errors import say
from phi3desk.library.documents import EVERYWHERE
from phi3desk.model.types import AdapterUse, LoadedModel, LoadOptions, Measured, ModelKind, ModelRef, Sampling
from phi3desk.paths import Paths
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.clients import model_client
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.clients.worker_client import Call, WorkerClient
from phi3desk.workers.protocol import Failure, FailureKind
from phi3desk.workers.requests import (
    CompleteQuestion,
    Judge,
    LoadModel,
    MeasureModel,
    ModelChanged,
    SetAdapters,
    WriteAnswer,
    WriteQuery,
)

LOADED = LoadedModel("tiny", "/tiny.gguf", "phi3", 512, 2048, 0, 2, 1, 1, False, "CPU", "aa")
FIGURES = Measured(4, 8, 9.0, 30.0)


@pytest.fixture
def client(home: Paths, monkeypatch: pytest.MonkeyPatch) -> ModelClient:
    monkeypatch.setattr(model_client, "MEASURE_AFTER_MS", 1)
    monkeypatch.setattr(model_client, "MEASURE_AGAIN_MS", 1)
    return ModelClient(WorkerClient("model", home, ()))


def asked(client: ModelClient, kind: type) -> list[Call]:
    return [call for call in client.worker._calls.values() if isinstance(call.request, kind)]


def load(client: ModelClient, loaded: LoadedModel, threads: int = 0) -> None:
    client.load(ModelRef(ModelKind.GGUF, "tiny"), LoadOptions(threads=threads))
    call = asked(client, LoadModel)[-1]
    # a call has ended when its result is told
    del client.worker._calls[call.id]
    call.on_result(loaded)


def test_a_model_is_measured_after_it_is_loaded_until_it_is_known(client: ModelClient, qtbot: QtBot) -> None:
    load(client, LOADED)
    qtbot.waitUntil(lambda: len(asked(client, MeasureModel)) == 1)
    asked(client, MeasureModel)[0].on_result(None)
    qtbot.waitUntil(lambda: len(asked(client, MeasureModel)) == 2)
    with qtbot.waitSignal(client.measured) as told:
        asked(client, MeasureModel)[1].on_result(FIGURES)
    assert told.args == [client.model] == [replace(LOADED, measured=FIGURES)]
    assert not client._measuring.isActive()


def test_what_is_known_or_chosen_is_not_measured(client: ModelClient) -> None:
    for loaded, threads in ((replace(LOADED, measured=FIGURES), 0), (LOADED, 2), (replace(LOADED, gpu_layers=3), 0)):
        load(client, loaded, threads)
        assert not client._measuring.isActive()


def test_figures_of_a_model_before_are_not_taken_for_those_of_the_next(client: ModelClient, qtbot: QtBot) -> None:
    load(client, LOADED)
    qtbot.waitUntil(lambda: len(asked(client, MeasureModel)) == 1)
    other = replace(LOADED, name="other", sha256="bb")
    load(client, other)
    asked(client, MeasureModel)[0].on_result(FIGURES)
    assert client.model == other


def test_a_load_that_another_took_the_place_of_is_not_taken(client: ModelClient) -> None:
    loaded: list[LoadedModel] = []
    client.loaded.connect(loaded.append)
    for name in ("tiny", "other"):
        client.load(ModelRef(ModelKind.GGUF, name), LoadOptions())
    first, second = asked(client, LoadModel)
    # it was done before it could be stopped
    first.on_result(LOADED)
    assert (client.model, loaded) == (None, [])
    other = replace(LOADED, name="other", sha256="bb")
    second.on_result(other)
    assert (client.model, loaded) == (other, [other])


def test_matters_are_judged_by_the_worker_and_can_be_stopped(client: ModelClient) -> None:
    judged: list[tuple[float, ...]] = []
    request = client.judge([Matter("the pump has oil", "Is there oil?")], judged.append, lambda _: None)
    (call,) = asked(client, Judge)
    assert call.request == Judge((Matter("the pump has oil", "Is there oil?"),))
    call.on_result((0.75,))
    assert judged == [(0.75,)]
    client.cancel(request)


def test_model_is_not_let_go_while_a_question_is_searched_for(client: ModelClient, home: Paths) -> None:
    client.load(ModelRef(ModelKind.GGUF, "tiny"), LoadOptions(idle_minutes=2))
    asked(client, LoadModel)[-1].on_result(LOADED)
    library = LibraryClient(WorkerClient("library", home, ()))
    job = AnswerJob(Question("Which oil?", "", (), EVERYWHERE, 5, Sampling(), MadeBy("tiny")), library, client)
    # all but a second of it has passed
    client._idle.start(1000)
    job.start()
    assert library.worker.is_busy()
    assert client._idle.interval() == 2 * 60_000
    client._idle.stop()


def test_adapters_whose_files_may_be_others_are_set_once_more(client: ModelClient) -> None:
    pumps = AdapterUse("pumps", "/adapters/pumps.gguf")
    load(client, LOADED)
    client.set_adapters([pumps])
    client.set_adapters([pumps])
    assert len(asked(client, SetAdapters)) == 1
    client.distrust_adapters()
    for _ in range(2):
        client.set_adapters([pumps])
    assert [call.request for call in asked(client, SetAdapters)] == [SetAdapters((pumps,))] * 2
    # a load reads the files as they are
    client.distrust_adapters()
    load(client, replace(LOADED, adapters=(pumps,)))
    client.set_adapters([])
    client.set_adapters([])
    assert len(asked(client, SetAdapters)) == 3


def test_adapters_that_could_not_be_attached_are_sent_again_when_they_are_set_again(client: ModelClient) -> None:
    pumps, valves = (AdapterUse(name, f"/{name}.gguf") for name in ("pumps", "valves"))
    load(client, LOADED)
    wrong = Failure(FailureKind.BUG, say("Something went wrong inside the program."))
    failed: list[tuple[Failure, object]] = []
    client.adapters_failed.connect(lambda failure, wanted: failed.append((failure, wanted)))
    client.set_adapters([pumps])
    asked(client, SetAdapters)[-1].on_failure(wrong)
    assert failed == [(wrong, (pumps,))]
    client.set_adapters([pumps])
    assert [call.request for call in asked(client, SetAdapters)] == [SetAdapters((pumps,))] * 2
    # those that took their place meanwhile are on their way already
    client.set_adapters([valves])
    asked(client, SetAdapters)[1].on_failure(wrong)
    client.set_adapters([valves])
    assert len(asked(client, SetAdapters)) == 3


def test_adapters_that_a_model_lost_are_no_longer_those_of_the_next_answer(client: ModelClient) -> None:
    pumps, valves = (AdapterUse(name, f"/{name}.gguf") for name in ("pumps", "valves"))
    load(client, LOADED)
    for wanted in ((), (valves,)):
        client.set_adapters([pumps])
        asked(client, SetAdapters)[-1].on_result(replace(LOADED, adapters=(pumps,)))
        client.answer(PromptRequest("", (), (), "Which oil?"), Sampling(), *[lambda *_: None] * 4)
        client.set_adapters(wanted or [pumps])
        asked(client, WriteAnswer)[-1].on_event(ModelChanged(LOADED))
        # what is switched to meanwhile is attached after the answer
        assert asked(client, SetAdapters)[-1].request == SetAdapters(wanted or (pumps,))
        if not wanted:
            asked(client, SetAdapters)[-1].on_failure(Failure(FailureKind.USER, say("The file is gone.")))
        assert client.adapters == wanted


@pytest.mark.parametrize("kind", [WriteAnswer, CompleteQuestion, Judge, WriteQuery])
def test_model_that_a_card_took_along_is_loaded_for_the_next_question(
    client: ModelClient, kind: type, qtbot: QtBot
) -> None:
    load(client, LOADED)
    nothing = lambda *_: None  # noqa: E731
    client.answer(PromptRequest("", (), (), "Which oil?"), Sampling(), *[nothing] * 4)
    client.complete_question(FollowUp("and the valve?", "which pump is it?", "The feed pump."), nothing, nothing)
    client.judge([Matter("the pump has oil")], nothing, nothing)
    client.write_query(QueryRequest("how many?", "table_1(name)"), nothing, nothing)
    with qtbot.waitSignal(client.released):
        asked(client, kind)[-1].on_event(ModelChanged(None))
    assert (client.model, client.speed, client._measuring.isActive()) == (None, None, False)
    # one that is being loaded already is another one
    client.load(ModelRef(ModelKind.GGUF, "other"), LoadOptions())
    with qtbot.assertNotEmitted(client.released):
        asked(client, kind)[-1].on_event(ModelChanged(None))
    assert client.loading is not None


def test_all_that_a_card_without_room_changes_is_told_at_once(client: ModelClient) -> None:
    of_settings, cut = say("The context window is 2048 tokens, not 4096."), say("It is {tokens} tokens.", tokens=1024)
    told: list[object] = []
    client.noticed.connect(lambda sentence: told.append(str(sentence)))
    load(client, replace(LOADED, notices=(of_settings,)))
    client.answer(PromptRequest("", (), (), "Which oil?"), Sampling(), *[lambda *_: None] * 4)
    (call,) = asked(client, WriteAnswer)
    for notices in ((of_settings, cut, say("16 layers.")), (of_settings, cut, say("8 layers."))):
        call.on_event(ModelChanged(replace(LOADED, notices=notices)))
    assert told == [str(of_settings), "It is 1024 tokens. 16 layers.", "8 layers."]


def test_what_is_told_of_the_model_before_is_not_taken_for_the_one_that_is_loaded(client: ModelClient) -> None:
    """Its adapters were set, or an answer went on without the card, when another model was chosen."""
    pumps = AdapterUse("pumps", "/pumps.gguf")
    changed: list[LoadedModel] = []
    client.adapters_changed.connect(changed.append)
    client.adapters_failed.connect(lambda failure, wanted: changed.append(failure))
    load(client, LOADED)
    client.answer(PromptRequest("", (), (), "Which oil?"), Sampling(), *[lambda *_: None] * 4)
    client.set_adapters([pumps])
    client.distrust_adapters()
    client.set_adapters([pumps])
    client.load(ModelRef(ModelKind.GGUF, "other"), LoadOptions(), [pumps])
    asked(client, WriteAnswer)[-1].on_event(ModelChanged(LOADED))
    first, second = asked(client, SetAdapters)
    first.on_result(replace(LOADED, adapters=(pumps,)))
    second.on_failure(Failure(FailureKind.USER, say("The file is gone.")))
    assert (client.model, client.adapters, changed) == (None, (pumps,), [])
    assert not client.has_loaded(LOADED.ref)
    other = replace(LOADED, name="other", sha256="bb", adapters=(pumps,))
    asked(client, LoadModel)[-1].on_result(other)
    assert client.model == other
    assert len(asked(client, SetAdapters)) == 2
