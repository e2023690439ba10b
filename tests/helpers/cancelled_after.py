"""A stop that comes at a place of its own: after so many looks whether the work is to end."""

from __future__ import annotations

import threading


class CancelledAfter(threading.Event):
    """An event that is set once it has been looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.left = looks

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0
