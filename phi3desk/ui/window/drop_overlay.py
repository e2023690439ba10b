"""The whole window as a place to drop files on: what was dropped, and the overlay that says where it will land."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from phi3desk.library.on_disk import is_file
from phi3desk.model.adapters.peft_folder import CONFIG, is_peft
from phi3desk.packs.manifest import SUFFIX
from phi3desk.ui.theme import RADIUS, SPACE_XL, icon, tokens


@dataclass(frozen=True)
class Dropped:
    """The local files and folders of a drop, by what they are: documents, models with adapters, or packs."""

    documents: list[str]
    models: list[str]
    packs: list[str]

    @property
    def any(self) -> bool:
        """Whether there is something to take."""
        return bool(self.documents or self.models or self.packs)


def dropped_paths(data: QMimeData) -> Dropped:
    """Return what a drop holds."""
    dropped = Dropped([], [], [])
    for path in (url.toLocalFile() for url in data.urls() if url.isLocalFile()):
        suffix = Path(path).suffix.lower()
        if suffix == SUFFIX and is_file(path):
            dropped.packs.append(path)
        elif suffix == ".gguf" or _is_adapter(Path(path)):
            dropped.models.append(path)
        elif path:
            dropped.documents.append(path)
    return dropped


def _is_adapter(path: Path) -> bool:
    return is_file(path / CONFIG) or (is_file(path) and is_peft(path))


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

    def show_target(self, collection: str, dropped: Dropped) -> None:
        """Lie over the window and say where the drop will land; `collection` is empty for the default one."""
        if dropped.packs and not dropped.documents:
            self._text = self.tr("Drop to import the expert")
        elif dropped.models and not dropped.documents:
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
