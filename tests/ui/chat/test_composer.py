"""The field for the question: its keys, its growth, its one button."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Mention
from phi3desk.chat.question import scope_of
from phi3desk.library.documents import BoundSource, Collection, Document, SearchScope, State
from phi3desk.ui.chat.composer import Composer


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.resize(600, 60)
    made.set_reading_size(15)
    made.show()
    qtbot.waitExposed(made)
    made.edit.setFocus()
    return made


def test_composer_enter_sends_and_keeps_the_text(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, " How often? ")

    with qtbot.waitSignal(composer.sent) as sent:
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent.args == ["How often?"]
    assert composer.text == "How often?"


def test_composer_shift_enter_breaks_the_line(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, "one")
    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.edit, "two")

    assert composer.text == "one\ntwo"


def test_composer_sends_nothing_that_is_empty(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, "   ")
    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
        qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)


def test_composer_while_answering_stops_and_does_not_send(qtbot: QtBot, composer: Composer) -> None:
    composer.set_text("next")
    composer.set_answering(True)

    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)
    assert composer.button.accessibleName() == "Stop the answer"


def test_composer_escape_does_nothing_without_an_answer(qtbot: QtBot, composer: Composer) -> None:
    composer.set_text("kept")
    with qtbot.assertNotEmitted(composer.stop_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    assert composer.text == "kept"


def test_composer_grows_to_eight_lines(composer: Composer) -> None:
    heights = []
    for lines in (1, 3, 8, 9, 30):
        composer.set_text("\n".join("x" * lines))
        heights.append(composer.edit.height())

    assert heights[0] < heights[1] < heights[2] == heights[3] == heights[4]
    assert heights[2] == pytest.approx(8 * heights[0], abs=20)


def test_composer_button_is_a_target_of_size(composer: Composer) -> None:
    assert min(composer.button.width(), composer.button.height()) >= 32


def test_composer_takes_no_files_or_formats(composer: Composer) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold")
    data.setUrls([QUrl.fromLocalFile("/x.pdf")])
    composer.edit.insertFromMimeData(data)

    assert composer.text == "bold"
    assert not composer.edit.acceptDrops()


class Names(QObject):
    """A library with two collections, which hands out its documents when it is asked."""

    collections_changed = Signal(object)
    documents_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        bound = (BoundSource(1, 1, "/p/manuals", folder=True),)
        self.collections = [Collection(1, "Manuals", sources=bound), Collection(2, "Tenders")]
        self.fetched = 0

    def documents(self, collection: int | None, on_result: Callable[[list[Document]], None]) -> None:
        self.fetched += 1
        folders = {"Pump manual.pdf": "/p/manuals", "Seal manual.pdf": "/p/manuals/seals", "Grünfett.pdf": "/alone"}
        on_result(
            [
                Document(n, 1, "Manuals", f"{folder}/{name}", name, "", State.READY, None, 12, 1, 1, 0, 0)
                for n, (name, folder) in enumerate(folders.items())
            ]
        )


@pytest.fixture
def names(composer: Composer) -> Names:
    made = Names()
    made.setParent(composer)
    composer.mentions.follow(made)  # type: ignore[arg-type]
    return made


def offered(composer: Composer) -> list[str]:
    shown = composer.mentions.list
    return [shown.item(row).text() for row in range(shown.count())] if shown.isVisible() else []


def test_composer_names_a_document_and_a_collection_with_the_keyboard(
    qtbot: QtBot, composer: Composer, names: Names
) -> None:
    assert names.fetched == 0
    qtbot.keyClicks(composer.edit, "How often? @")
    assert offered(composer) == [
        "Manuals",
        "Tenders",
        "manuals",
        "seals",
        "Grünfett.pdf",
        "Pump manual.pdf",
        "Seal manual.pdf",
    ]
    qtbot.keyClicks(composer.edit, "man pu")
    assert offered(composer) == ["Pump manual.pdf"]
    with qtbot.assertNotEmitted(composer.sent):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.edit, "@")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Down)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Tab)

    assert composer.text == "How often?"
    assert composer.named == (Mention("Pump manual.pdf"), Mention("Tenders", 2))
    assert names.fetched == 1
    chips = composer.chips.findChildren(QAbstractButton)
    assert "Do not restrict the question to “Tenders”" in [chip.accessibleName() for chip in chips]


def test_composer_names_several_documents_with_the_mouse(qtbot: QtBot, composer: Composer, names: Names) -> None:
    for row in (5, 6, 5):
        qtbot.mouseClick(composer.name_button, Qt.MouseButton.LeftButton)
        shown = composer.mentions.list
        place = shown.visualItemRect(shown.item(row)).center()
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert composer.named == (Mention("Seal manual.pdf"), Mention("Pump manual.pdf"))
    assert composer.text == ""


def test_composer_names_folders_and_pages(qtbot: QtBot, composer: Composer, names: Names) -> None:
    qtbot.keyClicks(composer.edit, "How often? @seals")
    assert offered(composer) == ["seals"]
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.edit, "@pump S. 3-5, 8")
    assert offered(composer) == ["Pump manual.pdf, p. 3-5, 8"]
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.edit, "@pump 13")
    assert offered(composer) == []
    qtbot.keyClicks(composer.edit, " @10")
    assert offered(composer) == ["p. 10"]
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)

    assert composer.text == "How often? @pump 13"
    assert scope_of(composer.named, (7,)) == SearchScope(
        None, ("Pump manual.pdf",), ("/p/manuals/seals",), ((3, 5), (8, 8), (10, 10))
    )
    assert scope_of(composer.named[-1:], (7,)) == SearchScope((7,), pages=((10, 10),))
    chips = [chip.text() for chip in composer.chips.findChildren(QAbstractButton)]
    assert chips[-4:] == ["seals", "Pump manual.pdf", "p. 3-5, 8", "p. 10"]
    composer.edit.setPlainText("")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Backspace)
    assert [mention.name for mention in composer.named] == ["seals", "Pump manual.pdf", "3-5, 8"]


def test_composer_takes_back_what_was_named(qtbot: QtBot, composer: Composer, names: Names) -> None:
    composer.set_named((Mention("Tenders", 2), Mention("Pump manual.pdf")))
    qtbot.keyClick(composer.edit, Qt.Key.Key_Backspace)
    assert composer.named == (Mention("Tenders", 2),)
    qtbot.mouseClick(composer.chips.findChildren(QAbstractButton)[-1], Qt.MouseButton.LeftButton)
    assert composer.named == ()
    assert not composer.chips.isVisible()


def test_composer_leaves_the_names_to_the_keyboard_while_an_import_counts(
    qtbot: QtBot, composer: Composer, names: Names
) -> None:
    qtbot.keyClicks(composer.edit, "@")
    for _ in range(3):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Down)
    shown = composer.mentions.list
    assert shown.currentItem().text() == "seals"
    written: list[int] = []
    shown.model().rowsInserted.connect(lambda _, first, last: written.append(first))
    for documents in range(3):
        # as the window is told once a second
        names.collections_changed.emit([dataclasses.replace(one, documents=documents) for one in names.collections])
        composer.set_searches(True)
    assert (shown.currentItem().text(), written) == ("seals", [])
    names.collections_changed.emit([Collection(3, "Alarms"), *names.collections])
    assert offered(composer)[0] == "Alarms"
    assert shown.currentItem().text() == "seals"
    names.collections_changed.emit([dataclasses.replace(one, sources=()) for one in names.collections])
    assert shown.currentRow() == 0


def test_composer_offers_nothing_in_an_address_or_after_escape(qtbot: QtBot, composer: Composer, names: Names) -> None:
    qtbot.keyClicks(composer.edit, "mail man@plant")
    assert offered(composer) == []
    qtbot.keyClicks(composer.edit, " @")
    assert offered(composer)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    qtbot.keyClicks(composer.edit, "m")
    assert offered(composer) == []
    assert composer.text == "mail man@plant @m"


def test_composer_names_behind_signs_that_are_two_units_to_qt(qtbot: QtBot, composer: Composer, names: Names) -> None:
    composer.set_text("Frage 😀😀 @man pu")
    assert offered(composer) == ["Pump manual.pdf"]
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert composer.edit.toPlainText() == "Frage 😀😀 "
    composer.set_text("oil? 😀 and")
    composer.edit.moveCursor(QTextCursor.MoveOperation.PreviousWord)
    qtbot.mouseClick(composer.name_button, Qt.MouseButton.LeftButton)
    assert composer.edit.toPlainText() == "oil? 😀 @and"


def test_composer_backspace_deletes_what_is_selected_from_the_first_letter_on(
    qtbot: QtBot, composer: Composer, names: Names
) -> None:
    composer.set_named((Mention("Tenders", 2),))
    composer.set_text("How often?")
    composer.edit.moveCursor(QTextCursor.MoveOperation.Start, QTextCursor.MoveMode.KeepAnchor)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Backspace)
    assert composer.text == ""
    assert composer.named == (Mention("Tenders", 2),)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Backspace)
    assert composer.named == ()
