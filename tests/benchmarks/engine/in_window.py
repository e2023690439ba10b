"""The window, off screen, measured from inside; a script of `partner`. PHI3DESK_HOME names its data.

It runs in the checkout that PYTHONPATH names, an older one too: it uses what every version of the window has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

#: milliseconds between two beats of the event loop's heart
_BEAT_MS = 5
_LONGEST_WAIT = 600.0
#: milliseconds between two looks at whether what is waited for has come
_LOOK_MS = 20
#: beats of the heart that an act is watched for at least: what it puts off has begun by then
_BEATS = 40
_MADE: dict[str, Any] = {}


def open_window() -> Figures:
    """Open the window with its workers, and wait until the model in use is loaded."""
    from phi3desk import app
    from phi3desk.paths import open_paths
    from phi3desk.settings import Settings
    from phi3desk.ui.window.main_window import MainWindow

    paths = open_paths()
    settings = Settings(paths.settings)
    application = app.make_application(settings)
    services = app.make_services(paths, settings)
    window = MainWindow(services)
    if hasattr(app, "begin_when_painted"):
        app.begin_when_painted(window, services)
        window.show()
    else:
        window.show()
        app.start_workers(window, services)
    _MADE.update(application=application, services=services, window=window)
    _MADE["close"] = lambda: app.close(window, services)
    _wait(lambda: services.library.status is not None and services.model.model is not None)
    return {}


def write(question: str) -> Figures:
    """Ask a question in a conversation of its own; tokens a second after the first one, as the window got them."""
    window, model = _MADE["window"], _MADE["services"].model
    window.conversation_controller.begin()
    arrived: list[float] = []
    generated: list[int] = []
    answer = model.answer

    def watched(request: Any, sampling: Any, on_prefill: Any, on_text: Any, on_written: Any, *rest: Any) -> int:
        def text(piece: str) -> None:
            arrived.append(time.perf_counter())
            on_text(piece)

        def written(completion: Any) -> None:
            generated.append(completion.generation.generated_tokens)
            on_written(completion)

        return int(answer(request, sampling, on_prefill, text, written, *rest))

    model.answer = watched
    window.presenter.ask(question)
    _wait(lambda: bool(generated) and not window.conversation_controller.is_answering)
    shown = time.perf_counter()
    model.answer = answer
    return {"speed": (generated[0] - 1) / (shown - arrived[0]), "tokens": generated[0]}


def stall(folder: str, question: str) -> Figures:
    """Import a folder while the model writes one answer after the other; the longest beat of the event loop's heart.

    `longest` is by the clock, `own` what the window's own thread computed in the beat that took the most; milliseconds.
    """
    from PySide6.QtCore import QTimer

    window, library = _MADE["window"], _MADE["services"].library
    controller = window.conversation_controller
    answers = [0]

    def ask(*_: Any) -> None:
        if imported():
            return
        answers[0] += 1
        controller.begin()
        window.presenter.ask(question)

    def imported() -> bool:
        return bool(ended) and not library.importing

    ended: list[Any] = []
    library.import_finished.connect(lambda *told: ended.append(told))
    controller.answer_ended.connect(lambda *_: QTimer.singleShot(0, ask))
    library.import_paths([Path(folder)], None)
    with _heart() as beats:
        ask()
        began = time.perf_counter()
        _wait(imported)
        seconds = time.perf_counter() - began
    controller.stop()
    return {**_longest(beats), "answers": answers[0], "seconds": seconds}


def sweep(rows: int) -> Figures:
    """Open a sweep of so many rows, filter and sort it, and have rows answered; the longest beats of each as `stall`.

    Half of the documents have an answer at first.
    """
    from PySide6.QtCore import Qt

    from phi3desk.chat.messages import Answer, Basis, MadeBy, Timings
    from phi3desk.model.types import Ending
    from phi3desk.sweep.plan import Answered, Cell, Outcome, SweepPlan, SweptDocument

    window, store = _MADE["window"], _MADE["services"].sweeps
    names = [f"Report {n} of plant {n % 40}.pdf" for n in range(rows)]
    documents = [SweptDocument(f"/docs/{name}", name, "pdf") for name in names]
    made = Answer("It is said. " * 40, (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy("model"), Timings())

    def cell(number: int) -> Cell:
        told = f"The bearing of pump {number} is greased every {number % 97} hours."
        at = documents[number].path
        return Cell(0, at, Outcome.FOUND, told, f"{told} See the table.", 1 + number % 90, "pdf", evidence=told * 12)

    number = store.begin(SweepPlan(("How often is the bearing greased?",)), documents).id
    for each in range(0, rows, 2):
        store.keep(number, Answered(cell(each), made))
    page = window.sweep_page
    window.show_page(next(known for known in type(window.page) if known.value == "sweep"))
    model, table, filtered = page.results.model, page.results.table, page.results.filter
    figures: dict[str, Figures] = {}

    def measure(name: str, acts: Sequence[Callable[[], object]], done: Callable[[], bool] = lambda: True) -> None:
        figures[name] = max((watched(act, done) for act in acts), key=lambda told: told["own"])

    def watched(act: Callable[[], object], done: Callable[[], bool]) -> Figures:
        with _heart() as beats:
            _wait(lambda: len(beats) > 1)
            act()
            least = len(beats) + _BEATS
            _wait(lambda: len(beats) > least and done())
        return _longest(beats)

    orders = [(column, order) for column in range(model.columnCount()) for order in Qt.SortOrder]
    typed = ["report 77"[: length + 1] for length in range(len("report 77"))]
    measure("opened", [lambda: page.open(number)], lambda: model.rowCount() == rows)
    measure("filtered", [lambda text=text: filtered.setText(text) for text in (*typed, "")])
    measure("sorted", [lambda at=at, order=order: table.sortByColumn(at, order) for at, order in orders])
    measure("answered", [lambda n=n: page.results.take(cell(n)) for n in range(1, 20, 2)])
    measure("restricted", [lambda: page.results.chips.choose("open")])
    measure("answered out of view", [lambda n=n: page.results.take(cell(n)) for n in range(0, 20, 2)])
    return figures


@contextmanager
def _heart() -> Iterator[list[tuple[float, float]]]:
    """Give the beats of the event loop's heart as they come: seconds by the clock, and those its thread computed."""
    from PySide6.QtCore import Qt, QTimer

    beats: list[tuple[float, float]] = []
    last = [time.perf_counter(), time.thread_time()]

    def beat() -> None:
        seen = [time.perf_counter(), time.thread_time()]
        beats.append((seen[0] - last[0], seen[1] - last[1]))
        last[:] = seen

    heart = QTimer()
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.timeout.connect(beat)
    heart.start(_BEAT_MS)
    yield beats
    heart.stop()


def _longest(beats: list[tuple[float, float]]) -> Figures:
    return {
        "longest": 1000 * max(wall for wall, _ in beats) - _BEAT_MS,
        "own": 1000 * max(own for _, own in beats),
        "over": sum(1000 * wall - _BEAT_MS > 50 for wall, _ in beats),
        "beats": len(beats),
    }


def close() -> Figures:
    """Close the window and its workers."""
    _MADE["close"]()
    return {}


def _wait(until: Callable[[], bool]) -> None:
    """Let the event loop run, asleep while nothing happens: the model needs the cores."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, waker, end = QEventLoop(), QTimer(), time.monotonic() + _LONGEST_WAIT
    waker.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
    waker.start(_LOOK_MS)
    if not until():
        loop.exec()
    assert until(), "waited in vain"


STEPS: dict[str, Callable[..., Figures]] = {
    "open": open_window,
    "write": write,
    "stall": stall,
    "sweep": sweep,
    "close": close,
}
