"""Charts in Office files: their titles, and the figures that they keep of the sheet they are drawn from (DrawingML)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from phi3desk.library.reading.blocks import Block, one_line
from phi3desk.library.reading.office.drawing_text import lines_in
from phi3desk.library.reading.office.number_format import plain
from phi3desk.library.reading.office.values import shown
from phi3desk.library.reading.tables import lines_of

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
#: plots of points, each with a place across and one up; all others have categories
_OF_POINTS = frozenset((C + "scatterChart", C + "bubbleChart"))
_NUMBERS = frozenset((C + "numCache", C + "numLit"))
_LONGEST_ORDER = 9


def blocks_of_chart(root: Any) -> Iterator[Block]:
    """Yield a chart's title, then a table of each of its plots, whatever they are drawn as."""
    chart = root.find(C + "chart")
    if chart is None:
        return
    if title := title_of(chart):
        yield Block(title)
    epoch = _epoch(root)
    for area in chart.findall(C + "plotArea"):
        for plot in area:
            if not isinstance(plot.tag, str) or not plot.tag.endswith("Chart"):
                continue
            if plot.tag in _OF_POINTS:
                for series in _series(plot):
                    yield from lines_of(_points(series, area, epoch), 1)
            else:
                yield from lines_of(_rows(plot, epoch), 1)


def keeps_figures(root: Any) -> bool:
    """Return whether a chart keeps figures of its sheet; one that has nothing to show lacks none."""
    series = list(root.iter(C + "ser"))
    return not series or any(one.find(f"{C}{part}//{C}pt") is not None for one in series for part in ("val", "yVal"))


def title_of(element: Any) -> str:
    """Return the title of a chart or of an axis: its own words, or those that it takes from a cell."""
    title = element.find(C + "title")
    return (one_line(" ".join(lines_in(title))) or _name(title)) if title is not None else ""


def _rows(plot: Any, epoch: Any) -> Iterator[list[str]]:
    """Yield the names of a plot's series, then for each category its name and the figures of all series."""
    series = _series(plot)
    names = _categories(series, epoch)
    values = [_kept(one.find(C + "val"), epoch) for one in series]
    yield ["", *(_name(one) for one in series)]
    for at in sorted(set(names).union(*values)):
        # categories without names are counted
        name = names.get(at, "") if names else str(at + 1)
        yield [name, *(of_one.get(at, "") for of_one in values)]


def _points(series: Any, area: Any, epoch: Any) -> Iterator[list[str]]:
    """Yield what names the numbers of a scatter or bubble chart's series, then those of each point."""
    across, up, size = (_kept(series.find(C + part), epoch) for part in ("xVal", "yVal", "bubbleSize"))
    first, second = _axes(area)
    names = [first or "x", _name(series) or second or "y"]
    yield [*names, "size"] if size else names
    for at in sorted(up):
        # points without a place across are counted
        point = [across.get(at, "") if across else str(at + 1), up[at]]
        yield [*point, size.get(at, "")] if size else point


def _axes(area: Any) -> tuple[str, str]:
    """Return the titles of the axis across and of the one up."""
    values = area.findall(C + "valAx")
    across = [*area.findall(C + "catAx"), *area.findall(C + "dateAx"), *values]
    return title_of(across[0]) if across else "", title_of(values[:2][-1]) if values else ""


def _series(plot: Any) -> list[Any]:
    return sorted(plot.findall(C + "ser"), key=_order)


def _order(series: Any) -> int:
    order = series.find(C + "order")
    value = order.get("val", "") if order is not None else ""
    return int(value) if value.isdecimal() and len(value) <= _LONGEST_ORDER else 0


def _name(element: Any) -> str:
    """Return the name of a series, or a title, that is kept of one or several cells."""
    return one_line(" ".join(value.text or "" for value in element.iterfind(f"{C}tx//{C}v")))


def _categories(series: list[Any], epoch: Any) -> dict[int, str]:
    """Return the names of categories by their place, each behind those of the groups it is in, as in "2024 May"."""
    found = next((cat for one in series if (cat := one.find(C + "cat")) is not None), None)
    if found is None:
        return {}
    names, *groups = (_kept(level, epoch) for level in found.findall(f".//{C}lvl") or [found])
    for group in groups:
        begins = sorted(group)
        for at in names:
            if before := bisect_right(begins, at):
                names[at] = f"{group[begins[before - 1]]} {names[at]}"
    return names


def _kept(element: Any | None, epoch: Any) -> dict[int, str]:
    """Return the numbers, or words, that a chart keeps of its sheet below an element, by their place."""
    if element is None:
        return {}
    usual = element.findtext(f".//{C}formatCode") or ""
    kept = {}
    for point in element.iter(C + "pt"):
        text = one_line(point.findtext(C + "v") or "")
        if point.getparent().tag in _NUMBERS:
            text = _number(text, point.get("formatCode") or usual, epoch)
        kept[int(point.get("idx") or "0")] = text
    return kept


def _number(text: str, number_format: str, epoch: Any) -> str:
    """Return a number of a chart as it is read, a day as such; what is none, such as #N/A, as it stands."""
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import from_excel

    try:
        number = float(text)
        if math.isfinite(number) and is_date_format(number_format):
            return shown(from_excel(number, epoch), number_format)
    except (ValueError, OverflowError):
        return text
    return plain(number) if math.isfinite(number) else text


def _epoch(root: Any) -> Any:
    """Return the day from which the chart's sheet counts days."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    since_1904 = root.find(C + "date1904")
    is_late = since_1904 is not None and since_1904.get("val", "1") in ("1", "true")
    return CALENDAR_MAC_1904 if is_late else CALENDAR_WINDOWS_1900
