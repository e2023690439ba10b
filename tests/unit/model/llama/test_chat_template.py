from __future__ import annotations

from contextlib import suppress
from functools import partial

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phi3desk.errors import UserError
from phi3desk.model.llama import chat_template
from phi3desk.model.llama.chat_template import CHATML_TEMPLATE, ChatTemplate, Part, choose_template
from phi3desk.model.llama.template_limits import TemplateTooSlow, time_limit
from phi3desk.model.types import Role, Turn
from tests.helpers.tiny_phi3 import CHAT_TEMPLATE, SYSTEM_CHAT_TEMPLATE

GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}"
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{{ '<start_of_turn>' + message['role'] + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)


def _text(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def test_template_without_system_role_puts_instructions_before_the_question() -> None:
    template = ChatTemplate(CHAT_TEMPLATE, "<s>", "<|endoftext|>")
    assert not template.has_system_role
    parts = template.render([Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Why?")])
    assert _text(parts) == "<s><|user|>\nBe brief.\n\nWhy?<|end|>\n<|assistant|>\n"
    assert [part.text for part in parts if part.content] == ["Be brief.\n\nWhy?"]


def test_template_with_system_role_uses_it() -> None:
    template = ChatTemplate(SYSTEM_CHAT_TEMPLATE, "<s>", "<|endoftext|>")
    assert template.has_system_role
    rendered = _text(template.render([Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Why?")]))
    assert rendered == "<|system|>\nBe brief.<|end|>\n<|user|>\nWhy?<|end|>\n<|assistant|>\n"


def test_template_that_raises_for_system_and_order_is_served() -> None:
    template = ChatTemplate(GEMMA, "<bos>", "<eos>")
    assert not template.has_system_role
    parts = template.render(
        [Turn(Role.SYSTEM, "S"), Turn(Role.USER, " a "), Turn(Role.USER, "b"), Turn(Role.ASSISTANT, "c")]
    )
    assert "S\n\n a \n\nb<end_of_turn>" in _text(parts)


def test_template_trims_content_where_it_says_so() -> None:
    rendered = _text(ChatTemplate(GEMMA, "<bos>", "").render([Turn(Role.USER, " \n a b \n")]))
    assert rendered == "<bos><start_of_turn>user\na b<end_of_turn>\n<start_of_turn>model\n"


def test_template_that_changes_letters_leaves_content_alone() -> None:
    source = "{% for m in messages %}[{{ m.content | upper | replace('A', 'B') }}]{% endfor %}"
    assert _text(ChatTemplate(source).render([Turn(Role.USER, "banana")])) == "[banana]"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_template_renders_content_as_it_is(content: str) -> None:
    template = ChatTemplate(CHAT_TEMPLATE, "<s>", "")
    assert _text(template.render([Turn(Role.USER, content)])) == f"<s><|user|>\n{content}<|end|>\n<|assistant|>\n"


def test_template_never_runs_content() -> None:
    for content in ("{{ 7 * 7 }}", "{% for x in range(9) %}x{% endfor %}", "{{ messages }}", "{# note #}"):
        parts = ChatTemplate(CHATML_TEMPLATE).render([Turn(Role.USER, content)])
        assert [part.text for part in parts if part.content] == [content]


def test_template_cannot_reach_python() -> None:
    for source in (
        "{{ ''.__class__.__mro__[1].__subclasses__() }}{{ messages[0].content }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}{{ messages[0].content }}",
        "{% set _ = messages.append('x') %}{{ messages[0].content }}",
    ):
        with pytest.raises(jinja2.TemplateError):
            ChatTemplate(source)


def test_template_that_fails_on_answers_is_not_used() -> None:
    source = "{% for m in messages %}{% if m.role == 'assistant' %}{{ '' * '' }}{% endif %}{{ m.content }}{% endfor %}"
    with pytest.raises(jinja2.TemplateError):
        ChatTemplate(source)


def test_template_that_fails_on_one_conversation_says_so() -> None:
    source = "{% for m in messages %}{{ m.content }}{% endfor %}{{ raise_exception('long') if messages | length > 3 }}"
    template = ChatTemplate(source)
    with pytest.raises(UserError, match="chat template"):
        template.render([Turn(role, "x") for role in (Role.USER, Role.ASSISTANT, Role.USER, Role.ASSISTANT)])


@pytest.mark.parametrize("source", ["", "  ", "{% for", "{{ 1 / 0 }}", "no place for the question", "x" * (1 << 19)])
def test_choose_template_falls_back_by_architecture(source: str) -> None:
    phi3 = choose_template(source, "phi3", "<s>", "", lambda _: False)
    assert _text(phi3.render([Turn(Role.USER, "q")])) == "<s><|user|>\nq<|end|>\n<|assistant|>\n"
    other = choose_template(source, "qwen2", "", "", lambda _: False)
    assert _text(other.render([Turn(Role.USER, "q")])) == "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n"


def test_template_keeps_the_order_of_a_conversation() -> None:
    turns = [Turn(Role.SYSTEM, "s"), Turn(Role.USER, "one"), Turn(Role.ASSISTANT, "two"), Turn(Role.USER, "three")]
    rendered = _text(ChatTemplate(SYSTEM_CHAT_TEMPLATE).render(turns))
    assert [rendered.index(turn.text) for turn in turns] == sorted(rendered.index(turn.text) for turn in turns)


ENDLESS = "{% for a in range(90000) %}{% for b in range(90000) %}{% set c = a %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    "hostile", [ENDLESS, "{{ 9 ** (9 ** 9) }}", "{{ 'a' * 10 ** 12 }}", "{{ [[0] * 10 ** 6] * 10 ** 6 }}"]
)
def test_template_without_end_is_refused_or_replaced(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_template, "time_limit", partial(time_limit, 0.3))
    replaced = choose_template(CHAT_TEMPLATE + hostile, "phi3", "<s>", "</s>", lambda _: True)
    assert "Why?" in _text(replaced.render([Turn(Role.USER, "Why?")]))
    later = CHAT_TEMPLATE + "{% if messages | length > 4 %}" + hostile + "{% endif %}"
    template = choose_template(later, "phi3", "<s>", "</s>", lambda _: True)
    turns = [Turn(Role.USER, "a"), Turn(Role.ASSISTANT, "b")] * 2
    assert _text(template.render([*turns, Turn(Role.USER, "c")][2:])).startswith("<s><|user|>")
    with pytest.raises(UserError, match="chat template"):
        template.render([*turns, Turn(Role.USER, "c")])


def test_time_limit_ends_with_what_it_limits() -> None:
    for _ in range(200):
        with suppress(TemplateTooSlow), time_limit(0.001):
            for number in range(2000):
                str(number)
    assert sum(range(1_000_000)) == 499_999_500_000
