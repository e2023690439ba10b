"""Bound folders: whatever happens in them, the library ends equal to them, and embeds nothing that it knows."""

import errno
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from phi3desk import file_hash
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import BoundSource, Document, FileOutcome, Rules, SearchScope, State
from phi3desk.library.embedding.minilm import MiniLmEmbedder
from phi3desk.library.importing import importer, passwords
from phi3desk.library.importing.folder_scan import scan
from phi3desk.library.importing.folder_sync import CANCELLED
from phi3desk.library.importing.import_run import ImportRun
from phi3desk.library.library import Library
from phi3desk.library.reading.pool import DocumentText
from phi3desk.library.reading.protocol import ReadRequest
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.cancelled_after import CancelledAfter
from tests.helpers.pdf import write_pdf
from tests.helpers.readers_in_process import LibraryInProcess, ReadersInProcess
from tests.helpers.unanswered import unanswered

EMBEDDER = MiniLmEmbedder()
NAMES = st.sampled_from(["pump.pdf", "valve.pdf", "a/seal.pdf", "a/pump.pdf", "b/c/motor.pdf", "b/valve.pdf"])
FOLDERS = st.sampled_from(["a", "b", "b/c", "d"])
TEXTS = st.sampled_from(["the pump", "a valve", "one seal", "two motors", "the bearing"])


