"""The colours of the two schemes, and what is computed with colours."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Tokens:
    """The colours of one scheme, as #RRGGBB; `highlight_alpha` is the opacity of a highlight on a page."""

    window: str
    surface: str
    raised: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    highlight: str
    highlight_alpha: float
    good: str
    attention: str
    bad: str


LIGHT = Tokens(
    window="#F6F6F3", surface="#FFFFFF", raised="#FFFFFF", line="#E2E2DC", text="#1C1C1A", quiet="#5F605B",
    accent="#2459D3", on_accent="#FFFFFF", highlight="#FFE58A", highlight_alpha=0.55,
    good="#1F7A4D", attention="#8A5A00", bad="#B3261E",
)  # fmt: skip


DARK = Tokens(
    window="#161719", surface="#1E2023", raised="#26292D", line="#33363B", text="#ECECE9", quiet="#A3A5A8",
    accent="#8AB0FF", on_accent="#10182B", highlight="#FFD54A", highlight_alpha=0.40,
    good="#6CD19B", attention="#F2B94B", bad="#FF8A80",
)  # fmt: skip


def mixed(over: str, under: str, share: float) -> str:
    """Return the colour of `over` laid on `under` at an opacity of `share` (0 to 1), as #RRGGBB."""
    top, bottom = QColor(over), QColor(under)
    channels = zip((top.red(), top.green(), top.blue()), (bottom.red(), bottom.green(), bottom.blue()), strict=True)
    return QColor(*(round(share * a + (1 - share) * b) for a, b in channels)).name()


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    made = QColor(color)
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (made.redF(), made.greenF(), made.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
