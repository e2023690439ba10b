from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phi3desk.errors import Cancelled, UserError
from phi3desk.model.llama import context as context_module
from phi3desk.model.llama.drafting import Pace
from phi3desk.model.llama.engine import Engine
from phi3desk.model.llama.sampler import TextStream
from phi3desk.model.llama.writing import Writer
from phi3desk.model.starter import find_small_starter
from phi3desk.model.types import Ending, Extract, Generation, LoadOptions, Role, Sampling, Turn
from tests.helpers import tiny_phi3 as tiny_models
from tests.helpers.exact_llama import compute_exactly
from tests.helpers.tiny_phi3 import TinyConfig, config, tokens, transformers_model, weights, write_tiny_phi3

QUESTION = [Turn(Role.USER, "Which oil is in the pump?")]
OPTIONS = LoadOptions(threads=1)


@pytest.fixture
def engine(tiny_phi3: Path) -> Iterator[Engine]:
    loaded = Engine.load(tiny_phi3, OPTIONS)
    yield loaded
    loaded.close()


def ask(engine: Engine, turns: list[Turn] = QUESTION, **sampling: float) -> Generation:
    return engine.generate(
        turns, Sampling(**{"max_tokens": 32, **sampling}), lambda *_: None, lambda _: None, threading.Event()
    )


@pytest.mark.parametrize("seed", [0, 3])
def test_engine_answers_token_for_token_as_transformers(tmp_path: Path, seed: int) -> None:
    import torch

    engine = Engine.load(write_tiny_phi3(tmp_path / "tiny.gguf", seed=seed), OPTIONS)
    try:
        turns = [Turn(Role.USER, "Check the pressure of the valve before use."), Turn(Role.ASSISTANT, "no"), *QUESTION]
        prompt = engine.prompt_tokens(turns)
        answer = ask(engine, turns)
    finally:
        engine.close()
    reference = transformers_model(seed).generate(
        torch.tensor([prompt]), max_new_tokens=32, do_sample=False, eos_token_id=None, pad_token_id=0
    )
    assert list(answer.tokens) == reference[0, len(prompt) :].tolist()
    assert len(set(answer.tokens)) > 4
    assert (answer.ended, answer.prompt_tokens) == ("length", len(prompt))


def test_engine_logits_are_those_of_transformers(engine: Engine) -> None:
    import torch

    ask(engine, max_tokens=1)
    with torch.no_grad():
        expected = transformers_model(0)(torch.tensor([engine.prompt_tokens(QUESTION)])).logits[0, -1].numpy()
    assert np.abs(engine.context.logits() - expected).max() < 0.02 * np.abs(expected).max()


def test_engine_says_what_is_loaded(engine: Engine, tiny_phi3: Path) -> None:
    loaded = engine.loaded
    assert (loaded.name, loaded.path, loaded.architecture) == ("tiny-phi3", str(tiny_phi3), "phi3")
    assert (loaded.context, loaded.context_train, loaded.blocks, loaded.gpu_layers) == (2048, 2048, 2, 0)
    assert not loaded.has_system_role
    assert loaded.device


def test_engine_repeats_itself_at_temperature_0(engine: Engine) -> None:
    long = [Turn(Role.USER, "The oil of the pump must be checked before use. " * 30)]
    first = ask(engine, long)
    ask(engine, QUESTION)
    again, once_more = ask(engine, long), ask(engine, long)
    assert first.tokens == again.tokens == once_more.tokens
    assert first.reused_tokens == 0
    assert once_more.reused_tokens >= 64
    assert once_more.prompt_tokens - once_more.reused_tokens <= 64


def test_engine_does_not_read_the_last_answer_again(engine: Engine) -> None:
    answer = ask(engine, max_tokens=8)
    prompt = engine.prompt_tokens(QUESTION)
    # the last token was chosen but never read
    assert engine.context.keep([*prompt, *answer.tokens, 300, 301]) == len(prompt) + 7
    assert engine.context.keep([*prompt, 300]) == 0


