"""Conversations as Markdown: sources named, nothing of the text acting as markup."""

from phi3desk.chat.export import conversation_markdown, escape
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, Message, Timings
from phi3desk.model.types import AdapterUse, Ending, Role

MADE_BY = MadeBy("phi-3_mini", "/m.gguf", "", "Pump expert", "p", (AdapterUse("grease", "/a.gguf", 0.8),))
QUOTE = "Re-grease the main bearing every 2,000 operating hours."


def answered(text: str, *citations: Citation, basis: Basis = Basis.DOCUMENTS) -> Message:
    return Message(2, 1, Role.ASSISTANT, text, 0.0, Answer(text, citations, (), basis, Ending.STOP, MADE_BY, Timings()))


def test_conversation_markdown_names_document_page_and_quote():
    messages = [
        Message(1, 1, Role.USER, "How often is it\nre-greased?", 0.0),
        answered("Every 2,000 hours [1].", Citation(1, "pump_manual.pdf", "/p", 12, QUOTE)),
    ]
    assert conversation_markdown("Bearing change", messages) == (
        "# Bearing change\n\n"
        "## How often is it re-greased?\n\n"
        "Every 2,000 hours \\[1\\].\n\n"
        "**Sources**\n\n"
        "- \\[1\\] pump\\_manual.pdf, p. 12: “Re-grease the main bearing every 2,000 operating hours.”\n\n"
        "*Written from documents, Pump expert, phi-3\\_mini, grease 0.8*\n"
    )


def test_conversation_markdown_names_a_sentence_once_and_says_what_the_model_wrote_alone():
    twice = Citation(1, "a.pdf", "/a", 1, QUOTE)
    assert conversation_markdown("", [answered("Yes [1]. Yes [1].", twice, twice)]).count(QUOTE) == 1
    alone = conversation_markdown("", [answered("Perhaps.", basis=Basis.MODEL)])
    assert "Written by the model alone, not from documents" in alone
    assert "Sources" not in alone


def test_escape_leaves_no_markup():
    hostile = "# head\n- item\n1. one\n    code\n<b>x</b> [a](javascript:b) `c` *d* ![p](q) &amp; $e$ | f\n---\n> g"
    escaped = escape(hostile)
    assert escaped.splitlines() == [
        "\\# head",
        "\\- item",
        "1\\. one",
        "code",
        "\\<b\\>x\\</b\\> \\[a\\](javascript:b) \\`c\\` \\*d\\* \\!\\[p\\](q) \\&amp; \\$e\\$ \\| f",
        "\\---",
        "\\> g",
    ]


def test_conversation_markdown_keeps_paragraphs_and_lines():
    text = conversation_markdown("", [answered("First.\n\nSecond,\nthird.", basis="")])
    assert text.startswith("First.\n\nSecond,  \nthird.\n")
