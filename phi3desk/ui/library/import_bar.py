"""The bar above the documents while an import runs, and the sentence that tells how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from phi3desk.library.documents import Figures, ImportProgress, ImportSummary, Phase, State
from phi3desk.ui.formatting import counted, duration, number, translate
from phi3desk.ui.library.document_states import UNREADABLE
from phi3desk.ui.library.progress import WAITING, ProgressText
from phi3desk.ui.theme import SPACE_M, SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click
from phi3desk.ui.widgets.elided_label import ElidedLabel


class ImportBar(Card):
    """What the running import is busy with, how far it is, and how long it takes; it keeps its height while it runs.

    `pause_requested` carries whether to pause or to go on, `cancel_requested` asks to stop, `unreadable_requested` to
    show the files that could not be read.
    """

    pause_requested = Signal(bool)
    cancel_requested = Signal()
    unreadable_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Import"))
        self._progress_text = ProgressText(self)
        self._paused = self._held = self._progressed = self._pausing = False
        self._busy_with = Phase.CHECKING
        self._phase = ElidedLabel()
        self._ended = label()
        self._left = label(kind="quiet", wraps=False)
        self._left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.progress_bar = QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setRange(0, 1000)
        self.progress_bar.setAccessibleName(self.tr("Files read"))
        # each keeps its height while it is empty, so that nothing moves, and follows the size of the text
        self._file = ElidedLabel("quiet", keeps_line=True)
        self._figures = ElidedLabel("quiet", keeps_line=True)
        self._searchable = ElidedLabel("quiet", keeps_line=True)
        self.pause_button = Button(self.tr("Pause"), "pause")
        on_click(self.pause_button, self._on_pause)
        self.cancel_button = on_click(
            Button(self.tr("Cancel"), tip=self.tr("Stop the import; what is read is kept")), self._on_cancel
        )
        self.unreadable_button = on_click(
            Button(self.tr("Show them"), "filter-outline"), self.unreadable_requested.emit
        )
        self.close_button = on_click(Button("", "close", "quiet", self.tr("Close this summary")), self.hide)
        self._build()
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says now."""
        return (self._phase if self.close_button.isHidden() else self._ended).text()

    @property
    def figures(self) -> str:
        """The figures of the running import, line by line."""
        lines = (self._left, self._file, self._figures, self._searchable)
        return "\n".join(line.text() for line in lines if line.text())

    @property
    def stopping(self) -> bool:
        """Whether the user has cancelled what the bar told of last."""
        return not self.cancel_button.isEnabled()

    def begin(self) -> None:
        """Show that an import starts."""
        self._show_running(True)
        self.cancel_button.setEnabled(True)
        self.pause_button.setEnabled(True)
        self.progress_bar.setValue(0)
        self._progressed = self._pausing = False
        self._busy_with = Phase.CHECKING
        self.show_held(self._held)
        for line in (self._left, self._file, self._figures, self._searchable):
            line.clear()
        self.show()

    def show_held(self, held: bool) -> None:
        """Show whether every import is held back: one may wait before it has any progress to tell."""
        self._held = held
        self._pausing = self._pausing and self._progressed
        self.pause_button.setEnabled(self.cancel_button.isEnabled())
        self._show_paused(held)
        if not self._progressed and not self._running.isHidden():
            self._say(self._progress_text.phase(Phase.PAUSED if held else Phase.CHECKING))

    def show_progress(self, progress: ImportProgress, figures: Figures | None) -> None:
        """Show how far the import is; `figures` are those of all files, None while they are not counted yet."""
        if self.isHidden() or not self.close_button.isHidden():
            self.begin()
        self._progressed, self._busy_with = True, progress.phase
        self._pausing = self._pausing and progress.phase is not Phase.PAUSED
        self.pause_button.setEnabled(self.cancel_button.isEnabled())
        # while the page under way is still read, its progress is not that of a pause: the button stays as it is
        self._show_paused(self._held or progress.phase is Phase.PAUSED)
        if self.cancel_button.isEnabled() and not self._pausing:
            head = self._progress_text.phase(progress.phase)
            self._say(head if progress.renewing else self._head_of(progress.phase, figures))
        is_own = progress.phase is Phase.RESTORING or progress.renewing
        share = progress.share if is_own else None if figures is None else figures.share
        # the bar runs to and fro while the files are not counted
        self.progress_bar.setMaximum(1000 if share is not None else 0)
        left = []
        if share is not None:
            self.progress_bar.setValue(int(1000 * share))
            left.append(self.tr("{percent} %").format(percent=number(int(1000 * share) / 10, 1)))
        if progress.seconds_left is not None and progress.phase not in WAITING:
            left.append(self.tr("{time} left").format(time=duration(progress.seconds_left)))
        self._left.setText("  ·  ".join(left))
        self._file.show_text(progress.current)
        self._figures.show_text(self._figures_of(progress))
        self._searchable.show_text(self._progress_text.searchable(figures) if figures is not None else "")

    def finish(self, summary: ImportSummary | None, failure: str = "") -> None:
        """Tell how the import ended; None where it was stopped before it had an end, or `failure` says why it had none.

        What was done before a failure is told before it.
        """
        had_keyboard = self.isAncestorOf(QApplication.focusWidget() or self)
        self._show_running(False)
        if had_keyboard:
            self.close_button.setFocus()
        told = [self._summary(summary)] if summary is not None or not failure else []
        self._say(" ".join([*told, failure]).strip())
        states = summary.states if summary is not None else {}
        self.unreadable_button.setVisible(any(states.get(state, 0) for state in UNREADABLE))
        self.show()

    def _summary(self, summary: ImportSummary | None) -> str:
        stopped = self.tr("The import was stopped. What was read is kept and can be searched.")
        if summary is None:
            return stopped
        states = summary.tried()
        files = sum(states.values())
        unreadable = sum(count for state, count in states.items() if state in UNREADABLE)
        sentences = []
        if summary.cancelled:
            sentences.append(stopped)
        if summary.left_unread:
            sentences.append(self.tr("%Ln file(s) were not read.", "", summary.left_unread))
        if summary.changed:
            told = self.tr("{collections}: searched with the new model now.")
            sentences.append(told.format(collections=", ".join(summary.changed)))
        if summary.notice is not None:
            sentences.append(translate(summary.notice))
        elif files == 0 and not summary.cancelled and not summary.changed:
            sentences.append(self.tr("There was nothing new to read."))
        if unreadable:
            sentences.append(
                self.tr("{failed} of {files} could not be read.").format(
                    failed=number(unreadable), files=counted(files, "files")
                )
                if unreadable < files
                else self.tr("None of %Ln file(s) could be read.", "", files)
            )
            sentences += self._kinds_of(states)
        elif files and not summary.cancelled:
            ready = files - states.get(State.DUPLICATE, 0)
            if ready:
                sentences.append(self.tr("Read: {files}. Ask about them now.").format(files=counted(ready, "files")))
        if copies := states.get(State.DUPLICATE, 0):
            sentences.append(self.tr("In the library already: {files}.").format(files=counted(copies, "files")))
        return " ".join(sentences)

    def _kinds_of(self, states: dict[str, int]) -> list[str]:
        kinds = (State.NEEDS_OCR, State.LOCKED, State.EMPTY, State.UNSUPPORTED, State.FAILED)
        ocr, locked, empty, unsupported, failed = (states.get(state, 0) for state in kinds)
        said = {
            self.tr("%Ln are scans without text.", "", ocr): ocr,
            self.tr("%Ln are locked by a password.", "", locked): locked,
            self.tr("%Ln hold no text.", "", empty): empty,
            self.tr("%Ln are of a kind that cannot be read.", "", unsupported): unsupported,
            self.tr("%Ln are damaged or took too long.", "", failed): failed,
        }
        return [text for text, count in said.items() if count]

    def _head_of(self, phase: Phase, figures: Figures | None) -> str:
        word = self._progress_text.phase(phase)
        if figures is None or not figures.files:
            return word
        template = self.tr("{phase}: {done} of {all} files read")
        if phase is Phase.READING:
            template = self.tr("{phase}: {done} of {all} files")
        return template.format(phase=word, done=number(figures.files_read), all=number(figures.files))

    def _figures_of(self, progress: ImportProgress) -> str:
        if progress.renewing:
            told = self.tr("{done} of {all} passages")
            return told.format(done=number(progress.embedded), all=number(progress.passages))
        parts = [counted(progress.pages, "pages")]
        if progress.pages_per_second > 0 and progress.phase not in WAITING:
            parts.append(self.tr("{rate} pages a second").format(rate=number(progress.pages_per_second, 1)))
        if progress.ocr_left:
            parts.append(self.tr("{pages} left for OCR").format(pages=counted(progress.ocr_left, "pages")))
        return "  ·  ".join(parts)

    def _build(self) -> None:
        self._running = QWidget()
        column = QVBoxLayout(self._running)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.progress_bar)
        first = QHBoxLayout()
        first.setSpacing(SPACE_M)
        first.addWidget(self._file, 1)
        first.addWidget(self._left)
        column.addLayout(first)
        column.addWidget(self._figures)
        column.addWidget(self._searchable)
        words, buttons = QHBoxLayout(), QHBoxLayout()
        words.addWidget(self._phase, 1)
        words.addWidget(self._ended, 1)
        words.addWidget(self.close_button)
        buttons.addWidget(self.pause_button)
        buttons.addWidget(self.cancel_button)
        buttons.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.addLayout(words, 1)
        self._head.addLayout(buttons)
        for layout in (words, buttons, self._head):
            layout.setSpacing(SPACE_M)
        self.column.addLayout(self._head)
        self.column.addWidget(self._running)
        self.column.addWidget(self.unreadable_button, 0, Qt.AlignmentFlag.AlignLeft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def _fit_head(self) -> None:
        """Put the buttons under the words where not all that an import can be busy with has room beside them."""
        metrics = self._phase.fontMetrics()
        needed = max(metrics.horizontalAdvance(self._progress_text.phase(phase)) for phase in Phase)
        needed += sum(
            max(button.sizeHint().width(), button.minimumWidth()) + SPACE_M
            for button in (self.pause_button, self.cancel_button)
        )
        edges, ways = self.column.contentsMargins(), QBoxLayout.Direction
        room = self.contentsRect().width() - edges.left() - edges.right()
        self._head.setDirection(ways.TopToBottom if needed > room else ways.LeftToRight)

    def _show_running(self, running: bool) -> None:
        for widget in (self._running, self._phase, self.pause_button, self.cancel_button):
            widget.setVisible(running)
        self.unreadable_button.setVisible(False)
        for widget in (self._ended, self.close_button):
            widget.setVisible(not running)

    def _show_paused(self, paused: bool) -> None:
        """Name the button by what it does; it is as wide as the longer of its names, so that nothing moves."""
        self._paused = paused
        names = (self.tr("Pause"), self.tr("Continue"))
        if not self.pause_button.minimumWidth():
            metrics = self.pause_button.fontMetrics()
            self.pause_button.setMinimumWidth(max(metrics.horizontalAdvance(name) for name in names) + 64)
        self.pause_button.setText(names[paused])
        self.pause_button.setAccessibleName(names[paused])
        self.pause_button.set_icon("play" if paused else "pause")
        self.pause_button.setToolTip(
            self.tr("Go on with the import") if paused else self.tr("Pause the import; what is read can be searched")
        )

    def _say(self, text: str) -> None:
        if text != self.text:
            self._phase.show_text(text)
            self._ended.setText(text)
            self.setAccessibleDescription(text)

    def _on_pause(self) -> None:
        if self._pausing and not self._paused:
            return
        # not disabled meanwhile: the keyboard would go on to the button that cancels
        self._pausing = paused = not self._paused
        if paused:
            reads = self._busy_with is not Phase.RENEWING
            self._say(self.tr("Pausing after the page that is being read") if reads else self.tr("Pausing"))
        else:
            self._held = False
            self._show_paused(False)
            self._say(self.tr("Going on"))
        self.pause_requested.emit(paused)

    def _on_cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.pause_button.setEnabled(False)
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
    notice = next((summary.notice for summary in ended if summary.notice is not None), None)
    left_unread = sum(summary.left_unread for summary in ended)
    changed = tuple(dict.fromkeys(name for summary in ended for name in summary.changed))
    seconds = sum(summary.seconds for summary in ended)
    return ImportSummary(dict(states), seconds, cancelled, notice, left_unread, changed)
