"""The sweep command as a person and other programs use it, with the tiny model and real documents."""

import csv
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from docx import Document

from phi3desk.chat.prompt import PromptRequest
from phi3desk.cli import sweep
from phi3desk.errors import UserError
from phi3desk.model.types import ModelEntry
from phi3desk.paths import open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.sweep.cell import CellWriting
from phi3desk.sweep.plan import SweptDocument
from tests.benchmarks.sheets.material import write_sheets
from tests.helpers.commands import run_command
from tests.helpers.pdf import write_pdf, write_pump_manual
from tests.helpers.worker_process import WorkerProcess

QUESTION = "How often is the main bearing greased?"
FRIDAYS = "The canteen of the laboratory is closed on Fridays and opens again on Mondays at eight."


@pytest.fixture
def phi3desk(tmp_path):
    """Return a function that runs one command and returns what it printed."""
    return partial(run_command, tmp_path / "home")


@pytest.fixture
def ready(phi3desk, tmp_path, tiny_phi3) -> Path:
    """Return a folder of documents that the home has, with the tiny model."""
    docs = tmp_path / "docs"
    write_pump_manual(docs / "pump.pdf")
    write_pdf(docs / "canteen.pdf", [[FRIDAYS]])
    (docs / "broken.pdf").write_bytes(b"%PDF-1.5 this is none")
    for words in (("import", docs), ("models", "add", tiny_phi3, "--name", "tiny"), ("models", "use", "tiny")):
        done = phi3desk(*words)
        assert done.returncode == 0, done.stderr
    return docs


def rows_of(done) -> dict[str, dict]:
    assert done.returncode == 0, done.stderr
    return {row["document"]: row for row in json.loads(done.stdout)["rows"]}


def cells_in(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(database)) as db:
            return db.execute("SELECT count(*) FROM cell").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_each_document_has_an_answer_a_page_and_a_quote_or_says_why_not(phi3desk, ready):
    rows = rows_of(phi3desk("sweep", QUESTION, "--model", "none", "--json"))
    assert rows["pump.pdf"]["answer"] == "Re-grease the main bearing every 2,000 operating hours."
    assert (rows["pump.pdf"]["page"], rows["pump.pdf"]["outcome"]) == (2, "quote")
    assert rows["pump.pdf"]["link"].endswith("/pump.pdf#page=2")
    assert (rows["canteen.pdf"]["answer"], rows["canteen.pdf"]["found"]) == ("Not found", False)
    assert rows["broken.pdf"]["outcome"] == "unread"
    assert rows["broken.pdf"]["problem"]


def test_the_model_is_asked_and_what_is_new_is_asked_later(phi3desk, ready, tmp_path):
    first = phi3desk("sweep", QUESTION, "--json")
    rows = rows_of(first)
    assert json.loads(first.stdout)["model"] == "tiny"
    assert rows["pump.pdf"]["outcome"] in ("found", "to_check", "not_found")
    with closing(sqlite3.connect(tmp_path / "home" / "sweeps.db")) as db:
        made = {path: json.loads(record) for path, record in db.execute("SELECT path, record FROM cell")}
        db.execute("UPDATE cell SET seconds = 77 WHERE path LIKE '%pump.pdf'")
        db.commit()
    answer = made[str(ready / "pump.pdf")]
    assert answer["made_by"]["model"] == "tiny"
    assert 0 < answer["timings"]["prompt_tokens"] < 700
    write_pdf(ready / "second.pdf", [["Second pump", "The main bearing of this pump is greased every 500 hours."]])
    assert phi3desk("sync").returncode == 0
    again = phi3desk("sweep", QUESTION, "--json", "--update")
    rows = rows_of(again)
    assert json.loads(again.stdout)["sweep"] == json.loads(first.stdout)["sweep"]
    assert rows["pump.pdf"]["seconds"] == 77
    assert rows["second.pdf"]["outcome"] in ("found", "to_check", "not_found")
    assert json.loads(again.stdout)["wait"] == "thorough"
    assert answer["spent"]["budget_s"] == 60.0
    anew = phi3desk("sweep", QUESTION, "--json")
    assert json.loads(anew.stdout)["sweep"] != json.loads(first.stdout)["sweep"]


