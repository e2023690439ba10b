"""A message as plain text: for the clipboard, and for who listens."""

from __future__ import annotations

from phi3desk.chat.messages import Message
from phi3desk.errors import say
from phi3desk.foreign_text import printable
from phi3desk.ui.answers.doubts import support_line, text_with_notes
from phi3desk.ui.formatting import place_of, translate

_SOURCES, _NEAREST = say("Sources:"), say("Nearest in the documents:")


def copied(message: Message) -> str:
    """Return a message with its doubts and its sources: the cited sentences, or else what was read.

    It may be put into a terminal, and holds nothing that this would obey.
    """
    parts = [text_with_notes(message.text, message.answer)]
    support = support_line(message.answer) if message.answer is not None else ""
    if support:
        parts += ["", f"{support}."]
    sources = source_lines(message)
    if sources:
        parts += ["", translate(_NEAREST if message.answer and message.answer.rests_on_nothing else _SOURCES), *sources]
    return printable("\n".join(parts))


def spoken(message: Message) -> str:
    """Return a message for who listens: how much of it was found in the sources first, for answers may be long."""
    support = support_line(message.answer) if message.answer is not None else ""
    text = text_with_notes(message.text, message.answer)
    return f"{support}. {text}" if support else text


def source_lines(message: Message) -> list[str]:
    """Return the sources of an answer, a line each: the sentences it quotes, or else the passages that were found."""
    answer = message.answer
    if answer is None:
        return []
    cited = [f"[{c.n}] {c.document}, {place_of(c)}: “{c.quote}”" for c in answer.quoted]
    read = [f"[{s.n}] {s.passage.document}, {place_of(s.passage)}" for s in answer.sources]
    return list(dict.fromkeys(cited or read))
