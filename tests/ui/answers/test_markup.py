"""Whatever an answer holds, what is shown is text: no markup of HTML, no picture, no link but to its own sources."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QTextDocument

from phi3desk.ui.answers.markup import answer_document, fragments
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
