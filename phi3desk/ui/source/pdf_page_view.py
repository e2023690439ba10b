"""One page of a PDF as a picture, with a passage and its sentence marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions, QPdfPageRenderer
from PySide6.QtWidgets import QWidget

from phi3desk.ui.colors import LIGHT
from phi3desk.ui.theme import tokens

SMALLEST, LARGEST = 0.25, 6.0
MOST_PIXELS = 24_000_000
PASSAGE_SHARE = 0.38
SELECTED_SHARE = 0.3
MARGIN = 12


@dataclass(frozen=True)
class Highlight:
    """Areas of a page in points from its top left corner: the passage, and the sentence within it.

    `found` are the places of the words searched for, `current` the one of them that is looked at.
    """

    passage: tuple[QRectF, ...] = ()
    sentence: tuple[QRectF, ...] = ()
    found: tuple[QRectF, ...] = ()
    current: tuple[QRectF, ...] = ()


class PageView(QWidget):
    """Shows one page; the picture is made by a thread of QtPdf's, never by the event loop.

    `page_shown` is emitted when the picture of a page has come, with its index.
    """

    page_shown = Signal(int)

    def __init__(self, document: QPdfDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._renderer = QPdfPageRenderer(self)
        self._renderer.setRenderMode(QPdfPageRenderer.RenderMode.MultiThreaded)
        self._renderer.setDocument(document)
        self._renderer.pageRendered.connect(self._on_rendered)
        self._page = 0
        self._zoom = 1.0
        self._image = QImage()
        self._wanted = 0
        self._highlight = Highlight()
        self._pressed: QPointF | None = None
        self._selected: tuple[QRectF, ...] = ()
        #: the text that is selected with the mouse
        self.selected = ""
        self.setCursor(Qt.CursorShape.IBeamCursor)

    @property
    def highlight(self) -> Highlight:
        """What is marked on the page."""
        return self._highlight

    @property
    def image(self) -> QImage:
        """The picture of the page; null until it has come."""
        return self._image

    def show_page(self, page: int, highlight: Highlight) -> None:
        """Show a page of the document, 0 the first."""
        if page != self._page:
            self._image = QImage()
        self._select("", ())
        self._page, self._highlight = page, highlight
        self._render()

    def mark(self, highlight: Highlight) -> None:
        """Mark other areas on the page that is shown."""
        self._highlight = highlight
        self.update()

    def set_zoom(self, zoom: float) -> None:
        """Show the page at `zoom` pixels for each point."""
        self._zoom = max(SMALLEST, min(LARGEST, zoom))
        self._render()

    @property
    def zoom(self) -> float:
        """Pixels for each point."""
        return self._zoom

    def page_rectangle(self) -> QRectF:
        """Return where the page lies in this widget."""
        size = self._document.pagePointSize(self._page) * self._zoom
        return QRectF(max(MARGIN, (self.width() - size.width()) / 2), MARGIN, size.width(), size.height())

    def on_widget(self, area: QRectF) -> QRectF:
        """Return an area of the page (points) in this widget's coordinates."""
        place = self.page_rectangle()
        zoom = self._zoom
        return QRectF(
            place.left() + area.left() * zoom,
            place.top() + area.top() * zoom,
            area.width() * zoom,
            area.height() * zoom,
        )

    def select(self, begin: QPointF, end: QPointF) -> None:
        """Select the text between two places of this widget; a page that is a picture has none."""
        found = self._document.getSelection(self._page, self._on_page(begin), self._on_page(end))
        areas = merged_lines(polygon.boundingRect() for polygon in found.bounds())
        self._select(" ".join(found.text().split()), areas)

    def _select(self, text: str, areas: tuple[QRectF, ...]) -> None:
        self.selected, self._selected = text, areas
        self.update()

    def _on_page(self, place: QPointF) -> QPointF:
        """Return a place of this widget in points from the page's top left corner."""
        page = self.page_rectangle()
        return QPointF((place.x() - page.left()) / self._zoom, (place.y() - page.top()) / self._zoom)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._select("", ())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.select(self._pressed, event.position())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        super().mouseReleaseEvent(event)

    def sizeHint(self) -> QSize:
        size = self._document.pagePointSize(self._page) * self._zoom
        return QSize(round(size.width()) + 2 * MARGIN, round(size.height()) + 2 * MARGIN)

    def _render(self) -> None:
        if self._document.status() != QPdfDocument.Status.Ready:
            return
        self.setMinimumSize(self.sizeHint())
        self.updateGeometry()
        size = self._document.pagePointSize(self._page) * self._zoom * self.devicePixelRatioF()
        pixels = max(1.0, size.width() * size.height())
        if pixels > MOST_PIXELS:
            size = size * (MOST_PIXELS / pixels) ** 0.5
        wanted = QSize(max(1, round(size.width())), max(1, round(size.height())))
        options = QPdfDocumentRenderOptions()
        # what is filled into a form, and notes, are read and cited: they have to be seen
        options.setRenderFlags(QPdfDocumentRenderOptions.RenderFlag.Annotations)
        self._wanted = self._renderer.requestPage(self._page, wanted, options)
        self.update()

    def _on_rendered(self, page: int, _size: QSize, image: QImage, _options: object, request: int) -> None:
        if request == self._wanted and page == self._page:
            self._image = image
            self.update()
            self.page_shown.emit(page)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = tokens()
        painter = QPainter(self)
        place = self.page_rectangle()
        painter.fillRect(place, Qt.GlobalColor.white)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.setPen(Qt.PenStyle.NoPen)
        marked = self._highlight
        for areas, share in (
            (marked.passage, PASSAGE_SHARE),
            (marked.sentence, 1.0),
            (marked.found, 1.0),
            (marked.current, 1.0),
        ):
            color = QColor(shown.highlight)
            color.setAlphaF(min(1.0, max(0.55, shown.highlight_alpha) * (share if share < 1 else 1.6)))
            painter.setBrush(color)
            for area in areas:
                painter.drawRoundedRect(self.on_widget(area).adjusted(-1.5, -1, 1.5, 1), 2, 2)
        chosen = QColor(LIGHT.accent)
        chosen.setAlphaF(SELECTED_SHARE)
        painter.setBrush(chosen)
        for area in self._selected:
            painter.drawRect(self.on_widget(area))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # on the white of a page, in either scheme
        painter.setPen(QPen(QColor(LIGHT.accent), 2))
        for area in marked.current:
            painter.drawRoundedRect(self.on_widget(area).adjusted(-3, -2.5, 3, 2.5), 3, 3)
        painter.setPen(QPen(QColor(shown.line), 1))
        painter.drawRect(place)
        painter.end()


def merged_lines(areas: Iterable[QRectF]) -> tuple[QRectF, ...]:
    """Return the areas of a text selection, the pieces of one line joined to one rectangle."""
    lines: list[QRectF] = []
    for area in areas:
        if area.width() < 0.5 or area.height() < 0.5:
            continue
        last = lines[-1] if lines else None
        if last is not None and _same_line(last, area):
            lines[-1] = last.united(area)
        else:
            lines.append(area)
    return tuple(lines)


def _same_line(one: QRectF, other: QRectF) -> bool:
    overlap = min(one.bottom(), other.bottom()) - max(one.top(), other.top())
    gap = max(one.left(), other.left()) - min(one.right(), other.right())
    return overlap > 0.5 * min(one.height(), other.height()) and gap < 2 * max(one.height(), other.height())
