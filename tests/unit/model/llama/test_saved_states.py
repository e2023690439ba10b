"""What was read of conversations comes back as it was, or is read again: never another's, never damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from phi3desk.model.llama.bindings import api
from phi3desk.model.llama.context import common_length
from phi3desk.model.llama.engine import Engine
from phi3desk.model.llama.saved_states import SavedStates, forget_files
from phi3desk.model.types import AdapterUse, Generation, LoadOptions, Role, Sampling, Turn
from tests.helpers.exact_llama import compute_exactly

ROOM = 1 << 30
NEXT = Turn(Role.USER, "and the valve?")


class Talk:
    """A conversation with one engine."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.said: list[Turn] = []

    def ask(self, engine: Engine, question: str = "and the valve?", times: int = 1) -> Generation:
        self.said.append(Turn(Role.USER, question * times))
        answer = generate(engine, self.said, self.number)
        self.said.append(Turn(Role.ASSISTANT, answer.text, tokens=answer.tokens))
        return answer


def generate(engine: Engine, turns: list[Turn], conversation: int = 0, most: int = 12) -> Generation:
    silent = (lambda *_: None, lambda _: None, threading.Event())
    return engine.generate(turns, Sampling(max_tokens=most), *silent, conversation=conversation)


def scores(engine: Engine, turns: list[Turn], conversation: int = 0) -> npt.NDArray[np.float32]:
    """Return the scores from which the first token of an answer is chosen."""
    generate(engine, turns, conversation, most=1)
    return engine.context.logits()


def talk(engine: Engine, number: int) -> Talk:
    led = Talk(number)
    for part in range(2):
        led.ask(engine, f"talk {number} part {part}: the oil of the pump must be checked before use. ", 8)
    return led


@pytest.fixture(autouse=True)
def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    compute_exactly(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "states"


@pytest.fixture
def load(tiny_phi3: Path, folder: Path) -> Iterator[Callable[..., Engine]]:
    """Load the tiny model with the states of the folder, as after a restart."""
    loaded: list[Engine] = []

    def load(memory: int = ROOM, disk: int = ROOM, model: str = "tiny", context: int = 2048) -> Engine:
        engine = Engine.load(tiny_phi3, LoadOptions(threads=1, context=context))
        engine.use_states(SavedStates(folder, memory, disk), model)
        loaded.append(engine)
        return engine

    yield load
    for engine in loaded:
        engine.close()


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.state"))


@pytest.mark.parametrize("memory", [ROOM, 0])
def test_going_back_and_a_restart_read_nothing_again_and_give_the_same_scores(
    load: Callable[..., Engine], folder: Path, memory: int
) -> None:
    engine = load(memory)
    first = talk(engine, 1)
    kept = len(engine.context.tokens)
    second = talk(engine, 2)
    assert len(files(folder)) == (0 if memory else 1)
    answer = generate(engine, [*first.said, NEXT], 1)
    assert (answer.reused_tokens, answer.read_again) == (kept, 0)
    expected = scores(engine, [*first.said, NEXT], 1)
    engine.close()
    assert len(files(folder)) == 2
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())

    again = load(memory)
    restored = generate(again, [*first.said, NEXT], 1)
    assert (restored.tokens, restored.read_again) == (answer.tokens, 0)
    assert np.array_equal(scores(again, [*first.said, NEXT], 1), expected)
    assert second.ask(again).read_again == 0


def test_state_serves_only_the_model_and_the_context_it_was_made_with(load: Callable[..., Engine]) -> None:
    engine = load()
    led = talk(engine, 1)
    engine.close()
    for other in (load(model="another file"), load(context=1024)):
        assert generate(other, [*led.said, NEXT], 1).reused_tokens == 0
    assert generate(load(), [*led.said, NEXT], 1).read_again == 0


