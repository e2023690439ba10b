from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phi3desk.errors import UserError
from phi3desk.model.adapters.base_models import base_doubt
from phi3desk.model.gguf import inspect
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import AdapterUse, Extract, LoadOptions, Role, Sampling, Turn
from tests.helpers.tiny_phi3 import config, write_adapter, write_tiny_adapter, write_tiny_llama, write_tiny_phi3

QUESTION = [Turn(Role.USER, "Which oil is in the pump? " * 8)]


@pytest.fixture
def engine(tiny_phi3: Path) -> Iterator[Engine]:
    loaded = Engine.load(tiny_phi3, LoadOptions(threads=1))
    yield loaded
    loaded.close()


def use(path: Path, strength: float = 1.0) -> AdapterUse:
    return AdapterUse(path.stem, str(path), strength)


def answer(engine: Engine) -> tuple[tuple[int, ...], npt.NDArray[np.float32]]:
    """Return the tokens of an answer and the scores its first token was chosen from."""
    silent = (lambda *_: None, lambda _: None, threading.Event())
    engine.generate(QUESTION, Sampling(max_tokens=0), *silent)
    first = engine.context.logits()
    return engine.generate(QUESTION, Sampling(max_tokens=24), *silent).tokens, first


def test_adapters_change_the_tokens_and_switching_back_gives_the_first_ones(
    engine: Engine, tiny_adapters: list[Path]
) -> None:
    one, two = (use(path) for path in tiny_adapters)
    seen = []
    for uses in ((), (one,), (two,), (one, two), (one,), ()):
        engine.set_adapters(uses)
        assert engine.loaded.adapters == tuple(uses)
        assert not engine.context.tokens
        seen.append(answer(engine))
    base, with_one, with_two, with_both, one_again, base_again = seen
    assert len({tokens for tokens, _ in (base, with_one, with_two, with_both)}) == 4
    assert base[0] == base_again[0]
    assert with_one[0] == one_again[0]
    assert np.array_equal(base[1], base_again[1])
    assert np.array_equal(with_one[1], one_again[1])
    assert not np.array_equal(base[1], with_one[1])


def test_adapter_strength_scales_what_it_changes(engine: Engine, tiny_adapters: list[Path]) -> None:
    base = answer(engine)[1]
    distances = []
    for strength in (0.0, 0.01, 0.1, 1.0):
        engine.set_adapters([use(tiny_adapters[0], strength)])
        distances.append(float(np.abs(answer(engine)[1] - base).max()))
    assert distances[0] == 0.0
    assert distances == sorted(distances)
    assert distances[1] > 0


def test_adapter_applies_strength_times_alpha_by_rank(engine: Engine, tmp_path: Path) -> None:
    scores = []
    for alpha, strength in ((8.0, 0.5), (4.0, 1.0)):
        path = write_tiny_adapter(tmp_path / f"alpha-{alpha}.gguf", rank=4, alpha=alpha, seed=5)
        engine.set_adapters([use(path, strength)])
        scores.append(answer(engine)[1])
    assert np.array_equal(scores[0], scores[1])


def test_same_adapters_again_keep_what_was_read(engine: Engine, tiny_adapters: list[Path]) -> None:
    engine.set_adapters([use(tiny_adapters[0])])
    answer(engine)
    read = len(engine.context.tokens)
    engine.set_adapters([use(tiny_adapters[0])])
    assert len(engine.context.tokens) == read > 0


