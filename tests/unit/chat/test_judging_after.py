"""Once an answer is written, a model that has an adapter for it says of each sentence whether its source says so."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phi3desk.chat.answer import finish, write
from phi3desk.chat.judging.after import opinions_after
from phi3desk.chat.judging.fit import CERTAIN
from phi3desk.chat.judging.matter import Matter, judge, trained_prompt_of
from phi3desk.chat.messages import MadeBy, Source
from phi3desk.chat.prompt import PromptRequest, Task
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import Passage
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import AdapterUse, Ending, Generation, LoadedModel, LoadOptions, Sampling, Turn

NAMES = ("Pump manual", "Safety rules")
TEXTS = ("The pump has a filter. The valve is made of steel.", "Check the oil before use. Wear gloves.")


def source(n: int, text: str) -> Source:
    return Source(n, Passage(n, n, f"{n}.pdf", f"/{n}.pdf", NAMES[n - 1], 3, 0, len(text), text, ("Care",)))


SOURCES = tuple(source(n, text) for n, text in enumerate(TEXTS, 1))


class Checked(Engine):
    """The tiny model, which writes what it is told to, and keeps what it is asked afterwards."""

    text = "The valve is made of steel [1]. Check the oil [1]."
    ended = Ending.STOP
    prompts: Sequence[Sequence[Turn]] = ()
    fails: Exception | None = None

    @property
    def loaded(self) -> LoadedModel:
        # a small one would read one passage only
        return replace(super().loaded, parameters=3_800_000_000)

    def generate(self, *given: Any, **named: Any) -> Generation:
        generation = super().generate(*given, **named)
        return replace(generation, text=self.text, ended=self.ended)

    def check(self, prompts: Sequence[Sequence[Turn]], *given: Any, **named: Any) -> tuple[tuple[float, ...], ...]:
        self.prompts = prompts
        if self.fails is not None:
            raise self.fails
        return super().check(prompts, *given, **named)


@pytest.fixture
def model(tiny_phi3: Path, tiny_adapters: list[Path]) -> Iterator[Checked]:
    loaded = Checked.load(tiny_phi3, LoadOptions(context=1024, gpu_layers=0, threads=1))
    assert isinstance(loaded, Checked)
    loaded.use_checker(AdapterUse("checker", str(tiny_adapters[0])))
    yield loaded
    loaded.close()


def written(model: Engine, task: Task = Task.QUESTION):
    request = PromptRequest("", SOURCES, (), "What of the valve?", task=task, fit=CERTAIN)
    return write(model, request, Sampling(max_tokens=8), lambda *_: None, lambda _: None, threading.Event())


def test_each_sentence_is_asked_about_with_the_source_that_holds_most_of_its_words(model: Checked):
    opinions = written(model).opinions
    assert [(opinion.sentence, opinion.n) for opinion in opinions] == [
        ("The valve is made of steel.", 1),
        # whatever the model marked
        ("Check the oil.", 2),
    ]
    assert all(0 < opinion.likely < 1 for opinion in opinions)
    asked = [prompt[-1].text for prompt in model.prompts]
    # each with its heading, and the question, of which an answer may be the rest
    read = "The pump has a filter.\nThe valve is made of steel."
    assert asked[0].startswith(f"Text:\nPump manual Care\n{read}\n\nQuestion: What of the valve?\nClaim: The valve")
    assert "Check the oil before use.\nWear gloves." in asked[1]


def test_sentences_of_one_source_are_asked_about_with_one_text(model: Checked):
    model.text = "The valve is made of steel [1]. The pump has a filter [1]."
    written(model)
    first, second = (prompt[-1].text for prompt in model.prompts)
    assert first.split("Claim:")[0] == second.split("Claim:")[0]


def test_of_a_long_source_the_sentences_are_read_that_hold_most_of_the_claim(model: Checked):
    before, after = (
        " ".join(f"Nothing of note is in part {n} of it." for n in some) for some in (range(40), range(50, 90))
    )
    text = f"{before} Close the cover first. The valve holds 12 bar. Open it slowly. {after}"
    opinions_after(model, "The valve holds 12 bar.", [source(1, text)], "What?", threading.Event())
    (asked,) = (prompt[-1].text for prompt in model.prompts)
    assert "Close the cover first.\nThe valve holds 12 bar.\nOpen it slowly." in asked
    assert len(asked) < 900


@pytest.mark.parametrize("task", [Task.PAGE, Task.NOTES, Task.SUMMARY, Task.DIFFERENCE])
def test_answers_in_parts_are_not_asked_about(model: Checked, task: Task):
    assert written(model, task).opinions == ()
    assert model.prompts == ()


def test_nothing_is_asked_without_the_adapter_nor_of_an_answer_that_broke_off(model: Checked):
    model.ended = Ending.LENGTH
    assert written(model).opinions == ()
    model.ended = Ending.STOP
    assert written(model, Task.CELL).opinions
    model.use_checker(None)
    model.prompts = ()
    assert written(model).opinions == ()
    assert model.prompts == ()


@pytest.mark.parametrize("failure", [Cancelled(), UserError("The model stopped.")])
def test_an_answer_is_there_where_its_check_is_stopped_or_fails(model: Checked, failure: Exception):
    model.fails = failure
    completion = written(model)
    assert model.prompts
    assert (completion.generation.text, completion.opinions) == (model.text, ())


def test_text_and_answer_of_any_length_are_asked_about(model: Checked):
    long = (source(1, "the pump has oil " * 2000),)
    said = " ".join(f"The pump has filter {n}." for n in range(40))
    assert len(opinions_after(model, said, long, "which oil?", threading.Event())) == 8
    assert all(len(model.prompt_tokens(prompt)) < model.loaded.context for prompt in model.prompts)


def test_what_the_model_says_counts_where_nothing_else_checks(model: Checked):
    completion = written(model)
    answers = [
        finish(
            replace(completion, opinions=tuple(replace(each, likely=likely) for each in completion.opinions)),
            "What of the valve?", SOURCES, MadeBy(), 0.0,
        )
        for likely in (0.999, 0.0001)
    ]  # fmt: skip
    assert [[sentence.supported for sentence in answer.sentences] for answer in answers] == [[True] * 2, [False] * 2]


def test_claims_are_judged_with_the_adapter_and_questions_without(model: Checked):
    judge(model, (Matter(TEXTS[0], "which valve?", "It is of steel."),), threading.Event())
    assert model.prompts == [trained_prompt_of(Matter(TEXTS[0], "which valve?", "It is of steel."))]
    model.prompts = ()
    judge(model, (Matter(TEXTS[0], "which valve?"),), threading.Event())
    assert model.prompts == ()
