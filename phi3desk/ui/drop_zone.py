"""The whole window as a place to drop files on: what was dropped, and the overlay that says where it will land."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from phi3desk.model.peft_folder import CONFIG, is_peft
from phi3desk.ui.theme import RADIUS, SPACE_XL, icon, tokens


def dropped_paths(data: QMimeData) -> tuple[list[str], list[str]]:
    """Return the local files and folders of a drop that are documents, and those that are models or adapters."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    models = [path for path in paths if Path(path).suffix.lower() == ".gguf" or _is_adapter(Path(path))]
    return [path for path in paths if path and path not in models], models


def _is_adapter(path: Path) -> bool:
    return (path / CONFIG).is_file() or (path.is_file() and is_peft(path))


class DropOverlay(QWidget):
    """Lies over the window while files are dragged across it and takes no part in anything else."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self.hide()

    @property
    def text(self) -> str:
        """Where the drop will land, in words."""
        return self._text

    def show_target(self, collection: str, is_model: bool) -> None:
        """Lie over the window and say where the drop will land; `collection` is empty for the default one."""
        if is_model:
            self._text = self.tr("Drop to add the model or adapter")
        elif collection:
            self._text = self.tr("Drop to add to “{name}”").format(name=collection)
        else:
            self._text = self.tr("Drop to add to the library")
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(shown.window)
        veil.setAlphaF(0.88)
        painter.fillRect(self.rect(), veil)
        area = QRectF(self.rect()).adjusted(SPACE_XL, SPACE_XL, -SPACE_XL, -SPACE_XL)
        painter.setPen(QPen(QColor(shown.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(area, RADIUS * 2, RADIUS * 2)
        middle = area.center().toPoint()
        icon("tray-arrow-down", shown.accent).paint(painter, middle.x() - 24, middle.y() - 64, 48, 48)
        font = QFont(self.font())
        font.setPixelSize(20)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(shown.text))
        painter.drawText(area.adjusted(SPACE_XL, 40, -SPACE_XL, 40), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