def test_an_update_asks_no_document_twice_that_was_moved_and_none_that_is_gone(phi3desk, ready, tmp_path):
    words = ("sweep", QUESTION, "--model", "none")
    first = json.loads(phi3desk(*words, "--json").stdout)
    with closing(sqlite3.connect(tmp_path / "home" / "sweeps.db")) as db:
        db.execute("UPDATE cell SET seconds = 77")
        db.commit()
    (ready / "canteen.pdf").unlink()
    ready.rename(tmp_path / "papers")
    assert phi3desk("sync").returncode == 0
    done = phi3desk(*words, "--json", "--update")
    row, rows = json.loads(done.stdout), rows_of(done)
    assert (row["sweep"], row["documents"], row["gone"], row["unread"]) == (first["sweep"], 2, 1, 1)
    assert sum(row["counts"].values()) == 1
    assert len(row["rows"]) == 3
    assert (rows["pump.pdf"]["path"], rows["pump.pdf"]["seconds"]) == (str(tmp_path / "papers" / "pump.pdf"), 77)
    gone = rows["canteen.pdf"]
    assert (gone["gone"], gone["outcome"], gone["seconds"]) == (True, "not_found", 77)
    assert "no longer in the library" in gone["problem"]
    told = phi3desk(*words, "--update").stdout
    assert told.rstrip().endswith("1 quoted, 1 could not be read, 1 no longer there.")
    assert f"canteen.pdf: Not found\n    {gone['problem']}" in told


def test_sheets_answer_by_a_query_with_their_rows(phi3desk, ready):
    write_sheets(ready)
    assert phi3desk("sync").returncode == 0
    asked = "What is the largest flow of the pumps in hall B?"
    rows = rows_of(phi3desk("sweep", asked, "--model", "none", "--json"))
    row = rows["pumps.xlsx"]
    assert row["answer"] == "Largest “Flow” (Hall = B): 60 m³/h, CP 80."
    assert (row["outcome"], row["place"], row["supported"]) == ("found", "Pumps, row 7", True)
    assert [each[:2] for each in row["sheet"]["rows"]] == [[7, "CP 80"]]
    assert row["sheet"]["sql"].startswith("SELECT")
    assert "sheet" not in rows["pump.pdf"]
    assert "60 m³/h" not in (rows["angajati.csv"]["answer"] or "")
    told = phi3desk("sweep", "Wie groß ist die Gesamtmenge in Graz?", "--model", "none", "--document", "lager.csv")
    assert "lager.csv, rows 5–6, row 11: Summe von „Menge“ (Lagerort = Graz): 2.290,5 kg." in told.stdout


def test_files_are_written_for_several_questions(phi3desk, ready, tmp_path):
    listed = tmp_path / "questions.txt"
    listed.write_text(f"{QUESTION}\n\nWhen is the canteen closed?\n")
    files = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "xlsx", "docx")}
    words = [word for kind, path in files.items() for word in (f"--{kind}", path)]
    done = phi3desk("sweep", "--questions", listed, "--model", "none", *words)
    assert done.returncode == 0, done.stderr
    assert "pump.pdf, p. 2: Re-grease the main bearing every 2,000 operating hours." in done.stdout
    assert done.stdout.rstrip().endswith("could not be read.")
    with files["csv"].open(encoding="utf-8-sig", newline="") as file:
        lines = {(line["Question"], line["Document"]): line for line in csv.DictReader(file)}
    assert len(lines) == 6
    assert lines["When is the canteen closed?", "canteen.pdf"]["Answer"] == FRIDAYS
    sheet = openpyxl.load_workbook(files["xlsx"]).active
    assert sheet.max_row == 7
    assert len(Document(files["docx"]).tables) == 2
    jsonl = tmp_path / "questions.jsonl"
    jsonl.write_text(json.dumps({"question": QUESTION}))
    assert phi3desk("sweep", "--questions", jsonl, "--model", "none").returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C of a child needs a console there")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_sweep_that_was_ended_goes_on_with_what_is_open(phi3desk, ready, tmp_path, how):
    listed = tmp_path / "many.txt"
    listed.write_text("\n".join(f"How often is main bearing {n} greased?" for n in range(30)))
    database = tmp_path / "home" / "sweeps.db"
    words = ["sweep", "--questions", str(listed)]
    begun = [*words, "--wait", "quick"]
    command = [sys.executable, "-m", "phi3desk", "--home", str(tmp_path / "home"), *begun]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while time.monotonic() < until and cells_in(database) < 3:
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    running.send_signal(how)
    _, told = running.communicate(timeout=60)
    if how is signal.SIGINT:
        assert running.returncode == 130
        assert "What was done so far is kept" in told
    kept = cells_in(database)
    assert 3 <= kept < 60
    with closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE cell SET seconds = 77")
        db.commit()
    done = phi3desk(*words, "--json")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert sum(one["seconds"] == 77 for one in row["rows"]) == kept
    assert sum(row["counts"].values()) == 60
    assert row["sweep"] == 1
    assert row["wait"] == "quick"


