"""Which passages are a table of contents, and which a list that is read and compared like any text."""

import pytest

from phi3desk.library.documents import Passage
from phi3desk.library.overview.sections import comparable, readable

CONTENTS = (
    "1 Safety of persons 4\n2 Before any work 4\n2.1 Remaining hazards 6\n3 Transport of the pump 9\n"
    "4 Installation on site 12\n5 Maintenance plan 15"
)
LEADERS = "Safety of persons ........ 4\nBefore any work ........ 4\nTransport of the pump ........ 9"
PARTS = (
    "1 Hex bolt M8 zinc 12\n2 Hex nut plain 24\n3 Washer of brass 24\n4 Retaining ring 2\n5 Shaft seal ring 1\n"
    "6 Bearing cover plate 4"
)
PRICES = "Shaft seal ........ 84.50\nBearing cover ........ 12.00\nRetaining ring ........ 3.20"
PIECES = "Shaft seal ........ 2\nHex bolt ........ 24\nRetaining ring ........ 1"
TEXT = "The pump is drained before the frost comes, and the drain is left open until the spring."


def passages(*texts: str) -> list[Passage]:
    return [Passage(n, 1, "a.pdf", "/a.pdf", "", n, 0, len(text), text, ()) for n, text in enumerate(texts, 1)]


def texts(found: list[Passage]) -> list[str]:
    return [passage.text for passage in found]


def test_table_of_contents_is_not_read():
    assert texts(readable(passages(CONTENTS, LEADERS, TEXT))) == [TEXT]


def test_list_of_parts_is_read():
    assert texts(readable(passages(PARTS, TEXT))) == [PARTS, TEXT]


@pytest.mark.parametrize("kept", [PARTS, PRICES, PIECES, CONTENTS])
def test_every_list_that_may_be_one_is_compared(kept: str):
    assert texts(comparable(passages(LEADERS, kept, TEXT))) == [kept, TEXT]
