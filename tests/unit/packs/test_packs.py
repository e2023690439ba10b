"""A profile's way from one installation to another in one file."""

import json
import os
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from phi3desk.cli.profiles import packed_text
from phi3desk.errors import Cancelled, UserError, say, say_both
from phi3desk.library import transfer_records
from phi3desk.library.content import Content
from phi3desk.library.documents import SearchScope, State
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER
from phi3desk.library.importing import ocr_languages
from phi3desk.library.library import Library
from phi3desk.library.transfer import WITHOUT_FILE
from phi3desk.library.transfer_records import PassageRecord
from phi3desk.model import starter
from phi3desk.model.types import AdapterUse
from phi3desk.packs import checks
from phi3desk.packs.checks import read_manifest
from phi3desk.packs.exporter import export_pack
from phi3desk.packs.importer import import_pack
from phi3desk.packs.manifest import FIRST_FORMAT, FORMAT, PackProgress
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from tests.helpers.own_adapters import own_adapters
from tests.helpers.packs import PUMPS, CountingEmbedder, opened, take_in
from tests.helpers.pdf import write_pdf, write_pump_manual, write_scan
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTIONS = ("How often is the main bearing greased again?", "Hur ofta smörjer man lagren med litiumfett?", "oil")


def answers(library: Library, collections) -> list:
    return [
        [
            (f.passage.document, f.passage.page, f.passage.text, f.passage.also, round(f.score, 3), f.relevant)
            for f in library.search(question, 5, SearchScope(collections)).found
        ]
        for question in QUESTIONS
    ]


def test_pack_brings_profile_adapter_documents_and_index_and_nothing_is_embedded(origin, pack, there: Paths):
    home, profile = origin
    with opened(home) as library:
        wanted = answers(library, profile.collections)
    embedder = CountingEmbedder()
    told: list[PackProgress] = []
    imported = take_in(there, pack, embedder, on_progress=told.append)
    assert [step.share for step in told] == sorted(step.share for step in told)
    assert told[-1].share == 1.0
    kept = ProfileStore(there.profiles).named("Pump expert")
    assert kept == imported.profile
    unmoved = {"id": "", "adapters": (), "collections": ()}
    assert replace(kept, **unmoved) == replace(profile, **unmoved)
    (use,) = kept.adapters
    assert (use.name, use.strength, Path(use.path).parent) == ("tiny-a", 0.8, there.adapters)
    with opened(there, embedder) as library:
        assert answers(library, kept.collections) == wanted
        assert wanted[0][0][:2] == ("pump.pdf", 2)
        states = {document.name: document.state for document in library.documents()}
        assert sorted(states.values()) == [State.DUPLICATE, State.READY, State.READY]
        assert all(Path(document.path).is_file() for document in library.documents())
        assert all(Path(d.path).is_relative_to(there.home / "packs" / "Pump expert") for d in library.documents())
        assert library.check() == []
        # the folder is followed as any other, and holds nothing new
        assert library.sync().states == {}
        assert {document.name: document.state for document in library.documents()} == states
    assert embedder.passages == 0


def test_pack_with_index_alone_is_searched_and_its_pages_are_shown_as_text(origin, there: Paths, tmp_path):
    home, profile = origin
    target = tmp_path / "index"
    with opened(home) as library, library.transferring() as transfer:
        packed = export_pack(home, transfer, profile, target, with_index=True)
        wanted = answers(library, profile.collections)
    assert Path(packed.path).name == "index.phi3pack"
    assert (packed.documents, packed.files) == (3, 0)
    embedder = CountingEmbedder()
    imported = take_in(there, Path(packed.path), embedder)
    with opened(there, embedder) as library:
        assert answers(library, imported.collections) == wanted
        library.sync()
        ready = [document for document in library.documents() if document.state is State.READY]
        assert len(ready) == 2
        assert all("without its file" in str(document.reason) for document in ready)
        pump = next(document for document in ready if document.name == "pump.pdf")
        assert "bearing" in library.page(pump.id, 2).text
    assert embedder.passages == 0


