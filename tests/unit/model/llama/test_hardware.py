from __future__ import annotations

from phi3desk.model.llama.hardware import hardware


def test_hardware_tells_what_is_here() -> None:
    machine = hardware()
    assert machine.cores >= 1
    assert 0 < machine.memory_free <= machine.memory_total
    [processor] = [device for device in machine.devices if device.kind == "cpu"]
    # one figure of what is free, not a second one of llama.cpp's that counts all of it
    assert (processor.memory_total, processor.memory_free) == (machine.memory_total, machine.memory_free)
