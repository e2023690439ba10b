from pathlib import Path

import pytest

from phi3desk.model.measured import MOST_KEPT, MeasuredStore, machine_of
from phi3desk.model.types import Measured

HERE = machine_of("Some processor", "0.3.36 AVX2 = 1")
FIGURES = Measured(4, 8, 9.5, 31.0)


def test_figures_are_of_one_model_on_one_machine(tmp_path: Path) -> None:
    MeasuredStore(tmp_path / "measured.json").keep("aa", HERE, FIGURES)
    store = MeasuredStore(tmp_path / "measured.json")
    assert store.find("aa", HERE) == FIGURES
    assert store.find("bb", HERE) is None
    assert store.find("aa", machine_of("Some processor", "0.3.37 AVX2 = 1")) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "[" * 100_000, '{"x": 1}', "\x00"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "measured.json"
    path.write_text(damage)
    assert MeasuredStore(path).find("aa", HERE) is None
    MeasuredStore(path).keep("aa", HERE, FIGURES)
    assert MeasuredStore(path).find("aa", HERE) == FIGURES
    path.write_text(path.read_text().replace("9.5", '"fast"'))
    assert MeasuredStore(path).find("aa", HERE) is None


def test_the_latest_figures_are_kept(tmp_path: Path) -> None:
    store = MeasuredStore(tmp_path / "measured.json")
    for number in range(MOST_KEPT + 3):
        store.keep(str(number), HERE, FIGURES)
    assert store.find("2", HERE) is None
    assert store.find("3", HERE) == store.find(str(MOST_KEPT + 2), HERE) == FIGURES
