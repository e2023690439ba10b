"""Who has the one model: an answer, a preview or a comparison; a sweep where nobody waits for any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phi3desk.ui.chat.controller import ConversationController

if TYPE_CHECKING:
    from phi3desk.ui.comparison.runner import ComparisonRunner
    from phi3desk.ui.experts.preview import ExpertPreview
    from phi3desk.ui.sweep.runner import SweepRunner


class ModelTurns(QObject):
    """Has a sweep give way to whoever waits for an answer; each follows once it is made.

    `changed` tells that an answer or a comparison has begun or ended.
    """

    changed = Signal()

    def __init__(self, controller: ConversationController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._preview: ExpertPreview | None = None
        self._comparison: ComparisonRunner | None = None
        self._sweep: SweepRunner | None = None
        controller.answering_changed.connect(self._on_changed)

    @property
    def is_comparing(self) -> bool:
        """Whether a comparison runs."""
        return self._comparison is not None and self._comparison.running

    @property
    def can_stop(self) -> bool:
        """Whether there is an answer or a comparison to stop."""
        return self._controller.is_answering or self.is_comparing

    def follow_preview(self, preview: ExpertPreview) -> None:
        """Know when the preview of an expert has the model."""
        self._preview = preview
        preview.borrowing_changed.connect(self._let_sweep_go_on)

    def follow_comparison(self, runner: ComparisonRunner) -> None:
        """Know when a comparison has the model."""
        self._comparison = runner
        runner.running_changed.connect(self._on_changed)

    def follow_sweep(self, runner: SweepRunner) -> None:
        """Have a sweep wait for its turns, beginning with this one."""
        self._sweep = runner
        self._let_sweep_go_on()

    def stop(self) -> None:
        """Stop the answer that is written, and a comparison that runs."""
        self._controller.stop()
        self.stop_comparison()

    def stop_comparison(self) -> None:
        """Stop a comparison that runs; its answers so far are kept."""
        if self._comparison is not None and self._comparison.running:
            self._comparison.stop()

    def rest_sweep(self) -> None:
        """Have a sweep that runs rest; its answers so far are kept."""
        if self._sweep is not None:
            self._sweep.pause()

    def _on_changed(self) -> None:
        self.changed.emit()
        self._let_sweep_go_on()

    def _let_sweep_go_on(self) -> None:
        """Let a sweep have the model where nobody waits for an answer of it, with the adapters for that answer."""
        if self._sweep is not None:
            borrowed = self._preview is not None and self._preview.borrows
            self._sweep.give_way(borrowed or self.can_stop)
