"""The documents of a collection as rows: sorted, filtered, and handed to the view as it scrolls."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from phi3desk.library.documents import Document, State
from phi3desk.ui.theme import icon, tokens
from phi3desk.ui.words import moment, moment_in_full, number, translated

Index = QModelIndex | QPersistentModelIndex

BATCH = 200
_DIGITS = re.compile(r"[0-9]+")
STATE, NAME, PAGES, PASSAGES, CHANGED, ADVICE = range(6)
NUMBERS = (PAGES, PASSAGES, CHANGED)

#: icon and colour of each state; the word beside it carries the same meaning
STATE_LOOKS: dict[State, tuple[str, str]] = {
    State.FOUND: ("clock-outline", "quiet"),
    State.READ: ("book-open-outline", "accent"),
    State.WORDS: ("text-search", "accent"),
    State.READY: ("check-circle-outline", "good"),
    State.EMPTY: ("file-outline", "attention"),
    State.NEEDS_OCR: ("image-outline", "attention"),
    State.LOCKED: ("lock-outline", "attention"),
    State.FAILED: ("alert-circle-outline", "bad"),
    State.DUPLICATE: ("content-duplicate", "quiet"),
    State.UNSUPPORTED: ("file-cancel-outline", "attention"),
}
UNREADABLE = frozenset({State.EMPTY, State.NEEDS_OCR, State.LOCKED, State.FAILED, State.UNSUPPORTED})
UNDER_WAY = frozenset({State.FOUND, State.READ, State.WORDS})
_SERIOUS_FIRST = (
    State.FAILED, State.LOCKED, State.NEEDS_OCR, State.EMPTY, State.UNSUPPORTED, State.FOUND, State.READ, State.WORDS,
    State.DUPLICATE, State.READY,
)  # fmt: skip


def state_word(state: State) -> str:
    """Return a state in a word or two."""
    tr = QCoreApplication.translate
    return {
        State.FOUND: lambda: tr("DocumentTable", "Waiting"),
        State.READ: lambda: tr("DocumentTable", "Reading"),
        State.WORDS: lambda: tr("DocumentTable", "By words"),
        State.READY: lambda: tr("DocumentTable", "Ready"),
        State.EMPTY: lambda: tr("DocumentTable", "No text"),
        State.NEEDS_OCR: lambda: tr("DocumentTable", "Scan"),
        State.LOCKED: lambda: tr("DocumentTable", "Locked"),
        State.FAILED: lambda: tr("DocumentTable", "Failed"),
        State.DUPLICATE: lambda: tr("DocumentTable", "Duplicate"),
        State.UNSUPPORTED: lambda: tr("DocumentTable", "Not a PDF"),
    }[state]()


def advice(document: Document) -> str:
    """Return what the person should know or do about a document; empty where all is well."""
    if document.reason is not None:
        return translated(document.reason)
    if document.state is State.WORDS:
        return QCoreApplication.translate(
            "DocumentTable", "Can be searched by its words; its meaning is being prepared."
        )
    return ""


class DocumentTableModel(QAbstractTableModel):
    """Rows for a table view; only as many as the view has scrolled to are handed out, `BATCH` at a time."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._all: list[Document] = []
        self._shown: list[Document] = []
        self._handed_out = 0
        self._words = ""
        self._states: frozenset[State] | None = None
        self._column, self._order = NAME, Qt.SortOrder.AscendingOrder

    @property
    def total(self) -> int:
        """How many documents there are, filtered out or not."""
        return len(self._all)

    @property
    def matching(self) -> int:
        """How many documents pass the filters, handed out or not."""
        return len(self._shown)

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Take other documents; rows that stay keep their place, so that what is being read does not move."""
        self._all = sorted(documents, key=lambda document: natural(document.name))
        shown = self._arranged()
        if [document.id for document in shown] == [document.id for document in self._shown]:
            self._shown = shown
            if self._handed_out:
                self.dataChanged.emit(self.index(0, 0), self.index(self._handed_out - 1, ADVICE))
            return
        self._replace(shown, keep=self._handed_out)

    def set_filter(self, words: str, states: frozenset[State] | None) -> None:
        """Show documents whose name, title or folder holds all the words, and whose state is among `states`."""
        self._words, self._states = words, states
        self._replace(self._arranged())

    def document_at(self, row: int) -> Document:
        """Return the document of a row."""
        return self._shown[row]

    def row_of(self, document_id: int) -> int:
        """Return the row of a document among those handed out, -1 where it is not."""
        rows = enumerate(self._shown[: self._handed_out])
        return next((row for row, document in rows if document.id == document_id), -1)

    def recolor(self) -> None:
        """Draw the states in the colours of the scheme that is shown now."""
        if self._handed_out:
            self.dataChanged.emit(self.index(0, STATE), self.index(self._handed_out - 1, ADVICE))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._handed_out

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else 6

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._handed_out < len(self._shown)

    def fetchMore(self, parent: Index) -> None:
        more = min(BATCH, len(self._shown) - self._handed_out)
        if parent.isValid() or more <= 0:
            return
        self.beginInsertRows(QModelIndex(), self._handed_out, self._handed_out + more - 1)
        self._handed_out += more
        self.endInsertRows()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("State"),
            self.tr("Name"),
            self.tr("Pages"),
            self.tr("Passages"),
            self.tr("Changed"),
            self.tr("What to do"),
        )[section]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = max(column, 0), order
        self._replace(self._arranged())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        document, column = self._shown[index.row()], index.column()
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return self._text(document, column)
        if role == roles.DecorationRole and column == STATE:
            name, color = STATE_LOOKS[document.state]
            return icon(name, getattr(tokens(), color))
        if role == roles.ForegroundRole and column not in (STATE, NAME):
            return QBrush(QColor(tokens().quiet))
        if role == roles.TextAlignmentRole and column in NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == roles.ToolTipRole:
            return self._tip(document, column)
        if role == roles.AccessibleTextRole:
            return self._text(document, column) or self._tip(document, column)
        return None

    def _text(self, document: Document, column: int) -> str:
        if column == STATE:
            return state_word(document.state)
        if column == NAME:
            return document.name
        if column == PAGES:
            return number(document.pages) if document.pages else "–"
        if column == PASSAGES:
            return number(document.passages) if document.passages else "–"
        return moment(document.changed) if column == CHANGED else advice(document)

    def _tip(self, document: Document, column: int) -> str:
        if column == NAME:
            return "\n".join(dict.fromkeys(text for text in (document.title, document.path) if text))
        if column == CHANGED:
            return moment_in_full(document.changed)
        return advice(document) or state_word(document.state)

    def _arranged(self) -> list[Document]:
        words = self._words.casefold().split()
        kept = [
            document
            for document in self._all
            if (self._states is None or document.state in self._states) and (not words or _holds(document, words))
        ]
        if self._column != NAME or self._order == Qt.SortOrder.DescendingOrder:
            kept.sort(key=_KEYS[self._column], reverse=self._order == Qt.SortOrder.DescendingOrder)
        return kept

    def _replace(self, shown: list[Document], keep: int = 0) -> None:
        self.beginResetModel()
        self._shown = shown
        self._handed_out = min(max(BATCH, keep), len(shown))
        self.endResetModel()


@lru_cache(maxsize=50_000)
def natural(name: str) -> str:
    """Return a sort key by which "Part 2" comes before "Part 10", whatever the case."""
    return _DIGITS.sub(lambda digits: digits.group().zfill(12), name.casefold())


def _holds(document: Document, words: list[str]) -> bool:
    searched = f"{document.name}\n{document.title}\n{document.path}".casefold()
    return all(word in searched for word in words)


_KEYS: dict[int, Callable[[Document], Any]] = {
    STATE: lambda document: _SERIOUS_FIRST.index(document.state),
    NAME: lambda document: natural(document.name),
    PAGES: lambda document: document.pages,
    PASSAGES: lambda document: document.passages,
    CHANGED: lambda document: document.changed,
    ADVICE: lambda document: advice(document),
}
