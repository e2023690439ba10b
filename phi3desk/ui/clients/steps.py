"""The steps of what goes on in a worker: where one raises, what it is a step of fails, and is not waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from phi3desk.workers.protocol import Failure, failure_of

log = logging.getLogger(__name__)

Told = TypeVar("Told")


def guarded(step: Callable[[Told], None], on_failure: Callable[[Failure], None]) -> Callable[[Told], None]:
    """Return a step that ends with `on_failure` where it raises: the window would go on waiting for what follows it."""

    def run(told: Told) -> None:
        try:
            step(told)
        except Exception as error:
            log.exception("a step failed")
            on_failure(failure_of(error))

    return run
