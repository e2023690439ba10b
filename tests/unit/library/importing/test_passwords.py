"""Passwords of locked files: the session, the system's keyring, and keyrings that do not work."""

import threading
from collections.abc import Iterator

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from phi3desk.library.importing.passwords import SERVICE, Passwords

DOCUMENT = "9f" * 32


class KeyringInMemory(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class KeyringThatWaits(KeyringInMemory):
    def __init__(self) -> None:
        super().__init__()
        self.answer = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.answer.wait(30)
        return None


@pytest.fixture(autouse=True)
def usual_keyring() -> Iterator[None]:
    usual = keyring.get_keyring()
    yield
    keyring.set_keyring(usual)


def test_passwords_outlive_the_session_in_the_keyring_only_when_asked() -> None:
    backend = KeyringInMemory()
    keyring.set_keyring(backend)
    passwords = Passwords()
    assert passwords.keep("aa", "for now") is False
    assert passwords.keep(DOCUMENT, "pumpe", remember=True) is True
    assert backend.kept == {(SERVICE, DOCUMENT): "pumpe"}
    assert (passwords.find("aa"), passwords.find(DOCUMENT)) == ("for now", "pumpe")
    later = Passwords()
    assert (later.find("aa"), later.find(DOCUMENT)) == (None, "pumpe")


def test_passwords_can_be_forgotten() -> None:
    backend = KeyringInMemory()
    keyring.set_keyring(backend)
    passwords = Passwords()
    passwords.keep(DOCUMENT, "pumpe", remember=True)
    passwords.forget(DOCUMENT)
    passwords.forget(DOCUMENT)
    assert passwords.find(DOCUMENT) is None
    assert not backend.kept


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
def test_passwords_last_for_the_session_where_there_is_no_keyring(backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    passwords = Passwords()
    assert passwords.keep(DOCUMENT, "pumpe", remember=True) is False
    assert passwords.find(DOCUMENT) == "pumpe"
    assert passwords.find("aa") is None
    passwords.forget(DOCUMENT)
    assert passwords.find(DOCUMENT) is None


def test_passwords_do_not_wait_for_a_keyring_that_hangs() -> None:
    backend = KeyringThatWaits()
    keyring.set_keyring(backend)
    passwords = Passwords(find_seconds=0.2)
    assert passwords.find(DOCUMENT) is None
    assert passwords.find("aa") is None
    assert backend.asked == 1
    backend.answer.set()
