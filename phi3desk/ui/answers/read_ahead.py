"""Has the model read what the next question begins with, while the person types it or has opened a conversation."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from phi3desk.chat.prompt import PromptRequest
from phi3desk.ui.clients.model_client import ModelClient

#: a pause in typing
TYPING_PAUSE_MS = 400
#: how long a conversation stays open before it is read: one may only be looked for
OPEN_PAUSE_MS = 1200

NextRequest = Callable[[], tuple[PromptRequest, int] | None]


class ReadAhead(QObject):
    """Reads ahead once for each thing that changes what is read; `wanted` returns it, None while a question is out."""

    def __init__(self, model: ModelClient, wanted: NextRequest, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._wanted = wanted
        self._read: tuple[PromptRequest, int] | None = None
        self._ended = False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._on_pause)
        for changed in (model.loaded, model.adapters_changed):
            changed.connect(self._on_model_changed)

    @property
    def has_begun(self) -> bool:
        """Whether the model has been given what the next question begins with."""
        return self._read is not None

    def begin(self, pause_ms: int = TYPING_PAUSE_MS) -> None:
        """Read ahead after a pause; each call begins the pause anew."""
        if not self._ended:
            self._pause.start(pause_ms)

    def stop(self) -> None:
        """Read nothing ahead any more; the program ends."""
        self._ended = True
        self._pause.stop()

    def forget(self, *_: object) -> None:
        """Take nothing for read any more: something else is read now."""
        self._read = None

    def _on_model_changed(self, _: object) -> None:
        self._read = None
        self.begin()

    def _on_pause(self) -> None:
        if self._model.model is None:
            return
        wanted = self._wanted()
        if wanted is None or wanted == self._read:
            return
        if self._model.read_ahead(*wanted):
            self._read = wanted
