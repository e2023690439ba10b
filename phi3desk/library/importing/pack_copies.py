"""The copies of documents that came in packs: the program's own, unlike every other file of a library."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def delete_copies(packs: Path, places: Sequence[Path], bound: Sequence[Path]) -> None:
    """Delete those of the places that are copies in the folder of packs and that nothing is bound to any more."""
    for place in places:
        is_used = any(path.is_relative_to(place) or place.is_relative_to(path) for path in bound)
        if is_used or place == packs or not place.is_relative_to(packs) or ".." in place.parts:
            continue
        shutil.rmtree(place, ignore_errors=True)
        for folder in itertools.takewhile(lambda folder: folder != packs, place.parents):
            with suppress(OSError):
                # folders that hold something else stay
                folder.rmdir()
