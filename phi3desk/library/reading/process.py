"""The reader process: takes one request at a time from stdin and writes what it reads to stdout, JSON lines.

It ends when stdin ends, in the middle of a file too, so that nothing of it stays behind when its parent is gone.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, TextIO

import msgspec
import psutil

from phi3desk.errors import say
from phi3desk.library import language
from phi3desk.library.chunked_document import chunk_document
from phi3desk.library.documents import State
from phi3desk.library.embedding.minilm import Embedder
from phi3desk.library.reading.confinement import confine, limit_request
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.ocr import find_tesseract
from phi3desk.library.reading.protocol import Details, Event, Finished, Opened, ReadPage, ReadRequest

#: Passages written on a line: a line has to stay within what the parent takes in.
_PASSAGES_A_LINE = 500


def main() -> int:
    """Serve until stdin ends; return the exit status."""
    output = _protocol_output()
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    language.load()
    tesseract = find_tesseract()
    confine(programs=(tesseract,) if tesseract is not None else ())
    print(json.dumps({"event": "hello", "version": 2}), file=output, flush=True)
    # counts tokens for all documents: its tokenizer takes longer to load than a short document to read
    embedder = Embedder()
    while True:
        line = requests.get()
        request = msgspec.convert(line, ReadRequest)
        limit_request(request.megabytes)
        for answer in _answers(request, embedder):
            print(json.dumps({"id": line["id"], **answer}), file=output, flush=True)


def _protocol_output() -> TextIO:
    """Keep the real stdout for the protocol and point file descriptor 1 at stderr: native libraries print."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return output


def _take_requests(requests: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.Error:
            continue
    os._exit(0)


def _answers(request: ReadRequest, embedder: Embedder) -> Iterator[dict[str, Any]]:
    told: list[Event] = []
    try:
        for event in read_document(request):
            told.append(event)
            yield _line(event)
        yield from _passages(request, told, embedder)
    except MemoryError:
        yield _line(Finished(State.FAILED, say("Reading the file takes more memory than is allowed.")))
    except Exception as error:  # whatever a hostile file makes a parser raise is that file's end, not the reader's
        yield _line(
            Finished(
                State.FAILED, say("The file is damaged: reading it stopped ({problem}).", problem=type(error).__name__)
            )
        )
    yield {"event": "done"}


def _passages(request: ReadRequest, told: Sequence[Event], embedder: Embedder) -> Iterator[dict[str, Any]]:
    """Yield the passages of a document that was read, some at a time."""
    if request.ocr_pages or not any(isinstance(event, Finished) and event.state is State.READ for event in told):
        return
    pages = [event for event in told if isinstance(event, ReadPage)]
    details = next((event for event in told if isinstance(event, Details)), Details())
    texts, headings = [page.text for page in pages], [page.headings for page in pages]
    chunked = chunk_document(embedder, request.path, details.title, texts, headings, details.outline)
    for at in range(0, len(chunked.chunks), _PASSAGES_A_LINE):
        some = slice(at, at + _PASSAGES_A_LINE)
        chunks, index = msgspec.to_builtins((chunked.chunks[some], chunked.index[some]))
        yield {"event": "passages", "chunks": chunks, "index": index}
    yield {
        "event": "drafted",
        "title": chunked.title,
        "language": chunked.language,
        "page_languages": chunked.page_languages,
    }


def _line(event: Event) -> dict[str, Any]:
    if isinstance(event, Opened):
        return {"event": "opened", **asdict(event)}
    if isinstance(event, ReadPage):
        return {"event": "page", **asdict(event)}
    if isinstance(event, Details):
        return {"event": "details", **asdict(event)}
    reason = {"template": event.reason.template, "values": event.reason.values} if event.reason else None
    return {"event": "finished", "state": event.state.value, "reason": reason}


if __name__ == "__main__":
    sys.exit(main())
