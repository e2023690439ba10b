"""The rows of an HTML table, in misnested markup too, and what stands loose between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

_CELLS = frozenset(("td", "th"))
_HOLD_ROWS = frozenset(("table", "thead", "tbody", "tfoot", "tr"))


@dataclass
class TableLine:
    """The cells of a row, or what stands loose between two rows: pieces of text and elements."""

    cells: list[Any] = field(default_factory=list)
    loose: list[Any] = field(default_factory=list)

    @property
    def names_columns(self) -> bool:
        """Whether the cells are marked as those of a table's head."""
        if not self.cells:
            return False
        above = next(self.cells[0].iterancestors("thead", "table"), None)
        return (above is not None and above.tag == "thead") or all(cell.tag == "th" for cell in self.cells)


def table_lines(table: Any, is_hidden: Callable[[Any], bool]) -> Iterator[TableLine]:
    """Yield the rows of a table that holds no other one, in their order; its caption is left out.

    A form or the like may stand around cells and rows, a cell may stand without a row. What stands loose in a row comes
    before it.
    """
    from lxml import etree

    caption = table.find("caption")
    line = TableLine()
    walk = etree.iterwalk(table, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            if element.tag == "tr" or element is table:
                yield from _divided(line)
                line = TableLine()
            if element is not table and element.tail:
                line.loose.append(element.tail)
            continue
        if element.tag == "tr":
            yield from _divided(line)
            line = TableLine()
        is_cell = element.tag in _CELLS
        if element is caption or is_cell or is_hidden(element) or not _holds_cells(element):
            walk.skip_subtree()
            if element is not caption and not is_hidden(element):
                (line.cells if is_cell else line.loose).append(element)
        elif element.text:
            line.loose.append(element.text)


def _holds_cells(element: Any) -> bool:
    return element.tag in _HOLD_ROWS or next(element.iter("tr", "td", "th"), None) is not None


def _divided(line: TableLine) -> Iterator[TableLine]:
    """Yield what is loose in a line, then its cells, each where there is any."""
    if any(not isinstance(piece, str) or piece.strip() for piece in line.loose):
        yield TableLine(loose=line.loose)
    if line.cells:
        yield TableLine(cells=line.cells)
