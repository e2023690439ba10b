"""Forty documents that mean to be more than text stand in a conversation as text: nothing opens, nothing loads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, Qt, QTextDocument, QTextFormat
from pytestqt.qtbot import QtBot

from phi3desk.chat.answer import finish
from phi3desk.chat.messages import Answer, MadeBy, Message, Source
from phi3desk.chat.prompt import Completion
from phi3desk.foreign_text import printable
from phi3desk.library.documents import Passage
from phi3desk.library.text import seen
from phi3desk.model.types import Ending, Generation, Role
from phi3desk.ui.answers.markup import fragments
from phi3desk.ui.chat.conversation.message_links import read_address
from phi3desk.ui.chat.conversation.view import ConversationView
from tests.helpers.injected import INJECTED, Injected, write_all
from tests.helpers.reading import told_of


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Source]:
    """Return a passage with all of each document."""
    folder = tmp_path_factory.mktemp("injected")
    write_all(folder)
    return {one.name: _source(folder / one.name) for one in INJECTED}


def _source(path: Path) -> Source:
    told = told_of(path)
    text = "\n".join(page.text for page in told.pages)
    name = seen(path.name)
    title = seen(told.title)
    return Source(1, Passage(1, 1, name, str(path), title, 1, 0, len(text), text, (title,), told.kind, told.labels[0]))


def _copied(source: Source, question: str) -> Answer:
    """Return the answer of a model that writes all of a document, as it stands there."""
    generation = Generation(source.passage.text, (), Ending.STOP, 100, 0, 0.1, 0.1, 20, 40.0)
    return finish(Completion(generation, (1,), 0, "asked"), question, (source,), MadeBy(), 0.0)


def _assert_inert(document: QTextDocument) -> None:
    for run in fragments(document):
        look = run.charFormat()
        assert not look.isImageFormat()
        assert not look.isAnchor() or read_address(look.anchorHref()) is not None
        tip = str(look.property(QTextFormat.Property.TextToolTip) or "")
        assert tip.startswith("<qt>") or not any(Qt.mightBeRichText(line) for line in tip.splitlines())


@pytest.mark.parametrize("one", INJECTED, ids=lambda one: ascii(one.name))
def test_conversation_shows_the_text_of_a_document_as_text(qtbot: QtBot, one: Injected, sources: Mapping[str, Source]):
    source = sources[one.name]
    text = source.passage.text
    answer = _copied(source, one.clean.question)
    view = ConversationView()
    qtbot.addWidget(view)
    loaded: list[object] = []
    view.source_requested.connect(lambda *asked: loaded.append(asked))
    asked = Message(1, 1, Role.USER, text, 0.0)
    view.show_messages([asked, Message(2, 1, Role.ASSISTANT, answer.text, 0.0, answer)])
    view.add_message(Message(3, 1, Role.ASSISTANT, "", 0.0), writing=True)
    view.set_sources(3, (source,))
    view.set_text(3, text)
    view.resize(900, 700)
    view.grab()
    _assert_inert(view.document())
    assert not loaded
    view.copy_message(2)
    copied = QGuiApplication.clipboard().text()
    assert copied
    assert printable(copied) == copied
