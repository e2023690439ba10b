"""One variant's answer of a comparison shows what its sources do not hold, as the conversation does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QTextCharFormat
from pytestqt.qtbot import QtBot

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import CheckedSentence, Message, Why
from phi3desk.comparison.plan import Outcome
from phi3desk.ui.answers.markup import fragments
from phi3desk.ui.comparison.inline_answer import InlineAnswer


def test_inline_answer_shows_doubts_in_words(qtbot: QtBot, make_answer: Callable[..., Message]) -> None:
    message = make_answer("Every 2,000 hours [1]. Use 900 g.")
    assert message.answer is not None
    sentences = (
        CheckedSentence("Every 2,000 hours.", supported=True, citations=(1,)),
        CheckedSentence("Use 900 g.", supported=False, why=Why.FIGURE),
    )
    card = InlineAnswer("Phi-3")
    qtbot.addWidget(card)
    answer = replace(message.answer, sentences=sentences, mode=AnswerMode.DOCUMENTS_FIRST)
    card.show_outcome(Outcome("q", "v", answer, 3.0))

    document = card.text.document()
    assert "Use 900 g. (another figure than in the sources)" in document.toPlainText()
    dots = [r.text() for r in fragments(document) if r.charFormat().underlineStyle() == _DOTS]
    assert dots == ["Use 900 g."]
    assert "1 of 2 sentences found in the sources  ·  ◐\u00a0Documents first" in card.foot.text()


_DOTS = QTextCharFormat.UnderlineStyle.DotLine
