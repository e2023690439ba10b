"""A prompt holds what fits: passages before history, the question always."""

from dataclasses import replace
from itertools import pairwise

import pytest

from phi3desk.chat.answer import finish
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import MadeBy, Source
from phi3desk.chat.prompt import (
    FOR_SMALL_MODELS,
    FORMS,
    NO_ROOM,
    REFUSAL,
    TOO_MANY,
    WITH_REFUSAL,
    Completion,
    Prompt,
    PromptRequest,
    Task,
    compose,
    opening,
    prompt_format_for,
)
from phi3desk.chat.reading.extracts import NO_TIME
from phi3desk.errors import UserError
from phi3desk.library.documents import Passage
from phi3desk.model.types import AdapterUse, Ending, Generation, LoadedModel, Role, Turn


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


def test_passages_that_do_not_fit_are_told_with_the_reason():
    read = compose(request(passages=5, words=100), count, 400, 100).read
    assert [each.n for each in read] == [1, 2, 3, 4, 5]
    assert [each.left_out for each in read] == [None, None, NO_ROOM, NO_ROOM, NO_ROOM]
    assert [bool(each.tokens) for each in read] == [True, True, False, False, False]


def telling(n: int, *told: str) -> Source:
    text = " ".join([f"Passage {n} begins with this long sentence of no use to anybody.", *told])
    return Source(n, Passage(n, n, f"{n}.pdf", f"/{n}.pdf", "", 1, 0, 10, text))


BEST = "The main bearing must be greased every 2,000 hours."
LIMITED = replace(request(), sources=(telling(1, "It snows."), telling(2, BEST), telling(3, "It rains.", BEST)))


def test_no_more_of_the_passages_is_read_than_there_is_time_for():
    whole, some = (compose(LIMITED, count, 4096, 512, most_tokens=most) for most in (500, 22))
    assert whole.sources_read == (1, 2, 3) and all(not each.text for each in whole.read)
    assert some.sources_read == (2,)
    assert f"[2] (2.pdf, page 1)\n{BEST}\n\nQuestion: " in some.turns[-1].text
    read = {each.n: each for each in some.read}
    assert read[2].text == BEST and read[2].tokens == len(f"[2] (2.pdf, page 1) {BEST}".split())
    assert (read[1].left_out, read[1].tokens, read[1].text) == (NO_TIME, 0, "")


def test_a_small_context_leaves_out_sentences_where_time_is_limited():
    prompt = compose(LIMITED, count, 210, 90, most_tokens=500)
    assert BEST in prompt.turns[-1].text and count(prompt.turns) <= 120
    assert NO_ROOM in [each.left_out for each in prompt.read]


def test_time_for_reading_does_not_cut_a_page_or_the_excerpts_of_an_adapter():
    page = replace(LIMITED, task=Task.PAGE)
    assert compose(page, count, 4096, 512, most_tokens=30).sources_read == (1, 2, 3)
    usual, limited = (compose(LIMITED, count, 4096, 512, WITH_REFUSAL, most) for most in (0, 20))
    assert usual.turns == limited.turns


def test_a_follow_up_goes_on_from_extracts_word_for_word():
    first = compose(LIMITED, count, 4096, 100, most_tokens=22)
    said = (
        Turn(Role.USER, LIMITED.question, first.turns[-1].text),
        Turn(Role.ASSISTANT, "2,000.", " 2,000 [2].", (1,)),
    )
    then = compose(replace(LIMITED, history=said, question="And then?"), count, 4096, 100, most_tokens=22)
    assert then.turns[:2] == first.turns


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


def test_small_model_reads_the_passage_with_the_best_sentence():
    """The search had put another one first, for what it holds as a whole."""
    asked = "Wie oft wird das Lager geschmiert?"
    texts = (
        "The bearing is blue. It came from Graz. It was mounted in May. Nobody remembers why.",
        "Seals are changed by the fitter. The bearing is greased every 4,000 hours. The log is kept. Oil is refilled.",
    )
    closeness = ((0.80, 0.78, 0.79, 0.76), (0.78, 0.91, 0.77, 0.79))
    sources = tuple(
        Source(n, Passage(n, 1, "a.pdf", "/a.pdf", "", 1, 0, 10, text), sentences=near, score=1.0 - n / 100)
        for n, (text, near) in enumerate(zip(texts, closeness, strict=True), 1)
    )
    prompt = compose(PromptRequest("", sources, (), asked), count, 4096, 100, prompt_format_for(135_000_000))
    assert prompt.sources_read == (2,)
    assert [(each.n, each.left_out) for each in prompt.read] == [(1, TOO_MANY), (2, None)]
    assert "greased every 4,000 hours" in prompt.turns[-1].text
    assert "Oil is refilled" not in prompt.turns[-1].text


def test_of_excerpts_the_one_with_the_worst_sentence_is_left_out_where_they_do_not_fit():
    texts = [f"It is so in hall {n}. {'It was so before. ' * 6}It stays so." for n in (1, 2, 3)]
    sources = tuple(
        Source(n, Passage(n, 1, "a.pdf", "/a.pdf", "", 1, 0, 10, text), sentences=(*(0.7,) * 7, near), score=1.0)
        for n, (text, near) in enumerate(zip(texts, (0.80, 0.75, 0.95), strict=True), 1)
    )
    (form,) = (name for name, manner in FORMS.items() if manner is WITH_REFUSAL)
    format_ = prompt_format_for(135_000_000, form)
    asked = PromptRequest("", sources, (), "Wie bleibt es?")
    whole = count(compose(asked, count, 4096, 100, format_).turns)
    prompt = compose(asked, count, whole + 80, 90, format_)
    assert prompt.sources_read == (1, 3)
    assert prompt.turns[-1].text.index("[1]") < prompt.turns[-1].text.index("[3]")
    assert [each.left_out for each in prompt.read] == [None, NO_ROOM, None]


