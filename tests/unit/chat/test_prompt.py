"""A prompt holds what fits: passages before history, the question always."""

from dataclasses import replace

import pytest

from phi3desk.chat.answer import finish
from phi3desk.chat.evidence import excerpt
from phi3desk.chat.messages import MadeBy, Source
from phi3desk.chat.prompt import (
    FOR_SMALL_MODELS,
    FORMS,
    REFUSAL,
    WITH_REFUSAL,
    Completion,
    PromptRequest,
    compose,
    prompt_format_for,
)
from phi3desk.errors import UserError
from phi3desk.library.documents import Passage
from phi3desk.model.types import AdapterUse, Ending, Generation, Role, Turn


def count(turns) -> int:
    return sum(4 + len(turn.text.split()) for turn in turns)


def source(n: int, words: int) -> Source:
    text = " ".join(f"word{n}" for _ in range(words))
    return Source(n, Passage(n, 1, "a.pdf", "/a.pdf", "A title", 3, 0, 10, text, ("Part", "Care")))


def request(passages=3, words=50, history=(), question="How often must it be greased?") -> PromptRequest:
    sources = tuple(source(n, words) for n in range(1, passages + 1))
    return PromptRequest("You know pumps.", sources, tuple(history), question)


EXCHANGES = (
    Turn(Role.USER, "oldest " * 20),
    Turn(Role.ASSISTANT, "answer " * 20),
    Turn(Role.USER, "newest " * 20),
    Turn(Role.ASSISTANT, "reply " * 20),
)


def test_prompt_numbers_its_passages_and_names_where_they_stand():
    prompt = compose(request(), count, 4096, 512)
    assert prompt.turns[0].role == "system"
    assert prompt.turns[0].text.startswith("You know pumps.")
    assert "[2] (A title, page 3: Part > Care)\nword2" in prompt.turns[-1].text
    assert prompt.turns[-1].text.endswith("Question: How often must it be greased?")


def test_passages_that_do_not_fit_are_left_out_from_the_end():
    prompt = compose(request(passages=5, words=100), count, 400, 100)
    assert prompt.sources_read == (1, 2)
    assert "word3" not in prompt.turns[-1].text
    assert count(prompt.turns) <= 300


def test_newest_exchange_is_kept_where_not_all_history_fits():
    prompt = compose(request(passages=1, history=EXCHANGES), count, 300, 100)
    assert [turn.text.split()[0] for turn in prompt.turns[1:-1]] == ["newest", "reply"]
    assert prompt.history_turns == 2


def test_question_without_an_answer_is_no_history():
    prompt = compose(request(history=(Turn(Role.USER, "lost"), *EXCHANGES)), count, 4096, 512)
    assert "lost" not in [turn.text for turn in prompt.turns]
    assert prompt.history_turns == 4


def test_question_alone_too_long_says_so():
    with pytest.raises(UserError, match="too long"):
        compose(request(question="word " * 500), count, 256, 64)


def test_without_passages_the_question_stands_alone():
    prompt = compose(request(passages=0), count, 4096, 512)
    assert prompt.turns[-1].text == "How often must it be greased?"
    assert "passages" not in prompt.turns[0].text


def test_small_model_reads_one_excerpt_after_an_example_and_no_history():
    prompt = compose(request(history=EXCHANGES), count, 4096, 512, prompt_format_for(135_000_000))
    assert prompt.sources_read == (1,)
    assert [turn.text for turn in prompt.turns[1:-1]] == [turn.text for turn in FOR_SMALL_MODELS.example]
    assert prompt_format_for(3_800_000_000) != FOR_SMALL_MODELS
    assert prompt_format_for(0) != FOR_SMALL_MODELS


def test_small_model_without_history_reads_a_follow_up_completed():
    asked = replace(request(question="and how often?"), standing_alone="How is it greased? and how often?")

    small, usual = (
        compose(asked, count, 4096, 100, prompt_format_for(size)).turns[-1].text for size in (1_000_000, 4_000_000_000)
    )
    assert small.endswith("Question: How is it greased? and how often?")
    assert usual.endswith("Question: and how often?")


def test_small_model_with_a_fitting_adapter_reads_three_excerpts_and_may_refuse():
    (form,) = (name for name, manner in FORMS.items() if manner is WITH_REFUSAL)
    prompt = compose(request(passages=5, history=EXCHANGES), count, 4096, 512, prompt_format_for(135_000_000, form))
    assert prompt.sources_read == (1, 2, 3)
    assert [turn.role for turn in prompt.turns] == [Role.SYSTEM, Role.USER]
    assert REFUSAL in prompt.turns[0].text
    asked = "Question: How often must it be greased?"
    assert prompt.turns[-1].text.startswith(f"{asked}\n\nPassages:\n\n[1] ")
    assert prompt.turns[-1].text.endswith(f"\n\n{asked}")
    assert prompt_format_for(135_000_000, "a form of tomorrow") == FOR_SMALL_MODELS


def test_excerpt_grows_over_short_lines_until_it_has_enough_words():
    rows = [f"Line {number} of the table" for number in range(40)]
    text = "\n".join([*rows[:20], "Torque of the casing bolts 280 N·m", *rows[20:]])
    question = "What is the torque of the casing bolts?"
    assert len(excerpt(text, question).split()) < 20
    grown = excerpt(text, question, 50)
    assert 50 <= len(grown.split()) <= 60
    assert grown in text and "280 N·m" in grown
    assert excerpt("Torque 280 N·m", question, 50) == "Torque 280 N·m"


def test_answer_is_recorded_with_the_adapters_that_were_attached():
    wanted, attached = AdapterUse("pumps", "/pumps.gguf"), AdapterUse("lifts", "/lifts.gguf", 0.5)
    written = Completion(Generation("It is.", (1, 2), Ending.STOP, 9, 0, 0.1, 0.1, 2, 9.0, (attached,)), (), 0)
    answer = finish(written, "Is it?", (), MadeBy("m", adapters=(wanted,)), 0.0)
    assert answer.made_by.adapters == (attached,)
