"""Colours, sizes and icons: one place for the light and the dark scheme, given to Qt as a palette."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from phi3desk.paths import resource

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
RADIUS = 8
TARGET = 32
LIST_PX, TITLE_PX = 13, 20
READING_WIDTH = 760


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


def apply_scheme(application: QApplication, choice: str) -> None:
    """Dress the application: `choice` is system, light or dark. Widgets get a palette change event.

    With `system`, call it again when QStyleHints.colorSchemeChanged tells that the system changed its mind.
    """
    hints = QGuiApplication.styleHints()
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    hints.setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
    dark = choice == "dark" or (choice == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    shown = DARK if dark else LIGHT
    qtawesome.reset_cache()
    if application.style().objectName() != "fusion":
        application.setStyle(QStyleFactory.create("Fusion"))
    font = application.font()
    font.setPixelSize(LIST_PX)
    application.setFont(font)
    application.setPalette(palette_of(shown))
    application.setStyleSheet(style_sheet(shown))


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


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette in which a scheme's tokens stand for Qt's roles.

    Quiet text is PlaceholderText, lines are Mid, raised surfaces are Button, accent is Highlight and Link.
    """
    role = QPalette.ColorRole
    palette = QPalette()
    for where, color in {
        role.Window: tokens.window, role.Base: tokens.surface, role.AlternateBase: tokens.window,
        role.Button: tokens.raised, role.WindowText: tokens.text, role.Text: tokens.text, role.ButtonText: tokens.text,
        role.ToolTipBase: tokens.raised, role.ToolTipText: tokens.text, role.PlaceholderText: tokens.quiet,
        role.Highlight: tokens.accent, role.HighlightedText: tokens.on_accent, role.Link: tokens.accent,
        role.LinkVisited: tokens.accent, role.Accent: tokens.accent, role.BrightText: tokens.bad,
        role.Mid: tokens.line, role.Midlight: tokens.line, role.Dark: tokens.line, role.Light: tokens.raised,
        role.Shadow: tokens.line,
    }.items():  # fmt: skip
        palette.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.quiet))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.line))
    return palette


def tokens() -> Tokens:
    """Return the tokens of the scheme that is shown now."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


def icon(name: str, color: str | None = None) -> QIcon:
    """Return a Material icon (qtawesome's mdi6 names, without the prefix) in the scheme's quiet text or a given colour.

    Icons do not recolour by themselves: ask again in changeEvent(PaletteChange).
    """
    shown = tokens()
    return qtawesome.icon(f"mdi6.{name}", color=color or shown.quiet, color_disabled=shown.line)


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


def style_sheet(shown: Tokens) -> str:
    """Return the one style sheet of the application, in a scheme's tokens.

    Widgets choose a variant with the dynamic property `kind`: buttons primary, quiet, chip; labels title, section,
    strong, quiet; frames card, group, band; a list or table `bare` has no border of its own.
    """
    return Template(_STYLE).substitute(
        window=shown.window, surface=shown.surface, raised=shown.raised, line=shown.line, text=shown.text,
        quiet=shown.quiet, accent=shown.accent, on_accent=shown.on_accent, bad=shown.bad, attention=shown.attention,
        hover=mixed(shown.text, shown.window, 0.07), pressed=mixed(shown.text, shown.window, 0.13),
        tint=mixed(shown.accent, shown.window, 0.14), accent_hover=mixed(shown.text, shown.accent, 0.14),
        handle=mixed(shown.text, shown.window, 0.26), band=mixed(shown.attention, shown.window, 0.12),
        band_line=mixed(shown.attention, shown.window, 0.35),
        icons=resource("icons").as_posix(), check="check-dark" if shown is DARK else "check-light",
    )  # fmt: skip


_STYLE = """
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }
QMainWindow, QDialog { background: $window; }
QLabel { background: transparent; }
QLabel[kind="title"] { font-size: 20px; font-weight: 600; }
QLabel[kind="section"] { font-size: 15px; font-weight: 600; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="quiet"] { color: $quiet; }
QLabel[kind="bad"] { color: $bad; }
QFrame[kind="card"] { background: $surface; border: 1px solid $line; border-radius: 8px; }
QFrame[kind="group"] { background: $window; border: 1px solid $line; border-radius: 8px; }
QFrame[kind="band"] { background: $band; border: 1px solid $band_line; border-radius: 8px; }
QFrame[kind="line"] { background: $line; border: none; min-height: 1px; max-height: 1px; }

