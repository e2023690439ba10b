"""One import under way: what it has done, and how that is reported."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from phi3desk.library.documents import READING_SHARE, FileOutcome, ImportProgress, Phase
from phi3desk.library.importing.folder_scan import ScannedFile

OnProgress = Callable[[ImportProgress], None]
OnFile = Callable[[FileOutcome], None]

_PROGRESS_SECONDS = 0.25
#: how many passages have to be embedded before their speed says something
_PASSAGES_MEASURED = 64


@dataclass
class ImportRun:
    """The counts of one import; the callbacks are called in the importing thread."""

    cancelled: threading.Event
    on_progress: OnProgress | None = None
    on_file: OnFile | None = None
    files: int = 0
    bytes: int = 0
    bytes_read: int = 0
    pages: int = 0
    passages: int = 0
    embedded: int = 0
    current: str = ""
    #: vectors are made in place of those of another embedder
    renewing: bool = False
    #: the collections whose vectors are those of another embedder since
    changed: list[str] = field(default_factory=list)
    phase: Phase = Phase.CHECKING
    states: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    embedding_seconds: float = 0.0
    by_embedder: int = 0
    #: vectors that the vector store had lost, and how many of them are back in it
    to_restore: int = 0
    restored: int = 0
    ocr_left: int = 0
    ocr_done: int = 0
    ocr_started: float | None = None
    #: what lay in the folders of each collection that was looked at, with its path as it is kept, until all is taken up
    found: dict[int, Sequence[tuple[str, ScannedFile]]] = field(default_factory=dict)
    #: documents of this run that are not finished
    open: set[int] = field(default_factory=set)
    reported: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def page_read(self) -> None:
        """Count a page; any thread may call this."""
        with self.guard:
            self.pages += 1

    def outcome(self, outcome: FileOutcome) -> None:
        """Count a file that is finished, and report it."""
        self.states[outcome.state.value] += 1
        self.open.discard(outcome.document_id)
        if self.on_file is not None:
            self.on_file(outcome)

    def put_off(self, document_id: int) -> None:
        """Count a document out that is left for another import."""
        if document_id in self.open:
            self.open.discard(document_id)
            self.files -= 1

    def waited(self, seconds: float) -> None:
        """Leave time in which nothing was to be done out of what the speed is computed from."""
        self.started += seconds
        if self.ocr_started is not None:
            self.ocr_started += seconds

    def tell(self, *, at_once: bool = False) -> None:
        """Report the progress, a few times a second at most."""
        now = time.monotonic()
        if self.on_progress is None or (not at_once and now - self.reported < _PROGRESS_SECONDS):
            return
        self.reported = now
        self.on_progress(
            ImportProgress(
                files=self.files,
                files_done=sum(self.states.values()),
                pages=self.pages,
                passages=self.passages,
                embedded=self.embedded,
                current=self.current,
                pages_per_second=self.pages / max(0.001, now - self.started - self.embedding_seconds),
                seconds_left=self._seconds_left(now),
                share=self._share(),
                phase=self.phase,
                ocr_left=self.ocr_left,
                renewing=self.renewing,
            )
        )

    def _share(self) -> float:
        """Return how much of the work is done; the passages of files not yet read are estimated from their bytes."""
        if self.phase is Phase.RESTORING:
            return min(1.0, self.restored / self.to_restore) if self.to_restore else 0.0
        if self.renewing:
            return min(1.0, self.embedded / self.passages) if self.passages else 0.0
        read = min(1.0, self.bytes_read / self.bytes) if self.bytes else 1.0
        embedded = min(1.0, self.embedded / self.passages) if self.passages else 0.0
        known = READING_SHARE * read + (1 - READING_SHARE) * read * embedded
        recognised = self.ocr_done / (self.ocr_done + self.ocr_left) if self.ocr_left else 1.0
        return known * (0.5 + 0.5 * recognised)

    def _seconds_left(self, now: float) -> float | None:
        """Estimate from the bytes that are still to be read and the passages they are likely to hold."""
        elapsed = now - self.started
        if elapsed < 2 or self.phase is Phase.RESTORING or (self.bytes and not self.bytes_read):
            return None
        share = min(1.0, self.bytes_read / self.bytes) if self.bytes else 1.0
        reading = max(0.0, (elapsed - self.embedding_seconds) * (1 - share) / max(share, 0.01))
        recognising = self._seconds_of_ocr(now)
        if recognising is None:
            return None
        if self.by_embedder < _PASSAGES_MEASURED:
            return None if self.passages > self.embedded else max(reading, recognising)
        to_embed = max(0.0, self.passages / max(share, 0.01) - self.embedded)
        return max(reading + to_embed * self.embedding_seconds / self.by_embedder, recognising)

    def _seconds_of_ocr(self, now: float) -> float | None:
        if not self.ocr_left:
            return 0.0
        if self.ocr_started is None or not self.ocr_done:
            return None
        return self.ocr_left * (now - self.ocr_started) / self.ocr_done
