"""What a model makes of a follow-up is used where it is a question of the conversation's own words, and in time."""

import threading
from dataclasses import dataclass

import pytest

from phi3desk.chat import follow_up_model
from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.follow_up_model import WrittenQuestion, checked, may_complete, write_complete
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import LoadOptions
from phi3desk.workers.model_worker import ModelService
from phi3desk.workers.requests import CompleteQuestion

FOLLOW_UP = FollowUp("How much did it cost?", "Did Amcor buy Bemis in the spring?", "Yes, in June.")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("How much did Bemis cost?", True),
        (" How much did Bemis cost Amcor?\n", True),
        ("How much did it cost?", False),
        ("Amcor paid for Bemis.", False),
        ("How much did Bemis cost?\nAnswer: 6 billion", False),
        ("How much did Bemis cost in Switzerland?", False),
        ("Did Amcor buy Bemis?", False),
        ("", False),
    ],
)
def test_only_a_question_of_the_words_that_were_said_is_kept(written: str, kept: bool):
    assert checked(written, FOLLOW_UP) == (written.strip() if kept else "")


def test_words_in_another_form_are_the_same_words():
    follow_up = FollowUp("In kateri vijaki?", "Kako se tesni črpalka?", "S tesnilom.")

    assert checked("Kateri vijaki tesnijo črpalko?", follow_up)
    assert not checked("Kateri vijaki tesnijo ohišje?", follow_up)


def test_small_models_are_not_asked():
    assert [may_complete(size) for size in (0, 135_000_000, 3_800_000_000)] == [False, False, True]


@dataclass
class _Task:
    cancelled: threading.Event


def test_model_worker_completes_in_a_few_tokens_or_stops_in_time(tiny_phi3, home, monkeypatch):
    service = ModelService(models=None)
    service._engine = Engine.load(tiny_phi3, LoadOptions(context=1024, gpu_layers=0, threads=1))
    try:
        task = _Task(threading.Event())
        written = service.complete_question(CompleteQuestion(FOLLOW_UP), task)
        # the tiny model writes random words: they are not used
        assert written.text == ""
        monkeypatch.setattr(follow_up_model, "MOST_SECONDS", 0.0)
        assert write_complete(service._engine, FOLLOW_UP, task.cancelled) == WrittenQuestion("", in_time=False)
    finally:
        service.close()
