"""Makes a collection agree with the folders and files it is bound to: what is new, edited, renamed, moved or gone."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk import file_hash
from phi3desk.errors import Cancelled, Sentence, say, until
from phi3desk.library.catalog import Catalog
from phi3desk.library.catalog_rows import kept_sentence
from phi3desk.library.content import Content
from phi3desk.library.documents import FINAL_STATES, BoundSource, Document, FileOutcome, Rules, State
from phi3desk.library.file_rules import is_too_large
from phi3desk.library.importing.folder_scan import (
    Scan,
    ScannedFile,
    is_file_of,
    is_unmounted,
    renamed_to,
    scan,
    scanned,
)
from phi3desk.library.importing.import_run import ImportRun
from phi3desk.library.on_disk import is_there
from phi3desk.library.reading.kinds import HEAD_BYTES, not_opened, refusal_by
from phi3desk.library.sources import Sources, compared, leads_to, places_of

#: File systems keep a file's time in steps of up to two seconds: a file that changed this shortly before it was looked
#: at may have changed again since without another time, and is compared by content the next time.
_COARSEST_TIME = 2.0
CANCELLED = say("The import was cancelled before this file was read. Choose “Read again” to read it.")


@dataclass
class _Check:
    """What one look at a collection found out; paths are as they are kept, see `shown_path`."""

    collection_id: int
    rules: Rules
    bound_files: frozenset[str]
    seen: Scan
    #: everything that lies there
    there: frozenset[str]
    #: those that are not left out, in the order of their paths
    files: Sequence[tuple[str, ScannedFile]]
    #: what lies there and was not looked at, with the reason
    passed_over: dict[str, Sentence]
    known: dict[str, sqlite3.Row]
    #: documents whose file is not at its place, by the hash of their content
    away: dict[str, list[int]]
    #: the places that were asked for, see `compared`
    named: frozenset[str]


class FolderSync:
    """Compares folders with the catalogue and keeps the catalogue's side; used by the importing thread only."""

    def __init__(self, catalog: Catalog, content: Content, sources: Sources) -> None:
        self._catalog = catalog
        self._content = content
        self._sources = sources

    def follow(self, run: ImportRun, collection_id: int, named: Sequence[Path] = ()) -> Iterator[tuple[int, str]]:
        """Look at everything a collection is bound to; yield the documents that have to be read, with their paths.

        Each file is taken up when its turn comes. Files at or below the `named` paths are reported even when nothing
        has changed, and are read again where an import was cancelled before.
        """
        check = self._look(run, collection_id, named)
        run.found[collection_id] = check.files
        work = []
        for path, file in until(run.cancelled, check.files):
            row = check.known.get(path)
            asked_for = _is_among(file.path, check.named)
            if row is not None and _is_there(row) and _was_cancelled(row) and _has_same_time(row, file):
                if asked_for:
                    work.append((path, file))
            elif row is None or not _is_unchanged(row, file) or _lacks_hash(row) or _is_judged_anew(row, file, check):
                work.append((path, file))
            elif asked_for and row["state"] in FINAL_STATES:
                run.files += 1
                run.outcome(_outcome(row))
        run.files += len(work)
        run.bytes += sum(file.size for _, file in work)
        new = [file for path, file in work if not _is_there(check.known.get(path))]
        if new:
            self._catalog.expect(len(new), sum(file.size for file in new))
        # originals first: a duplicate that is back before its original would take the content over, and a copy of one
        # that only lacks its hash would be read
        work.sort(key=lambda each: _turn(check.known.get(each[0])))
        self._tell_passed_over(run, check)
        yield from self._take_up(run, check, work)
        run.found[collection_id] = ()
        if not self._catalog.has_collection(collection_id):
            # the folders of a deleted collection are not looked at, so nothing can be told of its files
            return
        self._catalog.gone(
            row["id"]
            for row in self._catalog.files(collection_id)
            if row["removed"] is None and row["path"] not in check.there and not check.seen.is_unknown(row["path"])
        )

    def _tell_passed_over(self, run: ImportRun, check: _Check) -> None:
        """Report the places that were not looked at as files that were not read, each with its reason."""
        for path, reason in check.passed_over.items():
            row = check.known.get(path)
            is_told = row is not None and row["removed"] is None and kept_sentence(row["reason"]) == reason
            if row is not None and is_told:
                if _is_among(path, check.named):
                    run.files += 1
                    run.outcome(_outcome(row))
            elif row is None or not (row["passages"] and check.seen.is_unknown(path)):
                run.files += 1
                document_id = self._catalog.found(check.collection_id, path, 0, 0.0, "")
                state = State.FAILED if check.seen.is_unknown(path) else State.UNSUPPORTED
                self.end(run, document_id, state, reason)

    def settle_twins(self) -> None:
        """Have one document for each content again, where an undo brought a second one back."""
        for collection_id in self._catalog.collection_ids():
            for document_id, name in self._catalog.twins(collection_id):
                self._content.duplicate(document_id, name)

    def unread(self, run: ImportRun, collection_id: int) -> None:
        """Put files into the catalogue that a cancelled import found and did not come to, each with that reason."""
        if not self._catalog.has_collection(collection_id):
            return
        known = {str(row["path"]) for row in self._catalog.files(collection_id)}
        for path, file in run.found.get(collection_id, ()):
            # its folder may have been unbound in the meantime
            if path not in known and self._sources.follows(collection_id, path):
                document_id = self._catalog.found(collection_id, path, file.size, file.changed, "")
                self.end(run, document_id, State.FAILED, CANCELLED)

    def _look(self, run: ImportRun, collection_id: int, named: Sequence[Path]) -> _Check:
        sources = self._at_their_places(collection_id, run.cancelled)
        unmounted = [source for source in sources if is_unmounted(source, self._sources.identity(source.id))]
        rules = self._sources.rules(collection_id)
        seen = scan([source for source in sources if source not in unmounted], rules, run.cancelled)
        seen.unknown.extend(source.path for source in unmounted)
        files = sorted(((shown_path(path), file) for path, file in seen.files.items()), key=lambda each: each[0])
        passed_over = {shown_path(path): reason for path, reason in seen.passed_over.items()}
        there = frozenset((*(path for path, _ in files), *passed_over))
        left_out = self._sources.left_out(collection_id)
        # only now: a folder that was found again has taken the paths of its documents with it
        known = {str(row["path"]): row for row in self._catalog.files(collection_id)}
        return _Check(
            collection_id,
            rules,
            frozenset(source.path for source in sources if not source.folder),
            seen,
            there,
            [(path, file) for path, file in files if path not in left_out],
            {path: reason for path, reason in passed_over.items() if path not in left_out},
            known,
            _away(known, there),
            frozenset(compared(str(path)) for path in named),
        )

    def _at_their_places(self, collection_id: int, cancelled: threading.Event) -> list[BoundSource]:
        """Look for what a collection is bound to, and find the folders again that were renamed."""
        sources = {source.id: source for source in self._sources.look(collection_id)}
        # a folder comes before what is bound within it, and takes that along
        for source in sorted(sources.values(), key=lambda each: each.path):
            now = sources.get(source.id)
            if now is not None and self._is_moved(now, cancelled):
                sources = {each.id: each for each in self._sources.of(collection_id)}
        return list(sources.values())

    def _is_moved(self, source: BoundSource, cancelled: threading.Event) -> bool:
        """Return whether a bound folder was renamed, and note its new place."""
        identity = self._sources.identity(source.id)
        place = renamed_to(source, identity, lambda folder: self._holds_documents_of(source, folder), cancelled)
        if place is not None:
            self._sources.moved(source, place)
        return place is not None

    def _holds_documents_of(self, source: BoundSource, folder: Path) -> bool:
        """Return whether a document that came from a bound folder lies as it was in another one."""
        return any(
            is_file_of(folder / Path(row["path"]).relative_to(source.path), row["size"])
            for row in self._catalog.files(source.collection_id)
            # an empty file is like many others
            if row["size"] and leads_to(source, row["path"])
        )

    def _take_up(
        self, run: ImportRun, check: _Check, work: Sequence[tuple[str, ScannedFile]]
    ) -> Iterator[tuple[int, str]]:
        for at, (path, file) in enumerate(work):
            if run.cancelled.is_set():
                raise Cancelled
            if not self._catalog.has_collection(check.collection_id):
                # it was deleted in the meantime, perhaps its files with it
                run.files -= len(work) - at
                run.bytes -= sum(left.size for _, left in work[at:])
                return
            if self._is_dropped(run, check.collection_id, path):
                # its folder was unbound, or it was taken out by itself, in the meantime
                run.bytes -= file.size
                continue
            run.current = Path(path).name
            run.tell()
            document_id = self._register(run, check, path, file)
            if document_id is None:
                run.bytes_read += file.size
            else:
                run.open.add(document_id)
                yield document_id, file.path

    def _register(self, run: ImportRun, check: _Check, path: str, file: ScannedFile) -> int | None:
        """Put one file into the catalogue; return its document where it has to be read."""
        collection_id, known = check.collection_id, check.known.get(path)
        refused, sha256, closed = None, "", None
        try:
            refused, sha256 = _looked_into(path, file, check.rules, path in check.bound_files, run.cancelled)
        except OSError as error:
            closed = not_opened(error)
        if self._is_dropped(run, collection_id, path):
            # it takes a while to look at a large file, or at one that does not open
            return None
        if closed is not None:
            self._tell_closed(run, check, path, file, closed)
            return None
        is_same = known is not None and sha256 and known["sha256"] == sha256 and not _was_cancelled(known)
        if known is not None and sha256 and _lacks_hash(known) and _is_unchanged(known, file):
            self._know(check, known, sha256)
            is_same = True
        if known is not None and is_same and not (known["removed"] and self._is_held(check, sha256, known["id"])):
            with self._catalog.writing():
                # what is taken out at this very moment would come back
                if self._is_dropped(run, collection_id, path):
                    return None
                self._catalog.touch(known["id"], file.size, file.changed)
            if known["removed"] is not None or _is_among(file.path, check.named):
                self.tell_end(run, known["id"])
            else:
                run.files -= 1
            return None
        if sha256 and (known is None or known["removed"] is not None):
            moved = self._moved_here(check, sha256, path, file)
            if moved is not None:
                self.tell_end(run, moved)
                return None
        with self._catalog.writing():
            if self._is_dropped(run, collection_id, path):
                return None
            document_id = self._catalog.found(collection_id, path, file.size, file.changed, sha256)
        return None if self._ends(run, collection_id, document_id, refused, sha256) else document_id

    def _is_dropped(self, run: ImportRun, collection_id: int, path: str) -> bool:
        """Return whether a file is not followed any more, and count it no more then."""
        followed = self._sources.follows(collection_id, path)
        run.files -= not followed
        return not followed

    def has_to_be_read(self, run: ImportRun, document: Document) -> bool:
        """Return whether a document that an earlier import found has to be read; end it where it has not.

        One that a cancelled import did not come to is known by its name only, and gets the hash of its content here.
        """
        if self._catalog.sha256(document.id):
            return True
        run.current = document.name
        run.tell()
        path, collection_id = document.path, document.collection_id
        by_itself = any(source.path == path for source in self._sources.of(collection_id))
        try:
            file = scanned(Path(path))
            if file is None:
                return True
            refused, sha256 = _looked_into(path, file, self._sources.rules(collection_id), by_itself, run.cancelled)
        except OSError:
            # a reader finds that, too, and what becomes of it is told then
            return True
        self._catalog.hashed(document.id, sha256)
        is_ended = self._ends(run, collection_id, document.id, refused, sha256)
        run.bytes_read += document.size if is_ended else 0
        return not is_ended

    def _ends(
        self,
        run: ImportRun,
        collection_id: int,
        document_id: int,
        refused: tuple[State, Sentence | None] | None,
        sha256: str,
    ) -> bool:
        """End a document that is refused, or whose content another one holds; return whether it is one of those."""
        if refused is not None:
            self.end(run, document_id, *refused)
            return True
        twin = self._catalog.same_content(collection_id, sha256, document_id)
        # nothing was read of a twin that an import was cancelled before
        if twin is None or _was_cancelled(twin):
            return False
        self._content.duplicate(document_id, twin["name"])
        self.tell_end(run, document_id)
        return True

    def _know(self, check: _Check, known: sqlite3.Row, sha256: str) -> None:
        """Give a document the hash that it lacks; it stays as it is, but where another one holds the same content."""
        self._catalog.hashed(known["id"], sha256)
        twin = self._catalog.same_content(check.collection_id, sha256, known["id"])
        if twin is not None and twin["passages"]:
            self._content.duplicate(known["id"], twin["name"])

    def _tell_closed(self, run: ImportRun, check: _Check, path: str, file: ScannedFile, reason: Sentence) -> None:
        """Report a file that could not be opened, once, or where it is asked for; the next look tries it again.

        What an earlier content of it gave stays: a share that does not answer for a moment takes nothing away.
        """
        known = check.known.get(path)
        asked_for = _is_among(file.path, check.named)
        if known is not None and known["passages"]:
            if asked_for:
                run.outcome(FileOutcome(path, State.FAILED, 0, 0, reason, known["id"]))
            else:
                run.files -= 1
        elif known is not None and _has_failed(known, reason) and not asked_for:
            run.files -= 1
        else:
            self.end_closed(run, check.collection_id, path, file.size, reason)

    def end_closed(self, run: ImportRun, collection_id: int, path: str, size: int, reason: Sentence) -> None:
        """End a file that could not be opened, so that the next look finds it changed and tries it again."""
        self.end(run, self._catalog.found(collection_id, path, size, 0.0, ""), State.FAILED, reason)

    def _moved_here(self, check: _Check, sha256: str, path: str, file: ScannedFile) -> int | None:
        """Find the document that this file was before it was renamed or moved, and note its new place."""
        for document_id in list(check.away.get(sha256, ())):
            place, removed = self._catalog.place_of(document_id)
            if not place or (removed and self._is_held(check, sha256, document_id)):
                continue
            if not removed and is_there(place):
                continue
            check.away[sha256].remove(document_id)
            known = check.known.get(path)
            if known is not None and known["id"] != document_id:
                self._content.drop(known["id"])
            self._catalog.move(document_id, path, file.size, file.changed)
            return document_id
        return None

    def _is_held(self, check: _Check, sha256: str, document_id: int) -> bool:
        """Return whether another document holds the content of one that was removed: it comes back as a duplicate."""
        return self._catalog.same_content(check.collection_id, sha256, document_id) is not None

    def end(
        self,
        run: ImportRun,
        document_id: int,
        state: State,
        reason: Sentence | None,
        pages: int = 0,
        kind: str = "",
        besides: Sentence | None = None,
    ) -> None:
        """End a document in a state without passages, and report it."""
        self._content.ended(document_id, state, reason, pages, kind, besides)
        self.tell_end(run, document_id)

    def tell_end(self, run: ImportRun, document_id: int) -> None:
        """Report that a document is finished, where it is."""
        document = self._catalog.document(document_id)
        if document is None:
            return
        if document.state in FINAL_STATES:
            run.outcome(outcome_of(document))
        else:
            # half done by an earlier import; counted with what is taken up after the files
            run.files -= 1


