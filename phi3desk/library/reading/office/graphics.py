"""Charts and diagrams of slides and documents, which lie in parts of their own beside what shows them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phi3desk.errors import Sentence, say
from phi3desk.library.reading.blocks import Block, one_line
from phi3desk.library.reading.office.charts import C, blocks_of_chart, keeps_figures
from phi3desk.library.reading.office.drawing_text import lines_in
from phi3desk.library.reading.office.markup import parsed

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHART = C + "chart"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
#: charts of kinds that came later, such as waterfalls: their parts are built otherwise
_LATER_CHART = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"
#: what stands for a chart or a diagram where it is shown
GRAPHICS = frozenset((_CHART, _DIAGRAM, _LATER_CHART))

_log = logging.getLogger(__name__)


@dataclass
class Graphics:
    """Reads the charts and diagrams of a file, and counts those whose figures or words are not read."""

    unread: int = 0

    def within(self, element: Any, part: Any) -> Iterator[Block]:
        """Yield what the charts and diagrams say that are shown within an element of a part."""
        for graphic in element.iter(*GRAPHICS):
            yield from self.blocks(graphic, part)

    def blocks(self, graphic: Any, part: Any) -> list[Block]:
        """Return what a chart or a diagram says, of a damaged one what comes before the damage."""
        blocks: list[Block] = []
        is_whole = False
        try:
            key = graphic.get(_R + ("dm" if graphic.tag == _DIAGRAM else "id"))
            root = parsed(part.rels[key].target_part.blob)
            if graphic.tag == _DIAGRAM:
                blocks.extend(Block(f"• {one_line(text)}", item=True) for text in lines_in(root))
                is_whole = True
            else:
                blocks.extend(blocks_of_chart(root))
                is_whole = graphic.tag == _CHART and keeps_figures(root)
        except (AttributeError, LookupError, SyntaxError, TypeError, ValueError) as error:
            _log.info("a chart or diagram cannot be read: %s", type(error).__name__)
        self.unread += not is_whole
        return blocks

    def reasons(self) -> list[Sentence]:
        """Return the sentence on what is not read, none where all is."""
        if not self.unread:
            return []
        return [
            say(
                "Charts and diagrams that were not read, or only in part: {count}. Save the file as PDF to have their "
                "pictures read.",
                count=self.unread,
            )
        ]
