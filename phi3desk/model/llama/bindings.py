"""llama.cpp's C interface as this program uses it: logs, loading, and the vocabulary's raw calls.

Only the model worker and the headless commands import this module, for it loads the native library.
"""

from __future__ import annotations

import ctypes
import logging
import os
import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

# GNU's OpenMP waits for the other threads at every step of the graph; it reads this once, when it is loaded. Spinning
# without end, two threads beside a busy process (an import, say) write 1 token a second, never spinning 5. On a free
# machine threads that sleep at once write 8 and threads that spin write 10: so they spin for its short waits (some 50
# microseconds), which costs a tenth beside a busy process.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "2000")
# where llama.cpp ends the process it would first start a debugger for a backtrace
os.environ.setdefault("GGML_NO_BACKTRACE", "1")

import llama_cpp
import llama_cpp.llama_cpp as api

from phi3desk.errors import Cancelled

__all__ = ["NativeFailure", "api", "build", "encode_path", "load_adapter", "load_model"]

log = logging.getLogger("phi3desk.model.llama")

#: of llama_model::load_tensors, ggml_gallocr, and the buffers of CUDA, Metal and Vulkan
_NO_MEMORY = re.compile(r"out of (device )?memory|(failed|unable) to allocate|no memory|insufficient memory", re.I)
#: GGML_LOG_LEVEL_ERROR of ggml.h
_ERROR_LEVEL = 4


class _Log:
    """llama.cpp's messages on their way to Python's logging; it keeps the latest errors for an explanation."""

    def __init__(self) -> None:
        self._errors: deque[str] = deque(maxlen=8)
        self.callback = api.llama_log_callback(self._on_message)

    def _on_message(self, level: int, text: bytes, _: Any) -> None:
        line = (text or b"").decode("utf-8", "replace").strip()
        if not line or line == ".":
            return
        if level == _ERROR_LEVEL:
            self._errors.append(line)
        log.debug("%s", line)

    def forget(self) -> None:
        self._errors.clear()

    def reason(self) -> str:
        """Return the first error since `forget`, without the name of the C function that told it."""
        if not self._errors:
            return ""
        first = self._errors[0]
        return first.rpartition("error loading model: ")[2].rpartition("failed to apply lora adapter: ")[2].strip(" .")


# llama.cpp has one log callback for the whole process, which must outlive every call into it
_LOG = _Log()
api.llama_log_set(_LOG.callback, ctypes.c_void_p(0))
api.llama_backend_init()


class NativeFailure(Exception):
    """llama.cpp refused; the text is its own reason, which may be empty."""

    @property
    def lacks_memory(self) -> bool:
        """Whether the reason is that memory, of the machine or of a graphics card, could not be had."""
        return bool(_NO_MEMORY.search(str(self)))


def encode_path(path: Path) -> bytes:
    """Return a path as llama.cpp wants it: UTF-8 on every system."""
    return str(path).encode("utf-8", "surrogateescape")


def uses_amx() -> bool:
    """Return whether this build of llama.cpp computes with the processor's AMX tiles."""
    return b"AMX_INT8 = 1" in api.llama_print_system_info()


def build() -> str:
    """Return which llama.cpp this is, and what of the processor it uses."""
    return f"{llama_cpp.__version__} {api.llama_print_system_info().decode('ascii', 'replace').strip()}"


def load_model(
    path: Path,
    gpu_layers: int = 0,
    on_progress: Callable[[float], bool] | None = None,
    vocabulary_only: bool = False,
) -> int:
    """Load a GGUF, memory-mapped, and return the model's handle; free it with `api.llama_model_free`.

    `on_progress` gets a fraction and returns False to stop. Raises Cancelled then, NativeFailure where llama.cpp
    refuses, and what `on_progress` raises.
    """
    stopped: list[BaseException] = []

    def progress(fraction: float, _: Any) -> bool:
        try:
            if on_progress is None or on_progress(min(1.0, float(fraction))):
                return True
            stopped.append(Cancelled())
        except BaseException as error:
            stopped.append(error)
        return False

    callback = api.llama_progress_callback(progress)
    parameters = api.llama_model_default_params()
    parameters.n_gpu_layers = gpu_layers
    parameters.load_mode = api.LLAMA_LOAD_MODE_MMAP if api.llama_supports_mmap() else api.LLAMA_LOAD_MODE_NONE
    # AMX kernels crash at the first prompt of several tokens (llama.cpp #20824); weights not repacked for them avoid it
    parameters.use_extra_bufts = not uses_amx()
    parameters.progress_callback = callback
    parameters.vocab_only = vocabulary_only
    _LOG.forget()
    handle = api.llama_model_load_from_file(encode_path(path), parameters)
    if handle and not stopped:
        return int(handle)
    if handle:
        api.llama_model_free(handle)
    if stopped:
        raise stopped[0]
    raise NativeFailure(_LOG.reason())


def load_adapter(model: int, path: Path) -> Any:
    """Read an adapter for a loaded model and return its handle (a pointer object); it is freed with the model.

    Raises NativeFailure where llama.cpp refuses.
    """
    _LOG.forget()
    handle = api.llama_adapter_lora_init(model, encode_path(path))
    if not handle:
        raise NativeFailure(_LOG.reason())
    return handle
