"""The engine, in a process of its own; a script of `partner`. It runs in the checkout that PYTHONPATH names."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

Figures = dict[str, Any]

_OPENED: dict[str, Any] = {}
#: how much faster drafting has to promise to be, as the program has it
_WORTHWHILE: dict[str, float] = {}
#: tokens that are read and written, so that all is used that a model takes
_READ, _WRITTEN = 80, 4


def hold(path: str, context: int, threads: int) -> Figures:
    """Load a model, let it read and write a little; the bytes it was told to take, and those this process then holds.

    The library's own are not counted.
    """
    import psutil

    from phi3desk.model.gguf import inspect
    from phi3desk.model.llama.engine import Engine
    from phi3desk.model.memory import Setup, memory_need
    from phi3desk.model.types import LoadOptions, Role, Sampling, Turn

    process = psutil.Process()
    told = memory_need(inspect(path, "model"), Setup(context)).main
    before = process.memory_info().rss
    engine = Engine.load(path, LoadOptions(context=context, gpu_layers=0, threads=threads))
    turns = [Turn(Role.USER, "pump " * _READ)]
    engine.generate(turns, Sampling(max_tokens=_WRITTEN), _ignore, _ignore, threading.Event())
    held = process.memory_info().rss - before
    engine.close()
    return {"told": told, "held": held, "context": context}


def open_engine(path: str, context: int, threads: int) -> Figures:
    """Load a model for `write`."""
    from phi3desk.model.llama.engine import Engine
    from phi3desk.model.types import LoadOptions

    _OPENED["engine"] = Engine.load(path, LoadOptions(context=context, gpu_layers=0, threads=threads))
    return {}


def write(request: Any, tokens: int, drafted: bool) -> Figures:
    """Write an answer, with drafting or without; how many tokens a second, and its text."""
    import msgspec

    from phi3desk.chat import answer
    from phi3desk.chat.prompt import PromptRequest
    from phi3desk.model.llama import drafting
    from phi3desk.model.types import Sampling

    drafting.WORTHWHILE = _WORTHWHILE.setdefault("usual", drafting.WORTHWHILE) if drafted else math.inf
    made = answer.write(
        _OPENED["engine"],
        msgspec.convert(request, PromptRequest),
        Sampling(max_tokens=tokens),
        _ignore,
        _ignore,
        threading.Event(),
    ).generation
    return {"speed": made.tokens_per_second, "text": made.text}


def _ignore(*_: object) -> None:
    """Take progress that nobody looks at."""


STEPS: dict[str, Callable[..., Figures]] = {"hold": hold, "open": open_engine, "write": write}
