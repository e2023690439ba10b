"""Packs that must not get in, and imports that fail or are stopped: nothing is left of them."""

import hashlib
import io
import json
import sqlite3
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from phi3desk.errors import Cancelled, UserError
from phi3desk.library import transfer_records
from phi3desk.library.library import Library
from phi3desk.library.transfer_records import (
    VECTORS,
    DocumentRecord,
    PageRecord,
    PassageRecord,
    check_index,
    is_plain_name,
    plain_name,
)
from phi3desk.packs import checks, importer
from phi3desk.packs.exporter import export_pack
from phi3desk.packs.importer import import_pack
from phi3desk.packs.manifest import COMMENT, FORMAT, MANIFEST, Manifest, PackProgress
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.store import ProfileStore
from tests.helpers.cancelled_after import CancelledAfter
from tests.helpers.packs import opened, take_in
from tests.helpers.word_embedder import WordEmbedder


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


def sentence(template: str, **values: str) -> dict[str, object]:
    return {"template": template, "values": values}


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
    "newer": (said(format=FORMAT + 1, surprise=True, program="9.0"), "newer version"),
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
    "swelling sentence": (records_said("documents.jsonl", reason=sentence("{a:9999999}", a="x")), "cannot be read"),
    "prying sentence": (records_said("documents.jsonl", besides=sentence("{a.__class__}", a="x")), "cannot be read"),
    "turned sentence": (records_said("documents.jsonl", reason=sentence("{a!x}", a="x")), "cannot be read"),
    "sentence within a sentence": (
        records_said("documents.jsonl", reason=sentence("{a}", a=sentence("{b:9999999}", b="x"))), "cannot be read",
    ),
    "unfilled sentence": (records_said("documents.jsonl", reason=sentence("{a} {b}", a="x")), "cannot be read"),
    "half a field": (records_said("documents.jsonl", reason=sentence("{a", a="x")), "cannot be read"),
    "long sentence": (records_said("documents.jsonl", reason=sentence("{a}", a="x" * 20_000)), "cannot be read"),
    "many fields": (records_said("documents.jsonl", reason=sentence("{a}" * 900, a="x")), "cannot be read"),
    "document of another file": (records_said("documents.jsonl", sha256="0" * 64), "fit"),
    "document claims a file": (records_said("documents.jsonl", file="other.pdf"), "do not fit"),
    "page of no document": (records_said("pages.jsonl", document=77), "do not fit"),
    "page out of turn": (records_said("pages.jsonl", number=9), "do not fit"),
    "passage of no page": (records_said("passages.jsonl", page=77), "do not fit"),
    "passage beyond its page": (records_said("passages.jsonl", end=10**9), "do not fit"),
    "passage that says something else": (records_said("passages.jsonl", text="Every 9 hours."), "do not fit its pages"),
    "passage with a control sign": (
        swap("index/1/passages.jsonl", lambda lines: lines.replace(b'"text":"', b'"text":"\xe2\x80\xae', 1)),
        "do not fit its pages",
    ),
    "unseen sign in a file name": (add("documents/1/evil\u200b.pdf"), "not allowed"),
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
        # the vector store is made when it is first needed
        library.vectors.compare()
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