class CountingEmbedder(MiniLmEmbedder):
    """The real embedder, loaded once for all tests, and what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def embed(self, texts: list[str]) -> np.ndarray:
        self.asked.update(texts)
        return EMBEDDER.embed(texts)


class Home:
    """A bound folder, and a library that follows it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "documents"
        self.folder.mkdir(parents=True)
        self.paths = open_paths(place / "home")
        self.embedder = CountingEmbedder()
        self.library = self.open()
        self.collection = self.library.create_collection("Documents")
        self.library.import_paths([self.folder], self.collection)

    def open(self) -> Library:
        return LibraryInProcess(self.paths, Settings(self.paths.settings), embedder=self.embedder)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_pdf(path, [[f"This page speaks of {text}.", f"It says again: {text}."]])

    def contents(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def restart(self) -> None:
        self.library.close()
        self.library = self.open()
        self.library.purge_removed()

    def check(self) -> None:
        self.library.sync()
        assert self.library.check() == []
        documents = {document.path: document for document in self.library.documents()}
        contents = self.contents()
        assert set(documents) == set(contents)
        by_content: dict[bytes, list[str]] = {}
        for path, content in contents.items():
            by_content.setdefault(content, []).append(path)
        for paths in by_content.values():
            originals = [documents[path] for path in paths if documents[path].state is State.READY]
            assert len(originals) == 1, [documents[path] for path in paths]
            assert all(documents[path].state is State.DUPLICATE for path in paths if path != originals[0].path)
            assert self.library.page_text(originals[0].id, 1).strip()
            found = self.library.search("speaks", k=50, scope=SearchScope(documents=(originals[0].path,))).found
            assert {passage.passage.path for passage in found} == {originals[0].path}
            (also,) = {passage.passage.also for passage in found}
            assert sorted(also) == sorted(Path(path).name for path in paths if path != originals[0].path)


class Following(RuleBasedStateMachine):
    """Adds, edits, renames, moves and deletes files, quits and starts, in any order."""

    @initialize()
    def bind(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="phi3desk-following-"))
        self.home = Home(self.place)
        # a renamed folder is known by a file in it that is as it was
        self.home.write("anchor.pdf", "an anchor")
        self.home.library.sync()

    def files(self) -> list[Path]:
        return sorted(path for path in self.home.folder.rglob("*") if path.is_file() and path.name != "anchor.pdf")

    @rule(name=NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        self.home.write(name, text)

    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        if self.files():
            old, new = data.draw(st.sampled_from(self.files())), self.home.folder / name
            new.parent.mkdir(parents=True, exist_ok=True)
            old.replace(new)

    @rule(data=st.data(), name=NAMES)
    def copy(self, data: st.DataObject, name: str) -> None:
        if self.files():
            old, new = data.draw(st.sampled_from(self.files())), self.home.folder / name
            new.parent.mkdir(parents=True, exist_ok=True)
            if old != new:
                shutil.copyfile(old, new)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if self.files():
            data.draw(st.sampled_from(self.files())).unlink()

    @rule(old=FOLDERS, new=FOLDERS)
    def move_folder(self, old: str, new: str) -> None:
        source, target = self.home.folder / old, self.home.folder / new
        if source.is_dir() and not target.exists() and not target.is_relative_to(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)

    @rule()
    def rename_what_is_bound(self) -> None:
        other = self.place / f"documents {len(list(self.place.iterdir()))}"
        if not other.exists():
            self.home.folder = self.home.folder.rename(other)

    @rule()
    def quit_and_start(self) -> None:
        self.home.restart()

    @rule()
    def follow(self) -> None:
        self.home.check()

    def teardown(self) -> None:
        if not hasattr(self, "home"):
            return
        try:
            self.home.check()
        finally:
            self.home.library.close()
            shutil.rmtree(self.place, ignore_errors=True)


TestFollowing = Following.TestCase
TestFollowing.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.library.close()


def test_a_rename_a_move_and_a_renamed_folder_embed_nothing(home: Home) -> None:
    for number in range(4):
        home.write(f"a/{number}.pdf", f"pump number {number}")
    home.check()
    home.embedder.asked.clear()
    (home.folder / "a" / "0.pdf").rename(home.folder / "zero.pdf")
    (home.folder / "a").rename(home.folder / "b")
    home.check()
    home.folder = home.folder.rename(home.place / "other name")
    home.restart()
    home.check()
    assert not [text for text in home.embedder.asked if "pump number" in text]


@pytest.mark.parametrize("inner_first", [False, True])
@pytest.mark.parametrize("inner_name", [".drafts", ".other"])
def test_what_is_bound_by_itself_in_a_folder_goes_along_when_that_is_renamed(
    home: Home, inner_first: bool, inner_name: str
) -> None:
    home.write("pump.pdf", "the pump")
    home.write(".drafts/valve.pdf", "a valve")
    home.write("open/.seal.pdf", "one seal")
    within = [home.folder / ".drafts", home.folder / "open" / ".seal.pdf"]
    if inner_first:
        outer = home.library.collections()[0].sources[0].id
        home.library.remove_source(outer)
        home.restart()
        home.library.import_paths(within, home.collection)
        home.library.import_paths([home.folder], home.collection)
    else:
        home.library.import_paths(within, home.collection)
    home.check()
    ids = {document.name: document.id for document in home.library.documents()}
    home.embedder.asked.clear()
    home.folder = home.folder.rename(home.place / "other name")
    (home.folder / ".drafts").rename(home.folder / inner_name)
    for _ in range(2):
        home.check()
        assert {document.name: document.id for document in home.library.documents()} == ids
        expected = {home.folder, home.folder / inner_name, home.folder / "open" / ".seal.pdf"}
        sources = home.library.collections()[0].sources
        assert {Path(source.path): source.missing for source in sources} == dict.fromkeys(expected, False)
        home.restart()
    assert not home.embedder.asked


def test_a_renamed_folder_takes_along_what_is_bound_in_it_where_something_is_bound_already(home: Home) -> None:
    def bound() -> dict[Path, int]:
        return {Path(source.path): source.id for source in home.library.collections()[0].sources}

    names = (".a", ".b", ".c")
    for name in names:
        home.write(f"{name}/pump.pdf", f"the pump in {name}")
    home.write("seal.pdf", "one seal")
    home.library.import_paths([home.folder / name for name in names], home.collection)
    before = bound()
    home.library.remove_source(before[home.folder / ".b"])
    old, home.folder = home.folder, home.folder.rename(home.place / "other name")
    home.library._sources.bind(home.collection, [home.folder / name for name in names])
    again = bound()
    home.library.remove_source(again[home.folder / ".a"])
    home.check()
    assert bound() == {
        home.folder: before[old],
        home.folder / ".a": before[old / ".a"],
        home.folder / ".b": again[home.folder / ".b"],
        home.folder / ".c": again[home.folder / ".c"],
    }


@pytest.mark.parametrize("name", ["", "diary.pdf", "pump.pdf"])
def test_a_new_folder_that_got_the_number_of_a_deleted_one_is_not_taken_for_it(home: Home, name: str) -> None:
    home.write("pump.pdf", "the pump")
    (home.folder / "empty.txt").write_text("")
    home.library.sync()
    before = home.library.documents()
    # as file systems do that give the number of a deleted folder to the next one
    (home.folder / "pump.pdf").unlink()
    private = home.folder.rename(home.place / "private")
    if name:
        write_pdf(private / name, [["Nobody else may read this."]])
    home.library.sync()
    assert home.library.documents() == before
    (source,) = home.library.collections()[0].sources
    assert (source.path, source.missing) == (str(home.folder), True)


def test_another_folder_is_not_taken_for_one_that_held_nothing(home: Home) -> None:
    private = home.folder.rename(home.place / "private")
    write_pdf(private / "diary.pdf", [["Nobody else may read this."]])
    home.library.sync()
    assert home.library.documents() == []


@pytest.mark.parametrize("name", ["pump.pdf", "renamed.pdf"])
def test_a_removed_file_that_comes_back_is_a_duplicate_where_others_hold_its_content(home: Home, name: str) -> None:
    home.write("pump.pdf", "the pump")
    home.write("a.pdf", "one seal")
    home.check()
    (home.folder / "pump.pdf").unlink()
    home.check()
    for copy in ("a.pdf", "b.pdf", name):
        home.write(copy, "the pump")
        home.check()


def test_a_duplicate_that_comes_back_before_its_original_costs_nothing(home: Home) -> None:
    home.write("z/pump.pdf", "the feed pump")
    home.library.sync()
    home.write("a/pump.pdf", "the feed pump")
    home.check()
    away = home.folder.parent / "away"
    away.mkdir()
    for name in ("a", "z"):
        (home.folder / name).rename(away / name)
    home.check()
    home.embedder.asked.clear()
    for name in ("a", "z"):
        (away / name).rename(home.folder / name)
    home.check()
    assert {Path(one.path).parent.name: one.state for one in home.library.documents()} == {
        "a": State.DUPLICATE,
        "z": State.READY,
    }
    assert not home.embedder.asked


def test_an_edit_embeds_only_the_passages_that_changed(home: Home) -> None:
    pages = [[f"Page {n} tells how the pump number {n} is greased and mounted."] for n in range(6)]
    write_pdf(home.folder / "manual.pdf", pages, title="Manual of pumps")
    home.check()
    before = {found.passage.text: found.passage.id for found in home.library.search("greased", k=20).found}
    home.embedder.asked.clear()
    pages[3] = ["Page 3 now tells of the coupling and its alignment."]
    write_pdf(home.folder / "manual.pdf", [["An inserted page speaks of safety."], *pages], title="Manual of pumps")
    home.library.sync()
    changed = [text for text in home.embedder.asked if "Page" in text or "inserted" in text]
    assert len(changed) == 2
    after = {found.passage.text: found.passage.id for found in home.library.search("greased", k=20).found}
    kept = [text for text in before if "number 5" in text]
    assert kept and all(after[text] == before[text] for text in kept)
    assert home.library.search("coupling alignment").found[0].passage.page == 5


def test_the_same_content_is_embedded_once_across_collections(home: Home) -> None:
    home.write("pump.pdf", "the feed pump")
    home.library.sync()
    home.embedder.asked.clear()
    other = home.library.create_collection("Other")
    home.library.import_paths([home.folder], other)
    assert not home.embedder.asked
    assert home.library.search("the feed pump", scope=SearchScope((other,))).found[0].meaning is not None


def test_rules_leave_out_patterns_hidden_and_large_files(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.write("drafts/pump.pdf", "a draft")
    home.write("pump old.pdf", "an old pump")
    home.write(".hidden.pdf", "a secret")
    (home.folder / "big.pdf").write_bytes(b"%PDF-1.7" + bytes(2 * 1024**2))
    home.library.set_rules(home.collection, Rules(exclude=("drafts", "*OLD*"), largest_megabytes=1))
    home.library.sync()
    assert {d.name: d.state for d in home.library.documents()} == {
        "pump.pdf": State.READY,
        "big.pdf": State.UNSUPPORTED,
    }
    home.library.set_rules(home.collection, Rules(hidden=True))
    home.library.sync()
    assert {d.name for d in home.library.documents()} == {"pump.pdf", "pump old.pdf", ".hidden.pdf", "big.pdf"}


def test_another_largest_size_holds_for_files_that_were_seen_before(home: Home) -> None:
    big, small = home.folder / "big.html", home.folder / "small.txt"
    big.write_text(f"<html><!--{' ' * 3_000_000}--><p>A pump.</p></html>")
    small.write_text("A valve.")
    bound = home.place / "bound.html"
    bound.write_text(f"<html><!--{' ' * 3_000_000}--><p>A seal.</p></html>")
    for path in (big, small, bound):
        os.utime(path, (1e9, 1e9))
    home.library.import_paths([bound], home.collection)
    home.library.sync()

    def states(megabytes: int) -> dict[str, State]:
        home.library.set_rules(home.collection, Rules(largest_megabytes=megabytes))
        outcomes: list[FileOutcome] = []
        home.library.sync(on_file=outcomes.append)
        assert {Path(outcome.path) for outcome in outcomes} <= {big}
        assert home.library.sync().states == {}
        return {document.name: document.state for document in home.library.documents()}

    others = {"small.txt": State.READY, "bound.html": State.READY}
    assert states(2) == {"big.html": State.UNSUPPORTED, **others}
    assert states(1) == {"big.html": State.UNSUPPORTED, **others}
    (reason,) = [str(document.reason) for document in home.library.documents() if document.name == "big.html"]
    assert reason.startswith("The file is larger than 1 MB")
    assert states(5) == {"big.html": State.READY, **others}
    assert states(2)["big.html"] is State.UNSUPPORTED


def test_a_folder_that_is_away_keeps_its_documents(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.library.sync()
    away = home.place / "elsewhere" / "away"
    away.parent.mkdir()
    home.folder.rename(away)
    home.library.sync()
    assert [d.state for d in home.library.documents()] == [State.READY]
    assert [source.missing for source in home.library.collections()[0].sources] == [True]
    # the empty place where a drive was mounted is not an emptied folder
    home.folder.mkdir()
    home.library.sync()
    assert len(home.library.documents()) == 1


def test_a_folder_on_a_share_that_does_not_answer_is_away_and_the_others_are_followed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write("pump.pdf", "the pump")
    home.write("valve.pdf", "a valve")
    home.library.sync()
    other = home.place / "other"
    other.mkdir()
    shutil.copy(home.folder / "pump.pdf", other / "copy.pdf")
    with monkeypatch.context() as patched:
        unanswered(patched, home.folder, home.folder / "pump.pdf", home.folder / "valve.pdf")
        home.restart()
        home.library.import_paths([other], home.collection)
        assert [source.missing for source in home.library.collections()[0].sources] == [True, False]
        assert {d.name: d.state for d in home.library.documents()} == {
            "copy.pdf": State.READY,
            "valve.pdf": State.READY,
        }
    home.library.sync()
    assert {d.name: d.state for d in home.library.documents()} == {
        "copy.pdf": State.READY,
        "pump.pdf": State.DUPLICATE,
        "valve.pdf": State.READY,
    }


def test_a_folder_that_does_not_answer_is_asked_once_for_all_of_its_files(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"page {number}.pdf" for number in range(6)]
    for name in names:
        home.write(name, f"the {name}")
    home.library.sync()
    documents = home.library.documents()
    asked: list[Path] = []
    usual = os.stat

    def stat(path: Any, *values: Any, **named: Any) -> os.stat_result:
        asked.extend([Path(path)] if isinstance(path, str) and Path(path).is_relative_to(home.folder) else [])
        return usual(path, *values, **named)

    assert importer.away(documents) == set()
    unanswered(monkeypatch, home.folder, *(home.folder / name for name in names))
    usual = os.stat
    monkeypatch.setattr(os, "stat", stat)
    assert importer.away(documents) == {document.id for document in documents}
    assert asked == [home.folder]


def test_a_file_whose_folder_does_not_answer_is_not_taken_for_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unanswered(monkeypatch, tmp_path)
    seen = scan([BoundSource(1, 1, str(tmp_path / "pump.pdf"), False)], Rules(), threading.Event())
    assert seen.is_unknown(str(tmp_path / "pump.pdf"))


class Share:
    """Files that open so many times and then no more, by name: as on a share that stops answering."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.closed: dict[str, int] = {}
        usual = Path.open

        def opened(path: Path, *values: Any, **named: Any) -> Any:
            if path.name in self.closed:
                self.closed[path.name] -= 1
                if self.closed[path.name] < 0:
                    raise OSError(errno.EIO, "Input/output error")
            return usual(path, *values, **named)

        monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("lets", [0, 1])
def test_a_file_that_does_not_open_keeps_what_it_held_and_is_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, lets: int
) -> None:
    home.write("pump.pdf", "the pump")
    home.library.sync()
    (before,) = home.library.documents()
    home.write("pump.pdf", "the pump and a valve")
    share = Share(monkeypatch)
    share.closed["pump.pdf"] = lets
    outcomes: list[FileOutcome] = []
    home.library.sync(on_file=outcomes.append)
    assert outcomes == []
    (document,) = home.library.documents()
    assert document.passages == before.passages
    assert home.library.search("the pump").found[0].passage.document_id == before.id
    home.restart()
    share.closed.clear()
    home.check()
    assert "valve" in home.library.page_text(before.id, 1)


@pytest.mark.parametrize("lets", [0, 1])
def test_a_new_file_that_does_not_open_is_told_once_and_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, lets: int
) -> None:
    share = Share(monkeypatch)
    home.write("pump.pdf", "the pump")
    outcomes: list[FileOutcome] = []
    for _ in range(2):
        share.closed["pump.pdf"] = lets
        home.library.sync(on_file=outcomes.append)
        lets = 0
    (outcome,) = outcomes
    assert (outcome.state, str(outcome.reason)) == (
        State.FAILED,
        "The file cannot be opened: Input/output error.",
    )
    home.library.import_paths([home.folder], home.collection, on_file=outcomes.append)
    assert len(outcomes) == 2
    share.closed.clear()
    home.check()


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_that_was_found_and_is_away_waits_for_its_drive(
    home: Home, monkeypatch: pytest.MonkeyPatch, edited: bool
) -> None:
    if edited:
        home.write("pump.pdf", "one seal")
        home.library.sync()
    home.write("pump.pdf", "the pump")
    cancelled = threading.Event()

    def end(*_: Any) -> None:
        home.library.suspend_import()
        cancelled.set()

    with monkeypatch.context() as patched:
        patched.setattr(ReadersInProcess, "read", lambda *_: end() or Future())
        assert home.library.sync(cancelled=cancelled).cancelled
    assert [d.state for d in home.library.documents()] == [State.FOUND]
    away = home.place / "elsewhere" / "away"
    away.parent.mkdir()
    home.folder.rename(away)
    home.restart()
    stopped = threading.Event()
    for _ in range(2):
        summary = home.library.sync(cancelled=stopped)
        assert (summary.states, summary.cancelled) == ({}, stopped.is_set())
        (document,) = home.library.documents()
        assert (document.state, document.passages > 0) == (State.FOUND, edited)
        stopped.set()
    away.rename(home.folder)
    home.check()


def test_links_are_not_followed_and_told(home: Home) -> None:
    outside = home.place / "outside"
    write_pdf(outside / "secret.pdf", [["A secret text."]])
    home.write("pump.pdf", "the pump")
    (home.folder / "secret.pdf").symlink_to(outside / "secret.pdf")
    (home.folder / "round").symlink_to(home.folder)
    (home.folder / "nowhere").symlink_to(home.place / "gone")
    outcomes: list[FileOutcome] = []
    home.library.import_paths([home.folder], home.collection, on_file=outcomes.append)
    told = {d.name: (d.state, str(d.reason or "")) for d in home.library.documents()}
    assert told == {
        "pump.pdf": (State.READY, ""),
        "secret.pdf": (
            State.UNSUPPORTED,
            f"This is a link, which is not followed. Add what it leads to by itself: {outside / 'secret.pdf'}.",
        ),
        "round": (
            State.UNSUPPORTED,
            f"This is a link, which is not followed. What it leads to is read at its own place: {home.folder}.",
        ),
        "nowhere": (
            State.UNSUPPORTED,
            "This is a link that leads nowhere, or in a circle, so there is nothing to read.",
        ),
    }
    assert {Path(outcome.path).name for outcome in outcomes} == set(told)
    outcomes.clear()
    home.library.sync(on_file=outcomes.append)
    assert outcomes == []
    home.library.import_paths([home.folder], home.collection, on_file=outcomes.append)
    assert len(outcomes) == 4
    (home.folder / "nowhere").unlink()
    home.library.sync()
    assert len(home.library.documents()) == 3


def test_a_link_to_what_the_rules_leave_out_says_that_it_is_to_be_added(home: Home) -> None:
    for name in ("drafts/a/pump.pdf", ".hidden/pump.pdf", "open/pump.pdf"):
        home.write(name, f"the pump of {name}")
        (home.folder / f"to {Path(name).parts[0]}").symlink_to(home.folder / name)
    (home.folder / "to folder").symlink_to(home.folder / "drafts")

    def advised(rules: Rules) -> dict[str, bool]:
        home.library.set_rules(home.collection, rules)
        home.library.sync()
        links = [document for document in home.library.documents() if document.state is State.UNSUPPORTED]
        assert all("link, which is not followed" in str(link.reason) for link in links)
        return {link.name.removeprefix("to "): "Add what it leads to by itself" in str(link.reason) for link in links}

    # bound by itself, a folder is followed whatever it is called
    rules = Rules(exclude=("DRAFTS",))
    assert advised(rules) == {"drafts": True, ".hidden": True, "open": False, "folder": True}
    assert advised(Rules(hidden=True)) == {"drafts": False, ".hidden": False, "open": False, "folder": False}


@pytest.mark.parametrize("folder", [False, True])
def test_what_the_rules_leave_out_of_a_folder_is_followed_where_it_is_added_by_itself(home: Home, folder: bool) -> None:
    names = ("drafts/a/pump.pdf", ".hidden/valve.pdf", "open/.seal.pdf")
    for name in names:
        home.write(name, f"the {name}")
    big = home.folder / "big" / "big.html"
    big.parent.mkdir()
    big.write_text(f"<html><!--{' ' * 1_200_000}--><p>A motor.</p></html>")
    home.write("open/bearing.pdf", "the bearing")
    link = home.folder / "link.pdf"
    link.symlink_to(home.folder / names[0])
    home.library.set_rules(home.collection, Rules(exclude=("drafts",), largest_megabytes=1))
    home.library.sync()
    added = [link, home.folder / names[1], home.folder / names[2], big]
    if folder:
        added = [home.folder / names[0], *added[1:]]
        added = [path.parent for path in added]
    home.library.import_paths(added, home.collection)
    for _ in range(2):
        read = {Path(document.path) for document in home.library.documents() if document.state is State.READY}
        expected = {home.folder / "open" / "bearing.pdf", home.folder / names[0], home.folder / names[1]}
        assert read == expected | (set() if folder else {home.folder / names[2], big})
        home.library.sync()
    # what is let in comes with the folder
    home.library.import_paths([home.folder / "open" / "bearing.pdf", home.folder / "open"], home.collection)
    bound = {Path(source.path) for source in home.library.collections()[0].sources}
    left_out = {home.folder / names[0], home.folder / names[1], home.folder / names[2], big}
    expected = {(home.folder / names[0]).parent, (home.folder / names[1]).parent} if folder else left_out
    assert bound == {home.folder, *expected}


def test_paths_that_are_too_long_are_told_and_others_read(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    folder = os.open(home.folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("n" * 240, dir_fd=folder)
        below = os.open("n" * 240, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    home.library.sync()
    (long,) = [d for d in home.library.documents() if d.name != "pump.pdf"]
    assert long.state is State.FAILED
    assert str(long.reason).startswith("The path is longer than the system can open, so this was not read.")
    with pytest.raises(UserError, match="There is no file or folder"):
        home.library.import_paths([home.folder / ("x" * 300)], home.collection)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="another user's rights are taken, which this system has not")
def test_folders_that_may_not_be_entered_are_passed_over_with_the_reason() -> None:
    # pytest's own folders may only be entered by who runs the tests
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "documents"
        locked = folder / "locked"
        locked.mkdir(parents=True)
        (folder / "a.txt").write_text("read")
        Path(made).chmod(0o755)
        locked.chmod(0)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            seen = scan([BoundSource(1, 1, str(folder), True)], Rules(), threading.Event())
        finally:
            if user == 0:
                os.seteuid(user)
            locked.chmod(0o755)
    assert list(seen.files) == [str(folder / "a.txt")]
    assert seen.is_unknown(str(locked / "b.txt"))
    assert str(seen.passed_over[str(locked)]).startswith("You may not open this, so what lies here was not read.")


def test_a_walk_through_folders_is_stopped_between_two(tmp_path: Path) -> None:
    for name in ("a/a", "b", "c"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "note.txt").write_text("the pump")
    sources = [BoundSource(1, 1, str(tmp_path), True)]
    looked = CancelledAfter(2)
    with pytest.raises(Cancelled):
        scan(sources, Rules(), looked)
    assert looked.left == -1
    assert len(scan(sources, Rules(), threading.Event()).files) == 3


@pytest.mark.parametrize("looks", [0, 3])
def test_a_look_at_a_folder_of_many_files_is_stopped_before_its_end(tmp_path: Path, looks: int) -> None:
    for number in range(250):
        (tmp_path / f"{number}.txt").touch()
    sources = [BoundSource(1, 1, str(tmp_path), True)]
    # while it is listed, and while its files are looked at
    with pytest.raises(Cancelled):
        scan(sources, Rules(), CancelledAfter(looks))


def test_what_an_import_was_stopped_on_the_way_to_is_not_followed(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.check()
    share = home.place / "share"
    (share / "a" / "b").mkdir(parents=True)
    (share / "a" / "b" / "note.txt").write_text("A valve is opened by hand.")
    cancelled = threading.Event()
    cancelled.set()
    summary = home.library.import_paths([share], home.collection, cancelled=cancelled)
    assert (summary.cancelled, summary.states) == (True, {})
    home.check()
    assert [source.path for source in home.library.collections()[0].sources] == [str(home.folder)]
    assert home.library.import_paths([share], home.collection).states == {State.READY: 1}
    assert home.library.sync(cancelled=cancelled).cancelled
    assert len(home.library.collections()[0].sources) == 2
    assert {document.state for document in home.library.documents()} == {State.READY}


def test_a_file_of_a_cancelled_import_that_leaves_and_comes_back_is_read(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    cancelled = threading.Event()
    home.library.sync(on_progress=lambda _: cancelled.set(), cancelled=cancelled)
    home.library.sync()
    (unread,) = home.library.documents()
    assert (unread.state, unread.reason) == (State.FAILED, CANCELLED)
    away = Path(unread.path).rename(home.place / "away.pdf")
    home.library.sync()
    assert home.library.documents() == []
    away.rename(unread.path)
    home.check()


def test_what_was_taken_out_stays_out_until_it_is_asked_for_again(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.library.sync()
    home.library.remove_documents([home.library.documents()[0].id])
    home.library.sync()
    home.restart()
    home.library.sync()
    assert home.library.documents() == []
    home.library.import_paths([home.folder / "pump.pdf"], home.collection)
    assert [d.state for d in home.library.documents()] == [State.READY]


def test_a_collection_that_is_deleted_while_it_is_read_is_read_no_further(home: Home) -> None:
    names = ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf", "f.pdf"]
    for name in names:
        home.write(name, f"the pump {name}")
    (home.folder / names[0]).write_bytes(b"no PDF")
    aside = home.place / "aside"
    told: list[tuple[int, int]] = []

    def delete_everything(_: FileOutcome) -> None:
        home.library.delete_collection(home.collection)
        home.folder.rename(aside)

    summary = home.library.sync(
        on_file=delete_everything, on_progress=lambda progress: told.append((progress.files_done, progress.files))
    )
    assert summary.states == {"failed": 1}
    assert told[-1] == (1, 1)
    aside.rename(home.folder)
    home.library.restore_collection(home.collection)
    home.library.sync()
    assert sorted(d.name for d in home.library.documents() if d.state is State.READY) == names[1:]


def test_a_folder_that_is_unbound_while_it_is_read_is_read_no_further(home: Home) -> None:
    names = ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf", "f.pdf"]
    for name in names:
        home.write(name, f"the pump {name}")
    (home.folder / names[0]).write_bytes(b"no PDF")
    alone = write_pdf(home.place / "alone.pdf", [["A seal that is bound by itself."]])
    home.library.import_paths([alone], home.collection)
    (folder, _) = home.library.collections()[0].sources
    for name in names:
        home.write(name, f"another pump {name}")
    (home.folder / names[0]).write_bytes(b"no PDF either")
    write_pdf(alone, [["A seal that is bound by itself, and was changed."]])
    told: list[tuple[int, int]] = []
    outcomes: list[FileOutcome] = []

    def unbind(outcome: FileOutcome) -> None:
        outcomes.append(outcome)
        home.library.remove_source(folder.id)

    home.library.sync(on_file=unbind, on_progress=lambda progress: told.append((progress.files_done, progress.files)))
    assert [(d.name, d.state) for d in home.library.documents()] == [("alone.pdf", State.READY)]
    assert {Path(outcome.path).name for outcome in outcomes} == {"a.pdf", "alone.pdf"}
    assert told[-1] == (2, 2)
    home.library.restore_source(folder.id)
    home.library.sync()
    assert sorted(d.name for d in home.library.documents() if d.state is State.READY) == ["alone.pdf", *names[1:]]


def test_a_changed_document_that_is_taken_out_before_its_turn_stays_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a.pdf", "b.pdf", "c.pdf"]
    for name in names:
        home.write(name, f"the pump {name}")
    home.library.sync()
    ids = {document.name: document.id for document in home.library.documents()}
    for name in names:
        home.write(name, f"a valve in place of the pump {name}")
    hashed = file_hash.sha256

    def taken_out(path: Path, cancelled: threading.Event) -> str:
        # one while it is looked at itself, one before
        home.library.remove_documents([ids["b.pdf"], ids["c.pdf"]] if path.name == "b.pdf" else [])
        return hashed(path, cancelled)

    monkeypatch.setattr(file_hash, "sha256", taken_out)
    home.library.sync()
    assert [d.name for d in home.library.documents()] == ["a.pdf"]
    home.library.restore_documents([ids["b.pdf"], ids["c.pdf"]])
    monkeypatch.undo()
    home.check()


@pytest.mark.parametrize("edited", (True, False))
def test_a_document_that_is_taken_out_while_it_is_noted_stays_out(
    home: Home, monkeypatch: pytest.MonkeyPatch, edited: bool
) -> None:
    home.write("a.pdf", "the pump")
    home.library.sync()
    (document,) = home.library.documents()
    if edited:
        home.write("a.pdf", "a valve")
    note = "found" if edited else "touch"
    noted = getattr(Catalog, note)
    taking_out = threading.Thread(target=lambda: home.library.remove_documents([document.id]))

    def taken_out(catalog: Catalog, *args: object) -> object:
        taking_out.start()
        # it has to wait until this file is done with; where it has not, it is done by then
        taking_out.join(timeout=0.5)
        return noted(catalog, *args)

    monkeypatch.setattr(Catalog, note, taken_out)
    home.library.sync()
    taking_out.join()
    assert home.library.documents() == []


def test_a_collection_that_is_deleted_before_its_turn_keeps_its_documents_for_an_undo(home: Home) -> None:
    (home.folder / "a.pdf").write_bytes(b"no PDF")
    later = home.library.create_collection("Later")
    write_pdf(home.place / "later" / "pump.pdf", [["The pump."]])
    home.library.import_paths([home.place / "later"], later)
    home.library.sync(on_file=lambda _: home.library.delete_collection(later))
    home.library.restore_collection(later)
    assert [d.name for d in home.library.documents(later)] == ["pump.pdf"]


@pytest.mark.parametrize("read", (True, False))
@pytest.mark.parametrize("readable", (True, False))
def test_a_document_that_comes_back_takes_its_place_from_the_duplicate_that_had_it(
    home: Home, read: bool, readable: bool
) -> None:
    home.write("pump.pdf", "the pump")
    if not readable:
        (home.folder / "pump.pdf").write_bytes(b"no PDF")
    home.library.sync()
    shutil.copy(home.folder / "pump.pdf", home.folder / "zcopy.pdf")
    home.library.sync()
    states = {document.name: document.state for document in home.library.documents()}
    assert states == {"pump.pdf": State.READY if readable else State.FAILED, "zcopy.pdf": State.DUPLICATE}
    pump = next(document.id for document in home.library.documents() if document.name == "pump.pdf")
    home.library.remove_documents([pump])
    if read:
        home.library.sync()
        assert [(d.name, d.state) for d in home.library.documents()] == [("zcopy.pdf", states["pump.pdf"])]
    home.library.restore_documents([pump])
    for _ in range(2):
        home.library.sync()
        assert {document.name: document.state for document in home.library.documents()} == states
    assert home.library.check() == []


def test_a_folder_that_is_bound_again_takes_its_place_from_the_duplicates_that_had_it(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.library.sync()
    other = home.place / "other"
    other.mkdir()
    shutil.copy(home.folder / "pump.pdf", other / "copy.pdf")
    home.library.import_paths([other], home.collection)
    (first, *_) = home.library.collections()[0].sources
    home.library.remove_source(first.id)
    home.library.sync()
    assert [(d.name, d.state) for d in home.library.documents()] == [("copy.pdf", State.READY)]
    home.library.restore_source(first.id)
    home.library.sync()
    states = {document.name: document.state for document in home.library.documents()}
    assert states == {"pump.pdf": State.READY, "copy.pdf": State.DUPLICATE}
    assert home.library.check() == []


def test_an_unbound_folder_takes_its_documents_along_and_comes_back(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.library.sync()
    (source,) = home.library.collections()[0].sources
    home.library.remove_source(source.id)
    home.library.sync()
    assert home.library.documents() == []
    home.library.restore_source(source.id)
    assert [d.name for d in home.library.documents()] == ["pump.pdf"]
    home.check()


@pytest.mark.parametrize("folder", [False, True])
def test_what_was_added_by_itself_in_a_folder_leaves_at_once_when_it_is_unbound(home: Home, folder: bool) -> None:
    def read() -> set[str]:
        documents = home.library.documents()
        return {Path(each.path).relative_to(home.folder).as_posix() for each in documents if each.state is State.READY}

    names = {"drafts/a/pump.pdf", ".hidden/valve.pdf", "big.html"}
    for name in names - {"big.html"}:
        home.write(name, f"the {name}")
    home.write("open/bearing.pdf", "the bearing")
    (home.folder / "big.html").write_text(f"<html><!--{' ' * 1_200_000}--><p>A motor.</p></html>")
    added = [home.folder / name for name in names]
    # what the rules of the folder let in is bound by itself, too, and stays: the folder leads to it
    (outer,) = home.library.collections()[0].sources
    home.library.remove_source(outer.id)
    home.library.import_paths([home.folder / "open"], home.collection)
    home.library.restore_source(outer.id)
    home.library.set_rules(home.collection, Rules(exclude=("drafts",), largest_megabytes=1))
    home.library.import_paths(
        [path.parent if folder and path.name != "big.html" else path for path in added], home.collection
    )
    assert read() == names | {"open/bearing.pdf"}
    sources = [source for source in home.library.collections()[0].sources if source.id != outer.id]
    for source in sources:
        home.library.remove_source(source.id)
    assert read() == {"open/bearing.pdf"}
    for source in sources:
        home.library.restore_source(source.id)
    assert read() == names | {"open/bearing.pdf"}
    for source in sources:
        home.library.remove_source(source.id)
    home.library.sync()
    assert read() == {"open/bearing.pdf"}


def test_what_was_added_by_itself_in_a_folder_and_is_unbound_while_it_is_read_is_read_no_further(home: Home) -> None:
    for number in range(4):
        home.write(f".drafts/{number}.pdf", f"the pump {number}")
    (home.folder / ".drafts" / "0.pdf").write_bytes(b"no PDF")
    home.library._sources.bind(home.collection, [home.folder / ".drafts"])
    _, drafts = home.library.collections()[0].sources
    home.library.sync(on_file=lambda _: home.library.remove_source(drafts.id))
    assert home.library.documents() == []


def test_a_file_and_its_duplicate_are_left_out_together(home: Home) -> None:
    home.write("drafts/pump.pdf", "the pump")
    home.write("drafts/zcopy.pdf", "the pump")
    home.library.sync()
    home.library.set_rules(home.collection, Rules(exclude=("drafts",)))
    home.library.sync()
    assert home.library.documents() == []


def test_many_files_are_bound_with_a_few_looks_at_each(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    # its name begins like that of the folder that is bound
    beside = home.folder.with_name(f"{home.folder.name} beside")
    beside.mkdir()
    files = [beside / f"{number}.txt" for number in range(200)]
    for file in files:
        file.write_text(file.name)
    looked_at: Counter[Path] = Counter()
    usual = os.stat

    def stat(path: Any, *values: Any, **named: Any) -> os.stat_result:
        looked_at[Path(path)] += 1
        return usual(path, *values, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", stat)
        home.library._sources.bind(home.collection, [*files, home.folder / "pump.pdf"])
    assert max(looked_at.values()) <= 3
    bound = [source.path for source in home.library.collections()[0].sources]
    assert bound == [str(home.folder), *map(str, files)]
    inner = home.place / "outer" / "inner"
    inner.mkdir(parents=True)
    home.library._sources.bind(home.collection, [inner.parent, inner, inner / "seal.pdf"])
    assert [source.path for source in home.library.collections()[0].sources] == [*bound, str(inner.parent)]


def test_files_are_compared_until_that_is_stopped(home: Home) -> None:
    for name in ("pump.pdf", "seal.pdf", "valve.pdf"):
        home.write(name, name)
        os.utime(home.folder / name, (1e9, 1e9))
    home.library.sync()
    run = ImportRun(CancelledAfter(1))
    with pytest.raises(Cancelled):
        list(home.library._importer._follower.follow(run, home.collection, [home.folder]))
    assert run.files == 1


def test_documents_whose_file_is_away_are_not_read_again_and_stay_as_they_are(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    (home.folder / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    there = home.place / "valve.pdf"
    write_pdf(there, [["This page speaks of a valve."]])
    home.library.import_paths([there], home.collection)
    before = home.library.documents()
    ids = [document.id for document in before]
    away = home.place / "elsewhere" / "away"
    away.parent.mkdir()
    home.folder.rename(away)
    summary = home.library.retry(ids)
    assert summary.states == {"ready": 1}
    assert str(summary.notice) == (
        "Documents whose files are not there now, as on a drive that is not connected: 2. They were not read again and "
        "stay as they are."
    )
    assert home.library.documents() == before
    away.rename(home.folder)
    summary = home.library.retry(ids)
    assert (summary.states, summary.notice) == ({"ready": 2, "failed": 1}, None)


def test_links_and_folders_are_not_read_for_being_asked_for_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = write_pdf(home.place / "outside" / "pump.pdf", [["This page speaks of a pump."]])
    home.write("valve.pdf", "a valve")
    (home.folder / "link.pdf").symlink_to(outside)
    (home.folder / "folder link").symlink_to(outside.parent)
    (home.folder / "closed").mkdir()
    usual = os.scandir

    def listed(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return usual(path)

    moved = write_pdf(home.place / "seal.pdf", [["This page speaks of a seal."]])
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", listed)
        home.library.import_paths([moved], home.collection)
    # what was bound by itself is read, though there is a link at its place by now
    moved.symlink_to(moved.rename(outside.parent / "moved.pdf"))
    before = {document.name: document for document in home.library.documents()}
    assert set(before) == {"valve.pdf", "link.pdf", "folder link", "closed", "seal.pdf"}
    summary = home.library.retry([document.id for document in before.values()])
    assert summary.states == {State.READY: 2}
    assert str(summary.notice) == (
        "Links and folders, of which nothing is read at their own place: 3. They stay as they are. What can be done is "
        "told in the list."
    )
    assert {document.name: document for document in home.library.documents()} == before


def test_telling_what_is_followed_looks_at_no_folder(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> list[bool]:
        return [source.missing for source in home.library.collections()[0].sources]

    home.write("pump.pdf", "the pump")
    home.library.sync()
    with monkeypatch.context() as patched:
        # a server that is gone lets each of its folders be waited for
        patched.setattr(os, "stat", lambda path, *_, **__: pytest.fail(f"{path} was looked at"))
        assert missing() == [False]
    away = home.place / "elsewhere" / "away"
    away.parent.mkdir()
    home.folder.rename(away)
    home.library.sync()
    assert missing() == [True]
    renamed = away.rename(home.place / "renamed")
    home.library.sync()
    assert missing() == [False]
    renamed.rename(away)
    home.restart()
    home.library.watch(lambda: None)
    assert missing() == [True]


def cancelled_import(home: Home) -> list[Document]:
    """Stop the import of what lies in the folder before any of it is read; return the documents."""
    cancelled = threading.Event()
    home.library.sync(on_progress=lambda _: cancelled.set(), cancelled=cancelled)
    documents = home.library.documents()
    assert all((each.state, each.reason) == (State.FAILED, CANCELLED) for each in documents)
    return documents


def test_what_is_read_after_a_cancelled_import_is_known_by_its_content(home: Home) -> None:
    for name, text in (("pump.pdf", "the pump"), ("valve.pdf", "a valve"), ("zcopy.pdf", "the pump")):
        home.write(name, text)
    unread = cancelled_import(home)
    summary = home.library.retry([document.id for document in unread])
    assert summary.states == {State.READY: 2, State.DUPLICATE: 1}
    catalog = home.library._catalog
    assert {each.name: catalog.sha256(each.id) for each in home.library.documents()} == {
        path.name: file_hash.sha256(path) for path in home.folder.iterdir()
    }
    home.check()


def test_a_copy_of_a_file_that_a_cancelled_import_left_is_read(home: Home) -> None:
    home.write("pump.pdf", "the pump")
    home.write("zcopy.pdf", "the pump")
    second, first = cancelled_import(home)
    # as where the import was cancelled while it was read
    home.library._catalog.hashed(second.id, file_hash.sha256(Path(second.path)))
    assert home.library.retry([first.id]).states == {State.READY: 1}
    home.library.sync()
    assert {each.id: each.state for each in home.library.documents()} == {
        first.id: State.READY,
        second.id: State.DUPLICATE,
    }


def test_documents_that_were_kept_without_a_hash_get_it_and_are_not_read_anew(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pump.pdf", "valve.pdf"):
        home.write(name, f"the {name}")
    (home.folder / "costs.csv").write_text("Site,Item,Cost\nKranj,x,10\nGraz,y,20\n")
    for path in home.folder.iterdir():
        os.utime(path, (1e9, 1e9))
    home.library.sync()
    before = home.library.documents()
    # as they were kept when they were read again after a cancelled import
    with home.library._catalog.writing() as connection:
        connection.execute("UPDATE document SET sha256 = ''")
    (tables,) = home.paths.sheets.iterdir()
    home.restart()
    assert not tables.exists()
    shutil.copy(home.folder / "pump.pdf", home.folder / "a copy.pdf")
    requests: list[ReadRequest] = []
    usual = ReadersInProcess.read

    def read(pool: ReadersInProcess, request: ReadRequest, *values: Any) -> Future[DocumentText]:
        requests.append(request)
        return usual(pool, request, *values)

    monkeypatch.setattr(ReadersInProcess, "read", read)
    outcomes: list[FileOutcome] = []
    told: list[tuple[int, int]] = []
    home.embedder.asked.clear()
    home.library.sync(
        on_file=outcomes.append, on_progress=lambda progress: told.append((progress.files_done, progress.files))
    )
    assert [(Path(request.path).name, request.tables_only) for request in requests] == [("costs.csv", True)]
    assert [(Path(outcome.path).name, outcome.state) for outcome in outcomes] == [("a copy.pdf", State.DUPLICATE)]
    assert told[-1] == (1, 1)
    assert [document for document in home.library.documents() if document.name != "a copy.pdf"] == before
    assert all(home.library._catalog.sha256(each.id) == file_hash.sha256(Path(each.path)) for each in before)
    assert tables.exists()
    assert not home.embedder.asked


def test_a_document_without_a_hash_is_a_duplicate_where_another_one_holds_its_content(home: Home) -> None:
    for name in ("pump.pdf", "valve.pdf"):
        home.write(name, f"the {name}")
        os.utime(home.folder / name, (1e9, 1e9))
    home.library.sync()
    shutil.copy2(home.folder / "pump.pdf", home.folder / "valve.pdf")
    size = (home.folder / "pump.pdf").stat().st_size
    with home.library._catalog.writing() as connection:
        connection.execute("UPDATE document SET sha256 = '', size = ? WHERE name = 'valve.pdf'", (size,))
    home.check()


def test_a_file_that_the_rules_leave_out_is_not_read_for_being_asked_for_again(home: Home) -> None:
    (home.folder / "big.html").write_text(f"<html><!--{' ' * 1_200_000}--><p>A pump.</p></html>")
    home.library.set_rules(home.collection, Rules(largest_megabytes=1))
    home.library.sync()
    (before,) = home.library.documents()
    assert home.library.retry([before.id]).states == {State.UNSUPPORTED: 1}
    assert home.library.documents() == [before]


def test_a_locked_file_of_a_cancelled_import_has_a_password_of_its_own(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_get", lambda _: None)
    own = {"a.pdf": "first", "b.pdf": "second", "c.pdf": "third"}
    for name, password in own.items():
        home.write(name, f"the {name}")
        writer = pypdf.PdfWriter(clone_from=home.folder / name)
        writer.encrypt(password)
        writer.write(home.folder / name)
    unread = cancelled_import(home)
    assert home.library.retry([document.id for document in unread]).states == {State.LOCKED: 3}
    for document in unread:
        assert home.library.unlock([document.id], own[document.name], remember=False).states == {State.READY: 1}
    assert {document.name: home.library.password(document.id) for document in unread} == own