def test_pack_with_documents_alone_is_read_by_the_next_sync(origin, there: Paths, tmp_path):
    home, profile = origin
    with opened(home) as library, library.transferring() as transfer:
        export_pack(home, transfer, profile, tmp_path / "d.phi3pack", with_documents=True)
    imported = take_in(there, tmp_path / "d.phi3pack")
    assert imported.reads
    with opened(there) as library:
        assert library.sync().states == {"ready": 2, "duplicate": 1}


def test_pack_without_documents_needs_no_library(origin, there: Paths, tmp_path):
    home, profile = origin
    export_pack(home, None, profile, tmp_path / "p.phi3pack")
    imported = import_pack(there, None, tmp_path / "p.phi3pack")
    assert imported.profile.name == "Pump expert"
    assert imported.adapters == ("tiny-a",)


def test_pack_taken_in_twice_gets_numbers_and_one_adapter(pack, there: Paths):
    first, second = take_in(there, pack), take_in(there, pack)
    assert (first.profile.name, second.profile.name) == ("Pump expert", "Pump expert 2")
    assert (second.adapters, second.adapters_reused) == ((), ("tiny-a",))
    assert len(own_adapters(there)) == 1
    with opened(there) as library:
        assert [collection.name for collection in library.collections()] == [PUMPS, f"{PUMPS} 2"]
        assert library.check() == []


def test_pack_of_the_first_embedder_names_it_as_all_packs_do(pack):
    assert read_manifest(pack).format == FIRST_FORMAT
    assert (read_manifest(pack).embedder, read_manifest(pack).dimensions) == ("all-MiniLM-L6-v2", 384)


@pytest.mark.parametrize(
    "identity", [{"passage_prefix": "text: "}, {"fingerprint": "retrained"}], ids=["prefix", "fingerprint"]
)
def test_pack_whose_vectors_are_of_another_embedder_waits_for_new_ones(pack, there: Paths, identity):
    embedder = type("Other", (CountingEmbedder,), identity)()
    imported = take_in(there, pack, embedder)
    assert imported.embeds
    with opened(there, embedder) as library:
        assert {d.state for d in library.documents()} == {State.WORDS, State.DUPLICATE, State.READY}
        library.sync()
        assert {d.state for d in library.documents()} == {State.READY, State.DUPLICATE}
    assert embedder.passages > 0


def test_pack_says_of_each_collection_what_made_its_vectors(tmp_path, there: Paths):
    """Vectors of an embedder that is here serve as they are, whatever is the default; those of others are made anew."""

    def library(home: Paths, *embedders: WordEmbedder) -> LibraryInProcess:
        return LibraryInProcess(home, Settings(home.settings), embedder=embedders[0], others=embedders[1:])

    home, mine, usual = open_paths(tmp_path / "home"), WordEmbedder("mine", "9", 48), WordEmbedder(*FIRST_EMBEDDER)
    for number, text in enumerate(("The main bearing is greased every 2,000 hours.", "The filter is changed weekly.")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / f"{number}.md").write_text(text)
    with closing(library(home, mine, usual)) as opened_home:
        made = [opened_home.create_collection(name) for name in ("Bearings", "Filters")]
        opened_home.use_embedder(usual.name, made[1])
        for number, collection in enumerate(made):
            opened_home.import_paths([tmp_path / str(number)], collection)
        profile = ProfileStore(home.profiles).create("Both")
        with opened_home.transferring() as transfer:
            export_pack(home, transfer, profile, tmp_path / "both.phi3pack", with_index=True)
    manifest = read_manifest(tmp_path / "both.phi3pack")
    assert (manifest.format, [each.embedder.name for each in manifest.collections]) == (2, ["mine", usual.name])
    known, theirs = WordEmbedder("mine", "9", 48), WordEmbedder("theirs", "8", 32)
    for name, embedders, embeds in (("a", (theirs, usual, known), ""), ("b", (theirs, usual), "mine")):
        other = open_paths(tmp_path / name)
        with closing(library(other, *embedders)) as opened_there:
            with opened_there.transferring() as transfer:
                imported = import_pack(other, transfer, tmp_path / "both.phi3pack")
            assert (imported.embeds, imported.embedder) == (bool(embeds), embeds)
            found = {each.name: each.embedder for each in opened_there.collections()}
            assert found["Bearings"].name == ("mine" if not embeds else "theirs")
            assert found["Filters"].name == usual.name
            assert not found["Bearings"].wanted
            opened_there.sync()
            bearings = SearchScope(imported.collections[:1])
            result = opened_there.search("How often is the main bearing greased?", 5, bearings)
            assert result.by_meaning and result.found[0].meaning > 0.5
            assert opened_there.check() == []
    assert (known.passages, len(theirs.passages)) == ([], 1)


