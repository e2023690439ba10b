"""The way of one question in the window, with a library that answers at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Basis, MadeBy
from phi3desk.chat.question import Question
from phi3desk.errors import say
from phi3desk.library.documents import SearchResult, SearchScope, WordsOnly
from phi3desk.model.types import Sampling
from phi3desk.ui.answers.answer_job import AnswerJob

NOTICE = say("The reranker cannot be used.")


class FoundNothing:
    """A library in which words alone could search, and found nothing."""

    status = None

    def search(self, question: str, k: int, scope: SearchScope, on_result: Callable[..., None], _: object) -> int:
        self.asked = (question, k, scope)
        result = SearchResult((), 9, "sl", 0.1, by_meaning=False, notice=NOTICE, words_only=WordsOnly.LANGUAGE)
        QTimer.singleShot(0, lambda: on_result(result))
        return 1


def test_answer_keeps_that_words_alone_searched_and_the_notice_is_told(qtbot: QtBot) -> None:
    library = FoundNothing()
    scope = SearchScope((3,), ("pump.pdf",), pages=((2, 4),))
    asked = Question("Kako pogosto?", "", (), scope, 4, Sampling(), MadeBy())
    job = AnswerJob(asked, library, None)  # type: ignore[arg-type]
    noticed: list[object] = []
    job.noticed.connect(noticed.append)
    with qtbot.waitSignal(job.finished) as told:
        job.start()
    assert library.asked == ("Kako pogosto?", 4, scope)
    (finished,) = told.args
    assert noticed == [NOTICE]
    assert (finished.basis, finished.words_only) == (Basis.NOTHING_FOUND, WordsOnly.LANGUAGE)
