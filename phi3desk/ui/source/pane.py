"""The page an answer came from: a page of a PDF or of text, with the passage and the cited sentence marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QIntValidator, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.evidence import SHORTEST_WORD
from phi3desk.chat.messages import Source
from phi3desk.library.documents import INSIDE, Document, PageText, Passage, State
from phi3desk.library.kinds import has_pages, kind_named
from phi3desk.library.on_disk import is_file
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.formatting import also_as, translate
from phi3desk.ui.library.document_states import advice
from phi3desk.ui.pages import LEAST_WIDTH
from phi3desk.ui.source.find_bar import FindBar, PdfFinder
from phi3desk.ui.source.highlights import Areas, PageHighlights
from phi3desk.ui.source.page_area import Fit, PageArea
from phi3desk.ui.source.pdf_file import PdfFile
from phi3desk.ui.source.pdf_page_view import Highlight, PageView
from phi3desk.ui.source.text_page_view import FIRST_PX, TextFinder, TextPageView
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, TARGET, follow_scheme, icon
from phi3desk.ui.widgets.basic import label
from phi3desk.ui.widgets.elided_label import ElidedLabel
from phi3desk.ui.widgets.focus import focus_first
from phi3desk.ui.widgets.shortcuts import bind
from phi3desk.ui.widgets.tooltip import plain_tooltip
from phi3desk.workers.protocol import Failure

STEP = 1.2
#: In deviations, as `Found.meaning`; cosines, which stored messages may hold in their place, reach 1 at most.
CLOSE, VERY_CLOSE = 2.0, 4.0


@dataclass(frozen=True)
class ShownFile:
    """The file that is shown: `id` is its number in the library; `is_text` where its pages are shown as text.

    `kind` is what the library calls its kind. `is_gone` where that text is all there is: a PDF that is not at its path.
    """

    id: int
    path: str
    name: str
    is_text: bool
    kind: str = ""
    is_gone: bool = False


class SourcePane(QFrame):
    """Shows the page of a source; `closed` asks for the pane to be folded away."""

    closed = Signal()

    def __init__(self, library: LibraryClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Source"))
        self.setMinimumWidth(LEAST_WIDTH)
        self._library = library
        self._pdf = PdfFile(library, self)
        self._highlights = PageHighlights(self._pdf.document, library, self)
        self._source: Source | None = None
        self._quote = ""
        self._file = ShownFile(0, "", "", False)
        self._page, self._count = 1, 0
        self._turn = 0
        self._reading_size = FIRST_PX
        self._buttons: list[tuple[QToolButton, str]] = []
        self.area = PageArea(self._pdf.document, FIRST_PX)
        self.text = TextPageView()
        self._in_pdf = PdfFinder(self._pdf.document, self)
        self.search = FindBar(self._in_pdf, self.tr("Find in this document"), lambda: self._page - 1)
        self._in_text = TextFinder(self.text)
        self.text_search = FindBar(self._in_text, self.tr("Find on this page"), lambda: 0)
        self._build()
        self._connect()
        self.clear()
        self._recolor()
        follow_scheme(self, self._recolor)

    # how it is built

    def _build(self) -> None:
        self.view.setAccessibleName(self.tr("Page"))
        self.text.setAccessibleName(self.tr("Text of the page"))
        self._message = label()
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self._stack = QStackedWidget()
        self._text_page = QWidget()
        framed = QVBoxLayout(self._text_page)
        framed.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        framed.addWidget(self.text)
        for widget in (self.area, self._text_page, self._message):
            self._stack.addWidget(widget)
        self.why = label(kind="quiet")
        caption = QVBoxLayout()
        caption.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        caption.addWidget(self.why)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(self._make_head())
        column.addWidget(self.search)
        column.addWidget(self.text_search)
        column.addWidget(self._stack, 1)
        column.addLayout(self._make_foot())
        column.addLayout(caption)
        focus_first(self, self.area)

    def _make_head(self) -> QHBoxLayout:
        self._title = ElidedLabel("section")
        self._place = ElidedLabel("quiet")
        self._place.hide()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._place)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, 0, SPACE_S, 0)
        row.setSpacing(0)
        row.addLayout(words, 1)
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
        self._of = label(kind="quiet", wraps=False)
        self._back = self._button("chevron-left", self.tr("Page before"), lambda: self.go_to(self._page - 1))
        self._on = self._button("chevron-right", self.tr("Next page"), lambda: self.go_to(self._page + 1))
        self.passage_button = self._button("target", self.tr("Back to the passage"), self._on_back_to_passage)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(2)
        for widget in (self._back, self._pager, self._of, self._on, self.passage_button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._button("minus", self.tr("Smaller"), lambda: self.zoom_by(1 / STEP)))
        row.addWidget(self._button("plus", self.tr("Larger"), lambda: self.zoom_by(STEP)))
        row.addWidget(self._button("arrow-expand-horizontal", self.tr("Fit the width"), self.fit_width))
        return row

    def _button(self, symbol: str, name: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setFixedSize(TARGET, TARGET)
        button.setIconSize(QSize(18, 18))
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.clicked.connect(lambda _=False: act())
        self._buttons.append((button, symbol))
        return button

    def _connect(self) -> None:
        self._pdf.opened.connect(self._on_opened)
        self._pdf.refused.connect(self._on_refused)
        self._highlights.recognised.connect(self._on_recognised)
        self.search.found.connect(self._on_found)
        self.search.closed.connect(self.area.setFocus)
        self.text_search.found.connect(self._on_found_in_text)
        self.text_search.closed.connect(self.text.setFocus)
        for keys, act, what in (
            ("Ctrl++", lambda: self.zoom_by(STEP), self.tr("Larger")),
            ("Ctrl+=", lambda: self.zoom_by(STEP), self.tr("Larger")),
            ("Ctrl+-", lambda: self.zoom_by(1 / STEP), self.tr("Smaller")),
            (QKeySequence.StandardKey.Find, self.open_search, self.tr("Find in this document")),
        ):
            bind(self, keys, act, what)

    # what is shown

    @property
    def view(self) -> PageView:
        """The page of a PDF that is shown."""
        return self.area.view

    @property
    def page(self) -> int:
        """The page that is shown, counted from 1."""
        return self._page

    @property
    def place(self) -> str:
        """What a page of text is called, such as a sheet with its rows; empty for a PDF."""
        return self._place.text()

    @property
    def message(self) -> str:
        """The sentence shown in place of a page, or an empty text."""
        return self._message.text() if self._stack.currentWidget() is self._message else ""

    def show_source(self, source: Source, quote: str = "") -> None:
        """Open the source's document at its page and mark the passage, and the quoted sentence more strongly."""
        passage = source.passage
        self._source, self._quote = source, quote
        self.why.setText(self._why_found(source))
        is_text = bool(passage.kind) and (not has_pages(passage.kind) or passage.label.startswith(INSIDE))
        self._show(ShownFile(passage.document_id, passage.path, passage.document, is_text, passage.kind), passage.page)

    def show_document(self, document: Document) -> None:
        """Open a document at its first page."""
        self._source, self._quote = None, ""
        self.why.setText(advice(document))
        named = kind_named(Path(document.path))
        kind = document.kind or (named.key if named is not None else "")
        file = ShownFile(document.id, document.path, document.name, not has_pages(kind), kind)
        self._show(file, 1, has_text=document.passages > 0 or document.state is State.DUPLICATE)

    def _show(self, file: ShownFile, page: int, has_text: bool = True) -> None:
        self._turn += 1
        self._highlights.forget()
        is_there = is_file(file.path)
        if file.id and has_text and not file.is_text and not is_there:
            # the library keeps its pages, as those of a pack that came without its files
            file = replace(file, is_text=True, is_gone=True)
        if (file.id, file.path, file.is_text) != (self._file.id, self._file.path, self._file.is_text):
            self._leave_search()
        self.area.follow(Fit.PAGE if self._source is None else Fit.PASSAGE)
        self._file, self._page = file, page
        self._title.setText(file.name)
        self._title.setToolTip(plain_tooltip(file.path))
        self._place.setText("")
        self._place.setVisible(file.is_text)
        self.why.setVisible(bool(self.why.text()))
        self._elsewhere.setEnabled(is_there)
        self._set_usable(False)
        if file.is_text:
            self._pdf.close()
            self._ask_text(page)
        else:
            self._pdf.open(file.path, file.id)

    def clear(self) -> None:
        """Show no document, and say how to get to one."""
        self._turn += 1
        self._highlights.forget()
        self._leave_search()
        self._source, self._quote = None, ""
        self._file, self._page, self._count = ShownFile(0, "", "", False), 1, 0
        self._pdf.close()
        self._title.show_text("")
        for shown in (self._place, self.why):
            shown.hide()
        self._elsewhere.setEnabled(False)
        self._on_refused(self.tr("Choose a source under an answer to see its page here."))

    def selected(self) -> Passage | None:
        """Return what is selected on the page that is shown, None where nothing is."""
        shown = self._stack.currentWidget()
        if shown is self.area:
            text = self.view.selected
        else:
            text = self.text.textCursor().selectedText() if shown is self._text_page else ""
        text = " ".join(text.split())
        if not text:
            return None
        file, known = self._file, self._source.passage if self._source is not None else None
        title = known.title if known is not None and known.document_id == file.id else file.name
        label = self.place if file.is_text else ""
        return Passage(
            0, file.id, file.name, file.path, title, self._page, 0, len(text), text, (), self._file.kind, label
        )

    def shows(self, source: Source) -> bool:
        """Whether a source was opened last, whatever page of its document is shown."""
        return self._source == source

    def _leave_search(self) -> None:
        for bar in (self.search, self.text_search):
            bar.leave()

    def set_reading_size(self, pixels: int) -> None:
        """Show pages so that their letters are at least of this size, in pixels."""
        self._reading_size = pixels
        self.text.set_size(pixels)
        self.area.set_reading_size(pixels)

    def _set_usable(self, usable: bool) -> None:
        """Let the pages be turned, or not where there are none."""
        for widget in (self._pager, self._back, self._on, self._find):
            widget.setEnabled(usable)
        self.passage_button.setVisible(self._source is not None and usable)

    def _show_pager(self) -> None:
        self._pager.setText(str(self._page))
        self._of.setText(f"/ {self._count}")
        self._back.setEnabled(self._page > 1)
        self._on.setEnabled(self._page < self._count)

    def go_to(self, page: int) -> None:
        """Show a page of the document that is open, counted from 1; the nearest there is."""
        page = max(1, min(page, self._count))
        if self._file.is_text:
            self._ask_text(page)
            return
        self._page = page
        self.area.show_page(page - 1, self._highlight_of(page))
        self._show_pager()
        self._highlights.forget()
        if self._source is not None and page == self._source.passage.page and not self._highlights.is_whole:
            self._highlights.ask(self._source, self._quote)

    def _on_refused(self, sentence: str) -> None:
        """Say why there is no page to see, and keep the passage as it was read."""
        self._set_usable(False)
        self._of.setText("")
        self._pager.clear()
        self.view.update()
        if self._source is not None:
            as_read = self.tr("The passage as it was read:")
            sentence = f"{sentence}\n\n{as_read}\n\n{self._source.passage.text}"
        self._message.setText(sentence)
        self._stack.setCurrentWidget(self._message)

    # a page of a PDF

    def _on_opened(self, anew: bool) -> None:
        if anew:
            self.search.search_again()
        self._count = self._pdf.document.pageCount()
        self._stack.setCurrentWidget(self.area)
        focus_first(self, self.area)
        self._set_usable(True)
        self.go_to(self._page)

    def open_search(self) -> None:
        """Let the user search the PDF that is open, or the page of text that is shown."""
        if not self._find.isEnabled():
            return
        if self._file.is_text:
            self.text_search.begin()
        else:
            self.search.begin()

    def fit_width(self) -> None:
        """Make the page as wide as the pane, or its letters as large as they are read."""
        if self._file.is_text:
            self.text.set_size(self._reading_size)
            return
        self.area.follow(Fit.PAGE)

    def _highlight_of(self, page: int) -> Highlight:
        found, current = self._in_pdf.areas(page - 1, self.search.current)
        source = self._source
        if source is None or page != source.passage.page:
            return Highlight(found=found, current=current)
        passage, sentence = self._highlights.find(source, self._quote)
        return Highlight(passage, sentence, found, current)

    def _on_recognised(self, passage: Areas, sentence: Areas) -> None:
        self.area.mark_passage(passage, sentence)
        if self._source is not None and sentence and self._highlights.is_partly_own:
            # QtPdf draws no fields
            filled_in = self.tr("Filled in or noted on this page, not always drawn here: {text}").format(
                text=self._quote
            )
            self.why.setText("\n".join(part for part in (self._why_found(self._source), filled_in) if part))
            self.why.show()

    def _on_found(self, goes: bool) -> None:
        """Mark the places on the page, and go to the one that is looked at where that is wanted."""
        at = self.search.at
        if goes and at is not None and at[0] != self._page - 1:
            self.go_to(at[0] + 1)
            return
        found, current = self._in_pdf.areas(self._page - 1, self.search.current)
        self.view.mark(replace(self.view.highlight, found=found, current=current))
        if current and goes:
            self.area.scroll_to_highlight()

    # a page of text

    def _ask_text(self, page: int) -> None:
        self._turn += 1
        turn = self._turn
        self._library.page(
            self._file.id,
            page,
            lambda shown_page: self._on_text(shown_page) if turn == self._turn else None,
            lambda failure: self._on_no_text(failure) if turn == self._turn else None,
        )

    def _on_text(self, page: PageText) -> None:
        if not page.pages:
            self._refuse_text(self.tr("No text of this document is kept here. Open it in another program to see it."))
            return
        self._page, self._count = page.page, page.pages
        self._place.show_text(page.label)
        self._place.setVisible(bool(page.label))
        self._set_usable(True)
        self._show_pager()
        self._stack.setCurrentWidget(self._text_page)
        focus_first(self, self.text)
        self.text.show_text(page.text)
        source = self._source
        if source is not None and source.passage.page == page.page:
            passage = source.passage
            self.text.mark(passage.text, self._quote, passage.start, passage.end)
        self.text_search.search_again()

    def _on_found_in_text(self) -> None:
        self.text.mark_found(self._in_text.places if self.text_search.count else [], self.text_search.current)

    def _on_no_text(self, failure: Failure) -> None:
        self._refuse_text(translate(failure.sentence))

    def _refuse_text(self, sentence: str) -> None:
        """Say why there is no text to see; of a PDF that is gone, that its file is."""
        if self._file.is_gone:
            self._file = replace(self._file, is_text=False, is_gone=False)
            self._place.hide()
            self._pdf.open(self._file.path, self._file.id)
        else:
            self._on_refused(sentence)

    # what the user does

    def _on_back_to_passage(self) -> None:
        if self._source is not None:
            self.go_to(self._source.passage.page)
            if not self._file.is_text:
                self.area.scroll_to_highlight()

    def zoom_by(self, step: float) -> None:
        """Show the page larger or smaller; what is in the middle of the view stays there."""
        if self._file.is_text:
            self.text.zoom_by(step)
            return
        self.area.zoom_by(step)

    def _on_elsewhere(self) -> None:
        if is_file(self._file.path):
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._file.path))

    def _why_found(self, source: Source) -> str:
        reasons = []
        words = [word for word in source.words if len(word) >= SHORTEST_WORD or word.isdigit()]
        if words:
            reasons.append(self.tr("it holds {words}").format(words=", ".join(words)))
        if source.meaning is not None and source.meaning >= VERY_CLOSE:
            reasons.append(self.tr("its meaning is very close to the question's"))
        elif source.meaning is not None and source.meaning >= CLOSE:
            reasons.append(self.tr("its meaning is close to the question's"))
        where = " › ".join(source.passage.headings)
        why = self.tr("Why this passage: {reasons}.").format(reasons="; ".join(reasons)) if reasons else ""
        return "\n".join(part for part in (where, why, also_as(source.passage.also)) if part)

    def _recolor(self) -> None:
        for button, symbol in self._buttons:
            button.setIcon(icon(symbol))
