"""A file that lies within another one, such as in a PDF portfolio, as the readers take it: in memory, never on disk."""

from __future__ import annotations

import io
from pathlib import PurePath

from phi3desk.library.reading.limits import clean_title

#: How many files may lie within each other, the outermost one not counted.
DEEPEST = 3
_NAME_CHARACTERS = 120


def file_name(name: str) -> str:
    """Return the name of a file as it is told: without folders and without signs that cannot be seen."""
    return clean_title(name.replace("\\", "/").rsplit("/", 1)[-1])[:_NAME_CHARACTERS] or "file"


class EmbeddedFile(io.BytesIO):
    """Stands for the Path of a file where a reader opens it; `until` is the time (monotonic) by which it is read."""

    def __init__(self, name: str, data: bytes, depth: int, until: float) -> None:
        super().__init__(data)
        self.name = file_name(name)
        self.suffix = PurePath(self.name).suffix
        self.depth = depth
        self.until = until

    def open(self, _mode: str = "rb") -> io.BytesIO:
        """Return what the file holds, to be read from its beginning."""
        return io.BytesIO(self.getvalue())
