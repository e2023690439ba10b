"""What the check of an answer finds is shown where it stands in the text, whatever the Markdown around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QFont

from phi3desk.chat.grounding.grounded import ground
from phi3desk.chat.messages import Answer, Basis, MadeBy, Source, Timings
from phi3desk.model.types import Ending
from phi3desk.ui.answers.doubts import checked_texts, is_in_doubt, support_line, text_with_notes
from phi3desk.ui.answers.markup import answer_document
from phi3desk.ui.colors import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

PASSAGE = (
    "The bearings of the feed pump are re-greased every 2,000 operating hours with thirty grams of lithium grease. "
    "Grease of another base must never be mixed with lithium grease. The coupling is checked once a year."
)
ANSWERS = [
    "The bearings are re-greased every 2,000 operating hours [1]. The oil of the gearbox is drained weekly [1].",
    "**Greasing**\n\n1. The bearings are re-greased every *5,000* operating hours [1].\n"
    "2. The coupling is checked once a year.",
    "- The coupling is checked once a year [1]\n- The motor was built in Sweden in 1987 [1]\n",
    "| Part | Interval |\n|---|---|\n| Bearings of the feed pump | re-greased every 900 operating hours [1] |\n"
    "| Coupling | checked once a year [1] |\n",
    "The coupling is checked once a year, see [the plan](https://evil.example) and `code`. Oil is changed weekly.",
]


@pytest.mark.parametrize("text", ANSWERS)
def test_every_doubt_of_the_check_finds_its_place(text: str, make_source: Callable[..., Source]) -> None:
    source = make_source(1, PASSAGE)
    checked = ground(text, [source], "How often is the pump greased?")
    answer = Answer(
        checked.text, checked.citations, (source,), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings(),
        sentences=checked.sentences,
    )  # fmt: skip
    doubts = [one for one in checked.sentences if not one.supported]
    document = answer_document(checked.text, lambda n, k: f"cite:1/{n}/{k}", QFont(), LIGHT, checked_texts(answer))
    shown = document.toPlainText()

    assert doubts
    assert is_in_doubt(answer)
    assert "sources" in support_line(answer)
    assert shown.count(" sources)") + shown.count("the opposite)") == len(doubts)
    assert "“" not in shown
    assert "“" not in text_with_notes(checked.text, answer)
