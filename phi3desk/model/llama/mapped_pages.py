"""Gives back the memory of those pages of a mapped file that nothing reads any more; on Linux only.

Where llama.cpp keeps its own copy of weights, in the order that a processor computes them fastest in (`CPU_REPACK`),
the file stays mapped and all its pages stay in this process: a model would take up to twice its size. What is read
again comes back from the system's cache within a tenth of a second; of the table of input vectors that is a few rows.
Other systems do not count such pages as the process's.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

#: MADV_DONTNEED of Linux's sys/mman.h
_DO_NOT_NEED = 4
#: a mapping that is only read and that others may share: its pages are those of the file, none was written to
_READ_ONLY = "r--s"


def give_back_pages(folder: Path) -> int:
    """Take the mapped pages of a folder's files out of this process's memory; return how many bytes are mapped.

    The folder is named by its real path. The files may be read meanwhile, but not unmapped: what is mapped at their
    place then would be lost, so it is called by the thread that keeps the model. A split model has several files.
    """
    if sys.platform != "linux":
        return 0
    system = ctypes.CDLL(None)
    system.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(size for start, size in _mappings(folder) if system.madvise(start, size, _DO_NOT_NEED) == 0)


def _mappings(folder: Path) -> Iterator[tuple[int, int]]:
    """Yield start and size of what is mapped of a folder's files; the format is that of proc(5)."""
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[1] == _READ_ONLY and Path(fields[5]).parent == folder:
            start, end = (int(each, 16) for each in fields[0].split("-"))
            yield start, end - start
