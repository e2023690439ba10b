"""The process that fetches models, and the only one of the window's that goes online: when a download is asked for."""

from __future__ import annotations

import sys
from typing import Never

from phi3desk.line_protocol import take_standard_output
from phi3desk.logs import log_to_file
from phi3desk.model.hub.fetch import fetch, list_repository
from phi3desk.model.hub.types import DownloadProgress, Repository
from phi3desk.paths import Paths, open_paths
from phi3desk.workers.protocol import Operation, Task
from phi3desk.workers.requests import FetchModel, ListRepository
from phi3desk.workers.worker import Outlet, Worker


class DownloadService:
    """Answers the requests; one model is fetched at a time, lists are asked for beside it."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def lanes(self) -> dict[str, list[Operation]]:
        """Return the operations, by the thread that serves them."""
        return {
            "models": [FetchModel.served_by(self.fetch)],
            "lists": [ListRepository.served_by(self.list_repository)],
        }

    def fetch(self, request: FetchModel, task: Task[DownloadProgress]) -> str:
        """Fetch a model and return its name in the list; stopped, it can go on later."""
        return fetch(self._paths, request.wanted, task.emit, task.cancelled).name

    def list_repository(self, request: ListRepository, _: Task[Never]) -> Repository:
        """Return the models of a repository."""
        return list_repository(self._paths, request.repository)


def main() -> int:
    """Run the worker; returns the exit code."""
    outlet = Outlet(take_standard_output())
    paths = open_paths()
    log_to_file(paths.logs, "downloads-worker")
    Worker("downloads", DownloadService(paths).lanes(), outlet).run(sys.stdin.buffer)
    return 0