def test_document_that_is_gone_is_left_out_and_told(tmp_path, there: Paths):
    home = open_paths(tmp_path / "home")
    manual = write_pump_manual(tmp_path / "in" / "pump.pdf")
    write_pdf(tmp_path / "in" / "notes.pdf", [["The filter is changed every 500 hours of running."]])
    with opened(home) as library:
        library.import_paths([tmp_path / "in"], library.create_collection("Pumps"))
        manual.unlink()
        with library.transferring() as transfer:
            profile = ProfileStore(home.profiles).current
            packed = export_pack(home, transfer, profile, tmp_path / "p.phi3pack", with_documents=True, with_index=True)
    assert packed.left_out == ("pump.pdf",)
    take_in(there, Path(packed.path))
    with opened(there) as library:
        library.sync()
        there_is = {document.name: Path(document.path).exists() for document in library.documents()}
        assert there_is == {"pump.pdf": False, "notes.pdf": True}


NOT_READ = "Files inside the PDF were not read, or only in part: plans.zip. Save them as files to add them."


def test_pack_tells_what_of_its_documents_was_not_read(tmp_path, there: Paths):
    home = open_paths(tmp_path / "home")
    (tmp_path / "in").mkdir()
    writer = pypdf.PdfWriter(clone_from=write_pump_manual(tmp_path / "pump.pdf"))
    writer.add_attachment("plans.zip", b"PK\x03\x04")
    writer.write(tmp_path / "in" / "pump.pdf")
    shutil.copyfile(tmp_path / "in" / "pump.pdf", tmp_path / "in" / "twin.pdf")
    (tmp_path / "in" / "notes.md").write_text("The filter is changed every 500 hours of running.")
    with_file = {"pump.pdf": NOT_READ, "twin.pdf": "The same content is in the collection as pump.pdf.", "notes.md": ""}
    without = {**with_file, "pump.pdf": f"{WITHOUT_FILE} {NOT_READ}", "notes.md": str(WITHOUT_FILE)}
    profile = ProfileStore(home.profiles).current
    whole, index, again = (tmp_path / f"{name}.phi3pack" for name in ("whole", "index", "again"))

    def library(paths: Paths) -> closing[Library]:
        return closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder()))

    def taken_in(pack: Path, name: str) -> dict[str, str]:
        other = open_paths(tmp_path / name)
        with library(other) as opened_there:
            with opened_there.transferring() as transfer:
                import_pack(other, transfer, pack)
            opened_there.sync()
            for document in opened_there.documents():
                said = Content(opened_there._catalog).besides(document.id)
                assert str(said or "") == (NOT_READ if document.name == "pump.pdf" else "")
            return {document.name: str(document.reason or "") for document in opened_there.documents()}

    with library(home) as opened_home:
        opened_home.import_paths([tmp_path / "in"], opened_home.create_collection("Pumps"))
        with opened_home.transferring() as transfer:
            export_pack(home, transfer, profile, whole, with_documents=True, with_index=True)
            export_pack(home, transfer, profile, index, with_index=True)
    assert read_manifest(whole).format == FORMAT
    assert taken_in(whole, "a") == with_file
    assert taken_in(index, "b") == without
    with library(open_paths(tmp_path / "b")) as opened_there, opened_there.transferring() as transfer:
        export_pack(open_paths(tmp_path / "b"), transfer, profile, again, with_index=True)
    assert taken_in(again, "c") == without


