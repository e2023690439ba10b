"""A profile's way from one installation to another in one file, and the files that must not get in."""

import hashlib
import io
import json
import sqlite3
import struct
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from phi3desk.chat.mode import AnswerMode
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.documents import State
from phi3desk.library.embedder import Embedder
from phi3desk.library.library import Library
from phi3desk.library.transfer_records import VECTORS, is_plain_name, plain_name
from phi3desk.model.models import AdapterUse
from phi3desk.model.store import AdapterStore
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles import pack_checking
from phi3desk.profiles.pack import COMMENT, MANIFEST, PackProgress
from phi3desk.profiles.pack_reading import Imported, import_pack
from phi3desk.profiles.pack_writing import export_pack
from phi3desk.profiles.profile import Profile, SamplingChoice
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from tests.helpers.pdf import write_pdf, write_pump_manual

READER = [sys.executable, "-m", "phi3desk.library.reading.process"]
QUESTIONS = ("How often is the main bearing greased again?", "Hur ofta smörjer man lagren med litiumfett?", "oil")
PUMPS = "Pumps: north/south"


class CountingEmbedder(Embedder):
    """The real embedder, which counts the passages it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.passages = 0

    def embed(self, texts):
        self.passages += len(texts)
        return super().embed(texts)


@contextmanager
def opened(paths: Paths, embedder: Embedder | None = None) -> Iterator[Library]:
    library = Library(paths, Settings(paths.settings), READER, embedder)
    try:
        yield library
    finally:
        library.close()


@pytest.fixture(scope="module")
def origin(tmp_path_factory, tiny_adapters) -> tuple[Paths, Profile]:
    """An installation with a profile, its adapter and three read documents."""
    root = tmp_path_factory.mktemp("origin")
    write_pump_manual(root / "in" / "deep" / "pump.pdf")
    write_pdf(
        root / "in" / "smorjning.pdf",
        [["Lagret smörjs var två tusende timme med litiumfett.", "Oljan byts en gång om året av montören."]],
    )
    (root / "in" / "copy.pdf").write_bytes((root / "in" / "smorjning.pdf").read_bytes())
    paths = open_paths(root / "home")
    with opened(paths) as library:
        collection = library.create_collection(PUMPS)
        library.import_paths([root / "in"], collection)
    adapter = AdapterStore(paths).add(tiny_adapters[0])
    store = ProfileStore(paths.profiles)
    made = replace(
        store.create("Pump expert"),
        instructions="Give figures with their units.",
        icon="pump",
        answer_mode=AnswerMode.DOCUMENTS_ONLY,
        sampling=SamplingChoice(temperature=0.2),
        adapters=(AdapterUse(adapter.name, adapter.path, 0.8),),
        collections=(collection,),
        first_questions=("How often?",),
    )
    store.save(made)
    return paths, made


@pytest.fixture(scope="module")
def pack(origin, tmp_path_factory) -> Path:
    paths, profile = origin
    target = tmp_path_factory.mktemp("pack") / "pump.phi3pack"
    with opened(paths) as library, library.transferring() as transfer:
        export_pack(paths, transfer, profile, target, with_documents=True, with_index=True)
    return target


@pytest.fixture
def there(tmp_path: Path) -> Paths:
    return open_paths(tmp_path / "there")


def take_in(paths: Paths, pack: Path, embedder: Embedder | None = None, **options) -> Imported:
    with opened(paths, embedder) as library, library.transferring() as transfer:
        return import_pack(paths, transfer, pack, **options)


def answers(library: Library, collections) -> list:
    return [
        [
            (f.passage.document, f.passage.page, f.passage.text, f.passage.also, round(f.score, 5), f.relevant)
            for f in library.search(question, 5, collections).found
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
    assert packed.path.name == "index.phi3pack"
    assert (packed.documents, packed.files) == (3, 0)
    embedder = CountingEmbedder()
    imported = take_in(there, packed.path, embedder)
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
    assert len(AdapterStore(there).list()) == 1
    with opened(there) as library:
        assert [collection.name for collection in library.collections()] == [PUMPS, f"{PUMPS} 2"]
        assert library.check() == []


def test_pack_whose_vectors_are_of_another_embedder_waits_for_new_ones(pack, there: Paths):
    class Other(CountingEmbedder):
        name = "another"

    embedder = Other()
    imported = take_in(there, pack, embedder)
    assert imported.embeds
    with opened(there, embedder) as library:
        assert {d.state for d in library.documents()} == {State.WORDS, State.DUPLICATE, State.READY}
        library.sync()
        assert {d.state for d in library.documents()} == {State.READY, State.DUPLICATE}
    assert embedder.passages > 0


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
    take_in(there, packed.path)
    with opened(there) as library:
        library.sync()
        there_is = {document.name: Path(document.path).exists() for document in library.documents()}
        assert there_is == {"pump.pdf": False, "notes.pdf": True}


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


# packs that must not get in


def entries_of(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, entries: dict[str, bytes], comment: bytes | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
        archive.comment = COMMENT + sha(entries.get(MANIFEST, b"")).encode() if comment is None else comment
    return path


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


Change = Callable[[dict[str, bytes], dict], None]


def forged(pack: Path, path: Path, change: Change) -> Path:
    """A pack that was changed by somebody who made the hashes right again."""
    entries = entries_of(pack)
    manifest = json.loads(entries[MANIFEST])
    change(entries, manifest)
    for file in manifest["files"]:
        if file["path"] in entries:
            file.update(bytes=len(entries[file["path"]]), sha256=sha(entries[file["path"]]))
    entries[MANIFEST] = json.dumps(manifest).encode()
    return written(path, entries)


def swap(name: str, content: bytes | Callable[[bytes], bytes]) -> Change:
    def change(entries, manifest):
        entries[name] = content(entries[name]) if callable(content) else content

    return change


def add(name: str, listed: bool = True) -> Change:
    def change(entries, manifest):
        entries[name] = b"x"
        if listed:
            manifest["files"].append({"path": name, "bytes": 1, "sha256": "0" * 64})

    return change


def said(**values) -> Change:
    def change(entries, manifest):
        manifest.update(values)

    return change


def profile_said(**values) -> Change:
    def change(entries, manifest):
        manifest["profile"].update(values)

    return change


def records_said(name: str, **values) -> Change:
    def edit(content: bytes) -> bytes:
        first, *rest = content.splitlines()
        return b"\n".join([json.dumps({**json.loads(first), **values}).encode(), *rest]) + b"\n"

    return swap(f"index/1/{name}", edit)


def with_number(value: float) -> Change:
    return swap(f"index/1/{VECTORS}", lambda content: struct.pack("<f", value) + content[4:])


def pickled(content: bytes) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def without(name: str) -> Change:
    def change(entries, manifest):
        del entries[name]

    return change


HOSTILE: dict[str, tuple[Change, str]] = {
    "climbs out": (add("documents/1/../../evil.pdf"), "not allowed"),
    "absolute": (add("/etc/evil"), "not allowed"),
    "drive": (add("C:/evil"), "not allowed"),
    "backslash": (add("documents\\1\\evil.pdf"), "not allowed"),
    "device": (add("documents/1/nul.pdf"), "not allowed"),
    "trailing dot": (add("documents/1/evil."), "not allowed"),
    "turned around": (add("documents/1/evil‮fdp.exe"), "not allowed"),
    "folder": (add("documents/1/folder/"), "not allowed"),
    "same name but for case": (add("ADAPTERS/1.GGUF"), "two files"),
    "not listed": (add("documents/1/more.pdf", listed=False), "does not name"),
    "in no place": (add("home/settings.json"), "does not fit"),
    "in no collection": (add("documents/7/a.pdf"), "does not fit"),
    "missing file": (without("index/1/pages.jsonl"), "lacks"),
    "missing adapter": (without("adapters/1.gguf"), "lacks"),
    "newer": (said(format=2, surprise=True, program="9.0"), "newer version"),
    "older than any": (said(format=0), "form"),
    "no number": (said(format="1"), "manifest"),
    "unknown field": (said(run="rm -rf"), "manifest"),
    "unknown field of profile": (profile_said(on_load="evil"), "manifest"),
    "long name": (profile_said(name="x" * 500), "manifest"),
    "colour": (profile_said(color="url(x)"), "manifest"),
    "mode": (profile_said(answer_mode="obey"), "manifest"),
    "wild sampling": (profile_said(sampling={"temperature": 900}), "temperature"),
    "adapter elsewhere": (
        said(adapters=[{"name": "a", "file": "../../x.gguf"}]), "manifest",
    ),
    "adapter is no adapter": (swap("adapters/1.gguf", b"GGUF" + b"\xff" * 400), "cannot be used"),
    "line is no record": (swap("index/1/passages.jsonl", b"{]\n"), "cannot be read"),
    "line is nested deeply": (swap("index/1/passages.jsonl", b"[" * 100_000 + b"\n"), "cannot be read"),
    "document climbs out": (records_said("documents.jsonl", file="../../evil.pdf"), "not allowed"),
    "document without hash": (records_said("documents.jsonl", sha256="x"), "cannot be read"),
    "document of another file": (records_said("documents.jsonl", sha256="0" * 64), "fit"),
    "document claims a file": (records_said("documents.jsonl", file="other.pdf"), "do not fit"),
    "page of no document": (records_said("pages.jsonl", document=77), "do not fit"),
    "page out of turn": (records_said("pages.jsonl", number=9), "do not fit"),
    "passage of no page": (records_said("passages.jsonl", page=77), "do not fit"),
    "passage beyond its page": (records_said("passages.jsonl", end=10**9), "do not fit"),
    "passage backwards": (records_said("passages.jsonl", start=-1), "cannot be read"),
    "vector too many": (swap(f"index/1/{VECTORS}", lambda content: content + bytes(1536)), "not as many"),
    "vector that is no number": (with_number(float("nan")), "damaged"),
    "vector without end": (with_number(float("inf")), "damaged"),
    "vector too long": (with_number(9.0), "damaged"),
    "vectors that are pickled": (swap(f"index/1/{VECTORS}", pickled), "not as many"),
    "other dimensions": (said(dimensions=383), "not as many"),
}  # fmt: skip


def trace(paths: Paths) -> tuple[list[str], str, list]:
    """All that a refused pack could have changed."""
    files = sorted(str(path.relative_to(paths.home)) for path in paths.home.rglob("*") if "-wal" not in path.name)
    connection = sqlite3.connect(paths.catalog)
    dump = "\n".join(connection.iterdump())
    connection.close()
    return files, dump, ProfileStore(paths.profiles).profiles()


@pytest.fixture
def untouched(there: Paths) -> Iterator[tuple[Paths, Library]]:
    """A library that is the same afterwards as before."""
    with opened(there) as library:
        before = trace(there)
        yield there, library
        assert trace(there) == before
        assert library.check() == []


def refused(untouched: tuple[Paths, Library], pack: Path) -> str:
    paths, library = untouched
    with library.transferring() as transfer, pytest.raises(UserError) as caught:
        import_pack(paths, transfer, pack)
    return str(caught.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pack_is_refused_with_the_reason_and_leaves_no_trace(name, pack, untouched, tmp_path):
    change, reason = HOSTILE[name]
    assert reason in refused(untouched, forged(pack, tmp_path / "evil.phi3pack", change))


def test_changed_or_cut_pack_is_refused_and_leaves_no_trace(pack, untouched, tmp_path):
    whole, evil = pack.read_bytes(), tmp_path / "evil.phi3pack"
    size = len(whole)
    for cut in (0, 1, 100, size // 2, size - 30, size - 1):
        evil.write_bytes(whole[:cut])
        assert refused(untouched, evil)
    for at in range(40, size, size // 25):
        evil.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            with zipfile.ZipFile(evil) as archive:
                same = all(archive.read(n) == c for n, c in entries_of(pack).items())
        except Exception:
            same = False
        if not same:
            assert refused(untouched, evil)


def test_changed_content_or_manifest_is_refused(pack, untouched, tmp_path):
    entries = entries_of(pack)
    evil = tmp_path / "evil.phi3pack"
    changed = entries[f"index/1/{VECTORS}"][:-4] + bytes(4)
    written(evil, {**entries, f"index/1/{VECTORS}": changed})
    assert "changed or damaged" in refused(untouched, evil)
    comment = COMMENT + sha(entries[MANIFEST]).encode()
    edited = entries[MANIFEST].replace(b"Give figures", b"Give bribes!")
    assert edited != entries[MANIFEST]
    assert "changed" in refused(untouched, written(evil, {**entries, MANIFEST: edited}, comment))
    written(evil, {name: content for name, content in entries.items() if name != MANIFEST})
    assert "no manifest" in refused(untouched, evil)


def test_link_in_a_pack_is_refused(pack, untouched, tmp_path):
    entries = entries_of(pack)
    evil = tmp_path / "evil.phi3pack"
    with zipfile.ZipFile(evil, "w") as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name.endswith("smorjning.pdf") else 0o100600) << 16
            archive.writestr(info, content)
        archive.comment = COMMENT + sha(entries[MANIFEST]).encode()
    assert "link" in refused(untouched, evil)


def test_pack_that_swells_is_refused_before_anything_is_unpacked(untouched, tmp_path):
    evil = tmp_path / "bomb.phi3pack"
    with zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, "{}")
        archive.writestr("documents/1/bomb.txt", bytes(40 << 20))
    assert "larger" in refused(untouched, evil)


def test_pack_larger_than_allowed_or_than_the_disk_is_refused(pack, untouched, monkeypatch):
    monkeypatch.setattr(pack_checking, "RESERVE", 1 << 60)
    assert "not enough room" in refused(untouched, pack)
    monkeypatch.setattr(pack_checking, "MOST_BYTES", 1000)
    assert "larger than" in refused(untouched, pack)
    monkeypatch.setattr(pack_checking, "MOST_FILES", 2)
    assert "more files" in refused(untouched, pack)


def test_failure_in_the_last_step_is_undone(pack, there: Paths, monkeypatch):
    def fail(store: ProfileStore, profile: Profile) -> Profile:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ProfileStore, "add", fail)
    with opened(there) as library:
        before = trace(there)
        with library.transferring() as transfer, pytest.raises(UserError, match="No space left"):
            import_pack(there, transfer, pack)
        files, *rest = trace(there)
        # Chroma keeps the empty folder of a collection that was deleted
        assert [f for f in files if "chroma" not in f] == [f for f in before[0] if "chroma" not in f]
        assert rest == list(before[1:])
        assert library.check() == []
    monkeypatch.undo()
    assert take_in(there, pack).profile.name == "Pump expert"


def test_stopped_import_leaves_no_trace(pack, untouched):
    paths, library = untouched
    stopped = threading.Event()

    def stop(progress: PackProgress) -> None:
        if progress.share > 0.3:
            stopped.set()

    with library.transferring() as transfer, pytest.raises(Cancelled):
        import_pack(paths, transfer, pack, on_progress=stop, cancelled=stopped)


@pytest.mark.parametrize("name", ["a", "A b/c.pdf", "Ölwechsel (neu).docx", "日本/ポンプ.pdf", ".hidden"])
def test_plain_names_are_let_in(name):
    assert is_plain_name(name)


@pytest.mark.parametrize("name", ["con", "a:b", "..", "x" * 300 + ".pdf", "end. ", "a/b", 'say "hi"?', "", "\x00"])
def test_every_name_becomes_plain(name):
    assert is_plain_name(plain_name(name))
