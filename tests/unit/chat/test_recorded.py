"""An answer is kept with the mode it was asked in, and with whether it refuses."""

from dataclasses import replace

import pytest

from phi3desk.chat.answer import recorded
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Answer, Basis, CheckedSentence, Citation, MadeBy, Timings
from phi3desk.model.types import Ending

ANSWER = Answer("The documents do not tell.", (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
CITATION = Citation(1, "pump.pdf", "/pump.pdf", 3, "The bearing is greased.")


@pytest.mark.parametrize("mode", AnswerMode)
def test_mode_is_kept_with_the_answer(mode: AnswerMode):
    assert recorded(replace(ANSWER, text="It is hot."), mode).mode is mode


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (ANSWER, True),
        (replace(ANSWER, text="Die Dokumente sagen dazu nichts, das ist nicht angegeben."), True),
        (replace(ANSWER, text="It is hot."), False),
        (replace(ANSWER, text="It is hot.", refused=True), True),
        (replace(ANSWER, text="Nothing was found.", basis=Basis.NOTHING_FOUND), True),
        # part of the answer is there
        (replace(ANSWER, citations=(CITATION,)), False),
        (replace(ANSWER, sentences=(CheckedSentence("The oil is hot.", supported=True),)), False),
        (replace(ANSWER, sentences=(CheckedSentence("The oil is hot.", supported=False),)), True),
        # it is not known yet what it says
        (replace(ANSWER, ended=Ending.WRITING), False),
        (replace(ANSWER, ended=Ending.CANCELLED), False),
        (replace(ANSWER, text="I do not know.", basis=Basis.MODEL), False),
    ],
)
def test_an_answer_refuses_that_says_so_and_holds_nothing_else(answer: Answer, refused: bool):
    for mode in (AnswerMode.DOCUMENTS_ONLY, AnswerMode.DOCUMENTS_FIRST):
        assert recorded(answer, mode).refused is refused


def test_a_model_alone_refuses_nothing():
    assert not recorded(replace(ANSWER, basis=Basis.MODEL), AnswerMode.MODEL_ALONE).refused
