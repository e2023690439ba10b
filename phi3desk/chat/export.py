"""Conversations as Markdown, with the documents, pages and sentences that the answers rest on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phi3desk.chat.messages import Answer, Basis, Citation, Message
from phi3desk.foreign_text import printable
from phi3desk.library.documents import place
from phi3desk.model.types import Role

# CommonMark 2.4: what could begin or end markup anywhere in a line
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&#!$])")
# CommonMark 4.2, 4.3, 5.2: what makes a heading, a rule or a list only where a line begins
_LIST = re.compile(r"^(\s*)([-+=])", re.MULTILINE)
_ORDERED = re.compile(r"^(\s*\d{1,9})([.)])", re.MULTILINE)
# CommonMark 4.4: four spaces at the start of a line would make it code
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
# GitHub's extension of it: an address that stands alone would be a link
_ADDRESS = re.compile(r":(?=//)|\.(?<=\bwww\.)", re.IGNORECASE)


def conversation_markdown(title: str, messages: Sequence[Message]) -> str:
    """Return a conversation as Markdown: questions as headings, answers with their sources and what wrote them.

    All text is escaped, so that nothing in a document or an answer acts as markup.
    """
    parts = [f"# {_line(title)}"] if title.strip() else []
    for message in messages:
        if message.role is Role.USER:
            parts.append(f"## {_line(message.text)}")
        else:
            parts += _answer(message)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return plain text as Markdown that shows exactly it; line breaks stay."""
    escaped = _ORDERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", printable(text)))
    escaped = _ADDRESS.sub(r"\\\g<0>", escaped)
    return _INDENT.sub("", _LIST.sub(r"\1\\\2", escaped))


def _line(text: str) -> str:
    return escape(" ".join(text.split()))


def _answer(message: Message) -> list[str]:
    text = message.text.strip()
    parts = ["  \n".join(escape(line) for line in block.splitlines()) for block in re.split(r"\n\s*\n", text) if block]
    answer = message.answer
    if answer is None:
        return parts
    if answer.searched_for:
        parts.append(f"Searched for: {_line(answer.searched_for)}")
    if answer.citations:
        parts.append("**Sources**\n\n" + "\n".join(_sources(answer.citations)))
    made_by = _made_by(answer)
    return [*parts, f"*{made_by}*"] if made_by else parts


def _sources(citations: Sequence[Citation]) -> list[str]:
    """Return each cited sentence once, in the order in which the answer cites them."""
    lines: dict[str, None] = {}
    for citation in citations:
        where = str(place(citation.kind, citation.page, citation.label))
        quote = f": “{_line(citation.quote)}”" if citation.quote.strip() else ""
        lines.setdefault(f"- \\[{citation.n}\\] {_line(citation.document)}, {_line(where)}{quote}")
    return list(lines)


def _made_by(answer: Answer) -> str:
    basis = {
        Basis.DOCUMENTS: "Written from documents",
        Basis.CATALOGUE: "Told from the library itself, without a model",
        Basis.MODEL: "Written by the model alone, not from documents",
        Basis.NOTHING_FOUND: "Nothing was found in the documents",
    }.get(answer.basis, "")
    made_by = answer.made_by
    names = [made_by.profile, made_by.model, *(f"{use.name} {use.strength:g}" for use in made_by.adapters)]
    return ", ".join(_line(part) for part in (basis, *names) if part)