def test_no_adapter_ever_gets_what_was_read_with_another(
    load: Callable[..., Engine], tiny_adapters: list[Path]
) -> None:
    """The recipe of llama.cpp #26207, in the context, out of memory and out of files."""
    one, two = (AdapterUse(path.stem, str(path), 1.0) for path in tiny_adapters)
    question = [Turn(Role.USER, "Which oil is in the pump? " * 40)]

    def fresh(*uses: AdapterUse) -> tuple[int, ...]:
        engine = load(disk=0)
        engine.set_adapters(uses)
        return generate(engine, question).tokens

    weaker = AdapterUse(one.name, one.path, 0.5)
    expected = {uses: fresh(*uses) for uses in ((one,), (two,), (weaker,), ())}
    assert len(set(expected.values())) == 4
    engine = load()
    for uses in ((one,), (two,), (weaker,), (one,), ()):
        engine.set_adapters(uses)
        answer = generate(engine, question, 1)
        assert answer.tokens == expected[uses]
    engine.close()
    again = load()
    for uses in ((two,), (), (weaker,), (one,)):
        again.set_adapters(uses)
        answer = generate(again, question, 1)
        assert answer.tokens == expected[uses]
        assert answer.reused_tokens > 256


def test_replaced_adapter_file_is_another_adapter(
    load: Callable[..., Engine], tiny_adapters: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "mine.gguf"
    question = [Turn(Role.USER, "Which oil is in the pump? " * 40)]
    answers = []
    for source in (*tiny_adapters, tiny_adapters[0]):
        path.write_bytes(source.read_bytes())
        engine = load()
        engine.set_adapters([AdapterUse("mine", str(path), 1.0)])
        answers.append(generate(engine, question, 1))
        engine.close()
    assert [answer.reused_tokens > 0 for answer in answers] == [False, False, True]
    assert answers[0].tokens == answers[2].tokens != answers[1].tokens


def test_damaged_file_is_read_again_without_a_word(load: Callable[..., Engine], folder: Path) -> None:
    engine = load()
    led = talk(engine, 1)
    expected = generate(engine, [*led.said, NEXT], 1)
    engine.close()
    state, record = files(folder)[0], files(folder)[0].with_suffix(".json")
    whole, said = state.read_bytes(), record.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged, told in (
        (flipped, said),
        (whole[:middle], said),
        (b"", said),
        (whole, said[:100]),
        (whole, b"{}"),
        (whole, said.replace(b'"tokens":[', b'"tokens":[1,')),
    ):
        for path in folder.iterdir():
            path.unlink()
        state.write_bytes(damaged)
        record.write_bytes(told)
        mended = load()
        answer = generate(mended, [*led.said, NEXT], 1)
        assert (answer.reused_tokens, answer.text) == (0, expected.text)
        assert damaged == whole or not state.exists()


def test_state_that_llama_cpp_takes_without_putting_it_into_the_cache_is_read_again(
    load: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = load()
    led = talk(engine, 1)
    talk(engine, 2)
    monkeypatch.setattr(api, "llama_state_seq_set_data", lambda _handle, _data, size, _sequence: size)
    answer = generate(engine, [*led.said, NEXT], 1)
    assert answer.reused_tokens == 0
    monkeypatch.undo()
    engine.context.clear()
    assert generate(engine, [*led.said, NEXT]).text == answer.text


def test_budgets_hold_and_the_oldest_goes_first(load: Callable[..., Engine], folder: Path) -> None:
    engine = load()
    led = [talk(engine, number) for number in (1, 2, 3, 4)]
    engine.close()
    each = files(folder)[0].stat().st_size
    small = load(disk=2 * each + each // 2)
    assert len(files(folder)) == 2
    assert led[3].ask(small).read_again == 0
    assert led[0].ask(small).reused_tokens < 64
    small.close()
    load(disk=0)
    assert not folder.exists()


def test_question_asked_anew_is_no_reason_to_keep_what_it_takes_back(
    load: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = load()
    led = talk(engine, 1)
    generate(engine, [*led.said[:2], Turn(Role.USER, "No, this: " + "the seal of the motor. " * 8)], 1)
    engine._states = states = SavedStates(tmp_path / "others", ROOM, ROOM)
    generate(engine, [Turn(Role.USER, "something else ")])
    assert [len(state.cached.tokens) for state in states] != []
    assert len(list(states)) == 1


def test_a_judgement_in_between_has_nothing_of_the_conversation_read_again(load: Callable[..., Engine]) -> None:
    engine = load()
    first = talk(engine, 1)
    read = len(engine.context.tokens)
    engine.judge([[Turn(Role.USER, "is the oil in the pump? " * 4)]], (("no",), ("oil",)), threading.Event())
    assert len(engine.context.tokens) < read / 2
    answer = generate(engine, [*first.said, NEXT], 1)
    assert answer.prompt_tokens - answer.reused_tokens < engine.count_turns([NEXT]) + engine.context.slice


def test_conversation_and_model_take_their_states_with_them(load: Callable[..., Engine], folder: Path) -> None:
    engine = load()
    led = {number: talk(engine, number) for number in (1, 2, 3)}
    engine.forget(3)
    engine.forget(1)
    assert not engine.context.tokens
    assert led[1].ask(engine).reused_tokens < 64
    engine.forget(1)
    engine.close()
    assert len(files(folder)) == 1
    forget_files(folder, lambda conversation: conversation == 1)
    assert len(files(folder)) == 1
    states = SavedStates(folder, ROOM, ROOM)
    states.keep_only({"tiny"}, set())
    assert len(files(folder)) == 1
    states.keep_only({"another"}, set())
    assert list(folder.iterdir()) == []


def test_reading_ahead_changes_no_answer_and_stops_at_once(load: Callable[..., Engine]) -> None:
    turns = [Turn(Role.SYSTEM, "You know pumps. " * 30)]
    engine = load()
    expected, first = generate(engine, [*turns, NEXT]), scores(engine, [*turns, NEXT])
    engine.context.clear()
    read = engine.read_ahead(turns, threading.Event())
    assert read > 0 and read % engine.context.slice == 0
    assert engine.read_ahead(turns, threading.Event()) == 0
    answer = generate(engine, [*turns, NEXT])
    assert answer.reused_tokens == read
    assert answer.tokens == expected.tokens
    assert np.array_equal(scores(engine, [*turns, NEXT]), first)
    engine.context.clear()
    stopped = threading.Event()
    stopped.set()
    assert engine.read_ahead(turns, stopped) == 0
    led = talk(engine, 1)
    talk(engine, 2)
    # an earlier conversation is put back before its next question is typed
    assert engine.read_ahead(led.said, threading.Event(), 1) == 0
    assert led.ask(engine).read_again == 0


@pytest.mark.parametrize("with_model", [True, False])
def test_what_a_process_left_half_written_goes_at_the_next_start(folder: Path, with_model: bool) -> None:
    """It holds what was said in a conversation; what another process writes just now stays."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    folder.mkdir()
    left, own = (folder / f"{'0a' * 16}.{process}.new" for process in (ended.pid, os.getpid()))
    writing = folder / f"{'0b' * 16}.{os.getppid()}.new"
    for file in (left, own, writing):
        file.write_bytes(b"said")
    if with_model:
        SavedStates(folder, 0, ROOM)
    else:
        forget_files(folder, lambda _: False)
    assert list(folder.iterdir()) == [writing]


def test_conversations_that_are_not_there_any_more_leave_nothing(load: Callable[..., Engine], folder: Path) -> None:
    engine = load()
    led = {number: talk(engine, number) for number in (1, 2, 3)}
    engine.forget_others({1, 2})
    assert not engine.context.tokens
    assert led[1].ask(engine).read_again == 0
    engine.forget_others({1})
    assert engine.context.tokens
    led[3].ask(engine)
    engine.close()
    assert len(files(folder)) == 2
    forget_files(folder, lambda conversation: conversation not in {1})
    assert len(files(folder)) == 1
    load().forget_others(set())
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("in_between", [False, True])
def test_what_is_read_ahead_takes_nothing_of_another_conversation(
    load: Callable[..., Engine], folder: Path, in_between: bool
) -> None:
    """Two conversations begin alike, so nothing has to be read for the second."""
    opening = [Turn(Role.SYSTEM, "You know pumps. " * 60)]
    engine = load()
    shared = engine.opening_tokens(opening)
    first = Talk(1)
    first.said = list(opening)
    first.ask(engine, "the oil of the pump must be checked before use. ", 8)
    asked = engine.prompt_tokens(first.said)
    if in_between:
        generate(engine, [Turn(Role.USER, "something else " * 60)], 2)
    assert engine.read_ahead(opening, threading.Event(), 2) == 0
    engine.forget(1)
    engine.close()
    kept = [json.loads(record.read_bytes()) for record in folder.glob("*.json")]
    assert {each["conversation"] for each in kept} == {2}
    assert all(common_length(each["cached"]["tokens"], asked) <= len(shared) for each in kept)
