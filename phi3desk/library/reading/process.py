"""The reader process: takes one request at a time from stdin and writes what it reads to stdout, JSON lines.

It ends when stdin ends, in the middle of a file too, so that nothing of it stays behind when its parent is gone.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Iterator, Sequence

import psutil

from phi3desk.errors import say
from phi3desk.library import language
from phi3desk.library.chunking.chunked_document import chunk_document
from phi3desk.library.documents import Page, State
from phi3desk.library.reading.confinement import confine, limit_request
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.pdf.ocr import find_tesseract
from phi3desk.library.reading.protocol import (
    VERSION,
    ChunkingFinished,
    Details,
    Done,
    Event,
    Finished,
    Hello,
    PassageBatch,
    ReadEvent,
    ReadRequest,
    TableFound,
    TableRows,
)
from phi3desk.line_protocol import Line, decode, decode_line, encode, take_standard_output

#: Passages written on a line: a line has to stay within what the parent accepts.
_PASSAGES_A_LINE = 500


def main() -> int:
    """Serve until stdin ends; return the exit status."""
    output = take_standard_output()
    requests: queue.Queue[Line] = queue.Queue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    language.load()
    tesseract = find_tesseract()
    confine(programs=(tesseract,) if tesseract is not None else ())
    output.write(encode(0, Hello(VERSION)))
    while True:
        line = requests.get()
        request = decode(line.data, ReadRequest)
        limit_request(request.megabytes)
        for event in _answers(request):
            output.write(encode(line.id, event))


def _take_requests(requests: queue.Queue[Line]) -> None:
    for line in sys.stdin.buffer:
        requests.put(decode_line(line))
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.Error:
            continue
    os._exit(0)


def _answers(request: ReadRequest) -> Iterator[Event]:
    told: list[ReadEvent] = []
    try:
        for event in read_document(request):
            if isinstance(event, TableFound | TableRows):
                yield event
                continue
            if not (request.tables_only and isinstance(event, Page)):
                told.append(event)
                yield event
        yield from _passages(request, told)
    except MemoryError:
        yield Finished(State.FAILED, say("Reading the file takes more memory than is allowed."))
    except Exception as error:  # whatever a hostile file makes a parser raise is that file's end, not the reader's
        yield Finished(
            State.FAILED, say("The file is damaged: reading it stopped ({problem}).", problem=type(error).__name__)
        )
    yield Done()


def _passages(request: ReadRequest, told: Sequence[ReadEvent]) -> Iterator[Event]:
    """Yield the passages of a document that was read, some at a time."""
    if (
        request.ocr_pages
        or request.tables_only
        or not any(isinstance(event, Finished) and event.state is State.READ for event in told)
    ):
        return
    pages = [event for event in told if isinstance(event, Page)]
    details = next((event for event in told if isinstance(event, Details)), Details())
    chunked = chunk_document(request.path, details.title, pages, details.outline)
    for at in range(0, len(chunked.chunks), _PASSAGES_A_LINE):
        some = slice(at, at + _PASSAGES_A_LINE)
        yield PassageBatch(chunked.chunks[some], chunked.index[some])
    yield ChunkingFinished(chunked.title, chunked.language)


if __name__ == "__main__":
    sys.exit(main())
