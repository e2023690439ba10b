"""Where a search looks: the documents and pages that fit what a question is restricted to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import Document, SearchScope, State
from phi3desk.library.search.page_ranges import PageRanges, joined_ranges, page_ranges_text
from phi3desk.library.text import fold

#: of the documents that a name fits loosely, so many are searched
_MOST_NAMED = 500
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_BETWEEN_FOLDERS = re.compile("[" + re.escape(os.sep + (os.altsep or "")) + "]+")


@dataclass(frozen=True)
class Scope:
    """What is searched: collections (None: all), and documents and pages where the search is restricted to some."""

    collections: tuple[int, ...] | None = None
    documents: tuple[int, ...] | None = None
    pages: PageRanges = ()

    def where(self) -> tuple[str, tuple[int | str, ...]]:
        """Return the SQL condition on `d` (document) and `c` (collection), and its values."""
        sql = "d.removed IS NULL AND c.removed IS NULL"
        values: tuple[int | str, ...] = ()
        if self.collections is not None:
            sql += f" AND d.collection_id IN ({','.join('?' * len(self.collections))})"
            values = self.collections
        if self.documents is not None:
            # a folder may hold more documents than SQLite takes values
            sql += " AND d.id IN (SELECT value FROM json_each(?))"
            values = (*values, json.dumps(self.documents))
        return sql, values

    def where_passages(self) -> tuple[str, tuple[int | str, ...]]:
        """Return the SQL condition on `d`, `c` and `p` (passage), and its values."""
        sql, values = self.where()
        if self.pages:
            sql += f" AND ({' OR '.join(['p.page BETWEEN ? AND ?'] * len(self.pages))})"
            values = (*values, *chain.from_iterable(self.pages))
        return sql, values


def scope_of(catalog: Catalog, wanted: SearchScope) -> Scope:
    """Return the scope of a search; UserError names what of it fits nothing."""
    scope = Scope(wanted.collections, _documents(catalog, wanted), joined_ranges(wanted.pages))
    if scope.pages:
        where, values = scope.where_passages()
        (exists,) = catalog.connection.execute(
            "SELECT EXISTS (SELECT 1 FROM document d JOIN collection c ON c.id = d.collection_id "
            f"JOIN passage p ON p.document_id = d.id WHERE {where})",
            values,
        ).fetchone()
        if not exists:
            raise UserError("There is no text to search at p. {pages}.", pages=page_ranges_text(scope.pages))
    return scope


def _documents(catalog: Catalog, wanted: SearchScope) -> tuple[int, ...] | None:
    """Return the ids of the documents that fit names and folders; None where neither is given."""
    if not wanted.documents and not wanted.folders:
        return None
    return _searchable(catalog, documents_in(catalog, wanted))


def documents_in(catalog: Catalog, wanted: SearchScope) -> list[Document]:
    """Return the documents that fit collections, folders and names; UserError names what of them fits nothing."""
    return fitting(catalog.documents(), wanted)


def fitting(documents: Sequence[Document], wanted: SearchScope) -> list[Document]:
    """Return those of some documents that fit collections, folders and names; UserError as `documents_in`."""
    known = _in_folders(documents, wanted, _refuse)
    return _with_names(known, wanted, wanted.documents, _refuse) if wanted.documents else known


def still_fitting(
    documents: Sequence[Document], wanted: SearchScope, followed: Collection[tuple[int, float]]
) -> list[Document]:
    """Return those of some documents that fit what was chosen earlier; what of it fits nothing any more is left out.

    Where documents were chosen by path, those `followed` are still meant, wherever they are now: their numbers and when
    they were read, for the numbers alone are given anew where an older copy of the catalogue is put back.
    """
    known = _in_folders(documents, wanted, _leave_out)
    if not wanted.documents:
        return known
    paths = {name for name in wanted.documents if Path(name).is_absolute()}
    names = [name for name in wanted.documents if name not in paths]
    meant = {d.id for d in _with_names(known, wanted, names, _leave_out)}
    if paths:
        meant.update(d.id for d in known if (d.id, d.imported) in followed)
    return [d for d in known if d.id in meant or d.path in paths]


def _refuse(error: UserError) -> None:
    raise error


def _leave_out(_: UserError) -> None:
    """Take it that a name may fit nothing."""


def _in_folders(
    documents: Sequence[Document], wanted: SearchScope, on_nothing: Callable[[UserError], None]
) -> list[Document]:
    """Return the documents in the collections and folders; `on_nothing` is told of each folder that fits nothing."""
    known = [d for d in documents if wanted.collections is None or d.collection_id in wanted.collections]
    if not wanted.folders:
        return known
    inside: set[int] = set()
    for folder in wanted.folders:
        found = _in_folder(known, folder)
        inside.update(d.id for d in found)
        if not found:
            on_nothing(UserError("There is no folder “{name}” with documents that can be searched.", name=folder))
    return [d for d in known if d.id in inside]


def _with_names(
    known: Sequence[Document], wanted: SearchScope, names: Sequence[str], on_nothing: Callable[[UserError], None]
) -> list[Document]:
    """Return the documents that fit one of the names; `on_nothing` is told of each name that fits nothing."""
    fits: dict[int, Document] = {}
    for name in names:
        found = _named(known, name)
        fits.update((d.id, d) for d in found)
        if not found:
            on_nothing(_nothing_named(name, is_restricted=bool(wanted.folders) or wanted.collections is not None))
    return list(fits.values())


def _nothing_named(name: str, *, is_restricted: bool) -> UserError:
    if is_restricted:
        return UserError("There is no document named “{name}” where the question is to be searched.", name=name)
    return UserError("There is no document named “{name}” in the library.", name=name)


def _named(known: Sequence[Document], name: str) -> Sequence[Document]:
    """Return the documents with that name, title or path, else those whose name or title holds it, if any."""
    wanted, words = fold(name.strip()), _words(name)
    for matches in (
        [d for d in known if name == d.path or wanted in (fold(d.name), fold(d.title))],
        [d for d in known if words and (words in _words(d.name) or words in _words(d.title))],
    ):
        if matches:
            return matches[:_MOST_NAMED]
    return []


def _words(text: str) -> str:
    """Return a name with one space for whatever stands between its words."""
    return _BETWEEN_WORDS.sub(" ", fold(text)).strip()


def _in_folder(known: Sequence[Document], folder: str) -> list[Document]:
    """Return the documents in a folder, which is given by its path or by its name, and in those inside it, if any."""
    wanted = _folders(folder)
    is_path = Path(folder).is_absolute()
    for same in (str, fold):
        steps = [same(step) for step in wanted]
        matches = [d for d in known if steps and _runs_through(_folders(d.path)[:-1], steps, is_path, same)]
        if matches:
            return matches
    return []


def _folders(path: str) -> list[str]:
    return [step for step in _BETWEEN_FOLDERS.split(path) if step]


def _runs_through(folders: Sequence[str], steps: Sequence[str], is_path: bool, same: Callable[[str], str]) -> bool:
    """Return whether some steps follow each other among folders, right from the root where they are a path."""
    starts = [0] if is_path else range(len(folders) - len(steps) + 1)
    return any([same(step) for step in folders[at : at + len(steps)]] == steps for at in starts)


def _searchable(catalog: Catalog, documents: Sequence[Document]) -> tuple[int, ...]:
    """Return the ids to search; a duplicate stands for the document whose content it holds.

    UserError where none of them has text.
    """
    ids = {d.id for d in documents if d.passages}
    for document in documents:
        if document.state is State.DUPLICATE:
            ids |= catalog.originals(document.id)
    if not ids:
        first = documents[0]
        raise UserError(
            "“{name}” has no text that could be searched: {reason}", name=first.name, reason=first.reason or ""
        )
    return tuple(sorted(ids))
