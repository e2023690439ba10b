from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.model.llama import tuning
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import LoadOptions
from tests.unit.model.llama.test_engine import ask


@pytest.fixture
def engine(tiny_phi3: Path) -> Iterator[Engine]:
    loaded = Engine.load(tiny_phi3, LoadOptions(context=512))
    yield loaded
    loaded.close()


def load_of(percent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phi3desk.model.llama.tuning.psutil.cpu_percent", lambda interval: percent)


def test_measuring_leaves_the_answer_as_it_was(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    load_of(0.0, monkeypatch)
    first = ask(engine)
    read = list(engine.context.tokens)
    measured = engine.measure(lambda: False)
    assert measured == engine.loaded.measured
    assert measured is not None
    assert engine.context.tokens == read
    assert ask(engine).tokens == first.tokens


def test_measuring_is_given_up_at_any_moment(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    load_of(0.0, monkeypatch)
    asked = [0]

    def given_up(at: int) -> bool:
        asked[0] += 1
        return asked[0] > at

    for at in (0, 1, 2, 20, 60):
        asked[0] = 0
        assert engine.measure(lambda at=at: given_up(at)) is None
    assert engine.loaded.measured is None
    assert asked[0] == 61


def test_nothing_is_measured_beside_other_work(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    load_of(90.0, monkeypatch)
    assert engine.measure(lambda: pytest.fail("asked")) is None


def test_the_cores_are_taken_unless_others_are_clearly_faster() -> None:
    assert tuning._fastest({8: 10.0, 16: 10.5, 4: 9.0}) == 8
    assert tuning._fastest({8: 10.0, 16: 12.0, 4: 11.5}) == 16
    assert tuning._candidates(8, 16) == [8, 16, 4]
    assert tuning._candidates(2, 2) == [2, 1]
    assert tuning._candidates(1, 1) == [1]
