"""The style sheet: the little that the palette cannot say."""

from __future__ import annotations

from string import Template

from phi3desk.paths import resource
from phi3desk.ui.colors import DARK, Tokens, mixed


def style_sheet(shown: Tokens, scale: float = 1.0) -> str:
    """Return the one style sheet of the application, in a scheme's tokens; `scale` enlarges titles and headings.

    Widgets choose a variant with the dynamic property `kind`: buttons primary, quiet, chip; labels title, section,
    strong, quiet; frames card, group, band; a list or table `bare` has no border of its own.
    """
    return Template(_STYLE).substitute(
        title=round(20 * scale),
        section=round(15 * scale),
        window=shown.window,
        surface=shown.surface,
        raised=shown.raised,
        line=shown.line,
        text=shown.text,
        quiet=shown.quiet,
        accent=shown.accent,
        on_accent=shown.on_accent,
        bad=shown.bad,
        attention=shown.attention,
        hover=mixed(shown.text, shown.window, 0.07),
        pressed=mixed(shown.text, shown.window, 0.13),
        tint=mixed(shown.accent, shown.window, 0.14),
        accent_hover=mixed(shown.text, shown.accent, 0.14),
        handle=mixed(shown.text, shown.window, 0.26),
        band=mixed(shown.attention, shown.window, 0.12),
        band_line=mixed(shown.attention, shown.window, 0.35),
        icons=resource("icons").as_posix(),
        check="check-dark" if shown is DARK else "check-light",
    )


_STYLE = """
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }
QMainWindow, QDialog { background: $window; }
QLabel { background: transparent; }
QLabel[kind="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[kind="section"] { font-size: ${section}px; font-weight: 600; }
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
QToolButton[kind="mode"] { color: $quiet; padding: 4px 8px; }
QToolButton[kind="mode"][chosen="true"] { color: $text; background: $tint; font-weight: 600; }
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
QTextEdit[kind="answer"] { background: transparent; border: 2px solid transparent; padding: 0; }
QTextEdit[kind="answer"]:focus { border-color: $accent; padding: 0; }
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
QAbstractItemView[kind="bare"] { background: transparent; border: 2px solid transparent; }
QAbstractItemView[kind="bare"]:focus { border-color: $accent; }
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
QScrollArea[kind="page"] { border: 2px solid transparent; }
QScrollArea[kind="page"]:focus { border-color: $accent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
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
