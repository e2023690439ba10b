"""The documents of a collection as rows: they come in batches, change in place, and are sorted and filtered."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from phi3desk.library.documents import Document, FileOutcome, State
from phi3desk.library.text import seen
from phi3desk.ui.formatting import moment, moment_in_full, number
from phi3desk.ui.library.document_states import (
    SERIOUS_FIRST,
    STATE_LOOKS,
    advice,
    advice_and_next_step,
    state_word,
    what_to_do,
)
from phi3desk.ui.theme import icon, tokens

Index = QModelIndex | QPersistentModelIndex
#: What rows are sorted by: the column's value, the name, and the document's id, so that no two are the same.
Key = tuple[Any, str, int]

STATE, NAME, PAGES, PASSAGES, CHANGED, ADVICE = range(6)
NUMBERS = (PAGES, PASSAGES, CHANGED)
#: More runs of rows than these are set anew as a whole: one by one they would hold up the window.
MOST_RUNS = 40
_DIGITS = re.compile(r"[0-9]+")


class DocumentTableModel(QAbstractTableModel):
    """Rows for a table view; texts and icons are made for the rows that are in view only.

    A row that changes stays where it is until the next sort, so that what is being read does not move. `_shown` and
    `_keys` go up in the order of the sort, whichever way the rows go; the keys are those of the last sort.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._all: dict[int, Document] = {}
        self._searched: dict[int, str] = {}
        self._shown: list[Document] = []
        self._keys: list[Key] = []
        self._key_of: dict[int, Key] = {}
        self._words: list[str] = []
        self._states: frozenset[State] | None = None
        self._column, self._order = NAME, Qt.SortOrder.AscendingOrder

    @property
    def total(self) -> int:
        """How many documents there are, filtered out or not."""
        return len(self._all)

    @property
    def matching(self) -> int:
        """How many documents pass the filters."""
        return len(self._shown)

    def counts(self) -> Counter[State]:
        """Return how many documents are in each state, filtered out or not."""
        return Counter(document.state for document in self._all.values())

    def shown(self) -> list[Document]:
        """Return the documents that pass the filters, in the order of their rows."""
        return self._shown[::-1] if self._falling else list(self._shown)

    def clear(self) -> None:
        """Show no documents: those of another collection will come."""
        self._all.clear()
        self._searched.clear()
        self._reset([])

    def take(self, documents: Sequence[Document]) -> None:
        """Take documents: known ones change in place, new ones find their rows."""
        changed = [document for document in documents if self._all.get(document.id) != document]
        for document in changed:
            self._all[document.id] = document
            self._searched[document.id] = searched(document)
        self._follow(changed)

    def keep_only(self, ids: Iterable[int]) -> None:
        """Forget all documents but these."""
        kept = set(ids)
        gone = [id for id in self._all if id not in kept]
        for id in gone:
            del self._all[id], self._searched[id]
        self._remove(gone)

    def update(self, outcome: FileOutcome) -> bool:
        """Take what became of a file; returns False where its document is not known yet."""
        document = self._all.get(outcome.document_id)
        if document is None:
            return False
        self.take(
            [
                replace(
                    document,
                    state=outcome.state,
                    pages=outcome.pages,
                    passages=outcome.passages,
                    reason=outcome.reason,
                )
            ]
        )
        return True

    def set_filter(self, words: str, states: frozenset[State] | None) -> None:
        """Show documents whose name, title or folder holds all the words, and whose state is among `states`."""
        self._words, self._states = words.casefold().split(), states
        self._arrange()

    def document_at(self, row: int) -> Document:
        """Return the document of a row."""
        return self._shown[-1 - row if self._falling else row]

    def row_of(self, document_id: int) -> int:
        """Return the row of a document, -1 where it is filtered out or not known."""
        key = self._key_of.get(document_id)
        return -1 if key is None else self._row(bisect_left(self._keys, key))

    def recolor(self) -> None:
        """Draw the states in the colours of the scheme that is shown now."""
        if self._shown:
            self.dataChanged.emit(self.index(0, STATE), self.index(len(self._shown) - 1, ADVICE))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else 6

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
            self.tr("Reason and what to do"),
        )[section]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = max(column, 0), order
        self._arrange()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        document, column = self.document_at(index.row()), index.column()
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
        if column == CHANGED:
            return moment(document.changed)
        # the row has room for one of the two; the foot of the page tells both
        return what_to_do(document) or advice(document)

    def _tip(self, document: Document, column: int) -> str:
        if column == NAME:
            return "\n".join(dict.fromkeys(seen(text) for text in (document.title, document.path) if text))
        if column == CHANGED:
            return moment_in_full(document.changed)
        return advice_and_next_step(document) or state_word(document.state)

    # which rows there are

    @property
    def _falling(self) -> bool:
        return self._order == Qt.SortOrder.DescendingOrder

    def _row(self, place: int) -> int:
        """Return the row of a place in `_shown`, or the other way round."""
        return len(self._shown) - 1 - place if self._falling else place

    def _fits(self, document: Document) -> bool:
        if self._states is not None and document.state not in self._states:
            return False
        text = self._searched[document.id]
        return all(word in text for word in self._words)

    def _keys_for(self, documents: Iterable[Document]) -> list[Key]:
        """Return the sorted keys of documents."""
        value = _KEYS[self._column]
        return sorted([(value(document), natural(document.name), document.id) for document in documents])

    def _arrange(self) -> None:
        filtered = self._states is not None or self._words
        self._reset(self._keys_for(filter(self._fits, self._all.values()) if filtered else self._all.values()))

    def _follow(self, changed: Sequence[Document]) -> None:
        """Bring the rows of these documents up to date."""
        news: list[Document] = []
        gone: list[int] = []
        rows: list[int] = []
        for document in changed:
            fits, key = self._fits(document), self._key_of.get(document.id)
            if key is None:
                if fits:
                    news.append(document)
            elif fits:
                place = bisect_left(self._keys, key)
                self._shown[place] = document
                rows.append(self._row(place))
            else:
                gone.append(document.id)
        if rows:
            self.dataChanged.emit(self.index(min(rows), STATE), self.index(max(rows), ADVICE))
        self._remove(gone)
        self._insert(news)

    def _remove(self, ids: Iterable[int]) -> None:
        places = sorted(bisect_left(self._keys, self._key_of.pop(id)) for id in ids if id in self._key_of)
        runs = _runs(places)
        if len(runs) > MOST_RUNS:
            out = set(places)
            self._reset([key for place, key in enumerate(self._keys) if place not in out])
            return
        for first, last in reversed(runs):
            rows = sorted((self._row(first), self._row(last)))
            self.beginRemoveRows(QModelIndex(), *rows)
            del self._keys[first : last + 1], self._shown[first : last + 1]
            self.endRemoveRows()

    def _insert(self, documents: list[Document]) -> None:
        keys = self._keys_for(documents)
        runs: list[tuple[int, list[Key]]] = []
        for key in keys:
            place = bisect_left(self._keys, key)
            if not runs or runs[-1][0] != place:
                runs.append((place, []))
            runs[-1][1].append(key)
        if len(runs) > MOST_RUNS:
            self._reset(sorted(self._keys + keys))
            return
        for place, run in reversed(runs):
            first = len(self._shown) - place if self._falling else place
            self.beginInsertRows(QModelIndex(), first, first + len(run) - 1)
            self._keys[place:place] = run
            self._shown[place:place] = [self._all[key[2]] for key in run]
            self._key_of.update((key[2], key) for key in run)
            self.endInsertRows()

    def _reset(self, keys: list[Key]) -> None:
        """Set all rows anew."""
        self.beginResetModel()
        self._keys = keys
        self._shown = [self._all[key[2]] for key in keys]
        self._key_of = {key[2]: key for key in keys}
        self.endResetModel()


@lru_cache(maxsize=50_000)
def natural(name: str) -> str:
    """Return a sort key by which "Part 2" comes before "Part 10", whatever the case."""
    return _DIGITS.sub(lambda digits: digits.group().zfill(12), name.casefold())


def searched(document: Document) -> str:
    """Return what the filter looks for words in."""
    return f"{document.name}\n{document.title}\n{document.path}".casefold()


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Return sorted rows as the first and last of every unbroken run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


_KEYS: dict[int, Callable[[Document], Any]] = {
    STATE: lambda document: SERIOUS_FIRST.index(document.state),
    NAME: lambda document: natural(document.name),
    PAGES: lambda document: document.pages,
    PASSAGES: lambda document: document.passages,
    CHANGED: lambda document: document.changed,
    ADVICE: advice,
}
