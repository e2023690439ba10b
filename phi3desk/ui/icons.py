"""The Material icons of the package qtawesome, drawn from its font; its code, which loads all its fonts, is not run."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

#: how much of an icon's height its letter takes: the rest is the font's bearing
SHARE = 0.875


class LetterIcon(QIconEngine):
    """Draws one letter of the icon font in a colour, in another one where its button is disabled."""

    def __init__(self, letter: str, color: str, disabled: str) -> None:
        super().__init__()
        self._letter, self._color, self._disabled = letter, QColor(color), QColor(disabled)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        painter.setPen(self._disabled if mode is QIcon.Mode.Disabled else self._color)
        font = QFont(_family())
        font.setPixelSize(max(1, round(SHARE * rect.height())))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return drawn


@cache
def material_icon(name: str, color: str, disabled: str) -> QIcon:
    """Return an icon by its name in the font (https://pictogrammers.com/library/mdi); KeyError where it has none."""
    return QIcon(LetterIcon(_letters()[name], color, disabled))


@cache
def _letters() -> dict[str, str]:
    codes = msgspec.json.decode(_file("charmap-*.json").read_bytes(), type=dict[str, str])
    return {name: chr(int(code, 16)) for name, code in codes.items()}


@cache
def _family() -> str:
    font = QFontDatabase.addApplicationFont(str(_file("*.ttf")))
    return QFontDatabase.applicationFontFamilies(font)[0]


def _file(ending: str) -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome is not installed")
    return next((Path(spec.origin).parent / "fonts").glob(f"materialdesignicons6-webfont-{ending}"))