def test_pack_tells_two_things_of_a_document_as_one_text_that_every_version_reads(tmp_path, there: Paths):
    home = open_paths(tmp_path / "home")
    (tmp_path / "notes.md").write_text("The filter is changed every 500 hours of running.")
    pack = tmp_path / "two.phi3pack"
    told = say_both(say("Only {pages} pages were read.", pages=3), say("The file is damaged."))
    with closing(LibraryInProcess(home, Settings(home.settings), embedder=WordEmbedder())) as library:
        library.import_paths([tmp_path / "notes.md"], library.create_collection("Pumps"))
        (document,) = library.documents()
        library._catalog.describe(document.id, told, told, "en")
        with library.transferring() as transfer:
            export_pack(home, transfer, ProfileStore(home.profiles).current, pack, with_index=True)
    with zipfile.ZipFile(pack) as archive:
        (line,) = archive.read("index/1/documents.jsonl").splitlines()
    values = {"first": "Only 3 pages were read.", "second": "The file is damaged."}
    assert (
        json.loads(line)["besides"] == json.loads(line)["reason"] == {"template": "{first} {second}", "values": values}
    )
    with closing(LibraryInProcess(there, Settings(there.settings), embedder=WordEmbedder())) as library:
        with library.transferring() as transfer:
            import_pack(there, transfer, pack)
        (document,) = library.documents()
        assert str(document.reason) == f"{WITHOUT_FILE} {told}"


@pytest.mark.parametrize("scan_waits", [False, True])
def test_documents_that_are_not_read_are_named(tmp_path, there: Paths, monkeypatch, scan_waits: bool):
    monkeypatch.setattr(ocr_languages, "installed_languages", lambda: None)
    home = open_paths(tmp_path / "home")
    (tmp_path / "in").mkdir()
    write_scan(tmp_path / "in" / "scan.pdf", [["Sheet 1"]])
    for name, text in (
        ("pump.md", "The pump is greased every 2,000 hours."),
        ("empty.md", " \n"),
        ("broken.pdf", "none"),
    ):
        (tmp_path / "in" / name).write_text(text)
    (tmp_path / "in" / "plan.bin").write_bytes(bytes(range(256)))
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "in" / "pump.md")
    profile = ProfileStore(home.profiles).current
    with closing(LibraryInProcess(home, Settings(home.settings), embedder=WordEmbedder())) as library:
        library.import_paths([tmp_path / "in"], library.create_collection("Pumps"))
        if scan_waits:
            with closing(sqlite3.connect(home.catalog)) as catalog, catalog:
                catalog.execute("UPDATE document SET state = 'read' WHERE state = 'needs_ocr'")
        with library.transferring() as transfer:
            whole = export_pack(home, transfer, profile, tmp_path / "w.phi3pack", with_documents=True, with_index=True)
            index = export_pack(home, transfer, profile, tmp_path / "i.phi3pack", with_index=True)
    # files without text travel as files, and are read there
    assert (whole.files, whole.left_out, whole.unread) == (3, (), ("broken.pdf", "link.md", "plan.bin"))
    assert (index.documents, index.unread) == (1, ("broken.pdf", "empty.md", "link.md", "plan.bin", "scan.pdf"))
    assert "without 3 files not read yet or not readable: broken.pdf, link.md, plan.bin" in packed_text(whole)
    with closing(LibraryInProcess(there, Settings(there.settings), embedder=WordEmbedder())) as library:
        with library.transferring() as transfer:
            import_pack(there, transfer, tmp_path / "w.phi3pack")
        library.sync()
        assert {document.name for document in library.documents()} == {"pump.md", "empty.md", "scan.pdf"}


def test_pack_brings_documents_whose_files_have_dates_before_1970_or_far_away(tmp_path, there: Paths):
    home, dates = open_paths(tmp_path / "home"), {"old": -86_400, "far": 1 << 37}
    (tmp_path / "in").mkdir()
    for name, date in dates.items():
        (tmp_path / "in" / f"{name}.md").write_text(f"The {name} pump is greased every 2,000 hours.")
        os.utime(tmp_path / "in" / f"{name}.md", (date, date))
    with opened(home, WordEmbedder()) as library, library.transferring() as transfer:
        library.import_paths([tmp_path / "in"], library.create_collection("Pumps"))
        profile = ProfileStore(home.profiles).current
        packed = export_pack(home, transfer, profile, tmp_path / "p.phi3pack", with_documents=True, with_index=True)
    assert (packed.files, packed.left_out) == (2, ())
    take_in(there, Path(packed.path), WordEmbedder())
    with opened(there, WordEmbedder()) as library:
        assert library.sync().states == {}
        assert {document.state for document in library.documents()} == {State.READY}


