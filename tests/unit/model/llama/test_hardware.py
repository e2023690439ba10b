from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.model.gguf import inspect
from phi3desk.model.llama.hardware import fitting_context, fitting_gpu_layers, hardware
from phi3desk.model.types import GgufInfo

GIB = 1 << 30


@pytest.fixture
def phi3_mini(tiny_phi3: Path) -> GgufInfo:
    """Return what Phi-3-mini-128k in Q4 says of itself."""
    return replace(
        inspect(tiny_phi3), size=int(2.2 * GIB), blocks=32, kv_bytes_per_token=384 * 1024, context_train=131072
    )


def test_hardware_tells_what_is_here() -> None:
    machine = hardware()
    assert machine.cores >= 1
    assert 0 < machine.memory_free <= machine.memory_total
    assert any(device.kind == "cpu" and device.memory_total > 0 for device in machine.devices)


@pytest.mark.parametrize(
    ("gib", "wanted", "expected"),
    [
        (64, 0, 8192),
        (64, 100_000, 99_840),
        (64, 900_000, 131_072),
        (6.2, 0, 8192),
        (4.6, 0, 3584),
        (3, 0, 512),
        (1, 4096, 512),
        (64, 700, 512),
    ],
)
def test_context_fits_the_memory(phi3_mini: GgufInfo, gib: float, wanted: int, expected: int) -> None:
    assert fitting_context(phi3_mini, int(gib * GIB), wanted) == expected


def test_context_is_never_longer_than_trained(phi3_mini: GgufInfo) -> None:
    assert fitting_context(replace(phi3_mini, context_train=4096), 64 * GIB) == 4096
    assert fitting_context(replace(phi3_mini, context_train=256), 64 * GIB) == 256


@pytest.mark.parametrize(
    ("gib", "wanted", "expected"), [(24, -1, 33), (2.9, -1, 21), (0.4, -1, 0), (0, -1, 0), (0, 12, 12), (0, 99, 33)]
)
def test_layers_fit_the_graphics_card(phi3_mini: GgufInfo, gib: float, wanted: int, expected: int) -> None:
    assert fitting_gpu_layers(phi3_mini, int(gib * GIB), 4096, wanted) == expected
