"""Downloads from a look-alike hub on the loopback that cuts, lies, stalls and redirects."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.errors import Cancelled, UserError
from phi3desk.logs import log_to_file
from phi3desk.model.hub.download import ROOM_LEFT, download
from phi3desk.model.hub.fetch import list_repository
from phi3desk.model.hub.hub import Hub
from phi3desk.model.hub.journal import JOURNAL, Journal, ModelFolder
from phi3desk.model.hub.listing import repository_name
from phi3desk.model.hub.presence import discard, on_list
from phi3desk.model.hub.types import DownloadPhase, DownloadProgress, RemoteFile, Unfinished, Wanted
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from tests.helpers.lookalike_hub import REPOSITORY, Fault, LookalikeHub

FILE = "Phi-3-mini-4k-instruct-q4.gguf"
WANTED = Wanted(REPOSITORY, FILE)
CONTENT = random.Random(3).randbytes(3_000_001)
AT_ONCE = (0.0,) * 4
TOKEN = "hf_a-secret"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LookalikeHub]:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_ENDPOINT", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made = LookalikeHub()
    made.files[FILE] = CONTENT
    yield made
    made.close()


@pytest.fixture
def folder(home: Paths) -> ModelFolder:
    return ModelFolder(home)


class Watch:
    """Keeps what is told of a download, and stops it after so many bytes."""

    def __init__(self, stop_at: int = -1) -> None:
        self.told: list[DownloadProgress] = []
        self.cancelled = threading.Event()
        self._stop_at = stop_at

    def __call__(self, progress: DownloadProgress) -> None:
        self.told.append(progress)
        if 0 <= self._stop_at <= progress.received:
            self.cancelled.set()

    @property
    def phases(self) -> list[DownloadPhase]:
        return [progress.phase for progress in self.told]


def fetch(hub: LookalikeHub, folder: ModelFolder, watch: Watch | None = None, wanted: Wanted = WANTED) -> Path:
    watch = watch or Watch()
    return download(wanted, Hub(hub.address, silence=0.5), folder, watch, watch.cancelled, AT_ONCE)


def stop_halfway(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.faults = [Fault(stall_after=1_000_000)]
    with pytest.raises(Cancelled):
        fetch(hub, folder, Watch(stop_at=1))


def left_over(folder: ModelFolder) -> list[str]:
    return sorted(path.name for path in folder.root.rglob("*") if path.is_file())


def test_a_model_arrives_checked_and_alone_in_its_folder(hub: LookalikeHub, folder: ModelFolder) -> None:
    watch = Watch()
    path = fetch(hub, folder, watch)
    assert path == folder.root / REPOSITORY / FILE
    assert path.read_bytes() == CONTENT
    assert left_over(folder) == [FILE, FILE + JOURNAL]
    assert [one.wanted for one in folder.unfinished()] == [WANTED]
    folder.forget(path)
    assert folder.unfinished() == []
    assert watch.phases[0] is DownloadPhase.ASKING
    assert watch.told[-1] == DownloadProgress(DownloadPhase.CHECKING, len(CONTENT), len(CONTENT))
    # the same again costs no second download
    fetch(hub, folder)
    assert len(hub.file_requests) == 1
    assert all("phi3desk" in one.agent and "torch" not in one.agent for one in hub.asked)


def test_a_download_goes_on_after_cuts_errors_and_silence(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.api_faults = [Fault(status=503)]
    hub.faults = [
        Fault(cut_after=1_000_000),
        Fault(status=429, headers={"Retry-After": "0"}),
        Fault(stall_after=500_000),
        Fault(status=502),
        Fault(cut_after=0),
    ]
    watch = Watch()
    assert fetch(hub, folder, watch).read_bytes() == CONTENT
    asked_from = [int(one.range.removeprefix("bytes=").rstrip("-") or 0) for one in hub.file_requests]
    assert asked_from == sorted(asked_from)
    assert asked_from[-1] == 1_500_000
    assert watch.phases.count(DownloadPhase.WAITING) == 6


def test_a_connection_that_does_not_come_back_keeps_what_has_come(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.faults = [Fault(cut_after=1_000_000), *[Fault(status=500)] * 9]
    with pytest.raises(UserError, match="What has been downloaded is kept"):
        fetch(hub, folder)
    assert folder.unfinished() == [Unfinished(WANTED, 1_000_000, len(CONTENT))]
    hub.faults = []
    assert fetch(hub, folder).read_bytes() == CONTENT
    assert hub.file_requests[-1].range == "bytes=1000000-"


def test_who_has_no_network_is_told_soon_unless_something_is_here_already(
    hub: LookalikeHub, folder: ModelFolder
) -> None:
    hub.refusal, watch = (503, ""), Watch()
    with pytest.raises(UserError, match="cannot be reached"):
        fetch(hub, folder, watch)
    assert watch.phases == [DownloadPhase.ASKING, *[DownloadPhase.WAITING] * 3]
    hub.refusal = None
    stop_halfway(hub, folder)
    hub.refusal, watch = (503, ""), Watch()
    with pytest.raises(UserError, match="What has been downloaded is kept"):
        fetch(hub, folder, watch)
    assert watch.phases.count(DownloadPhase.WAITING) == len(AT_ONCE)


def test_a_stopped_download_goes_on_where_it_was(hub: LookalikeHub, folder: ModelFolder, home: Paths) -> None:
    stop_halfway(hub, folder)
    assert ModelFolder(home).unfinished() == [Unfinished(WANTED, 1_000_000, len(CONTENT))]
    assert not (folder.root / REPOSITORY / FILE).exists()
    assert fetch(hub, ModelFolder(home)).read_bytes() == CONTENT
    assert hub.file_requests[-1].range == "bytes=1000000-"


def test_a_discarded_download_leaves_nothing(hub: LookalikeHub, folder: ModelFolder) -> None:
    stop_halfway(hub, folder)
    with folder.lock(WANTED), pytest.raises(UserError, match="already"):
        folder.discard(WANTED)
    folder.discard(WANTED)
    assert not folder.root.exists()


def test_bytes_that_were_damaged_on_the_disk_are_found_out(hub: LookalikeHub, folder: ModelFolder) -> None:
    stop_halfway(hub, folder)
    part = folder.part(WANTED, RemoteFile(FILE, 0, ""))
    with open(part, "r+b") as file:
        file.write(b"\0\0\0\0")
    with pytest.raises(UserError, match="damaged or altered"):
        fetch(hub, folder)
    assert not part.exists()
    assert fetch(hub, folder).read_bytes() == CONTENT


def test_a_hub_that_forgets_the_range_begins_anew(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.faults = [Fault(cut_after=1_000_000), Fault(ignore_range=True)]
    assert fetch(hub, folder).read_bytes() == CONTENT


def test_a_file_that_was_changed_at_the_hub_begins_anew(hub: LookalikeHub, folder: ModelFolder) -> None:
    stop_halfway(hub, folder)
    hub.commit, hub.files[FILE] = "b" * 40, CONTENT[::-1]
    assert fetch(hub, folder).read_bytes() == CONTENT[::-1]
    assert hub.file_requests[-1].range == ""
    assert f"/resolve/{'b' * 40}/" in hub.file_requests[-1].path


@pytest.mark.parametrize(
    ("told", "fault", "sentence"),
    [
        ((len(CONTENT), "0" * 64), Fault(), "damaged or altered"),
        ((len(CONTENT) - 1, "0" * 64), Fault(), "had told of"),
        ((len(CONTENT) + 9, "0" * 64), Fault(), "had told of"),
        (None, Fault(body=b"<html>Sign in to this network</html>"), "had told of"),
        (None, Fault(headers={"Content-Encoding": "gzip"}), "does not answer as a Hugging Face hub does"),
    ],
)
def test_what_is_not_the_file_that_was_announced_is_not_kept(
    hub: LookalikeHub, folder: ModelFolder, told: tuple[int, str] | None, fault: Fault, sentence: str
) -> None:
    if told is not None:
        hub.told[FILE] = told
    hub.faults = [fault]
    with pytest.raises(UserError, match=sentence):
        fetch(hub, folder)
    assert left_over(folder) == [FILE + JOURNAL]


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (403, "GatedRepo", "agreed to its terms"),
        (401, "GatedRepo", "agreed to its terms"),
        (401, "", "shows no repository"),
        (403, "", "shows no repository"),
        (404, "RepoNotFound", "shows no repository"),
        (418, "", "refused with the number 418"),
        (500, "", "cannot be reached"),
        (429, "", "cannot be reached"),
    ],
)
def test_a_refusal_is_told_in_words(
    hub: LookalikeHub, folder: ModelFolder, status: int, code: str, sentence: str
) -> None:
    hub.refusal = (status, code)
    with pytest.raises(UserError, match=sentence):
        fetch(hub, folder)
    assert hub.file_requests == []
    assert not folder.root.exists()


def test_a_network_that_answers_with_a_page_of_its_own_is_told(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.api_faults = [Fault(body=b"<html>Sign in to this network</html>")]
    with pytest.raises(UserError, match="does not answer as a Hugging Face hub does"):
        fetch(hub, folder)
    hub.api_faults = [Fault(body=b'{"id": 3, "siblings": [{"rfilename": "x.gguf", "lfs": {"size": "many"}}]}')]
    with pytest.raises(UserError, match="does not answer as a Hugging Face hub does"):
        fetch(hub, folder)


def test_a_full_disk_is_told_before_the_first_byte(
    hub: LookalikeHub, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage("/"))(10**9, 10**9 - 7, 7)
    monkeypatch.setattr("phi3desk.model.hub.download.shutil.disk_usage", lambda _: usage)
    with pytest.raises(UserError, match=r"it needs 0\.5 GB, 0\.0 GB are free"):
        fetch(hub, folder)
    assert hub.file_requests == []


def test_a_model_that_is_here_needs_no_room_for_another_one(
    hub: LookalikeHub, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.forget(fetch(hub, folder))
    usage = type(shutil.disk_usage("/"))(10**9, 10**9 - ROOM_LEFT, ROOM_LEFT)
    monkeypatch.setattr("phi3desk.model.hub.download.shutil.disk_usage", lambda _: usage)
    assert fetch(hub, folder).read_bytes() == CONTENT
    assert len(hub.file_requests) == 1


def test_the_token_stays_with_its_hub_and_redirects_are_followed(
    hub: LookalikeHub, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    elsewhere = LookalikeHub()
    elsewhere.files[FILE] = CONTENT
    hub.redirect = elsewhere.address
    try:
        # a mirror that is set in the program gets no token at all
        fetch(hub, folder)
        assert {one.authorization for one in hub.asked} == {""}
        shutil.rmtree(folder.root)
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        watch = Watch()
        download(WANTED, Hub(silence=0.5), folder, watch, watch.cancelled, AT_ONCE)
        assert {one.authorization for one in hub.asked[-2:]} == {f"Bearer {TOKEN}"}
        assert len(elsewhere.asked) == 2
        assert {one.authorization for one in elsewhere.asked} == {""}
    finally:
        elsewhere.close()


def test_a_token_that_the_hub_does_not_know_is_left_out(
    hub: LookalikeHub, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    hub.api_faults = [Fault(status=401)]
    watch = Watch()
    download(WANTED, Hub(silence=0.5), folder, watch, watch.cancelled, AT_ONCE)
    assert [one.authorization for one in hub.asked] == [f"Bearer {TOKEN}", "", ""]


def test_redirects_that_lead_nowhere_end(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.redirect = hub.address
    with pytest.raises(UserError, match="does not come back"):
        fetch(hub, folder)


def test_a_redirect_without_encryption_is_not_followed(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.redirect = "http://mirror.example"
    with pytest.raises(UserError, match=r"without encryption \(http://mirror\.example\)"):
        fetch(hub, folder)


@pytest.mark.parametrize(
    "address", ["http://mirror.example", "ftp://x", "https://", "https://me@x", "mirror", "https://x:y"]
)
def test_an_address_that_cannot_be_trusted_is_refused(hub: LookalikeHub, address: str) -> None:
    with pytest.raises(UserError, match="https://"):
        Hub(address)


def test_nothing_is_fetched_where_the_computer_forbids_it(hub: LookalikeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
        Hub(hub.address)
    assert hub.asked == []


def test_a_split_model_comes_as_one_and_each_part_once(hub: LookalikeHub, folder: ModelFolder) -> None:
    names = [f"Q8/big-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    contents = [os.urandom(400_000 + number) for number in range(3)]
    hub.files |= dict(zip(names, contents, strict=True))
    # asked for by whichever part
    wanted = Wanted(REPOSITORY, names[1])
    hub.faults = [Fault(), Fault(cut_after=100_000), *[Fault(status=500)] * 9]
    with pytest.raises(UserError, match="kept"):
        fetch(hub, folder, wanted=wanted)
    first = Wanted(REPOSITORY, names[0])
    assert folder.unfinished() == [Unfinished(first, 500_000, sum(map(len, contents)))]
    hub.faults = []
    before = len(hub.file_requests)
    watch = Watch()
    path = fetch(hub, folder, watch, first)
    assert path == folder.root / REPOSITORY / names[0]
    assert [path.with_name(Path(name).name).read_bytes() for name in names] == contents
    assert [one.range for one in hub.file_requests[before:]] == ["bytes=100000-", ""]
    assert watch.told[-1].received == watch.told[-1].total == sum(map(len, contents))
    received = [told.received for told in watch.told]
    assert received == sorted(received)


def three_parts(hub: LookalikeHub) -> list[str]:
    names = [f"big-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    hub.files |= {name: os.urandom(40_000) for name in names}
    return names


def test_a_newer_version_takes_its_place_once_all_of_it_is_here(hub: LookalikeHub, folder: ModelFolder) -> None:
    names = three_parts(hub)
    wanted = Wanted(REPOSITORY, names[0])
    places = [folder.place(wanted, name) for name in names]
    folder.forget(fetch(hub, folder, wanted=wanted))
    before = [place.read_bytes() for place in places]
    # the last part stays as it was, and so does every size
    hub.commit, newer = "b" * 40, [os.urandom(40_000), os.urandom(40_000), before[2]]
    hub.files |= dict(zip(names, newer, strict=True))
    hub.faults = [Fault(), *[Fault(status=500)] * 9]
    with pytest.raises(UserError, match="kept"):
        fetch(hub, folder, wanted=wanted)
    assert [place.read_bytes() for place in places] == before
    assert folder.unfinished() == [Unfinished(wanted, 40_000, 120_000)]
    hub.faults, asked = [], len(hub.file_requests)
    assert fetch(hub, folder, wanted=wanted) == places[0]
    assert [place.read_bytes() for place in places] == newer
    assert len(hub.file_requests) == asked + 1
    assert left_over(folder) == sorted([*names, names[0] + JOURNAL])


def test_files_of_which_some_have_their_places_are_not_fetched_again(
    hub: LookalikeHub, folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = three_parts(hub)
    wanted = Wanted(REPOSITORY, names[0])

    def end_halfway(self: ModelFolder, journal: Journal) -> None:
        self.part(wanted, journal.files[1]).replace(self.place(wanted, names[1]))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ModelFolder, "put_in_place", end_halfway)
        fetch(hub, folder, wanted=wanted)
    fetch(hub, folder, wanted=wanted)
    assert [folder.place(wanted, name).read_bytes() for name in names] == [hub.files[name] for name in names]
    assert len(hub.file_requests) == 3


@pytest.mark.parametrize("stopped_at", ["the second part", "the list"])
def test_what_was_here_before_a_download_outlives_its_being_discarded(
    hub: LookalikeHub, folder: ModelFolder, stopped_at: str
) -> None:
    names = three_parts(hub)
    wanted = Wanted(REPOSITORY, names[0])
    folder.forget(fetch(hub, folder, wanted=wanted))
    hub.commit = "b" * 40
    if stopped_at == "the second part":
        hub.files[names[1]] = os.urandom(50_000)
        hub.faults = [Fault(status=500)] * 9
        with pytest.raises(UserError, match="kept"):
            fetch(hub, folder, wanted=wanted)
    else:
        fetch(hub, folder, wanted=wanted)
    folder.discard(wanted)
    assert left_over(folder) == names
    assert folder.unfinished() == []


def test_a_discarded_download_leaves_the_files_of_a_model_on_the_list(
    hub: LookalikeHub, folder: ModelFolder, home: Paths, tiny_phi3: Path
) -> None:
    models = ModelStore(home)
    hub.files[FILE] = tiny_phi3.read_bytes()
    # the process ended before the journal was taken away
    path = fetch(hub, folder)
    entry = models.add(path)
    discard(WANTED, folder, models)
    assert path.read_bytes() == hub.files[FILE]
    assert folder.unfinished() == []
    # another one ended before the model was put on the list
    path.unlink()
    models.remove(entry.name)
    fetch(hub, folder)
    discard(WANTED, folder, models)
    assert not folder.root.exists()


def test_a_model_is_here_once_it_is_on_the_list(home: Paths, folder: ModelFolder, tiny_phi3: Path) -> None:
    models = ModelStore(home)
    # as of a split model of which nothing else came, or of one that was taken off the list
    names = ("big-00001-of-00002.gguf", FILE)
    several = [Wanted(REPOSITORY, name) for name in names]
    for wanted in several:
        folder.place(wanted).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tiny_phi3, folder.place(wanted))
    assert on_list(several, folder, models) == frozenset()
    models.add(folder.place(WANTED))
    assert on_list(several, folder, models) == {WANTED}
    folder.place(WANTED).unlink()
    assert on_list(several, folder, models) == frozenset()


def test_a_repository_shows_models_only(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.files |= {
        "b-00001-of-00002.gguf": b"1", "b-00002-of-00002.gguf": b"22", "c-00001-of-00002.gguf": b"3",
        "mmproj-x.gguf": b"4", "../../up.gguf": b"5", "/etc/x.gguf": b"6", "con.gguf": b"7", "a\\b.gguf": b"8",
        "notes.txt": b"9", ".hidden/x.gguf": b"10",
    }  # fmt: skip
    hub.told["d.gguf"] = (1, "no hash")
    hub.files["d.gguf"] = b"11"
    found = Hub(hub.address).repository(REPOSITORY)
    assert [(model.name, model.size, len(model.files)) for model in found.models] == [
        ("b-00001-of-00002.gguf", 3, 2),
        (FILE, len(CONTENT), 1),
    ]
    assert found.licence == "mit"
    assert found.models[1].files[0].sha256 == hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(UserError, match="has no model"):
        fetch(hub, folder, wanted=Wanted(REPOSITORY, "c.gguf"))


@pytest.mark.parametrize(
    "text",
    [
        REPOSITORY,
        f" /{REPOSITORY}/ ",
        f"https://huggingface.co/{REPOSITORY}",
        f"HTTP://any.example/{REPOSITORY}/tree/main?x=1#y",
        f"huggingface.co/{REPOSITORY}/tree/main",
        f"HF.co/{REPOSITORY}",
        f"hub.example:8443/{REPOSITORY}/",
        f"{REPOSITORY}#files",
        f"huggingface.co/{REPOSITORY}#a/b?c",
    ],
)
def test_a_repository_is_known_by_its_address_with_and_without_https(text: str) -> None:
    assert repository_name(text, "Hub.example:8443") == REPOSITORY


@pytest.mark.parametrize(
    "text", ["", "microsoft", "huggingface.co/microsoft", "https://huggingface.co/microsoft", "#a/b", "a/.."]
)
def test_what_names_no_repository_is_told(text: str) -> None:
    with pytest.raises(UserError, match="is no repository"):
        repository_name(text)


def test_a_repository_of_the_hub_of_the_settings_is_looked_at_by_its_address(hub: LookalikeHub, home: Paths) -> None:
    Settings(home.settings).set("downloads.address", hub.address)
    assert list_repository(home, f"{hub.address.removeprefix('http://')}/{REPOSITORY}").name == REPOSITORY


def test_no_address_that_is_fetched_stands_in_the_log(
    hub: LookalikeHub, folder: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where files are sent to fetch, the address holds a signature that opens them to anybody."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    log = log_to_file(tmp_path, "downloads-worker")
    elsewhere = LookalikeHub()
    elsewhere.files[FILE] = CONTENT
    hub.redirect = elsewhere.address + "/signed-with-a-secret"
    try:
        fetch(hub, folder)
    finally:
        elsewhere.close()
    assert elsewhere.file_requests
    assert "secret" not in log.read_text(encoding="utf-8")


def test_a_list_that_is_asked_for_does_not_cut_a_download(hub: LookalikeHub, folder: ModelFolder) -> None:
    hub.gate = gate = threading.Event()
    looked: list[int] = []

    def look() -> None:
        while not hub.file_requests:
            time.sleep(0.01)
        looked.append(len(Hub(hub.address, silence=5.0).repository(REPOSITORY).models))
        gate.set()

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    path = download(WANTED, Hub(hub.address, silence=5.0), folder, Watch(), threading.Event(), AT_ONCE)
    looking.join()
    assert (path.read_bytes(), looked) == (CONTENT, [1])
    assert len(hub.file_requests) == 1
