"""The passwords of locked files: for the session in memory, for longer in the system's keyring if the user wants.

They are filed under the SHA-256 of the file's content, so that a renamed or moved file still opens. They are never
written to the library's folder or a log.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

SERVICE = "phi3desk"
#: A keyring may ask the user to unlock it; without anybody there it would be waited for without end.
_FIND_SECONDS = 5.0
_REMEMBER_SECONDS = 60.0

Answer = TypeVar("Answer")


class Passwords:
    """What opens locked files. A keyring that is missing, locked or broken is no error: it holds nothing.

    May be used from any thread. After a call that the keyring did not answer in time it is left alone.
    """

    def __init__(self, find_seconds: float = _FIND_SECONDS, remember_seconds: float = _REMEMBER_SECONDS) -> None:
        self._find_seconds = find_seconds
        self._remember_seconds = remember_seconds
        self._session: dict[str, str] = {}
        self._silent = threading.Event()

    def find(self, sha256: str) -> str | None:
        """Return the password of the file with this content, None where none is known."""
        known = self._session.get(sha256)
        if known is None:
            known = self._asked(lambda: _get(sha256), self._find_seconds)
            if known is not None:
                self._session[sha256] = known
        return known

    def keep(self, sha256: str, password: str, remember: bool = False) -> bool:
        """Keep a password for the session, and in the system's keyring; return whether the keyring kept it."""
        self._session[sha256] = password
        return remember and self._asked(lambda: _put(sha256, password), self._remember_seconds) is True

    def forget(self, sha256: str) -> None:
        """Forget a password, in the keyring too."""
        self._session.pop(sha256, None)
        self._asked(lambda: _delete(sha256), self._find_seconds)

    def _asked(self, question: Callable[[], Answer], seconds: float) -> Answer | None:
        """Ask the keyring in a thread of its own, and stop waiting for it after some seconds."""
        if self._silent.is_set():
            return None
        answers: list[Answer] = []
        thread = threading.Thread(target=_collect, args=(question, answers), name="keyring", daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            log.warning("the system's keyring does not answer")
            self._silent.set()
        return answers[0] if answers else None


def _collect(question: Callable[[], Answer], answers: list[Answer]) -> None:
    try:
        answers.append(question())
    except Exception as error:  # each keyring has its own errors, and none of them is worth more than a line
        log.info("the system's keyring cannot be used: %s", type(error).__name__)


def _get(sha256: str) -> str | None:
    import keyring

    return keyring.get_password(SERVICE, sha256)


def _put(sha256: str, password: str) -> bool:
    import keyring

    keyring.set_password(SERVICE, sha256, password)
    # the backend that is there to keep nothing says nothing either
    return keyring.get_password(SERVICE, sha256) == password


def _delete(sha256: str) -> None:
    import keyring

    keyring.delete_password(SERVICE, sha256)
