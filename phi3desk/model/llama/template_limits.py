"""Keeps a chat template, a program by a stranger, from taking time or memory without end."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jinja2
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: seconds for one prompt; those of known templates take milliseconds
MOST_SECONDS = 5.0
#: letters that a product may have, and bits of a number
MOST_LETTERS = 1 << 20
MOST_BITS = 1 << 12


class TemplateTooSlow(Exception):
    """A template went on for longer than it may."""


class LimitedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which no product and no power grows beyond all bounds."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute a product or a power; raises TemplateError where it would be too large."""
        if operator == "**" and not _is_small_power(left, right):
            raise jinja2.TemplateError("a power is too large")
        if operator == "*" and not _is_small_product(left, right):
            raise jinja2.TemplateError("a product is too large")
        return super().call_binop(context, operator, left, right)


@contextmanager
def time_limit(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Raise TemplateTooSlow in what is done within, once it took so long; it must be Python through and through."""
    thread, guard = threading.get_ident(), threading.Lock()
    state = {"ended": False, "fired": False}

    def expire() -> None:
        with guard:
            if not state["ended"]:
                state["fired"] = True
                _raise_in(thread, TemplateTooSlow)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            with guard:
                state["ended"] = True
            timer.cancel()
            if state["fired"]:
                # what was raised in the last moment has not arrived yet: take it back
                _raise_in(thread, None)
    except TemplateTooSlow:
        raise TemplateTooSlow from None


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind) if kind else None)


def _is_small_power(left: Any, right: Any) -> bool:
    if not isinstance(left, int) or not isinstance(right, int):
        return isinstance(left, (int, float)) and isinstance(right, (int, float))
    return abs(left) < 2 or abs(right) * left.bit_length() <= MOST_BITS


def _is_small_product(left: Any, right: Any) -> bool:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (list, tuple)):
            # lists of lists would grow with each level, and no template needs them
            return False
        if isinstance(one, (str, bytes)):
            return not isinstance(other, int) or len(one) * other <= MOST_LETTERS
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() + right.bit_length() <= MOST_BITS
    return True
