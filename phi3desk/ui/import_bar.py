"""The bar above the documents while an import runs, and the sentence that tells how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from phi3desk.library.documents import ImportProgress, ImportSummary, State
from phi3desk.ui.document_table import UNREADABLE
from phi3desk.ui.theme import SPACE_M, SPACE_S
from phi3desk.ui.widgets import Button, Card, label, on_click
from phi3desk.ui.words import counted, duration, number


class ImportBar(Card):
    """Files, pages, passages, speed and time left of the running import.

    `cancel_requested` asks to stop, `unreadable_requested` to show the files that could not be read.
    """

    cancel_requested = Signal()
    unreadable_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Import"))
        self._head = label()
        self._left = label(kind="quiet", wraps=False)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Files read"))
        self._file = label(kind="quiet", wraps=False)
        self._file.setMinimumWidth(0)
        self._figures = label(kind="quiet")
        self._cancel = on_click(Button(self.tr("Cancel"), tip=self.tr("Stop the import; what is read is kept")),
                                self._on_cancel)  # fmt: skip
        self._show_them = on_click(Button(self.tr("Show them"), "filter-outline"), self.unreadable_requested.emit)
        self._close = on_click(Button("", "close", "quiet", self.tr("Close this summary")), self.hide)
        self._build()
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says now."""
        return self._head.text()

    def begin(self) -> None:
        """Show that an import starts."""
        self._show_running(True)
        self._cancel.setEnabled(True)
        self._bar.setRange(0, 0)
        self._say(self.tr("Looking for files"))
        self._left.clear()
        self._set_file("")
        self._figures.clear()
        self.show()

    def show_progress(self, progress: ImportProgress) -> None:
        """Show how far the import is."""
        if self.isHidden() or not self._close.isHidden():
            self.begin()
        if self._cancel.isEnabled():
            self._say(self.tr("Importing: {done} of {all} files are ready").format(
                done=number(progress.files_done), all=number(progress.files)))  # fmt: skip
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * progress.share))
        seconds = progress.seconds_left
        self._left.setText("" if seconds is None else self.tr("{time} left").format(time=duration(seconds)))
        self._set_file(progress.current)
        self._figures.setText(self._figures_of(progress))

    def finish(self, summary: ImportSummary | None) -> None:
        """Show how the import ended; None where it was stopped or went wrong."""
        unreadable = sum(count for state, count in (summary.states if summary else {}).items() if state in UNREADABLE)
        self._show_running(False)
        self._say(self.summary_of(summary))
        self._show_them.setVisible(unreadable > 0)
        self.show()

    def summary_of(self, summary: ImportSummary | None) -> str:
        """Return how an import ended, in sentences."""
        if summary is None:
            return self.tr("The import was stopped. What was read is kept and can be searched.")
        states = summary.states
        files = sum(states.values())
        unreadable = sum(count for state, count in states.items() if state in UNREADABLE)
        sentences = []
        if summary.cancelled:
            sentences.append(self.tr("The import was stopped. What was read is kept and can be searched."))
        if files == 0 and not summary.cancelled:
            sentences.append(self.tr("There was nothing new to read."))
        elif unreadable:
            sentences.append(self.tr("{failed} of {files} could not be read.").format(
                failed=number(unreadable), files=counted(files, "files")))  # fmt: skip
            sentences += self._kinds_of(states)
        elif files and not summary.cancelled:
            ready = files - states.get(State.DUPLICATE, 0)
            if ready:
                sentences.append(self.tr("Read: {files}. Ask about them now.").format(files=counted(ready, "files")))
        if copies := states.get(State.DUPLICATE, 0):
            sentences.append(self.tr("In the library already: {files}.").format(files=counted(copies, "files")))
        return " ".join(sentences)

    def _kinds_of(self, states: dict[str, int]) -> list[str]:
        said = []
        for state, one, many in (
            (State.NEEDS_OCR, self.tr("1 is a scan without text."), self.tr("{count} are scans without text.")),
            (State.LOCKED, self.tr("1 is locked by a password."), self.tr("{count} are locked by a password.")),
            (State.EMPTY, self.tr("1 holds no text."), self.tr("{count} hold no text.")),
            (State.UNSUPPORTED, self.tr("1 is not a PDF."), self.tr("{count} are not PDFs.")),
            (State.FAILED, self.tr("1 is damaged or took too long."),
             self.tr("{count} are damaged or took too long.")),
        ):  # fmt: skip
            if count := states.get(state, 0):
                said.append(one if count == 1 else many.format(count=number(count)))
        return said

    def _figures_of(self, progress: ImportProgress) -> str:
        parts = [counted(progress.pages, "pages")]
        if progress.passages:
            parts.append(self.tr("{done} of {all} embedded").format(
                done=number(progress.embedded), all=counted(progress.passages, "passages")))  # fmt: skip
        if progress.pages_per_second > 0:
            decimals = 0 if progress.pages_per_second >= 10 else 1
            parts.append(self.tr("{rate} pages a second").format(rate=number(progress.pages_per_second, decimals)))
        return "  ·  ".join(parts)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(self._head, 1)
        head.addWidget(self._left)
        head.addWidget(self._cancel)
        head.addWidget(self._close)
        self._running = QWidget()
        column = QVBoxLayout(self._running)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self._bar)
        column.addWidget(self._file)
        column.addWidget(self._figures)
        self.column.addLayout(head)
        self.column.addWidget(self._running)
        self.column.addWidget(self._show_them, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_running(self, running: bool) -> None:
        self._running.setVisible(running)
        self._left.setVisible(running)
        self._cancel.setVisible(running)
        self._show_them.setVisible(False)
        self._close.setVisible(not running)

    def _say(self, text: str) -> None:
        self._head.setText(text)
        self.setAccessibleDescription(text)

    def _set_file(self, name: str) -> None:
        """Show the file being read, shortened in the middle to the room there is."""
        room = max(120, self.width() - 48)
        self._file.setText(self._file.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room))

    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._say(self.tr("Stopping; what is read so far is kept"))
        self.cancel_requested.emit()


def joined(summaries: Sequence[ImportSummary | None]) -> ImportSummary | None:
    """Return what several imports came to together; None where none of them got to its end."""
    ended = [summary for summary in summaries if summary is not None]
    if not ended:
        return None
    states: Counter[str] = Counter()
    for summary in ended:
        states.update(summary.states)
    cancelled = len(ended) < len(summaries) or any(summary.cancelled for summary in ended)
    return ImportSummary(dict(states), sum(summary.seconds for summary in ended), cancelled)
