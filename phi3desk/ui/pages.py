"""The pages of the window."""

from __future__ import annotations

from enum import StrEnum


class Page(StrEnum):
    """What stands in the middle of the window."""

    CHAT = ""
    LIBRARY = "library"
    EXPERTS = "experts"
    MODELS = "models"
    SETTINGS = "settings"