@pytest.mark.parametrize("answers", [False, True])
def test_reader_extracts_with_its_own_adapter_and_answers_are_written_with_theirs(
    engine: Engine, tiny_adapters: list[Path], answers: bool
) -> None:
    def extract() -> Extract:
        return engine.extract(QUESTION, ("no",), 12, threading.Event())

    engine.set_adapters([use(tiny_adapters[1])])
    alone = extract()
    engine.set_adapters([use(tiny_adapters[0])] if answers else [])
    before = answer(engine)
    held = list(engine.context.tokens)
    assert not engine.loaded.has_reader
    other = extract()
    engine.use_reader(use(tiny_adapters[1]))
    assert engine.loaded.has_reader
    assert extract() == alone != other
    assert engine.context.tokens == held
    assert [each.path for each in engine.loaded.adapters] == [str(tiny_adapters[0])] * answers
    after = answer(engine)
    assert after[0] == before[0]
    assert np.array_equal(after[1], before[1])
    with pytest.raises(UserError, match="not there"):
        engine.use_reader(use(tiny_adapters[1].with_name("gone.gguf")))
    assert not engine.loaded.has_reader
    assert extract() == other


@pytest.mark.parametrize("answers", [False, True])
def test_checker_checks_with_its_own_adapter_and_the_conversation_stays(
    engine: Engine, tiny_adapters: list[Path], answers: bool
) -> None:
    prompts = [QUESTION, [*QUESTION[:-1], replace(QUESTION[-1], text="Where is the other filter?")]]

    def check() -> tuple[tuple[float, ...], ...]:
        return engine.check(prompts, (("yes",), ("no",)), threading.Event())

    engine.set_adapters([use(tiny_adapters[1])])
    alone = engine.judge(prompts, (("yes",), ("no",)), threading.Event())
    engine.set_adapters([use(tiny_adapters[0])] if answers else [])
    before = answer(engine)
    held = list(engine.context.tokens)
    assert not engine.loaded.has_checker
    other = check()
    engine.use_checker(use(tiny_adapters[1]))
    assert engine.loaded.has_checker
    assert np.allclose(check(), alone)
    assert not np.allclose(check(), other)
    assert engine.check([], (("yes",),), threading.Event()) == ()
    assert engine.context.tokens == held
    assert [each.path for each in engine.loaded.adapters] == [str(tiny_adapters[0])] * answers
    assert answer(engine)[0] == before[0]
    engine.use_checker(None)
    assert check() == other


def test_reader_and_checker_outlive_their_files(engine: Engine, tiny_adapters: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(tiny_adapters[1].read_bytes())
    engine.use_reader(use(copy))
    engine.use_checker(use(copy))
    before = engine.extract(QUESTION, ("no",), 12, threading.Event())
    copy.unlink()
    assert engine.extract(QUESTION, ("no",), 12, threading.Event()) == before
    assert len(engine.check([QUESTION], (("yes",), ("no",)), threading.Event())) == 1


def test_adapter_that_does_not_fit_is_refused_and_the_ones_before_stay(
    engine: Engine, tmp_path: Path, tiny_phi3: Path, tiny_adapters: list[Path]
) -> None:
    shape = config()
    wide = write_tiny_adapter(tmp_path / "wide.gguf", replace(shape, feed_forward=256))
    deep = write_tiny_adapter(tmp_path / "deep.gguf", replace(shape, blocks=3))
    other = write_tiny_adapter(tmp_path / "other.gguf", replace(shape, architecture="llama"))
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_adapters[1].read_bytes()[:-64])
    engine.set_adapters([use(tiny_adapters[0])])
    before = answer(engine)
    for path, words in (
        (wide, "does not fit"),
        (deep, "does not fit"),
        (other, "another kind of model"),
        (cut, "cut off"),
        (tiny_phi3, "is a model, not an adapter"),
        (tmp_path / "gone.gguf", "not there"),
    ):
        with pytest.raises(UserError, match=words):
            engine.set_adapters([use(path)])
    with pytest.raises(UserError, match="strength"):
        engine.set_adapters([use(tiny_adapters[0], 2.5)])
    assert [item.name for item in engine.loaded.adapters] == [tiny_adapters[0].stem]
    after = answer(engine)
    assert before[0] == after[0]


