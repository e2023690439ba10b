"""The page an answer came from: the PDF inside the window, with the passage and the cited sentence marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QIntValidator, QKeySequence, QShortcut
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.evidence import SHORTEST_WORD
from phi3desk.chat.messages import Source
from phi3desk.library.text import locate
from phi3desk.ui.document_search import DocumentSearch
from phi3desk.ui.elided_label import ElidedLabel
from phi3desk.ui.page_view import MARGIN, Highlight, PageView, merged_lines
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, TARGET, icon

STEP = 1.2
FIRST_WIDTH = 420


class SourcePane(QFrame):
    """Shows the page of a source; `closed` asks for the pane to be folded away."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Source"))
        self.setMinimumWidth(320)
        self._document = QPdfDocument(self)
        self._source: Source | None = None
        self._quote = ""
        self._path = ""
        self._page = 1
        self._opened: tuple[str, int] | None = None
        self._fits_width = True
        self._scroll_due = False
        self._buttons: list[tuple[QToolButton, str]] = []
        self._title = ElidedLabel("section")
        self._view = PageView(self._document)
        self._view.setAccessibleName(self.tr("Page"))
        self._view.page_shown.connect(self._on_page_shown)
        self.search = DocumentSearch(self._document)
        self.search.found.connect(self._on_found)
        self.search.closed.connect(self._area_focus)
        self._area = QScrollArea()
        self._area.setWidget(self._view)
        self._area.setWidgetResizable(True)
        self._area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.viewport().installEventFilter(self)
        self._message = QLabel()
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._area)
        self._stack.addWidget(self._message)
        self._why = QLabel()
        self._why.setWordWrap(True)
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.setProperty("kind", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(self._make_head())
        column.addWidget(self.search)
        column.addWidget(self._stack, 1)
        column.addLayout(self._make_foot())
        why_row = QHBoxLayout()
        why_row.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        why_row.addWidget(self._why)
        column.addLayout(why_row)
        for keys, act in (
            ("Ctrl++", lambda: self._zoom_by(STEP)),
            ("Ctrl+=", lambda: self._zoom_by(STEP)),
            ("Ctrl+-", lambda: self._zoom_by(1 / STEP)),
            (QKeySequence.StandardKey.Find, self.open_search),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self.setFocusProxy(self._area)
        self._recolor()

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, 0, SPACE_S, 0)
        row.setSpacing(0)
        row.addWidget(self._title, 1)
        self._elsewhere = self._button("open-in-new", self.tr("Open in another program"), self._on_elsewhere)
        self._find = self._button("magnify", self.tr("Find in this document (Ctrl+F)"), self.open_search)
        row.addWidget(self._find)
        row.addWidget(self._elsewhere)
        row.addWidget(self._button("close", self.tr("Close the source"), self.closed.emit))
        return row

    def _make_foot(self) -> QHBoxLayout:
        self._pager = QLineEdit()
        self._pager.setValidator(QIntValidator(1, 999_999, self._pager))
        self._pager.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pager.setAccessibleName(self.tr("Page number"))
        self._pager.setFixedWidth(56)
        self._pager.returnPressed.connect(lambda: self.go_to(int(self._pager.text())))
        self._of = QLabel()
        self._of.setProperty("kind", "quiet")
        self._back = self._button("chevron-left", self.tr("Page before"), lambda: self.go_to(self._page - 1))
        self._on = self._button("chevron-right", self.tr("Next page"), lambda: self.go_to(self._page + 1))
        self._found = self._button("target", self.tr("Back to the passage"), self._on_back_to_passage)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(2)
        for widget in (self._back, self._pager, self._of, self._on, self._found):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._button("minus", self.tr("Smaller"), lambda: self._zoom_by(1 / STEP)))
        row.addWidget(self._button("plus", self.tr("Larger"), lambda: self._zoom_by(STEP)))
        row.addWidget(self._button("arrow-expand-horizontal", self.tr("Fit the width"), self.fit_width))
        return row

    def _button(self, symbol: str, label: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setFixedSize(TARGET, TARGET)
        button.setIconSize(QSize(18, 18))
        button.setToolTip(label)
        button.setAccessibleName(label)
        button.clicked.connect(lambda _=False: act())
        self._buttons.append((button, symbol))
        return button

    @property
    def view(self) -> PageView:
        """The page that is shown."""
        return self._view

    @property
    def page(self) -> int:
        """The page that is shown, counted from 1."""
        return self._page

    @property
    def message(self) -> str:
        """The sentence shown in place of a page, or an empty text."""
        return self._message.text() if self._stack.currentWidget() is self._message else ""

    def show_source(self, source: Source, quote: str = "") -> None:
        """Open the source's document at its page and mark the passage, and the quoted sentence more strongly."""
        passage = source.passage
        self._source, self._quote = source, quote
        self._why.setText(self._why_found(source))
        self._show(passage.path, passage.document, passage.page)
        if self.message:
            as_read = self.tr("The passage as it was read:")
            self._message.setText(f"{self.message}\n\n{as_read}\n\n{passage.text}")

    def show_document(self, path: str, name: str) -> None:
        """Open a document at its first page."""
        self._source, self._quote = None, ""
        self._why.setText("")
        self._show(path, name, 1)

    def _show(self, path: str, name: str, page: int) -> None:
        self._path = path
        self._title.setText(name)
        self._title.setToolTip(path)
        problem = self._open(path)
        for widget in (self._pager, self._back, self._on, self._find):
            widget.setEnabled(not problem)
        self._found.setVisible(self._source is not None and not problem)
        self._why.setVisible(bool(self._why.text()))
        self._elsewhere.setEnabled(Path(path).is_file())
        if problem:
            self._message.setText(problem)
            self._stack.setCurrentWidget(self._message)
            self._of.setText("")
            return
        self._stack.setCurrentWidget(self._area)
        count = self._document.pageCount()
        self._of.setText(f"/ {count}")
        self.go_to(page)

    def open_search(self) -> None:
        """Let the person search the document that is open."""
        if not self.message and self._document.pageCount():
            self.search.begin(self._page - 1)

    def fit_width(self) -> None:
        """Make the page as wide as the pane."""
        self._fits_width = True
        points = self._document.pagePointSize(self._page - 1).width()
        if points > 0:
            self._view.set_zoom((self._area.viewport().width() - 2 * MARGIN) / points)

    def _open(self, path: str) -> str:
        """Open a file unless it is open; return why it cannot be shown, or an empty text."""
        file = Path(path)
        if not file.is_file():
            self._document.close()
            self._view.update()
            return self.tr("The file is no longer at {path}. Put it back, or import it from its new place.").format(
                path=path
            )
        stamp = (path, file.stat().st_mtime_ns)
        if self._opened == stamp and self._document.status() == QPdfDocument.Status.Ready:
            return ""
        self._document.close()
        self._document.setPassword("")
        error = self._document.load(path)
        self.search.forget()
        self._opened = stamp
        reasons = QPdfDocument.Error
        if error == reasons.None_:
            return ""
        if error in (reasons.IncorrectPassword, reasons.UnsupportedSecurityScheme):
            return self.tr("The file is locked with a password. Open it in another program to read it.")
        return self.tr("The file cannot be read as a PDF any more. It may have been replaced.")

    def go_to(self, page: int) -> None:
        """Show a page of the document that is open, counted from 1; the nearest there is."""
        count = self._document.pageCount()
        self._page = max(1, min(page, count))
        self._pager.setText(str(self._page))
        self._scroll_due = True
        self._view.show_page(self._page - 1, self._highlight_of(self._page - 1))
        if self._fits_width:
            self.fit_width()
        self._back.setEnabled(self._page > 1)
        self._on.setEnabled(self._page < count)

    def _highlight_of(self, page: int) -> Highlight:
        found, current = self.search.areas(page)
        source = self._source
        if source is None or page != source.passage.page - 1:
            return Highlight(found=found, current=current)
        passage = source.passage
        text = self._document.getAllText(page).text()
        span = locate(text, passage.text, passage.start, passage.end)
        sentence = locate(text, self._quote, *(span or (passage.start, passage.end))) if self._quote else None
        return Highlight(self._areas(page, span), self._areas(page, sentence), found, current)

    def _areas(self, page: int, span: tuple[int, int] | None) -> tuple[QRectF, ...]:
        if span is None:
            return ()
        return merged_lines(list(self._document.getSelectionAtIndex(page, span[0], span[1] - span[0]).bounds()))

    def _why_found(self, source: Source) -> str:
        reasons = []
        words = [word for word in source.words if len(word) >= SHORTEST_WORD or word.isdigit()]
        if words:
            reasons.append(self.tr("it holds {words}").format(words=", ".join(words)))
        if source.meaning is not None:
            reasons.append(self.tr("its meaning is near the question's ({percent} %)").format(
                percent=round(100 * max(0.0, source.meaning))
            ))  # fmt: skip
        where = " › ".join(source.passage.headings)
        why = self.tr("Why this passage: {reasons}.").format(reasons="; ".join(reasons)) if reasons else ""
        return "\n".join(part for part in (where, why) if part)

    def _on_back_to_passage(self) -> None:
        if self._source is not None:
            self.go_to(self._source.passage.page)
            self._scroll_to_highlight()

    def _zoom_by(self, step: float) -> None:
        self._fits_width = False
        self._view.set_zoom(self._view.zoom * step)

    def _on_page_shown(self, _page: int) -> None:
        if self._scroll_due:
            self._scroll_due = False
            self._scroll_to_highlight()

    def _on_found(self) -> None:
        """Show the place that is looked at; what is marked already is not worked out again."""
        place = self.search.page
        if place >= 0 and place != self._page - 1:
            self.go_to(place + 1)
            return
        before = self._view.highlight
        found, current = self.search.areas(self._page - 1)
        self._view.mark(replace(before, found=found, current=current))
        if current and current != before.current:
            self._scroll_to_highlight()

    def _area_focus(self) -> None:
        self._area.setFocus()

    def _scroll_to_highlight(self) -> None:
        marked = self._view.highlight
        areas = marked.current or marked.sentence or marked.passage
        if areas:
            first = self._view.on_widget(areas[0])
            bar = self._area.verticalScrollBar()
            bar.setValue(round(first.top() - self._area.viewport().height() / 3))
            sideways = self._area.horizontalScrollBar()
            sideways.setValue(round(first.left() - self._area.viewport().width() / 4))
        else:
            self._area.verticalScrollBar().setValue(0)

    def _on_elsewhere(self) -> None:
        if Path(self._path).is_file():
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._path))

    def _recolor(self) -> None:
        for button, symbol in self._buttons:
            button.setIcon(icon(symbol))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._fits_width and self._document.pageCount():
            QTimer.singleShot(0, self, self.fit_width)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_buttons"):
            self._recolor()
