"""Renders a conversation with the model's own chat template, keeping the template's text and the content apart.

The template (Jinja, `tokenizer.chat_template` of the GGUF) sees a random number in place of each content, so that
nothing in a document or a question is seen by Jinja, and the places where content went can be told afterwards.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import jinja2

from phi3desk.errors import UserError
from phi3desk.model.llama.template_limits import LimitedEnvironment, time_limit
from phi3desk.model.types import Role, Turn

log = logging.getLogger(__name__)

MAX_TEMPLATE = 1 << 18
_DIGITS = 40

PHI3_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ '<|user|>\n' + message['content'] + '<|end|>\n' }}{% elif message['role'] == 'assistant' %}"
    "{{ '<|assistant|>\n' + message['content'] + '<|end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
CHATML_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@dataclass(frozen=True)
class Part:
    """A piece of a rendered prompt: the template's own text, or content, which is only data.

    `tokens` are those that an answer was written in, as in Turn.
    """

    text: str
    content: bool
    tokens: tuple[int, ...] = ()


class ChatTemplate:
    """A chat template ready to render; raises jinja2.TemplateError where its source is not one."""

    def __init__(self, source: str, bos: str = "", eos: str = "") -> None:
        if len(source) > MAX_TEMPLATE:
            raise jinja2.TemplateError("the template is too long")
        self._template = _environment().from_string(re.sub(r"{%-?\s*(end)?generation\s*-?%}", "", source))
        self._bos = bos
        self._eos = eos
        probe = [Turn(Role.USER, "question"), Turn(Role.ASSISTANT, "answer"), Turn(Role.USER, "next question")]
        if not self._renders(probe):
            raise jinja2.TemplateError("the template leaves turns of a conversation out")
        self.has_system_role = self._renders([Turn(Role.SYSTEM, "instructions"), *probe])

    def render(self, turns: Sequence[Turn]) -> list[Part]:
        """Return the prompt for the next answer.

        Neighbouring turns of one role become one. Where the template has no system role the instructions go to the
        head of the first question. Raises UserError where the template fails on these turns.
        """
        arranged = self._arranged(turns)
        try:
            return self._render(arranged)
        except Exception as error:
            # a template is a program by a stranger: it may fail on one conversation and serve another
            log.warning("the model's chat template failed: %s", type(error).__name__)
            raise UserError(
                "The model's own chat template cannot show this conversation. Start a new one, or choose another model."
            ) from error

    def _arranged(self, turns: Sequence[Turn]) -> list[Turn]:
        instructions = "\n\n".join(turn.text for turn in turns if turn.role is Role.SYSTEM and turn.text.strip())
        arranged: list[Turn] = []
        for turn in turns:
            if turn.role is Role.SYSTEM:
                continue
            if arranged and arranged[-1].role == turn.role:
                arranged[-1] = Turn(turn.role, f"{arranged[-1].text}\n\n{turn.text}")
            else:
                arranged.append(turn)
        if not instructions:
            return arranged
        if self.has_system_role:
            return [Turn(Role.SYSTEM, instructions), *arranged]
        for index, turn in enumerate(arranged):
            if turn.role is Role.USER:
                arranged[index] = Turn(Role.USER, f"{instructions}\n\n{turn.text}")
                return arranged
        return [Turn(Role.USER, instructions), *arranged]

    def _renders(self, turns: Sequence[Turn]) -> bool:
        """Tell whether every content appears in the prompt."""
        try:
            shown = {part.text for part in self._render(turns) if part.content}
        except Exception:
            # a template is a program by a stranger: whatever it raises, it does not take these turns
            return False
        return all(turn.text in shown for turn in turns)

    def _render(self, turns: Sequence[Turn]) -> list[Part]:
        contents: dict[str, Part] = {}
        messages = []
        for turn in turns:
            core = turn.text.strip()
            text = turn.text
            if core:
                # the space around stays, so that a template which trims does
                stand_in = "".join(secrets.choice("123456789") for _ in range(_DIGITS))
                contents[stand_in] = Part(core, True, turn.tokens)
                lead = text[: len(text) - len(text.lstrip())]
                text = lead + stand_in + text[len(text.rstrip()) :]
            messages.append({"role": turn.role, "content": text})
        with time_limit():
            rendered = self._template.render(
                messages=messages,
                add_generation_prompt=True,
                bos_token=self._bos,
                eos_token=self._eos,
                tools=None,
                documents=None,
            )
        return _parts(rendered, contents)


def choose_template(
    source: str, architecture: str, bos: str, eos: str, has_token: Callable[[str], bool]
) -> ChatTemplate:
    """Return the GGUF's own template, or the one its kind of model was made for where it has none that works.

    `has_token` tells whether the vocabulary has a token of that text.
    """
    if source.strip():
        try:
            return ChatTemplate(source, bos, eos)
        except Exception as error:
            # a template is a program by a stranger and may fail in any way
            log.warning("the model's own chat template cannot be used: %s", type(error).__name__)
    phi3 = architecture.startswith("phi3") or (has_token("<|user|>") and has_token("<|end|>"))
    return ChatTemplate(PHI3_TEMPLATE if phi3 else CHATML_TEMPLATE, bos, eos)


def _parts(rendered: str, contents: dict[str, Part]) -> list[Part]:
    if not contents:
        return [Part(rendered, False)] if rendered else []
    parts: list[Part] = []
    for piece in re.split("(" + "|".join(contents) + ")", rendered):
        if piece in contents:
            parts.append(contents[piece])
        elif piece:
            parts.append(Part(piece, False))
    return parts


def _environment() -> LimitedEnvironment:
    """Return the surroundings that templates are written for: those of transformers' apply_chat_template."""
    environment = LimitedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment


def _raise_exception(message: str) -> NoReturn:
    raise jinja2.TemplateError(str(message))


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
