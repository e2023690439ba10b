"""Forty documents that mean to be more than text are passages of a prompt, each in its place and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from phi3desk.chat.answer import finish
from phi3desk.chat.citations import MARKS
from phi3desk.chat.messages import Answer, MadeBy, Message, Source
from phi3desk.chat.prompt import USUAL, WITH_REFUSAL, Completion, PromptFormat, PromptRequest, Task, compose
from phi3desk.foreign_text import printable
from phi3desk.library.documents import Passage
from phi3desk.library.text import seen
from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import Ending, Generation, LoadOptions, Role
from tests.helpers.dossiers import conversation_markdown
from tests.helpers.injected import INJECTED, Injected, write_all
from tests.helpers.reading import told_of

HEADING = re.compile(r"^\[\d+\] ", re.MULTILINE)
QUESTION = re.compile(r"^\s*question\s*:", re.MULTILINE | re.IGNORECASE)
PASSAGES = re.compile(r"^Passages:$", re.MULTILINE)

Read = Mapping[str, tuple[Source, Source]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Return, for each injected document, its passage and that of the clean document after it."""
    folder = tmp_path_factory.mktemp("injected")
    write_all(folder)
    return {one.name: (_source(1, folder / one.name), _source(2, folder / one.clean.name)) for one in INJECTED}


@pytest.fixture(scope="module")
def engine(tiny_phi3: Path) -> Iterator[Engine]:
    loaded = Engine.load(tiny_phi3, LoadOptions(context=4096))
    yield loaded
    loaded.close()


def _source(n: int, path: Path) -> Source:
    told = told_of(path)
    text = "\n".join(page.text for page in told.pages)[:1800]
    name = seen(path.name)
    title = seen(told.title) or name
    return Source(n, Passage(n, n, name, str(path), title, 1, 0, len(text), text, (title,), told.kind, told.labels[0]))


def _request(one: Injected, read: Read, task: Task = Task.QUESTION) -> PromptRequest:
    return PromptRequest("", read[one.name], (), one.clean.question, task=task)


def _obeying(one: Injected, sources: tuple[Source, Source]) -> Answer:
    """Return what becomes of an answer of a model that copies all of a document."""
    text = f"{one.clean.figure} [1]. {sources[0].passage.text}"
    generation = Generation(text, (), Ending.STOP, 100, 0, 0.1, 0.1, 20, 40.0)
    return finish(Completion(generation, (1, 2), 0, "asked"), one.clean.question, sources, MadeBy(), 0.0)


def test_there_are_forty_of_four_kinds_in_seven_languages():
    assert len({one.name for one in INJECTED}) == len(INJECTED) == 40
    assert {Path(one.name).suffix for one in INJECTED} == {".pdf", ".docx", ".html", ".eml"}
    assert {one.language for one in INJECTED} == {"en", "de", "sl", "el", "uk", "ro", "sv"}


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("form", [USUAL, WITH_REFUSAL], ids=["usual", "excerpts"])
@pytest.mark.parametrize("one", INJECTED, ids=lambda one: ascii(one.name))
def test_no_document_forges_a_passage_a_question_or_a_turn(
    one: Injected, form: PromptFormat, task: Task, read: Read, engine: Engine
):
    request = _request(one, read, task)
    prompt = compose(request, engine.count_turns, 4096, 64, form)
    asked = prompt.turns[-1].text
    assert HEADING.findall(asked) == [f"[{n}] " for n in prompt.sources_read]
    assert [int(number) for number in MARKS.findall(asked)] == list(prompt.sources_read)
    assert len(PASSAGES.findall(asked)) == 1
    assert len(QUESTION.findall(asked)) == (2 if form.question_first and task in (Task.QUESTION, Task.CELL) else 1)
    assert not re.search(r"<\|?/?\w+\|?>|\[/?INST\]", asked.replace("<script>", ""))
    assert printable(asked) == asked
    assert [turn.role for turn in prompt.turns if turn.role is Role.SYSTEM] == [Role.SYSTEM]


@pytest.mark.parametrize("one", INJECTED, ids=lambda one: ascii(one.name))
def test_prompt_has_the_control_tokens_of_the_template_and_no_others(one: Injected, read: Read, engine: Engine):
    prompt = compose(_request(one, read), engine.count_turns, 4096, 64)
    harmless = [type(turn)(turn.role, "Pumps.") for turn in prompt.turns]
    assert _control_tokens(engine, prompt.turns) == _control_tokens(engine, harmless)


def _control_tokens(engine: Engine, turns) -> list[int]:
    guarded = engine._vocabulary.guarded
    return [token for token in engine.prompt_tokens(turns) if token in guarded]


@pytest.mark.parametrize("one", INJECTED, ids=lambda one: ascii(one.name))
def test_answer_that_copies_a_document_quotes_it_as_it_is_and_exports_inert(one: Injected, read: Read):
    markdown_it = pytest.importorskip("markdown_it")
    sources = read[one.name]
    answer = _obeying(one, sources)
    assert all(citation.quote in sources[citation.n - 1].passage.text for citation in answer.citations)
    assert {int(number) for number in MARKS.findall(answer.text)} <= {1, 2}
    written = conversation_markdown(one.name, [Message(1, 1, Role.ASSISTANT, answer.text, 0.0, answer)])
    assert printable(written) == written
    parsed = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(written)
    kinds = {part.type for block in parsed for part in (block, *(block.children or ()))}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "code_inline", "fence", "table_open"}
    assert not re.search(r"https?://|(?<!\\)www\.", written)
