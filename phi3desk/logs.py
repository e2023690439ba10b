"""Where each process writes its log: a rotating file that holds no text of documents, questions or answers."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_BYTES = 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _LogFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Leave a line out that cannot be written, as on a full disk: the log is no reason for a traceback."""


def log_to_file(folder: Path, name: str, level: int = logging.INFO) -> Path:
    """Send this process's log, from a level on, to NAME.log in a folder; returns the file.

    Where the file cannot be written there is no log.
    """
    file = folder / f"{name}.log"
    handler: logging.Handler
    try:
        handler = _LogFile(file, maxBytes=_BYTES, backupCount=2, encoding="utf-8")
    except OSError:
        # a log that another program holds, or that is no file, is no reason not to work
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    return file
