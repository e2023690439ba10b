"""The library worker as a real process: import, search while importing, a death in the middle of an import."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from phi3desk.library.documents import FileOutcome, ImportProgress, Phase, SearchScope, State
from phi3desk.workers.protocol import ERROR, RESULT, FailureKind, News
from phi3desk.workers.requests import (
    Cancel,
    CreateCollection,
    DocumentRows,
    GetBoxes,
    GetPage,
    GetStatus,
    ImportPaths,
    ListCollections,
    ListDocuments,
    PauseImports,
    RemoveDocuments,
    RemoveSource,
    RestoreDocuments,
    RestoreSource,
    Search,
    Sync,
    UseReranker,
)
from tests.helpers.pdf import write_pdf, write_pump_manual
from tests.helpers.worker_process import WorkerProcess


@pytest.fixture
def worker(home):
    with WorkerProcess("library", home) as running:
        yield running


def many_pages(topic: str, pages: int = 30) -> list[list[str]]:
    return [[f"Chapter {n} of {topic}.", f"Item {n} of {topic} weighs {n * 3} kg and is red."] for n in range(1, pages)]


def documents_of(worker: WorkerProcess) -> list:
    rows = []

    def take(line):
        if isinstance(line.data, DocumentRows):
            rows.extend(line.data.documents)

    worker.ask(ListDocuments(), take)
    return rows


def test_import_tells_each_file_and_its_page_is_found(worker, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    (tmp_path / "docs" / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    events = []
    summary = worker.ask(ImportPaths((str(tmp_path / "docs"),)), events.append)
    outcomes = {e.data.path: e.data for e in events if isinstance(e.data, FileOutcome)}
    assert summary.states == {"ready": 1, "failed": 1}
    assert {o.state for o in outcomes.values()} == {State.READY, State.FAILED}
    assert all(o.reason for o in outcomes.values() if o.state is State.FAILED)
    best = worker.ask(Search("How often is the bearing greased?", 3)).found[0]
    assert (best.passage.document, best.passage.page, best.relevant) == ("pump.pdf", 2, True)


def test_search_is_served_while_an_import_runs(worker, tmp_path):
    write_pump_manual(tmp_path / "first" / "pump.pdf")
    worker.ask(ImportPaths((str(tmp_path / "first"),)))
    for number in range(6):
        write_pdf(tmp_path / "more" / f"{number}.pdf", many_pages(f"store {number}"))
    running = worker.send(ImportPaths((str(tmp_path / "more"),)))
    seen = []
    searched = worker.send(Search("bearing grease", 1))
    answered = worker.end_of(searched, seen.append)
    assert answered.data.found[0].passage.document == "pump.pdf"
    assert not any(line.id == running and line.name == RESULT for line in seen)
    assert worker.end_of(running).data.states == {"ready": 6}


def test_cancelled_import_keeps_what_it_read_and_the_next_one_finishes_it(worker, tmp_path):
    for number in range(5):
        write_pdf(tmp_path / "docs" / f"{number}.pdf", many_pages(f"store {number}", 20))
    running = worker.send(ImportPaths((str(tmp_path / "docs"),)))

    def stop_at_first_progress(line):
        if line.id == running and isinstance(line.data, ImportProgress) and line.data.passages:
            worker.send(Cancel(running))

    line = worker.end_of(running, stop_at_first_progress)
    assert line.failed or line.data.cancelled
    kept = documents_of(worker)
    assert kept
    worker.ask(ImportPaths((str(tmp_path / "docs"),)))
    documents = documents_of(worker)
    assert [d.state for d in documents] == [State.READY] * 5
    assert {d.id for d in kept} <= {d.id for d in documents}


@pytest.mark.parametrize("end", ["kill", "close"])
def test_import_broken_off_by_the_end_of_its_worker_is_resumed_whole(home, tmp_path, end):
    for number in range(5):
        write_pdf(tmp_path / "docs" / f"{number}.pdf", many_pages(f"store {number}", 14))
    with WorkerProcess("library", home) as first:
        running = first.send(ImportPaths((str(tmp_path / "docs"),)))
        children = []

        def end_when_passages_are_there(line):
            passages = isinstance(line.data, ImportProgress) and line.data.passages
            if line.id == running and passages and not children:
                children.extend(psutil.Process(first.process.pid).children(recursive=True))
                first.process.kill() if end == "kill" else first.process.stdin.close()

        with pytest.raises(EOFError):
            first.end_of(running, end_when_passages_are_there)
            first.read_line()
        first.process.wait(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    with WorkerProcess("library", home) as second:
        second.ask(Sync())
        documents = documents_of(second)
        status = second.ask(GetStatus())
        assert second.ask(Sync()).states == {}
    assert [d.state for d in documents] == [State.READY] * 5
    assert sum(d.passages for d in documents) == status.passages == status.embedded


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names and pipes")
def test_unreadable_name_and_pipe_end_with_a_reason_and_harm_nothing(worker, tmp_path):
    folder = tmp_path / "docs"
    write_pump_manual(folder / "pump.pdf")
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff\xfe.pdf")).write_bytes(b"%PDF-1.4")
    os.mkfifo(tmp_path / "pipe.pdf")
    summary = worker.ask(ImportPaths((str(folder), str(tmp_path / "pipe.pdf"))))
    documents = documents_of(worker)
    assert summary.states == {"ready": 1, "failed": 1, "unsupported": 1}
    assert all(d.reason for d in documents if d.state is not State.READY)


def test_search_in_a_duplicate_searches_what_it_holds(worker, tmp_path):
    manual = write_pump_manual(tmp_path / "docs" / "pump.pdf")
    (tmp_path / "docs" / "zcopy.pdf").write_bytes(manual.read_bytes())
    worker.ask(ImportPaths((str(tmp_path / "docs"),)))
    assert worker.ask(Search("bearing grease", 3, SearchScope(documents=("zcopy.pdf",)))).found


def test_removed_document_is_not_found_until_it_is_restored(worker, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    worker.ask(ImportPaths((str(tmp_path / "docs"),)))
    (document,) = documents_of(worker)
    worker.ask(RemoveDocuments((document.id,)))
    assert worker.ask(Search("bearing grease", 3)).found == ()
    worker.ask(RestoreDocuments((document.id,)))
    assert worker.ask(Search("bearing grease", 3)).found


def test_collections_are_made_named_once_and_searched_alone(worker, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    pumps = worker.ask(CreateCollection("Pumps"))
    other = worker.ask(CreateCollection("Law"))
    worker.ask(ImportPaths((str(tmp_path / "docs"),), pumps.id))
    line = worker.end_of(worker.send(CreateCollection("Pumps")))
    assert line.data.kind is FailureKind.USER
    assert worker.ask(Search("bearing grease", 3, SearchScope((other.id,)))).found == ()
    line = worker.end_of(worker.send(UseReranker(str(tmp_path / "none"))))
    assert str(line.data.sentence) == f"There is no folder {tmp_path / 'none'}."
    assert worker.ask(UseReranker("")) == 0


def test_second_process_on_the_library_is_refused_in_words(worker, home):
    with WorkerProcess("library", home) as second:
        assert second.hello.name == News.REFUSED
        assert "in use" in str(second.hello.data.sentence)


def test_a_change_in_a_bound_folder_is_told_and_followed(worker, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    worker.ask(ImportPaths((str(tmp_path / "docs"),)))
    write_pdf(tmp_path / "docs" / "valve.pdf", [["The safety valve opens at 12 bar."]])
    while worker.read_line().name != News.FOLDERS_CHANGED:
        pass
    assert worker.ask(Sync()).states == {"ready": 1}
    assert {d.name for d in documents_of(worker)} == {"pump.pdf", "valve.pdf"}


def test_a_paused_import_waits_over_a_restart_and_goes_on(home, tmp_path):
    for number in range(3):
        write_pdf(tmp_path / "docs" / f"{number}.pdf", many_pages(f"store {number}", 4))
    with WorkerProcess("library", home) as first:
        first.ask(PauseImports(True))
        running = first.send(ImportPaths((str(tmp_path / "docs"),)))
        while not isinstance((line := first.read_line()).data, ImportProgress) or line.data.phase is not Phase.PAUSED:
            assert line.name not in (RESULT, ERROR)
        first.process.kill()
    with WorkerProcess("library", home) as second:
        assert second.ask(GetStatus()).paused
        running = second.send(Sync())
        second.ask(PauseImports(False))
        assert second.end_of(running).data.states == {"ready": 3}


def test_an_unbound_source_leaves_and_comes_back(worker, tmp_path):
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    worker.ask(ImportPaths((str(tmp_path / "docs"),)))
    (collection,) = worker.ask(ListCollections())
    (source,) = collection.sources
    worker.ask(RemoveSource(source.id))
    assert documents_of(worker) == []
    worker.ask(RestoreSource(source.id))
    (document,) = documents_of(worker)
    assert "Re-grease" in worker.ask(GetPage(document.id, 2)).text
    assert worker.ask(GetBoxes(document.id, 2, 0, 50)) == ()
