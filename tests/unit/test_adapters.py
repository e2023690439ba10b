from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from phi3desk.errors import UserError
from phi3desk.model.base_identity import base_doubt
from phi3desk.model.engine import Engine
from phi3desk.model.gguf import inspect
from phi3desk.model.models import AdapterUse, LoadOptions, Sampling, Turn
from tests.helpers.tiny_phi3 import config, write_tiny_adapter

QUESTION = [Turn("user", "Which oil is in the pump? " * 8)]


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


def test_adapter_file_that_changed_is_read_again(engine: Engine, tmp_path: Path) -> None:
    path = write_tiny_adapter(tmp_path / "mine.gguf", seed=1)
    engine.set_adapters([use(path)])
    before = answer(engine)[1]
    write_tiny_adapter(path, rank=8, seed=2)
    engine.set_adapters([])
    engine.set_adapters([use(path)])
    assert not np.array_equal(answer(engine)[1], before)


def test_base_doubt_names_another_base(tmp_path: Path, tiny_phi3: Path) -> None:
    model = inspect(tiny_phi3)
    same = inspect(write_tiny_adapter(tmp_path / "same.gguf"))
    sibling = inspect(write_tiny_adapter(tmp_path / "sibling.gguf", base_name="Phi-3.5 mini instruct"))
    unnamed = inspect(write_tiny_adapter(tmp_path / "unnamed.gguf", base_name=""))
    assert base_doubt(same.names, model) is None
    assert base_doubt(unnamed.names, model) is None
    doubt = base_doubt(sibling.names, model)
    assert doubt is not None
    assert "Phi-3.5 mini instruct" in str(doubt)
