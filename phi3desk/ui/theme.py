"""Colours, sizes and icons: one place for the light and the dark scheme, given to Qt as a palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakMethod

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget
from shiboken6 import isValid

from phi3desk.ui.colors import DARK, LIGHT, Tokens
from phi3desk.ui.icons import material_icon
from phi3desk.ui.style_sheet import style_sheet

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
RADIUS = 8
TARGET = 32
#: sizes of letters in pixels, where answers are read at READING_PX
LIST_PX, READING_PX = 13, 15
LEAST_LIST_PX = 11
READING_WIDTH = 760
_followers: WeakKeyDictionary[QWidget, list[WeakMethod[Callable[[], None]]]] = WeakKeyDictionary()


@dataclass
class _Dress:
    """What the application wears: asked for by every row of a list, so that it is not read from the palette."""

    shown: Tokens = LIGHT


_dress = _Dress()


def apply_scheme(application: QApplication, choice: str, reading_size: int = READING_PX) -> None:
    """Dress the application: `choice` is system, light or dark. Widgets get a palette change event.

    With the size in which answers are read (pixels), lists, buttons and headings grow too.

    With `system`, call it again when QStyleHints.colorSchemeChanged tells that the system changed its mind.
    """
    hints = QGuiApplication.styleHints()
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    hints.setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
    dark = choice == "dark" or (choice == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    shown = _dress.shown = DARK if dark else LIGHT
    if application.style().objectName() != "fusion":
        application.setStyle(QStyleFactory.create("Fusion"))
    font = application.font()
    scale = reading_size / READING_PX
    font.setPixelSize(max(LEAST_LIST_PX, round(LIST_PX * scale)))
    application.setFont(font)
    application.setPalette(palette_of(shown))
    application.setStyleSheet(style_sheet(shown, scale))
    for widget, methods in list(_followers.items()):
        for method in methods:
            if isValid(widget) and (recolor := method()) is not None:
                recolor()


def follow_scheme(widget: QWidget, recolor: Callable[[], None]) -> None:
    """Have a method called whenever the application is dressed anew, for what the palette does not colour by itself.

    `recolor` is a method of the widget, or of an object that lives as long.
    """
    # not by events of its palette: a widget gets a dozen of them while it is put into its place
    _followers.setdefault(widget, []).append(WeakMethod(recolor))


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette in which a scheme's tokens stand for Qt's roles.

    Quiet text is PlaceholderText, lines are Mid, raised surfaces are Button, accent is Highlight and Link.
    """
    role = QPalette.ColorRole
    palette = QPalette()
    for where, color in {
        role.Window: tokens.window,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.window,
        role.Button: tokens.raised,
        role.WindowText: tokens.text,
        role.Text: tokens.text,
        role.ButtonText: tokens.text,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.quiet,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
        role.BrightText: tokens.bad,
        role.Mid: tokens.line,
        role.Midlight: tokens.line,
        role.Dark: tokens.line,
        role.Light: tokens.raised,
        role.Shadow: tokens.line,
    }.items():
        palette.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.quiet))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.line))
    return palette


def tokens() -> Tokens:
    """Return the tokens of the scheme that is shown now."""
    return _dress.shown


def icon(name: str, color: str | None = None) -> QIcon:
    """Return a Material icon in the scheme's quiet text or a given colour.

    Icons do not recolour by themselves: ask again when `follow_scheme` calls.
    """
    shown = tokens()
    return material_icon(name, color or shown.quiet, shown.line)


def list_px() -> int:
    """Return the size of the letters of lists and buttons, in pixels, as the application is dressed now."""
    size = QGuiApplication.font().pixelSize()
    return size if size > 0 else LIST_PX


def reading_font(size: int) -> QFont:
    """Return the font of answers; `size` in pixels."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    return font


def set_kind(widget: QWidget, kind: str) -> None:
    """Give a widget the look of one of the style sheet's kinds, also after it was first shown."""
    widget.setProperty("kind", kind)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
