"""The reader process: takes the path of one file at a time from stdin and writes what it reads to stdout, JSON lines.

It ends when stdin ends, in the middle of a file too, so that nothing of it stays behind when its parent is gone.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from phi3desk.errors import say
from phi3desk.library.documents import State
from phi3desk.library.reading.events import Details, Event, Finished, Opened, ReadPage
from phi3desk.library.reading.kinds import read_document

#: Address space beyond the memory limit, for what Python, PDFium and the file's own mapping take without using it.
_SPARE_BYTES = 4 * 1024**3


def main() -> int:
    """Serve until stdin ends; return the exit status."""
    output = _protocol_output()
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    print(json.dumps({"event": "hello", "version": 1}), file=output, flush=True)
    while True:
        request = requests.get()
        _limit_memory(int(request.get("megabytes", 0)))
        for line in _answers(Path(request["path"])):
            print(json.dumps({"id": request["id"], **line}), file=output, flush=True)


def _protocol_output() -> TextIO:
    """Keep the real stdout for the protocol and point file descriptor 1 at stderr: native libraries print."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return output


def _take_requests(requests: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def _limit_memory(megabytes: int) -> None:
    """Set a hard limit far above the parent's own, against one allocation that takes all; Linux only."""
    if megabytes <= 0 or not sys.platform.startswith("linux"):
        return
    import resource

    limit = megabytes * 1024**2 * 2 + _SPARE_BYTES
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _answers(path: Path) -> Any:
    try:
        for event in read_document(path):
            yield _line(event)
    except MemoryError:
        yield _line(Finished(State.FAILED, say("Reading the file takes more memory than is allowed.")))
    except Exception as error:  # whatever a hostile file makes a parser raise is that file's end, not the reader's
        yield _line(
            Finished(
                State.FAILED, say("The file is damaged: reading it stopped ({problem}).", problem=type(error).__name__)
            )
        )
    yield {"event": "done"}


def _line(event: Event) -> dict[str, Any]:
    if isinstance(event, Opened):
        return {"event": "opened", "pages": event.pages}
    if isinstance(event, ReadPage):
        return {"event": "page", **asdict(event)}
    if isinstance(event, Details):
        return {"event": "details", **asdict(event)}
    reason = {"template": event.reason.template, "values": event.reason.values} if event.reason else None
    return {"event": "finished", "state": event.state.value, "reason": reason}


if __name__ == "__main__":
    sys.exit(main())