QPushButton { background: $raised; color: $text; border: 1px solid $line; border-radius: 8px;
              padding: 6px 14px; min-height: 18px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:disabled { color: $quiet; background: $window; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $line; border-color: $line; color: $quiet; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; text-align: left; padding: 6px 10px; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:checked { background: $tint; font-weight: 600; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; padding: 5px 9px; }
QPushButton[kind="chip"] { background: transparent; border-radius: 16px; padding: 6px 12px; color: $quiet; }
QPushButton[kind="chip"]:hover { background: $hover; color: $text; }
QPushButton[kind="chip"]:checked { background: $tint; color: $text; border-color: $accent; }
QPushButton[kind="chip"]:focus { border: 2px solid $accent; padding: 5px 11px; }
QPushButton[kind="row"] { text-align: left; padding: 9px 14px; background: $surface; }
QPushButton[kind="row"]:hover { background: $hover; }
QPushButton[kind="row"]:focus { border: 2px solid $accent; padding: 8px 13px; }
QPushButton::menu-indicator { image: none; width: 0; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: 8px; padding: 4px;
              min-width: 20px; min-height: 20px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $pressed; }
QToolButton[kind="send"] { background: $accent; border-color: $accent; }
QToolButton[kind="send"]:hover { background: $accent_hover; }
QToolButton[kind="send"]:focus { border-color: $text; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox {
    background: $surface; color: $text; border: 1px solid $line; border-radius: 8px; padding: 5px 9px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QTextEdit, QPlainTextEdit { placeholder-text-color: $quiet; }
QLineEdit, QComboBox, QAbstractSpinBox { min-height: 20px; }
QLineEdit QToolButton { min-width: 0; min-height: 0; padding: 0; border: none; background: transparent; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {
    border: 2px solid $accent; padding: 4px 8px; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { color: $quiet; background: $window; }
QTextEdit[kind="page"], QPlainTextEdit[kind="page"] { background: transparent; border: none; padding: 0; }
QTextEdit[kind="page"]:focus, QPlainTextEdit[kind="page"]:focus { border: none; padding: 0; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { background: transparent; border: none; padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url($icons/chevron-down.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px; outline: 0;
    selection-background-color: $tint; selection-color: $text; }
QAbstractSpinBox { padding-right: 26px; }
QAbstractSpinBox:focus { padding-right: 25px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 24px; }
QAbstractSpinBox::up-arrow { image: url($icons/chevron-up.svg); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url($icons/chevron-down.svg); width: 10px; height: 10px; }

QCheckBox, QRadioButton { spacing: 8px; min-height: 28px; border: 2px solid transparent; border-radius: 6px;
    padding: 0 4px 0 2px; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $quiet;
    background: $surface; border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($icons/$check.svg); }
QRadioButton::indicator:checked { background: $surface; border: 5px solid $accent; width: 8px; height: 8px;
    border-radius: 9px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }

QSlider { min-height: 32px; }
QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -7px 0; border-radius: 9px; background: $surface;
    border: 1px solid $quiet; }
QSlider::handle:horizontal:focus { border: 2px solid $accent; }

QProgressBar { background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QAbstractItemView { background: $surface; alternate-background-color: $window; border: 1px solid $line;
    border-radius: 8px; outline: 0; selection-background-color: $tint; selection-color: $text; }
QAbstractItemView:focus { border: 2px solid $accent; }
QAbstractItemView[kind="bare"] { background: transparent; border: none; }
QAbstractItemView[kind="bare"]:focus { border: none; }
QAbstractItemView::item { min-height: 32px; padding: 0 8px; border-radius: 6px; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $tint; color: $text; }
QTableView { gridline-color: transparent; }
QTableView::item, QTreeView::item { border-radius: 0; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: $surface; color: $quiet; border: none; border-bottom: 1px solid $line;
    padding: 7px 8px; }
QTableCornerButton::section { background: $surface; border: none; }

QMenu { background: $raised; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 8px 28px 8px 12px; border-radius: 6px; color: $text; }
QMenu::item:selected { background: $tint; }
QMenu::item:disabled { color: $quiet; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $handle; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $quiet; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar::tab { background: transparent; color: $quiet; padding: 8px 14px; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QGroupBox { border: 1px solid $line; border-radius: 8px; margin-top: 20px; padding: 12px; }
QGroupBox::title { subcontrol-origin: margin; left: 0; color: $quiet; }
"""
