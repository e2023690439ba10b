"""The compare command as other programs use it, with the tiny model, its adapter and real documents."""

import csv
import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from phi3desk.cli import compare, search
from phi3desk.comparison.plan import Plan, variants_of
from phi3desk.comparison.questions import typed_questions
from phi3desk.errors import UserError
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.types import AdapterUse, ModelEntry
from phi3desk.paths import open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from tests.helpers.commands import run_command
from tests.helpers.pdf import write_pump_manual
from tests.helpers.tiny_phi3 import config, write_tiny_adapter
from tests.helpers.worker_process import WorkerProcess

QUESTIONS = [
    {
        "id": "a",
        "question": "How often is the main bearing greased?",
        "answers": ["2,000 hours"],
        "document": "pump.pdf",
        "pages": [2],
    },
    {"id": "b", "question": "Who won the chess tournament in Linares?", "unanswerable": True},
]


@pytest.fixture
def command(tmp_path):
    """Return the words of a command on a home of its own."""
    return lambda *words: [sys.executable, "-m", "phi3desk", "--home", str(tmp_path / "home"), *map(str, words)]


@pytest.fixture
def phi3desk(tmp_path):
    """Return a function that runs one command and returns what it printed."""
    return partial(run_command, tmp_path / "home")


@pytest.fixture
def ready(phi3desk, tmp_path, tiny_phi3) -> Path:
    """Return a file of questions; the home has a document and the tiny model."""
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    for words in (
        ("import", tmp_path / "docs"),
        ("models", "add", tiny_phi3, "--name", "tiny"),
        ("models", "use", "tiny"),
    ):
        done = phi3desk(*words)
        assert done.returncode == 0, done.stderr
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in QUESTIONS))
    return file


def test_compare_prints_writes_and_goes_on(phi3desk, ready, tmp_path):
    table, page = tmp_path / "out.csv", tmp_path / "out.html"
    words = ("compare", "--questions", ready, "--variants", "alone,documents", "--json")
    done = phi3desk(*words, "--csv", table, "--html", page)
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert [(one["variant"], one["answered"]) for one in row["variants"]] == [("alone", 2), ("documents", 2)]
    refused = {(one["id"], one["variant"]): one["refused"] for one in row["answers"]}
    assert refused["b", "documents"] is True
    alone, documents = row["variants"]
    assert (alone["page"]["of"], alone["page"]["count"]) == (1, 0)
    assert (documents["refused_right"]["count"], documents["refused_right"]["of"]) == (1, 1)
    assert {pair["measure"] for pair in row["pairs"]} == {"page", "held", "refused_right", "refused_wrong"}
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert [(one["id"], one["variant"]) for one in rows][:2] == [("a", "Model alone"), ("a", "With documents")]
    assert "<script" not in page.read_text()
    assert "chess tournament in Linares" in page.read_text()

    database = tmp_path / "home" / "comparisons.db"
    with sqlite3.connect(database) as db:
        db.execute("UPDATE answer SET seconds = 77 WHERE question = 'a' AND variant = 'alone'")
        db.execute("DELETE FROM answer WHERE question = 'b'")
    db.close()
    again = json.loads(phi3desk(*words).stdout)
    assert again["comparison"] == row["comparison"]
    kept = {(one["id"], one["variant"]): one["seconds"] for one in again["answers"]}
    assert len(kept) == 4
    assert kept["a", "alone"] == 77


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C of a child needs a console there")
def test_compare_stopped_keeps_what_is_done(phi3desk, command, tiny_phi3, tmp_path):
    phi3desk("models", "add", tiny_phi3, "--name", "tiny")
    many = tmp_path / "many.jsonl"
    many.write_text("\n".join(json.dumps({"id": n, "question": f"How hot is bearing {n}?"}) for n in range(400)))
    words = ("compare", "--questions", many, "--variants", "alone,documents", "--model", "tiny")
    running = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    database = tmp_path / "home" / "comparisons.db"
    until = time.monotonic() + 120
    while time.monotonic() < until and answers_in(database) < 3:
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "What was done so far is kept" in told
    assert 3 <= answers_in(database) < 800


@pytest.mark.parametrize("gone", ["window", "model"])
def test_compare_ends_where_the_window_or_the_model_is_gone_and_goes_on_later(
    phi3desk, ready, tmp_path, monkeypatch, gone
):
    """What cannot be asked any more is no answer with a problem."""
    words = ("compare", "--questions", ready, "--variants", "alone,documents", "--json")

    def on_progress(answers: compare._VariantAnswers, done: int, *_: object) -> None:
        if done == 1 and gone == "model":
            os.kill(answers._model.process_id, signal.SIGTERM)
        elif done == 1:
            window.process.kill()
            window.process.wait()

    with WorkerProcess("library", open_paths(tmp_path / "home")) as window, monkeypatch.context() as patch:
        patch.setattr(compare._VariantAnswers, "on_progress", on_progress)
        stopped = phi3desk(*words)
    assert stopped.returncode == 1
    told = {
        "window": "The window that had the library open did not finish this",
        "model": "ended its process unexpectedly",
    }
    assert told[gone] in stopped.stderr
    assert answers_in(tmp_path / "home" / "comparisons.db") == 1
    row = json.loads(phi3desk(*words).stdout)
    assert row["comparison"] == 1
    assert [one["problem"] for one in row["answers"]] == [None] * 4


