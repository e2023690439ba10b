"""Answers that the model writes part by part, as a command waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Answer
from phi3desk.chat.series import Progress, Series, ToCheck
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import ProgressLine
from phi3desk.errors import Cancelled
from phi3desk.model.types import Ending


def write_series(
    model: ModelProcess,
    series: Series,
    check: Callable[[ToCheck], Grounded],
    progress: ProgressLine,
    cancelled: threading.Event,
) -> Answer:
    """Have a model write a series, telling first how long it takes; stopped, it gives the answer as far as it came.

    Each part is checked before the next is written.
    """
    progress.show(_promise(series.progress))
    request = series.next()
    while request is not None and not cancelled.is_set():
        try:
            written = model.write(request, series.sampling, lambda *_: None, lambda _: None, cancelled)
        except Cancelled:
            break
        if cancelled.is_set():
            break
        series.take(written, check(series.to_check(written)))
        progress.show(_left(series.progress))
        request = series.next()
    progress.clear()
    return series.answer(Ending.CANCELLED if cancelled.is_set() else Ending.STOP)


def duration(seconds: float) -> str:
    """Return about how long something takes, in words."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(5, 5 * round(seconds / 5))} seconds"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _promise(progress: Progress) -> str:
    pages = "1 page" if progress.pages == 1 else f"{progress.pages} pages"
    return f"About {duration(progress.seconds_left)} for {pages}"


def _left(progress: Progress) -> str:
    return f"Part {progress.done} of {progress.total}, about {duration(progress.seconds_left)} left"
