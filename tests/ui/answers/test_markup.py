"""Whatever an answer holds, what is shown is text: no markup of HTML, no picture, no link but to its own sources."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QTextCharFormat, QTextDocument

from phi3desk.ui.answers.markup import CheckedText, answer_document, fragments
from phi3desk.ui.colors import LIGHT
from phi3desk.ui.inert_text import plain

pytestmark = pytest.mark.usefixtures("qapp")


def made(text: str, known: int = 2) -> QTextDocument:
    return answer_document(text, lambda n, k: f"cite:7/{n}/{k}" if n <= known else None, QFont(), LIGHT)


def links(document: QTextDocument) -> list[str]:
    return [run.charFormat().anchorHref() for run in fragments(document) if run.charFormat().isAnchor()]


def test_answer_document_formats_markdown() -> None:
    document = made("# Title\n\nSome **bold** words.\n\n- one\n- two\n")

    assert document.toPlainText().split("\n") == ["Title", "Some bold words.", "one", "two"]
    assert any(run.text() == "bold" and run.charFormat().fontWeight() > 400 for run in fragments(document))
    assert document.lastBlock().textList() is not None


def test_answer_document_links_marks_of_known_sources_only() -> None:
    document = made("First [1], second [2] and [1] again, unknown [3].")

    assert links(document) == ["cite:7/1/0", "cite:7/2/0", "cite:7/1/1"]
    assert document.toPlainText() == "First [1], second [2] and [1] again, unknown [3]."


def test_answer_document_keeps_marks_that_look_like_link_definitions() -> None:
    document = made("See [1].\n\n[1]: https://evil.example/steal")

    assert "[1]: https://evil.example/steal" in document.toPlainText()
    assert links(document) == ["cite:7/1/0", "cite:7/1/1"]


@pytest.mark.parametrize(
    "text",
    [
        "[click](https://evil.example)",
        "[click](cite:7/1/0)",
        "[click](file:///etc/passwd)",
        "[click](javascript:alert(1))",
        "<https://evil.example>",
        "https://evil.example and www.evil.example",
        "[1](https://evil.example) [a][b]\n\n[b]: https://evil.example",
        '<a href="https://evil.example">click</a>',
        "&lt;a href='https://evil.example'&gt;click&lt;/a&gt;",
        "```\n[click](https://evil.example)\n```",
    ],
)
def test_answer_document_drops_links_of_the_text(text: str) -> None:
    assert [link for link in links(made(text)) if not link.startswith("cite:7/1/")] == []
    assert "click" not in [run.text() for run in fragments(made(text)) if run.charFormat().isAnchor()]


@pytest.mark.parametrize(
    "text",
    [
        "![the pump](https://evil.example/p.png)",
        "![the pump](file:///etc/passwd)",
        "![the pump](data:image/png;base64,AAAA)",
        '<img src="https://evil.example/p.png">the pump',
        "[![the pump](https://evil.example/p.png)](https://evil.example)",
    ],
)
def test_answer_document_shows_no_pictures(text: str) -> None:
    document = made(text)

    assert not any(run.charFormat().isImageFormat() for run in fragments(document))
    assert "the pump" in document.toPlainText()
    assert links(document) == []


def test_answer_document_shows_html_as_text() -> None:
    text = "<script>alert(1)</script> <b>bold</b> <table><tr><td>x</td></tr></table>"

    assert made(text).toPlainText() == text


def test_answer_document_leaves_marks_in_code_alone() -> None:
    assert links(made("`items[1]` but [1]")) == ["cite:7/1/0"]


def test_plain_drops_characters_that_stand_for_structure() -> None:
    assert plain("a\x00b\ufffcc\ufdd0d\u202ee\u2066f\tg\nh\u2029i") == "abcdef\tg\nh\ni"


def dotted(document: QTextDocument) -> str:
    """Return what is underlined with dots, of each block on a line of its own."""
    found: dict[int, str] = {}
    for run in fragments(document):
        if run.charFormat().underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine:
            block = document.findBlock(run.position()).blockNumber()
            found[block] = found.get(block, "") + run.text()
    return "\n".join(found.values())


def noted(text: str, *sentences: CheckedText) -> QTextDocument:
    return answer_document(text, lambda n, k: f"cite:7/{n}/{k}", QFont(), LIGHT, sentences)


def doubt(text: str) -> CheckedText:
    return CheckedText(text, "not found in the sources", "No passage says this.", "doubt:7/0")


@pytest.mark.parametrize(
    ("text", "sentence", "marked", "shown"),
    [
        ("Yes [1]. *It* is **hot** [2]. Go.", "*It* is **hot**.", "It is hot .", "It is hot [2]. (not"),
        ("Yes.\n\n1. One.\n2. Two [1].\n", "2. Two.", "Two .", "Two [1]. (not"),
        ("- one\n- two\n", "- two", "two", "two (not"),
        ("| Seal | Oil |\n|---|---|\n| a | 12 kg |\n", "| a | 12 kg |", "a\n12 kg", "12 kg (not"),
        (
            "Look at [this](https://evil.example). End.",
            "Look at [this](https://evil.example).",
            "Look at this.",
            "this. (not",
        ),
        ("Heat \U0001f525 \U0001f525 first. Then cool.", "Then cool.", "Then cool.", "Then cool. (not"),
        ("A &lt; B &amp; C. End.", "A &lt; B &amp; C.", "A < B & C.", "C. (not"),
    ],
)
def test_answer_document_marks_a_doubt_where_its_sentence_stands(
    text: str, sentence: str, marked: str, shown: str
) -> None:
    document = noted(text, doubt(sentence))

    assert dotted(document) == marked
    assert shown in document.toPlainText()
    assert document.toPlainText().count("(not found in the sources)") == 1
    assert [link for link in links(document) if link.startswith("doubt:")] == ["doubt:7/0"]
    note = document.find("(not found").charFormat()
    assert note.toolTip() == "No passage says this."
    assert note.foreground().color().name() == LIGHT.attention.lower()


def test_answer_document_leaves_supported_sentences_as_they_are() -> None:
    document = noted("Yes [1]. No.", CheckedText("Yes."), CheckedText("No."))

    assert dotted(document) == ""
    assert document.toPlainText() == "Yes [1]. No."


def test_answer_document_names_a_doubt_below_that_has_no_place() -> None:
    assert noted("Yes.", doubt("<b>Other</b> words.")).toPlainText() == (
        "Yes.\n“<b>Other</b> words.” (not found in the sources)"
    )
