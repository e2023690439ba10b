"""A wait in seconds becomes tokens, the same ones for nearly the same speed."""

from dataclasses import replace

import pytest

from phi3desk.chat.reading.wait import FEWEST_TOKENS, Wait, tokens_within
from phi3desk.chat.series import Speed, known_speed
from phi3desk.model.types import LoadedModel, Measured
from phi3desk.settings import DECLARED

MODEL = LoadedModel("m", "/m.gguf", "phi3", 4096, 4096, 0, 32, 2_400_000_000, 3_800_000_000, True, "CPU")


def test_waits_are_the_choices_of_the_setting_and_grow():
    assert [wait.value for wait in Wait] == [value for value, _ in DECLARED["answers.wait"].choices]
    seconds = [wait.seconds for wait in Wait]
    assert seconds == sorted(seconds) and seconds[0] < 10 and seconds[-1] == 60


@pytest.mark.parametrize("speed", [10.0, 20.0, 33.0, 800.0])
def test_a_faster_model_reads_more_and_never_longer_than_was_set(speed):
    allowed = tokens_within(15, speed)
    assert 0.75 * 15 * speed <= allowed <= 15 * speed
    assert tokens_within(15, speed * 2) > allowed


def test_a_speed_that_varies_a_little_mostly_allows_the_same():
    allowed = {tokens_within(15, 20.0 + tenth / 10) for tenth in range(20)}
    assert len(allowed) <= 2


def test_even_the_slowest_machine_reads_what_may_hold_the_answer():
    assert FEWEST_TOKENS * 0.75 <= tokens_within(6, 0.1) <= FEWEST_TOKENS


def test_measured_speed_counts_before_the_last_one_and_the_guess():
    guessed = known_speed(MODEL)
    assert guessed.read > 0
    assert known_speed(MODEL, Speed(21.0, 6.0)) == Speed(21.0, 6.0)
    measured = replace(MODEL, measured=Measured(2, 2, 7.0, 31.0))
    assert known_speed(measured, Speed(21.0, 6.0)) == Speed(31.0, 7.0)
