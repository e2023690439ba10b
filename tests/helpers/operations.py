"""An operation of the library worker, served in the test's own process."""

from __future__ import annotations

import io
import threading
from typing import Any

from phi3desk.library.library import Library
from phi3desk.workers.library_worker import LibraryService
from phi3desk.workers.protocol import Request
from phi3desk.workers.worker import Outlet, RunningTask


def serve(library: Library, request: Request[Any, Any], cancelled: threading.Event) -> Any:
    """Return what the worker answers to a request, with `cancelled` to stop it; Cancelled where that stopped it."""
    outlet = Outlet(io.BytesIO())
    task = RunningTask(1, request, outlet)
    task.cancelled = cancelled
    lanes = LibraryService(library, outlet, library._paths).lanes().values()
    operation = next(one for lane in lanes for one in lane if one.request is type(request))
    return operation.handler(request, task)
