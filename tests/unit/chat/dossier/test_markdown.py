"""Conversations as Markdown: sources named, the support of each sentence told, nothing of the text acting as markup."""

from dataclasses import replace

import markdown_it
import pytest

from phi3desk.chat.dossier.markdown import escape
from phi3desk.chat.messages import Answer, Basis, Citation, Corrected, MadeBy, Message, Timings
from phi3desk.model.types import AdapterUse, Ending, Role
from tests.helpers.dossiers import HOSTILE, QUOTE, answer_of, checked_answer, conversation, conversation_markdown

MADE_BY = MadeBy("phi-3_mini", "/m.gguf", "", "Pump expert", "p", (AdapterUse("grease", "/a.gguf", 0.8),))
#: what makes something of a text that is no text
ACTIVE = {
    "link_open", "image", "html_inline", "html_block", "code_inline", "code_block", "fence", "table_open", "hr",
    "s_open",
}  # fmt: skip


def answered(text: str, *citations: Citation, basis: Basis = Basis.DOCUMENTS) -> Message:
    return Message(2, 1, Role.ASSISTANT, text, 0.0, Answer(text, citations, (), basis, Ending.STOP, MADE_BY, Timings()))


def kinds_of(written: str, preset: str = "gfm-like") -> set[str]:
    parsed = markdown_it.MarkdownIt(preset, {"linkify": False}).enable("linkify", ignoreInvalid=True).parse(written)
    return {part.type for block in parsed for part in (block, *(block.children or ()))}


def shown(written: str) -> str:
    """Return the text that a reader of Markdown shows."""
    parsed = markdown_it.MarkdownIt().parse(written)
    return "\n".join(part.content for block in parsed for part in (block.children or ()))


def test_conversation_markdown_names_document_page_and_quote():
    messages = [
        Message(1, 1, Role.USER, "How often is it\nre-greased?", 0.0),
        answered("Every 2,000 hours [1].", Citation(1, "pump_manual.pdf", "/p", 12, QUOTE)),
    ]
    written = conversation_markdown("Bearing change", messages)
    assert written.startswith("# Bearing change\n\n*Written by phi3desk on ")
    assert written.endswith(
        "## How often is it re-greased?\n\n"
        "Every 2,000 hours \\[1\\].\n\n"
        "> The sentences of this answer were not checked against the sources.\n\n"
        "**Sources**\n\n"
        "- \\[1\\] **pump\\_manual\\.pdf**, p. 12 ([Open the file](file:///p#page=12))\n\n"
        "  > “Re-grease the main bearing every 2,000 operating hours.”\n\n"
        "**How it was made**\n\n"
        "- Rests on: Documents\n"
        "- Expert: Pump expert\n"
        "- Model: phi-3\\_mini, m\\.gguf\n"
        "- Adapters (strength): grease (0.8)\n"
        "- Written: –\n"
    )


def test_conversation_markdown_tells_the_support_of_each_sentence():
    written = conversation_markdown("", conversation(("How often?", checked_answer())))
    assert "Re-grease it every 2,000 hours \\[1\\].\u00a0✓ Use **red** grease. **\\[?\u00a0not found in" in written
    assert "- Then close the cover \\[1\\].\u00a0✓" in written
    assert "> 2 of 3 sentences found in the sources." in written
    assert "- Answers: Only documents" in written
    assert "SHA-256 0123456789ab\n" in written
    assert "- Read: Passages: 3, tokens: 850, in at most 20 s" in written


def test_conversation_markdown_names_a_sentence_once_and_says_what_the_model_wrote_alone():
    twice = Citation(1, "a.pdf", "/a", 1, QUOTE)
    assert conversation_markdown("", [answered("Yes [1]. Yes [1].", twice, twice)]).count(QUOTE) == 1
    alone = conversation_markdown("", [answered("Perhaps.", basis=Basis.MODEL)])
    assert "The model alone, not documents" in alone
    assert "Sources" not in alone


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"ended": Ending.CANCELLED}, "Stopped half-way: the answer is not complete."),
        ({"ended": Ending.LENGTH}, "was cut"),
        ({"corrected": Corrected(1, "Why is it?", 1_790_000_000.0)}, "no model wrote this."),
        ({"corrected": Corrected(1, "Why is it?", 0.0, given=False)}, "answered by hand before: Why is it?"),
        ({"refused": True}, "Not answered: the documents do not tell."),
        ({"basis": Basis.NOTHING_FOUND}, "Not answered: the documents do not tell."),
    ],
)
def test_conversation_markdown_says_what_an_answer_is_not(more, told):
    written = conversation_markdown("", conversation(("Why?", answer_of("It is.", **more))))
    assert f"> {told}" in written or told in written


def test_corrected_answer_names_the_source_that_no_longer_says_it():
    corrected = Corrected(1, "How often?", 1_790_000_000.0, gone=(1,))
    answer = replace(checked_answer(), corrected=corrected, sentences=(), made_by=MadeBy(profile="Pump expert"))
    written = conversation_markdown("", conversation(("How often?", answer)))
    assert "> \\[1\\] pump\\_manual\\.pdf no longer says this: check the answer." in written
    assert "were not checked" not in written
    assert "Model:" not in written


def test_question_without_an_answer_is_told_as_one():
    written = conversation_markdown("", [Message(1, 1, Role.USER, "Why?", 0.0), Message(2, 1, Role.USER, "How?", 0.0)])
    assert written.count("This question was not answered.") == 2


@pytest.mark.parametrize(
    ("heading", "told"), [("## **Weights** of parts", "Weights of parts"), ("## 2 ** 3", "2 ** 3")]
)
def test_heading_shows_no_asterisks_that_make_it_bold(heading, told):
    written = conversation_markdown("", conversation(("Why?", answer_of(f"{heading}\n\nIt is."))))
    assert told in " ".join(shown(written).split())


def test_escape_leaves_no_markup():
    hostile = "# head\n- item\n1. one\n    code\n<b>x</b> [a](javascript:b) `c` *d* ![p](q) &amp; $e$ | f\n---\n> g"
    escaped = escape(hostile)
    assert escaped.splitlines() == [
        "\\# head",
        "\\- item",
        "1\\. one",
        "code",
        "\\<b\\>x\\</b\\> \\[a\\](javascript\\:b) \\`c\\` \\*d\\* \\!\\[p\\](q) \\&amp; \\$e\\$ \\| f",
        "\\---",
        "\\> g",
    ]


def test_nothing_in_question_answer_or_quote_acts_and_all_of_it_is_read():
    citation = Citation(1, f"{HOSTILE}.pdf", "/a", 1, HOSTILE)
    messages = conversation(
        (HOSTILE, answer_of(f"{HOSTILE}\n\n{HOSTILE}\n    {HOSTILE}\n===\n---\n[x]: http://evil", citation))
    )
    written = conversation_markdown(HOSTILE, messages)
    assert not kinds_of(written) & ACTIVE
    text = shown(written)
    for kept in ("<script>alert(1)</script>", "![p](http://evil.example/p.png)", "evil@evil.example", "{0} %s", "=1+1"):
        assert text.count(kept) >= 4, kept
    assert not any(sign in written for sign in "\x00\x07\x1b\u202e\u202c\ufffe\ud800")
    written.encode("utf-8")


def test_conversation_markdown_keeps_paragraphs_and_lines():
    text = conversation_markdown("", [answered("First.\n\nSecond,\nthird.", basis="")])
    assert "\n\nFirst.\n\nSecond,  \nthird.\n" in text
