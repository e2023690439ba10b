"""The dialog that saves dossiers: what it offers, its progress and stop, and what it says at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pypdf
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.chat.dossier.writing import Kind
from phi3desk.chat.messages import Message
from phi3desk.errors import say
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.model.types import Role
from phi3desk.ui.chat.export import ConversationExport
from phi3desk.ui.dossiers.dialog import DossierDialog, Pictures, Scope
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure, FailureKind
from tests.unit.chat.dossier.test_files import picture


class Drawn:
    """Stands for the library's worker: keeps what is wished for until a test answers."""

    def __init__(self) -> None:
        self.wishes: list[PictureWish] = []
        self.cancelled: list[int] = []
        self._ends: list[tuple[Callable[[PagePicture], None], Callable[[Failure], None]]] = []

    def page_picture(
        self, wish: PictureWish, on_result: Callable[[PagePicture], None], on_failure: Callable[[Failure], None]
    ) -> int:
        self.wishes.append(wish)
        self._ends.append((on_result, on_failure))
        return len(self.wishes)

    def cancel(self, request: int) -> None:
        self.cancelled.append(request)

    def draw(self) -> None:
        self._ends[-1][0](picture())

    def fail(self) -> None:
        self._ends[-1][1](Failure(FailureKind.USER, say("The file is gone.")))


@pytest.fixture
def drawn(services: Services, monkeypatch: pytest.MonkeyPatch) -> Drawn:
    made = Drawn()
    monkeypatch.setattr(services.library, "page_picture", made.page_picture)
    monkeypatch.setattr(services.library, "cancel", made.cancel)
    return made


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def messages_of(services: Services, make_answer: Callable[..., Message], sources: int = 2) -> Sequence[Message]:
    conversation = services.conversations.create("Bearing")
    for question, count in (("How often?", 1), ("How much?", sources)):
        services.conversations.add(conversation.id, Role.USER, question)
        made = make_answer(f"To {question} [1]", count)
        services.conversations.add(conversation.id, Role.ASSISTANT, made.text, made.answer)
    return services.conversations.messages(conversation.id)


def opened(services: Services, window: QWidget, messages: Sequence[Message], *, answer: bool = False) -> DossierDialog:
    export = ConversationExport(services, window)
    if answer:
        export.save_answer(messages[0].conversation_id, messages[-1].id)
    else:
        export.save_conversation(messages[0].conversation_id)
    return window.findChildren(DossierDialog)[-1]


def save_as(dialog: DossierDialog, path: Path) -> None:
    dialog.save.click()
    where = dialog.findChildren(QFileDialog)[-1]
    where.fileSelected.emit(str(path))
    where.reject()


def test_pictures_are_drawn_one_by_one_and_the_file_is_opened(
    qtbot: QtBot,
    services: Services,
    window: QWidget,
    drawn: Drawn,
    make_answer: Callable[..., Message],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dialog = opened(services, window, messages_of(services, make_answer), answer=True)
    assert [scope for scope, button in dialog.scopes.items() if button.isVisible()] == [
        Scope.ANSWER,
        Scope.CONVERSATION,
    ]
    assert (dialog.wanted.scope, dialog.wanted.kind, dialog.wanted.pictures) == (Scope.ANSWER, Kind.PDF, Pictures.PARTS)
    dialog.pictures.setCurrentIndex(dialog.pictures.findData(Pictures.PAGES))
    save_as(dialog, tmp_path / "a")
    assert [wish.whole_page for wish in drawn.wishes] == [True]
    assert dialog._doing.text() == "Drawing page 1 of 1"
    drawn.draw()
    qtbot.waitUntil(dialog.open_file.isVisible)
    # the suffix that was chosen is put behind a name without one
    assert (tmp_path / "a.pdf").is_file()
    assert str(tmp_path / "a.pdf") in dialog._said.text()
    assert len(list(pypdf.PdfReader(tmp_path / "a.pdf").pages[0].images)) == 1
    asked: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url) or False)
    dialog.show_folder.click()
    dialog.open_file.click()
    assert [Path(url.toLocalFile()) for url in asked] == [tmp_path, tmp_path / "a.pdf"]
    assert "No program was found" in dialog._problem.text()
    # what was chosen is chosen the next time
    again = opened(services, window, messages_of(services, make_answer))
    assert (again.wanted.scope, again.wanted.pictures) == (Scope.CONVERSATION, Pictures.PAGES)
    assert not again.scopes[Scope.ANSWER].isVisible()


def test_page_that_cannot_be_drawn_says_why_in_the_file(
    qtbot: QtBot, services: Services, window: QWidget, drawn: Drawn, make_answer: Callable[..., Message], tmp_path: Path
) -> None:
    services.settings.remember("dossier.kind", ".md")
    dialog = opened(services, window, messages_of(services, make_answer))
    save_as(dialog, tmp_path / "a.md")
    drawn.fail()
    qtbot.waitUntil(dialog.open_file.isVisible)
    assert "The file is gone" in (tmp_path / "a.md").read_text("utf-8").replace("\\", "")


def test_name_with_a_full_stop_takes_the_place_of_no_file(
    qtbot: QtBot, services: Services, window: QWidget, make_answer: Callable[..., Message], tmp_path: Path
) -> None:
    services.settings.remember("dossier.kind", ".md")
    services.settings.remember("dossier.pictures", "none")
    (tmp_path / "Report 2.3.md").write_text("of last year", "utf-8")
    dialog = opened(services, window, messages_of(services, make_answer))
    save_as(dialog, tmp_path / "Report 2.3")
    qtbot.waitUntil(dialog.open_file.isVisible)
    assert (tmp_path / "Report 2.3.md").read_text("utf-8") == "of last year"
    assert "How often?" in (tmp_path / "Report 2.3 2.md").read_text("utf-8")
    assert "Report 2.3 2.md" in dialog._said.text()


def test_stopping_leaves_nothing_behind(
    services: Services, window: QWidget, drawn: Drawn, make_answer: Callable[..., Message], tmp_path: Path
) -> None:
    dialog = opened(services, window, messages_of(services, make_answer))
    save_as(dialog, tmp_path / "a.pdf")
    dialog.stop.click()
    assert drawn.cancelled == [1]
    drawn.draw()
    assert list(tmp_path.glob("a*")) == []
    assert not dialog.isVisible()


def test_answers_without_pages_offer_no_pictures_and_a_place_that_is_none_is_told(
    qtbot: QtBot, services: Services, window: QWidget, drawn: Drawn, make_answer: Callable[..., Message], tmp_path: Path
) -> None:
    conversation = services.conversations.create("Alone")
    services.conversations.add(conversation.id, Role.USER, "Why?")
    made = make_answer("Because.", 0)
    services.conversations.add(conversation.id, Role.ASSISTANT, made.text, made.answer)
    dialog = opened(services, window, services.conversations.messages(conversation.id))
    assert not dialog.pictures.isEnabled()
    assert dialog.wanted.pictures is Pictures.NONE
    save_as(dialog, tmp_path / "nowhere" / "a.pdf")
    qtbot.waitUntil(lambda: bool(dialog._problem.text()))
    assert "could not be written" in dialog._problem.text()
    assert not dialog.open_file.isVisible()
    assert not drawn.wishes