def test_text_file_whose_pages_say_what_it_does_not_is_refused(there: Paths, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pump\u202egpj.txt").write_text("\x1b[31mPump P-101\x1b[0m\nis serviced every 500 hours.\n")
    home, pack = open_paths(tmp_path / "home"), tmp_path / "pump.phi3pack"
    with opened(home, WordEmbedder()) as library:
        collection = library.create_collection("Pumps")
        library.import_paths([tmp_path / "in"], collection)
        assert [document.name for document in library.documents()] == ["pumpgpj.txt"]
        profile = replace(ProfileStore(home.profiles).create("Pumps"), collections=(collection,))
        with library.transferring() as transfer:
            export_pack(home, transfer, profile, pack, with_documents=True, with_index=True)

    def change(entries, manifest):
        for name in ("pages", "passages"):
            place = f"index/1/{name}.jsonl"
            entries[place] = entries[place].replace(b"500", b"900")

    with opened(there, WordEmbedder()) as library, library.transferring() as transfer:
        with pytest.raises(UserError, match="do not fit its file"):
            import_pack(there, transfer, forged(pack, tmp_path / "evil.phi3pack", change))
        renamed = forged(pack, tmp_path / "named.phi3pack", lambda _, m: m["collections"][0].update(name="a\u202eb"))
        import_pack(there, transfer, renamed)
        assert [collection.name for collection in library.collections()] == ["ab"]


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


def test_pack_of_many_files_that_swell_together_is_refused(untouched, tmp_path):
    """No file alone is large enough to be looked at: together they are a bomb."""
    bomb = tmp_path / "bombs.phi3pack"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(12):
            archive.writestr(f"documents/{number}.bin", bytes(9 << 20))
        archive.comment = COMMENT + sha(b"").encode()
    assert "larger than a pack may hold" in refused(untouched, bomb)


def test_pack_larger_than_allowed_or_than_the_disk_is_refused(pack, untouched, monkeypatch):
    monkeypatch.setattr(checks, "RESERVE", 1 << 60)
    assert "not enough room" in refused(untouched, pack)
    monkeypatch.setattr(checks, "MOST_BYTES", 1000)
    assert "larger than" in refused(untouched, pack)
    monkeypatch.setattr(checks, "MOST_FILES", 2)
    assert "more files" in refused(untouched, pack)


def test_failure_in_the_last_step_is_undone(pack, there: Paths, monkeypatch):
    def fail(store: ProfileStore, profile: Profile) -> Profile:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ProfileStore, "add", fail)
    with opened(there) as library:
        # the vector store is made when it is first needed
        library.vectors.compare()
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


@pytest.mark.parametrize("name", ["documents", "pages", "passages"])
def test_pack_of_more_records_than_a_library_can_hold_is_refused(name: str, pack, untouched, monkeypatch):
    kind = {"documents": DocumentRecord, "pages": PageRecord, "passages": PassageRecord}[name]
    monkeypatch.setitem(transfer_records.MOST_RECORDS, kind, 2)
    assert f"{name}.jsonl in the pack is longer" in refused(untouched, pack)


def test_check_of_an_index_is_stopped_while_its_documents_are_read(pack, tmp_path):
    with zipfile.ZipFile(pack) as archive:
        archive.extract("index/1/documents.jsonl", tmp_path)
    with pytest.raises(Cancelled):
        check_index(tmp_path / "index" / "1", 384, CancelledAfter(2))


@pytest.mark.parametrize("looks", [0, 1, 4])
def test_import_is_stopped_while_its_content_is_checked(pack, untouched, monkeypatch, looks: int):
    paths, library = untouched
    stopped = []

    def check(manifest: Manifest, staging: Path, cancelled: threading.Event) -> None:
        assert not cancelled.is_set()
        try:
            checks.check_content(manifest, staging, CancelledAfter(looks))
        except Cancelled:
            stopped.append(looks)
            raise

    monkeypatch.setattr(importer, "check_content", check)
    with library.transferring() as transfer, pytest.raises(Cancelled):
        import_pack(paths, transfer, pack, cancelled=threading.Event())
    assert stopped


@pytest.mark.parametrize("name", ["a", "A b/c.pdf", "Ölwechsel (neu).docx", "日本/ポンプ.pdf", ".hidden"])
def test_plain_names_are_let_in(name):
    assert is_plain_name(name)


@pytest.mark.parametrize("name", ["con", "a:b", "..", "x" * 300 + ".pdf", "end. ", "a/b", 'say "hi"?', "", "\x00"])
def test_every_name_becomes_plain(name):
    assert is_plain_name(plain_name(name))
