"""What this machine has for a model."""

from __future__ import annotations

import ctypes
import os
from dataclasses import replace
from typing import Any

import psutil

from phi3desk.model.types import Device, Hardware

_KINDS = {0: "cpu", 1: "gpu", 2: "integrated", 3: "accelerator"}


def hardware() -> Hardware:
    """Return cores, memory and llama.cpp's devices; loads the native library."""
    from phi3desk.model.llama.bindings import api

    memory = psutil.virtual_memory()
    return Hardware(
        cores=cores(),
        memory_total=int(memory.total),
        memory_free=int(memory.available),
        devices=tuple(_with_memory(device, memory) for device in _devices()),
        can_offload=bool(api.llama_supports_gpu_offload()),
    )


def _with_memory(device: Device, memory: Any) -> Device:
    """Return a processor with the machine's memory: all of it is free for ggml, whatever else runs."""
    if device.kind != "cpu":
        return device
    return replace(device, memory_total=int(memory.total), memory_free=int(memory.available))


def cores() -> int:
    """Return how many physical cores this process may use: more threads than that slow llama.cpp down."""
    physical = psutil.cpu_count(logical=False) or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(physical, allowed))


def _devices() -> list[Device]:
    """List llama.cpp's devices through ggml's own registry, which the binding does not wrap; [] where it cannot."""
    try:
        from llama_cpp._ggml import libggml
    except (ImportError, OSError):
        return []
    try:
        return [_device(libggml, index) for index in range(_call(libggml, "ggml_backend_dev_count", ctypes.c_size_t))]
    except AttributeError:
        return []


def _device(library: Any, index: int) -> Device:
    handle = ctypes.c_void_p(_call(library, "ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t(index)))
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    _call(library, "ggml_backend_dev_memory", None, handle, ctypes.byref(free), ctypes.byref(total))
    kind = int(_call(library, "ggml_backend_dev_type", ctypes.c_int, handle))
    return Device(
        name=_text(_call(library, "ggml_backend_dev_name", ctypes.c_char_p, handle)),
        description=_text(_call(library, "ggml_backend_dev_description", ctypes.c_char_p, handle)),
        kind=_KINDS.get(kind, "other"),
        memory_total=total.value,
        memory_free=free.value,
    )


def _call(library: Any, name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(library, name)
    function.restype = result
    return function(*arguments)


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace").strip()
