"""Conversations with all that a dossier tells of them, and their Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.dossier.blocks import Telling, blocks_of
from phi3desk.chat.dossier.dossier import dossier_of
from phi3desk.chat.dossier.markdown import markdown_of
from phi3desk.chat.messages import (
    Answer,
    Basis,
    CheckedSentence,
    Citation,
    MadeBy,
    Message,
    Source,
    Spent,
    Timings,
    Why,
)
from phi3desk.library.documents import Passage
from phi3desk.model.types import AdapterUse, Ending, Role

#: a sentence in each of the seven languages, with the letters that fonts and code pages lack
SEVEN = (
    "Grease the bearing every 2,000 operating hours.",
    "Das Lager wird alle 2.000 Stunden geschmiert, größer und süßer.",
    "Ležaj namažite vsakih 2.000 ur; čiščenje, žarnica, šipka.",
    "Το ρουλεμάν λιπαίνεται κάθε 2.000 ώρες λειτουργίας.",
    "Підшипник змащують кожні 2 000 годин роботи, їжа й ґанок.",
    "Rulmentul se unge la fiecare 2.000 de ore; și, ță, î, â.",
    "Lagret smörjs var 2 000:e timme; å, ä, ö.",
)
QUOTE = "Re-grease the main bearing every 2,000 operating hours."
MADE_BY = MadeBy(
    "phi-3_mini",
    "/models/phi-3_mini.gguf",
    "0123456789abcdef" * 4,
    "Pump expert",
    "p",
    (AdapterUse("grease", "/a", 0.8),),
)
#: what would act in Markdown, HTML, Word, a PDF or a reader's terminal
HOSTILE = (
    "# head <script>alert(1)</script> <img src=http://evil.example/x.png> ![p](http://evil.example/p.png) "
    "[click](http://evil.example) <http://evil.example> http://evil.example www.evil.example evil@evil.example "
    "**bold** `code` =1+1 &amp; <b>b</b> <a href='http://evil.example'>a</a> \x00\x07\x1b[31m\u202eabc\u202c\ufffe"
    "\ud800{0} %s"
)


def passage_of(text: str = QUOTE, document: str = "pump_manual.pdf", path: str = "/docs/pump manual.pdf") -> Passage:
    return Passage(7, 3, document, path, "Pump manual", 12, 0, len(text), text)


def answer_of(text: str, *citations: Citation, **more: object) -> Answer:
    answer = Answer(text, citations, (), Basis.DOCUMENTS, Ending.STOP, MADE_BY, Timings(prompt_tokens=900))
    return replace(answer, **more)


def checked_answer() -> Answer:
    """Return an answer of three sentences of which two are supported."""
    return answer_of(
        "Re-grease it every 2,000 hours [1]. Use **red** grease.\n\n- Then close the cover [1].",
        Citation(1, "pump_manual.pdf", "/docs/pump manual.pdf", 12, QUOTE),
        sources=(Source(1, passage_of()),),
        sentences=(
            CheckedSentence("Re-grease it every 2,000 hours.", True, 0.9, citations=(1,)),
            CheckedSentence("Use red grease.", False, 0.1, Why.NOTHING_FOUND),
            CheckedSentence("Then close the cover.", True, 0.8, citations=(1,)),
        ),
        mode=AnswerMode.DOCUMENTS_ONLY,
        spent=Spent(20.0, 850, 3),
    )


def conversation(*pairs: tuple[str, Answer | str]) -> list[Message]:
    """Return the messages of questions with their answers."""
    messages: list[Message] = []
    for question, answer in pairs:
        messages.append(Message(len(messages) + 1, 1, Role.USER, question, 1_790_000_000.0))
        text = answer if isinstance(answer, str) else answer.text
        kept = None if isinstance(answer, str) else answer
        messages.append(Message(len(messages) + 1, 1, Role.ASSISTANT, text, 1_790_000_060.0, kept))
    return messages


def conversation_markdown(title: str, messages: Sequence[Message]) -> str:
    """Return the dossier of a conversation as Markdown, without pictures."""
    return markdown_of(blocks_of(dossier_of(title, messages, 1_790_000_000.0), Telling()))[0]
