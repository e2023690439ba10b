"""The pages of the window."""

from __future__ import annotations

from enum import StrEnum

#: the width of the pane of sources beside them, in pixels: at first, and at least
FIRST_WIDTH, LEAST_WIDTH = 420, 320


class Page(StrEnum):
    """What stands in the middle of the window."""

    CHAT = ""
    LIBRARY = "library"
    SWEEP = "sweep"
    EXPERTS = "experts"
    MODELS = "models"
    SETTINGS = "settings"
