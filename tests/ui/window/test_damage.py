"""The window says what cannot be read, puts a copy back, and works again; nothing is thrown away."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.backups import Kept, copies, keep_copy
from phi3desk.chat.history import ConversationStore
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from phi3desk.ui.services import Services
from phi3desk.ui.window.damage_dialog import DamageDialog
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import FailureKind


@pytest.fixture
def choose(qtbot: QtBot) -> Callable[[str], list[str]]:
    """Return a function that has the next question answered by a button, and gives what it will have said."""

    def prepare(button: str) -> list[str]:
        said: list[str] = []

        def answer() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, DamageDialog):
                QTimer.singleShot(50, answer)
                return
            said.extend(label.text() for label in dialog.findChildren(QLabel))
            said.append(dialog.restore.text())
            qtbot.mouseClick(getattr(dialog, button), Qt.MouseButton.LeftButton)

        QTimer.singleShot(50, answer)
        return said

    return prepare


def titles(services: Services) -> list[str]:
    return [conversation.title for conversation in services.conversations.conversations()]


@pytest.fixture
def damaged(home: Paths) -> Paths:
    """Return a home whose conversations are damaged, with a copy from before."""
    store = ConversationStore(home.conversations)
    for number in range(50):
        store.add(store.create(f"talk {number}").id, "user", "How often is the pump greased? " * 20)
    store.close()
    assert keep_copy(home, Kept.CONVERSATIONS)
    content = bytearray(home.conversations.read_bytes())
    for page in range(1, len(content) // 4096):
        content[4096 * page + 3] ^= 0xFF
    home.conversations.write_bytes(content)
    return home


def test_start_offers_the_copy_of_conversations_that_cannot_be_read(
    qtbot: QtBot, damaged: Paths, choose: Callable[[str], list[str]]
) -> None:
    said = choose("restore")
    services = app.open_services(damaged, Settings(damaged.settings))
    assert services is not None
    assert len(titles(services)) == 50
    app.close_files(services)
    assert any("conversations" in text and "cannot be read" in text for text in said)
    assert said[-1].startswith("Restore the copy of ")
    assert len(list(damaged.set_aside.rglob("conversations.db"))) == 1


def test_start_can_begin_anew_or_quit(qtbot: QtBot, damaged: Paths, choose: Callable[[str], list[str]]) -> None:
    before = damaged.conversations.read_bytes()
    choose("quit")
    assert app.open_services(damaged, Settings(damaged.settings)) is None
    assert damaged.conversations.read_bytes() == before
    choose("anew")
    services = app.open_services(damaged, Settings(damaged.settings))
    assert services is not None
    assert titles(services) == []
    app.close_files(services)
    assert next(damaged.set_aside.rglob("conversations.db")).read_bytes() == before


def test_start_offers_the_copy_of_settings_that_cannot_be_read(
    qtbot: QtBot, home: Paths, choose: Callable[[str], list[str]]
) -> None:
    Settings(home.settings).set("answers.passages", 8)
    keep_copy(home, Kept.SETTINGS)
    home.settings.write_text("[" * 100_000)
    said = choose("restore")
    services = app.open_services(home, Settings(home.settings))
    assert services is not None
    assert services.settings.get("answers.passages") == 8
    app.close_files(services)
    assert any("settings cannot be read" in text for text in said)


def test_catalogue_that_cannot_be_read_is_asked_about_and_the_library_works_again(
    qtbot: QtBot, home: Paths, services: Services, choose: Callable[[str], list[str]]
) -> None:
    home.catalog.write_bytes(b"no catalogue" * 999)
    window = MainWindow(services)
    qtbot.addWidget(window)
    worker = services.library.worker
    worker.damaged.connect(lambda failure: app.mend_library(window, services, home, failure))
    said = choose("anew")
    with qtbot.waitSignal(worker.damaged) as told:
        services.library.start()
    assert (told.args[0].kind, told.args[0].file) == (FailureKind.DAMAGED, str(home.catalog))
    with qtbot.waitSignal(worker.ready):
        pass
    assert any("catalogue" in text for text in said)
    assert next(home.set_aside.rglob("catalog.db")).read_bytes() == b"no catalogue" * 999
    app.close(window, services)


def test_copy_chosen_in_settings_is_put_back_when_the_window_has_closed(
    qtbot: QtBot, home: Paths, services: Services
) -> None:
    services.conversations.create("before")
    assert keep_copy(home, Kept.CONVERSATIONS)
    services.conversations.create("since")
    window = MainWindow(services)
    qtbot.addWidget(window)
    card = window.settings_page.copies
    card.show_copies()
    assert card.choice.currentText().startswith("Conversations, ")
    qtbot.mouseClick(card.restore, Qt.MouseButton.LeftButton)
    assert card.question is not None
    with qtbot.waitSignal(card.restore_requested):
        card.question.buttons()[0].click()
    assert window.wanted_copy == copies(home, Kept.CONVERSATIONS)[0]
    app.end(window, services, home)
    store = ConversationStore(home.conversations)
    assert [conversation.title for conversation in store.conversations()] == ["before"]
    store.close()
    assert not list(home.backups.glob("pinned*"))


def test_window_that_closes_well_keeps_copies_and_says_damage_as_a_notice(
    qtbot: QtBot, home: Paths, services: Services
) -> None:
    services.conversations.create("kept")
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.show()
    reporter = app.BugReporter(window, home)
    full = OSError(28, "No space left on device", str(home.settings))
    reporter.report(OSError, full, None)
    assert reporter.dialog is None
    assert "The disk is full" in window.toast.text
    window.close()
    app.end(window, services, home)
    assert copies(home, Kept.CONVERSATIONS)
    assert copies(home, Kept.SETTINGS)
