"""What this machine has for a model, and what of a model fits into it."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import psutil

from phi3desk.model.types import Device, GgufInfo, Hardware

#: a context nobody asked for is not larger than this: reading 8,000 tokens already takes a laptop minutes
COMFORTABLE_CONTEXT = 8192
SMALLEST_CONTEXT = 512
CONTEXT_STEP = 256
#: memory left for the system, the window, the library and llama.cpp's work buffers
HEADROOM = 1 << 30
GPU_HEADROOM = 512 << 20

_KINDS = {0: "cpu", 1: "gpu", 2: "integrated", 3: "accelerator"}


def hardware() -> Hardware:
    """Return cores, memory and llama.cpp's devices; loads the native library."""
    from phi3desk.model.llama.bindings import api

    memory = psutil.virtual_memory()
    return Hardware(
        cores=cores(),
        memory_total=int(memory.total),
        memory_free=int(memory.available),
        devices=tuple(_devices()),
        can_offload=bool(api.llama_supports_gpu_offload()),
    )


def cores() -> int:
    """Return how many physical cores this process may use: more threads than that slow llama.cpp down."""
    physical = psutil.cpu_count(logical=False) or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(physical, allowed))


def fitting_context(info: GgufInfo, memory_free: int, wanted: int = 0) -> int:
    """Return the context length in tokens that fits the memory (bytes), at most what the model was trained for.

    `wanted` 0 chooses a comfortable length. Weights are memory-mapped but must stay in memory for speed, so they count
    in full; the KV cache at 16 bits takes `kv_bytes_per_token` for each token.
    """
    trained = info.context_train or COMFORTABLE_CONTEXT
    length = min(wanted or COMFORTABLE_CONTEXT, trained)
    if info.kv_bytes_per_token:
        room = memory_free - info.size - HEADROOM
        length = min(length, max(SMALLEST_CONTEXT, room // info.kv_bytes_per_token))
    return int(max(min(SMALLEST_CONTEXT, trained), length // CONTEXT_STEP * CONTEXT_STEP))


def fitting_gpu_layers(info: GgufInfo, device_memory: int, context: int, wanted: int = -1) -> int:
    """Return how many layers go to a graphics card with so much free memory (bytes); blocks + 1 is all of them.

    `wanted` -1 chooses by memory: a layer takes its share of the weights and of the KV cache.
    """
    layers = info.blocks + 1
    if wanted >= 0:
        return min(wanted, layers)
    if device_memory <= 0 or info.blocks <= 0:
        return 0
    each = info.size / layers + info.kv_bytes_per_token * context / info.blocks
    return int(max(0, min(layers, (device_memory - GPU_HEADROOM) // each)))


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
