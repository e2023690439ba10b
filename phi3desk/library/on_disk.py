"""What lies at a path, where no answer means that nothing does.

`Path.is_dir`, `Path.is_file` and `Path.exists` raise OSError for a path that is too long, or on a share that does not
answer: for a library such a file is not there, and the next one is looked at.
"""

from __future__ import annotations

import os
from pathlib import Path


def is_folder(path: str | Path) -> bool:
    """Return whether a folder is at a path; takes as long as a share takes to answer."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: str | Path) -> bool:
    """Return whether a file is at a path; takes as long as a share takes to answer."""
    return os.path.isfile(path)  # noqa: PTH113


def is_there(path: str | Path) -> bool:
    """Return whether anything is at a path; takes as long as a share takes to answer."""
    return os.path.exists(path)  # noqa: PTH110