def outcome_of(document: Document) -> FileOutcome:
    """Return what became of a document's file."""
    return FileOutcome(document.path, document.state, document.pages, document.passages, document.reason, document.id)


def shown_path(path: str) -> str:
    """Return a path as text that can be kept and shown: bytes that are no UTF-8 become a replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def _away(known: dict[str, sqlite3.Row], there: frozenset[str]) -> dict[str, list[int]]:
    """Return the documents whose file does not lie there, by the hash of their content."""
    away: dict[str, list[int]] = {}
    # originals before duplicates, so that they keep what was read
    for row in sorted(known.values(), key=lambda row: (row["removed"] is not None, row["state"] == "duplicate")):
        if row["sha256"] and row["path"] not in there:
            away.setdefault(row["sha256"], []).append(row["id"])
    return away


def _outcome(row: sqlite3.Row) -> FileOutcome:
    reason = kept_sentence(row["reason"])
    return FileOutcome(row["path"], State(row["state"]), row["pages"], row["passages"], reason, row["id"])


def _is_unchanged(row: sqlite3.Row, file: ScannedFile) -> bool:
    is_certain = row["changed"] < row["checked"] - _COARSEST_TIME
    return row["removed"] is None and _has_same_time(row, file) and is_certain


def _has_same_time(row: sqlite3.Row, file: ScannedFile) -> bool:
    return bool((row["size"], row["changed"]) == (file.size, file.changed))


def _turn(row: sqlite3.Row | None) -> int:
    """Return when a file is taken up: those that only lack their hash come first, duplicates last."""
    if row is None:
        return 1
    return 2 if row["state"] == State.DUPLICATE else 0 if _lacks_hash(row) else 1


def _lacks_hash(row: sqlite3.Row) -> bool:
    """Return whether a document is known by its name only, though its file was opened, or is to be.

    Such are those that were read again after a cancelled import that had not come to them.
    """
    return not row["sha256"] and row["state"] not in (State.FAILED, State.UNSUPPORTED)


def _is_there(row: sqlite3.Row | None) -> bool:
    return row is not None and row["removed"] is None


def _was_cancelled(row: sqlite3.Row) -> bool:
    return row["state"] == State.FAILED and kept_sentence(row["reason"]) == CANCELLED


def _has_failed(row: sqlite3.Row, reason: Sentence) -> bool:
    """Return whether a file has failed before, and was reported, for the same reason."""
    return row["removed"] is None and row["state"] == State.FAILED and kept_sentence(row["reason"]) == reason


def _is_among(path: str, named: frozenset[str]) -> bool:
    """Return whether a path is one of those that were named, or lies below one."""
    return bool(named) and not named.isdisjoint(map(compared, places_of(path)))


def _refused(path: str, file: ScannedFile, rules: Rules, by_itself: bool) -> tuple[State, Sentence | None] | None:
    """Return why a file is not even opened; the rules do not hold for one that is bound `by_itself`."""
    if path != file.path:
        reason = say("The name of the file holds characters that cannot be read. Rename it, then check the folder.")
        return State.FAILED, reason
    if not file.regular:
        return State.UNSUPPORTED, say("This is not a file with content, but a device or a pipe.")
    if is_too_large(file.size, rules) and not by_itself:
        return State.UNSUPPORTED, _too_large(rules)
    return None


def _too_large(rules: Rules) -> Sentence:
    return say(
        "The file is larger than {megabytes} MB, the largest that the rules of the collection let in.",
        megabytes=rules.largest_megabytes,
    )


def _is_judged_anew(row: sqlite3.Row, file: ScannedFile, check: _Check) -> bool:
    """Return whether a file that is as it was is refused now, and was not for this reason, or is not any more."""
    path = str(row["path"])
    refused = _refused(path, file, check.rules, path in check.bound_files)
    if refused is not None:
        return (row["state"], kept_sentence(row["reason"])) != refused
    reason = kept_sentence(row["reason"]) if row["state"] == State.UNSUPPORTED else None
    return reason is not None and reason.template == _too_large(Rules()).template


def _looked_into(
    path: str, file: ScannedFile, rules: Rules, by_itself: bool, cancelled: threading.Event
) -> tuple[tuple[State, Sentence | None] | None, str]:
    """Return why a file is not worth reading, or the hash of its content; raises OSError where it cannot be opened."""
    refused, place = _refused(path, file, rules, by_itself), Path(file.path)
    if refused is not None:
        return refused, ""
    with place.open("rb") as stream:
        finished = refusal_by(place, stream.read(HEAD_BYTES))
    if finished is not None:
        return (finished.state, finished.reason), ""
    return None, file_hash.sha256(place, cancelled)
