"""Places that the system cannot tell of, as on a share whose server is gone."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def unanswered(monkeypatch: pytest.MonkeyPatch, *places: Path) -> None:
    """Have the system answer for these places that the share is not connected."""
    usual = os.stat

    def stat(path: Any, *values: Any, **named: Any) -> os.stat_result:
        if isinstance(path, str | os.PathLike) and Path(path) in places:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), str(path))
        return usual(path, *values, **named)

    monkeypatch.setattr(os, "stat", stat)
