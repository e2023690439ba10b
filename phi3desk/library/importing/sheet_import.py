"""The tables of sheets on their way into the library: kept when a sheet is read, read again where they are missing."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator

from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import FINAL_STATES, State
from phi3desk.library.kinds import SHEETS
from phi3desk.library.on_disk import is_file
from phi3desk.library.reading.pool import DocumentText
from phi3desk.library.sheets.store import SheetStore

_log = logging.getLogger(__name__)


class SheetImport:
    """Keeps the tables of sheets; used by the importing thread only."""

    def __init__(self, catalog: Catalog, store: SheetStore) -> None:
        self._catalog = catalog
        self._store = store
        #: contents that could not be read for their tables, which are tried again after the next start
        self._tried: set[str] = set()

    def keep(self, document_id: int, text: DocumentText) -> None:
        """Keep the tables of a sheet that was read; where that fails, the document is searched all the same."""
        sha256 = self._catalog.sha256(document_id)
        if text.kind not in SHEETS or not sha256:
            return
        self._tried.add(sha256)
        if text.state is not State.READ:
            return
        try:
            self._store.write(sha256, text.tables)
        except (OSError, sqlite3.Error) as error:
            _log.warning("the tables of a sheet cannot be kept: %s", type(error).__name__)

    def missing(self) -> Iterator[tuple[int, str]]:
        """Yield id and path of the sheets that were read before and whose tables are not there."""
        for document in self._catalog.documents():
            if document.kind not in SHEETS or not document.passages:
                continue
            if document.state not in FINAL_STATES and document.state is not State.WORDS:
                continue
            sha256 = self._catalog.sha256(document.id)
            if not sha256 or sha256 in self._tried or self._store.has(sha256):
                continue
            if is_file(document.path):
                self._tried.add(sha256)
                yield document.id, document.path