def test_conversation_is_read_once_and_says_what_a_fresh_context_says(
    tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute_exactly(monkeypatch)
    engine = Engine.load(tiny_phi3, OPTIONS)
    said: list[Turn] = [Turn(Role.SYSTEM, "You know pumps.")]
    answers: list[Generation] = []
    for number in range(5):
        said.append(Turn(Role.USER, f"{number} the oil of the pump must be checked before use. " * 8))
        answers.append(ask(engine, said))
        said.append(Turn(Role.ASSISTANT, answers[-1].text, tokens=answers[-1].tokens))
    assert answers[0].reused_tokens == 0
    for before, after in pairwise(answers):
        # all but the last token, which was chosen and never read
        assert after.reused_tokens == before.prompt_tokens + before.generated_tokens - 1
        assert after.read_again == 0
        assert after.prompt_tokens == after.reused_tokens + after.question_tokens
    again = ask(engine, said[:-1])
    assert again.tokens == answers[-1].tokens
    assert again.prompt_tokens - again.reused_tokens <= engine.context.slice
    ask(engine, said[:-1], max_tokens=1)
    scores = engine.context.logits()
    ask(engine, said[:-1], max_tokens=1)
    assert np.array_equal(engine.context.logits(), scores)
    fresh = _fresh(engine, said[:-1])
    assert (fresh.reused_tokens, fresh.tokens) == (0, answers[-1].tokens)
    # an answer that is read in slices, not written token by token, differs by rounding
    ask(engine, said[:-1], max_tokens=1)
    assert np.allclose(engine.context.logits(), scores, atol=1e-4)
    engine.close()


def test_edited_question_is_read_again_from_where_it_differs(engine: Engine) -> None:
    said = [Turn(Role.USER, "The oil of the pump must be checked before use. " * 30)]
    first = ask(engine, said)
    said.append(Turn(Role.ASSISTANT, first.text, tokens=first.tokens))
    ask(engine, [*said, Turn(Role.USER, "and the seal of the motor? " * 20)])
    edited = ask(engine, [*said, Turn(Role.USER, "and the valve?")])
    assert edited.reused_tokens == first.prompt_tokens + first.generated_tokens - 1
    shorter = [Turn(Role.USER, "The oil of the pump must be checked before use. " * 20)]
    other = ask(engine, shorter)
    assert other.reused_tokens % engine.context.slice == 0
    assert 0 < other.prompt_tokens - other.reused_tokens <= engine.context.slice
    assert other.tokens == _fresh(engine, shorter).tokens


def test_engine_seeds_decide_at_higher_temperature(engine: Engine) -> None:
    one, same, other = (ask(engine, temperature=1.5, top_k=0, seed=seed).tokens for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_engine_streams_what_it_returns(engine: Engine) -> None:
    pieces: list[str] = []
    read: list[tuple[int, int]] = []
    long = [Turn(Role.USER, "The oil of the pump must be checked. " * 20)]
    answer = engine.generate(
        long, Sampling(max_tokens=16), lambda done, total: read.append((done, total)), pieces.append, threading.Event()
    )
    assert "".join(pieces) == answer.text
    assert answer.text.strip()
    assert read[0] == (0, answer.prompt_tokens)
    assert read[-1] == (answer.prompt_tokens, answer.prompt_tokens)
    assert [done for done, _ in read] == sorted({done for done, _ in read})
    assert answer.generated_tokens == len(answer.tokens) == 16
    assert 0 < answer.prefill_seconds <= answer.first_token_seconds


def test_engine_stops_at_the_end_token_and_never_shows_it(tmp_path: Path) -> None:
    engine = Engine.load(write_tiny_phi3(tmp_path / "tiny.gguf", end_weight=30.0), OPTIONS)
    try:
        answers = [ask(engine, [Turn(Role.USER, question)], max_tokens=200) for question in ("a", "the oil", "why not")]
    finally:
        engine.close()
    assert any(answer.ended == Ending.STOP for answer in answers)
    end = next(index for index, (text, _, _) in enumerate(tokens()) if text == "<|end|>")
    for answer in answers:
        assert end not in answer.tokens
        assert "<|" not in answer.text


def test_engine_stops_while_reading(engine: Engine) -> None:
    cancelled = threading.Event()
    long = [Turn(Role.USER, "The oil of the pump must be checked. " * 120)]

    def on_prefill(done: int, _: int) -> None:
        if done:
            cancelled.set()

    answer = engine.generate(long, Sampling(), on_prefill, lambda _: None, cancelled)
    assert (answer.ended, answer.text, answer.generated_tokens) == ("cancelled", "", 0)
    assert len(engine.context.tokens) == engine.context.slice
    assert ask(engine, long).tokens == _fresh(engine, long).tokens


def _fresh(engine: Engine, turns: list[Turn]) -> Generation:
    engine.context.clear()
    return ask(engine, turns)


class _SetInTheMiddle(threading.Event):
    """Becomes set while llama.cpp computes the first slice: at the 20th time it is asked."""

    asked = 0

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked > 20


def test_engine_stops_inside_a_slice_of_reading(engine: Engine) -> None:
    read: list[int] = []
    answer = engine.generate(QUESTION, Sampling(), lambda done, _: read.append(done), lambda _: None, _SetInTheMiddle())
    assert answer.ended == Ending.CANCELLED
    assert read == [0]
    assert engine.context.tokens == []
    assert ask(engine).tokens == _fresh(engine, QUESTION).tokens


def test_engine_returns_the_partial_text_when_stopped_while_writing(engine: Engine) -> None:
    cancelled = threading.Event()
    pieces: list[str] = []

    def on_text(text: str) -> None:
        pieces.append(text)
        if len(pieces) == 5:
            cancelled.set()

    answer = engine.generate(QUESTION, Sampling(max_tokens=500), lambda *_: None, on_text, cancelled)
    assert answer.ended == Ending.CANCELLED
    assert answer.text == "".join(pieces)
    assert len(pieces) == 5


def test_engine_ends_where_the_context_is_full(tiny_phi3: Path) -> None:
    engine = Engine.load(tiny_phi3, LoadOptions(context=512, threads=1))
    try:
        answer = ask(engine, [Turn(Role.USER, "oil " * 200)], max_tokens=5000)
        assert answer.ended == Ending.CONTEXT
        assert answer.prompt_tokens + answer.generated_tokens == engine.loaded.context
        with pytest.raises(UserError, match="context window holds 512"):
            ask(engine, [Turn(Role.USER, "oil " * 600)])
        assert ask(engine).ended == Ending.LENGTH
    finally:
        engine.close()


@pytest.fixture
def circling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A model for which the last token alone decides what comes next, so that its answer goes round in a circle."""

    def without_memory(*given: Any) -> dict[str, Any]:
        made = weights(*given)
        return made | {name: made[name] * 0 for name in made if "o_proj" in name or "down_proj" in name}

    monkeypatch.setattr(tiny_models, "weights", without_memory)
    loaded = Engine.load(write_tiny_phi3(tmp_path / "circle.gguf"), OPTIONS)
    yield loaded
    loaded.close()


def test_engine_stops_an_answer_that_repeats_itself_without_end(circling: Engine) -> None:
    answer = ask(circling, max_tokens=500)
    assert answer.ended == Ending.REPEATED
    assert answer.generated_tokens < 300
    length = next(n for n in range(1, 200) if answer.tokens[-n:] == answer.tokens[-2 * n : -n])
    assert answer.tokens[-4 * length :] == answer.tokens[-length:] * 4


def _drafting(monkeypatch: pytest.MonkeyPatch, count: int) -> list[tuple[int, int]]:
    """Have so many tokens guessed wherever the prompt or the answer suggests any; return what is guessed and kept."""
    seen: list[tuple[int, int]] = []
    verified = Writer._verified

    def noted(engine: Engine, guesses: Sequence[int]) -> list[int]:
        chosen = verified(engine, guesses)
        seen.append((len(guesses), sum(one == other for one, other in zip(chosen, guesses, strict=False))))
        return chosen

    monkeypatch.setattr(Pace, "length", lambda pace, agreed: count)
    monkeypatch.setattr(Writer, "_verified", noted)
    return seen


def test_engine_writes_the_same_with_drafts_as_without(
    engine: Engine, circling: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [[Turn(Role.USER, f"{text} " * 20)] for text in ("oil", "Which oil is in the pump?", "the valve must be")]
    asked_of = [(loaded, turns) for turns in asked for loaded in (engine, circling)]
    _drafting(monkeypatch, 0)
    plain = [(ask(loaded, turns, max_tokens=300), list(loaded.context.tokens)) for loaded, turns in asked_of]
    seen = _drafting(monkeypatch, 7)
    for (loaded, turns), (answer, read) in zip(asked_of, plain, strict=True):
        drafted = ask(loaded, turns, max_tokens=300)
        assert (drafted.tokens, drafted.text, drafted.ended) == (answer.tokens, answer.text, answer.ended)
        assert loaded.context.tokens == read == [*loaded.prompt_tokens(turns), *answer.tokens[:-1]]
        # what was read and taken back leaves no trace
        further = [*turns, Turn(Role.ASSISTANT, drafted.text), *QUESTION]
        assert ask(loaded, further).tokens == _fresh(loaded, further).tokens
    kept = [true for _, true in seen]
    assert 7 in kept
    assert any(true < guessed for guessed, true in seen)


def test_engine_ends_a_drafted_answer_where_a_plain_one_ends(
    tmp_path: Path, tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = write_tiny_phi3(tmp_path / "ending.gguf", end_weight=30.0)
    ends, states = [], []
    for count in (0, 15):
        seen = _drafting(monkeypatch, count)
        for path, most in ((tiny_phi3, 5000), (tiny_phi3, 41), (ending, 200)):
            loaded = Engine.load(path, LoadOptions(context=512, threads=1))
            try:
                answers = [ask(loaded, [Turn(Role.USER, text)], max_tokens=most) for text in ("oil " * 90, "why not")]
                ends.append([(answer.ended, answer.tokens) for answer in answers])
                states.append(loaded.context.tokens)
            finally:
                loaded.close()
    assert seen
    assert ends[:3] == ends[3:]
    assert states[:3] == states[3:]
    assert {ended for each in ends for ended, _ in each} >= {Ending.LENGTH, Ending.STOP}


def test_engine_stops_between_drafts(circling: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _drafting(monkeypatch, 7)
    cancelled = threading.Event()
    pieces: list[str] = []

    def on_text(text: str) -> None:
        pieces.append(text)
        if any(true > 1 for _, true in seen):
            cancelled.set()

    answer = circling.generate(QUESTION, Sampling(max_tokens=500), lambda *_: None, on_text, cancelled)
    assert answer.ended == Ending.CANCELLED
    assert len(pieces) < answer.generated_tokens
    assert answer.text == "".join(pieces)
    assert circling.context.tokens == [*circling.prompt_tokens(QUESTION), *answer.tokens[:-1]]


def test_engine_decides_a_near_tie_by_tokens_read_alone(circling: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ask(circling, max_tokens=200)
    seen = _drafting(monkeypatch, 7)
    monkeypatch.setattr("phi3desk.model.llama.writing.CLEAR_LEAD", 1e9)
    assert ask(circling, max_tokens=200).tokens == plain.tokens
    assert seen
    assert {true for _, true in seen} == {0}


def test_engine_counts_tokens_as_it_reads_them(engine: Engine) -> None:
    assert engine.count_turns(QUESTION) == ask(engine, max_tokens=1).prompt_tokens
    assert engine.count("") == 0
    assert engine.count("the oil") < engine.count_turns([Turn(Role.USER, "the oil")])


def test_engine_tells_load_progress_and_stops_loading(tiny_phi3: Path) -> None:
    seen: list[float] = []
    Engine.load(tiny_phi3, OPTIONS, lambda fraction: seen.append(fraction) is None).close()
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    with pytest.raises(Cancelled):
        Engine.load(tiny_phi3, OPTIONS, lambda _: False)


def test_engine_refuses_bad_files_in_words(tmp_path: Path, tiny_phi3: Path, tiny_adapters: list[Path]) -> None:
    raw = tiny_phi3.read_bytes()
    cut, foreign = tmp_path / "cut.gguf", tmp_path / "foreign.gguf"
    cut.write_bytes(raw[:-1000])
    foreign.write_bytes(b"%PDF-1.4")
    unknown = write_tiny_phi3(
        tmp_path / "unknown.gguf", shape=TinyConfig(vocabulary=config().vocabulary, architecture="phi97")
    )
    for path, words in (
        (cut, "cut off"),
        (foreign, "PDF"),
        (tiny_adapters[0], "adapter"),
        (unknown, "phi97"),
        (tmp_path / "gone.gguf", "not there"),
    ):
        with pytest.raises(UserError, match=words):
            Engine.load(path, OPTIONS)


def test_engine_refuses_a_model_without_a_tensor(tmp_path: Path) -> None:
    more_blocks = TinyConfig(vocabulary=config().vocabulary)
    path = write_tiny_phi3(tmp_path / "tiny.gguf", shape=more_blocks)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"blk.1.ffn_down.weight", b"blk.9.ffn_down.weight"))
    with pytest.raises(UserError, match=r"blk\.1\.ffn_down\.weight.*not found"):
        Engine.load(path, OPTIONS)


def test_engine_stays_silent(tiny_phi3: Path, capfd: pytest.CaptureFixture[str]) -> None:
    engine = Engine.load(tiny_phi3, OPTIONS)
    ask(engine)
    engine.close()
    assert capfd.readouterr().out == ""


def test_text_stream_never_gives_part_of_a_letter() -> None:
    stream = TextStream()
    given = [stream.add(bytes([byte])) for byte in " \n Öl 中 🙂 é".encode()]
    assert "".join(given) == stream.text == "Öl 中 🙂 é"
    assert all(len(piece) <= 1 for piece in given)
    assert stream.add("🙂".encode()[:3]) == ""
    assert stream.text == "Öl 中 🙂 é"


def test_starter_answers() -> None:
    starter = find_small_starter()
    if starter is None:
        pytest.skip("the starter model is not installed")
    engine = Engine.load(starter, LoadOptions(context=1024))
    try:
        answer = ask(engine, [Turn(Role.USER, "What is the capital of France? Answer in one word.")])
    finally:
        engine.close()
    assert "Paris" in answer.text
    assert answer.ended == Ending.STOP


JUDGED = [
    [Turn(Role.USER, f"The oil of the pump must be checked before use. {'the valve is on ' * 40}{end}")]
    for end in ("is it water?", "is it oil?", "must the seal be checked?")
]
WORDS = (("no",), ("oil", "water"), ("the",))


def judge(engine: Engine, prompts: list[list[Turn]], conversation: int = 0) -> tuple[tuple[float, ...], ...]:
    return engine.judge(prompts, WORDS, threading.Event(), conversation=conversation)


def likelihood(engine: Engine, turns: list[Turn], token: int) -> float:
    """Return the probability of a token after a prompt that was read whole."""
    ask(engine, turns, max_tokens=1)
    scores = engine.context.logits().astype(np.float64)
    return float(np.exp(scores - scores.max())[token] / np.exp(scores - scores.max()).sum())


def test_engine_judges_by_the_scores_after_each_prompt(engine: Engine) -> None:
    found = judge(engine, JUDGED)
    (token,) = engine._tokenizer.plain("no")[-1:]
    engine.context.clear()
    expected = [likelihood(engine, turns, token) for turns in JUDGED]
    assert len(set(expected)) == len(expected)
    assert [row[0] for row in found] == pytest.approx(expected, rel=1e-3)
    assert all(0 < each < 1 for row in found for each in row)
    assert judge(engine, []) == ()


def test_engine_reads_what_judged_prompts_begin_with_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    decode, read = engine.context._decode, []

    def count(tokens: Sequence[int], **options: bool) -> bool:
        read.append(len(tokens))
        return decode(tokens, **options)

    monkeypatch.setattr(engine.context, "_decode", count)
    judge(engine, JUDGED)
    lengths = [engine.count_turns(turns) for turns in JUDGED]
    assert sum(read) < max(lengths) + 30 < sum(lengths) / 2
    # what is left was read as any prompt is read
    assert len(engine.context.tokens) % engine.context.slice == 0
    assert len(engine.context.tokens) > min(lengths) - 2 * engine.context.slice


def test_engine_answers_the_same_after_it_judged(engine: Engine) -> None:
    answer = ask(engine, JUDGED[0])
    engine.context.clear()
    judge(engine, JUDGED)
    again = ask(engine, JUDGED[0])
    assert again.tokens == answer.tokens
    assert again.reused_tokens > 0


def extract(engine: Engine, most: int = 6, none: Sequence[str] = ("no",)) -> Extract:
    return engine.extract(QUESTION, none, most, threading.Event())


@pytest.mark.parametrize("stops", [False, True])
def test_what_is_extracted_takes_the_place_of_nothing(engine: Engine, stops: bool) -> None:
    first = ask(engine, JUDGED[0])
    held = list(engine.context.tokens)
    stopped = threading.Event()
    if stops:
        stopped.set()
        with pytest.raises(Cancelled):
            engine.extract(QUESTION, ("no",), 6, stopped)
    else:
        assert extract(engine).words
    assert engine.context.tokens == held
    answered = Turn(Role.ASSISTANT, first.text, tokens=first.tokens)
    follow_up = [*JUDGED[0], answered, Turn(Role.USER, "and the valve?")]
    after = ask(engine, follow_up)
    assert after.reused_tokens > engine.count_turns(JUDGED[0])
    engine.context.clear()
    ask(engine, JUDGED[0])
    assert ask(engine, follow_up).tokens == after.tokens


def test_what_is_extracted_is_what_a_model_would_write(engine: Engine) -> None:
    ((likely, *_),) = judge(engine, [QUESTION])
    answer = ask(engine, QUESTION, max_tokens=6)
    first = likelihood(engine, QUESTION, answer.tokens[0])
    approximately = (pytest.approx(likely, rel=1e-3), pytest.approx(first, rel=1e-3))
    assert extract(engine) == Extract(*approximately, answer.text.strip())
    assert extract(engine, most=0).words == ""


def test_nothing_is_copied_where_none_is_likelier(engine: Engine) -> None:
    every = [engine._vocabulary.piece(token).decode("utf-8", "replace") for token in range(engine._vocabulary.size)]
    found = extract(engine, none=every)
    assert found.none > found.other
    assert found.words == ""


def test_what_memory_has_no_room_for_is_read_again_after_extracting(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(engine, JUDGED[0])
    monkeypatch.setattr(context_module, "_SHARE_ASIDE", 0.0)
    extract(engine)
    assert engine.context.tokens == []
    assert ask(engine, JUDGED[0]).tokens == first.tokens


def test_extracting_leaves_nothing_where_nothing_was_read(engine: Engine) -> None:
    extract(engine)
    assert engine.context.tokens == []


def test_judging_can_be_stopped(engine: Engine) -> None:
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        engine.judge(JUDGED, WORDS, stopped)
    assert ask(engine, JUDGED[0]).text


def test_engine_refuses_to_judge_what_it_cannot_read(engine: Engine) -> None:
    with pytest.raises(UserError, match="context window holds 2048"):
        judge(engine, [[Turn(Role.USER, "the pump " * 3000)]])
