"""Loads the llama.cpp of an installation and has it compute: 0 where the result is right, 1 with the reason where not.

Run with the Python of the installation. A build for another processor ends this process at its first instruction that
this one does not have, which is why it is a process of its own; loading alone would not show it.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

#: GGML_TYPE_F32 and GGML_TYPE_Q8_0 of ggml.h; rows of the two matrices, and their length
F32, Q8_0 = 0, 8
ROWS, LENGTH = 4, 256
MEMORY = 16 << 20


class _InitParams(ctypes.Structure):
    """struct ggml_init_params of ggml.h."""

    _fields_ = (("mem_size", ctypes.c_size_t), ("mem_buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool))


def main() -> int:
    """Look at the installed llama.cpp; returns the exit code."""
    found = importlib.util.find_spec("llama_cpp")
    if found is None or not found.origin:
        return refuse("llama-cpp-python is not installed")
    folder = Path(found.origin).parent / "lib"
    try:
        base, cpu, llama = (load(folder, name) for name in ("ggml-base", "ggml-cpu", "llama"))
        products = multiplied(base, cpu)
    except (OSError, AttributeError) as error:
        return refuse(str(error))
    # 256 products of a half and a whole
    if any(abs(product - LENGTH / 2) > 0.5 for product in products):
        return refuse(f"it computes {products[0]} instead of {LENGTH / 2}")
    print("offload" if llama.llama_supports_gpu_offload() else "processor")
    return 0


def load(folder: Path, name: str) -> ctypes.CDLL:
    """Load one of llama.cpp's libraries; raises OSError."""
    files = {"win32": (f"{name}.dll", f"lib{name}.dll"), "darwin": (f"lib{name}.dylib", f"lib{name}.so")}
    paths = [folder / file for file in files.get(sys.platform, (f"lib{name}.so",))]
    path = next((path for path in paths if path.exists()), paths[0])
    if sys.platform == "win32":
        os.add_dll_directory(str(folder))
        return ctypes.CDLL(str(path), winmode=0)
    return ctypes.CDLL(str(path))


def multiplied(base: ctypes.CDLL, cpu: ctypes.CDLL) -> list[float]:
    """Multiply a matrix of halves in 8 bits with one of ones, as a model's weights with its input.

    Raises AttributeError where ggml has no such functions any more.
    """
    context = _pointer(base.ggml_init)(_InitParams(MEMORY, None, False))
    weights, inputs = (_matrix(base, context, kind) for kind in (Q8_0, F32))
    halves, ones = ((ctypes.c_float * (ROWS * LENGTH))(*[value] * (ROWS * LENGTH)) for value in (0.5, 1.0))
    quantize = base.ggml_quantize_chunk
    quantize.restype = ctypes.c_size_t
    whole = ctypes.c_int64
    quantize(Q8_0, halves, _data(base, weights), whole(0), whole(ROWS), whole(LENGTH), None)
    ctypes.memmove(_data(base, inputs), ones, ctypes.sizeof(ones))
    product = _pointer(base.ggml_mul_mat)(context, weights, inputs)
    graph = _pointer(base.ggml_new_graph)(context)
    base.ggml_build_forward_expand(graph, product)
    cpu.ggml_graph_compute_with_ctx(context, graph, ctypes.c_int(1))
    return list((ctypes.c_float * (ROWS * ROWS)).from_address(_data(base, product).value or 0))


def _matrix(base: ctypes.CDLL, context: ctypes.c_void_p, kind: int) -> ctypes.c_void_p:
    length, rows = ctypes.c_int64(LENGTH), ctypes.c_int64(ROWS)
    return ctypes.c_void_p(_pointer(base.ggml_new_tensor_2d)(context, ctypes.c_int(kind), length, rows).value)


def _data(base: ctypes.CDLL, tensor: ctypes.c_void_p) -> ctypes.c_void_p:
    return ctypes.c_void_p(_pointer(base.ggml_get_data)(tensor).value)


def _pointer(function: Any) -> Any:
    """Let a function return a pointer that is handed on as one."""
    function.restype = type("Pointer", (ctypes.c_void_p,), {})
    return function


def refuse(reason: str) -> int:
    """Tell why the build cannot be used; returns the exit code."""
    print(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