def test_compare_goes_on_where_the_model_was_lost_and_its_process_is_there(home, monkeypatch):
    """A graphics card that fails can leave no model: it is loaded for the next answer."""

    def fail(*_: object) -> None:
        raise UserError("The model stopped.")

    monkeypatch.setattr(compare, "load_model", lambda *_: None)
    monkeypatch.setattr(compare, "answer_question", fail)
    variants = variants_of(["alone", "documents"], ProfileStore(home.profiles).current, [])
    plan, variant = Plan("Pumps", typed_questions("How hot?"), variants), variants[0]
    entry, settings = ModelEntry("tiny", "/tiny.gguf", 1), Settings(home.settings)
    for process_id in (7, 0):
        model = SimpleNamespace(model=None, process_id=process_id)
        answers = compare._VariantAnswers(None, entry, model, None, plan, settings, threading.Event())
        if process_id:
            assert answers.answer(plan.questions[0], variant).problem == "The model stopped."
        else:
            with pytest.raises(UserError, match="stopped"):
                answers.answer(plan.questions[0], variant)


def test_search_ends_where_the_window_is_gone(phi3desk, ready, tmp_path, monkeypatch):
    """No line is to blame for it, and none of the others can be searched."""
    completed = search.completed

    def gone_meanwhile(line: search.QuestionLine) -> str:
        if line.id == "b":
            window.process.kill()
            window.process.wait()
        return completed(line)

    with WorkerProcess("library", open_paths(tmp_path / "home")) as window, monkeypatch.context() as patch:
        patch.setattr(search, "completed", gone_meanwhile)
        stopped = phi3desk("search", "--questions", ready, "--json")
    assert stopped.returncode == 1
    assert "The window that had the library open did not finish this" in stopped.stderr
    assert "Line " not in stopped.stderr
    assert [json.loads(row)["id"] for row in stopped.stdout.splitlines()] == ["a"]


def test_compare_tells_of_a_file_before_it_asks_and_prints_where_one_cannot_be_written(
    phi3desk, ready, tmp_path, monkeypatch
):
    words = ("compare", "--questions", ready, "--limit", "1", "--variants", "alone,documents", "--json")
    missing = phi3desk(*words, "--csv", tmp_path / "none" / "out.csv")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "There is no folder" in missing.stderr
    assert answers_in(open_paths(tmp_path / "home").comparisons) == 0
    table, page = tmp_path / "out.csv", tmp_path / "out.html"
    whole = compare.write_report

    def refused(path: Path, kind: str, *told: object) -> None:
        if kind == "csv":
            raise PermissionError(13, "Permission denied", str(path))
        whole(path, kind, *told)

    monkeypatch.setattr(compare, "write_report", refused)
    done = phi3desk(*words, "--csv", table, "--html", page)
    assert done.returncode == 1
    assert f"{table} cannot be written: Permission denied." in done.stderr
    assert len(json.loads(done.stdout)["answers"]) == 2
    assert page.exists() and not table.exists()


def test_compare_refuses_in_a_sentence(phi3desk, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "How much?"}')
    done = phi3desk("compare", "--questions", file, "--variants", "alone,sideways")
    assert done.returncode == 2
    assert "sideways" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_compare_does_not_mind_an_expert_it_has_not_to_do_with(phi3desk, ready, tmp_path):
    profiles = ProfileStore(open_paths(tmp_path / "home").profiles)
    profiles.save(dataclasses.replace(profiles.create("Elsewhere"), model="gone"))
    words = ("compare", "--questions", ready, "--json", "--variants")
    done = phi3desk(*words, "alone,documents")
    assert done.returncode == 0, done.stderr
    asked = phi3desk(*words, "alone,profile:Elsewhere")
    assert asked.returncode == 1
    assert "gone" in asked.stderr


def test_compare_refuses_an_adapter_of_another_shape_before_it_answers(phi3desk, ready, tmp_path, tiny_adapters):
    home = open_paths(tmp_path / "home")
    entry = AdapterStore(home).add(tiny_adapters[0], base="tiny")
    wide = write_tiny_adapter(tmp_path / "wide.gguf", dataclasses.replace(config(), width=128, heads=8))
    shutil.copyfile(wide, entry.path)
    profiles = ProfileStore(home.profiles)
    expert = profiles.create("Wide")
    profiles.save(dataclasses.replace(expert, adapters=(AdapterUse(entry.name, entry.path),)))
    words = ("compare", "--questions", ready, "--variants", "alone,adapter", "--profile", "Wide")
    done = phi3desk(*words)
    assert done.returncode == 1
    assert "does not fit" in done.stderr
    assert answers_in(home.comparisons) == 0


def answers_in(database: Path) -> int:
    if not database.exists():
        return 0
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(db.execute("SELECT count(*) FROM answer").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        db.close()
