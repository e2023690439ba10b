"""A hub on the loopback that looks like Hugging Face's: its API, its files with ranges, and its ways to fail."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

REPOSITORY = "microsoft/Phi-3-mini-4k-instruct-gguf"
COMMIT = "a" * 40


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    range: str
    authorization: str
    agent: str


@dataclass
class Fault:
    """What becomes of one request for a file: an error by number, or its bytes cut or silent after some of them."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int = -1
    stall_after: int = -1
    ignore_range: bool = False
    #: sent in place of the file
    body: bytes | None = None


class LookalikeHub:
    """Serves `files` (path in the repository -> bytes); `faults` befall the next requests for files, one each.

    `told` replaces what the API says of a file, (size, sha256); `redirect` is where files are sent to fetch, and
    `refusal` a status and an error code with which the API answers. `gate` holds back the bytes after the first half
    until it is set.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.api_faults: list[Fault] = []
        self.told: dict[str, tuple[int, str]] = {}
        self.redirect = ""
        self.refusal: tuple[int, str] | None = None
        self.repository = REPOSITORY
        self.commit = COMMIT
        self.asked: list[Asked] = []
        self.gate: threading.Event | None = None
        self._closing = threading.Event()
        hub = self

        class Handler(_Handler):
            owner = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def file_requests(self) -> list[Asked]:
        return [asked for asked in self.asked if "/resolve/" in asked.path]

    def close(self) -> None:
        self._closing.set()
        if self.gate is not None:
            self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    def hold(self) -> None:
        """Wait as a server does that has fallen silent."""
        self._closing.wait(60)

    def info(self) -> dict[str, Any]:
        siblings = []
        for name, content in self.files.items():
            size, digest = self.told.get(name, (len(content), hashlib.sha256(content).hexdigest()))
            lfs = {"size": size, "sha256": digest, "pointerSize": 135}
            siblings.append({"rfilename": name, "size": size, "blobId": "b" * 40, "lfs": lfs})
        siblings.append({"rfilename": "README.md", "size": 10, "blobId": "c" * 40})
        return {
            "_id": "1", "id": self.repository, "modelId": self.repository, "sha": self.commit, "private": False,
            "gated": False, "tags": ["gguf", "license:mit"], "siblings": siblings,
        }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: LookalikeHub

    def handle(self) -> None:
        # a client that pauses closes its connection
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        hub, path = self.owner, unquote(urlsplit(self.path).path)
        header: Callable[[str], str] = lambda name: self.headers.get(name, "")  # noqa: E731
        hub.asked.append(Asked(self.path, header("Range"), header("Authorization"), header("User-Agent")))
        if path.startswith("/api/models/"):
            self._api(path)
        else:
            self._file(path.partition("/resolve/")[2].partition("/")[2])

    def _api(self, path: str) -> None:
        hub = self.owner
        fault = hub.api_faults.pop(0) if hub.api_faults else Fault()
        if fault.body is not None:
            self._answer(200, fault.body, {"Content-Type": "text/html"})
        elif fault.status:
            self._answer(fault.status, b"", fault.headers)
        elif hub.refusal is not None:
            self._answer(hub.refusal[0], b"{}", {"X-Error-Code": hub.refusal[1]} if hub.refusal[1] else {})
        elif not path.startswith(f"/api/models/{hub.repository}"):
            self._answer(401, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif path.rpartition("/")[2] not in ("main", hub.commit):
            self._answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            self._answer(200, json.dumps(hub.info()).encode(), {"Content-Type": "application/json"})

    def _file(self, name: str) -> None:
        hub = self.owner
        if hub.redirect:
            self._answer(302, b"", {"Location": hub.redirect + self.path, "X-Linked-Size": "1"})
            return
        if name not in hub.files:
            self._answer(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        fault = hub.faults.pop(0) if hub.faults else Fault()
        if fault.status:
            self._answer(fault.status, b"", fault.headers)
            return
        content = fault.body if fault.body is not None else hub.files[name]
        start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if self.headers.get("Range") else 0
        start = 0 if fault.ignore_range else start
        sent = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(sent)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        for key, value in fault.headers.items():
            self.send_header(key, value)
        self.end_headers()
        if hub.gate is not None and not hub.gate.is_set():
            half = len(sent) // 2
            self.wfile.write(sent[:half])
            self.wfile.flush()
            hub.gate.wait(60)
            sent = sent[half:]
        after = max(fault.cut_after, fault.stall_after)
        self.wfile.write(sent if after < 0 else sent[:after])
        self.wfile.flush()
        if fault.stall_after >= 0:
            hub.hold()
        if after >= 0:
            self.close_connection = True
            self.connection.close()

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
