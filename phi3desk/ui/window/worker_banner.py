"""Says that a part of the program stays off, for as long as it does, and offers to start it again."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from phi3desk.errors import Sentence
from phi3desk.ui.clients.worker_client import WorkerClient
from phi3desk.ui.formatting import translate
from phi3desk.ui.theme import SPACE_M
from phi3desk.ui.widgets.basic import Button, Card, label, on_click


class WorkerBanner(Card):
    """Shown from the moment a worker was given up until it runs again; with several, the last one is told."""

    def __init__(self, workers: list[WorkerClient], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("A part of the program is off"), kind="band")
        self.setParent(parent)
        self._off: dict[WorkerClient, str] = {}
        self._text = label()
        self.start_again = on_click(Button(self.tr("Start again"), "restart"), self._on_start_again)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._text, 1)
        row.addWidget(self.start_again)
        self.column.addLayout(row)
        for worker in workers:
            worker.gave_up.connect(lambda sentence, worker=worker: self._on_gave_up(worker, sentence))
            worker.ready.connect(lambda worker=worker: self._on_ready(worker))
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty while all is well."""
        return "" if self.isHidden() else self._text.text()

    def _on_gave_up(self, worker: WorkerClient, sentence: Sentence) -> None:
        self._off[worker] = translate(sentence)
        self._show()

    def _on_ready(self, worker: WorkerClient) -> None:
        self._off.pop(worker, None)
        self._show()

    def _on_start_again(self) -> None:
        for worker in tuple(self._off):
            worker.restart()

    def _show(self) -> None:
        said = list(self._off.values())
        self._text.setText(said[-1] if said else "")
        self.start_again.setEnabled(bool(said))
        self.setVisible(bool(said))
