"""The folders and files that collections are bound to, the rules they are read by, and what the user left out."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.database import placeholders
from phi3desk.library.documents import LARGEST_MEGABYTES, BoundSource, Rules
from phi3desk.library.file_rules import FileRules
from phi3desk.library.on_disk import is_file, is_folder

_PATTERNS = 200


class Sources:
    """What the collections of a catalogue follow; any thread may read, writers wait for each other."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        #: those that could not be found when they were looked for last
        self._missing: frozenset[int] = frozenset()
        self._noting = threading.Lock()

    def of(self, collection_id: int | None = None) -> list[BoundSource]:
        """Return the sources of one collection, or of all, in the order they were bound.

        They are as `look` found them last: a share that does not answer is waited for by an import, not by a question.
        """
        rows = self._catalog.connection.execute(
            "SELECT s.* FROM source s JOIN collection c ON c.id = s.collection_id "
            "WHERE s.removed IS NULL AND c.removed IS NULL AND ? IN (-1, s.collection_id) ORDER BY s.id",
            (-1 if collection_id is None else collection_id,),
        )
        return [self._source(row) for row in rows]

    def look(self, collection_id: int | None = None) -> list[BoundSource]:
        """Look for the sources of one collection, or of all, and return them; takes minutes where a server is gone."""
        sources = []
        for source in self.of(collection_id):
            is_missing = not _is_found(source)
            # another look may end first
            with self._noting:
                self._missing = self._missing - {source.id} | ({source.id} if is_missing else set())
            sources.append(replace(source, missing=is_missing))
        return sources

    def of_removed(self) -> list[BoundSource]:
        """Return the sources that a purge forgets: those unbound, and those of removed collections."""
        rows = self._catalog.connection.execute(
            "SELECT s.* FROM source s JOIN collection c ON c.id = s.collection_id "
            "WHERE s.removed IS NOT NULL OR c.removed IS NOT NULL ORDER BY s.id"
        )
        return [self._source(row) for row in rows]

    def follows(self, collection_id: int, path: str) -> bool:
        """Return whether a collection is bound to a file, or to a folder that lets it in, and does not leave it out."""
        places = places_of(path)
        rows = self._catalog.connection.execute(
            f"SELECT path FROM source WHERE collection_id = ? AND path IN ({placeholders(places)}) AND removed IS NULL "
            "AND (folder OR path = ?) AND NOT EXISTS (SELECT 1 FROM left_out WHERE collection_id = ? AND path = ?)",
            (collection_id, *places, path, collection_id, path),
        ).fetchall()
        rules = self.rules(collection_id)
        return any(FileRules(Path(row["path"]), rules).lets_in_name(Path(path)) for row in rows)

    def identity(self, source_id: int) -> str:
        """Return which folder a source is for the file system, see `identity_of`."""
        row = self._catalog.connection.execute("SELECT identity FROM source WHERE id = ?", (source_id,)).fetchone()
        return "" if row is None else str(row["identity"])

    def bind(self, collection_id: int, paths: Sequence[Path]) -> None:
        """Bind folders and files to a collection; what the rules let in of a bound folder is followed with it.

        What the user had taken out of the library at these places comes back in.
        """
        places = [(path, is_folder(path), identity_of(path)) for path in paths]
        rules = self.rules(collection_id)
        with self._catalog.writing() as connection:
            rows = connection.execute(
                "SELECT path FROM source WHERE collection_id = ? AND folder AND removed IS NULL", (collection_id,)
            )
            folders = {compared(row["path"]): FileRules(Path(row["path"]), rules) for row in rows}
            for path, at_folder, identity in places:
                around = [folders[place] for place in map(compared, places_of(str(path))) if place in folders]
                if not any(folder.lets_in(path) for folder in around):
                    connection.execute(
                        "INSERT INTO source (collection_id, path, folder, identity) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (collection_id, path) DO UPDATE SET removed = NULL, folder = excluded.folder, "
                        "identity = excluded.identity",
                        (collection_id, str(path), at_folder, identity),
                    )
                    if at_folder:
                        folders[compared(str(path))] = FileRules(path, rules)
                connection.execute(
                    "DELETE FROM left_out WHERE collection_id = ? AND path = ?", (collection_id, str(path))
                )
                if at_folder:
                    connection.execute(
                        "DELETE FROM left_out WHERE collection_id = ? AND substr(path, 1, ?) = ?",
                        (collection_id, len(_inside(path)), _inside(path)),
                    )

    def moved(self, source: BoundSource, path: Path) -> None:
        """Note that a source has another name now, and with it everything below it, what is bound by itself too."""
        old, new = _inside(Path(source.path)), _inside(path)
        below = [
            replace(each, path=new + each.path.removeprefix(old))
            for each in self.of(source.collection_id)
            if each.path.startswith(old)
        ]
        missing = {each.id for each in below if not _is_found(each)}
        with self._catalog.writing() as connection:
            connection.execute(
                "DELETE FROM source WHERE collection_id = ? AND path = ? AND id <> ?",
                (source.collection_id, str(path), source.id),
            )
            connection.execute("UPDATE source SET path = ? WHERE id = ?", (str(path), source.id))
            # what was unbound there makes room; what is bound there already stays in the place of both
            connection.executemany(
                "DELETE FROM source WHERE collection_id = ? AND path = ? AND removed IS NOT NULL",
                [(each.collection_id, each.path) for each in below],
            )
            for table in ("document", "left_out", "source"):
                connection.execute(
                    f"UPDATE OR IGNORE {table} SET path = ? || substr(path, ?) "
                    "WHERE collection_id = ? AND substr(path, 1, ?) = ?",
                    (new, len(old) + 1, source.collection_id, len(old), old),
                )
            connection.execute(
                "DELETE FROM source WHERE collection_id = ? AND removed IS NULL AND substr(path, 1, ?) = ?",
                (source.collection_id, len(old), old),
            )
        with self._noting:
            self._missing = self._missing - {source.id, *(each.id for each in below)} | missing

    def remove(self, source_id: int) -> None:
        """Unbind a source: the documents that only it led to leave the library, until `restore` or a purge."""
        row = self._catalog.connection.execute("SELECT * FROM source WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            return
        source = self._source(row)
        # before anything is written: others would wait where a share does not answer
        others = self._readers_beside(source)
        with self._catalog.writing() as connection:
            now = time.time()
            unbind = "UPDATE source SET removed = ? WHERE id = ? AND removed IS NULL"
            if not connection.execute(unbind, (now, source_id)).rowcount:
                return
            documents = connection.execute(
                "SELECT id, path FROM document WHERE collection_id = ? AND removed IS NULL", (source.collection_id,)
            ).fetchall()
            gone = [
                (now, document["id"])
                for document in documents
                if leads_to(source, document["path"]) and not _is_read_by(others, document["path"])
            ]
            connection.executemany("UPDATE document SET removed = ? WHERE id = ?", gone)
            self._catalog.promote_duplicates()

    def _readers_beside(self, source: BoundSource) -> list[tuple[BoundSource, FileRules]]:
        """Return the other sources of a collection, but for folders whose rules leave this one out, with the rules."""
        rules, place = self.rules(source.collection_id), Path(source.path)
        lets_in = FileRules.lets_in_name if source.missing else FileRules.lets_in
        others = [(each, FileRules(Path(each.path), rules)) for each in self.of(source.collection_id)]
        return [
            (other, its)
            for other, its in others
            if other.id != source.id and (not leads_to(other, source.path) or lets_in(its, place))
        ]

    def restore(self, source_id: int) -> None:
        """Undo `remove`."""
        with self._catalog.writing() as connection:
            connection.execute(
                "UPDATE document SET removed = NULL WHERE removed = (SELECT removed FROM source WHERE id = ?)",
                (source_id,),
            )
            connection.execute("UPDATE source SET removed = NULL WHERE id = ?", (source_id,))

    def left_out(self, collection_id: int) -> set[str]:
        """Return the files that the user took out of a collection though its folders hold them."""
        rows = self._catalog.connection.execute("SELECT path FROM left_out WHERE collection_id = ?", (collection_id,))
        return {str(row["path"]) for row in rows}

    def leave_out(self, document_ids: Iterable[int], out: bool) -> None:
        """Leave the files of documents out of what is followed, or follow them again."""
        with self._catalog.writing() as connection:
            for document_id in document_ids:
                connection.execute(
                    "INSERT OR IGNORE INTO left_out (collection_id, path) SELECT collection_id, path FROM document "
                    "WHERE id = ?"
                    if out
                    else "DELETE FROM left_out WHERE (collection_id, path) IN "
                    "(SELECT collection_id, path FROM document WHERE id = ?)",
                    (document_id,),
                )

    def rules(self, collection_id: int) -> Rules:
        """Return what of a collection's folders is read."""
        row = self._catalog.connection.execute("SELECT rules FROM collection WHERE id = ?", (collection_id,)).fetchone()
        return Rules() if row is None else self._catalog.rules_in(row)

    def set_rules(self, collection_id: int, rules: Rules) -> None:
        """Change what of a collection's folders is read from the next check on; UserError for a rule without sense."""
        stored = msgspec.json.encode(checked_rules(rules)).decode()
        with self._catalog.writing() as connection:
            connection.execute("UPDATE collection SET rules = ? WHERE id = ?", (stored, collection_id))

    def _source(self, row: sqlite3.Row) -> BoundSource:
        is_missing = row["id"] in self._missing
        return BoundSource(row["id"], row["collection_id"], row["path"], bool(row["folder"]), is_missing)


def leads_to(source: BoundSource, path: str) -> bool:
    """Return whether a file belongs to a source by its place."""
    return path == source.path or (source.folder and path.startswith(_inside(Path(source.path))))


def _is_read_by(sources: Sequence[tuple[BoundSource, FileRules]], path: str) -> bool:
    return any(leads_to(source, path) and rules.lets_in_name(Path(path)) for source, rules in sources)


def places_of(path: str) -> tuple[str, ...]:
    """Return the path of a file or folder, and those of the folders it lies in."""
    own = Path(path)
    return (str(own), *map(str, own.parents))


def compared(path: str) -> str:
    """Return a path as it is compared with others: on Windows case does not matter."""
    return os.path.normcase(path)


def identity_of(path: Path) -> str:
    """Return which folder or file a path is for the file system, whatever its name; "" where it cannot be told."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_dev}:{status.st_ino}" if status.st_ino else ""


def _inside(path: Path) -> str:
    """Return what the paths of everything in a folder begin with."""
    return str(path).rstrip(os.sep) + os.sep


def _is_found(source: BoundSource) -> bool:
    return is_folder(source.path) if source.folder else is_file(source.path)


def checked_rules(rules: Rules) -> Rules:
    """Return rules as they can be kept, without empty patterns; UserError where one makes no sense."""
    if not 1 <= rules.largest_megabytes <= LARGEST_MEGABYTES:
        raise UserError("The largest file must be between 1 and {high} MB.", high=LARGEST_MEGABYTES)
    patterns = tuple(dict.fromkeys(pattern.strip() for pattern in rules.exclude if pattern.strip()))
    if len(patterns) > _PATTERNS or any(len(pattern) > 200 for pattern in patterns):
        raise UserError("There can be {count} patterns of 200 letters each.", count=_PATTERNS)
    languages = tuple(name for name in rules.ocr_languages if name.replace("_", "").isalnum() and name.isascii())
    return Rules(patterns, rules.largest_megabytes, rules.hidden, rules.ocr, languages)
