from __future__ import annotations

from phi3desk.model.llama.hardware import hardware


def test_hardware_tells_what_is_here() -> None:
    machine = hardware()
    assert machine.cores >= 1
    assert 0 < machine.memory_free <= machine.memory_total
    assert any(device.kind == "cpu" and device.memory_total > 0 for device in machine.devices)