@pytest.mark.parametrize("model", ["none", "tiny"])
def test_a_sweep_ends_where_the_window_is_closed_and_goes_on_later(phi3desk, ready, tmp_path, monkeypatch, model):
    listed = tmp_path / "questions.txt"
    listed.write_text(f"{QUESTION}\nWho greases the bearing?\nWhen is the canteen closed?")
    words = ("sweep", "--questions", listed, "--model", model, "--json")

    def on_progress(_: sweep._Asking, done: int, *__: object) -> None:
        if done == 1:
            window.process.kill()
            window.process.wait()

    with WorkerProcess("library", open_paths(tmp_path / "home")) as window, monkeypatch.context() as patch:
        patch.setattr(sweep._Asking, "on_progress", on_progress)
        stopped = phi3desk(*words)
    assert stopped.returncode == 1
    assert "The window that had the library open did not finish this" in stopped.stderr
    assert cells_in(tmp_path / "home" / "sweeps.db") == 1
    row = json.loads(phi3desk(*words).stdout)
    assert (row["sweep"], sum(row["counts"].values()), row["counts"]["failed"]) == (1, 6, 0)


def test_a_file_that_cannot_be_written_keeps_back_neither_the_others_nor_the_table(
    phi3desk, ready, tmp_path, monkeypatch
):
    files = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "xlsx")}
    words = ("sweep", QUESTION, "--model", "none", *(word for kind in files for word in (f"--{kind}", files[kind])))
    whole = sweep.write_table

    def refused(path: Path, kind: str, *told: object) -> None:
        if kind == "csv":
            raise PermissionError(13, "Permission denied", str(path))
        whole(path, kind, *told)

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "write_table", refused)
        done = phi3desk(*words)
    assert done.returncode == 1
    assert f"{files['csv']} cannot be written: Permission denied." in done.stderr
    assert "--update" in done.stderr
    assert "pump.pdf, p. 2: Re-grease the main bearing every 2,000 operating hours." in done.stdout
    assert [path.suffix for path in tmp_path.glob("table.*")] == [".xlsx"]
    cells = cells_in(tmp_path / "home" / "sweeps.db")
    assert phi3desk(*words, "--update").returncode == 0
    assert files["csv"].exists()
    assert cells_in(tmp_path / "home" / "sweeps.db") == cells


def test_a_sweep_refuses_in_a_sentence(phi3desk, tmp_path, tiny_phi3):
    for words, told in (
        (("sweep",), "either a question or --questions"),
        (("sweep", "How?", "--wait", "long"), "invalid choice"),
        (("sweep", "How?"), "There are no documents to ask"),
        (("sweep", "How?", "--collection", "Nowhere"), "no collection named"),
        (("sweep", "--questions", tmp_path / "none.txt"), "cannot be read"),
        (("sweep", "How?", "--csv", tmp_path / "none" / "table.csv"), "There is no folder"),
        (("sweep", "How?", "--xlsx", tmp_path), "is a folder"),
        (("sweep", "How?", "--docx", tmp_path / f"{'x' * 300}.docx"), "cannot be written"),
    ):
        done = phi3desk(*words)
        assert done.returncode in (1, 2)
        assert told in done.stderr


def test_sweep_goes_on_where_the_model_was_lost_and_its_process_is_there(home):
    """A graphics card that fails can leave no model: it is loaded for the next document."""

    def fail(*_: object) -> None:
        raise UserError("The model stopped.")

    document = SweptDocument("/pump.pdf", "pump.pdf")
    wanted = CellWriting(0, document, PromptRequest("", (), (), QUESTION), (), "", 0.0)
    profile, settings = ProfileStore(home.profiles).current, Settings(home.settings)
    for process_id in (7, 0):
        model = SimpleNamespace(model=None, process_id=process_id, write=fail)
        asking = sweep._Asking(None, None, None, model, None, profile, settings, threading.Event())
        if process_id:
            assert str(asking._written(wanted).cell.problem) == "The model stopped."
        else:
            with pytest.raises(UserError, match="stopped"):
                asking._written(wanted)


def test_sweep_tries_once_to_load_a_model(home):
    tried = []

    def load(*_: object) -> None:
        tried.append(1)
        raise UserError("The model cannot be read.")

    profile, settings = ProfileStore(home.profiles).current, Settings(home.settings)
    model, entry = SimpleNamespace(model=None, process_id=7, load=load), ModelEntry("m", "/m.gguf", 1)
    asking = sweep._Asking(None, None, None, model, entry, profile, settings, threading.Event())
    for _ in range(2):
        with pytest.raises(UserError, match="cannot be read"):
            asking._load()
    assert len(tried) == 1