def test_what_no_installation_would_take_in_is_not_saved(tmp_path, monkeypatch):
    home, target = open_paths(tmp_path / "home"), tmp_path / "p.phi3pack"
    write_pump_manual(tmp_path / "in" / "pump.pdf")
    target.write_text("older")
    with opened(home, WordEmbedder()) as library, library.transferring() as transfer:
        library.import_paths([tmp_path / "in"], library.create_collection("Pumps"))
        profile = ProfileStore(home.profiles).current

        def refused() -> str:
            with pytest.raises(UserError) as caught:
                export_pack(home, transfer, profile, target, with_documents=True, with_index=True)
            assert [path.name for path in tmp_path.glob("*p.phi3pack*")] == ["p.phi3pack"]
            assert target.read_text() == "older"
            return str(caught.value)

        with closing(sqlite3.connect(home.catalog)) as catalog:
            for title in ("x" * 5000, "Pump"):
                with catalog:
                    catalog.execute("UPDATE document SET title = ?", (title,))
                if len(title) > 4000:
                    assert "pump.pdf" in refused()
        monkeypatch.setitem(transfer_records.MOST_RECORDS, PassageRecord, 1)
        assert "more than fits" in refused()
        monkeypatch.undo()
        monkeypatch.setattr(checks, "MOST_FILES", 2)
        assert "more files" in refused()


def test_stopped_or_failed_export_leaves_no_file_and_keeps_the_older_one(origin, tmp_path):
    home, profile = origin
    (tmp_path / "p.phi3pack").write_text("older")
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        export_pack(home, None, profile, tmp_path / "p.phi3pack", cancelled=stopped)
    lost = replace(profile, adapters=(AdapterUse("gone", "/nowhere/gone.gguf"),))
    with pytest.raises(UserError, match="gone"):
        export_pack(home, None, lost, tmp_path / "p.phi3pack")
    assert [path.name for path in tmp_path.iterdir()] == ["p.phi3pack"]
    assert (tmp_path / "p.phi3pack").read_text() == "older"


def test_pack_of_an_expert_with_the_starters_adapter_is_written_where_the_starter_is_gone(
    origin, there: Paths, tmp_path, monkeypatch
):
    home, profile = origin
    monkeypatch.setattr(starter, "find_small_starter", lambda: None)
    with_both = replace(profile, adapters=(*profile.adapters, AdapterUse(starter.ADAPTER, "")))
    packed = export_pack(home, None, with_both, tmp_path / "p.phi3pack")
    assert import_pack(there, None, Path(packed.path)).adapters == ("tiny-a",)


def test_what_a_killed_process_left_of_a_pack_is_deleted_when_it_is_saved_again(origin, tmp_path):
    home, profile = origin
    left, young, other = (tmp_path / f".{name}.phi3pack.{part}.part" for name, part in zip("ppq", "123", strict=True))
    for path in (left, young, other):
        path.write_text("half")
    for path in (left, other):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    export_pack(home, None, profile, tmp_path / "p.phi3pack")
    assert sorted(path.name for path in tmp_path.glob(".*")) == [young.name, other.name]


def test_copies_of_documents_go_when_their_collection_is_deleted_for_good(pack, there: Paths):
    imported = take_in(there, pack)
    place = there.packs / "Pump expert"
    (collection,) = imported.collections
    with opened(there) as library:
        library.delete_collection(collection)
        library.restore_collection(collection)
        library.purge_removed()
        assert all(Path(document.path).is_file() for document in library.documents())
        library.delete_collection(collection)
        assert place.is_dir()
        library.purge_removed()
        assert library.documents() == []
    assert not place.exists()


def test_files_of_the_person_stay_when_their_collection_is_deleted_for_good(there: Paths, tmp_path):
    manual = write_pump_manual(tmp_path / "in" / "pump.pdf")
    with opened(there) as library:
        collection = library.create_collection(PUMPS)
        library.import_paths([manual.parent], collection)
        library.delete_collection(collection)
        library.purge_removed()
        assert library.documents() == []
    assert manual.is_file()
