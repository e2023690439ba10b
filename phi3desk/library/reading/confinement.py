"""The confinement of a reader process: whatever a parser is made to do, it writes, connects to and starts nothing.

None of the parsers is meant to do any of this. The audit hooks of Python (PEP 578) see what Python code does; the
limits of the system hold native code too, where it has them. They are walls behind the parsers' own, not a sandbox.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

#: Address space beyond the memory limit, for what Python, PDFium and the file's own mapping take without using it.
_SPARE_BYTES = 4 * 1024**3
#: The one thing that grows is the log, which its parent truncates; nothing a reader or its child writes gets larger.
_LARGEST_FILE = 16 * 1024**2
#: Seconds of processor time for one request: ends a reader whose parent is gone while native code keeps Python waiting.
_PROCESSOR_SECONDS = 3600

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = frozenset(
    """
    socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo socket.gethostbyname
    socket.gethostbyaddr socket.getnameinfo urllib.Request ftplib.connect http.client.connect smtplib.connect
    os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn os.startfile pty.spawn
    os.remove os.rename os.rmdir os.mkdir os.link os.symlink os.truncate os.chmod os.chown os.utime os.chflags
    os.setxattr os.removexattr shutil.rmtree shutil.move shutil.copyfile tempfile.mkstemp tempfile.mkdtemp
    sqlite3.connect webbrowser.open winreg.SetValue winreg.CreateKey winreg.DeleteKey _winapi.CreateFile
    """.split()  # noqa: SIM905 - a list of 40 literals is harder to read
)


def confine(programs: tuple[Path, ...] = ()) -> None:
    """Refuse, from now to the end of this process, to write, to reach the network, to start other than `programs`.

    What is refused raises PermissionError. The programs have to be given to `subprocess` as `executable`.
    """
    allowed = {os.path.normcase(program) for program in programs}

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if _is_write(mode, flags) and path != os.devnull and not isinstance(path, int):
                raise PermissionError("a reader writes no files")
        elif event == "subprocess.Popen":
            if arguments[0] is None or os.path.normcase(arguments[0]) not in allowed:
                raise PermissionError("a reader starts no programs")
        elif event in _REFUSED:
            raise PermissionError(f"a reader does not do {event}")

    sys.addaudithook(watch)


def _is_write(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(sign in mode for sign in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITES)


def limit_request(megabytes: int) -> None:
    """Set the system's limits for the next request: memory far above the parent's own limit, time, size of files.

    The memory limit stands against one allocation that takes all. Linux only; without effect elsewhere.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    if megabytes > 0:
        _lower(resource.RLIMIT_AS, megabytes * 1024**2 * 2 + _SPARE_BYTES)
    _lower(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + _PROCESSOR_SECONDS)


def _lower(which: int, limit: int) -> None:
    """Set the soft limit, as far as the hard one lets it."""
    import resource

    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