@pytest.mark.parametrize("between", [True, False])
def test_adapter_file_that_changed_is_read_again(engine: Engine, tmp_path: Path, between: bool) -> None:
    path = write_tiny_adapter(tmp_path / "mine.gguf", seed=1)
    engine.set_adapters([use(path)])
    before = answer(engine)[1]
    write_tiny_adapter(path, rank=8, seed=2)
    if between:
        engine.set_adapters([])
    engine.set_adapters([use(path)])
    assert not np.array_equal(answer(engine)[1], before)


#: what may be attached: nothing, one, a strength of its own, two in either order
SETS = ((), ((0, 1.0),), ((1, 1.0),), ((0, 0.5),), ((0, 2.0), (1, 0.25)), ((1, 0.25), (0, 2.0)), ((0, 0.0),))
LONG = "The oil of the pump must be checked before use and after. " * 12
PROMPTS = (
    [Turn(Role.USER, LONG)],
    [Turn(Role.USER, LONG + "Which valve?")],
    [Turn(Role.USER, "Which oil is in the pump?")],
    [Turn(Role.USER, LONG), Turn(Role.ASSISTANT, "the pressure"), Turn(Role.USER, "and the seal?")],
)
STEPS = st.one_of(
    st.tuples(st.just("switch"), st.sampled_from(range(len(SETS)))),
    st.tuples(st.just("ask"), st.sampled_from(range(len(PROMPTS)))),
    st.tuples(st.just("stop"), st.sampled_from(range(len(PROMPTS)))),
    st.tuples(st.just("go on"), st.sampled_from(range(len(PROMPTS)))),
)


class Switching:
    """One engine through all examples, and the logits of fresh loads to hold it against."""

    def __init__(self, model: Path, adapters: list[Path]) -> None:
        self.model, self.adapters = model, adapters
        self.engine = Engine.load(model, LoadOptions(threads=1))
        self._fresh: dict[tuple[int, int], npt.NDArray[np.float32]] = {}

    def uses(self, chosen: int) -> list[AdapterUse]:
        return [use(self.adapters[index], strength) for index, strength in SETS[chosen]]

    def fresh(self, chosen: int, prompt: int) -> npt.NDArray[np.float32]:
        if (chosen, prompt) not in self._fresh:
            engine = Engine.load(self.model, LoadOptions(threads=1))
            engine.set_adapters(self.uses(chosen))
            self._fresh[chosen, prompt] = first_scores(engine, PROMPTS[prompt])
            engine.close()
        return self._fresh[chosen, prompt]

    def take(self, step: str, number: int) -> None:
        if step == "switch":
            self.engine.set_adapters(self.uses(number))
            return
        stopped = threading.Event()
        turns = list(PROMPTS[number])
        on_prefill = (lambda done, _: stopped.set() if done else None) if step == "stop" else (lambda *_: None)
        said = self.engine.generate(turns, Sampling(max_tokens=5), on_prefill, lambda _: None, stopped)
        if step == "go on":
            turns += [Turn(Role.ASSISTANT, said.text), Turn(Role.USER, "Why?")]
            self.engine.generate(turns, Sampling(max_tokens=5), lambda *_: None, lambda _: None, stopped)


def first_scores(engine: Engine, turns: list[Turn]) -> npt.NDArray[np.float32]:
    engine.generate(turns, Sampling(max_tokens=0), lambda *_: None, lambda _: None, threading.Event())
    return engine.context.logits()


@pytest.fixture(scope="module")
def switching(tiny_phi3: Path, tiny_adapters: list[Path]) -> Iterator[Switching]:
    made = Switching(tiny_phi3, tiny_adapters)
    yield made
    made.engine.close()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    steps=st.lists(STEPS, max_size=8),
    chosen=st.sampled_from(range(len(SETS))),
    prompt=st.sampled_from(range(len(PROMPTS))),
)
def test_no_sequence_of_switches_and_answers_leaves_a_trace(
    switching: Switching, steps: list[tuple[str, int]], chosen: int, prompt: int
) -> None:
    for step, number in steps:
        switching.take(step, number)
    switching.engine.set_adapters(switching.uses(chosen))
    assert np.array_equal(first_scores(switching.engine, PROMPTS[prompt]), switching.fresh(chosen, prompt))


