"""The steps of what goes on in a worker: where one raises, what it is a step of fails, and is not waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from phi3desk.workers.protocol import Failure, FailureKind, failure_of

log = logging.getLogger(__name__)

Told = TypeVar("Told")


def guarded(step: Callable[[Told], None], on_failure: Callable[[Failure], None]) -> Callable[[Told], None]:
    """Return a step that ends with `on_failure` where it raises: the window would go on waiting for what follows it."""

    def run(told: Told) -> None:
        try:
            step(told)
        except Exception as error:
            on_failure(logged_failure(error, "a step failed"))

    return run


def logged_failure(error: Exception, what: str) -> Failure:
    """Return how an exception is told to the user; a bug is written to the log too, with where it comes from."""
    failure = failure_of(error)
    if failure.kind is FailureKind.BUG:
        log.error(what, exc_info=error)
    return failure
