"""What the characters of symbol fonts show, in Unicode: such a font shows ≥ where the text holds another letter.

Sources: Adobe's Symbol encoding (Unicode, VENDORS/ADOBE/symbol.txt), and Microsoft's Wingdings, Wingdings 2 and
Webdings where their signs are ticks, boxes, arrows and marks.
"""

from __future__ import annotations

#: shown for a sign that is none of these: something stands there
UNKNOWN = "\ufffd"
#: Office writes the codes 0x20 to 0xff of a symbol font as private characters from here on
PRIVATE = 0xF000

_SYMBOL = (
    (0x20, " !∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    (0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    (0x60, "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    (0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵"),
    (0xC0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    (0xE0, "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"),
    (0xF1, "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
)
_FONTS: dict[str, dict[int, str]] = {
    "symbol": {first + at: sign for first, signs in _SYMBOL for at, sign in enumerate(signs)},
    "wingdings": {
        0x20: " ", 0x28: "☎", 0x2A: "✉", 0x46: "☞", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "☐",
        0x70: "☐", 0x71: "☐", 0x72: "☐", 0x75: "◆", 0x76: "❖", 0x77: "◆", 0x9F: "•", 0xA1: "○", 0xA2: "◯", 0xA7: "▪",
        0xA8: "☐", 0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨",
        0xF1: "⇧", 0xF2: "⇩", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    },
    "wingdings 2": {0x20: " ", 0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x97: "●", 0xA3: "☐"},
    "webdings": {0x20: " ", 0x3D: "●", 0x61: "✓", 0x63: "☐", 0x67: "■", 0x72: "✗"},
}  # fmt: skip


def sign_of(font: str, code: int) -> str:
    """Return what a code of a symbol font shows, by its own number or as Office's private character."""
    signs = _FONTS.get(font.strip().casefold())
    own = code - PRIVATE if PRIVATE <= code < PRIVATE + 0x100 else code
    if signs is None:
        return UNKNOWN if own != code else chr(own)
    return signs.get(own, UNKNOWN)


def shown_in(font: str, text: str) -> str:
    """Return what a text shows in a font: letters of a symbol font as the signs they are, all others as they stand."""
    if font.strip().casefold() not in _FONTS:
        return text
    return "".join(sign_of(font, ord(letter)) if ord(letter) >= 0x20 else letter for letter in text)