def test_answer_is_recorded_with_the_adapters_that_were_attached():
    wanted, attached = AdapterUse("pumps", "/pumps.gguf"), AdapterUse("lifts", "/lifts.gguf", 0.5)
    written = Completion(Generation("It is.", (1, 2), Ending.STOP, 9, 0, 0.1, 0.1, 2, 9.0, (attached,)), (), 0)
    answer = finish(written, "Is it?", (), MadeBy("m", adapters=(wanted,)), 0.0)
    assert answer.made_by.adapters == (attached,)


def test_answer_is_recorded_with_the_model_that_wrote_it():
    loaded = LoadedModel("lifts", "/lifts.gguf", "phi3", 512, 512, 0, 2, 1, 1, False, "CPU", "aa")
    written = Completion(Generation("It is.", (1,), Ending.STOP, 9, 0, 0.1, 0.1, 2, 9.0), (), 0, model=loaded)
    answer = finish(written, "Is it?", (), MadeBy("pumps", "/pumps.gguf", "", "Expert", "e"), 0.0)
    assert answer.made_by == MadeBy("lifts", "/lifts.gguf", "aa", "Expert", "e")


def talk(questions: int, words: int, context: int, request: PromptRequest) -> list[Prompt]:
    """Return the prompts of a conversation whose answers cite; each goes on from what the model read and wrote."""
    prompts: list[Prompt] = []
    for number in range(questions):
        passages = tuple(source(n, words) for n in (number * 2 + 1, number * 2 + 2))
        request = replace(request, question=f"Question {number}?", sources=passages)
        prompt = compose(request, count, context, 100)
        said = (
            Turn(Role.USER, request.question, prompt.turns[-1].text),
            Turn(Role.ASSISTANT, f"It is {number}.", f" It is {number} [1].", (number,)),
        )
        request = replace(request, history=(*request.history, *said), fitted=prompt.fitted)
        prompts.append(prompt)
    return prompts


def test_prompt_of_a_follow_up_begins_with_all_that_was_read_and_written_before():
    prompts = talk(5, 50, 4096, request(passages=0))
    for number, (before, after) in enumerate(pairwise(prompts)):
        written = Turn(Role.ASSISTANT, f" It is {number} [1].", tokens=(number,))
        assert after.turns[:-1] == (*before.turns, written)
    assert prompts[-1].history_turns == 8


def test_full_context_takes_passages_from_the_oldest_questions_first_and_makes_room_for_more_than_one():
    prompts = talk(12, 50, 1000, request(passages=0))
    assert all(count(prompt.turns) <= 900 for prompt in prompts)
    changes = [before.fitted != after.fitted for before, after in pairwise(prompts)]
    assert any(changes)
    assert not any(one and other for one, other in pairwise(changes))
    last = prompts[-1]
    texts = [turn.text for turn in last.turns[1:-1]]
    assert "Passages:" not in texts[0] and "Passages:" in texts[-2]
    assert texts[1] == f"It is {last.fitted.left_out}." and texts[-1] == " It is 10 [1]."
    crowded = talk(80, 50, 1000, request(passages=0))[-1]
    assert crowded.fitted.left_out > 0
    assert count(crowded.turns) <= 900


def test_larger_context_takes_in_again_what_a_smaller_one_left_out():
    small = talk(12, 50, 1000, request(passages=0))[-1]
    history = [turn for n in range(12) for turn in (Turn(Role.USER, f"{n}?", "read"), Turn(Role.ASSISTANT, "a", "a"))]
    again = replace(request(history=history), fitted=small.fitted)
    assert compose(again, count, 8000, 100).history_turns == 24
    assert compose(again, count, 1000, 100).history_turns == 24 - 2 * small.fitted.left_out


def test_answer_from_the_model_alone_is_made_without_the_passages_of_earlier_answers():
    said = (Turn(Role.USER, "What?", "Passages:\n\n[1] secret"), Turn(Role.ASSISTANT, "This.", "This [1]."))
    alone = replace(request(passages=0, history=said), mode=AnswerMode.MODEL_ALONE)
    assert [turn.text for turn in compose(alone, count, 4096, 100).turns[1:-1]] == ["What?", "This."]


def test_question_without_passages_is_asked_under_the_words_of_those_with_passages():
    first = replace(request(), mode=AnswerMode.DOCUMENTS_FIRST)
    found, none = (compose(one, count, 4096, 100).turns for one in (first, replace(first, sources=())))
    assert found[0] == none[0]
    assert none[-1].text.startswith("No passage was found")


def test_opening_is_what_the_next_prompt_begins_with_and_leaves_room_for_a_question_like_the_last():
    prompts = talk(12, 50, 1000, request(passages=0))
    for history in range(11):
        said: list[Turn] = []
        for number, prompt in enumerate(prompts[: history + 1]):
            said += [
                Turn(Role.USER, f"Question {number}?", prompt.turns[-1].text),
                Turn(Role.ASSISTANT, f"It is {number}.", f" It is {number} [1].", (number,)),
            ]
        ahead = replace(request(passages=0, history=said, question=""), fitted=prompts[history].fitted)
        assert tuple(opening(ahead, count, 1000, 100)) == prompts[history + 1].turns[:-1]
