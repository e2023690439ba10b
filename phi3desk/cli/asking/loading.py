"""The model of a command, loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Callable

from phi3desk.errors import UserError


class Loading:
    """Loads a model; one that could not be loaded fails again with the same error, without another try."""

    def __init__(self) -> None:
        self.failure: UserError | None = None

    def try_once(self, load: Callable[[], None]) -> None:
        """Have a model loaded; UserError where that fails or failed before."""
        if self.failure is not None:
            raise self.failure
        try:
            load()
        except UserError as error:
            self.failure = error
            raise