def test_adapter_that_breaks_the_numbers_leaves_no_trace(engine: Engine, tmp_path: Path) -> None:
    before = first_scores(engine, PROMPTS[0])
    broken = write_tiny_adapter(tmp_path / "broken.gguf", alpha=1e30)
    engine.set_adapters([use(broken)])
    assert not np.isfinite(first_scores(engine, PROMPTS[1])).all()
    engine.set_adapters([])
    short = first_scores(engine, PROMPTS[2])
    assert np.isfinite(short).all()
    assert np.array_equal(first_scores(engine, PROMPTS[0]), before)


def test_embedding_adapter_is_refused_where_one_table_reads_and_writes(tmp_path: Path) -> None:
    """llama.cpp ends the process over it."""
    engine = Engine.load(write_tiny_llama(tmp_path / "tied.gguf"), LoadOptions(threads=1))
    shape = config()
    halves = {"token_embd.weight": ((shape.vocabulary, 2), (shape.width, 2))}
    try:
        with pytest.raises(UserError, match="one table"):
            engine.set_adapters([use(write_adapter(tmp_path / "embedding.gguf", "llama", halves))])
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("halves", "words"),
    [
        ({"blk.0.attn_output.weight": ((4, 64), (64, 3))}, "does not fit"),
        ({"token_embd.weight": ((824, 2), (64, 3))}, "does not fit"),
        ({"blk.0.attn_output.weight": ((4, 64, 2), (64, 4))}, "in a form"),
    ],
)
def test_adapter_of_impossible_shapes_is_refused(
    engine: Engine, tmp_path: Path, halves: dict[str, tuple[tuple[int, ...], ...]], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        engine.set_adapters([use(write_adapter(tmp_path / "odd.gguf", "phi3", halves))])


def test_adapter_of_whole_numbers_is_refused(engine: Engine, tmp_path: Path) -> None:
    halves = {"blk.0.attn_output.weight": ((4, 64), (64, 4))}
    with pytest.raises(UserError, match=r"form \(I32\)"):
        engine.set_adapters([use(write_adapter(tmp_path / "whole.gguf", "phi3", halves, np.int32))])


@pytest.mark.parametrize(
    ("base", "model", "context", "doubted"),
    [
        ("Tiny Phi3", "Tiny Phi3", 2048, False),
        ("", "Phi 3 Mini 4k Instruct", 4096, False),
        ("Phi-3-mini-4k-instruct", "Phi3", 4096, False),
        ("Phi-3-mini-4k-instruct", "Phi 3 Mini 4k Instruct", 4096, False),
        ("Phi-3-mini-4k-instruct-bnb-4bit", "Phi 3 Mini 4k Instruct", 4096, False),
        ("Phi-3-mini-4k-instruct", "Phi3", 131072, True),
        ("Phi-3-mini-4k-instruct", "Phi 3 Mini 128k Instruct", 131072, True),
        ("Phi-3-mini-128k-instruct", "Phi 3.5 Mini Instruct", 131072, True),
        ("Phi-3.5 mini instruct", "Phi 3 Mini 128k Instruct", 131072, True),
        ("SmolLM2-135M-Instruct", "SmolLM2 135M Instruct", 8192, False),
        ("SmolLM2-135M", "SmolLM2 135M Instruct", 8192, True),
        ("checkpoint-300", "Phi 3 Mini 4k Instruct", 4096, True),
    ],
)
def test_base_is_compared_by_name(tmp_path: Path, base: str, model: str, context: int, doubted: bool) -> None:
    used = inspect(write_tiny_phi3(tmp_path / "model.gguf", name=model, context=context))
    adapter = inspect(write_tiny_adapter(tmp_path / "adapter.gguf", base_name=base))
    doubt = base_doubt(adapter.names, used)
    assert (doubt is not None) == doubted
    assert doubt is None or base in str(doubt)
